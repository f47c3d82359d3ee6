/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-selection.h"

#include <string.h>

#include "toy.h"

#define CLIENT XMPP_SASL_ROLE_CLIENT

/* The names that the standards know, played by a toy: nothing is created here */
static XmppSaslRegistry *
new_registry (gboolean with_plus)
{
  static const struct
  {
    const char *name;
    XmppSaslRole role;
    XmppSaslFacts facts;
    int strength;
  } rows[] = {
    { "PLAIN", CLIENT, 0, 99 },
    { "ANONYMOUS", CLIENT, 0, 99 },
    { "OAUTHBEARER", CLIENT, 0, 99 },
    { "DIGEST-MD5", CLIENT, XMPP_SASL_FACTS_MUTUAL, 99 },
    { "CRAM-MD5", CLIENT, XMPP_SASL_FACTS_MUTUAL, 99 },
    { "SCRAM-SHA-1", CLIENT, XMPP_SASL_FACTS_MUTUAL, 99 },
    { "SCRAM-SHA-256", CLIENT, XMPP_SASL_FACTS_MUTUAL, 99 },
    { "SCRAM-SHA-512", XMPP_SASL_ROLE_SERVER, XMPP_SASL_FACTS_MUTUAL, 99 },
    { "HT-SHA-256-EXPR", CLIENT, XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING,
      99 },
    { "SCRAM-SHA-1-PLUS", CLIENT,
      XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING, 99 },
    { "SCRAM-SHA-256-PLUS", CLIENT,
      XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING, 99 },
  };
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanismInfo)
          info = xmpp_sasl_mechanism_info_new (rows[i].name, rows[i].role, rows[i].facts,
                                               rows[i].strength, NULL);

      if (with_plus || !g_str_has_suffix (rows[i].name, "-PLUS"))
        xmpp_sasl_registry_register (registry, info, TOY_TYPE_MECHANISM);
    }

  return registry;
}

/* "NAME:n", "NAME:y", "NAME:p=TYPE", separated by spaces; with "!" behind it where the server
 * has to prove its lists */
static char *
describe (GPtrArray *choices)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < choices->len; i++)
    {
      static const char *const flags[] = { "n", "y", "p=" };
      XmppSaslChoice *choice = g_ptr_array_index (choices, i);

      g_assert_cmpint (choice->binding == XMPP_SASL_BINDING_USED, ==,
                       choice->binding_type != NULL);
      g_string_append_printf (text, "%s%s:%s%s%s", i > 0 ? " " : "",
                              xmpp_sasl_mechanism_info_get_name (choice->info),
                              flags[choice->binding],
                              choice->binding_type != NULL ? choice->binding_type : "",
                              choice->needs_proof ? "!" : "");
    }

  return g_string_free (text, FALSE);
}

