/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-attack.h"
#include "xmpp-sasl-scram.h"

#include <string.h>

#define SALT SCRAM_ATTACK_SALT
#define BINDING "0123456789abcdef"

static const char *const with_plus[] = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", NULL };
static const char *const without_plus[] = { "SCRAM-SHA-1", NULL };

typedef struct
{
  const char *mechanism;
  const char *const *offered;
  const char *header;
  const char *binding; /* what c= says, before base64 */
  gboolean good;
} BindingRow;

static void
run_binding_row (const BindingRow *row, char **message)
{
  XmppTestChannel channel = {
    .binding = XMPP_SASL_BINDING_USED,
    .type = "tls-exporter",
    .data = BINDING,
    .offered = row->offered,
  };
  g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server (row->mechanism, &channel, authenticator);
  g_autofree char *first = g_strconcat (row->header, "n=user,r=abc", NULL);
  g_autofree char *server_first =
      xmpp_test_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *nonce = g_strndup (server_first, strcspn (server_first, ","));
  g_autofree char *binding =
      g_base64_encode ((const guchar *) row->binding, strlen (row->binding));
  g_autofree char *without_proof = g_strdup_printf ("c=%s,%s", binding, nonce);
  g_autofree char *final =
      scram_attack_forge_final ("n=user,r=abc", server_first, without_proof);

  g_test_message ("%s %s %s", row->mechanism, row->header, row->binding);
  if (row->good)
    g_free (xmpp_test_step_good (server, final, XMPP_SASL_STATUS_COMPLETE));
  else
    *message = xmpp_test_step_refused (server, final, XMPP_SASL_ERROR_NOT_AUTHORIZED);
}

/* The server's side of channel binding. All that is wrong fails at the same place with the
 * same words as a wrong password. */
static void
test_a5 (void)
{
  static const BindingRow rows[] = {
    { "SCRAM-SHA-1", with_plus, "n,,", "n,,", TRUE },
    { "SCRAM-SHA-1", without_plus, "y,,", "y,,", TRUE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-exporter,,", "p=tls-exporter,," BINDING,
      TRUE },
    { "SCRAM-SHA-1", with_plus, "y,,", "y,,", FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-unique,,", "p=tls-unique,," BINDING, FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-exporter,,",
      "p=tls-exporter,,0123456789abcdeF", FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-exporter,,", "p=tls-exporter,,", FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-exporter,,", "p=tls-unique,," BINDING,
      FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "p=tls-exporter,,", "n,,", FALSE },
    { "SCRAM-SHA-1", without_plus, "y,,", "n,,", FALSE },
    { "SCRAM-SHA-1", without_plus, "n,,", "y,,", FALSE },
    { "SCRAM-SHA-1", without_plus, "n,,", "n,,x", FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "n,,", "n,,", FALSE },
    { "SCRAM-SHA-1-PLUS", with_plus, "y,,", "y,,", FALSE },
    { "SCRAM-SHA-1", with_plus, "p=tls-exporter,,", "p=tls-exporter,," BINDING, FALSE },
  };
  g_autofree char *first_message = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *message = NULL;

      run_binding_row (&rows[i], &message);
      if (first_message == NULL)
        first_message = g_steal_pointer (&message);
      else if (!rows[i].good)
        g_assert_cmpstr (message, ==, first_message);
    }
}

static void
client_refuses_nonce (const char *nonce)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
  g_autofree char *first = NULL;
  g_autofree char *answer = g_strdup_printf ("%ss=" SALT ",i=4096", nonce);

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abcdef");
  first = xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_free (xmpp_test_step_refused (client, answer, XMPP_SASL_ERROR_MALFORMED_REQUEST));
}

static void
server_refuses_nonce (const char *format)
{
  g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *server_first = NULL;
  g_autofree char *without_proof = NULL;
  g_autofree char *final = NULL;

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (server), "xyz");
  server_first =
      xmpp_test_step_good (server, "n,,n=user,r=abc", XMPP_SASL_STATUS_CONTINUE);
  without_proof = g_strjoinv ("abcxyz", parts);
  final = scram_attack_forge_final ("n=user,r=abc", server_first, without_proof);
  g_free (xmpp_test_step_refused (server, final, XMPP_SASL_ERROR_MALFORMED_REQUEST));
}

