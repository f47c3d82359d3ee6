/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Negotiation"

#include "config.h"

#include "negotiation/xmpp-responder.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"
#include "negotiation/xmpp-exchange.h"

/* The driver of the receiving side, the mirror of XmppNegotiator: a header is read and
 * answered, the features are written, the element that comes goes to the feature it belongs
 * to, and what that one says comes next happens next. */

struct _XmppResponder
{
  GObject parent_instance;

  XmppStream *stream;
  GStrv domains;
  XmppMakeOffersFunc make_offers;
  gpointer offers_data;
  GPtrArray *features; /* NULL before the first header */
  XmppStreamState goal;
  XmppReport *report;
  guint step; /* of the header, or of the feature that responds */
  gboolean started;
  char *to;               /* the one of @domains that the first header names */
  XmppDeadline *deadline; /* for a header */
};

G_DEFINE_FINAL_TYPE (XmppResponder, xmpp_responder, G_TYPE_OBJECT)

/* The steps, in the order in which they run. Each takes over the task. */
static void read_header (XmppResponder *self, GTask *task);
static void header_read_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static GError *answer_header (XmppResponder *self, const XmppStreamHeader *header);
static void write_offers (XmppResponder *self, GTask *task);
static void read_request (XmppResponder *self, GTask *task);
static void flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void request_read_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void respond (XmppResponder *self, GTask *task, XmppElement *request);
static void responded_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static GError *refuse (XmppResponder *self, XmppElement *request);
static void return_error (XmppResponder *self, GTask *task, GError *error);

static void
read_header (XmppResponder *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  guint seconds = xmpp_stream_get_limits (self->stream)->header_seconds;
  GCancellable *cancellable;

  self->step = xmpp_report_begin_step (self->report, "stream");
  self->deadline = xmpp_deadline_new (seconds, g_task_get_cancellable (task));
  cancellable = xmpp_deadline_get_cancellable (self->deadline);
  xmpp_stream_read_header_async (self->stream, cancellable, header_read_cb,
                                 g_steal_pointer (&task));
}

static void
header_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppResponder *self = g_task_get_source_object (task);
  const XmppStreamHeader *header;
  g_autoptr (GError) error = NULL;

  header = xmpp_stream_read_header_finish (self->stream, result, &error);
  if (header != NULL)
    error = answer_header (self, header);
  else
    xmpp_deadline_translate (self->deadline, &error, "The stream header of the peer");
  g_clear_pointer (&self->deadline, xmpp_deadline_free);
  xmpp_report_end_step (self->report, self->step, error, NULL);

  if (error != NULL)
    return_error (self, task, g_steal_pointer (&error));
  else
    write_offers (self, g_steal_pointer (&task));
}

/* The first header says for which of our domains the stream is, the others repeat it. NULL:
 * for none */
static const char *
find_domain (XmppResponder *self, const char *to)
{
  g_autoptr (XmppJid) jid = NULL;
  const char *domain;

  if (to != NULL)
    jid = xmpp_jid_new_from_parts (NULL, to, NULL, NULL);
  if (jid == NULL)
    return NULL;

  domain = xmpp_jid_get_domain (jid);
  if (self->to != NULL)
    return g_str_equal (domain, self->to) ? self->to : NULL;

  for (guint i = 0; self->domains[i] != NULL; i++)
    if (g_str_equal (domain, self->domains[i]))
      return self->domains[i];

  return NULL;
}

static void
make_features (XmppResponder *self, const char *domain)
{
  self->features = self->make_offers (self->stream, domain, self->offers_data);
  for (guint i = 0; i < self->features->len; i++)
    xmpp_feature_attach (g_ptr_array_index (self->features, i), self->report, NULL);
}

/* Who has logged in does not become somebody else (RFC 6120 §4.7.1). */
static gboolean
is_from_account (XmppResponder *self, const char *from)
{
  XmppJid *account = xmpp_stream_get_jid (self->stream);
  g_autoptr (XmppJid) jid = NULL;

  if (from == NULL || account == NULL)
    return TRUE;

  jid = xmpp_jid_new (from, NULL);

  return jid != NULL && xmpp_jid_equal_bare (jid, account);
}

