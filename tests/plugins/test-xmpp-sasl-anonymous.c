/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-sasl.h"

#include <string.h>

static XmppSaslMechanism *
new_client (XmppCredential *credential, const char *trace)
{
  xmpp_credential_set_field (credential, "trace", trace);

  return xmpp_test_mechanism_new_client ("ANONYMOUS", NULL, credential);
}

/* Nothing that names anybody, unless a trace is to be left */
static void
test_client (void)
{
  static const struct
  {
    const char *trace;
    const char *message; /* NULL: refused */
  } rows[] = {
    { NULL, "" },
    { "sirhc", "sirhc" },
    { "romeo@montague.test", "romeo@montague.test" },
    { "two words", "two words" },
    { "\xe2\x98\x83", "\xe2\x98\x83" },
    { "", NULL },
    { "@", NULL },
    { "romeo@", NULL },
    { "@montague.test", NULL },
    { "a\nb", NULL },
    { "a\x7f", NULL },
    { "\xff", NULL },
    { "\xef\xbf\xbe", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", "pencil");
      g_autoptr (XmppSaslMechanism) client = new_client (credential, rows[i].trace);
      g_autofree char *message = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      message = xmpp_test_step (client, NULL, &status, &error);
      g_assert_cmpstr (message, ==, rows[i].message);
      if (rows[i].message != NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

/* 255 characters, of up to four bytes each */
static void
test_length (void)
{
  for (guint length = 255; length <= 256; length++)
    {
      GString *trace = g_string_new (NULL);
      g_autofree char *owned = NULL;
      g_autoptr (XmppCredential) credential = xmpp_credential_new_anonymous ();
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism) client = NULL;
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("ANONYMOUS", NULL, authenticator);
      g_autofree char *message = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      for (guint i = 0; i < length; i++)
        g_string_append (trace, "\xf0\x9f\x8e\xb5");
      owned = g_string_free (trace, FALSE);
      client = new_client (credential, owned);
      message = xmpp_test_step (client, NULL, &status, &error);
      g_assert_cmpint (message != NULL, ==, length == 255);
      g_clear_error (&error);
      g_assert_null (xmpp_test_step (server, owned, &status, &error));
      g_assert_cmpint (error == NULL, ==, length == 255);
    }
}

/* Whoever it is gets a name that nobody has had. */
static void
test_pairs (void)
{
  g_autoptr (GHashTable)
      names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  static const XmppTestChannel channels[] = { { 0 }, { .insecure = TRUE } };

  for (guint i = 0; i < 100; i++)
    {
      const XmppTestChannel *channel = &channels[i % G_N_ELEMENTS (channels)];
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppCredential) credential = xmpp_credential_new_anonymous ();
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("ANONYMOUS", channel, credential);
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("ANONYMOUS", channel, authenticator);
      g_autoptr (XmppJid) jid = NULL;
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;
      const char *name;

      xmpp_credential_set_field (credential, "trace", i % 3 == 0 ? "sirhc" : NULL);
      g_assert_true (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      name = xmpp_sasl_mechanism_get_username (server);
      g_assert_cmpuint (strlen (name), ==, 32);
      jid = xmpp_jid_new_from_parts (name, "a.test", NULL, NULL);
      g_assert_cmpstr (xmpp_jid_get_local (jid), ==, name);
      g_assert_true (g_hash_table_add (names, g_strdup (name)));
      g_assert_null (xmpp_sasl_mechanism_get_authzid (server));
    }
}

static void
test_server_asks (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("ANONYMOUS", NULL, authenticator);
  g_autofree char *challenge = NULL;

  challenge = xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpstr (challenge, ==, "");

  g_assert_null (xmpp_test_step_good (server, "", XMPP_SASL_STATUS_COMPLETE));
}

static void
test_server_refuses (void)
{
  static const struct
  {
    const char *message;
    gsize length;
  } rows[] = {
    { "\0", 1 },
    { "a\0b", 3 },
    { "\xff", 1 },
    { "@", 1 },
    { "romeo@", 6 },
    { "@x", 2 },
    { "a\nb", 3 },
    { "a\x7f", 2 },
    { "\r\n", 2 },
    { "\x1b[", 2 },
    { "\xf4\x90\x80\x80", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("ANONYMOUS", NULL, authenticator);
      g_autoptr (GBytes) message = g_bytes_new (rows[i].message, rows[i].length);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-anonymous/client", test_client);
  g_test_add_func ("/sasl-anonymous/length", test_length);
  g_test_add_func ("/sasl-anonymous/pairs", test_pairs);
  g_test_add_func ("/sasl-anonymous/server-asks", test_server_asks);
  g_test_add_func ("/sasl-anonymous/server-refuses", test_server_refuses);

  return g_test_run ();
}
