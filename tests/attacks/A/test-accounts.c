/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-attack.h"
#include "xmpp-sasl-scram.h"

#include <string.h>

/* A18: a name that does not exist looks like one that does */

/* One login up to the refusal. The parts of the server's answer that are not random. */
static char *
refused_transcript (XmppTestAuthenticator *authenticator, const char *username)
{
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abc", username);
  g_autofree char *server_first =
      xmpp_test_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *nonce = g_strndup (server_first, strcspn (server_first, ","));
  g_autofree char *final =
      g_strdup_printf ("c=biws,%s,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", nonce);
  g_autofree char *message =
      xmpp_test_step_refused (server, final, XMPP_SASL_ERROR_NOT_AUTHORIZED);

  return g_strdup_printf ("%" G_GSIZE_FORMAT " %s %s", strlen (nonce),
                          server_first + strlen (nonce), message);
}

/* A name that does not exist looks like one that does */
static void
test_a18 (void)
{
  static const char *const names[] = { "known", "nobody", "nobody2" };

  for (guint stored = 0; stored < 2; stored++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();

      xmpp_test_authenticator_set (authenticator, "known", "password", "pencil");
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autofree char *login = NULL;
          g_autofree char *again = NULL;
          const char *iterations = stored ? ",i=4096 " : ",i=10000 ";
          const char *before = stored ? "user" : "known";

          g_free (refused_transcript (authenticator, before));
          login = refused_transcript (authenticator, names[i]);
          g_free (refused_transcript (authenticator, before));
          again = refused_transcript (authenticator, names[i]);

          g_assert_cmpstr (login, ==, again);
          if (!stored || i > 0)
            g_assert_nonnull (strstr (login, iterations));
        }
    }
}

/* Salt and count that a name gets */
static char *
seen_of (XmppTestAuthenticator *users, const char *mechanism, const char *username)
{
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server (mechanism, NULL, users);
  g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abc", username);
  g_autofree char *answer =
      xmpp_test_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);

  return g_strdup (strstr (answer, ",s="));
}

static gsize
salt_size (const char *seen)
{
  g_autofree char *text = g_strndup (seen + strlen (",s="), strcspn (seen + 3, ","));
  g_autoptr (GBytes) salt = scram_decode_base64 (text);

  return g_bytes_get_size (salt);
}

/* The same accounts, after a restart: nothing is left but what the application knows */
static void
test_a18_restart (void)
{
  static const char *const decoys[] = {
    "Yx3v1dKjgq0n1mN2b1pWc8pD0kqgkqk1cWbV3rEw2gA=",
    "4096$QSXCR+Q6sek8bf92$AAAAAAAAAAAAAAAAAAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "15000$QSXCR+Q6sek8bf92QSXCR+Q6sek8bf92QSXCR+Q6sek8bf92QSXCR+Q6sek8bf92$AAAA$AAAA",
  };
  static const char *const counts[] = { ",i=10000", ",i=4096", ",i=15000" };
  static const gsize sizes[] = { 16, 12, 48 };
  g_autoptr (GHashTable)
      all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (decoys); i++)
    for (guint user = 0; user < 2; user++)
      {
        const char *name = user == 0 ? "nobody" : "nobody2";
        char *before = NULL;

        for (guint process = 0; process < 2; process++)
          {
            g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
            g_autofree char *known = NULL;
            g_autofree char *seen = NULL;

            xmpp_authenticator_set_decoy (XMPP_AUTHENTICATOR (users), decoys[i]);
            /* What was looked up before changes nothing */
            if (process == 1)
              known = seen_of (users, "SCRAM-SHA-1", "user");
            seen = seen_of (users, "SCRAM-SHA-1", name);

            g_assert_true (g_str_has_suffix (seen, counts[i]));
            g_assert_cmpuint (salt_size (seen), ==, sizes[i]);
            if (before != NULL)
              g_assert_cmpstr (seen, ==, before);
            else
              before = g_strdup (seen);
          }

        /* Nobody shares a salt: not two names, not two secrets */
        g_assert_true (g_hash_table_add (all, before));
      }
}

/* Without a decoy, the first account says what the others look like, and keeps saying it */
static void
test_a18_first_form (void)
{
  g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
  g_autofree char *first = seen_of (users, "SCRAM-SHA-1", "user");
  g_autofree char *before = seen_of (users, "SCRAM-SHA-1", "nobody");
  g_autofree char *other = NULL;
  g_autofree char *after = NULL;

  g_assert_cmpuint (salt_size (before), ==, salt_size (first));
  g_assert_true (g_str_has_suffix (before, ",i=4096"));

  xmpp_test_authenticator_set (users, "newer", "password", "pencil");
  other = seen_of (users, "SCRAM-SHA-1", "newer");
  g_assert_true (g_str_has_suffix (other, ",i=10000"));
  after = seen_of (users, "SCRAM-SHA-1", "nobody");
  g_assert_cmpstr (after, ==, before);
}

/* The hashes have salts of their own, so that nobody can compare */
static void
test_a18_hashes (void)
{
  g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
  g_autofree char *one = seen_of (users, "SCRAM-SHA-1", "nobody");
  g_autofree char *two = seen_of (users, "SCRAM-SHA-256", "nobody");

  g_assert_cmpstr (one, !=, two);
}

/* The application is asked the same about everybody: its answers take time, which can be
 * measured */
static void
test_a18_questions (void)
{
  g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
  static const char *const names[] = { "user", "known", "nobody" };

  xmpp_test_authenticator_set (users, "known", "password", "pencil");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *seen = seen_of (users, "SCRAM-SHA-1", names[i]);
      g_autofree char *log = xmpp_test_authenticator_take_log (users);

      g_assert_cmpstr (log, ==, "scram-sha-1-keys password ");
    }
}

/* PLAIN shows nothing of an account, but its refusal must not differ either: in what is said,
 * in what is asked */
static void
test_a18_plain (void)
{
  static const char *const names[] = { "user", "nobody" };
  g_autofree char *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("PLAIN", NULL, users);
      g_autofree char *text = g_strdup_printf ("|%s|wrong", names[i]);
      g_autoptr (GBytes)
          message = g_bytes_new (g_strdelimit (text, "|", '\0'), strlen (names[i]) + 7);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;
      g_autofree char *seen = NULL;

      xmpp_test_authenticator_set (users, "user", "password", "pencil");
      g_assert_null (xmpp_test_step_bytes (server, message, NULL, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      log = xmpp_test_authenticator_take_log (users);
      seen = g_strdup_printf ("%s, %s", log, error->message);
      if (first == NULL)
        first = g_strdup (seen);
      g_assert_cmpstr (seen, ==, first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A18/unknown-user", test_a18);
  g_test_add_func ("/attacks/A18/restart", test_a18_restart);
  g_test_add_func ("/attacks/A18/first-form", test_a18_first_form);
  g_test_add_func ("/attacks/A18/hashes", test_a18_hashes);
  g_test_add_func ("/attacks/A18/questions", test_a18_questions);
  g_test_add_func ("/attacks/A18/plain", test_a18_plain);

  return g_test_run ();
}
