/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-connector.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error.h"
#include "tls/xmpp-tls-report.h"
#include "transport/xmpp-attempt.h"

/* The head start of a candidate before the next one begins, as for the addresses of one
 * host (RFC 8305 §5) */
#define HEAD_START_MS 250

/* A race of candidates, in which the better ones have a head start. The attempts are
 * independent of each other (transport/xmpp-attempt.c); this file only says when which one
 * starts and which one has won. */
struct _XmppConnector
{
  GObject parent_instance;

  XmppAttemptSettings settings;
  guint head_start_ms;
  gboolean busy;
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (XmppConnector, xmpp_connector, G_TYPE_OBJECT)

typedef enum
{
  LANE_WAITING,
  LANE_RUNNING,
  LANE_FAILED,
  LANE_WON,
} LaneState;

/* One candidate. While it runs it holds the task. */
typedef struct
{
  XmppCandidate *candidate;
  LaneState state;
  guint row; /* of the report */
  GTask *task;
} Lane;

typedef struct
{
  GPtrArray *lanes;
  guint next; /* the first that waits */
  guint running;
  gboolean won;
  XmppDeadline *race; /* without a limit: ends those that have lost */
  GSource *head_start;
  GError *error; /* of the candidate that has come furthest, the best of these */
  gboolean answered;
} Run;

typedef struct
{
  GIOStream *stream;
  XmppCandidate *winner;
  GPtrArray *remaining;
} Outcome;

/* The steps, in the order in which they run. */
static void start_next (XmppConnector *self, GTask *task);
static gboolean head_start_over_cb (gpointer user_data);
static void tried_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void win (XmppConnector *self, Lane *lane, GIOStream *stream, GTask *task);
static void lose (XmppConnector *self, Lane *lane, GError *error, GTask *task);

static void
lane_free (Lane *lane)
{
  xmpp_candidate_unref (lane->candidate);
  g_free (lane);
}

static void
stop_head_start (Run *run)
{
  if (run->head_start == NULL)
    return;

  g_source_destroy (run->head_start);
  g_clear_pointer (&run->head_start, g_source_unref);
}

static void
run_free (Run *run)
{
  stop_head_start (run);
  g_ptr_array_unref (run->lanes);
  g_clear_pointer (&run->race, xmpp_deadline_free);
  g_clear_error (&run->error);
  g_free (run);
}

static void
outcome_free (Outcome *outcome)
{
  g_clear_object (&outcome->stream);
  g_clear_pointer (&outcome->winner, xmpp_candidate_unref);
  g_clear_pointer (&outcome->remaining, g_ptr_array_unref);
  g_free (outcome);
}

static void
xmpp_connector_finalize (GObject *object)
{
  XmppConnector *self = XMPP_CONNECTOR (object);

  g_clear_object (&self->settings.resolver);
  g_clear_pointer (&self->settings.tls, xmpp_tls_parameters_unref);
  g_clear_object (&self->settings.limits);
  g_clear_object (&self->settings.report);

  G_OBJECT_CLASS (xmpp_connector_parent_class)->finalize (object);
}

static void
xmpp_connector_class_init (XmppConnectorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_connector_finalize;
}

static void
xmpp_connector_init (XmppConnector *self)
{
  self->head_start_ms = HEAD_START_MS;
}

XmppConnector *
xmpp_connector_new (GProxyResolver *resolver,
                    XmppTlsParameters *tls,
                    XmppLimits *limits,
                    XmppReport *report)
{
  XmppConnector *self = g_object_new (XMPP_TYPE_CONNECTOR, NULL);

  g_set_object (&self->settings.resolver, resolver);
  g_set_object (&self->settings.report, report);
  self->settings.limits = limits != NULL ? g_object_ref (limits) : xmpp_limits_new ();
  /* The ALPN names are those of the services: RFC 7301, XEP-0368 §3 */
  if (tls != NULL)
    self->settings.tls = xmpp_tls_parameters_copy_for_alpn (tls, tls->service);
  return self;
}

void
xmpp_connector_set_head_start (XmppConnector *self, guint milliseconds)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));

  self->head_start_ms = milliseconds;
}

static Run *
run_new (GPtrArray *candidates, GCancellable *cancellable)
{
  Run *run = g_new0 (Run, 1);

  run->race = xmpp_deadline_new (0, cancellable);
  run->lanes = g_ptr_array_new_with_free_func ((GDestroyNotify) lane_free);
  for (guint i = 0; i < candidates->len; i++)
    {
      Lane *lane = g_new0 (Lane, 1);

      lane->candidate = xmpp_candidate_ref (g_ptr_array_index (candidates, i));
      g_ptr_array_add (run->lanes, lane);
    }
  return run;
}

void
xmpp_connector_connect_async (XmppConnector *self,
                              GPtrArray *candidates,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Run *run;

  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  g_return_if_fail (candidates != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_connector_connect_async);

  if (self->busy)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "The connector is connecting already");
      return;
    }
  if (candidates->len == 0)
    {
      g_task_return_new_error (task, XMPP_CONNECTION_ERROR,
                               XMPP_CONNECTION_ERROR_NOT_FOUND,
                               "There is no address to connect to");
      return;
    }

  run = run_new (candidates, cancellable);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  self->busy = TRUE;
  start_next (self, g_steal_pointer (&task));
}

