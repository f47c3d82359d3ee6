/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-sasl-profile.h"

G_BEGIN_DECLS

struct _XmppSaslProfileFeature
{
  XmppFeature parent_instance;

  gboolean insecure;

  /* Initiating */
  XmppSaslSession *session;
  char *local;
  char *domain;
  gboolean connected; /* the session knows the connection */
  gboolean guessing;  /* what is offered was only remembered */
  gboolean withdrawn; /* and is not what is offered now */
  gboolean was_safe;  /* what was remembered kept the secret, and so must what comes */

  /* Receiving */
  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  XmppAuthenticator *authenticator; /* NULL: nobody has an account */
  XmppLimits *limits;
  char *host;         /* nullable */
  gboolean strangers; /* may come */
  XmppLoginFailedFunc failed;
  gpointer failed_data;
  GVariant *bindings;
  GStrv offered;
  GStrv accounts; /* of the stream's domain, that the client's certificate names */
  guint n_failures;
};

/* ---- xmpp-sasl-profile-offers.c ---- */

/* Hands the lists in @features to the session. */
gboolean xmpp_sasl_profile_set_offer (XmppSaslProfileFeature *self,
                                      XmppStream *stream,
                                      XmppElement *features,
                                      GError **error);
XmppElement *xmpp_sasl_profile_ahead (XmppFeature *feature,
                                      XmppStream *stream,
                                      XmppElement *remembered);
gboolean xmpp_sasl_profile_confirms (XmppFeature *feature,
                                     XmppElement *remembered,
                                     XmppElement *features);
gboolean xmpp_sasl_profile_check_downgrade (XmppSaslProfileFeature *self,
                                            XmppElement *features,
                                            GError **error);

/* ---- xmpp-sasl-profile-receiving.c ---- */

void xmpp_sasl_profile_offer (XmppFeature *feature,
                              XmppStream *stream,
                              XmppElement *features);
void xmpp_sasl_profile_respond_async (XmppFeature *feature,
                                      XmppStream *stream,
                                      XmppElement *request,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

G_END_DECLS
