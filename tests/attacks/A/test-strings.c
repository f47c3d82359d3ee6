/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-scram.h"
#include "xmpp-test-sasl.h"

#include <string.h>

/* What an authorization identity other than one's own leads to; the account is
 * alice@a.test */
static const struct
{
  const char *authzid;
  gboolean good;
} authzids[] = {
  { NULL, TRUE },
  { "alice@a.test", TRUE },
  { "alice", TRUE },
  /* As they are prepared for a JID (RFC 7622 §3.3) */
  { "ALICE@a.test", TRUE },
  { "alice@A.TEST", TRUE },
  { "bob", FALSE },
  { "alice@a.test,bob@a.test", FALSE },
  { "bob@a.test", FALSE },
  { "alice@b.test", FALSE },
  { "alice@a.test/phone", FALSE },
  { "alice@a.test/", FALSE },
  { "@a.test", FALSE },
  { "a.test", FALSE },
  { "alice@a.test ", FALSE },
  { "\xff", FALSE },
};

static void
run_authzid (const char *mechanism, guint row)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server (mechanism, NULL, authenticator);
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;
  gboolean good;

  xmpp_test_authenticator_set (authenticator, "alice", "password", "pencil");
  xmpp_test_authenticator_set (authenticator, "bob", "password", "pencil");
  xmpp_credential_set_field (credential, "authzid", authzids[row].authzid);

  good = xmpp_test_sasl_run (client, server, &client_error, &server_error);
  g_assert_no_error (client_error);
  g_assert_cmpint (good, ==, authzids[row].good);
  if (good)
    {
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
      return;
    }

  if (!g_error_matches (server_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST))
    g_assert_error (server_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID);
}

/* One account cannot open another one's session */
static void
test_a11 (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (authzids); i++)
    {
      run_authzid ("DIGEST-MD5", i);
      run_authzid ("PLAIN", i);
      run_authzid ("SCRAM-SHA-1", i);
    }
}

/* The same for who is proven by a certificate, which names two */
static void
test_a11_external (void)
{
  static const char *const identities[] = { "alice@a.test", "bob@b.test", NULL };
  static const XmppTestChannel channel = { .identities = identities };

  for (guint i = 0; i < G_N_ELEMENTS (authzids); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("EXTERNAL", &channel, authenticator);
      const char *authzid = authzids[i].authzid != NULL ? authzids[i].authzid : "";
      /* A certificate names addresses, and a part of one is none. */
      gboolean good = authzids[i].good && (*authzid == '\0' || strchr (authzid, '@'));
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_assert_null (xmpp_test_step (server, authzid, &status, &error));
      g_assert_cmpint (error == NULL, ==, good);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==,
                       good ? "alice" : NULL);
      if (!good &&
          !g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST))
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID);
    }
}

/* Bytes behind the third part, or a part too many, are no message of PLAIN */
static void
test_a11_parts (void)
{
  static const struct
  {
    const char *text;
    gsize length;
  } rows[] = {
    { "\0alice\0pencil\0", 14 },         { "\0alice\0pencil\0bob", 17 },
    { "\0\0alice\0pencil", 14 },         { "bob@a.test\0\0alice\0pencil", 24 },
    { "alice\0bob\0alice\0pencil", 22 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);
      g_autoptr (GBytes) message = g_bytes_new_static (rows[i].text, rows[i].length);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_test_authenticator_set (authenticator, "alice", "password", "pencil");
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

/* RFC 4013 §3 and what SASLprep maps to the grammar's own characters */
static const struct
{
  const char *text;
  const char *prepared; /* NULL: refused before anything is sent */
} strings[] = {
  { "I\xc2\xadX", "IX" },
  { "user", "user" },
  { "USER", "USER" },
  { "\xc2\xaa", "a" },
  { "\xe2\x85\xa8", "IX" },
  { "\x07", NULL },
  { "\xd8\xa7\x31", NULL },
  { "a\xef\xbc\x8c"
    "b\xef\xbc\x9d",
    "a,b=" },
  { "", NULL },
  { "\xc2\xad", NULL },
  { "a\x7f", NULL },
  { "a\xee\x80\x80", NULL },
  { "a\xef\xbf\xbd", NULL },
  { "a\xe2\x80\xae", NULL },
  { "a\xc0\x80", NULL },
  { "a\xff", NULL },
};

static char *
dup_escaped (const char *text)
{
  GString *string = g_string_new (text);

  g_string_replace (string, "=", "=3D", 0);
  g_string_replace (string, ",", "=2C", 0);

  return g_string_free (string, FALSE);
}

static void
assert_first_step (const char *mechanism,
                   const char *username,
                   const char *password,
                   GBytes *expected)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, password);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  if (XMPP_IS_SASL_SCRAM (client))
    xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");

  message = xmpp_test_step_bytes (client, NULL, &status, &error);
  if (expected != NULL)
    {
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (message, expected));
      return;
    }

  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
  g_assert_null (message);
}

static GBytes *
join_parts (const char *username, const char *password)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_byte_array_append (bytes, (const guint8 *) username, strlen (username) + 1);
  g_byte_array_append (bytes, (const guint8 *) password, strlen (password));

  return g_byte_array_free_to_bytes (bytes);
}

static void
test_a20 (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      const char *text = strings[i].text;
      const char *prepared = strings[i].prepared;
      g_autoptr (GBytes) as_username = NULL;
      g_autoptr (GBytes) as_password = NULL;
      g_autoptr (GBytes) as_name = NULL;

      if (prepared != NULL)
        {
          g_autofree char *escaped = dup_escaped (prepared);
          g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abc", escaped);

          as_username = join_parts (prepared, "pencil");
          as_password = join_parts ("user", prepared);
          as_name = g_bytes_new (first, strlen (first));
        }

      assert_first_step ("PLAIN", text, "pencil", as_username);
      assert_first_step ("PLAIN", "user", text, as_password);
      assert_first_step ("SCRAM-SHA-1", text, "pencil", as_name);
    }
}

/* SCRAM needs the password only later: it is refused then, and no proof is sent */
static void
test_a20_scram_password (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new ("user", strings[i].text);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
      g_autofree char *first = NULL;
      g_autofree char *final = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
      first = xmpp_test_step (client, NULL, &status, &error);
      g_assert_no_error (error);
      final = xmpp_test_step (client, "r=abcx,s=QUFB,i=4096", &status, &error);
      if (strings[i].prepared != NULL)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_cmpint (final != NULL, ==, strings[i].prepared != NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A11/authzid", test_a11);
  g_test_add_func ("/attacks/A11/external", test_a11_external);
  g_test_add_func ("/attacks/A11/parts", test_a11_parts);
  g_test_add_func ("/attacks/A20/strings", test_a20);
  g_test_add_func ("/attacks/A20/scram-password", test_a20_scram_password);

  return g_test_run ();
}
