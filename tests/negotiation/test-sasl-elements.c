/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-sasl-elements.h"

#include <string.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-namespaces.h"

static void
test_data (void)
{
  static const struct
  {
    const char *text;
    const char *data; /* NULL: none */
    int code;         /* -1: no error */
  } rows[] = {
    { "", NULL, -1 },
    { "=", "", -1 },
    { "bm9uY2U=", "nonce", -1 },
    { "YQ==", "a", -1 },
    { "YWI=", "ab", -1 },
    { "YWJj", "abc", -1 },
    { "YQ", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YQ=", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YQ===", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YR==", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YW I=", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { " YWI=", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YWI=\n", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YWI=YWI=", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "==", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "====", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "Y", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "a_b-", NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=", NULL, XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new ("challenge", XMPP_NS_SASL);
      g_autoptr (GBytes) data = NULL;
      g_autoptr (GError) error = NULL;
      gboolean parsed;

      g_test_message ("“%s”", rows[i].text);
      xmpp_element_set_text (element, rows[i].text);
      parsed = xmpp_sasl_parse_data (element, 20, &data, &error);
      g_assert_cmpint (parsed, ==, rows[i].code < 0);
      if (rows[i].code >= 0)
        {
          g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
          continue;
        }

      g_assert_no_error (error);
      if (rows[i].data == NULL)
        g_assert_null (data);
      else
        g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data),
                         rows[i].data, strlen (rows[i].data));
    }
}

/* None and empty are different things (RFC 6120 §6.4.2, §6.4.6). */
static void
test_build (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) data = g_bytes_new_static ("nonce", 5);
  g_autoptr (XmppElement) none = xmpp_sasl_build_auth ("X-TOY", NULL);
  g_autoptr (XmppElement) equals = xmpp_sasl_build_auth ("X-TOY", empty);
  g_autoptr (XmppElement) response = xmpp_sasl_build_response (empty);
  g_autoptr (XmppElement) challenge = xmpp_sasl_build_challenge (data);
  g_autoptr (XmppElement) success = xmpp_sasl_build_success (NULL);
  g_autoptr (XmppElement) empty_success = xmpp_sasl_build_success (empty);

  g_assert_cmpstr (xmpp_element_get_attribute (none, "mechanism"), ==, "X-TOY");
  g_assert_cmpstr (xmpp_element_get_text (none), ==, "");
  g_assert_cmpstr (xmpp_element_get_text (equals), ==, "=");
  g_assert_cmpstr (xmpp_element_get_text (response), ==, "");
  g_assert_cmpstr (xmpp_element_get_text (challenge), ==, "bm9uY2U=");
  g_assert_cmpstr (xmpp_element_get_text (success), ==, "");
  g_assert_cmpstr (xmpp_element_get_text (empty_success), ==, "=");
  g_assert_true (xmpp_element_is_sensitive (none));
  g_assert_true (xmpp_element_is_sensitive (response));
}

static void
test_failure (void)
{
  g_autoptr (XmppElement) failure = xmpp_element_new ("failure", XMPP_NS_SASL);
  g_autoptr (GError)
      local = g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL, "secret");
  g_autoptr (GError) wire =
      g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_ACCOUNT_DISABLED, "secret");
  g_autoptr (XmppElement) built = xmpp_sasl_build_failure (local);
  g_autoptr (XmppElement) disabled = xmpp_sasl_build_failure (wire);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) empty = NULL;
  g_autofree char *text = g_strnfill (5000, 'x');

  g_assert_nonnull (
      xmpp_element_get_child (built, "temporary-auth-failure", XMPP_NS_SASL));
  g_assert_nonnull (xmpp_element_get_child (disabled, "account-disabled", XMPP_NS_SASL));

  empty = xmpp_sasl_parse_failure (failure, "x.test");
  g_assert_error (empty, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);

  xmpp_element_append_child (failure, "text", XMPP_NS_SASL, text);
  xmpp_element_append_child (failure, "credentials-expired", XMPP_NS_SASL, NULL);
  error = xmpp_sasl_parse_failure (failure, "x.test");
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_CREDENTIALS_EXPIRED);
  g_assert_nonnull (strstr (error->message, "x.test"));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

