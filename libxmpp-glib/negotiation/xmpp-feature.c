/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-feature.h"

#include "negotiation/xmpp-exchange.h"

/* What a feature does by default is written here; what it is, in the comments of its class
 * structure. A new one fills in the names, what it needs, and negotiate_async() or
 * respond_async() or both; the drivers then find it in their lists. */

typedef struct
{
  XmppStreamState needs;
  XmppReport *report;
  char *peer;
  char *detail;
  gboolean deaf;
  XmppStream *stream; /* of the exchange, which keeps it */
} XmppFeaturePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (XmppFeature, xmpp_feature, G_TYPE_OBJECT)

#define PRIVATE(feature)                                                                 \
  ((XmppFeaturePrivate *) xmpp_feature_get_instance_private (feature))

static void exchanged_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* ---- What a feature does that says nothing else ---- */

static gboolean
xmpp_feature_real_wants (XmppFeature *self, XmppStream *stream, XmppElement *features)
{
  return xmpp_feature_find_offer (self, features) != NULL;
}

static XmppElement *
xmpp_feature_real_ahead (XmppFeature *self, XmppStream *stream, XmppElement *remembered)
{
  if (xmpp_feature_find_offer (self, remembered) == NULL)
    return NULL;

  return xmpp_element_ref (remembered);
}

static gboolean
xmpp_feature_real_confirms (XmppFeature *self,
                            XmppElement *remembered,
                            XmppElement *features)
{
  return xmpp_feature_find_offer (self, features) != NULL;
}

static gboolean
xmpp_feature_real_answers (XmppFeature *self, XmppStream *stream, XmppElement *element)
{
  return TRUE;
}

static void
xmpp_feature_real_offer (XmppFeature *self, XmppStream *stream, XmppElement *features)
{
  XmppFeatureClass *klass = XMPP_FEATURE_GET_CLASS (self);

  xmpp_element_append_child (features, klass->name, klass->xmlns, NULL);
}

static void
xmpp_feature_real_negotiate_async (XmppFeature *self,
                                   XmppStream *stream,
                                   XmppElement *features,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = xmpp_feature_task_new (self, cancellable, callback, user_data);

  g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                           "This side does not ask for %s",
                           XMPP_FEATURE_GET_CLASS (self)->title);
}

static void
xmpp_feature_real_respond_async (XmppFeature *self,
                                 XmppStream *stream,
                                 XmppElement *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = xmpp_feature_task_new (self, cancellable, callback, user_data);

  xmpp_feature_return_unexpected (task, stream, request);
}

static void
xmpp_feature_finalize (GObject *object)
{
  XmppFeaturePrivate *priv = PRIVATE (XMPP_FEATURE (object));

  g_clear_object (&priv->report);
  g_free (priv->peer);
  g_free (priv->detail);

  G_OBJECT_CLASS (xmpp_feature_parent_class)->finalize (object);
}

static void
xmpp_feature_constructed (GObject *object)
{
  XmppFeature *self = XMPP_FEATURE (object);

  G_OBJECT_CLASS (xmpp_feature_parent_class)->constructed (object);
  PRIVATE (self)->needs = XMPP_FEATURE_GET_CLASS (self)->needs;
}

static void
xmpp_feature_class_init (XmppFeatureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = xmpp_feature_constructed;
  object_class->finalize = xmpp_feature_finalize;
  klass->wants = xmpp_feature_real_wants;
  klass->ahead = xmpp_feature_real_ahead;
  klass->confirms = xmpp_feature_real_confirms;
  klass->negotiate_async = xmpp_feature_real_negotiate_async;
  klass->answers = xmpp_feature_real_answers;
  klass->offer = xmpp_feature_real_offer;
  klass->respond_async = xmpp_feature_real_respond_async;
}

static void
xmpp_feature_init (XmppFeature *self)
{
}

/* ---- For the drivers ---- */

