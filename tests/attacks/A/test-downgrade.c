/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy-session.h"

#include "core/xmpp-error.h"

#include <string.h>

/* A3: a login is never weaker than the last one, and A19: nor is it anonymous. */

#define PROVES TRUE
#define SILENT FALSE

static void
remember (ToySession *toy, XmppSaslExposure exposure, gboolean proves_offer)
{
  g_autoptr (XmppSaslBaseline)
      baseline = xmpp_sasl_baseline_new (exposure, "SCRAM-SHA-256-PLUS", "tls-exporter",
                                         proves_offer);

  xmpp_sasl_session_set_baseline (toy->session, baseline);
}

/* "EXPOSURE MECHANISM BINDING PROVES-OFFER" of what is to be remembered; NULL: nothing */
static char *
dup_remembered (ToySession *toy)
{
  g_autoptr (XmppSaslBaseline) baseline = xmpp_sasl_session_dup_baseline (toy->session);

  if (baseline == NULL)
    return NULL;

  return g_strdup_printf ("%s %s %s %d",
                          xmpp_sasl_exposure_to_string (baseline->exposure),
                          baseline->mechanism,
                          baseline->binding_type != NULL ? baseline->binding_type : "-",
                          baseline->proves_offer);
}

/* SCRAM-TOY is done in one step. Whether the server proves its lists: */
static gboolean proves;

static GBytes *
prove (XmppSaslMechanism *mechanism,
       GBytes *input,
       GCancellable *cancellable,
       XmppSaslStatus *status,
       GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *needs = xmpp_sasl_context_needs_offer_proof (context) ? "needs" : "free";

  if (proves)
    xmpp_sasl_mechanism_set_offer_proven (mechanism);
  *status = XMPP_SASL_STATUS_COMPLETE;

  return toy_bytes (needs);
}

static void
start_toy (ToySession *toy)
{
  g_autoptr (XmppSaslMechanismInfo)
      info = xmpp_sasl_mechanism_info_new ("SCRAM-TOY", XMPP_SASL_ROLE_CLIENT,
                                           XMPP_SASL_FACTS_MUTUAL, 50, NULL);

  toy_step_func = prove;
  toy_session_init (toy, "alice", "pencil");
  toy_session_connect (toy, TRUE, "tls-exporter");
  xmpp_sasl_registry_register (toy->registry, info, TOY_TYPE_ODD);
}

static void
test_A3_removed (void)
{
  static const struct
  {
    const char *offer;
    const char *types;
    XmppSaslExposure last;
    gboolean last_proven;
    const char *start; /* NULL: downgrade */
  } rows[] = {
    { "X-SECRET", NULL, XMPP_SASL_EXPOSURE_SESSION, SILENT, NULL },
    { "X-SECRET", NULL, XMPP_SASL_EXPOSURE_SESSION, PROVES, NULL },
    { "X-SECRET", NULL, XMPP_SASL_EXPOSURE_NOTHING, PROVES, NULL },
    { "X-SECRET", NULL, XMPP_SASL_EXPOSURE_SECRET, SILENT, "X-SECRET pencil" },
    { "X-SECRET X-LATER", NULL, XMPP_SASL_EXPOSURE_SESSION, SILENT, NULL },
    { "X-TOY X-SECRET", NULL, XMPP_SASL_EXPOSURE_SESSION, SILENT, "X-TOY alice" },
    { "X-SECRET X-TOY", NULL, XMPP_SASL_EXPOSURE_SESSION, SILENT, "X-TOY alice" },
    { "X-TOY X-SECRET", NULL, XMPP_SASL_EXPOSURE_NOTHING, SILENT, NULL },
    { "X-TOY X-TOY-PLUS", "tls-exporter", XMPP_SASL_EXPOSURE_NOTHING, SILENT,
      "X-TOY-PLUS alice" },
    { "X-TOY X-TOY-PLUS", NULL, XMPP_SASL_EXPOSURE_NOTHING, SILENT, NULL },
    { "X-TOY X-TOY-PLUS", NULL, XMPP_SASL_EXPOSURE_NOTHING, PROVES, NULL },
    { "SCRAM-TOY", NULL, XMPP_SASL_EXPOSURE_SESSION, SILENT, "SCRAM-TOY free" },
    { "SCRAM-TOY", NULL, XMPP_SASL_EXPOSURE_SESSION, PROVES, "SCRAM-TOY needs" },
    { "SCRAM-TOY", NULL, XMPP_SASL_EXPOSURE_NOTHING, PROVES, "SCRAM-TOY needs" },
    { "SCRAM-TOY", NULL, XMPP_SASL_EXPOSURE_NOTHING, SILENT, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      start_toy (&toy);
      remember (&toy, rows[i].last, rows[i].last_proven);
      if (toy_session_offer (&toy, rows[i].offer, rows[i].types, &error))
        start = toy_session_start (&toy, NULL);
      g_assert_cmpstr (start, ==, rows[i].start);
      if (rows[i].start != NULL)
        continue;

      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
      g_assert_nonnull (strstr (error->message, "SCRAM-SHA-256-PLUS with tls-exporter"));
      g_assert_null (strstr (error->message, "pencil"));
      g_assert_cmpstr (toy.log->str, ==, "");
    }
}

/* What could not be seen before it was used: the proof of the lists is missing at the end. */
static void
test_A3_proof_missing (void)
{
  for (proves = 0; proves < 2; proves++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autofree char *remembered = NULL;
      g_autoptr (GError) error = NULL;

      start_toy (&toy);
      remember (&toy, XMPP_SASL_EXPOSURE_NOTHING, PROVES);
      g_assert_true (toy_session_offer (&toy, "SCRAM-TOY", NULL, NULL));
      start = toy_session_start (&toy, NULL);
      g_assert_cmpint (toy_session_succeed (&toy, NULL, &error), ==, proves);
      remembered = dup_remembered (&toy);
      if (proves)
        g_assert_cmpstr (remembered, ==, "session SCRAM-TOY - 1");
      else
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
          g_assert_null (remembered);
        }
    }
}

