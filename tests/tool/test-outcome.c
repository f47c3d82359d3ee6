/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tool-outcome.h"

#include "core/xmpp-report-private.h"

typedef struct
{
  const char *failed; /* the step of the report that failed; NULL: none */
  GQuark (*domain) (void);
  int code;
  const char *step;
  int status;
} Row;

static const Row rows[] = {
  { "resolve", g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, "resolve", 3 },
  { "connect", g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, "resolve", 3 },
  { "connect", g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, "connect", 3 },
  { "proxy", g_io_error_quark, G_IO_ERROR_PROXY_FAILED, "proxy", 3 },
  { "connect", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "connect",
    7 },
  { "tls", g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, "tls", 4 },
  { "starttls", xmpp_stream_error_quark, XMPP_STREAM_ERROR_TLS_INJECTION, "starttls", 4 },
  { "stream", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "starttls", 4 },
  { "sasl", xmpp_sasl_error_quark, XMPP_SASL_ERROR_NOT_AUTHORIZED, "sasl", 5 },
  { "sasl", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "sasl", 5 },
  { "sasl", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "sasl", 7 },
  { "stream", xmpp_stream_error_quark, XMPP_STREAM_ERROR_HOST_UNKNOWN, "stream", 6 },
  { "bind", xmpp_stanza_error_quark, XMPP_STANZA_ERROR_NOT_ALLOWED, "bind", 6 },
  { "handshake", xmpp_stream_error_quark, XMPP_STREAM_ERROR_NOT_AUTHORIZED, "handshake",
    5 },
  { "session", xmpp_stanza_error_quark, XMPP_STANZA_ERROR_FORBIDDEN, "session", 6 },
  { NULL, xmpp_stream_error_quark, XMPP_STREAM_ERROR_TRUNCATED, "stream", 6 },
  { NULL, xmpp_sasl_error_quark, XMPP_SASL_ERROR_NEED_CREDENTIAL, "sasl", 5 },
  { "tls", g_tls_error_quark, G_TLS_ERROR_EOF, "tls", 4 },
  { NULL, g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, "stream", 6 },
  { NULL, g_tls_error_quark, G_TLS_ERROR_EOF, "stream", 6 },
  { NULL, g_tls_error_quark, G_TLS_ERROR_MISC, "tls", 4 },
  { NULL, xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_NOT_FOUND, "resolve", 3 },
  { NULL, xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_UNREACHABLE, "connect", 3 },
  { NULL, xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "connection", 7 },
  { NULL, g_io_error_quark, G_IO_ERROR_CANCELLED, "connection", 1 },
  { "connect", g_io_error_quark, G_IO_ERROR_CANCELLED, "connect", 1 },
  { NULL, xmpp_stanza_error_quark, XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE, "connection",
    1 },
  { "tls", g_option_error_quark, G_OPTION_ERROR_FAILED, "usage", 2 },
};

static void
test_status (void)
{
  ToolOutcome done = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppReport) report = xmpp_report_new ();
      g_autoptr (GError)
          error = g_error_new_literal (rows[i].domain (), rows[i].code, "m");
      ToolOutcome outcome = { .report = report, .error = error };

      if (rows[i].failed != NULL)
        xmpp_report_end_step (report, xmpp_report_begin_step (report, rows[i].failed),
                              error, NULL);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (tool_outcome_get_step (&outcome), ==, rows[i].step);
      g_assert_cmpint (tool_outcome_get_status (&outcome), ==, rows[i].status);
    }

  g_assert_null (tool_outcome_get_step (&done));
  g_assert_cmpint (tool_outcome_get_status (&done), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tool/outcome/status", test_status);

  return g_test_run ();
}
