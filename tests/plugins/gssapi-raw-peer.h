/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

#include <gssapi/gssapi_krb5.h>

G_BEGIN_DECLS

/* A peer of our own making, which says what no honest one says */
typedef struct
{
  gss_ctx_id_t context;
  gss_name_t name;
} GssapiRawPeer;

void gssapi_raw_peer_clear (GssapiRawPeer *peer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GssapiRawPeer, gssapi_raw_peer_clear)

/* The server's part up to its answer */
GBytes *gssapi_raw_peer_accept (GssapiRawPeer *peer, GBytes *token);
/* One call of the client's part, to xmpp/a.test; @answer NULL: the first */
GBytes *gssapi_raw_peer_init (GssapiRawPeer *peer,
                              gss_OID mechanism,
                              OM_uint32 flags,
                              GBytes *answer);
GBytes *gssapi_raw_peer_wrap (GssapiRawPeer *peer,
                              gboolean encrypt,
                              const char *data,
                              gsize length);

/* Security layers without "none", and messages of other lengths: what either side may be told
 * when RFC 4752's four bytes are due */
typedef struct
{
  const char *data;
  gsize length;
  gboolean encrypt;
} GssapiLayers;

#define GSSAPI_N_BAD_LAYERS 8
extern const GssapiLayers gssapi_bad_layers[GSSAPI_N_BAD_LAYERS];

G_END_DECLS