/* NULL: a downgrade; nothing: the policy leaves none */
static char *
choose (XmppSaslPolicy *policy,
        XmppSaslRegistry *registry,
        XmppSaslOffer *offer,
        GPtrArray **passed,
        GError **error)
{
  g_auto (XmppSaslSelection) selection = { 0 };
  GError *local_error = NULL;
  gboolean none;

  xmpp_sasl_select (policy, registry, offer, &selection, &local_error);
  g_assert_cmpint (local_error == NULL, ==, selection.choices->len > 0);
  none =
      g_error_matches (local_error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  if (!none && local_error != NULL)
    g_assert_error (local_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
  if (passed != NULL)
    *passed = g_ptr_array_ref (selection.passed);
  if (local_error == NULL)
    return describe (selection.choices);

  g_propagate_error (error, local_error);
  return none ? g_strdup ("") : NULL;
}

static char *
choose_words (XmppSaslPolicy *policy, const char *words, gboolean secure)
{
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_auto (GStrv) names = g_strsplit (words, " ", -1);
  XmppSaslOffer offer = { .peer = "p.test",
                          .mechanisms = (const char *const *) names,
                          .max = 64,
                          .secure = secure };

  return choose (policy, registry, &offer, NULL, NULL);
}

/* XEP-0440: could we, is -PLUS offered, which types are listed */
static void
test_channel_binding (void)
{
  static const char *const plus[] = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", NULL };
  static const char *const no_plus[] = { "SCRAM-SHA-1", NULL };
  static const char *const common[] = { "tls-future", "tls-server-end-point", NULL };
  static const char *const strange[] = { "tls-future", NULL };
  static const char *const not_ours[] = { "tls-server-end-point", NULL };
  static const char *const nothing[] = { NULL };
  static const char *const unbound[] = { "PLAIN", NULL };
  static const char *const mixed[] = { "PLAIN", "SCRAM-SHA-512", NULL };
  static const char *const tls_1_3[] = { "tls-exporter", "tls-server-end-point", NULL };
  static const char *const only_1_3[] = { "tls-exporter", NULL };
  static const char *const tls_1_2[] = { "tls-server-end-point", "tls-unique", NULL };
  static const struct
  {
    gboolean could;
    const char *const *names;
    const char *const *types;
    const char *const *bindings;
    const char *choices; /* NULL: downgrade */
  } rows[] = {
    /* clang-format off */
    { FALSE, no_plus, NULL,     tls_1_3, "SCRAM-SHA-1:n" },
    { FALSE, no_plus, NULL,     tls_1_2, "SCRAM-SHA-1:n" },
    { FALSE, no_plus, not_ours, only_1_3, "SCRAM-SHA-1:n" },
    { FALSE, no_plus, strange,  tls_1_3, "SCRAM-SHA-1:n" },
    { FALSE, no_plus, common,   tls_1_3, "SCRAM-SHA-1:n" },
    { FALSE, plus,    NULL,     tls_1_3, "SCRAM-SHA-1:n" },
    { FALSE, plus,    NULL,     tls_1_2, "SCRAM-SHA-1:n" },
    { FALSE, plus,    not_ours, only_1_3, "SCRAM-SHA-1:n" },
    { FALSE, plus,    strange,  tls_1_3, "SCRAM-SHA-1:n" },
    { FALSE, plus,    common,   tls_1_3, "SCRAM-SHA-1:n" },
    { TRUE,  no_plus, NULL,     tls_1_3, "SCRAM-SHA-1:y" },
    { TRUE,  no_plus, NULL,     tls_1_2, "SCRAM-SHA-1:y" },
    { TRUE,  no_plus, not_ours, only_1_3, NULL },
    { TRUE,  no_plus, strange,  tls_1_3, NULL },
    { TRUE,  no_plus, common,   tls_1_3, NULL },
    { TRUE,  plus,    NULL,     tls_1_3, "SCRAM-SHA-1:n" },
    { TRUE,  plus,    NULL,     tls_1_2, "SCRAM-SHA-1-PLUS:p=tls-unique SCRAM-SHA-1:n" },
    { TRUE,  plus,    not_ours, only_1_3, "SCRAM-SHA-1:n" },
    { TRUE,  plus,    strange,  tls_1_3, "SCRAM-SHA-1:n!" },
    { TRUE,  plus,    common,   tls_1_3, "SCRAM-SHA-1-PLUS:p=tls-server-end-point SCRAM-SHA-1:n" },
    /* An empty list lists nothing; without bindings we could not. */
    { TRUE,  no_plus, nothing,  tls_1_3, "SCRAM-SHA-1:y" },
    { TRUE,  plus,    common,   nothing, "SCRAM-SHA-1:n" },
    { TRUE,  no_plus, common,   nothing, "SCRAM-SHA-1:n" },
    /* Where nothing is offered that could be bound, the list says nothing. */
    { TRUE,  unbound, common,   tls_1_3, "PLAIN:y" },
    { TRUE,  unbound, NULL,     tls_1_3, "PLAIN:y" },
    { TRUE,  mixed,   common,   tls_1_3, NULL },
    /* clang-format on */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslRegistry) registry = new_registry (rows[i].could);
      g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
      XmppSaslOffer offer = { .peer = "p.test",
                              .mechanisms = rows[i].names,
                              .types = rows[i].types,
                              .max = 64,
                              .secure = TRUE,
                              .bindings = rows[i].bindings };
      g_autoptr (GError) error = NULL;
      g_autofree char *choices = choose (policy, registry, &offer, NULL, &error);
      g_autofree char *bound = NULL;

      g_test_message ("row %u", i);
      g_assert_cmpstr (choices, ==, rows[i].choices);
      if (choices == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
          continue;
        }

      /* Where it is required, it is that or nothing. */
      g_object_set (policy, "require-channel-binding", TRUE, NULL);
      bound = choose (policy, registry, &offer, NULL, NULL);
      g_assert_cmpint (bound != NULL && *bound != '\0', ==,
                       strstr (choices, "-PLUS") != NULL);
      g_assert_true (bound == NULL || *bound == '\0' ||
                     g_str_has_prefix (bound, "SCRAM-SHA-1-PLUS:p="));
    }
}

/* A policy without -PLUS is a client that cannot: it must not say "y". */
static void
test_policy_without_plus (void)
{
  static const char *const allowed[] = { "SCRAM-SHA-256", NULL };
  static const char *const offered[] = { "SCRAM-SHA-256", NULL };
  static const char *const bindings[] = { "tls-exporter", NULL };
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslPolicy)
      policy = g_object_new (XMPP_TYPE_SASL_POLICY, "allowed", allowed, NULL);
  XmppSaslOffer offer = { .peer = "p.test",
                          .mechanisms = offered,
                          .types = bindings,
                          .max = 64,
                          .secure = TRUE,
                          .bindings = bindings };
  g_autofree char *choices = choose (policy, registry, &offer, NULL, NULL);

  g_assert_cmpstr (choices, ==, "SCRAM-SHA-256:n");
}

