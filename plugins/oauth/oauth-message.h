/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The messages of RFC 7628 §3, read and written. Pure functions for both sides: what one
 * builds, the other parses. Every fault is XMPP_SASL_ERROR_MALFORMED_REQUEST. */

#define OAUTH_MAX_REQUEST 16384
#define OAUTH_MAX_ERROR 8192
#define OAUTH_MAX_DEPTH 8

/* What the client answers to an error, so that the failure can come (RFC 7628 §3.2.3) */
#define OAUTH_ACKNOWLEDGEMENT "\1"

typedef struct
{
  char *authzid; /* NULL: none */
  char *token;
} OauthRequest;

typedef struct
{
  char *status;
  char *scope;                /* NULL: not said */
  char *openid_configuration; /* NULL: not said */
} OauthError;

/* @authzid, @token: as they are; what oauth_token_is_valid() */
GBytes *oauth_request_build (const char *authzid, const char *token);
OauthRequest *oauth_request_parse (GBytes *message, GError **error);
void oauth_request_free (OauthRequest *request);
/* It can stand behind "Bearer ": visible ASCII, and something of it */
gboolean oauth_token_is_valid (const char *token);

GBytes *oauth_error_build (const OauthError *error);
OauthError *oauth_error_parse (GBytes *message, GError **error);
void oauth_error_free (OauthError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OauthRequest, oauth_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OauthError, oauth_error_free)

G_END_DECLS
