/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* S13: what a client must not answer by coming back at once */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-client.h"

static const char *const conditions[] = {
  "conflict",       "host-gone",           "host-unknown",
  "not-authorized", "policy-violation",    "unsupported-version",
  "invalid-from",   "unsupported-feature", "unsupported-encoding",
};

/* Read off the wire, as a server would say it */
static void
test_no_retry (gconstpointer condition)
{
  g_autofree char *script =
      g_strdup_printf (XMPP_TEST_HEADERS
                       "S: <stream:error><%s xmlns='%s'/></stream:error>"
                       "</stream:stream>\n",
                       (const char *) condition, XMPP_NS_STREAM_ERRORS);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autofree char *nick = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_test_read (stream, &error));
  nick = xmpp_error_dup_nick (error);
  g_assert_cmpstr (nick, ==, condition);
  g_assert_cmpuint (xmpp_error_get_advice (error) & XMPP_ERROR_ADVICE_RETRY, ==, 0);
  xmpp_test_peer_free (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/S/S13-", conditions[i], NULL);

      g_test_add_data_func (path, conditions[i], test_no_retry);
    }

  return g_test_run ();
}
