/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-scram.h"
#include "xmpp-test-freed.h"
#include "xmpp-test-sasl.h"

#define MARKER "correct-horse-battery-staple"

static const char *const texts[] = { MARKER, NULL };

/* That the trap works */
static void
test_trap (void)
{
  char *copy;

  xmpp_test_freed_watch ();
  copy = g_strdup (MARKER);
  g_free (copy);
  g_assert_cmpint (xmpp_test_freed_stop (), ==, 1);
}

static void
test_plain_client (void)
{
  XmppCredential *credential;
  XmppSaslMechanism *client;
  GBytes *message;
  GError *error = NULL;
  XmppSaslStatus status;

  xmpp_test_freed_watch ();
  credential = xmpp_credential_new ("user", MARKER);
  client = xmpp_test_mechanism_new_client ("PLAIN", NULL, credential);
  message = xmpp_test_step_bytes (client, NULL, &status, &error);
  g_assert_no_error (error);
  g_bytes_unref (message);
  g_object_unref (client);
  g_object_unref (credential);
  g_assert_cmpint (xmpp_test_freed_stop (), ==, 0);
}

/* The right one and a wrong one */
static void
test_plain_server (void)
{
  static const char message_text[] = "\0user\0" MARKER;

  for (guint right = 0; right < 2; right++)
    {
      XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();
      XmppSaslMechanism *server =
          xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);
      GBytes *message = g_bytes_new_static (message_text, sizeof message_text - 1);
      GError *error = NULL;
      XmppSaslStatus status;

      xmpp_test_authenticator_set (authenticator, "user", "password",
                                   right ? MARKER : "other");
      xmpp_test_freed_watch ();
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      g_assert_cmpint (status == XMPP_SASL_STATUS_COMPLETE, ==, right);
      g_clear_error (&error);
      g_object_unref (server);
      g_assert_cmpint (xmpp_test_freed_stop (), ==, 0);

      g_bytes_unref (message);
      g_object_unref (authenticator);
    }
}

/* Both sides of a mechanism, which know @value as @field */
static void
check_pair (const char *mechanism, const char *field, const char *value)
{
  for (guint stop = 1; stop <= 3; stop++)
    {
      XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();
      XmppSaslMechanism *server =
          xmpp_test_mechanism_new_server (mechanism, NULL, authenticator);
      XmppCredential *credential;
      XmppSaslMechanism *client;
      GBytes *message = NULL;
      XmppSaslStatus status;

      xmpp_test_authenticator_set (authenticator, "user", field, value);
      xmpp_test_freed_watch ();
      credential = xmpp_credential_new ("user", NULL);
      xmpp_credential_set_field (credential, field, value);
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);

      /* Left alone after one, two and three rounds */
      for (guint round = 0; round < stop; round++)
        {
          GBytes *from_client = xmpp_test_step_bytes (client, message, &status, NULL);

          g_assert_cmpint (status, !=, XMPP_SASL_STATUS_FAILED);
          g_clear_pointer (&message, g_bytes_unref);
          if (status == XMPP_SASL_STATUS_COMPLETE)
            break;
          message = xmpp_test_step_bytes (server, from_client, &status, NULL);
          g_assert_cmpint (status, !=, XMPP_SASL_STATUS_FAILED);
          g_clear_pointer (&from_client, g_bytes_unref);
        }

      g_clear_pointer (&message, g_bytes_unref);
      g_object_unref (client);
      g_object_unref (credential);
      g_object_unref (server);
      g_assert_cmpint (xmpp_test_freed_stop (), ==, 0);

      g_object_unref (authenticator);
    }
}

static void
test_scram (void)
{
  check_pair ("SCRAM-SHA-256", "password", MARKER);
}

static void
test_digest_md5 (void)
{
  check_pair ("DIGEST-MD5", "password", MARKER);
}

static void
test_token (void)
{
  check_pair ("HT-SHA-256-NONE", "fast-token",
              "HT-SHA-256-NONE$2999-12-31T23:59:59Z$" MARKER);
}

int
main (int argc, char **argv)
{
  xmpp_test_freed_init (texts);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/wiped/trap", test_trap);
  g_test_add_func ("/wiped/L2/plain-client", test_plain_client);
  g_test_add_func ("/wiped/L2/plain-server", test_plain_server);
  g_test_add_func ("/wiped/L2/scram", test_scram);
  g_test_add_func ("/wiped/L2/digest-md5", test_digest_md5);
  g_test_add_func ("/wiped/L2/token", test_token);

  return g_test_run ();
}
