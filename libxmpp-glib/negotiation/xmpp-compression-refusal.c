/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-compression-refusal.h"

#define NS_COMPRESS "http://jabber.org/protocol/compress"

/* Stream compression leaks what is encrypted and multiplies what is sent (XEP-0138 is
 * obsolete for that), so it is neither offered nor used. A client that asks all the same is
 * told so. */
struct _XmppCompressionRefusal
{
  XmppFeature parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppCompressionRefusal, xmpp_compression_refusal, XMPP_TYPE_FEATURE)

static gboolean
xmpp_compression_refusal_wants (XmppFeature *feature,
                                XmppStream *stream,
                                XmppElement *features)
{
  return FALSE;
}

static void
xmpp_compression_refusal_offer (XmppFeature *feature,
                                XmppStream *stream,
                                XmppElement *features)
{
}

/* <failure xmlns='http://jabber.org/protocol/compress'><unsupported-method/></failure>
 *                                                                           XEP-0138 §3 */
static void
xmpp_compression_refusal_respond_async (XmppFeature *feature,
                                        XmppStream *stream,
                                        XmppElement *request,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  g_autoptr (XmppElement) failure = xmpp_element_new ("failure", NS_COMPRESS);
  GError *error = NULL;

  if (!xmpp_element_is (request, "compress", NS_COMPRESS))
    {
      xmpp_feature_return_unexpected (task, stream, request);
      return;
    }

  xmpp_element_append_child (failure, "unsupported-method", NS_COMPRESS, NULL);
  if (!xmpp_stream_write (stream, failure, &error))
    g_task_return_error (task, error);
  else
    xmpp_feature_return (task, 0, XMPP_NEXT_SAME_FEATURES);
}

static void
xmpp_compression_refusal_class_init (XmppCompressionRefusalClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  feature_class->name = "compression";
  feature_class->xmlns = NS_COMPRESS;
  feature_class->step = "compression";
  feature_class->title = "compression";
  feature_class->wants = xmpp_compression_refusal_wants;
  feature_class->offer = xmpp_compression_refusal_offer;
  feature_class->respond_async = xmpp_compression_refusal_respond_async;
}

static void
xmpp_compression_refusal_init (XmppCompressionRefusal *self)
{
}

XmppFeature *
xmpp_compression_refusal_new (void)
{
  return g_object_new (XMPP_TYPE_COMPRESSION_REFUSAL, NULL);
}
