/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Negotiation"

#include "config.h"

#include "negotiation/xmpp-negotiator.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-exchange.h"

/* The driver of the initiating side. It reads from top to bottom: a stream is opened, its
 * features are read, the first feature of our list that fits negotiates, and what it says
 * comes next happens next.
 *
 * Where it can tell beforehand which feature that will be (from the features of the last
 * visit, or because it is the same everywhere), that feature negotiates while the header is
 * still unsent, and the stream sends both in one flight. The features that arrive in the
 * middle of that are put aside and compared. */

struct _XmppNegotiator
{
  GObject parent_instance;

  XmppStream *stream;
  GPtrArray *features;
  XmppStreamState goal;
  XmppReport *report;
  char *to;
  char *from;
  char *lang;
  XmppElement *remembered;
  gboolean send_ahead;

  gboolean started;
  gboolean wrong_guess;
  XmppElement *offers; /* of the stream as it is now */
  XmppElement *secure_offers;
  guint stream_step;
  gboolean stream_open; /* that step has not ended */

  /* The feature that is at work */
  XmppFeature *feature;
  guint feature_step;
  /* Where it was sent ahead */
  gboolean ahead;
  gboolean unconfirmed; /* the offers came, and are not what was assumed */
  XmppElement *assumed; /* NULL: a guess that needs no memory */
  XmppDeadline *inner;  /* no limit of its own: the cancellable of what was sent ahead */
};

G_DEFINE_FINAL_TYPE (XmppNegotiator, xmpp_negotiator, G_TYPE_OBJECT)

/* The steps, in the order in which they run. Each takes over the task. */
static void open_stream (XmppNegotiator *self, GTask *task);
static gboolean choose_ahead (XmppNegotiator *self);
static void read_offers (XmppNegotiator *self, GTask *task);
static void offers_read_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void offers_arrived (XmppStream *stream, gpointer user_data);
static GError *take_offers (XmppNegotiator *self, XmppElement *offers);
static void negotiate_next (XmppNegotiator *self, GTask *task);
static void negotiate (XmppNegotiator *self, GTask *task);
static void negotiated_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static gboolean was_only_a_guess (XmppNegotiator *self, GTask *task);
static void end_stream_step (XmppNegotiator *self, const GError *error);
static void end_steps (XmppNegotiator *self, const GError *error);
static GError *no_way_on (XmppNegotiator *self);

static void
open_stream (XmppNegotiator *self, GTask *task)
{
  const XmppStreamHeader header = {
    .to = self->to,
    .from = self->from,
    .lang = self->lang,
    .version = "1.0",
  };

  self->stream_step = xmpp_report_begin_step (self->report, "stream");
  self->stream_open = TRUE;
  g_clear_pointer (&self->offers, xmpp_element_unref);
  xmpp_stream_send_header (self->stream, &header);

  if (self->send_ahead && choose_ahead (self))
    negotiate (self, task);
  else
    read_offers (self, task);
}

/* The first feature that may negotiate before the features of this stream have come */
static gboolean
choose_ahead (XmppNegotiator *self)
{
  XmppStreamState state = xmpp_stream_get_state (self->stream);
  gboolean usable = self->remembered != NULL && (state & XMPP_STREAM_SECURE) != 0 &&
                    (state & XMPP_STREAM_AUTHENTICATED) == 0;

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);
      g_autoptr (XmppElement) assumed = NULL;

      if (!xmpp_feature_is_possible (feature, state))
        continue;

      if (usable)
        assumed = xmpp_feature_ahead (feature, self->stream, self->remembered);
      if (assumed == NULL && !XMPP_FEATURE_GET_CLASS (feature)->guessable)
        continue;

      g_set_object (&self->feature, feature);
      self->assumed = g_steal_pointer (&assumed);
      self->ahead = TRUE;
      self->unconfirmed = FALSE;
      return TRUE;
    }

  return FALSE;
}

static void
read_offers (XmppNegotiator *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  const XmppExchange exchange = { .step = "stream", .peer = self->to };

  g_clear_pointer (&self->offers, xmpp_element_unref);
  xmpp_exchange_async (self->stream, NULL, &exchange, cancellable, offers_read_cb,
                       g_steal_pointer (&task));
}