/* A word that only this library has does not come in from outside. */
static void
test_failure_local (void)
{
  static const char *const words[] = { "downgrade", "server-not-trusted",
                                       "need-credential", "internal", "nonsense" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (XmppElement) failure = xmpp_element_new ("failure", XMPP_NS_SASL);
      g_autoptr (GError) error = NULL;

      xmpp_element_append_child (failure, words[i], XMPP_NS_SASL, NULL);
      error = xmpp_sasl_parse_failure (failure, "x.test");
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
    }
}

static void
test_lists (void)
{
  g_autoptr (XmppElement) features = xmpp_element_new ("features", XMPP_NS_STREAMS);
  XmppElement *mechanisms =
      xmpp_element_append_child (features, "mechanisms", XMPP_NS_SASL, NULL);
  XmppElement *bindings;
  XmppElement *binding;
  g_auto (GStrv) none = xmpp_sasl_parse_bindings (features, 10);
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) types = NULL;

  g_assert_null (none);

  xmpp_element_append_child (mechanisms, "mechanism", XMPP_NS_SASL, "PLAIN");
  xmpp_element_append_child (mechanisms, "mechanism", "urn:other", "OTHER");
  xmpp_element_append_child (mechanisms, "hostname", "urn:xmpp:domain-based-name:1", "h");
  xmpp_element_append_child (mechanisms, "mechanism", XMPP_NS_SASL, "X-A");
  xmpp_element_append_child (mechanisms, "mechanism", XMPP_NS_SASL, "X-B");
  names = xmpp_sasl_parse_mechanisms (mechanisms, 2);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[1], ==, "X-A");

  bindings = xmpp_element_append_child (features, "sasl-channel-binding",
                                        XMPP_NS_SASL_CHANNEL_BINDING, NULL);
  xmpp_element_append_child (bindings, "channel-binding", XMPP_NS_SASL_CHANNEL_BINDING,
                             NULL);
  binding = xmpp_element_append_child (bindings, "channel-binding",
                                       XMPP_NS_SASL_CHANNEL_BINDING, NULL);
  xmpp_element_set_attribute (binding, "type", "tls-exporter");
  types = xmpp_sasl_parse_bindings (features, 10);
  g_assert_cmpuint (g_strv_length (types), ==, 1);
  g_assert_cmpstr (types[0], ==, "tls-exporter");
}

/* XEP-0233: a name of a host, as the DNS writes it, or nothing */
static void
test_host (void)
{
  static const struct
  {
    const char *text;
    const char *host;
  } rows[] = {
    { "auth42.us.example.com", "auth42.us.example.com" },
    { "AUTH.example.com", "auth.example.com" },
    { "b\xc3\xbc"
      "cher.example",
      "xn--bcher-kva.example" },
    { NULL, NULL },
    { "", NULL },
    { "a/b", NULL },
    { "a@b", NULL },
    { "a b", NULL },
    { "192.0.2.1", NULL },
    { "[2001:db8::1]", NULL },
    { "2001:db8::1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppElement) mechanisms = xmpp_element_new ("mechanisms", XMPP_NS_SASL);
      g_autofree char *host = NULL;

      xmpp_element_append_child (mechanisms, "hostname", XMPP_NS_SASL, "not.this.test");
      if (i != 3)
        xmpp_element_append_child (mechanisms, "hostname", XMPP_NS_DOMAIN_BASED_NAME,
                                   rows[i].text);
      host = xmpp_sasl_parse_host (mechanisms);
      g_assert_cmpstr (host, ==, rows[i].host);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl-elements/data", test_data);
  g_test_add_func ("/sasl-elements/build", test_build);
  g_test_add_func ("/sasl-elements/failure", test_failure);
  g_test_add_func ("/sasl-elements/failure/local-words", test_failure_local);
  g_test_add_func ("/sasl-elements/lists", test_lists);
  g_test_add_func ("/sasl-elements/A13/host", test_host);
  return g_test_run ();
}
