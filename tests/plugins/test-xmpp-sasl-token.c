/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-token.h"

#include "token-value.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#define TOKEN "secret-token:fast-Yx3v1dKjgq0n1mN2b1pWc8pD"
#define LATER "2999-12-31T23:59:59Z"
#define BINDING "0123456789abcdef"
#define PROOF_SIZE 32

static const char *const mechanisms[] = { "HT-SHA-256-NONE", "HT-SHA-256-ENDP",
                                          "HT-SHA-256-UNIQ", "HT-SHA-256-EXPR" };

static const XmppTestChannel channels[] = {
  { .binding = XMPP_SASL_BINDING_NONE },
  { .type = "tls-server-end-point", .data = BINDING },
  { .type = "tls-unique", .data = BINDING },
  { .type = "tls-exporter", .data = BINDING },
};

static const XmppTestChannel *
channel_for (const char *mechanism)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (g_str_equal (mechanisms[i], mechanism))
      return &channels[i];

  g_assert_not_reached ();
}

static char *
dup_value (const char *mechanism)
{
  return g_strdup_printf ("%s$" LATER "$" TOKEN, mechanism);
}

/* @value NULL: what fits */
static XmppSaslMechanism *
create_client (const char *mechanism, const char *value)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("romeo", NULL);
  g_autofree char *fitting = dup_value (mechanism);

  xmpp_credential_set_field (credential, "fast-token", value != NULL ? value : fitting);

  return xmpp_test_mechanism_new_client (mechanism, channel_for (mechanism), credential);
}

static XmppSaslMechanism *
create_server (const char *mechanism, const char *field, const char *value)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();

  if (value != NULL)
    xmpp_test_authenticator_set (users, "romeo", field, value);

  return xmpp_test_mechanism_new_server (mechanism, channel_for (mechanism), users);
}

/* "romeo", NUL and what is in hex; @username NULL: only that */
static GBytes *
message_new (const char *username, const char *hex)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();

  if (username != NULL)
    g_byte_array_append (message, (const guint8 *) username, strlen (username) + 1);
  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (g_ascii_xdigit_value (hex[0]) << 4) | g_ascii_xdigit_value (hex[1]);

      g_byte_array_append (message, &byte, 1);
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&message));
}

static void
step_refused (XmppSaslMechanism *mechanism, GBytes *input, int code)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step_bytes (mechanism, input, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
  g_assert_null (strstr (error->message, TOKEN));
}

/* HMAC-SHA256, computed with Python's hmac */
static const struct
{
  const char *mechanism;
  const char *initiator;
  const char *responder;
} vectors[] = {
  { "HT-SHA-256-NONE", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
    "61d28431ae8ff719c5719e9723e03e1df479373c969a04ac88aa96906d7fe211" },
  { "HT-SHA-256-EXPR", "fe01795831f1232788d80fa903681816bd9994a525a46ee24931f97d352dbe49",
    "01ea165263c1286445e7d47d3e0acfe40ecb898e467cf7f221acaa7252e06f4e" },
};

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const char *mechanism = vectors[i].mechanism;
      g_autofree char *value = dup_value (mechanism);
      g_autoptr (XmppSaslMechanism) client = create_client (mechanism, NULL);
      g_autoptr (XmppSaslMechanism)
          server = create_server (mechanism, "fast-token", value);
      g_autoptr (GBytes) initiator = message_new ("romeo", vectors[i].initiator);
      g_autoptr (GBytes) responder = message_new (NULL, vectors[i].responder);
      g_autoptr (GBytes) first = NULL;
      g_autoptr (GBytes) answer = NULL;
      XmppSaslStatus status;

      first = xmpp_test_step_bytes (client, NULL, &status, NULL);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
      g_assert_true (g_bytes_equal (first, initiator));

      answer = xmpp_test_step_bytes (server, initiator, &status, NULL);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_true (g_bytes_equal (answer, responder));

      g_assert_null (xmpp_test_step_bytes (client, responder, &status, NULL));
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
    }
}

