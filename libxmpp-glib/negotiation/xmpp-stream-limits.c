/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-stream-limits.h"

#include "core/xmpp-namespaces.h"

/* What RFC 6120 §13.12 lets everybody send */
#define LEAST_BYTES 10000
/* Whoever wants to hear of us more often than that wants us to work for him. */
#define LEAST_IDLE_SECONDS 20
/* No state has all of its bits. */
#define NEVER ((XmppStreamState) ~0)

struct _XmppStreamLimits
{
  XmppFeature parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppStreamLimits, xmpp_stream_limits, XMPP_TYPE_FEATURE)

/* Nonsense counts as nothing: it must not keep us from sending. */
static guint
parse_number (XmppElement *limits, const char *name, guint least)
{
  XmppElement *child = xmpp_element_get_child (limits, name, XMPP_NS_STREAM_LIMITS);
  g_autofree char *text = NULL;
  guint64 number;

  if (child == NULL)
    return 0;

  text = g_strstrip (g_strdup (xmpp_element_get_text (child)));
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &number, NULL))
    return 0;

  return MAX ((guint) number, least);
}

/* <limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>262144</max-bytes>
 *   <idle-seconds>300</idle-seconds></limits>                               XEP-0478 §3.1 */
static void
xmpp_stream_limits_heed (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  XmppElement *limits = xmpp_feature_find_offer (feature, features);
  guint max_bytes = 0;
  guint idle_seconds = 0;

  /* XEP-0478 §4: what an earlier list said does not hold any more. */
  if (limits != NULL)
    {
      max_bytes = parse_number (limits, "max-bytes", LEAST_BYTES);
      idle_seconds = parse_number (limits, "idle-seconds", LEAST_IDLE_SECONDS);
    }

  xmpp_stream_set_peer_limits (stream, max_bytes, idle_seconds);
}

static void
append_number (XmppElement *limits, const char *name, guint number)
{
  g_autofree char *text = NULL;

  if (number == 0)
    return;

  text = g_strdup_printf ("%u", number);
  xmpp_element_append_child (limits, name, XMPP_NS_STREAM_LIMITS, text);
}

/* From what is enforced: by the parser, and before the login by the wait for each request, after
 * it by the liveness of the open stream */
static void
xmpp_stream_limits_offer (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  const XmppLimitValues *values = xmpp_stream_get_limits (stream);
  XmppElement *limits =
      xmpp_element_append_child (features, "limits", XMPP_NS_STREAM_LIMITS, NULL);

  if ((xmpp_stream_get_state (stream) & XMPP_STREAM_AUTHENTICATED) == 0)
    {
      append_number (limits, "max-bytes", values->element_bytes_before_auth);
      append_number (limits, "idle-seconds", values->exchange_seconds);
    }
  else
    {
      append_number (limits, "max-bytes", values->element_bytes);
      append_number (limits, "idle-seconds", values->idle_seconds);
    }
}

static void
xmpp_stream_limits_class_init (XmppStreamLimitsClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  feature_class->name = "limits";
  feature_class->xmlns = XMPP_NS_STREAM_LIMITS;
  feature_class->step = "limits";
  feature_class->title = "limits";
  feature_class->needs = XMPP_STREAM_SECURE;
  feature_class->heed = xmpp_stream_limits_heed;
  feature_class->offer = xmpp_stream_limits_offer;
}

static void
xmpp_stream_limits_init (XmppStreamLimits *self)
{
}

XmppFeature *
xmpp_stream_limits_new_initiating (void)
{
  XmppFeature *self = g_object_new (XMPP_TYPE_STREAM_LIMITS, NULL);

  xmpp_feature_set_needs (self, NEVER);
  return self;
}

XmppFeature *
xmpp_stream_limits_new_receiving (gboolean insecure)
{
  XmppFeature *self = g_object_new (XMPP_TYPE_STREAM_LIMITS, NULL);

  if (insecure)
    xmpp_feature_set_needs (self, 0);
  return self;
}
