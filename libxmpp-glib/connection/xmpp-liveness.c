/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-liveness.h"

#define SLEEP_SECONDS 10

struct _XmppLiveness
{
  XmppStream *stream;
  const XmppLivenessFuncs *funcs;
  gpointer user_data;
  GSource *timer;
  gint64 asked; /* when; 0: not since the last input */
};

/* XEP-0478: the peer may end what it has heard nothing on for so long, even where it talks
 * itself. At half of that there is time for one more tick. */
static gboolean
must_be_heard (XmppLiveness *liveness, gint64 now)
{
  guint seconds = xmpp_stream_get_peer_idle_seconds (liveness->stream);
  gint64 mute = now - xmpp_stream_get_last_output (liveness->stream);

  return seconds > 0 && mute / G_USEC_PER_SEC >= seconds / 2;
}

static gboolean
ticked_cb (gpointer user_data)
{
  XmppLiveness *liveness = user_data;
  const XmppLimitValues *limits = xmpp_stream_get_limits (liveness->stream);
  gint64 now = g_get_monotonic_time ();
  gint64 last = xmpp_stream_get_last_input (liveness->stream);
  gint64 silent = (now - last) / G_USEC_PER_SEC;

  /* While we do not read, the silence is ours. */
  if (xmpp_stream_is_paused (liveness->stream))
    {
      liveness->asked = 0;
      if (limits->idle_seconds > 0 && must_be_heard (liveness, now))
        liveness->funcs->ask (liveness->user_data);
      return G_SOURCE_CONTINUE;
    }

  if (liveness->asked < last)
    liveness->asked = 0;

  if (silent >= SLEEP_SECONDS)
    xmpp_stream_sleep (liveness->stream);

  if (liveness->asked != 0)
    {
      if ((now - liveness->asked) / G_USEC_PER_SEC >= limits->idle_answer_seconds)
        {
          g_clear_pointer (&liveness->timer, g_source_unref);
          liveness->funcs->dead (liveness->user_data);
          return G_SOURCE_REMOVE;
        }
    }
  else if (limits->idle_seconds > 0 &&
           (silent >= limits->idle_seconds || must_be_heard (liveness, now)))
    {
      liveness->asked = now;
      liveness->funcs->ask (liveness->user_data);
    }

  return G_SOURCE_CONTINUE;
}

XmppLiveness *
xmpp_liveness_new (XmppStream *stream, const XmppLivenessFuncs *funcs, gpointer user_data)
{
  XmppLiveness *liveness = g_new0 (XmppLiveness, 1);
  const XmppLimitValues *limits = xmpp_stream_get_limits (stream);
  guint peer_idle_seconds = xmpp_stream_get_peer_idle_seconds (stream);
  guint interval = SLEEP_SECONDS;

  if (limits->idle_seconds > 0)
    interval = MIN (interval, limits->idle_seconds);
  if (peer_idle_seconds > 0)
    interval = CLAMP (peer_idle_seconds / 4, 1, interval);
  interval = CLAMP (limits->idle_answer_seconds, 1, interval);

  liveness->stream = g_object_ref (stream);
  liveness->funcs = funcs;
  liveness->user_data = user_data;
  liveness->timer = g_timeout_source_new_seconds (interval);
  g_source_set_static_name (liveness->timer, "xmpp: liveness");
  g_source_set_callback (liveness->timer, ticked_cb, liveness, NULL);
  g_source_attach (liveness->timer, g_main_context_get_thread_default ());
  return liveness;
}

void
xmpp_liveness_free (XmppLiveness *liveness)
{
  if (liveness->timer != NULL)
    {
      g_source_destroy (liveness->timer);
      g_source_unref (liveness->timer);
    }
  g_object_unref (liveness->stream);
  g_free (liveness);
}