/* A list of types that every server could not have: all that cannot have it proven is left
 * out, the password first of all. */
static void
test_strange_types (void)
{
  static const char *const offered[] = { "PLAIN", "DIGEST-MD5", "SCRAM-SHA-1",
                                         "SCRAM-SHA-1-PLUS", NULL };
  static const char *const only_plain[] = { "PLAIN", "SCRAM-SHA-1-PLUS", NULL };
  static const char *const types[] = { "x-made-up", NULL };
  static const char *const bindings[] = { "tls-exporter", NULL };
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  XmppSaslOffer offer = { .peer = "p.test",
                          .mechanisms = offered,
                          .types = types,
                          .max = 64,
                          .secure = TRUE,
                          .bindings = bindings };
  g_autofree char *choices = choose (policy, registry, &offer, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (choices, ==, "SCRAM-SHA-1:n!");

  offer.mechanisms = only_plain;
  g_assert_null (choose (policy, registry, &offer, NULL, &error));
  g_assert_nonnull (strstr (error->message, "tls-server-end-point"));
}

/* What the last login was is the least that this one may be. */
static void
test_baseline (void)
{
  static const char *const all[] = {
    "PLAIN",       "OAUTHBEARER",   "CRAM-MD5",           "DIGEST-MD5",
    "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", NULL
  };
  static const char *const end_point[] = { "tls-server-end-point", NULL };
  static const struct
  {
    XmppSaslExposure exposure;
    gboolean proves_offer;
    guint n_offered; /* the first ones of those above */
    const char *choices;
  } rows[] = {
    { XMPP_SASL_EXPOSURE_SECRET, FALSE, 2, "OAUTHBEARER:y PLAIN:y" },
    { XMPP_SASL_EXPOSURE_SECRET, FALSE, 5,
      "SCRAM-SHA-1:y DIGEST-MD5:y OAUTHBEARER:y CRAM-MD5:y PLAIN:y" },
    { XMPP_SASL_EXPOSURE_GUESSES, FALSE, 5, "SCRAM-SHA-1:y DIGEST-MD5:y CRAM-MD5:y" },
    { XMPP_SASL_EXPOSURE_SESSION, FALSE, 6, "SCRAM-SHA-256:y SCRAM-SHA-1:y" },
    { XMPP_SASL_EXPOSURE_SESSION, FALSE, 4, NULL },
    { XMPP_SASL_EXPOSURE_SESSION, FALSE, 2, NULL },
    { XMPP_SASL_EXPOSURE_NOTHING, FALSE, 7, "SCRAM-SHA-256-PLUS:p=tls-server-end-point" },
    { XMPP_SASL_EXPOSURE_NOTHING, FALSE, 6, NULL },
    /* A server that proves its lists may have changed them: it has to prove that. */
    { XMPP_SASL_EXPOSURE_NOTHING, TRUE, 6, "SCRAM-SHA-256:y! SCRAM-SHA-1:y!" },
    { XMPP_SASL_EXPOSURE_NOTHING, TRUE, 7,
      "SCRAM-SHA-256-PLUS:p=tls-server-end-point! SCRAM-SHA-256:n! SCRAM-SHA-1:n!" },
    { XMPP_SASL_EXPOSURE_SESSION, TRUE, 6, "SCRAM-SHA-256:y! SCRAM-SHA-1:y!" },
    { XMPP_SASL_EXPOSURE_NOTHING, TRUE, 4, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
      g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
      g_autoptr (XmppSaslBaseline)
          baseline = xmpp_sasl_baseline_new (rows[i].exposure, "SCRAM-SHA-512-PLUS",
                                             "tls-exporter", rows[i].proves_offer);
      const char *offered[G_N_ELEMENTS (all)] = { NULL };
      XmppSaslOffer offer = { .peer = "p.test",
                              .mechanisms = offered,
                              .types = rows[i].n_offered == 7 ? end_point : NULL,
                              .max = 64,
                              .secure = TRUE,
                              .bindings = end_point,
                              .baseline = baseline };
      g_autoptr (GError) error = NULL;
      g_autofree char *choices = NULL;
      g_autofree char *weaker = NULL;

      memcpy (offered, all, rows[i].n_offered * sizeof *all);
      choices = choose (policy, registry, &offer, NULL, &error);
      g_test_message ("row %u", i);
      g_assert_cmpstr (choices, ==, rows[i].choices);
      if (choices == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
          g_assert_nonnull (
              strstr (error->message, "SCRAM-SHA-512-PLUS with tls-exporter"));
          g_assert_nonnull (strstr (error->message, "accept a weaker login"));
        }

      /* A person can say that it is all right. */
      g_object_set (policy, "accept-weaker", TRUE, NULL);
      weaker = choose (policy, registry, &offer, NULL, NULL);
      g_assert_nonnull (strstr (weaker, "PLAIN"));
      g_assert_null (strchr (weaker, '!'));
    }
}

/* Whoever has a token only reveals nothing of the password that the last login was by. */
static void
test_other_means (void)
{
  static const char *const password[] = { "password", NULL };
  static const char *const token[] = { "token", NULL };
  static const char *const offered[] = { "SCRAM-SHA-1", "OAUTHBEARER", NULL };
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo)
      scram = xmpp_sasl_mechanism_info_new ("SCRAM-SHA-1", CLIENT, XMPP_SASL_FACTS_MUTUAL,
                                            50, password);
  g_autoptr (XmppSaslMechanismInfo)
      bearer = xmpp_sasl_mechanism_info_new ("OAUTHBEARER", CLIENT, 0, 20, token);
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (XmppSaslBaseline) baseline =
      xmpp_sasl_baseline_new (XMPP_SASL_EXPOSURE_SESSION, "SCRAM-SHA-1", NULL, FALSE);
  XmppSaslOffer offer = { .peer = "p.test",
                          .mechanisms = offered,
                          .max = 64,
                          .secure = TRUE,
                          .baseline = baseline };
  g_autofree char *with_any = NULL;
  g_autofree char *with_token = NULL;

  xmpp_sasl_registry_register (registry, scram, TOY_TYPE_MECHANISM);
  xmpp_sasl_registry_register (registry, bearer, TOY_TYPE_MECHANISM);

  with_any = choose (policy, registry, &offer, NULL, NULL);
  g_assert_cmpstr (with_any, ==, "SCRAM-SHA-1:n");
  offer.means = XMPP_SASL_MEANS_TOKEN;
  with_token = choose (policy, registry, &offer, NULL, NULL);
  g_assert_cmpstr (with_token, ==, "OAUTHBEARER:n");
}

static void
test_preferred (void)
{
  static const char *const preferred[] = { "SCRAM-SHA-1", "CRAM-MD5", NULL };
  static const char *const allowed[] = { "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", NULL };
  static const char *const words = "PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
  g_autoptr (XmppSaslPolicy)
      policy = g_object_new (XMPP_TYPE_SASL_POLICY, "preferred", preferred, NULL);
  g_autofree char *first = choose_words (policy, words, TRUE);
  g_autofree char *both = NULL;

  g_assert_cmpstr (first, ==, "SCRAM-SHA-1:n CRAM-MD5:n SCRAM-SHA-256:n PLAIN:n");

  g_object_set (policy, "allowed", allowed, NULL);
  both = choose_words (policy, words, TRUE);
  g_assert_cmpstr (both, ==, "SCRAM-SHA-1:n PLAIN:n SCRAM-SHA-256:n");
}

static void
test_order_and_policy (void)
{
  static const char *const all = "PLAIN ANONYMOUS DIGEST-MD5 CRAM-MD5 SCRAM-SHA-256 "
                                 "SCRAM-SHA-1 SCRAM-SHA-512 HT-SHA-256-EXPR";
  static const char *const allowed[] = { "SCRAM-SHA-1", "PLAIN", "SCRAM-SHA-256", NULL };
  static const char *const anonymous[] = { "ANONYMOUS", NULL };
  static const char *const denied[] = { "SCRAM-SHA-256", "PLAIN", NULL };
  static const struct
  {
    const char *const *allowed;
    const char *const *denied;
    gboolean mutual;
    int strength;
    gboolean insecure;
    const char *choices;
  } rows[] = {
    { .choices = "SCRAM-SHA-256:n SCRAM-SHA-1:n DIGEST-MD5:n CRAM-MD5:n PLAIN:n" },
    { .insecure = TRUE,
      .choices = "SCRAM-SHA-256:n SCRAM-SHA-1:n DIGEST-MD5:n CRAM-MD5:n" },
    { .allowed = allowed, .choices = "SCRAM-SHA-1:n PLAIN:n SCRAM-SHA-256:n" },
    { .allowed = allowed, .denied = denied, .choices = "SCRAM-SHA-1:n" },
    { .denied = denied, .choices = "SCRAM-SHA-1:n DIGEST-MD5:n CRAM-MD5:n" },
    { .mutual = TRUE, .choices = "SCRAM-SHA-256:n SCRAM-SHA-1:n DIGEST-MD5:n" },
    { .strength = 50, .choices = "SCRAM-SHA-256:n SCRAM-SHA-1:n" },
    { .strength = 61, .choices = "" },
    { .allowed = anonymous, .choices = "ANONYMOUS:n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslPolicy) policy =
          g_object_new (XMPP_TYPE_SASL_POLICY, "allowed", rows[i].allowed, "denied",
                        rows[i].denied, "require-mutual", rows[i].mutual,
                        "minimum-strength", rows[i].strength, NULL);
      g_autofree char *choices = choose_words (policy, all, !rows[i].insecure);

      g_assert_cmpstr (choices, ==, rows[i].choices);
    }
}

/* What waits to be named does so on either side of the offer. */
static void
test_opt_in (void)
{
  static const char *const offered[] = { "X-WAITS", "PLAIN", NULL };
  static const char *const named[] = { "X-WAITS", NULL };
  static const char *const others[] = { "PLAIN", NULL };
  static const struct
  {
    const char *property;
    const char *const *names;
    const char *choices;
  } rows[] = {
    { "denied", NULL, "PLAIN:n" },      { "allowed", named, "X-WAITS:n" },
    { "allowed", others, "PLAIN:n" },   { "preferred", named, "X-WAITS:n PLAIN:n" },
    { "preferred", others, "PLAIN:n" }, { "preferred-modules", named, "PLAIN:n" },
  };
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslMechanismInfo) waits =
      xmpp_sasl_mechanism_info_new ("X-WAITS", CLIENT, XMPP_SASL_FACTS_OPT_IN, 99, NULL);

  xmpp_sasl_registry_register (registry, waits, TOY_TYPE_MECHANISM);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslPolicy) policy =
          g_object_new (XMPP_TYPE_SASL_POLICY, rows[i].property, rows[i].names, NULL);
      XmppSaslOffer offer = {
        .peer = "p.test", .mechanisms = offered, .max = 64, .secure = TRUE
      };
      g_autofree char *choices = choose (policy, registry, &offer, NULL, NULL);

      g_assert_cmpstr (choices, ==, rows[i].choices);
    }
}

