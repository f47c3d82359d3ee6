/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error-private.h"
#include "xmpp-enum-types.h"

#include <string.h>

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

/* Of every code that there is; what is named nowhere makes neither sensible. The number of
 * codes is there so that a new one is thought about. */
static const struct
{
  GQuark (*domain) (void);
  GType (*type) (void);
  guint n_codes;
  const char *retry;
  const char *ask;
} advised[] = {
  { xmpp_stream_error_quark, xmpp_stream_error_get_type, 27,
    "connection-timeout internal-server-error remote-connection-failed reset "
    "resource-constraint see-other-host system-shutdown undefined-condition truncated",
    "" },
  { xmpp_stanza_error_quark, xmpp_stanza_error_get_type, 22,
    "internal-server-error recipient-unavailable remote-server-timeout "
    "resource-constraint unexpected-request",
    "not-authorized" },
  { xmpp_sasl_error_quark, xmpp_sasl_error_get_type, 18, "temporary-auth-failure",
    "credentials-expired malformed-request need-credential not-authorized" },
  { xmpp_connection_error_quark, xmpp_connection_error_get_type, 9,
    "closed queue-full timed-out unreachable", "" },
  { g_tls_error_quark, g_tls_error_get_type, 9, "eof misc", "" },
  { g_resolver_error_quark, g_resolver_error_get_type, 3, "internal temporary-failure",
    "" },
  { g_io_error_quark, g_io_error_enum_get_type, 48,
    "address-in-use broken-pipe busy closed connection-refused failed host-not-found "
    "host-unreachable network-unreachable not-connected partial-input proxy-failed "
    "timed-out too-many-open-files would-block",
    "" },
};

static XmppErrorAdvice
expect_advice (gsize row, const char *nick)
{
  g_auto (GStrv) retry = g_strsplit (advised[row].retry, " ", -1);
  g_auto (GStrv) ask = g_strsplit (advised[row].ask, " ", -1);

  return (g_strv_contains ((const char *const *) retry, nick) ? XMPP_ERROR_ADVICE_RETRY
                                                              : 0) |
         (g_strv_contains ((const char *const *) ask, nick)
              ? XMPP_ERROR_ADVICE_ASK_CREDENTIAL
              : 0);
}

static void
test_advice (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (g_convert_error_quark (), 0, "m");
  g_autoptr (GError) high = g_error_new_literal (XMPP_STREAM_ERROR, 4711, "m");
  g_autoptr (GError) low = g_error_new_literal (XMPP_STREAM_ERROR, -1, "m");

  for (gsize i = 0; i < G_N_ELEMENTS (advised); i++)
    {
      g_autoptr (GTypeClass) klass = g_type_class_ref (advised[i].type ());
      GEnumClass *codes = G_ENUM_CLASS (klass);
      int before = -1;
      guint n_codes = 0;

      for (guint j = 0; j < codes->n_values; j++)
        {
          const GEnumValue *value = &codes->values[j];
          g_autoptr (GError)
              error = g_error_new_literal (advised[i].domain (), value->value, "m");

          g_test_message ("%s, %s", g_quark_to_string (error->domain), value->value_nick);
          /* GIO has two names for one code. */
          if (value->value != before)
            {
              n_codes++;
              g_assert_cmpuint (xmpp_error_get_advice (error), ==,
                                expect_advice (i, value->value_nick));
            }
          before = value->value;
        }
      /* A newer GIO may have more. */
      if (advised[i].domain == g_io_error_quark)
        g_assert_cmpuint (n_codes, >=, advised[i].n_codes);
      else
        g_assert_cmpuint (n_codes, ==, advised[i].n_codes);
    }

  g_assert_cmpuint (xmpp_error_get_advice (foreign), ==, XMPP_ERROR_ADVICE_NONE);
  g_assert_cmpuint (xmpp_error_get_advice (high), ==, XMPP_ERROR_ADVICE_NONE);
  g_assert_cmpuint (xmpp_error_get_advice (low), ==, XMPP_ERROR_ADVICE_NONE);
}

/* Whatever ends a login, there is something to do about it. */
static void
test_remedy (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (advised); i++)
    {
      g_autoptr (GTypeClass) klass = g_type_class_ref (advised[i].type ());
      GEnumClass *codes = G_ENUM_CLASS (klass);

      for (guint j = 0; j < codes->n_values; j++)
        {
          g_autoptr (GError) error =
              g_error_new_literal (advised[i].domain (), codes->values[j].value, "m");

          g_test_message ("%s, %s", g_quark_to_string (error->domain),
                          codes->values[j].value_nick);
          /* A certificate's own message says it; of GIO's, what a network may come to */
          if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
            g_assert_null (xmpp_error_get_remedy (error, NULL));
          else if (error->domain != G_IO_ERROR)
            g_assert_nonnull (xmpp_error_get_remedy (error, NULL));
        }
    }
}

static void
test_remedy_of_step (void)
{
  static const struct
  {
    const char *step;
    GQuark (*domain) (void);
    int code;
    const char *part;
  } rows[] = {
    { "resolve", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT,
      "name servers" },
    { "connect", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT,
      "firewall" },
    { "proxy", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "proxy" },
    { "tls", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "direct TLS" },
    { "stream", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "silent" },
    { "sasl", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_TIMED_OUT, "later" },
    { "sasl", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "mechanism" },
    { "starttls", xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "TLS" },
    { "stream", xmpp_stream_error_quark, XMPP_STREAM_ERROR_NOT_WELL_FORMED, "port" },
    { "sasl", xmpp_stream_error_quark, XMPP_STREAM_ERROR_NOT_WELL_FORMED, "fault" },
    { "stream", g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, "port" },
    { "connect", g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, "port" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError)
          error = g_error_new_literal (rows[i].domain (), rows[i].code, "m");

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_nonnull (
          strstr (xmpp_error_get_remedy (error, rows[i].step), rows[i].part));
    }
}

static void
test_explain (void)
{
  g_autoptr (GError)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "No route");
  g_autoptr (GError) cancelled =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
  g_autoptr (GError) unknown = g_error_new_literal (g_convert_error_quark (), 0, "m");

  xmpp_error_explain (error, "connect", "p.test");
  g_assert_cmpstr (error->message, ==, "p.test: No route. What to do: check the network");
  xmpp_error_explain (error, "connect", "p.test");
  g_assert_cmpstr (error->message, ==, "p.test: No route. What to do: check the network");

  xmpp_error_explain (cancelled, "connect", "p.test");
  g_assert_cmpstr (cancelled->message, ==, "Operation was cancelled");
  xmpp_error_explain (unknown, NULL, NULL);
  g_assert_cmpstr (unknown->message, ==, "m");
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
  g_test_add_func ("/error/remedy", test_remedy);
  g_test_add_func ("/error/remedy-of-step", test_remedy_of_step);
  g_test_add_func ("/error/explain", test_explain);

  return g_test_run ();
}
