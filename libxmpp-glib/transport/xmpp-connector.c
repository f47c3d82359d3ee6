/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-connector.h"

#include "core/xmpp-error.h"
#include "transport/xmpp-attempt.h"

/* Goes through a list of candidates until one of them answers. The attempts are
 * independent of each other (transport/xmpp-attempt.c); this file only says when which
 * one starts and which one has won. */
struct _XmppConnector
{
  GObject parent_instance;

  XmppAttemptSettings settings;
  gboolean busy;
};

G_DEFINE_FINAL_TYPE (XmppConnector, xmpp_connector, G_TYPE_OBJECT)

typedef struct
{
  GPtrArray *candidates;
  guint current;
  guint row; /* of the report */
} Run;

typedef struct
{
  GIOStream *stream;
  XmppCandidate *winner;
} Outcome;

/* The steps, in the order in which they run. */
static void try_candidate (XmppConnector *self, GTask *task_arg);
static void tried_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
run_free (Run *run)
{
  g_clear_pointer (&run->candidates, g_ptr_array_unref);
  g_free (run);
}

static void
outcome_free (Outcome *outcome)
{
  g_clear_object (&outcome->stream);
  g_clear_pointer (&outcome->winner, xmpp_candidate_unref);
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

static GPtrArray *
copy_candidates (GPtrArray *candidates)
{
  GPtrArray *copy =
      g_ptr_array_new_full (candidates->len, (GDestroyNotify) xmpp_candidate_unref);

  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (copy, xmpp_candidate_ref (g_ptr_array_index (candidates, i)));
  return copy;
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

  run = g_new0 (Run, 1);
  run->candidates = copy_candidates (candidates);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  self->busy = TRUE;
  try_candidate (self, g_steal_pointer (&task));
}

GIOStream *
xmpp_connector_connect_finish (XmppConnector *self,
                               GAsyncResult *result,
                               XmppCandidate **winner,
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
  outcome_free (outcome);
  return stream;
}

static void
try_candidate (XmppConnector *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  XmppCandidate *candidate = g_ptr_array_index (run->candidates, run->current);
  GCancellable *cancellable = g_task_get_cancellable (task);

  run->row = xmpp_report_begin_candidate (self->settings.report, candidate->host,
                                          candidate->port, candidate->direct_tls,
                                          candidate->source);
  xmpp_attempt_async (candidate, &self->settings, cancellable, tried_cb,
                      g_steal_pointer (&task));
}

static void
report_candidate (XmppConnector *self,
                  XmppCandidate *candidate,
                  guint row,
                  const GError *error)
{
  XmppReport *report = self->settings.report;

  xmpp_report_end_candidate (report, row, error == NULL, error);
  if (report == NULL || error != NULL)
    return;

  xmpp_report_set_fact (report, "server", "host", g_variant_new_string (candidate->host));
  xmpp_report_set_fact (report, "server", "port", g_variant_new_uint16 (candidate->port));
  xmpp_report_set_fact (report, "server", "direct_tls",
                        g_variant_new_boolean (candidate->direct_tls));
  xmpp_report_set_fact (report, "server", "source",
                        g_variant_new_string (candidate->source));
}

static void
tried_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppConnector *self = g_task_get_source_object (task);
  Run *run = g_task_get_task_data (task);
  XmppCandidate *candidate = g_ptr_array_index (run->candidates, run->current);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GIOStream) stream = NULL;
  GError *error = NULL;
  Outcome *outcome;

  stream = xmpp_attempt_finish (result, &error);
  report_candidate (self, candidate, run->row, error);

  if (stream == NULL && !g_cancellable_is_cancelled (cancellable) &&
      run->current + 1 < run->candidates->len)
    {
      g_clear_error (&error);
      run->current++;
      try_candidate (self, g_steal_pointer (&task));
      return;
    }

  self->busy = FALSE;
  if (stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  outcome = g_new0 (Outcome, 1);
  outcome->stream = g_steal_pointer (&stream);
  outcome->winner = xmpp_candidate_ref (candidate);
  g_task_return_pointer (task, outcome, (GDestroyNotify) outcome_free);
}