/* What is remembered of a login, and of one that a person has let be weaker */
static void
test_A3_remembered (void)
{
  static const struct
  {
    const char *offer;
    const char *types;
    gboolean secure;
    gboolean accept_weaker;
    gboolean proves;
    const char *remembered;
  } rows[] = {
    { "SCRAM-TOY", NULL, TRUE, FALSE, FALSE, NULL },
    { "SCRAM-TOY", NULL, TRUE, FALSE, TRUE, "session SCRAM-TOY - 1" },
    { "SCRAM-TOY", NULL, TRUE, TRUE, FALSE, "session SCRAM-TOY - 0" },
    { "X-SECRET", NULL, TRUE, TRUE, FALSE, "secret X-SECRET - 0" },
    { "X-ODD", NULL, TRUE, TRUE, FALSE, "guesses X-ODD - 0" },
    { "X-ODD", NULL, FALSE, TRUE, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autofree char *remembered = NULL;

      g_test_message ("row %u", i);
      proves = rows[i].proves;
      start_toy (&toy);
      toy_session_connect (&toy, rows[i].secure, "tls-exporter");
      g_object_set (toy.policy, "accept-weaker", rows[i].accept_weaker, NULL);
      remember (&toy, XMPP_SASL_EXPOSURE_NOTHING, PROVES);
      g_assert_null (dup_remembered (&toy));
      g_assert_true (toy_session_offer (&toy, rows[i].offer, rows[i].types, NULL));
      start = toy_session_start (&toy, NULL);
      toy_session_succeed (&toy, NULL, NULL);
      remembered = dup_remembered (&toy);
      g_assert_cmpstr (remembered, ==, rows[i].remembered);
    }
}

static void
test_A3_stored (void)
{
  static const char *const nonsense[] = {
    "'x'",
    "@a{sv} {}",
    "{'exposure': <'everything'>, 'mechanism': <'PLAIN'>}",
    "{'exposure': <3>, 'mechanism': <'PLAIN'>}",
    "{'exposure': <'secret'>}",
  };
  g_autoptr (XmppSaslBaseline)
      one = xmpp_sasl_baseline_new (XMPP_SASL_EXPOSURE_NOTHING, "A-PLUS", "tls-x", TRUE);
  g_autoptr (XmppSaslBaseline)
      two = xmpp_sasl_baseline_new (XMPP_SASL_EXPOSURE_SECRET, "A", NULL, FALSE);

  for (guint i = 0; i < 2; i++)
    {
      XmppSaslBaseline *baseline = i == 0 ? one : two;
      g_autoptr (GVariant)
          stored = g_variant_ref_sink (xmpp_sasl_baseline_to_variant (baseline));
      g_autoptr (XmppSaslBaseline) read = xmpp_sasl_baseline_from_variant (stored);

      g_assert_true (xmpp_sasl_baseline_equal (baseline, read));
    }
  g_assert_false (xmpp_sasl_baseline_equal (one, two));
  g_assert_false (xmpp_sasl_baseline_equal (one, NULL));
  g_assert_true (xmpp_sasl_baseline_equal (NULL, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (GVariant) stored = g_variant_parse (NULL, nonsense[i], NULL, NULL, NULL);

      g_assert_nonnull (stored);
      g_assert_null (xmpp_sasl_baseline_from_variant (stored));
    }
}

/* A19: an anonymous login is made by who asks for it by name, and never instead of another. */
static void
test_A19 (void)
{
  static const char *const by_name[] = { "ANONYMOUS", NULL };
  static const char *const preferred[] = { "ANONYMOUS", "X-TOY", NULL };
  static const struct
  {
    const char *offer;
    gboolean anonymous; /* the credential */
    const char *const *allowed;
    const char *const *preferred;
    const char *start; /* NULL: policy */
  } rows[] = {
    { "ANONYMOUS", FALSE, NULL, NULL, NULL },
    { "ANONYMOUS X-NOBODY", FALSE, NULL, NULL, NULL },
    { "ANONYMOUS", FALSE, NULL, preferred, NULL },
    { "ANONYMOUS X-TOY", FALSE, NULL, preferred, "X-TOY alice" },
    { "ANONYMOUS X-TOY", FALSE, NULL, NULL, "X-TOY alice" },
    { "ANONYMOUS X-TOY", FALSE, by_name, NULL, "ANONYMOUS free" },
    { "ANONYMOUS X-TOY", TRUE, NULL, NULL, "ANONYMOUS free" },
    { "X-TOY X-SECRET", TRUE, NULL, NULL, NULL },
  };
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new ("ANONYMOUS", XMPP_SASL_ROLE_CLIENT, 0, 99, NULL);

  toy_step_func = prove;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autoptr (XmppCredential) nobody = xmpp_credential_new_anonymous ();
      g_autofree char *start = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      toy_session_init (&toy, "alice", "pencil");
      xmpp_sasl_registry_register (toy.registry, info, TOY_TYPE_ODD);
      g_object_set (toy.policy, "allowed", rows[i].allowed, "preferred",
                    rows[i].preferred, NULL);
      if (rows[i].anonymous)
        toy_session_set_credential (&toy, nobody);
      if (toy_session_offer (&toy, rows[i].offer, NULL, &error))
        start = toy_session_start (&toy, NULL);
      g_assert_cmpstr (start, ==, rows[i].start);
      if (rows[i].start == NULL)
        g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
    }
}

/* After a failure neither */
static void
test_A19_after_failure (void)
{
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new ("ANONYMOUS", XMPP_SASL_ROLE_CLIENT, 0, 99, NULL);
  g_auto (ToySession) toy = { 0 };
  g_autofree char *start = NULL;
  g_autofree char *report = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  xmpp_sasl_registry_register (toy.registry, info, TOY_TYPE_ODD);
  g_assert_true (toy_session_offer (&toy, "X-SECRET ANONYMOUS", NULL, NULL));
  start = toy_session_start (&toy, NULL);
  g_assert_cmpstr (start, ==, "X-SECRET pencil");
  g_assert_false (toy_session_fail (&toy, XMPP_SASL_ERROR_INVALID_MECHANISM, &error));
  report = toy_session_report (&toy);
  g_assert_nonnull (strstr (report, "ANONYMOUS-(the login is not to be anonymous);"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A3/removed", test_A3_removed);
  g_test_add_func ("/attacks/A3/proof-missing", test_A3_proof_missing);
  g_test_add_func ("/attacks/A3/remembered", test_A3_remembered);
  g_test_add_func ("/attacks/A3/stored", test_A3_stored);
  g_test_add_func ("/attacks/A19/by-name-only", test_A19);
  g_test_add_func ("/attacks/A19/after-failure", test_A19_after_failure);

  return g_test_run ();
}