static void
test_anonymous_credential (void)
{
  static const char *const offered[] = { "PLAIN", "SCRAM-SHA-256", "ANONYMOUS", NULL };
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  XmppSaslOffer offer = { .peer = "p.test",
                          .mechanisms = offered,
                          .max = 64,
                          .secure = TRUE,
                          .means = XMPP_SASL_MEANS_ANONYMOUS };
  g_autofree char *choices = choose (policy, registry, &offer, NULL, NULL);

  g_assert_cmpstr (choices, ==, "ANONYMOUS:n");
}

/* Each name has its reason; what is not a name is shown safely. */
static void
test_reasons (void)
{
  static const char *const refused[] = { "SCRAM-SHA-1", NULL };
  static const struct
  {
    const char *name;
    const char *shown;
    const char *why;
  } rows[] = {
    { "scram-sha-1", "scram-sha-1", "not the name" },
    { "", "", "not the name" },
    { "ABCDEFGHIJKLMNOPQRSTU", "ABCDEFGHIJKLMNOPQRST", "not the name" },
    { "PLAIN\n<x/>", "PLAIN?<x/>", "not the name" },
    { "PL\xc3\x84IN", "PL??IN", "not the name" },
    { "X-UNKNOWN", "X-UNKNOWN", "no module" },
    { "SCRAM-SHA-512", "SCRAM-SHA-512", "no module" },
    { "HT-SHA-256-EXPR", "HT-SHA-256-EXPR", "tokens" },
    { "ANONYMOUS", "ANONYMOUS", "anonymous" },
    { "PLAIN", "PLAIN", "TLS" },
    { "OAUTHBEARER", "OAUTHBEARER", "TLS" },
    { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS", "TLS" },
    { "SCRAM-SHA-1", "SCRAM-SHA-1", "refused" },
  };
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (GPtrArray) passed = NULL;
  const char *names[G_N_ELEMENTS (rows) + 1] = { NULL };
  XmppSaslOffer offer = {
    .peer = "p.test", .mechanisms = names, .max = 64, .refused = refused
  };
  g_autofree char *choices = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    names[i] = rows[i].name;

  choices = choose (policy, registry, &offer, &passed, &error);
  g_assert_cmpstr (choices, ==, "");
  g_assert_cmpint (passed->len, ==, G_N_ELEMENTS (rows));
  for (guint i = 0; i < passed->len; i++)
    {
      XmppSaslPassed *one = g_ptr_array_index (passed, i);

      g_assert_cmpstr (one->name, ==, rows[i].shown);
      g_assert_nonnull (strstr (one->why, rows[i].why));
    }

  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  g_assert_nonnull (strstr (error->message, "X-UNKNOWN (there is no module for it)"));
}

static void
test_bounded (void)
{
  g_autoptr (XmppSaslRegistry) registry = new_registry (TRUE);
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (GPtrArray) passed = NULL;
  const char *names[1002] = { NULL };
  XmppSaslOffer offer = {
    .peer = "p.test", .mechanisms = names, .max = 64, .secure = TRUE
  };
  g_autofree char *choices = NULL;

  for (guint i = 0; i < 1001; i++)
    names[i] = i < 62 || i == 64 ? "X-NONE" : i == 63 ? "PLAIN" : "SCRAM-SHA-256";

  choices = choose (policy, registry, &offer, &passed, NULL);
  g_assert_cmpstr (choices, ==, "SCRAM-SHA-256:n PLAIN:n");
  /* Each name counts once. */
  g_assert_cmpint (passed->len, ==, 1);

  names[62] = "X-NONE";
  g_free (choices);
  choices = choose (policy, registry, &offer, NULL, NULL);
  g_assert_cmpstr (choices, ==, "PLAIN:n");
}

/* A1, L4: what a registration says of a known name can only be stricter. */
static void
test_known_names (void)
{
  static const struct
  {
    const char *name;
    XmppSaslFacts said;
    int strength;
    XmppSaslFacts facts;
    int counts;
  } rows[] = {
    { "PLAIN", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING, 100,
      XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 10 },
    { "LOGIN", 0, 1, XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 1 },
    { "X-OAUTH2", 0, 50, XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20 },
    { "OAUTHBEARER", 0, 50, XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20 },
    { "HT-SHA-512-NONE", 0, 50, XMPP_SASL_FACTS_NEEDS_TLS, 50 },
    { "ANONYMOUS", XMPP_SASL_FACTS_MUTUAL, 50, XMPP_SASL_FACTS_ANONYMOUS, 0 },
    { "EXTERNAL", 0, 99, XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_CERTIFICATE, 95 },
    { "EXTERNAL", XMPP_SASL_FACTS_CHANNEL_BINDING, 50,
      XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_CERTIFICATE, 50 },
    { "SCRAM-SHA-256", XMPP_SASL_FACTS_CERTIFICATE, 60, 0, 60 },
    { "SCRAM-SHA-256", XMPP_SASL_FACTS_BLOCKS, 99, XMPP_SASL_FACTS_BLOCKS, 60 },
    { "SCRAM-SHA-256", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING, 40,
      XMPP_SASL_FACTS_MUTUAL, 40 },
    { "SCRAM-SHA-256-PLUS", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING, 99,
      XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING |
          XMPP_SASL_FACTS_NEEDS_TLS,
      80 },
    { "X-OWN", XMPP_SASL_FACTS_MUTUAL, 99, XMPP_SASL_FACTS_MUTUAL, 99 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanismInfo)
          info = xmpp_sasl_mechanism_info_new (rows[i].name, CLIENT, rows[i].said,
                                               rows[i].strength, NULL);

      g_assert_cmphex (xmpp_sasl_mechanism_info_get_facts (info), ==, rows[i].facts);
      g_assert_cmpint (xmpp_sasl_mechanism_info_get_strength (info), ==, rows[i].counts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/policy/channel-binding", test_channel_binding);
  g_test_add_func ("/sasl/policy/without-plus", test_policy_without_plus);
  g_test_add_func ("/sasl/policy/strange-types", test_strange_types);
  g_test_add_func ("/sasl/policy/baseline", test_baseline);
  g_test_add_func ("/sasl/policy/other-means", test_other_means);
  g_test_add_func ("/sasl/policy/preferred", test_preferred);
  g_test_add_func ("/sasl/policy/order-and-policy", test_order_and_policy);
  g_test_add_func ("/sasl/policy/opt-in", test_opt_in);
  g_test_add_func ("/sasl/policy/anonymous-credential", test_anonymous_credential);
  g_test_add_func ("/sasl/policy/reasons", test_reasons);
  g_test_add_func ("/sasl/policy/bounded", test_bounded);
  g_test_add_func ("/sasl/policy/known-names", test_known_names);

  return g_test_run ();
}
