/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Connection"

#include "config.h"

#include "connection/xmpp-dialer.h"

#include "connection/xmpp-connection-private.h"
#include "connection/xmpp-redirect.h"
#include "core/xmpp-error.h"
#include "negotiation/xmpp-negotiator.h"
#include "tls/xmpp-tls-handshake.h"
#include "transport/xmpp-connector.h"

/* One attempt: find candidates, connect, negotiate, and where that fails early the next
 * candidate. The steps in the order in which they run; each takes over the task. */

typedef struct
{
  XmppDialPlan *plan;
  XmppReport *report;
  XmppLimits *limits;
  XmppCandidate *winner;
  GPtrArray *remaining; /* candidates besides it */
  guint n_redirects;
  XmppStream *stream;
  XmppNegotiator *negotiator;
  GPtrArray *features;
  GError *failure;
  GError *doubt; /* whether there are more candidates */
} Dial;

static void find_candidates (GTask *task);
static void found_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void connect_next (GTask *task);
static void connected_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void fail_to_connect (GError *error, gboolean answered, GTask *task);
static void negotiate (GIOStream *io, GTask *task);
static void negotiated_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void failed (GError *error, GTask *task);
static void dismissed_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void decide_after_failure (GTask *task);

XmppDialPlan *
xmpp_dial_plan_new (void)
{
  XmppDialPlan *plan = g_new0 (XmppDialPlan, 1);

  plan->candidates = xmpp_candidate_list_new ();
  return plan;
}

void
xmpp_dial_plan_free (XmppDialPlan *plan)
{
  g_ptr_array_unref (plan->candidates);
  g_clear_object (&plan->discovery);
  g_clear_object (&plan->proxy_resolver);
  g_clear_pointer (&plan->tls, xmpp_tls_parameters_unref);
  g_free (plan->to);
  g_free (plan->from);
  g_free (plan->lang);
  g_clear_pointer (&plan->remembered, xmpp_element_unref);
  g_free (plan);
}

void
xmpp_dial_result_free (XmppDialResult *result)
{
  g_clear_object (&result->stream);
  g_clear_pointer (&result->features, g_ptr_array_unref);
  g_clear_pointer (&result->offer, xmpp_element_unref);
  g_clear_pointer (&result->secure_offer, xmpp_element_unref);
  g_free (result);
}

static void
dial_clear_stream (Dial *dial)
{
  if (dial->stream != NULL)
    {
      xmpp_stream_set_tap (dial->stream, NULL, NULL);
      xmpp_stream_abort (dial->stream);
    }
  g_clear_object (&dial->stream);
  g_clear_object (&dial->negotiator);
  g_clear_pointer (&dial->features, g_ptr_array_unref);
}

static void
dial_free (Dial *dial)
{
  dial_clear_stream (dial);
  xmpp_dial_plan_free (dial->plan);
  g_object_unref (dial->report);
  g_object_unref (dial->limits);
  g_clear_pointer (&dial->winner, xmpp_candidate_unref);
  g_clear_pointer (&dial->remaining, g_ptr_array_unref);
  g_clear_error (&dial->failure);
  g_clear_error (&dial->doubt);
  g_free (dial);
}

void
xmpp_dialer_dial_async (XmppConnection *connection,
                        XmppDialPlan *plan,
                        XmppReport *report,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, cancellable, callback, user_data);
  Dial *dial = g_new0 (Dial, 1);

  g_task_set_source_tag (task, xmpp_dialer_dial_async);
  dial->plan = plan;
  dial->report = g_object_ref (report);
  dial->limits = g_object_ref (xmpp_connection_get_limits (connection));
  g_task_set_task_data (task, dial, (GDestroyNotify) dial_free);

  find_candidates (g_steal_pointer (&task));
}

static void
list_candidates (Dial *dial)
{
  for (guint i = 0; i < dial->plan->candidates->len; i++)
    {
      XmppCandidate *candidate = g_ptr_array_index (dial->plan->candidates, i);

      xmpp_report_list_candidate (dial->report, candidate->host, candidate->port,
                                  candidate->direct_tls, candidate->source);
    }
}