static void
offers_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppNegotiator *self = g_task_get_source_object (task);
  g_autoptr (XmppElement) offers = NULL;
  g_autoptr (GError) error = NULL;

  offers = xmpp_exchange_finish (self->stream, result, &error);
  if (offers != NULL)
    error = take_offers (self, offers);

  end_stream_step (self, error);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    negotiate_next (self, g_steal_pointer (&task));
}

/* In the middle of what was sent ahead, before its answer is read */
static void
offers_arrived (XmppStream *stream, gpointer user_data)
{
  XmppNegotiator *self = user_data;
  g_autoptr (XmppElement) offers = xmpp_stream_take_features (stream);
  g_autoptr (GError) error = NULL;

  if (self->offers != NULL)
    error = xmpp_exchange_fail (stream, XMPP_STREAM_ERROR_BAD_FORMAT,
                                "%s sent its features twice", self->to);
  else
    error = take_offers (self, offers);
  end_stream_step (self, error);
  xmpp_feature_set_deaf (self->feature, FALSE);

  if (error != NULL || xmpp_feature_confirms (self->feature, self->assumed, self->offers))
    return;

  g_debug ("%s offers something else than was assumed", self->to);
  self->unconfirmed = TRUE;
  if (XMPP_FEATURE_GET_CLASS (self->feature)->wrong_guess == XMPP_WRONG_GUESS_IGNORED)
    g_cancellable_cancel (xmpp_deadline_get_cancellable (self->inner));
  else
    xmpp_feature_withdraw (self->feature);
}

#define REPORTED_FEATURES 32

/* The names alone: who knows them knows what they stand for. */
static void
report_offers (XmppNegotiator *self, XmppStreamState state)
{
  const char *key = (state & XMPP_STREAM_AUTHENTICATED) != 0 ? "features_after_login"
                    : (state & XMPP_STREAM_SECURE) != 0      ? "features_before_login"
                                                             : "features_before_tls";
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (XmppElement *child = xmpp_element_get_first_child (self->offers);
       child != NULL && n < REPORTED_FEATURES;
       child = xmpp_element_get_next_sibling (child), n++)
    g_string_append_printf (names, "%s%s", n > 0 ? " " : "",
                            xmpp_element_get_name (child));

  xmpp_report_set_fact (self->report, "offer", key, g_variant_new_string (names->str));
}

/* <stream:features>…</stream:features>                                     RFC 6120 §4.3.2 */
static GError *
take_offers (XmppNegotiator *self, XmppElement *offers)
{
  XmppStreamState state = xmpp_stream_get_state (self->stream);

  if (!xmpp_element_is (offers, "features", XMPP_NS_STREAMS))
    return xmpp_exchange_fail (self->stream, XMPP_STREAM_ERROR_BAD_FORMAT,
                               "%s sent <%s/> where its features must come", self->to,
                               xmpp_element_get_name (offers));

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeatureClass *klass =
          XMPP_FEATURE_GET_CLASS (g_ptr_array_index (self->features, i));

      if (xmpp_element_has_duplicate (offers, klass->name, klass->xmlns))
        return xmpp_exchange_fail (self->stream, XMPP_STREAM_ERROR_BAD_FORMAT,
                                   "%s offers %s twice", self->to, klass->title);
    }

  self->offers = xmpp_element_ref (offers);
  report_offers (self, state);
  for (guint i = 0; i < self->features->len; i++)
    xmpp_feature_heed (g_ptr_array_index (self->features, i), self->stream, offers);
  if ((state & XMPP_STREAM_SECURE) != 0 && (state & XMPP_STREAM_AUTHENTICATED) == 0)
    {
      g_clear_pointer (&self->secure_offers, xmpp_element_unref);
      self->secure_offers = xmpp_element_ref (offers);
    }

  return NULL;
}

