/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-worker.h"

typedef struct
{
  GFunc work;
  GDestroyNotify done;
  gpointer data;
  GMainContext *context;
} WorkerJob;

static gboolean
deliver_cb (gpointer user_data)
{
  /* The destroy notify of the source does it, which runs in any case. */
  return G_SOURCE_REMOVE;
}

static void
run_job (gpointer data, gpointer user_data)
{
  WorkerJob *job = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  job->work (job->data, NULL);

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "Xmpp SASL worker");
  g_source_set_callback (source, deliver_cb, job->data, job->done);
  g_source_attach (source, job->context);

  g_main_context_unref (job->context);
  g_free (job);
}

void
xmpp_sasl_worker_run (GFunc work, GDestroyNotify done, gpointer data)
{
  static GThreadPool *pool = NULL;
  static gsize made = 0;
  WorkerJob *job = g_new0 (WorkerJob, 1);

  if (g_once_init_enter (&made))
    {
      pool = g_thread_pool_new (run_job, NULL, XMPP_SASL_WORKERS_MAX, FALSE, NULL);
      g_once_init_leave (&made, 1);
    }

  job->work = work;
  job->done = done;
  job->data = data;
  job->context = g_main_context_ref_thread_default ();

  /* An error says that there is no new thread now; the job is in the queue nevertheless. */
  g_thread_pool_push (pool, job, NULL);
}