static void
find_candidates (GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  XmppDiscovery *discovery = dial->plan->discovery;
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (discovery != NULL && dial->plan->candidates->len == 0)
    {
      xmpp_discovery_run_async (discovery, dial->limits, dial->report, cancellable,
                                found_cb, g_steal_pointer (&task));
      return;
    }

  list_candidates (dial);
  connect_next (g_steal_pointer (&task));
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GPtrArray) candidates = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_error (&dial->doubt);
  candidates =
      xmpp_discovery_run_finish (XMPP_DISCOVERY (object), result, &dial->doubt, &error);
  if (candidates == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_ptr_array_unref (dial->plan->candidates);
  dial->plan->candidates = g_steal_pointer (&candidates);
  list_candidates (dial);
  connect_next (g_steal_pointer (&task));
}

static void
connect_next (GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (XmppConnector) connector = NULL;

  connector = xmpp_connector_new (dial->plan->proxy_resolver, dial->plan->tls,
                                  dial->limits, dial->report);
  xmpp_connector_connect_async (connector, dial->plan->candidates, cancellable,
                                connected_cb, g_steal_pointer (&task));
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppConnector *connector = XMPP_CONNECTOR (object);
  Dial *dial = g_task_get_task_data (task);
  gboolean answered;
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&dial->winner, xmpp_candidate_unref);
  g_clear_pointer (&dial->remaining, g_ptr_array_unref);
  io = xmpp_connector_connect_finish (connector, result, &dial->winner, &dial->remaining,
                                      &error);
  answered = xmpp_connector_was_answered (connector);
  if (io == NULL)
    fail_to_connect (g_steal_pointer (&error), answered, g_steal_pointer (&task));
  else
    negotiate (io, g_steal_pointer (&task));
}

/* Of several failures the one of a candidate that answered says most. Where none did and
 * DNS was no help, that comes first. */
static void
fail_to_connect (GError *error, gboolean answered, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) last = error;
  g_autofree char *both = NULL;
  GError *told;

  if (!answered && dial->failure != NULL)
    told = g_steal_pointer (&dial->failure);
  else if (!answered && dial->doubt != NULL)
    {
      told = g_steal_pointer (&dial->doubt);
      both = g_strdup_printf ("%s; then %s", told->message, last->message);
      g_free (told->message);
      told->message = g_steal_pointer (&both);
    }
  else
    told = g_steal_pointer (&last);
  g_task_return_error (task, told);
}

static void
negotiate (GIOStream *io, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  XmppDialPlan *plan = dial->plan;
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppConnection *connection = g_task_get_source_object (task);

  dial->stream =
      xmpp_stream_new (io, XMPP_STREAM_INITIATING, plan->content_xmlns, dial->limits);
  xmpp_stream_set_tap (dial->stream, &xmpp_connection_tap, connection);
  if (dial->winner->direct_tls)
    xmpp_stream_add_state (dial->stream, XMPP_STREAM_SECURE);

  dial->features = plan->make_features (connection, plan, io, dial->report);
  dial->negotiator =
      xmpp_negotiator_new (dial->stream, dial->features, plan->goal, dial->report);
  xmpp_negotiator_set_addresses (dial->negotiator, plan->to, plan->from, plan->lang);
  xmpp_negotiator_set_send_ahead (dial->negotiator, !plan->one_by_one);
  xmpp_negotiator_set_remembered (dial->negotiator, plan->remembered);
  xmpp_negotiator_run_async (dial->negotiator, cancellable, negotiated_cb,
                             g_steal_pointer (&task));
}

static void
negotiated_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppNegotiator *negotiator = XMPP_NEGOTIATOR (object);
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  XmppDialResult *dialled;

  if (!xmpp_negotiator_run_finish (negotiator, result, &error))
    {
      failed (g_steal_pointer (&error), g_steal_pointer (&task));
      return;
    }

  dialled = g_new0 (XmppDialResult, 1);
  dialled->stream = g_steal_pointer (&dial->stream);
  dialled->features = g_steal_pointer (&dial->features);
  if (xmpp_negotiator_get_features (negotiator) != NULL)
    dialled->offer = xmpp_element_ref (xmpp_negotiator_get_features (negotiator));
  if (xmpp_negotiator_get_secure_features (negotiator) != NULL)
    dialled->secure_offer =
        xmpp_element_ref (xmpp_negotiator_get_secure_features (negotiator));

  g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
}

