/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-sasl-context.h"
#include "sasl/xmpp-sasl-step.h"

G_BEGIN_DECLS

/* One object is one authentication, on either side. Construct-only properties: name,
 * context, credential (client role); read-only: status. */
#define XMPP_TYPE_SASL_MECHANISM (xmpp_sasl_mechanism_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (
    XmppSaslMechanism, xmpp_sasl_mechanism, XMPP, SASL_MECHANISM, GObject)

struct _XmppSaslMechanismClass
{
  GObjectClass parent_class;

  /* @input: (nullable): NULL: the client's first step, or nothing came.
   * @status: (out): FAILED on entry.
   * Returns: (transfer full) (nullable): what to send; NULL: nothing.
   * May be called again with the same @input after it threw NEED_CREDENTIAL. */
  GBytes *(*step) (XmppSaslMechanism *mechanism,
                   GBytes *input,
                   GCancellable *cancellable,
                   XmppSaslStatus *status,
                   GError **error);
  /* For mechanisms that wait in the main loop; the default calls step(), in a worker
   * thread where the facts say BLOCKS. TRUE: @step is or will be answered */
  gboolean (*begin_step) (XmppSaslMechanism *mechanism, XmppSaslStep *step);

  /*< private >*/
  gpointer padding[8];
};

XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_get_name (XmppSaslMechanism *mechanism);
XMPP_AVAILABLE_IN_ALL
XmppSaslContext *xmpp_sasl_mechanism_get_context (XmppSaslMechanism *mechanism);
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_sasl_mechanism_get_credential (XmppSaslMechanism *mechanism);
XMPP_AVAILABLE_IN_ALL
XmppSaslStatus xmpp_sasl_mechanism_get_status (XmppSaslMechanism *mechanism);

/* For subclasses, inside a step */
XMPP_AVAILABLE_IN_ALL
char *xmpp_sasl_mechanism_get_secret (XmppSaslMechanism *mechanism,
                                      const char *field,
                                      GError **error);
XMPP_AVAILABLE_IN_ALL
char *xmpp_sasl_mechanism_wait_secret (XmppSaslMechanism *mechanism,
                                       const char *field,
                                       GCancellable *cancellable,
                                       GError **error);
/* What is known now: NULL where nothing is, and nobody is asked (derived keys, authzid)
 */
XMPP_AVAILABLE_IN_ALL
char *xmpp_sasl_mechanism_peek_secret (XmppSaslMechanism *mechanism, const char *field);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_sasl_mechanism_verify_secret (XmppSaslMechanism *mechanism,
                                            const char *field,
                                            const char *value,
                                            GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_mechanism_keep_secret (XmppSaslMechanism *mechanism,
                                      const char *field,
                                      const char *value);
/* Client role: what the server says of the failure that it is about to send: "status",
 * "scope", "openid-configuration" */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_mechanism_explain_failure (XmppSaslMechanism *mechanism,
                                          const char *name,
                                          const char *value);
/* Client role: the server has proven that its lists have arrived as it sent them (XEP-0474) */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_mechanism_set_offer_proven (XmppSaslMechanism *mechanism);
/* Server role. Must come before get_secret() and verify_secret(): it says whose. */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_mechanism_set_identity (XmppSaslMechanism *mechanism,
                                       const char *username,
                                       const char *authzid);
/* Server role, after COMPLETE: who the session is for (the authorized identity) */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_get_username (XmppSaslMechanism *mechanism);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_get_authzid (XmppSaslMechanism *mechanism);

/* For the negotiation */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_mechanism_step_async (XmppSaslMechanism *mechanism,
                                     GBytes *input,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* @status: (out). (transfer full) (nullable) */
XMPP_AVAILABLE_IN_ALL
GBytes *xmpp_sasl_mechanism_step_finish (XmppSaslMechanism *mechanism,
                                         GAsyncResult *result,
                                         XmppSaslStatus *status,
                                         GError **error);

G_END_DECLS
