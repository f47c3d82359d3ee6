/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-starttls.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-namespaces.h"
#include "tls/xmpp-tls-handshake.h"
#include "tls/xmpp-tls-report.h"

/* Turns the stream into one over TLS. It is asked for whether it is offered or not: a list
 * that came in plain text proves nothing, and who needs TLS has nothing to lose (RFC 6120
 * §5.3.1). Nothing that the peer sent in plain text behind its <proceed/> is ever read. */
struct _XmppStarttls
{
  XmppFeature parent_instance;

  XmppTlsParameters *parameters;
  XmppReport *report;
  XmppTlsEngine engine;
  gboolean optional;
  gboolean missing; /* a list came, and this was not in it */
};

G_DEFINE_FINAL_TYPE (XmppStarttls, xmpp_starttls, XMPP_TYPE_FEATURE)

typedef struct
{
  XmppStream *stream;
  XmppDeadline *deadline;
  guint step;
} Upgrade;

/* The steps, in the order in which they run */
static void replied_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void handshake (XmppStarttls *self, GTask *task);
static void handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
upgrade_free (gpointer data)
{
  Upgrade *upgrade = data;

  g_clear_object (&upgrade->stream);
  g_clear_pointer (&upgrade->deadline, xmpp_deadline_free);
  g_free (upgrade);
}

static GTask *
upgrade_task_new (XmppFeature *feature,
                  XmppStream *stream,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GTask *task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  Upgrade *upgrade = g_new0 (Upgrade, 1);

  upgrade->stream = g_object_ref (stream);
  g_task_set_task_data (task, upgrade, upgrade_free);

  return task;
}

/* ---- Initiating side ---- */

static gboolean
xmpp_starttls_wants (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  return TRUE;
}

static gboolean
xmpp_starttls_confirms (XmppFeature *feature,
                        XmppElement *remembered,
                        XmppElement *features)
{
  XMPP_STARTTLS (feature)->missing = xmpp_feature_find_offer (feature, features) == NULL;

  return TRUE;
}

/* <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>                    RFC 6120 §5.4.2.1 */
static XmppElement *
build_request (void)
{
  return xmpp_element_new ("starttls", XMPP_NS_TLS);
}

static void
xmpp_starttls_negotiate_async (XmppFeature *feature,
                               XmppStream *stream,
                               XmppElement *features,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  XmppStarttls *self = XMPP_STARTTLS (feature);
  g_autoptr (XmppElement) request = build_request ();
  g_autoptr (GTask)
      task = upgrade_task_new (feature, stream, cancellable, callback, user_data);

  self->missing = features != NULL && xmpp_feature_find_offer (feature, features) == NULL;
  xmpp_feature_exchange_async (feature, stream, request, cancellable, replied_cb,
                               g_steal_pointer (&task));
}

/* Where it was not offered, whatever the peer then does means the same. */
static GError *
explain (XmppStarttls *self, GCancellable *cancellable, GError *error)
{
  GError *policy;

  if (!self->missing || g_cancellable_is_cancelled (cancellable))
    return error;

  policy = g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                        "%s offers no STARTTLS, and nothing is sent without TLS (%s)",
                        xmpp_feature_get_peer (XMPP_FEATURE (self)), error->message);
  g_error_free (error);

  return policy;
}

static void
replied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStarttls *self = XMPP_STARTTLS (object);
  XmppFeature *feature = XMPP_FEATURE (object);
  GCancellable *cancellable = g_task_get_cancellable (task);
  Upgrade *upgrade = g_task_get_task_data (task);
  g_autoptr (XmppElement) reply = NULL;
  GError *error = NULL;

  reply = xmpp_feature_exchange_finish (feature, result, &error);
  if (reply != NULL && xmpp_element_is (reply, "failure", XMPP_NS_TLS))
    error = g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                         "%s refused STARTTLS", xmpp_feature_get_peer (feature));

  if (error != NULL)
    g_task_return_error (task, explain (self, cancellable, error));
  else if (!xmpp_element_is (reply, "proceed", XMPP_NS_TLS))
    xmpp_feature_return_unexpected (task, upgrade->stream, reply);
  else if (!xmpp_stream_check_no_input (upgrade->stream, &error))
    g_task_return_error (task, error);
  else
    handshake (self, g_steal_pointer (&task));
}

/* ---- Receiving side ---- */

/* <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>
 *                                                                        RFC 6120 §5.4.1 */
static void
xmpp_starttls_offer (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  XmppElement *offer =
      xmpp_element_append_child (features, "starttls", XMPP_NS_TLS, NULL);

  if (!XMPP_STARTTLS (feature)->optional)
    xmpp_element_append_child (offer, "required", XMPP_NS_TLS, NULL);
}

