/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "oauth-message.h"

#include <string.h>

#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

static GBytes *
bytes_new (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_request_build (void)
{
  static const struct
  {
    const char *authzid;
    const char *message;
  } rows[] = {
    { "user@example.com", "n,a=user@example.com,\1auth=Bearer " TOKEN "\1\1" },
    { "a,b=c@example.com", "n,a=a=2Cb=3Dc@example.com,\1auth=Bearer " TOKEN "\1\1" },
    { "\xc3\xa9@a.test", "n,a=\xc3\xa9@a.test,\1auth=Bearer " TOKEN "\1\1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = oauth_request_build (rows[i].authzid, TOKEN);
      g_autoptr (GBytes) expected = bytes_new (rows[i].message);
      g_autoptr (OauthRequest) parsed = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_bytes_equal (message, expected));
      parsed = oauth_request_parse (message, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (parsed->authzid, ==, rows[i].authzid);
      g_assert_cmpstr (parsed->token, ==, TOKEN);
    }
}

/* RFC 7628 §4.1 as it stands there, and what else the grammar allows */
static void
test_request_parse (void)
{
  static const struct
  {
    const char *message;
    const char *authzid;
    const char *token;
  } rows[] = {
    { "n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer " TOKEN
      "\1\1",
      "user@example.com", TOKEN },
    { "n,,\1auth=Bearer x\1\1", NULL, "x" },
    { "y,,\1auth=Bearer x\1\1", NULL, "x" },
    { "n,a=b,\1auth=bearer x\1\1", "b", "x" },
    { "n,a=b,\1auth=BEARER x\1\1", "b", "x" },
    { "n,a==2C=3D,\1auth=Bearer x\1\1", ",=", "x" },
    { "n,a=b,\1auth=Bearer x\1port=1\1unknown= a \t\r\n=\1\1", "b", "x" },
    { "n,a=b,\1authx=\1auth=Bearer secret-token:e=\1empty=\1\1", "b", "secret-token:e=" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = bytes_new (rows[i].message);
      g_autoptr (GError) error = NULL;
      g_autoptr (OauthRequest) request = oauth_request_parse (message, &error);

      g_test_message ("row %u", i);
      g_assert_no_error (error);
      g_assert_cmpstr (request->authzid, ==, rows[i].authzid);
      g_assert_cmpstr (request->token, ==, rows[i].token);
    }
}

static void
assert_request_refused (GBytes *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oauth_request_parse (message, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
  g_assert_null (strstr (error->message, "hunter"));
}

static void
test_request_refused (void)
{
  static const char *const rows[] = {
    "",
    "\1",
    "n",
    "n,,",
    "n,,\1",
    "n,,\1\1",
    "n,a=b,\1host=a\1port=1\1\1",
    "n,a=b,\1auth=Bearer hunter",
    "n,a=b,\1auth=Bearer hunter\1",
    "n,a=b,\1auth=Bearer hunter\1\1\1",
    "n,a=b,\1auth=Bearer hunter\1\1more",
    "n,a=b,\1auth=Bearer hunter\1auth=Bearer hunter\1\1",
    "n,a=b,\1auth=Bearer \1\1",
    "n,a=b,\1auth=Bearer\1\1",
    "n,a=b,\1auth=hunter\1\1",
    "n,a=b,\1auth=\1\1",
    "n,a=b,\1auth=Basic hunter\1\1",
    "n,a=b,\1auth=Bearer  hunter\1\1",
    "n,a=b,\1auth=Bearer hunter hunter\1\1",
    "n,a=b,\1auth=Bearer hunter\n\1\1",
    "n,a=b,\1auth=Bearer hunt\x7f"
    "er\1\1",
    "n,a=b,\1auth=Bearer hunt\xc3\xa9r\1\1",
    "n,a=b,\1auth=Bearer hunt\xffr\1\1",
    "n,a=b,\1AUTH=Bearer hunter\1\1",
    "n,a=b,\1=x\1auth=Bearer hunter\1\1",
    "n,a=b,\1x\1auth=Bearer hunter\1\1",
    "n,a=b,\1x9=y\1auth=Bearer hunter\1\1",
    "n,a=b,\1x=\2\1auth=Bearer hunter\1\1",
    "n,a=b,\1x=\xc3\xa9\1auth=Bearer hunter\1\1",
    "n,a=b,auth=Bearer hunter\1\1",
    "n,a=b\1auth=Bearer hunter\1\1",
    "n,a=b,x\1auth=Bearer hunter\1\1",
    "n,a=b,,\1auth=Bearer hunter\1\1",
    "n,b,\1auth=Bearer hunter\1\1",
    "n,a=,\1auth=Bearer hunter\1\1",
    "n,a=b=,\1auth=Bearer hunter\1\1",
    "n,a=b=2c,\1auth=Bearer hunter\1\1",
    "n,a=\xff,\1auth=Bearer hunter\1\1",
    "p=tls-unique,a=b,\1auth=Bearer hunter\1\1",
    "F,n,a=b,\1auth=Bearer hunter\1\1",
    "N,a=b,\1auth=Bearer hunter\1\1",
    ",,\1auth=Bearer hunter\1\1",
  };
  g_autofree char *long_token = g_strnfill (OAUTH_MAX_REQUEST, 'x');
  g_autoptr (GBytes) too_long = oauth_request_build ("b", long_token);
  g_autoptr (GBytes) with_nul = g_bytes_new_static ("n,,\1auth=Bearer \0x\1\1", 20);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = bytes_new (rows[i]);

      g_test_message ("row %u", i);
      assert_request_refused (message);
    }
  assert_request_refused (too_long);
  assert_request_refused (with_nul);
}

static void
test_token (void)
{
  static const char *const wrong[] = { "",      "a b",      "a\1b",    " a",
                                       "a\n",   "a\tb",     "\1",      "a\x7f",
                                       "\x01x", "\xc3\xa9", "\xff\xfe" };

  g_assert_true (oauth_token_is_valid (TOKEN));
  g_assert_true (oauth_token_is_valid ("a-._~+/="));
  /* RFC 8959, as Prosody makes them */
  g_assert_true (oauth_token_is_valid ("secret-token:Mjt4"));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (oauth_token_is_valid (wrong[i]));
}

static void
test_error_parse (void)
{
  static const struct
  {
    const char *message;
    const char *status;
    const char *scope;
    const char *configuration;
  } rows[] = {
    /* RFC 7628 §4.3 */
    { "{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
      "\"openid-configuration\":\"https://example.com/.well-known/"
      "openid-configuration\"}",
      "invalid_token", "example_scope",
      "https://example.com/.well-known/openid-configuration" },
    { "{\"status\":\"401\"}", "401", NULL, NULL },
    { " \r\n\t{ \"status\" : \"x\" , \"schemes\" : \"bearer mac\" }\n", "x", NULL, NULL },
    { "{\"status\":\"x\",\"scope\":null,\"openid-configuration\":7}", "x", NULL, NULL },
    { "{\"a\":{\"status\":\"no\"},\"status\":\"x\",\"b\":[{\"scope\":\"no\"}]}", "x",
      NULL, NULL },
    { "{\"status\":\"a\",\"status\":\"b\"}", "b", NULL, NULL },
    { "{\"\":\"\",\"status\":\"x\",\"n\":[-0,1,2.5,-1e5,3E+2,4.0e-1,true,false,null,{},[]"
      ","
      "[ ],{ }]}",
      "x", NULL, NULL },
    { "{\"status\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\"}",
      "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80", NULL, NULL },
    { "{\"st\\u0061tus\":\"\xc3\xa9\"}", "\xc3\xa9", NULL, NULL },
    /* Eight of them inside of each other */
    { "{\"a\":[[[[[[[]]]]]]],\"status\":\"x\"}", "x", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = bytes_new (rows[i].message);
      g_autoptr (GError) error = NULL;
      g_autoptr (OauthError) parsed = oauth_error_parse (message, &error);

      g_test_message ("row %u", i);
      g_assert_no_error (error);
      g_assert_cmpstr (parsed->status, ==, rows[i].status);
      g_assert_cmpstr (parsed->scope, ==, rows[i].scope);
      g_assert_cmpstr (parsed->openid_configuration, ==, rows[i].configuration);
    }
}

static void
assert_error_refused (GBytes *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oauth_error_parse (message, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

static void
test_error_refused (void)
{
  static const char *const rows[] = {
    "",
    "x",
    "[]",
    "\"status\"",
    "{",
    "{}",
    "{\"scope\":\"x\"}",
    "{\"status\":401}",
    "{\"status\":null}",
    "{\"status\":{\"status\":\"x\"}}",
    "{\"status\":\"x\"",
    "{\"status\":\"x\"}}",
    "{\"status\":\"x\"} x",
    "{\"status\":\"x\",}",
    "{\"status\":\"x\" \"a\":1}",
    "{,\"status\":\"x\"}",
    "{\"status\" \"x\"}",
    "{\"status\":\"x\",\"a\"}",
    "{\"status\":\"x\",\"a\":}",
    "{\"status\":\"x\",a:1}",
    "{'status':'x'}",
    "{\"status\":\"x\",\"a\":'b'}",
    "{\"status\":\"x\" /* a */}",
    "{\"status\":\"x\"} // a",
    "{\"status\":\"x",
    "{\"status\":\"x\\",
    "{\"status\":\"x\\\"}",
    "{\"status\":\"a\nb\"}",
    "{\"status\":\"\\x\"}",
    "{\"status\":\"\\u12\"}",
    "{\"status\":\"\\u12g4\"}",
    "{\"status\":\"\\u0000\"}",
    "{\"status\":\"\\ud800\"}",
    "{\"status\":\"\\ud800\\u0041\"}",
    "{\"status\":\"\\ud800x\"}",
    "{\"status\":\"\\udc00\"}",
    "{\"status\":\"\\udc00\\ud800\"}",
    "{\"status\":\"\xff\"}",
    "{\"status\":\"x\",\"a\":01}",
    "{\"status\":\"x\",\"a\":1.}",
    "{\"status\":\"x\",\"a\":.5}",
    "{\"status\":\"x\",\"a\":+1}",
    "{\"status\":\"x\",\"a\":-}",
    "{\"status\":\"x\",\"a\":1e}",
    "{\"status\":\"x\",\"a\":NaN}",
    "{\"status\":\"x\",\"a\":True}",
    "{\"status\":\"x\",\"a\":nul}",
    "{\"status\":\"x\",\"a\":[1,]}",
    "{\"status\":\"x\",\"a\":[1 2]}",
    "{\"status\":\"x\",\"a\":[}",
    "{\"status\":\"x\",\"a\":[1}",
    /* Nine of them inside of each other */
    "{\"status\":\"x\",\"a\":[[[[[[[[]]]]]]]]}",
    "{\"status\":\"x\",\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
  };
  g_autofree char *blanks = g_strnfill (OAUTH_MAX_ERROR, ' ');
  g_autofree char *long_text = g_strconcat ("{\"status\":\"x\"}", blanks, NULL);
  g_autofree char *deep_text = g_strnfill (OAUTH_MAX_ERROR, '[');
  g_autofree char *objects = g_strnfill (OAUTH_MAX_ERROR, '{');
  g_autoptr (GBytes) too_long = bytes_new (long_text);
  g_autoptr (GBytes) deep = bytes_new (deep_text);
  g_autoptr (GBytes) deep_objects = bytes_new (objects);
  g_autoptr (GBytes) with_nul = g_bytes_new_static ("{\"status\":\"x\"}\0", 15);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = bytes_new (rows[i]);

      g_test_message ("row %u", i);
      assert_error_refused (message);
    }
  assert_error_refused (too_long);
  assert_error_refused (deep);
  assert_error_refused (deep_objects);
  assert_error_refused (with_nul);
}

static void
test_error_build (void)
{
  static const struct
  {
    OauthError error;
    const char *message;
  } rows[] = {
    { { (char *) "invalid_token", NULL, NULL }, "{\"status\":\"invalid_token\"}" },
    { { (char *) "x", (char *) "a b", (char *) "https://a.test/" },
      "{\"status\":\"x\",\"scope\":\"a "
      "b\",\"openid-configuration\":\"https://a.test/\"}" },
    { { (char *) "\"\\\n\x1f\xc3\xa9", NULL, (char *) "" },
      "{\"status\":\"\\\"\\\\\\u000a\\u001f\xc3\xa9\",\"openid-configuration\":\"\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = oauth_error_build (&rows[i].error);
      g_autoptr (GBytes) expected = bytes_new (rows[i].message);
      g_autoptr (GError) error = NULL;
      g_autoptr (OauthError) parsed = oauth_error_parse (message, &error);

      g_assert_true (g_bytes_equal (message, expected));
      g_assert_no_error (error);
      g_assert_cmpstr (parsed->status, ==, rows[i].error.status);
      g_assert_cmpstr (parsed->scope, ==, rows[i].error.scope);
      g_assert_cmpstr (parsed->openid_configuration, ==,
                       rows[i].error.openid_configuration);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/oauth-message/request-build", test_request_build);
  g_test_add_func ("/oauth-message/request-parse", test_request_parse);
  g_test_add_func ("/oauth-message/request-refused", test_request_refused);
  g_test_add_func ("/oauth-message/token", test_token);
  g_test_add_func ("/oauth-message/error-parse", test_error_parse);
  g_test_add_func ("/oauth-message/error-refused", test_error_refused);
  g_test_add_func ("/oauth-message/error-build", test_error_build);

  return g_test_run ();
}
