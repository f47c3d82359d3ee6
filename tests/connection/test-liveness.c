/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-liveness.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-stream.h"

static void
ask (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
dead (gpointer user_data)
{
  g_assert_not_reached ();
}

/* The peer says that it hangs up on those who are mute for four seconds: the silence that we
 * would bear is much longer. */
static void
test_peer_idle (gconstpointer paused)
{
  static const XmppLivenessFuncs funcs = { .ask = ask, .dead = dead };
  const XmppStreamHeader header = { .to = "p.test" };
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  XmppLiveness *liveness;
  gboolean asked = FALSE;
  gint64 begin = g_get_monotonic_time ();

  xmpp_test_stream_pair (&io, &other);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (stream, &header);
  xmpp_stream_set_peer_limits (stream, 0, 4);
  xmpp_stream_set_paused (stream, GPOINTER_TO_INT (paused));
  liveness = xmpp_liveness_new (stream, &funcs, &asked);

  xmpp_test_run_until (&asked);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 2 * G_USEC_PER_SEC);
  xmpp_liveness_free (liveness);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/liveness/peer-idle", GINT_TO_POINTER (FALSE), test_peer_idle);
  g_test_add_data_func ("/liveness/peer-idle/paused", GINT_TO_POINTER (TRUE),
                        test_peer_idle);
  return g_test_run ();
}
