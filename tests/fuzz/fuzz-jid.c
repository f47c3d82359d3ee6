/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "core/xmpp-jid.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whatever is taken as an address keeps its form: RFC 7622 wants preparation to be
 * idempotent. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *escaped = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autoptr (XmppJid) again = NULL;

  if (jid == NULL)
    return 0;

  again = xmpp_jid_new (xmpp_jid_to_string (jid), NULL);
  g_assert_nonnull (again);
  g_assert_true (xmpp_jid_equal (jid, again));
  g_assert_cmpuint (xmpp_jid_hash (jid), ==, xmpp_jid_hash (again));
  g_assert_cmpuint (strlen (xmpp_jid_get_domain (jid)), <=, 1023);

  if (xmpp_jid_get_local (jid) != NULL)
    {
      g_autofree char *plain = xmpp_jid_unescape_local (xmpp_jid_get_local (jid));
      g_autofree char *plain_again = NULL;

      escaped = xmpp_jid_escape_local (plain);
      g_assert_nonnull (escaped);
      plain_again = xmpp_jid_unescape_local (escaped);
      g_assert_cmpstr (plain_again, ==, plain);
    }

  return 0;
}