/* Nonces: the server's continues ours, the client's last message has all of it, and no two
 * attempts share one */
static void
test_a6 (void)
{
  static const char *const client_rows[] = {
    "",           "r=,",        "r=abcdef,",   "r=abcde,",      "r=Abcdefx,",
    "r=xabcdef,", "r=abcdef,,", "r=abcdef x,", "r=abcdef\x7f,", "r=abcdef\xc3\xa9,",
  };
  static const char *const server_rows[] = {
    "c=biws",      "c=biws,r=",       "c=biws,r=abc",   "c=biws,r=*x",
    "c=biws,r=x*", "c=biws,r=abcxyZ", "c=biws,r=abcxy", "c=biws,r=*,r=*",
  };
  g_autofree char *filler = g_strnfill (10240, 'x');
  g_autofree char *long_nonce = g_strconcat ("r=abcdef", filler, ",", NULL);
  g_autoptr (GHashTable)
      seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (client_rows); i++)
    client_refuses_nonce (client_rows[i]);
  client_refuses_nonce (long_nonce);

  for (guint i = 0; i < G_N_ELEMENTS (server_rows); i++)
    server_refuses_nonce (server_rows[i]);

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
      char *first = xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      /* 24 bytes in base64 */
      g_assert_cmpuint (strlen (first), ==, strlen ("n,,n=user,r=") + 32);
      g_assert_true (g_hash_table_add (seen, first));
    }
}

/* Text behind a NUL is seen, and is none */
static void
test_a6_nul (void)
{
  static const char client_first[] = "n,,n=user,r=abc\0def";
  static const char server_first[] = "r=abcdef\0x,s=" SALT ",i=4096";
  g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
  g_autoptr (GBytes) to_server = g_bytes_new (client_first, sizeof client_first - 1);
  g_autoptr (GBytes) to_client = g_bytes_new (server_first, sizeof server_first - 1);
  g_autoptr (GError) server_error = NULL;
  g_autoptr (GError) client_error = NULL;

  g_assert_null (xmpp_test_step_bytes (server, to_server, NULL, &server_error));
  g_assert_error (server_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abcdef");
  g_free (xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE));
  g_assert_null (xmpp_test_step_bytes (client, to_client, NULL, &client_error));
  g_assert_error (client_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

/* What the server adds is as long and as new as the client's */
static void
test_a6_server (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
  g_autoptr (GHashTable)
      seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
      g_autofree char *first =
          xmpp_test_step_good (server, "n,,n=user,r=abc", XMPP_SASL_STATUS_CONTINUE);
      char *nonce = g_strndup (first, strcspn (first, ","));

      g_assert_true (g_str_has_prefix (nonce, "r=abc"));
      g_assert_cmpuint (strlen (nonce), ==, strlen ("r=abc") + 32);
      g_assert_true (g_hash_table_add (seen, nonce));
    }
}

/* An empty nonce of the client, with and without channel binding */
static void
test_a6_empty (void)
{
  static const XmppTestChannel channel = {
    .binding = XMPP_SASL_BINDING_USED,
    .type = "tls-exporter",
    .data = BINDING,
  };
  g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autoptr (XmppSaslMechanism) plus_server =
      xmpp_test_mechanism_new_server ("SCRAM-SHA-1-PLUS", &channel, authenticator);

  g_free (
      xmpp_test_step_refused (server, "n,,n=user,r=", XMPP_SASL_ERROR_MALFORMED_REQUEST));
  g_free (xmpp_test_step_refused (plus_server, "p=tls-exporter,,n=user,r=",
                                  XMPP_SASL_ERROR_MALFORMED_REQUEST));
}

static gboolean
requested_cb (XmppCredential *credential,
              XmppCredentialRequest *request,
              gpointer user_data)
{
  (*(guint *) user_data)++;

  return FALSE;
}

/* The credential has keys that fit nothing: whoever asks for the password has gone too far */
static void
client_refuses_count (const char *count, int code)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", NULL);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
  guint questions = 0;
  g_autofree char *first = NULL;
  g_autofree char *answer = g_strdup_printf ("r=abcx,s=" SALT "%s", count);

  xmpp_credential_set_field (credential, "scram-sha-1-keys", "none");
  g_signal_connect (credential, "request", G_CALLBACK (requested_cb), &questions);
  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
  first = xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_free (xmpp_test_step_refused (client, answer, code));
  g_assert_cmpuint (questions, ==, 0);
}