void
xmpp_feature_attach (XmppFeature *feature, XmppReport *report, const char *peer)
{
  XmppFeaturePrivate *priv = PRIVATE (feature);

  g_set_object (&priv->report, report);
  g_free (priv->peer);
  priv->peer = g_strdup (peer);
}

gboolean
xmpp_feature_is_possible (XmppFeature *feature, XmppStreamState state)
{
  XmppStreamState needs = PRIVATE (feature)->needs;

  return (state & needs) == needs &&
         (state & XMPP_FEATURE_GET_CLASS (feature)->excludes) == 0;
}

void
xmpp_feature_heed (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  XmppFeatureClass *klass = XMPP_FEATURE_GET_CLASS (feature);

  if (klass->heed != NULL)
    klass->heed (feature, stream, features);
}

gboolean
xmpp_feature_wants (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  return XMPP_FEATURE_GET_CLASS (feature)->wants (feature, stream, features);
}

XmppElement *
xmpp_feature_ahead (XmppFeature *feature, XmppStream *stream, XmppElement *remembered)
{
  return XMPP_FEATURE_GET_CLASS (feature)->ahead (feature, stream, remembered);
}

gboolean
xmpp_feature_confirms (XmppFeature *feature,
                       XmppElement *remembered,
                       XmppElement *features)
{
  return XMPP_FEATURE_GET_CLASS (feature)->confirms (feature, remembered, features);
}

void
xmpp_feature_withdraw (XmppFeature *feature)
{
  XmppFeatureClass *klass = XMPP_FEATURE_GET_CLASS (feature);

  if (klass->withdraw != NULL)
    klass->withdraw (feature);
}

void
xmpp_feature_negotiate_async (XmppFeature *feature,
                              XmppStream *stream,
                              XmppElement *features,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  xmpp_feature_set_detail (feature, NULL);
  XMPP_FEATURE_GET_CLASS (feature)->negotiate_async (feature, stream, features,
                                                     cancellable, callback, user_data);
}

void
xmpp_feature_offer (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  XMPP_FEATURE_GET_CLASS (feature)->offer (feature, stream, features);
}

void
xmpp_feature_respond_async (XmppFeature *feature,
                            XmppStream *stream,
                            XmppElement *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  XMPP_FEATURE_GET_CLASS (feature)->respond_async (feature, stream, request, cancellable,
                                                   callback, user_data);
}

gboolean
xmpp_feature_finish (XmppFeature *feature,
                     GAsyncResult *result,
                     XmppOutcome *outcome,
                     GError **error)
{
  g_autofree XmppOutcome *returned = NULL;

  g_return_val_if_fail (g_task_is_valid (result, feature), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_feature_task_new), FALSE);

  returned = g_task_propagate_pointer (G_TASK (result), error);
  if (returned == NULL)
    return FALSE;

  *outcome = *returned;
  return TRUE;
}

gboolean
xmpp_feature_can_handle (XmppFeature *feature)
{
  return XMPP_FEATURE_GET_CLASS (feature)->handle != NULL;
}

gboolean
xmpp_feature_handle (XmppFeature *feature, XmppStream *stream, XmppElement *element)
{
  return XMPP_FEATURE_GET_CLASS (feature)->handle (feature, stream, element);
}

void
xmpp_feature_set_deaf (XmppFeature *feature, gboolean deaf)
{
  PRIVATE (feature)->deaf = deaf;
}

const char *
xmpp_feature_get_detail (XmppFeature *feature)
{
  return PRIVATE (feature)->detail;
}

/* ---- For subclasses ---- */

void
xmpp_feature_set_needs (XmppFeature *feature, XmppStreamState needs)
{
  PRIVATE (feature)->needs = needs;
}

XmppElement *
xmpp_feature_find_offer (XmppFeature *feature, XmppElement *features)
{
  XmppFeatureClass *klass = XMPP_FEATURE_GET_CLASS (feature);

  if (features == NULL)
    return NULL;

  return xmpp_element_get_child (features, klass->name, klass->xmlns);
}