GIOStream *
xmpp_connector_connect_finish (XmppConnector *self,
                               GAsyncResult *result,
                               XmppCandidate **winner,
                               GPtrArray **remaining,
                               GError **error)
{
  Outcome *outcome;
  GIOStream *stream;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connector_connect_async),
                        NULL);

  outcome = g_task_propagate_pointer (G_TASK (result), error);
  if (outcome == NULL)
    return NULL;

  stream = g_steal_pointer (&outcome->stream);
  if (winner != NULL)
    *winner = g_steal_pointer (&outcome->winner);
  if (remaining != NULL)
    *remaining = g_steal_pointer (&outcome->remaining);
  outcome_free (outcome);
  return stream;
}

gboolean
xmpp_connector_was_answered (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), FALSE);

  return self->answered;
}

static void
start_next (XmppConnector *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  Lane *lane = g_ptr_array_index (run->lanes, run->next++);
  XmppCandidate *candidate = lane->candidate;
  GCancellable *cancellable = xmpp_deadline_get_cancellable (run->race);
  XmppAttemptSettings settings = self->settings;

  stop_head_start (run);
  if (run->next < run->lanes->len)
    {
      run->head_start = g_timeout_source_new (self->head_start_ms);
      g_source_set_static_name (run->head_start, "[xmpp] next candidate");
      g_source_set_callback (run->head_start, head_start_over_cb, g_object_ref (task),
                             g_object_unref);
      g_source_attach (run->head_start, g_main_context_get_thread_default ());
    }

  lane->row = xmpp_report_begin_candidate (settings.report, candidate->host,
                                           candidate->port, candidate->direct_tls,
                                           candidate->source);
  lane->state = LANE_RUNNING;
  lane->task = g_steal_pointer (&task);
  run->running++;
  settings.lost = &run->won;
  xmpp_attempt_async (candidate, &settings, cancellable, tried_cb, lane);
}

/* While a person is asked for the PIN of one candidate nobody is asked for another one's. */
static gboolean
head_start_over_cb (gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);

  if (xmpp_deadline_is_paused (run->race))
    return G_SOURCE_CONTINUE;

  start_next (g_task_get_source_object (task), g_object_ref (task));
  return G_SOURCE_REMOVE;
}

/* Who comes in after the winner is not needed any more. */
static void
tried_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Lane *lane = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&lane->task);
  XmppConnector *self = g_task_get_source_object (task);
  Run *run = g_task_get_task_data (task);
  g_autoptr (GIOStream) stream = NULL;
  GError *error = NULL;
  gboolean answered;

  run->running--;
  stream = xmpp_attempt_finish (result, &answered, &error);
  if (run->won)
    {
      if (stream != NULL)
        g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      g_clear_error (&error);
    }
  else if (stream != NULL)
    win (self, lane, stream, g_steal_pointer (&task));
  else
    {
      if (run->error == NULL || (answered && !run->answered))
        {
          g_clear_error (&run->error);
          run->error = g_error_copy (error);
          run->answered = answered;
        }
      lose (self, lane, error, g_steal_pointer (&task));
    }
}

static void
report_winner (XmppReport *report, XmppCandidate *candidate, GIOStream *stream)
{
  if (report == NULL)
    return;

  xmpp_report_set_fact (report, "server", "host", g_variant_new_string (candidate->host));
  xmpp_report_set_fact (report, "server", "port", g_variant_new_uint16 (candidate->port));
  xmpp_report_set_fact (report, "server", "direct_tls",
                        g_variant_new_boolean (candidate->direct_tls));
  xmpp_report_set_fact (report, "server", "source",
                        g_variant_new_string (candidate->source));
  if (G_IS_TLS_CONNECTION (stream))
    xmpp_tls_report (report, G_TLS_CONNECTION (stream));
}

static void
win (XmppConnector *self, Lane *winner, GIOStream *stream, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  XmppReport *report = self->settings.report;
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->stream = g_object_ref (stream);
  outcome->winner = xmpp_candidate_ref (winner->candidate);
  outcome->remaining = xmpp_candidate_list_new ();

  winner->state = LANE_WON;
  xmpp_report_end_candidate (report, winner->row, TRUE, NULL);
  report_winner (report, winner->candidate, stream);
  for (guint i = 0; i < run->lanes->len; i++)
    {
      Lane *lane = g_ptr_array_index (run->lanes, i);

      if (lane->state == LANE_RUNNING)
        xmpp_report_end_candidate (report, lane->row, FALSE, NULL);
      if (lane->state == LANE_RUNNING || lane->state == LANE_WAITING)
        g_ptr_array_add (outcome->remaining, xmpp_candidate_ref (lane->candidate));
    }

  run->won = TRUE;
  self->busy = FALSE;
  self->answered = TRUE;
  stop_head_start (run);
  g_cancellable_cancel (xmpp_deadline_get_cancellable (run->race));
  g_task_return_pointer (task, outcome, (GDestroyNotify) outcome_free);
}

/* Takes over @error. */
static void
lose (XmppConnector *self, Lane *lane, GError *error, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  gboolean cancelled = g_cancellable_is_cancelled (g_task_get_cancellable (task));

  lane->state = LANE_FAILED;
  xmpp_report_end_candidate (self->settings.report, lane->row, FALSE, error);
  g_error_free (error);

  if (cancelled)
    stop_head_start (run);
  else if (run->next < run->lanes->len)
    {
      start_next (self, g_steal_pointer (&task));
      return;
    }

  if (run->running > 0)
    return;
  self->busy = FALSE;
  self->answered = run->answered;
  g_task_return_error (task, g_steal_pointer (&run->error));
}
