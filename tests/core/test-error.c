/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error-private.h"

static void
test_quarks (void)
{
  g_assert_cmpstr (g_quark_to_string (XMPP_STREAM_ERROR), ==, "xmpp-stream-error-quark");
  g_assert_cmpstr (g_quark_to_string (XMPP_STANZA_ERROR), ==, "xmpp-stanza-error-quark");
  g_assert_cmpstr (g_quark_to_string (XMPP_SASL_ERROR), ==, "xmpp-sasl-error-quark");
  g_assert_cmpstr (g_quark_to_string (XMPP_CONNECTION_ERROR), ==,
                   "xmpp-connection-error-quark");
}

/* RFC 6120 §4.9.3, §8.3.3, §6.5, in the order of the enumerations */
static const char *const stream_words[] = {
  "bad-format",
  "bad-namespace-prefix",
  "conflict",
  "connection-timeout",
  "host-gone",
  "host-unknown",
  "improper-addressing",
  "internal-server-error",
  "invalid-from",
  "invalid-namespace",
  "invalid-xml",
  "not-authorized",
  "not-well-formed",
  "policy-violation",
  "remote-connection-failed",
  "reset",
  "resource-constraint",
  "restricted-xml",
  "see-other-host",
  "system-shutdown",
  "undefined-condition",
  "unsupported-encoding",
  "unsupported-feature",
  "unsupported-stanza-type",
  "unsupported-version",
};

static const char *const stanza_words[] = {
  "bad-request",
  "conflict",
  "feature-not-implemented",
  "forbidden",
  "gone",
  "internal-server-error",
  "item-not-found",
  "jid-malformed",
  "not-acceptable",
  "not-allowed",
  "not-authorized",
  "policy-violation",
  "recipient-unavailable",
  "redirect",
  "registration-required",
  "remote-server-not-found",
  "remote-server-timeout",
  "resource-constraint",
  "service-unavailable",
  "subscription-required",
  "undefined-condition",
  "unexpected-request",
};

static const char *const sasl_words[] = {
  "aborted",
  "account-disabled",
  "credentials-expired",
  "encryption-required",
  "incorrect-encoding",
  "invalid-authzid",
  "invalid-mechanism",
  "malformed-request",
  "mechanism-too-weak",
  "not-authorized",
  "temporary-auth-failure",
};

static void
check_words (GQuark domain, const char *const *words, int n_words)
{
  for (int code = 0; code < n_words; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (domain, code, "message");
      g_autofree char *nick = xmpp_error_dup_nick (error);

      g_assert_cmpstr (xmpp_error_to_wire (error), ==, words[code]);
      g_assert_cmpstr (nick, ==, words[code]);
      g_assert_cmpint (xmpp_error_code_from_wire (domain, words[code], -1), ==, code);
    }
}

static void
test_words (void)
{
  check_words (XMPP_STREAM_ERROR, stream_words, G_N_ELEMENTS (stream_words));
  check_words (XMPP_STANZA_ERROR, stanza_words, G_N_ELEMENTS (stanza_words));
  check_words (XMPP_SASL_ERROR, sasl_words, G_N_ELEMENTS (sasl_words));
}

/* What is found on this side never goes out, and cannot be claimed by a peer. */
static void
test_local (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int code;
    const char *nick;
  } rows[] = {
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_TLS_INJECTION, "tls-injection" },
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_TRUNCATED, "truncated" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED, "server-not-trusted" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_DOWNGRADE, "downgrade" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_TOO_EXPENSIVE, "too-expensive" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_NEED_CREDENTIAL, "need-credential" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_UNAVAILABLE, "unavailable" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_MODULE, "module" },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL, "internal" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError)
          error = g_error_new_literal (rows[i].domain (), rows[i].code, "m");
      g_autofree char *nick = xmpp_error_dup_nick (error);

      g_assert_null (xmpp_error_to_wire (error));
      g_assert_cmpstr (nick, ==, rows[i].nick);
      g_assert_cmpint (xmpp_error_code_from_wire (rows[i].domain (), nick, -1), ==, -1);
    }

  g_assert_cmpint (xmpp_error_code_from_wire (XMPP_STREAM_ERROR, "", -5), ==, -5);
  g_assert_cmpint (xmpp_error_code_from_wire (XMPP_STREAM_ERROR, "Reset", -5), ==, -5);
}

static void
test_nick (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int code;
    const char *nick;
  } rows[] = {
    { xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "timed-out" },
    { xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS,
      "too-many-redirects" },
    { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, "connection-refused" },
    { g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, "bad-certificate" },
    { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, "not-found" },
    { g_convert_error_quark, 3, "3" },
    { xmpp_stream_error_quark, 4711, "4711" },
    { xmpp_stream_error_quark, -1, "-1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError)
          error = g_error_new_literal (rows[i].domain (), rows[i].code, "m");
      g_autofree char *nick = xmpp_error_dup_nick (error);

      g_assert_cmpstr (nick, ==, rows[i].nick);
    }
}

static void
test_advice (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int code;
    XmppErrorAdvice advice;
  } rows[] = {
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_NOT_AUTHORIZED,
      XMPP_ERROR_ADVICE_ASK_CREDENTIAL },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_NEED_CREDENTIAL,
      XMPP_ERROR_ADVICE_ASK_CREDENTIAL },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
      XMPP_ERROR_ADVICE_RETRY },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED, XMPP_ERROR_ADVICE_NONE },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL, XMPP_ERROR_ADVICE_NONE },
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN,
      XMPP_ERROR_ADVICE_RETRY },
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_TRUNCATED, XMPP_ERROR_ADVICE_RETRY },
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_CONFLICT, XMPP_ERROR_ADVICE_NONE },
    { xmpp_stream_error_quark, XMPP_STREAM_ERROR_TLS_INJECTION, XMPP_ERROR_ADVICE_NONE },
    { xmpp_stanza_error_quark, XMPP_STANZA_ERROR_REMOTE_SERVER_TIMEOUT,
      XMPP_ERROR_ADVICE_RETRY },
    { xmpp_stanza_error_quark, XMPP_STANZA_ERROR_FORBIDDEN, XMPP_ERROR_ADVICE_NONE },
    { xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT,
      XMPP_ERROR_ADVICE_RETRY },
    { xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, XMPP_ERROR_ADVICE_NONE },
    { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, XMPP_ERROR_ADVICE_RETRY },
    { g_io_error_quark, G_IO_ERROR_CANCELLED, XMPP_ERROR_ADVICE_NONE },
    { g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, XMPP_ERROR_ADVICE_NONE },
    { g_tls_error_quark, G_TLS_ERROR_EOF, XMPP_ERROR_ADVICE_RETRY },
    { g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE,
      XMPP_ERROR_ADVICE_RETRY },
    { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, XMPP_ERROR_ADVICE_NONE },
    { g_convert_error_quark, 0, XMPP_ERROR_ADVICE_NONE },
    { xmpp_stream_error_quark, 4711, XMPP_ERROR_ADVICE_NONE },
    { xmpp_stream_error_quark, -1, XMPP_ERROR_ADVICE_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError)
          error = g_error_new_literal (rows[i].domain (), rows[i].code, "m");

      g_test_message ("%s, %d", g_quark_to_string (error->domain), error->code);
      g_assert_cmpuint (xmpp_error_get_advice (error), ==, rows[i].advice);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/quarks", test_quarks);
  g_test_add_func ("/error/words", test_words);
  g_test_add_func ("/error/local", test_local);
  g_test_add_func ("/error/nick", test_nick);
  g_test_add_func ("/error/advice", test_advice);

  return g_test_run ();
}
