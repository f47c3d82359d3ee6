/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-worker.h"

/* Most of them wait, for a key distribution centre or an answer; threads that have
 * nothing to do end by themselves. */
#define MAX_WORKERS 16

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} WorkerJob;

static void
run_job (gpointer data, gpointer user_data)
{
  WorkerJob *job = data;

  job->func (job->data);
  job->destroy (job->data);
  g_free (job);
}

void
xmpp_sasl_worker_run (void (*func) (gpointer data), gpointer data, GDestroyNotify destroy)
{
  static GThreadPool *pool = NULL;
  static gsize made = 0;
  WorkerJob *job = g_new0 (WorkerJob, 1);

  if (g_once_init_enter (&made))
    {
      pool = g_thread_pool_new (run_job, NULL, MAX_WORKERS, FALSE, NULL);
      g_once_init_leave (&made, 1);
    }

  job->func = func;
  job->data = data;
  job->destroy = destroy;

  /* An error says that there is no new thread now; the job is in the queue nevertheless.
   */
  g_thread_pool_push (pool, job, NULL);
}