static void
xmpp_starttls_respond_async (XmppFeature *feature,
                             XmppStream *stream,
                             XmppElement *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask)
      task = upgrade_task_new (feature, stream, cancellable, callback, user_data);
  g_autoptr (XmppElement) proceed = xmpp_element_new ("proceed", XMPP_NS_TLS);
  GError *error = NULL;

  if (!xmpp_element_is (request, "starttls", XMPP_NS_TLS))
    {
      xmpp_feature_return_unexpected (task, stream, request);
      return;
    }

  if (!xmpp_stream_check_no_input (stream, &error) ||
      !xmpp_stream_write (stream, proceed, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  xmpp_stream_flush_async (stream, cancellable, flushed_cb, g_steal_pointer (&task));
}

static void
flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStarttls *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!xmpp_stream_flush_finish (XMPP_STREAM (object), result, &error))
    g_task_return_error (task, error);
  else
    handshake (self, g_steal_pointer (&task));
}

/* ---- Both sides ---- */

static void
handshake (XmppStarttls *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Upgrade *upgrade = g_task_get_task_data (task);
  GIOStream *base = xmpp_stream_get_io (upgrade->stream);
  GCancellable *cancellable;

  upgrade->step = xmpp_report_begin_step (self->report, "tls");
  upgrade->deadline =
      xmpp_deadline_new (xmpp_stream_get_limits (upgrade->stream)->tls_seconds,
                         g_task_get_cancellable (task));
  cancellable = xmpp_deadline_get_cancellable (upgrade->deadline);
  self->engine.handshake_async (base, self->parameters, cancellable, handshaken_cb,
                                g_steal_pointer (&task));
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStarttls *self = g_task_get_source_object (task);
  Upgrade *upgrade = g_task_get_task_data (task);
  g_autofree char *what = g_strdup_printf ("The TLS handshake with %s",
                                           xmpp_feature_get_peer (XMPP_FEATURE (self)));
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GError) error = NULL;

  io = self->engine.handshake_finish (result, &error);
  if (io == NULL)
    xmpp_deadline_translate (upgrade->deadline, &error, what);
  g_clear_pointer (&upgrade->deadline, xmpp_deadline_free);
  xmpp_report_end_step (self->report, upgrade->step, error, NULL);

  if (io == NULL)
    {
      /* The bytes below are neither XML nor TLS any more. */
      xmpp_stream_abort (upgrade->stream);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (G_IS_TLS_CONNECTION (io))
    xmpp_tls_report (self->report, G_TLS_CONNECTION (io));
  xmpp_stream_replace_io (upgrade->stream, io, TRUE);
  xmpp_feature_return (task, XMPP_STREAM_SECURE, XMPP_NEXT_NEW_STREAM);
}

/* ---- The object ---- */

static GIOStream *
real_handshake_finish (GAsyncResult *result, GError **error)
{
  return (GIOStream *) xmpp_tls_handshake_finish (result, error);
}

static void
xmpp_starttls_finalize (GObject *object)
{
  XmppStarttls *self = XMPP_STARTTLS (object);

  g_clear_pointer (&self->parameters, xmpp_tls_parameters_unref);
  g_clear_object (&self->report);

  G_OBJECT_CLASS (xmpp_starttls_parent_class)->finalize (object);
}

static void
xmpp_starttls_class_init (XmppStarttlsClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_starttls_finalize;
  feature_class->name = "starttls";
  feature_class->xmlns = XMPP_NS_TLS;
  feature_class->step = "starttls";
  feature_class->title = "STARTTLS";
  feature_class->excludes = XMPP_STREAM_SECURE | XMPP_STREAM_AUTHENTICATED;
  feature_class->wrong_guess = XMPP_WRONG_GUESS_ANSWERED;
  feature_class->guessable = TRUE;
  feature_class->wants = xmpp_starttls_wants;
  feature_class->confirms = xmpp_starttls_confirms;
  feature_class->negotiate_async = xmpp_starttls_negotiate_async;
  feature_class->offer = xmpp_starttls_offer;
  feature_class->respond_async = xmpp_starttls_respond_async;
}

static void
xmpp_starttls_init (XmppStarttls *self)
{
  self->engine.handshake_async = xmpp_tls_handshake_async;
  self->engine.handshake_finish = real_handshake_finish;
}

XmppFeature *
xmpp_starttls_new (XmppTlsParameters *parameters, XmppReport *report)
{
  XmppStarttls *self = g_object_new (XMPP_TYPE_STARTTLS, NULL);

  self->parameters = parameters != NULL ? xmpp_tls_parameters_ref (parameters) : NULL;
  g_set_object (&self->report, report);

  return XMPP_FEATURE (self);
}

void
xmpp_starttls_set_engine (XmppStarttls *starttls, const XmppTlsEngine *engine)
{
  starttls->engine = *engine;
}

void
xmpp_starttls_set_optional (XmppStarttls *starttls, gboolean optional)
{
  starttls->optional = optional;
}
