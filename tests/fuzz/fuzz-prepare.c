/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "core/xmpp-prepare.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The first byte chooses the profile. What comes out is never empty, and preparing it again
 * changes nothing (RFC 8264 §7; RFC 4013 by the stability of NFKC). */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;
  g_autofree char *result = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslProfile profile;

  if (size == 0)
    return 0;

  profile = data[0] % (XMPP_SASL_PROFILE_TRACE + 1);
  text = g_strndup ((const char *) data + 1, size - 1);
  result = xmpp_sasl_prepare (profile, text, &error);
  g_assert_true ((result == NULL) == (error != NULL));
  if (result == NULL)
    return 0;

  g_assert_true (result[0] != '\0');
  g_assert_true (g_utf8_validate (result, -1, NULL));
  again = xmpp_sasl_prepare (profile, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, result);

  return 0;
}
