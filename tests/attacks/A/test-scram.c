/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-keys.h"
#include "scram-message.h"
#include "scram-private.h"
#include "xmpp-sasl-scram.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#define SALT "QSXCR+Q6sek8bf92"
#define BINDING "0123456789abcdef"

static const char *const with_plus[] = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", NULL };
static const char *const without_plus[] = { "SCRAM-SHA-1", NULL };

static const ScramHash *
sha1 (void)
{
  gboolean plus;

  return scram_hash_for_mechanism ("SCRAM-SHA-1", &plus);
}

static void
derive (ScramKeys *keys)
{
  g_autoptr (GBytes) salt = scram_decode_base64 (SALT);

  g_assert_true (scram_keys_derive (sha1 (), "pencil", salt, 4096, NULL, keys, NULL));
}

static XmppTestAuthenticator *
create_authenticator (void)
{
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();
  g_autoptr (GBytes) salt = scram_decode_base64 (SALT);
  g_auto (ScramKeys) keys = { { 0 } };
  g_autofree char *text = NULL;

  derive (&keys);
  text = scram_keys_to_server_text (sha1 (), &keys, salt, 4096);
  xmpp_test_authenticator_set (authenticator, "user", "scram-sha-1-keys", text);

  return authenticator;
}

/* A proof by somebody who knows the password and says what he likes */
static char *
forge_final (const char *bare, const char *server_first, const char *without_proof)
{
  g_autofree char *text = g_strjoin (",", bare, server_first, without_proof, NULL);
  g_auto (ScramKeys) keys = { { 0 } };
  guint8 proof[SCRAM_MAX_HASH];
  g_autofree char *proof_text = NULL;

  derive (&keys);
  g_assert_true (scram_hmac (sha1 (), keys.stored_key, 20, text, proof));
  for (guint i = 0; i < 20; i++)
    proof[i] ^= keys.client_key[i];
  proof_text = g_base64_encode (proof, 20);

  return g_strconcat (without_proof, ",p=", proof_text, NULL);
}

static char *
step (XmppSaslMechanism *mechanism, const char *input, XmppSaslStatus expected)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, expected);

  return output;
}

