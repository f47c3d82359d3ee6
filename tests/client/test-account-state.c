/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-account-state.h"

static void
keep_cb (gpointer field, gpointer value, gpointer user_data)
{
  g_hash_table_insert (user_data, g_strdup (field), g_strdup (value));
}

static void
test_round_trip (void)
{
  g_autoptr (XmppAccountState) state = xmpp_account_state_new (NULL);
  g_autoptr (XmppAccountState) again = NULL;
  g_autoptr (XmppElement)
      features = xmpp_element_new ("features", "http://etherx.jabber.org/streams");
  g_autoptr (XmppSaslBaseline)
      baseline = xmpp_sasl_baseline_new (XMPP_SASL_EXPOSURE_SESSION, "A", NULL, TRUE);
  g_autoptr (GVariant) stored = NULL;
  g_autoptr (GHashTable)
      secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_assert_false (xmpp_account_state_is_changed (state));
  xmpp_element_append_child (features, "mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl",
                             NULL);
  xmpp_account_state_set_features (state, features);
  xmpp_account_state_set_secret (state, "a", "1");
  xmpp_account_state_set_secret (state, "b", "2");
  xmpp_account_state_set_secret (state, "b", NULL);
  xmpp_account_state_set_baseline (state, baseline);
  g_assert_true (xmpp_account_state_is_changed (state));

  stored = xmpp_account_state_to_variant (state);
  again = xmpp_account_state_new (stored);
  g_assert_false (xmpp_account_state_is_changed (again));
  g_assert_nonnull (xmpp_element_get_child (xmpp_account_state_get_features (again),
                                            "mechanisms", NULL));
  xmpp_account_state_foreach_secret (again, keep_cb, secrets);
  g_assert_cmpuint (g_hash_table_size (secrets), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (secrets, "a"), ==, "1");

  g_assert_true (
      xmpp_sasl_baseline_equal (xmpp_account_state_get_baseline (again), baseline));

  /* The same once more is no change. */
  xmpp_account_state_set_features (again, features);
  xmpp_account_state_set_baseline (again, baseline);
  g_assert_false (xmpp_account_state_is_changed (again));
}

static void
test_nonsense (void)
{
  const char *const texts[] = { "'x'", "{'features': <1>, 'secrets': <'x'>}",
                                "{'features': <'<broken'>}", "{'login': <'PLAIN'>}",
                                "@a{sv} {}" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) stored = g_variant_parse (NULL, texts[i], NULL, NULL, NULL);
      g_autoptr (XmppAccountState) state = xmpp_account_state_new (stored);

      g_assert_nonnull (stored);
      g_assert_null (xmpp_account_state_get_features (state));
      g_assert_null (xmpp_account_state_get_baseline (state));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/account-state/round-trip", test_round_trip);
  g_test_add_func ("/client/account-state/nonsense", test_nonsense);

  return g_test_run ();
}