static GError *
answer_header (XmppResponder *self, const XmppStreamHeader *header)
{
  g_autofree char *id = NULL;
  GError *error = NULL;
  const char *domain = find_domain (self, header->to);
  XmppStreamHeader answer = {
    .from = domain != NULL ? header->to
                           : (self->to != NULL ? self->to : self->domains[0]),
    .to = header->from,
    .lang = header->lang,
    .version = "1.0",
  };

  id = xmpp_random_word (&error);
  if (id == NULL)
    return error;

  answer.id = id;
  xmpp_stream_send_header (self->stream, &answer);

  if (domain == NULL)
    return xmpp_exchange_fail (self->stream, XMPP_STREAM_ERROR_HOST_UNKNOWN,
                               "The stream is for “%s”, which is not served here",
                               header->to != NULL ? header->to : "");

  if (!is_from_account (self, header->from))
    return xmpp_exchange_fail (self->stream, XMPP_STREAM_ERROR_INVALID_FROM,
                               "The stream says it is from another account than logged "
                               "in");

  if (self->to == NULL)
    {
      self->to = g_strdup (domain);
      make_features (self, domain);
    }

  return NULL;
}

/* <stream:features>…</stream:features>                                     RFC 6120 §4.3.2 */
static XmppElement *
build_offers (XmppResponder *self)
{
  XmppElement *offers = xmpp_element_new ("features", XMPP_NS_STREAMS);
  XmppStreamState state = xmpp_stream_get_state (self->stream);
  XmppStreamState ahead = state;

  /* No list comes between the login and the resource's binding and what follows it. */
  if ((state & XMPP_STREAM_AUTHENTICATED) != 0)
    ahead |= XMPP_STREAM_BOUND;

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);

      if (xmpp_feature_is_possible (feature, state) ||
          xmpp_feature_is_possible (feature, ahead))
        xmpp_feature_offer (feature, self->stream, offers);
    }

  return offers;
}

static void
write_offers (XmppResponder *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  g_autoptr (XmppElement) offers = build_offers (self);
  GError *error = NULL;

  if (!xmpp_stream_write (self->stream, offers, &error))
    return_error (self, task, error);
  else
    read_request (self, g_steal_pointer (&task));
}

static void
read_request (XmppResponder *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  const XmppExchange exchange = { .step = "stream", .peer = "the peer" };

  /* The last answer must not wait for somebody to read on. */
  if ((xmpp_stream_get_state (self->stream) & self->goal) == self->goal)
    {
      xmpp_stream_flush_async (self->stream, cancellable, flushed_cb,
                               g_steal_pointer (&task));
      return;
    }

  xmpp_exchange_async (self->stream, NULL, &exchange, cancellable, request_read_cb,
                       g_steal_pointer (&task));
}

static void
flushed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (xmpp_stream_flush_finish (XMPP_STREAM (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
request_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppResponder *self = g_task_get_source_object (task);
  g_autoptr (XmppElement) request = NULL;
  GError *error = NULL;

  request = xmpp_exchange_finish (self->stream, result, &error);
  if (request == NULL)
    return_error (self, task, error);
  else
    respond (self, g_steal_pointer (&task), request);
}

static gboolean
is_stanza (XmppResponder *self, XmppElement *element)
{
  const char *xmlns = xmpp_element_get_xmlns (element);

  return xmlns == NULL ||
         g_strcmp0 (xmlns, xmpp_stream_get_content_xmlns (self->stream)) == 0;
}

/* The feature whose namespace @request has, or the payload of the <iq/> that it is */
static XmppFeature *
find_feature (XmppResponder *self, XmppElement *request)
{
  XmppElement *element = request;

  if (is_stanza (self, request))
    element = g_strcmp0 (xmpp_element_get_name (request), "iq") == 0
                  ? xmpp_element_get_first_child (request)
                  : NULL;

  for (guint i = 0; element != NULL && i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);

      if (g_strcmp0 (xmpp_element_get_xmlns (element),
                     XMPP_FEATURE_GET_CLASS (feature)->xmlns) == 0)
        return feature;
    }

  return NULL;
}

/* Some of our features wait for TLS: then nothing else may come before it. */
static gboolean
wants_tls_first (XmppResponder *self)
{
  XmppStreamState state = xmpp_stream_get_state (self->stream);

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);

      if (!xmpp_feature_is_possible (feature, state) &&
          xmpp_feature_is_possible (feature, state | XMPP_STREAM_SECURE))
        return TRUE;
    }

  return FALSE;
}