static void
test_pairs (void)
{
  static const char *const fields[] = { "fast-token", "fast-token-new" };

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    for (guint slot = 0; slot < G_N_ELEMENTS (fields); slot++)
      for (guint right = 0; right < 2; right++)
        {
          g_autofree char *value = dup_value (mechanisms[i]);
          g_autofree char *known = g_strconcat (value, right ? NULL : "x", NULL);
          g_autoptr (XmppSaslMechanism) client = create_client (mechanisms[i], NULL);
          g_autoptr (XmppSaslMechanism)
              server = create_server (mechanisms[i], fields[slot], known);

          xmpp_test_sasl_check (client, server, right ? "romeo" : NULL);
        }
}

/* A client without a token that may be used here says so before anything is sent, so that
 * another mechanism is tried; nobody is asked for one */
static void
test_client_unavailable (void)
{
  static const char *const values[] = {
    "",
    TOKEN,
    "HT-SHA-256-EXPR$" LATER,
    "HT-SHA-256-EXPR$" LATER "$",
    "$" LATER "$" TOKEN,
    "HT-SHA-256-EXPR$$" TOKEN,
    "HT-SHA-256-EXPR$soon$" TOKEN,
    "HT-SHA-256-EXPR$2020-02-01T00:00:00Z$" TOKEN,
    "HT-SHA-256-NONE$" LATER "$" TOKEN,
    "ht-sha-256-expr$" LATER "$" TOKEN,
  };
  g_autoptr (XmppCredential) nobody = xmpp_credential_new ("romeo", NULL);
  g_autoptr (XmppSaslMechanism)
      without = xmpp_test_mechanism_new_client ("HT-SHA-256-EXPR", &channels[3], nobody);
  g_autoptr (XmppCredential) acting = xmpp_credential_new ("romeo", NULL);
  g_autoptr (XmppSaslMechanism) with_authzid =
      xmpp_test_mechanism_new_client ("HT-SHA-256-EXPR", &channels[3], acting);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_client ("HT-SHA-256-EXPR", values[i]);

      step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
    }

  step_refused (without, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
  xmpp_credential_set_field (acting, "fast-token", "HT-SHA-256-EXPR$" LATER "$" TOKEN);
  xmpp_credential_set_field (acting, "authzid", "juliet@a.test");
  step_refused (with_authzid, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
}

/* The binding that the name promises, and no other */
static void
test_bindings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    for (guint j = 0; j < G_N_ELEMENTS (channels); j++)
      {
        g_autoptr (XmppCredential) credential = xmpp_credential_new ("romeo", NULL);
        g_autofree char *value = dup_value (mechanisms[i]);
        g_autoptr (XmppSaslMechanism) client = NULL;

        xmpp_credential_set_field (credential, "fast-token", value);
        client = xmpp_test_mechanism_new_client (mechanisms[i], &channels[j], credential);
        if (i == 0 || i == j)
          {
            g_autoptr (GError) error = NULL;
            g_autoptr (GBytes) first = xmpp_test_step_bytes (client, NULL, NULL, &error);

            g_assert_no_error (error);
          }
        else
          step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
      }
}

