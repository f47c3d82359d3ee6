/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "core/xmpp-report-private.h"
#include "sasl/xmpp-sasl-baseline.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/* One login of the initiating side over whatever profile carries it: chooses a mechanism,
 * steps it, asks for credentials, decides what may be tried next. Knows no XML. */
#define XMPP_TYPE_SASL_SESSION (xmpp_sasl_session_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslSession, xmpp_sasl_session, XMPP, SASL_SESSION, GObject)

XmppSaslSession *xmpp_sasl_session_new (XmppSaslRegistry *registry,
                                        XmppSaslPolicy *policy,
                                        XmppCredential *credential,
                                        XmppLimits *limits,
                                        XmppReport *report);
/* Before the first start(): @local is the JID's local part, the user name where the
 * credential has none; @bindings as of xmpp_channel_binding_collect(), NULL: none */
void xmpp_sasl_session_set_connection (XmppSaslSession *session,
                                       const char *local,
                                       const char *domain,
                                       gboolean secure,
                                       GVariant *bindings);
/* Before set_offer(), each time: the host that serves the domain, where the server says so
 * over verified TLS (XEP-0233); NULL: the domain is its name too */
void xmpp_sasl_session_set_host (XmppSaslSession *session, const char *host);
/* Before set_offer(): the certificate of ours, NULL: none is set; @why_not (nullable): why TLS
 * has not sent it, "p.test did not ask for one" */
void xmpp_sasl_session_set_certificate (XmppSaslSession *session,
                                        GTlsCertificate *certificate,
                                        const char *why_not);
/* Set before dialling by tests only: mechanisms that need TLS go over plain text too */
void xmpp_sasl_session_set_allow_plain (XmppSaslSession *session, gboolean allow);

/* What the last login of the account was; NULL: nothing is known. Before set_offer() */
void xmpp_sasl_session_set_baseline (XmppSaslSession *session,
                                     const XmppSaslBaseline *baseline);

/* Whether the policy lets this login reveal more than the last one */
gboolean xmpp_sasl_session_accepts_weaker (XmppSaslSession *session);

/* What the server offers, all of it; @bindings NULL: it lists none (XEP-0440 absent);
 * @ahead: it is only what the server offered last time. Errors:
 * XMPP_SASL_ERROR_DOWNGRADE, XMPP_CONNECTION_ERROR_POLICY: nothing usable, the message
 * says for each mechanism why; these are in the report too. May be called again with
 * another list (sent ahead on a remembered one): then what was begun is dropped. */
gboolean xmpp_sasl_session_set_offer (XmppSaslSession *session,
                                      const char *const *mechanisms,
                                      const char *const *bindings,
                                      gboolean ahead,
                                      GError **error);
/* @mechanism sends the secret itself (its facts say PLAIN_TEXT), or is not known here */
gboolean xmpp_sasl_session_sends_secret (XmppSaslSession *session, const char *mechanism);
/* Takes the best mechanism left and makes its first step; one that cannot (no ticket, no
 * module, UNAVAILABLE) is passed over. Errors: the last such error, NEED_CREDENTIAL's
 * answer, G_IO_ERROR_CANCELLED. */
void xmpp_sasl_session_start_async (XmppSaslSession *session,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* @initial: (out) (transfer full) (nullable): NULL: no initial response. Returns the
 * name. */
const char *xmpp_sasl_session_start_finish (XmppSaslSession *session,
                                            GAsyncResult *result,
                                            GBytes **initial,
                                            GError **error);
/* A challenge came. The result is the response (never NULL: empty bytes at least). An
 * error of the mechanism: <abort/> is due. */
void xmpp_sasl_session_step_async (XmppSaslSession *session,
                                   GBytes *challenge,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GBytes *xmpp_sasl_session_step_finish (XmppSaslSession *session,
                                       GAsyncResult *result,
                                       GError **error);
/* Success came, with data or NULL. Believed only where the mechanism is complete after
 * it: else XMPP_SASL_ERROR_SERVER_NOT_TRUSTED. Then derived secrets go to the credential.
 */
void xmpp_sasl_session_succeed_async (XmppSaslSession *session,
                                      GBytes *data,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean xmpp_sasl_session_succeed_finish (XmppSaslSession *session,
                                           GAsyncResult *result,
                                           GError **error);
/* A failure came, or a step failed. TRUE: start again on the same stream (security rule:
 * only for reasons that cannot reveal more than the first try; not-authorized asks the
 * credential for another secret, which may take a person's time). FALSE: over; @error is
 * what to report. */
void xmpp_sasl_session_fail_async (XmppSaslSession *session,
                                   const GError *failure,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean xmpp_sasl_session_fail_finish (XmppSaslSession *session,
                                        GAsyncResult *result,
                                        GError **error);

/* After success. @binding NULL: none was used */
const char *xmpp_sasl_session_get_mechanism (XmppSaslSession *session);
const char *xmpp_sasl_session_get_binding_type (XmppSaslSession *session);
/* NULL: it is */
const char *xmpp_sasl_session_get_why_not_bound (XmppSaslSession *session);
gboolean xmpp_sasl_session_is_mutual (XmppSaslSession *session);
/* Also before success: what the mechanism that runs rests on; NULL: something else.
 * (transfer none) */
GTlsCertificate *xmpp_sasl_session_get_certificate (XmppSaslSession *session);
/* The server has proven that its lists came as it sent them (XEP-0474) */
gboolean xmpp_sasl_session_is_offer_proven (XmppSaslSession *session);
/* (transfer full) (nullable): to be remembered; NULL: there was no login over verified TLS */
XmppSaslBaseline *xmpp_sasl_session_dup_baseline (XmppSaslSession *session);

G_END_DECLS