/* RFC 6120 §4.9.3.12 and §4.9.3.24; what must wait for TLS is a matter of policy. */
static GError *
refuse (XmppResponder *self, XmppElement *request)
{
  XmppStreamState state = xmpp_stream_get_state (self->stream);
  XmppStreamError condition = XMPP_STREAM_ERROR_UNSUPPORTED_STANZA_TYPE;

  if (wants_tls_first (self))
    condition = XMPP_STREAM_ERROR_POLICY_VIOLATION;
  else if ((state & XMPP_STREAM_AUTHENTICATED) == 0 || is_stanza (self, request))
    condition = XMPP_STREAM_ERROR_NOT_AUTHORIZED;

  return xmpp_exchange_fail (self->stream, condition,
                             "The peer sent <%s/> before it may come",
                             xmpp_element_get_name (request));
}

static void
respond (XmppResponder *self, GTask *task_arg, XmppElement *request)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppFeature *feature = find_feature (self, request);

  if (feature == NULL ||
      !xmpp_feature_is_possible (feature, xmpp_stream_get_state (self->stream)))
    return_error (self, task, refuse (self, request));
  else
    {
      self->step =
          xmpp_report_begin_step (self->report, XMPP_FEATURE_GET_CLASS (feature)->step);
      xmpp_feature_respond_async (feature, self->stream, request, cancellable,
                                  responded_cb, g_steal_pointer (&task));
    }
}

static void
responded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppResponder *self = g_task_get_source_object (task);
  XmppFeature *feature = XMPP_FEATURE (object);
  XmppOutcome outcome;
  GError *error = NULL;

  xmpp_feature_finish (feature, result, &outcome, &error);
  xmpp_report_end_step (self->report, self->step, error,
                        xmpp_feature_get_detail (feature));
  if (error != NULL)
    {
      return_error (self, task, error);
      return;
    }

  xmpp_stream_add_state (self->stream, outcome.granted);

  switch (outcome.next)
    {
    case XMPP_NEXT_NEW_STREAM:
      read_header (self, g_steal_pointer (&task));
      break;

    case XMPP_NEXT_NEW_FEATURES:
      write_offers (self, g_steal_pointer (&task));
      break;

    case XMPP_NEXT_SAME_FEATURES:
    default:
      read_request (self, g_steal_pointer (&task));
      break;
    }
}

/* Takes over @error. */
static void
return_error (XmppResponder *self, GTask *task, GError *error)
{
  g_task_return_error (task, xmpp_exchange_tell_silence (self->stream, error));
}

void
xmpp_responder_run_async (XmppResponder *responder,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_RESPONDER (responder));

  task = g_task_new (responder, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_responder_run_async);
  g_task_set_check_cancellable (task, FALSE);

  if (responder->started)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "A responder runs once");
      return;
    }

  responder->started = TRUE;
  read_header (responder, g_steal_pointer (&task));
}

gboolean
xmpp_responder_run_finish (XmppResponder *responder, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, responder), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_responder_run_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The object ---- */

static void
xmpp_responder_finalize (GObject *object)
{
  XmppResponder *self = XMPP_RESPONDER (object);

  g_clear_object (&self->stream);
  g_clear_object (&self->report);
  g_clear_pointer (&self->features, g_ptr_array_unref);
  g_strfreev (self->domains);
  g_free (self->to);

  G_OBJECT_CLASS (xmpp_responder_parent_class)->finalize (object);
}

static void
xmpp_responder_class_init (XmppResponderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_responder_finalize;
}

static void
xmpp_responder_init (XmppResponder *self)
{
}

XmppResponder *
xmpp_responder_new (XmppStream *stream,
                    const char *const *domains,
                    XmppMakeOffersFunc make_offers,
                    gpointer user_data,
                    XmppStreamState goal)
{
  XmppResponder *self = g_object_new (XMPP_TYPE_RESPONDER, NULL);

  self->stream = g_object_ref (stream);
  self->domains = g_strdupv ((GStrv) domains);
  self->make_offers = make_offers;
  self->offers_data = user_data;
  self->goal = goal;

  return self;
}

void
xmpp_responder_set_report (XmppResponder *responder, XmppReport *report)
{
  g_set_object (&responder->report, report);
}

GPtrArray *
xmpp_responder_get_features (XmppResponder *responder)
{
  return responder->features;
}