XmppReport *
xmpp_feature_get_report (XmppFeature *feature)
{
  return PRIVATE (feature)->report;
}

const char *
xmpp_feature_get_peer (XmppFeature *feature)
{
  const char *peer = PRIVATE (feature)->peer;

  return peer != NULL ? peer : "the peer";
}

void
xmpp_feature_set_detail (XmppFeature *feature, const char *detail)
{
  XmppFeaturePrivate *priv = PRIVATE (feature);
  g_autofree char *old = priv->detail;

  priv->detail = g_strdup (detail);
}

GTask *
xmpp_feature_task_new (XmppFeature *feature,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (feature, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_feature_task_new);
  /* An outcome that the stream already shows must not be lost to a late cancellation. */
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

void
xmpp_feature_return (GTask *task, XmppStreamState granted, XmppNext next)
{
  XmppOutcome *outcome = g_new (XmppOutcome, 1);

  outcome->granted = granted;
  outcome->next = next;
  g_task_return_pointer (task, outcome, g_free);
}

void
xmpp_feature_return_stream_error (
    GTask *task, XmppStream *stream, XmppStreamError condition, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_task_return_error (task, xmpp_exchange_fail (stream, condition, "%s", message));
}

void
xmpp_feature_return_unexpected (GTask *task, XmppStream *stream, XmppElement *element)
{
  XmppFeature *self = g_task_get_source_object (task);
  gboolean stranger = xmpp_stream_get_role (stream) == XMPP_STREAM_RECEIVING &&
                      (xmpp_stream_get_state (stream) & XMPP_STREAM_AUTHENTICATED) == 0;

  /* RFC 6120 §4.9.3.12: not authorized for an action related to stream negotiation */
  xmpp_feature_return_stream_error (
      task, stream,
      stranger ? XMPP_STREAM_ERROR_NOT_AUTHORIZED : XMPP_STREAM_ERROR_BAD_FORMAT,
      "In the step “%s” %s sent <%s/>, which has no place there",
      XMPP_FEATURE_GET_CLASS (self)->step, xmpp_feature_get_peer (self),
      xmpp_element_get_name (element));
}

gboolean
xmpp_feature_is_reply (XmppStream *stream, XmppElement *element, const char *id)
{
  const char *type = xmpp_element_get_attribute (element, "type");

  return xmpp_element_is (element, "iq", xmpp_stream_get_content_xmlns (stream)) &&
         g_strcmp0 (xmpp_element_get_attribute (element, "id"), id) == 0 &&
         (g_strcmp0 (type, "result") == 0 || g_strcmp0 (type, "error") == 0);
}

static gboolean
match_answer (XmppElement *element, gpointer user_data)
{
  XmppFeature *self = user_data;

  XmppFeaturePrivate *priv = PRIVATE (self);

  return !priv->deaf &&
         XMPP_FEATURE_GET_CLASS (self)->answers (self, priv->stream, element);
}

void
xmpp_feature_exchange_async (XmppFeature *feature,
                             XmppStream *stream,
                             XmppElement *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (feature, cancellable, callback, user_data);
  const XmppExchange exchange = {
    .step = XMPP_FEATURE_GET_CLASS (feature)->step,
    .peer = xmpp_feature_get_peer (feature),
    .match = match_answer,
    .match_data = feature,
  };

  PRIVATE (feature)->stream = stream;
  g_task_set_source_tag (task, xmpp_feature_exchange_async);
  g_task_set_check_cancellable (task, FALSE);
  xmpp_exchange_async (stream, request, &exchange, cancellable, exchanged_cb,
                       g_steal_pointer (&task));
}

static void
exchanged_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  XmppElement *answer = xmpp_exchange_finish (XMPP_STREAM (object), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) xmpp_element_unref);
  else
    g_task_return_error (task, error);
}

XmppElement *
xmpp_feature_exchange_finish (XmppFeature *feature, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, feature), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_feature_exchange_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
