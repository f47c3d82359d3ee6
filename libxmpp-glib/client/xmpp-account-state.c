/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-account-state.h"

#include "core/xmpp-secret-private.h"
#include "stream/xmpp-element-reader.h"

#include <string.h>

/* Of what a server may offer, for a state of 64 KiB; real ones are of 1 or 2 KiB. */
#define MAX_FEATURES_BYTES 16384

struct _XmppAccountState
{
  XmppElement *features;
  GHashTable *secrets; /* field → value, wiped */
  XmppSaslBaseline *baseline;
  gboolean changed;
};

static void
load_features (XmppAccountState *state, GVariant *stored)
{
  const char *text = NULL;

  if (g_variant_lookup (stored, "features", "&s", &text))
    state->features = xmpp_element_new_from_string (text, NULL);
}

static void
load_secrets (XmppAccountState *state, GVariant *stored)
{
  g_autoptr (GVariantIter) iter = NULL;
  const char *field;
  const char *value;

  if (!g_variant_lookup (stored, "secrets", "a{ss}", &iter))
    return;

  while (g_variant_iter_next (iter, "{&s&s}", &field, &value))
    g_hash_table_insert (state->secrets, g_strdup (field), xmpp_secret_dup (value));
}

static void
load_baseline (XmppAccountState *state, GVariant *stored)
{
  g_autoptr (GVariant) login = g_variant_lookup_value (stored, "login", NULL);

  if (login != NULL)
    state->baseline = xmpp_sasl_baseline_from_variant (login);
}

XmppAccountState *
xmpp_account_state_new (GVariant *stored)
{
  XmppAccountState *state = g_new0 (XmppAccountState, 1);

  state->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) xmpp_secret_free);
  if (stored != NULL && g_variant_is_of_type (stored, G_VARIANT_TYPE_VARDICT))
    {
      load_features (state, stored);
      load_secrets (state, stored);
      load_baseline (state, stored);
    }
  return state;
}

void
xmpp_account_state_free (XmppAccountState *state)
{
  g_clear_pointer (&state->features, xmpp_element_unref);
  g_hash_table_unref (state->secrets);
  g_clear_pointer (&state->baseline, xmpp_sasl_baseline_free);
  g_free (state);
}

/* Variants copy what they are made of: only what lies in such bytes is wiped with them. */
static GVariant *
new_secret_text (const char *text)
{
  g_autoptr (GBytes) bytes = xmpp_secret_bytes_new (text, strlen (text) + 1);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_STRING, bytes, TRUE);
}

static GVariant *
gather (GVariant *parts)
{
  g_autoptr (GVariant) tree = g_variant_ref_sink (parts);
  gsize length = g_variant_get_size (tree);
  gpointer data = g_malloc (length);
  g_autoptr (GBytes) bytes = NULL;

  g_variant_store (tree, data);
  bytes = xmpp_secret_bytes_new_take (data, length);

  return g_variant_ref_sink (
      g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, TRUE));
}

GVariant *
xmpp_account_state_to_variant (XmppAccountState *state)
{
  GVariantBuilder builder;
  GVariantBuilder secrets;
  GHashTableIter iter;
  gpointer field;
  gpointer value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (state->features != NULL)
    g_variant_builder_add (&builder, "{sv}", "features",
                           g_variant_new_take_string (
                               xmpp_element_to_string (state->features)));

  g_variant_builder_init (&secrets, G_VARIANT_TYPE ("a{ss}"));
  g_hash_table_iter_init (&iter, state->secrets);
  while (g_hash_table_iter_next (&iter, &field, &value))
    g_variant_builder_add (&secrets, "{s@s}", field, new_secret_text (value));
  g_variant_builder_add (&builder, "{sv}", "secrets", g_variant_builder_end (&secrets));

  if (state->baseline != NULL)
    g_variant_builder_add (&builder, "{sv}", "login",
                           xmpp_sasl_baseline_to_variant (state->baseline));

  return gather (g_variant_builder_end (&builder));
}

XmppElement *
xmpp_account_state_get_features (XmppAccountState *state)
{
  return state->features;
}

void
xmpp_account_state_set_features (XmppAccountState *state, XmppElement *features)
{
  g_autofree char *old =
      state->features != NULL ? xmpp_element_to_string (state->features) : NULL;
  g_autofree char *new = features != NULL ? xmpp_element_to_string (features) : NULL;

  /* They only save time: they must not crowd out what else is to be kept. */
  if (new != NULL && strlen (new) > MAX_FEATURES_BYTES)
    {
      features = NULL;
      g_clear_pointer (&new, g_free);
    }
  if (g_strcmp0 (old, new) == 0)
    return;

  g_clear_pointer (&state->features, xmpp_element_unref);
  if (features != NULL)
    state->features = xmpp_element_ref (features);
  state->changed = TRUE;
}

void
xmpp_account_state_set_secret (XmppAccountState *state,
                               const char *field,
                               const char *value)
{
  if (value == NULL)
    state->changed |= g_hash_table_remove (state->secrets, field);
  else
    {
      g_hash_table_insert (state->secrets, g_strdup (field), xmpp_secret_dup (value));
      state->changed = TRUE;
    }
}

void
xmpp_account_state_foreach_secret (XmppAccountState *state,
                                   GHFunc func,
                                   gpointer user_data)
{
  g_hash_table_foreach (state->secrets, func, user_data);
}

const XmppSaslBaseline *
xmpp_account_state_get_baseline (XmppAccountState *state)
{
  return state->baseline;
}

void
xmpp_account_state_set_baseline (XmppAccountState *state,
                                 const XmppSaslBaseline *baseline)
{
  if (xmpp_sasl_baseline_equal (state->baseline, baseline))
    return;

  g_clear_pointer (&state->baseline, xmpp_sasl_baseline_free);
  if (baseline != NULL)
    state->baseline = xmpp_sasl_baseline_copy (baseline);
  state->changed = TRUE;
}

gboolean
xmpp_account_state_is_changed (XmppAccountState *state)
{
  return state->changed;
}

void
xmpp_account_state_set_saved (XmppAccountState *state)
{
  state->changed = FALSE;
}
