/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "client/xmpp-account-state.h"
#include "client/xmpp-state-file.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_state (GVariant *state)
{
  g_autoptr (XmppAccountState) read = xmpp_account_state_new (state);
  g_autoptr (GVariant) again = xmpp_account_state_to_variant (read);

  g_assert_true (g_variant_is_of_type (again, G_VARIANT_TYPE_VARDICT));
}

/* As a file, which the checksum refuses, and as what stands behind a checksum that is right:
 * what is read from that can be written again. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) file = g_bytes_new (data, size);
  g_autoptr (GVariant) content =
      g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, file, FALSE));
  g_autoptr (GVariant) normal = g_variant_get_normal_form (content);
  g_autoptr (GVariant) parsed = NULL;
  g_autoptr (GVariant) stored = NULL;
  g_autoptr (GBytes) built = NULL;
  g_autofree char *account = NULL;
  g_autofree char *owner = NULL;

  parsed = xmpp_state_file_parse (file, &account, NULL);
  if (parsed != NULL)
    read_state (parsed);

  built = xmpp_state_file_build ("a@b.example", normal, NULL);
  if (built == NULL)
    return 0;
  stored = xmpp_state_file_parse (built, &owner, NULL);
  g_assert_nonnull (stored);
  g_assert_cmpstr (owner, ==, "a@b.example");
  g_assert_true (g_variant_equal (stored, normal));
  read_state (stored);

  return 0;
}