static void
test_lying_server (void)
{
  static const char *const answers[] = {
    "",
    "00",
    /* The client's own proof, the right one cut and with a byte too many */
    "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
    "61d28431ae8ff719c5719e9723e03e1df479373c969a04ac88aa96906d7fe2",
    "61d28431ae8ff719c5719e9723e03e1df479373c969a04ac88aa96906d7fe21100",
  };

  for (guint i = 0; i <= G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_client (mechanisms[0], NULL);
      g_autoptr (GBytes) first = xmpp_test_step_bytes (client, NULL, NULL, NULL);
      g_autoptr (GBytes)
          answer = i < G_N_ELEMENTS (answers) ? message_new (NULL, answers[i]) : NULL;

      step_refused (client, answer, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
    }
}

static void
test_server_refuses (void)
{
  static const struct
  {
    const char *username;
    const char *hex;
    int code;
  } rows[] = {
    { NULL, "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { NULL, "00", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { NULL, "726f6d656f", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "romeo", "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "romeo", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd00",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "romeo", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd007200",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "rom\xff"
      "eo",
      "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "rom\x07"
      "eo",
      "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "romeo", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0073",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    /* What the server itself would say */
    { "romeo", "61d28431ae8ff719c5719e9723e03e1df479373c969a04ac88aa96906d7fe211",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "juliet", "9bc68ea3f8f55e1d06ac87ae5291acb831d50e3417774734b7eb5fd98dbd0072",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
  };
  g_autofree char *value = dup_value (mechanisms[0]);
  g_autofree char *long_name = g_strnfill (1024, 'x');
  g_autoptr (GBytes) too_long = message_new (long_name, vectors[0].initiator);
  g_autoptr (XmppSaslMechanism) last = create_server (mechanisms[0], "fast-token", value);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = create_server (mechanisms[0], "fast-token", value);
      g_autoptr (GBytes) message = message_new (rows[i].username, rows[i].hex);

      g_test_message ("row %u", i);
      step_refused (server, message, rows[i].code);
    }
  step_refused (last, too_long, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

/* What the application keeps is no token, or none that may be used */
static void
test_server_values (void)
{
  static const char *const values[] = { NULL, "", TOKEN, "HT-SHA-256-NONE$$" TOKEN,
                                        "HT-SHA-256-NONE$soon$" TOKEN };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = create_server (mechanisms[0], "fast-token", values[i]);
      g_autoptr (GBytes) message = message_new ("romeo", vectors[0].initiator);

      step_refused (server, message, XMPP_SASL_ERROR_NOT_AUTHORIZED);
    }
}

static void
test_server_asks (void)
{
  g_autofree char *value = dup_value (mechanisms[0]);
  g_autoptr (XmppSaslMechanism)
      server = create_server (mechanisms[0], "fast-token", value);
  g_autoptr (GBytes) message = message_new ("romeo", vectors[0].initiator);
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) answer = NULL;
  XmppSaslStatus status;

  challenge = xmpp_test_step_bytes (server, NULL, &status, NULL);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpuint (g_bytes_get_size (challenge), ==, 0);
  answer = xmpp_test_step_bytes (server, message, &status, NULL);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpuint (g_bytes_get_size (answer), ==, PROOF_SIZE);
}

static void
test_insecure (void)
{
  static const XmppTestChannel insecure = { .insecure = TRUE };
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("romeo", NULL);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanisms[0], &insecure, credential);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server (mechanisms[0], &insecure, users);
  g_autofree char *value = dup_value (mechanisms[0]);
  g_autoptr (GBytes) message = message_new ("romeo", vectors[0].initiator);

  xmpp_credential_set_field (credential, "fast-token", value);
  xmpp_test_authenticator_set (users, "romeo", "fast-token", value);
  step_refused (client, NULL, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
  step_refused (server, message, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
}

static void
test_values (void)
{
  g_autoptr (TokenValue) value = token_value_parse ("HT-SHA-256-NONE$" LATER "$a$b$");
  g_autoptr (TokenValue) old = token_value_parse ("X$2020-02-01T00:00:00+02:00$a");

  g_assert_cmpstr (value->mechanism, ==, "HT-SHA-256-NONE");
  g_assert_cmpstr (value->token, ==, "a$b$");
  g_assert_false (token_value_is_expired (value));
  g_assert_true (token_value_is_expired (old));
  g_assert_null (token_value_parse (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-token/vectors", test_vectors);
  g_test_add_func ("/sasl-token/pairs", test_pairs);
  g_test_add_func ("/sasl-token/client-unavailable", test_client_unavailable);
  g_test_add_func ("/sasl-token/bindings", test_bindings);
  g_test_add_func ("/sasl-token/A2/lying-server", test_lying_server);
  g_test_add_func ("/sasl-token/server-refuses", test_server_refuses);
  g_test_add_func ("/sasl-token/server-values", test_server_values);
  g_test_add_func ("/sasl-token/server-asks", test_server_asks);
  g_test_add_func ("/sasl-token/insecure", test_insecure);
  g_test_add_func ("/sasl-token/values", test_values);

  return g_test_run ();
}
