/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-report.h"

#include "tls/xmpp-tls-handshake.h"

void
xmpp_tls_report (XmppReport *report, GTlsConnection *connection)
{
  g_autofree char *suite = NULL;
  gboolean verified;

  if (report == NULL)
    return;

  suite = g_tls_connection_get_ciphersuite_name (connection);
  verified = g_tls_connection_get_peer_certificate (connection) != NULL &&
             g_tls_connection_get_peer_certificate_errors (connection) ==
                 G_TLS_CERTIFICATE_NO_FLAGS;

  xmpp_report_set_fact (report, "tls", "version",
                        g_variant_new_string (xmpp_tls_describe_version (connection)));
  xmpp_report_set_fact (report, "tls", "ciphersuite",
                        g_variant_new_string (suite != NULL ? suite : ""));
  xmpp_report_set_fact (report, "tls", "verified", g_variant_new_boolean (verified));
}