/* Too few iterations, or what only looks like a number */
static void
test_a7 (void)
{
  client_refuses_count (",i=1", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK);
  client_refuses_count (",i=4095", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK);
  client_refuses_count (",i=0", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=-1", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=+4096", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=04096", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=4096x", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=1e4", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count ("", XMPP_SASL_ERROR_MALFORMED_REQUEST);
  client_refuses_count (",i=4294967296", XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

static gboolean
turned_cb (gpointer user_data)
{
  (*(guint *) user_data)++;

  return G_SOURCE_CONTINUE;
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
finalized_cb (gpointer user_data, GObject *where_it_was)
{
  g_atomic_int_set ((int *) user_data, TRUE);
}

/* Too many iterations are refused at once; as many as are allowed can be cancelled */
static void
test_a8 (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  XmppSaslMechanism *client =
      xmpp_test_mechanism_new_client ("SCRAM-SHA-512", NULL, credential);
  const char *answer = "r=abcx,s=" SALT ",i=2000000";
  g_autoptr (GBytes) input = g_bytes_new_static (answer, strlen (answer));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;
  guint turns = 0;
  guint turner = g_idle_add_full (G_PRIORITY_DEFAULT, turned_cb, &turns, NULL);
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  int finalized = FALSE;

  client_refuses_count (",i=2000001", XMPP_SASL_ERROR_TOO_EXPENSIVE);
  client_refuses_count (",i=4294967295", XMPP_SASL_ERROR_TOO_EXPENSIVE);

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
  first = xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  xmpp_sasl_mechanism_step_async (client, input, cancellable, stepped_cb, &result);

  /* The step is under way in another thread, and the loop of this one turns */
  for (turns = 0; turns < 1000;)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (result);

  /* The result comes with the cancellation, not when all is computed */
  g_cancellable_cancel (cancellable);
  for (turns = 0; result == NULL && turns < 5;)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (result);
  g_assert_null (xmpp_sasl_mechanism_step_finish (client, result, &status, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);

  /* The worker stops by itself and lets go of the mechanism */
  g_object_weak_ref (G_OBJECT (client), finalized_cb, &finalized);
  g_clear_object (&result);
  g_object_unref (client);
  while (!g_atomic_int_get (&finalized))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (turner);
}

/* What the grammar reserves ends the authentication on both sides; the whole table is in
 * test-scram-message.c, with the parsers that both sides share */
static void
test_a9 (void)
{
  static const char *const server_rows[] = {
    "n,,m=x,n=user,r=abc",
    "n,,n=user,r=abc,m=x",
    "m=x,,n=user,r=abc",
    "n,n=user,r=abc",
    "n,,n=us=er,r=abc",
    "\xff",
    "n",
    ",",
  };
  static const char *const client_rows[] = {
    "m=x,r=abcx,s=" SALT ",i=4096",
    "r=abcx,m=x,s=" SALT ",i=4096",
    "r=abcx,s=" SALT ",i=4096,m=x",
    "r=abcx,s=,i=4096",
    "r=abcx,s=Q,i=4096",
    "r=abcx,i=4096,s=" SALT,
    "e=other-error",
    "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (server_rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = scram_attack_users_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);

      g_free (xmpp_test_step_refused (server, server_rows[i],
                                      XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }

  for (guint i = 0; i < G_N_ELEMENTS (client_rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
      g_free (xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE));
      g_free (xmpp_test_step_refused (client, client_rows[i],
                                      XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A5/binding", test_a5);
  g_test_add_func ("/attacks/A6/nonces", test_a6);
  g_test_add_func ("/attacks/A6/empty", test_a6_empty);
  g_test_add_func ("/attacks/A6/nul", test_a6_nul);
  g_test_add_func ("/attacks/A6/server", test_a6_server);
  g_test_add_func ("/attacks/A7/too-few-iterations", test_a7);
  g_test_add_func ("/attacks/A8/too-many-iterations", test_a8);
  g_test_add_func ("/attacks/A9/grammar", test_a9);

  return g_test_run ();
}