static void
negotiate_next (XmppNegotiator *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  XmppStreamState state = xmpp_stream_get_state (self->stream);

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);

      if (!xmpp_feature_is_possible (feature, state) ||
          !xmpp_feature_wants (feature, self->stream, self->offers))
        continue;

      g_set_object (&self->feature, feature);
      negotiate (self, g_steal_pointer (&task));
      return;
    }

  if ((state & self->goal) == self->goal)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, no_way_on (self));
}

static void
negotiate (XmppNegotiator *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  XmppElement *offers = self->ahead ? self->assumed : self->offers;
  GCancellable *cancellable;

  self->inner = xmpp_deadline_new (0, g_task_get_cancellable (task));
  cancellable = xmpp_deadline_get_cancellable (self->inner);
  self->feature_step =
      xmpp_report_begin_step (self->report, XMPP_FEATURE_GET_CLASS (self->feature)->step);
  if (self->ahead)
    xmpp_stream_set_features_aside (self->stream, TRUE, offers_arrived, self);
  xmpp_feature_set_deaf (self->feature, self->ahead);

  xmpp_feature_negotiate_async (self->feature, self->stream, offers, cancellable,
                                negotiated_cb, g_steal_pointer (&task));
}

static void
negotiated_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppNegotiator *self = g_task_get_source_object (task);
  XmppOutcome outcome = { 0, XMPP_NEXT_SAME_FEATURES };
  g_autoptr (GError) error = NULL;

  xmpp_stream_set_features_aside (self->stream, FALSE, NULL, NULL);
  xmpp_feature_set_deaf (self->feature, FALSE);
  xmpp_feature_finish (self->feature, result, &outcome, &error);

  if (error != NULL && was_only_a_guess (self, task))
    {
      g_debug ("What was sent ahead to %s failed: %s", self->to, error->message);
      g_clear_error (&error);
      outcome.granted = 0;
      outcome.next = XMPP_NEXT_SAME_FEATURES;
    }

  if (self->ahead && self->offers == NULL &&
      g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT))
    g_prefix_error (&error, "%s has not sent its features: ", self->to);
  end_steps (self, error);
  self->ahead = FALSE;
  g_clear_pointer (&self->assumed, xmpp_element_unref);
  g_clear_pointer (&self->inner, xmpp_deadline_free);

  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_stream_add_state (self->stream, outcome.granted);

  switch (outcome.next)
    {
    case XMPP_NEXT_NEW_STREAM:
      open_stream (self, g_steal_pointer (&task));
      break;

    case XMPP_NEXT_NEW_FEATURES:
      read_offers (self, g_steal_pointer (&task));
      break;

    case XMPP_NEXT_SAME_FEATURES:
    default:
      negotiate_next (self, g_steal_pointer (&task));
      break;
    }
}

/* After a failure: what had been sent ahead was not what the peer offers, and the stream has
 * survived that, so that the real list can decide */
static gboolean
was_only_a_guess (XmppNegotiator *self, GTask *task)
{
  gboolean alive = xmpp_stream_get_error (self->stream) == NULL;

  if (!self->ahead || !self->unconfirmed)
    return FALSE;

  self->wrong_guess = self->assumed != NULL && !alive;

  return alive && !g_cancellable_is_cancelled (g_task_get_cancellable (task));
}

static void
end_stream_step (XmppNegotiator *self, const GError *error)
{
  if (self->stream_open)
    xmpp_report_end_step (self->report, self->stream_step, error, NULL);
  self->stream_open = FALSE;
}

/* What went wrong before any features came is the stream's, whoever waited for it. */
static void
end_steps (XmppNegotiator *self, const GError *error)
{
  gboolean opening =
      self->ahead && self->offers == NULL && error != NULL &&
      (xmpp_stream_get_error (self->stream) != NULL ||
       g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT) ||
       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));

  if (opening)
    {
      end_stream_step (self, error);
      xmpp_report_drop_step (self->report, self->feature_step);
    }
  else
    xmpp_report_end_step (self->report, self->feature_step, error,
                          xmpp_feature_get_detail (self->feature));
}

