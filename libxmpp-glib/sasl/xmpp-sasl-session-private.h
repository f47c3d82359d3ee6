/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-session.h"
#include "sasl/xmpp-sasl-shortlist.h"

G_BEGIN_DECLS

/* Shared by the files of the type: -session.c (what it is and knows), -session-login.c (how
 * a login runs) */
struct _XmppSaslSession
{
  GObject parent_instance;

  XmppSaslRegistry *registry;
  XmppCredential *credential;
  XmppLimits *limits;

  /* Of the connection */
  char *local;
  char *domain;
  char *host;
  gboolean secure;
  gboolean allow_plain;
  GVariant *bindings;
  gboolean has_certificate;     /* of ours, whether TLS has sent it or not */
  GTlsCertificate *certificate; /* ours, that TLS has sent */
  char *why_no_certificate;     /* NULL: there is one */

  /* Of the offer */
  GStrv offered;
  GStrv offered_bindings; /* NULL: no list */
  XmppSaslShortlist *shortlist;

  /* Of the attempt that runs */
  XmppSaslMechanism *mechanism;
  XmppSaslChoice *current; /* the best of the short list */
  gboolean failed_here;

  guint attempts;
  GHashTable *asked;   /* field → how often it was asked for */
  gboolean asked_anew; /* for what had expired: that is asked once */
};

/* For messages */
const char *xmpp_sasl_session_get_peer (XmppSaslSession *session);
XmppSaslMechanism *xmpp_sasl_session_create_mechanism (XmppSaslSession *session,
                                                       XmppSaslChoice *choice,
                                                       GError **error);
/* What still runs in the mechanism goes on without us. */
void xmpp_sasl_session_drop_mechanism (XmppSaslSession *session);

G_END_DECLS
