/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-report.h"

#include "tls/xmpp-certificate-text.h"
#include "tls/xmpp-client-certificate.h"
#include "tls/xmpp-tls-database.h"
#include "tls/xmpp-tls-handshake.h"

static const char *const trust_names[] = {
  [XMPP_TLS_TRUST_NONE] = "none",
  [XMPP_TLS_TRUST_AUTHORITY] = "authority",
  [XMPP_TLS_TRUST_PIN] = "pin",
  [XMPP_TLS_TRUST_ACCEPTED] = "accepted",
};

static char *
describe_certificate (GObject *certificate)
{
  return xmpp_certificate_text_summary (G_TLS_CERTIFICATE (certificate));
}

static const char *
describe_own (GTlsConnection *connection)
{
  if (xmpp_client_certificate_get_sent (connection) != NULL)
    return "sent";

  return xmpp_client_certificate_was_wanted (connection) ? "none set" : "not wanted";
}

void
xmpp_tls_report (XmppReport *report, GTlsConnection *connection)
{
  GTlsDatabase *database = g_tls_connection_get_database (connection);
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  g_autofree char *suite = NULL;
  XmppTlsTrust trust = XMPP_TLS_TRUST_NONE;

  if (report == NULL)
    return;

  suite = g_tls_connection_get_ciphersuite_name (connection);
  if (XMPP_IS_TLS_DATABASE (database))
    trust = xmpp_tls_database_get_trust (XMPP_TLS_DATABASE (database));

  xmpp_report_set_fact (report, "tls", "version",
                        g_variant_new_string (xmpp_tls_describe_version (connection)));
  xmpp_report_set_fact (report, "tls", "ciphersuite",
                        g_variant_new_string (suite != NULL ? suite : ""));
  xmpp_report_set_fact (report, "tls", "verified",
                        g_variant_new_boolean (trust == XMPP_TLS_TRUST_AUTHORITY ||
                                               trust == XMPP_TLS_TRUST_PIN));
  xmpp_report_set_fact (report, "tls", "trust",
                        g_variant_new_string (trust_names[trust]));
  if (G_IS_TLS_CLIENT_CONNECTION (connection))
    xmpp_report_set_fact (report, "tls", "client_certificate",
                          g_variant_new_string (describe_own (connection)));
  if (certificate != NULL)
    xmpp_report_set_described (report, "tls", "certificate", G_OBJECT (certificate),
                               describe_certificate);
}