static char *
step_fails (XmppSaslMechanism *mechanism, const char *input, int code)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step (mechanism, input, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);

  return g_strdup (error->message);
}

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
  g_autoptr (XmppTestAuthenticator) authenticator = create_authenticator ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server (row->mechanism, &channel, authenticator);
  g_autofree char *first = g_strconcat (row->header, "n=user,r=abc", NULL);
  g_autofree char *server_first = step (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *nonce = g_strndup (server_first, strcspn (server_first, ","));
  g_autofree char *binding =
      g_base64_encode ((const guchar *) row->binding, strlen (row->binding));
  g_autofree char *without_proof = g_strdup_printf ("c=%s,%s", binding, nonce);
  g_autofree char *final = forge_final ("n=user,r=abc", server_first, without_proof);

  g_test_message ("%s %s %s", row->mechanism, row->header, row->binding);
  if (row->good)
    g_free (step (server, final, XMPP_SASL_STATUS_COMPLETE));
  else
    *message = step_fails (server, final, XMPP_SASL_ERROR_NOT_AUTHORIZED);
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
  first = step (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_free (step_fails (client, answer, XMPP_SASL_ERROR_MALFORMED_REQUEST));
}

static void
server_refuses_nonce (const char *format)
{
  g_autoptr (XmppTestAuthenticator) authenticator = create_authenticator ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *server_first = NULL;
  g_autofree char *without_proof = NULL;
  g_autofree char *final = NULL;

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (server), "xyz");
  server_first = step (server, "n,,n=user,r=abc", XMPP_SASL_STATUS_CONTINUE);
  without_proof = g_strjoinv ("abcxyz", parts);
  final = forge_final ("n=user,r=abc", server_first, without_proof);
  g_free (step_fails (server, final, XMPP_SASL_ERROR_MALFORMED_REQUEST));
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
      char *first = step (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      /* 24 bytes in base64 */
      g_assert_cmpuint (strlen (first), ==, strlen ("n,,n=user,r=") + 32);
      g_assert_true (g_hash_table_add (seen, first));
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
  g_autoptr (XmppTestAuthenticator) authenticator = create_authenticator ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autoptr (XmppSaslMechanism) plus_server =
      xmpp_test_mechanism_new_server ("SCRAM-SHA-1-PLUS", &channel, authenticator);

  g_free (step_fails (server, "n,,n=user,r=", XMPP_SASL_ERROR_MALFORMED_REQUEST));
  g_free (step_fails (plus_server,
                      "p=tls-exporter,,n=user,r=", XMPP_SASL_ERROR_MALFORMED_REQUEST));
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
  first = step (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_free (step_fails (client, answer, code));
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

typedef struct
{
  GCancellable *cancellable;
  guint ticks;
  GAsyncResult *result;
} Bomb;

static gboolean
ticked_cb (gpointer user_data)
{
  Bomb *bomb = user_data;

  /* The step is under way in another thread, and this one turns */
  if (++bomb->ticks == 5)
    g_cancellable_cancel (bomb->cancellable);

  return G_SOURCE_CONTINUE;
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ((Bomb *) user_data)->result = g_object_ref (result);
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
  Bomb bomb = { .cancellable = g_cancellable_new () };
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  int finalized = FALSE;
  guint ticker;

  client_refuses_count (",i=2000001", XMPP_SASL_ERROR_TOO_EXPENSIVE);
  client_refuses_count (",i=4294967295", XMPP_SASL_ERROR_TOO_EXPENSIVE);

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
  first = step (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  ticker = g_timeout_add (1, ticked_cb, &bomb);
  xmpp_sasl_mechanism_step_async (client, input, bomb.cancellable, stepped_cb, &bomb);
  while (bomb.result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_null (xmpp_sasl_mechanism_step_finish (client, bomb.result, &status, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* It came in the turn of the cancellation or soon after, not when all was computed */
  g_assert_cmpuint (bomb.ticks, >=, 5);
  g_assert_cmpuint (bomb.ticks, <, 50);

  /* The worker stops by itself and lets go of the mechanism */
  g_object_weak_ref (G_OBJECT (client), finalized_cb, &finalized);
  g_clear_object (&bomb.result);
  g_object_unref (client);
  while (!g_atomic_int_get (&finalized))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (ticker);
  g_object_unref (bomb.cancellable);
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
      g_autoptr (XmppTestAuthenticator) authenticator = create_authenticator ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);

      g_free (step_fails (server, server_rows[i], XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }

  for (guint i = 0; i < G_N_ELEMENTS (client_rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "abc");
      g_free (step (client, NULL, XMPP_SASL_STATUS_CONTINUE));
      g_free (step_fails (client, client_rows[i], XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }
}

/* One login up to the refusal. The parts of the server's answer that are not random. */
static char *
refused_transcript (XmppTestAuthenticator *authenticator, const char *username)
{
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abc", username);
  g_autofree char *server_first = step (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *nonce = g_strndup (server_first, strcspn (server_first, ","));
  g_autofree char *final =
      g_strdup_printf ("c=biws,%s,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", nonce);
  g_autofree char *message = step_fails (server, final, XMPP_SASL_ERROR_NOT_AUTHORIZED);

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
      g_autoptr (XmppTestAuthenticator) authenticator = create_authenticator ();

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

/* ---- A3: the lists of the offer ---- */

static const char *const two[] = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", NULL };
static const char *const two_turned[] = { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", NULL };
static const char *const one[] = { "SCRAM-SHA-1", NULL };
static const char *const none[] = { NULL };
static const char *const both_types[] = { "tls-exporter", "tls-server-end-point", NULL };
static const char *const types_turned[] = { "tls-server-end-point", "tls-exporter",
                                            NULL };
static const char *const one_type[] = { "tls-server-end-point", NULL };

/* The example of XEP-0474 §5.3 */
#define H_BOTH "G6k/rBLDqgOhRRaCuuatSDFkJ08="

static void
test_A3_hash (void)
{
  static const struct
  {
    const char *const *mechanisms;
    const char *const *types;
    gboolean same; /* as H_BOTH */
  } rows[] = {
    { two, both_types, TRUE },   { two_turned, types_turned, TRUE },
    { one, both_types, FALSE },  { two, one_type, FALSE },
    { two, NULL, FALSE },        { two, none, FALSE },
    { none, both_types, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *hash =
          scram_offer_hash (sha1 (), rows[i].mechanisms, rows[i].types);

      g_assert_cmpint (g_str_equal (hash, H_BOTH), ==, rows[i].same);
    }
}

static XmppSaslMechanism *
create_client (const char *const *mechanisms, const char *const *types, gboolean required)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslContext)
      context = g_object_new (XMPP_TYPE_SASL_CONTEXT, "offered", mechanisms,
                              "offered-channel-bindings", types, "offer-proof-required",
                              required, NULL);

  return g_object_new (XMPP_TYPE_SASL_SCRAM, "name", "SCRAM-SHA-1", "context", context,
                       "credential", credential, NULL);
}

/* The server's last message, for what the two have said before */
static char *
sign (const char *first, const char *server_first, const char *final)
{
  g_autofree char *without_proof = g_strndup (final, strrchr (final, ',') - final);
  g_autofree char *text =
      g_strjoin (",", first + strlen ("n,,"), server_first, without_proof, NULL);
  g_auto (ScramKeys) keys = { { 0 } };
  guint8 signature[SCRAM_MAX_HASH];
  g_autofree char *base64 = NULL;

  derive (&keys);
  g_assert_true (scram_hmac (sha1 (), keys.server_key, 20, text, signature));
  base64 = g_base64_encode (signature, 20);

  return g_strconcat ("v=", base64, NULL);
}

static void
test_A3_proof (void)
{
  static const struct
  {
    const char *const *mechanisms;
    const char *const *types;
    gboolean required;
    const char *sent; /* behind i= */
    gboolean good;
    gboolean proven;
  } rows[] = {
    { two, both_types, FALSE, ",h=" H_BOTH, TRUE, TRUE },
    { two_turned, types_turned, TRUE, ",h=" H_BOTH, TRUE, TRUE },
    { two, both_types, TRUE, ",x=1,h=" H_BOTH ",y=2", TRUE, TRUE },
    /* A server that does not know of it */
    { two, both_types, FALSE, "", TRUE, FALSE },
    { two, both_types, TRUE, "", FALSE },
    /* Somebody has taken a mechanism, a type or all types away, or changed h= */
    { one, both_types, FALSE, ",h=" H_BOTH, FALSE },
    { two, one_type, FALSE, ",h=" H_BOTH, FALSE },
    { two, NULL, FALSE, ",h=" H_BOTH, FALSE },
    { two, both_types, FALSE, ",h=AAAA", FALSE },
    { two, both_types, FALSE, ",h=" H_BOTH "A", FALSE },
    { two, both_types, FALSE, ",h=G6k/rBLDqgOhRRaCuuatSDFkJ09=", FALSE },
    /* Nothing is known of the offer: nothing can be checked, or is proven. */
    { none, NULL, FALSE, ",h=" H_BOTH, TRUE, FALSE },
    { none, NULL, TRUE, ",h=" H_BOTH, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = create_client (rows[i].mechanisms, rows[i].types, rows[i].required);
      g_autofree char *first = step (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *server_first =
          g_strconcat (strstr (first, "r="), "x,s=" SALT ",i=4096", rows[i].sent, NULL);
      g_autofree char *final = NULL;
      g_autofree char *signature = NULL;
      g_autofree char *nothing = NULL;

      g_test_message ("row %u", i);
      if (!rows[i].good)
        {
          nothing = step_fails (client, server_first, XMPP_SASL_ERROR_DOWNGRADE);
          continue;
        }

      final = step (client, server_first, XMPP_SASL_STATUS_CONTINUE);
      g_assert_false (xmpp_sasl_mechanism_is_offer_proven (client));
      signature = sign (first, server_first, final);
      nothing = step (client, signature, XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpint (xmpp_sasl_mechanism_is_offer_proven (client), ==, rows[i].proven);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A3/hash", test_A3_hash);
  g_test_add_func ("/attacks/A3/proof", test_A3_proof);
  g_test_add_func ("/attacks/A5/binding", test_a5);
  g_test_add_func ("/attacks/A6/nonces", test_a6);
  g_test_add_func ("/attacks/A6/empty", test_a6_empty);
  g_test_add_func ("/attacks/A7/too-few-iterations", test_a7);
  g_test_add_func ("/attacks/A8/too-many-iterations", test_a8);
  g_test_add_func ("/attacks/A9/grammar", test_a9);
  g_test_add_func ("/attacks/A18/unknown-user", test_a18);

  return g_test_run ();
}
