/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-attack.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "xmpp-sasl-scram.h"

#include <string.h>

/* A3: the lists of mechanisms and of channel bindings are what the server has sent (XEP-0474)
 */

#define SALT SCRAM_ATTACK_SALT

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
          scram_offer_hash (scram_attack_sha1 (), rows[i].mechanisms, rows[i].types);

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
      g_autofree char *first =
          xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *server_first =
          g_strconcat (strstr (first, "r="), "x,s=" SALT ",i=4096", rows[i].sent, NULL);
      g_autofree char *final = NULL;
      g_autofree char *signature = NULL;
      g_autofree char *nothing = NULL;

      g_test_message ("row %u", i);
      if (!rows[i].good)
        {
          nothing =
              xmpp_test_step_refused (client, server_first, XMPP_SASL_ERROR_DOWNGRADE);
          continue;
        }

      final = xmpp_test_step_good (client, server_first, XMPP_SASL_STATUS_CONTINUE);
      g_assert_false (xmpp_sasl_mechanism_is_offer_proven (client));
      signature = scram_attack_sign (first, server_first, final);
      nothing = xmpp_test_step_good (client, signature, XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpint (xmpp_sasl_mechanism_is_offer_proven (client), ==, rows[i].proven);
    }
}

/* What the server's first message has behind i= */
static char *
serve (const char *const *mechanisms, const char *const *types)
{
  XmppTestChannel channel = { .offered = mechanisms, .offered_types = types };
  g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", &channel, users);
  g_autofree char *first =
      xmpp_test_step_good (server, "n,,n=user,r=abc", XMPP_SASL_STATUS_CONTINUE);
  const char *iterations = ",i=4096";
  const char *end = strstr (first, iterations);

  g_assert_nonnull (end);

  return g_strdup (end + strlen (iterations));
}

static void
test_A3_server (void)
{
  static const struct
  {
    const char *const *mechanisms;
    const char *const *types;
    const char *sent;
  } rows[] = {
    { two, both_types, ",h=" H_BOTH },
    { two_turned, types_turned, ",h=" H_BOTH },
    /* SHA-1 of the names with 1E between them and 1F behind them, by Python's hashlib */
    { two, NULL, ",h=g00gt4Qd0gJ3EvnclTnY0KEYfRg=" },
    { two, none, ",h=81Lt9D7Wi7ps/dnrljHm5haHlmo=" },
    { one, one_type, ",h=v7yr8nHwwTxJsJ5OM6uQjqMqM3M=" },
    /* Nothing was offered: there is nothing to prove */
    { none, NULL, "" },
    { NULL, both_types, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sent = serve (rows[i].mechanisms, rows[i].types);

      g_assert_cmpstr (sent, ==, rows[i].sent);
    }
}

/* @text with what h= says replaced by @hash; "": without h=; NULL: as it is */
static char *
replace_hash (const char *text, const char *hash)
{
  const char *place = strstr (text, ",h=");
  g_autofree char *before = NULL;

  g_assert_nonnull (place);
  if (hash == NULL)
    return g_strdup (text);

  before = g_strndup (text, place - text);

  return g_strconcat (before, hash[0] != '\0' ? ",h=" : "", hash, NULL);
}

typedef struct
{
  const char *const *seen;       /* by the client; the server has offered two */
  const char *const *seen_types; /* and both_types */
  gboolean required;
  const char *hash; /* as in replace_hash(); "*": what the client expects */
  XmppSaslError client;
  XmppSaslError server; /* -1: content */
} TamperedRow;

static void
run_tampered_row (const TamperedRow *row)
{
  XmppTestChannel channel = { .offered = two, .offered_types = both_types };
  g_autoptr (XmppTestAuthenticator) users = scram_attack_users_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", &channel, users);
  g_autoptr (XmppSaslMechanism)
      client = create_client (row->seen, row->seen_types, row->required);
  g_autofree char *expected =
      scram_offer_hash (scram_attack_sha1 (), row->seen, row->seen_types);
  g_autofree char *first = xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *server_first =
      xmpp_test_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autofree char *changed =
      replace_hash (server_first, g_strcmp0 (row->hash, "*") == 0 ? expected : row->hash);
  g_autofree char *final = NULL;
  g_autofree char *last = NULL;

  if ((int) row->client >= 0)
    {
      g_free (xmpp_test_step_refused (client, changed, row->client));
      return;
    }
  final = xmpp_test_step_good (client, changed, XMPP_SASL_STATUS_CONTINUE);

  if ((int) row->server >= 0)
    {
      g_free (xmpp_test_step_refused (server, final, row->server));
      return;
    }
  last = xmpp_test_step_good (server, final, XMPP_SASL_STATUS_COMPLETE);
  g_assert_null (xmpp_test_step_good (client, last, XMPP_SASL_STATUS_COMPLETE));
  g_assert_true (xmpp_sasl_mechanism_is_offer_proven (client));
}

/* Somebody between the two changes what is offered, and what h= says: one of them refuses */
static void
test_A3_tampered (void)
{
#define CONTENT ((XmppSaslError) -1)
  static const TamperedRow rows[] = {
    { two, both_types, FALSE, NULL, CONTENT, CONTENT },
    { two_turned, types_turned, TRUE, NULL, CONTENT, CONTENT },
    /* The lists only */
    { one, both_types, FALSE, NULL, XMPP_SASL_ERROR_DOWNGRADE, CONTENT },
    { two, one_type, FALSE, NULL, XMPP_SASL_ERROR_DOWNGRADE, CONTENT },
    { two, NULL, FALSE, NULL, XMPP_SASL_ERROR_DOWNGRADE, CONTENT },
    /* And h=, to what the client expects or to nothing: the server has signed its own */
    { one, both_types, FALSE, "*", CONTENT, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { two, NULL, TRUE, "*", CONTENT, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { one, both_types, FALSE, "", CONTENT, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { one, both_types, TRUE, "", XMPP_SASL_ERROR_DOWNGRADE, CONTENT },
    /* h= only */
    { two, both_types, FALSE, "", CONTENT, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { two, both_types, FALSE, "AAAA", XMPP_SASL_ERROR_DOWNGRADE, CONTENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      run_tampered_row (&rows[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A3/hash", test_A3_hash);
  g_test_add_func ("/attacks/A3/proof", test_A3_proof);
  g_test_add_func ("/attacks/A3/server", test_A3_server);
  g_test_add_func ("/attacks/A3/tampered", test_A3_tampered);

  return g_test_run ();
}