/* A stream that still works is left with its closing tag (RFC 6120 §4.4); nobody waits
 * for the peer's. */
static void
failed (GError *error, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_tls_explain (xmpp_stream_get_io (dial->stream), error);
  g_clear_error (&dial->failure);
  dial->failure = error;
  if (xmpp_stream_get_error (dial->stream) == NULL &&
      !g_cancellable_is_cancelled (cancellable))
    {
      xmpp_stream_write_end (dial->stream);
      xmpp_stream_flush_async (dial->stream, cancellable, dismissed_cb,
                               g_steal_pointer (&task));
    }
  else
    decide_after_failure (g_steal_pointer (&task));
}

static void
dismissed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  xmpp_stream_flush_finish (XMPP_STREAM (object), result, NULL);
  decide_after_failure (g_steal_pointer (&task));
}

static void
replace_failure (Dial *dial, int code, const char *what)
{
  g_autoptr (GError) old = g_steal_pointer (&dial->failure);

  dial->failure =
      g_error_new (XMPP_CONNECTION_ERROR, code, "%s (%s)", what, old->message);
}

/* RFC 6120 §4.9.3.19: the same policies, the same reference identity, the same "to" as
 * before. Who may change the connection may not send us elsewhere, so it must come over TLS
 * that is verified. TRUE: the other host is the one to go to */
static gboolean
follow_redirect (Dial *dial)
{
  const char *where = xmpp_stream_get_other_host (dial->stream);
  g_autoptr (XmppCandidate) candidate = NULL;

  if (where == NULL)
    return FALSE;

  if ((xmpp_stream_get_state (dial->stream) & XMPP_STREAM_SECURE) == 0)
    {
      replace_failure (dial, XMPP_CONNECTION_ERROR_POLICY,
                       "Another host is only gone to where TLS shows who says so");
      return FALSE;
    }

  candidate = xmpp_redirect_parse (where, dial->winner->direct_tls);
  if (candidate == NULL)
    return FALSE;

  if (dial->n_redirects >= xmpp_limits_peek (dial->limits)->redirects)
    {
      replace_failure (dial, XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS,
                       "The servers keep pointing elsewhere");
      return FALSE;
    }

  dial->n_redirects++;
  g_ptr_array_set_size (dial->remaining, 0);
  g_ptr_array_add (dial->remaining, g_steal_pointer (&candidate));
  return TRUE;
}

static void
decide_after_failure (GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Dial *dial = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gboolean redirected = follow_redirect (dial);
  gboolean secure = (xmpp_stream_get_state (dial->stream) & XMPP_STREAM_SECURE) != 0;
  gboolean refused = dial->failure->domain == XMPP_SASL_ERROR;
  gboolean wrong_guess = dial->plan->remembered != NULL &&
                         xmpp_negotiator_was_wrong_guess (dial->negotiator);

  dial_clear_stream (dial);

  g_ptr_array_unref (dial->plan->candidates);
  dial->plan->candidates = g_steal_pointer (&dial->remaining);
  if (redirected)
    list_candidates (dial);
  else if (wrong_guess)
    {
      g_clear_pointer (&dial->plan->remembered, xmpp_element_unref);
      g_ptr_array_insert (dial->plan->candidates, 0, g_steal_pointer (&dial->winner));
    }

  if (!g_cancellable_is_cancelled (cancellable) &&
      (redirected || wrong_guess || (!secure && !refused)) &&
      dial->plan->candidates->len > 0)
    {
      g_debug ("%s: trying again", dial->failure->message);
      if (redirected || wrong_guess)
        {
          g_clear_error (&dial->failure);
          xmpp_report_start_over (dial->report);
        }
      connect_next (g_steal_pointer (&task));
    }
  else
    g_task_return_error (task, g_steal_pointer (&dial->failure));
}

XmppDialResult *
xmpp_dialer_dial_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_dialer_dial_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