static GError *
no_way_on (XmppNegotiator *self)
{
  XmppStreamState state = xmpp_stream_get_state (self->stream);

  for (guint i = 0; i < self->features->len; i++)
    {
      XmppFeature *feature = g_ptr_array_index (self->features, i);
      XmppFeatureClass *klass = XMPP_FEATURE_GET_CLASS (feature);
      GError *error;

      if (!xmpp_feature_is_possible (feature, state))
        continue;

      error = g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                           "%s offers no %s, and without it there is no way on", self->to,
                           klass->title);
      xmpp_report_end_step (self->report,
                            xmpp_report_begin_step (self->report, klass->step), error,
                            NULL);
      return error;
    }

  return g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                      "%s offers no way to log in that is allowed here", self->to);
}

void
xmpp_negotiator_run_async (XmppNegotiator *negotiator,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_NEGOTIATOR (negotiator));

  task = g_task_new (negotiator, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_negotiator_run_async);
  g_task_set_check_cancellable (task, FALSE);

  if (negotiator->started)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "A negotiator runs once");
      return;
    }

  negotiator->started = TRUE;
  for (guint i = 0; i < negotiator->features->len; i++)
    xmpp_feature_attach (g_ptr_array_index (negotiator->features, i), negotiator->report,
                         negotiator->to);
  open_stream (negotiator, g_steal_pointer (&task));
}

gboolean
xmpp_negotiator_run_finish (XmppNegotiator *negotiator,
                            GAsyncResult *result,
                            GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, negotiator), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_negotiator_run_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The object ---- */

static void
xmpp_negotiator_finalize (GObject *object)
{
  XmppNegotiator *self = XMPP_NEGOTIATOR (object);

  g_clear_object (&self->stream);
  g_clear_pointer (&self->features, g_ptr_array_unref);
  g_clear_object (&self->report);
  g_clear_object (&self->feature);
  g_clear_pointer (&self->remembered, xmpp_element_unref);
  g_clear_pointer (&self->offers, xmpp_element_unref);
  g_clear_pointer (&self->secure_offers, xmpp_element_unref);
  g_free (self->to);
  g_free (self->from);
  g_free (self->lang);

  G_OBJECT_CLASS (xmpp_negotiator_parent_class)->finalize (object);
}

static void
xmpp_negotiator_class_init (XmppNegotiatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_negotiator_finalize;
}

static void
xmpp_negotiator_init (XmppNegotiator *self)
{
  self->send_ahead = TRUE;
}

XmppNegotiator *
xmpp_negotiator_new (XmppStream *stream,
                     GPtrArray *features,
                     XmppStreamState goal,
                     XmppReport *report)
{
  XmppNegotiator *self = g_object_new (XMPP_TYPE_NEGOTIATOR, NULL);

  self->stream = g_object_ref (stream);
  self->features = g_ptr_array_ref (features);
  self->goal = goal;
  g_set_object (&self->report, report);

  return self;
}

void
xmpp_negotiator_set_addresses (XmppNegotiator *negotiator,
                               const char *to,
                               const char *from,
                               const char *lang)
{
  g_autofree char *old_to = negotiator->to;
  g_autofree char *old_from = negotiator->from;
  g_autofree char *old_lang = negotiator->lang;

  negotiator->to = g_strdup (to);
  negotiator->from = g_strdup (from);
  negotiator->lang = g_strdup (lang);
}

void
xmpp_negotiator_set_remembered (XmppNegotiator *negotiator, XmppElement *features)
{
  g_clear_pointer (&negotiator->remembered, xmpp_element_unref);
  if (features != NULL)
    negotiator->remembered = xmpp_element_ref (features);
}

void
xmpp_negotiator_set_send_ahead (XmppNegotiator *negotiator, gboolean send_ahead)
{
  negotiator->send_ahead = send_ahead;
}

gboolean
xmpp_negotiator_was_wrong_guess (XmppNegotiator *negotiator)
{
  return negotiator->wrong_guess;
}

XmppElement *
xmpp_negotiator_get_secure_features (XmppNegotiator *negotiator)
{
  return negotiator->secure_offers;
}

XmppElement *
xmpp_negotiator_get_features (XmppNegotiator *negotiator)
{
  return negotiator->offers;
}
