/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report.h"

G_BEGIN_DECLS

XmppReport *xmpp_report_new (void);

/* Steps may nest and overlap; the id ends the one that was begun. All of these accept a
 * NULL report and then do nothing. */
guint xmpp_report_begin_step (XmppReport *report, const char *step);
/* @error (nullable): the step failed; @detail (nullable): one short sentence or name */
void xmpp_report_end_step (XmppReport *report,
                           guint id,
                           const GError *error,
                           const char *detail);
/* It was begun ahead of time, and never came to be. */
void xmpp_report_drop_step (XmppReport *report, guint id);
/* A fact: ("tls", "version", g_variant_new_string ("1.3")); sinks @value; NULL takes away.
 *
 *   server  host s, port q, direct_tls b, source s (srv, fallback, given)
 *   tls     version s, ciphersuite s, verified b, trust s (authority, pin, accepted),
 *           certificate s
 *   sasl    profile s (sasl, sasl2), mechanism s, channel_binding s, mutual b
 *   refusal what the server said of a login that it refused, all s: status, scope,
 *           openid_configuration
 *   bind    profile s (bind, bind2), resource s
 *   stream  session b (the request was sent), round_trips u
 *   offer   what the server has, all s: features_before_tls, features_before_login,
 *           features_after_login (names), mechanisms, channel_bindings; choice: what would
 *           be used; hostname: of the service in Kerberos, hostname_used b */
void xmpp_report_set_fact (XmppReport *report,
                           const char *group,
                           const char *key,
                           GVariant *value);
/* A fact that is text, made from @about when somebody asks for it: most logins go well, and
 * nobody does. */
typedef char *(*XmppReportDescribeFunc) (GObject *about);
void xmpp_report_set_described (XmppReport *report,
                                const char *group,
                                const char *key,
                                GObject *about,
                                XmppReportDescribeFunc describe);
/* A fact that is text; NULL: not known */
const char *xmpp_report_get_text (XmppReport *report, const char *group, const char *key);
void xmpp_report_add_mechanism (XmppReport *report,
                                const char *name,
                                gboolean used,
                                const char *why);
/* What may be tried, in this order; @source: "srv", "fallback", "given" */
void xmpp_report_list_candidate (XmppReport *report,
                                 const char *host,
                                 guint16 port,
                                 gboolean direct_tls,
                                 const char *source);
/* The candidate of the list that was not tried yet; where there is none it is appended. */
guint xmpp_report_begin_candidate (XmppReport *report,
                                   const char *host,
                                   guint16 port,
                                   gboolean direct_tls,
                                   const char *source);
/* @won: it is the one that is used; else @error says why it failed; neither: another one was
 * faster */
void xmpp_report_end_candidate (XmppReport *report,
                                guint id,
                                gboolean won,
                                const GError *error);
/* What has failed so far was no failure: the attempt begins again, for another reason than
 * that the next candidate may do better. */
void xmpp_report_start_over (XmppReport *report);

G_END_DECLS
