/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-worker.h"

#include <stdlib.h>
#include <unistd.h>

/* saslauthd, PAM and LDAP know no time limit: those that wait are bounded. */
#define MAX_QUESTIONS 8
/* How long somebody waits for ends that do not come */
#define MAX_WAIT (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  GFunc work;
  gpointer data;
} Job;

static GMutex mutex;
static GCond ended;
static guint n_ends; /* connections that wait for their end */

static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;

  job->work (job->data, NULL);
  g_free (job);
}

static void
run_end (gpointer data, gpointer user_data)
{
  run_job (data, user_data);
  g_mutex_lock (&mutex);
  n_ends--;
  g_cond_broadcast (&ended);
  g_mutex_unlock (&mutex);
}

static void
push (GThreadPool *pool, GFunc work, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->work = work;
  job->data = data;

  /* An error says that there is no new thread now; the job is in the queue nevertheless. */
  g_thread_pool_push (pool, job, NULL);
}

void
cyrus_worker_ask (GFunc work, gpointer data)
{
  static GThreadPool *pool = NULL;
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      pool = g_thread_pool_new (run_job, NULL, MAX_QUESTIONS, FALSE, NULL);
      g_once_init_leave (&made, 1);
    }

  push (pool, work, data);
}

void
cyrus_worker_wait_for_ends (void)
{
  gint64 end_time = g_get_monotonic_time () + MAX_WAIT;

  g_mutex_lock (&mutex);
  while (n_ends > 0 && g_cond_wait_until (&ended, &mutex, end_time))
    continue;
  g_mutex_unlock (&mutex);
}

static pid_t process; /* a child has our count, and not our threads */

/* A record would be half written, and libraries end while a plug-in is in them. */
static void
exit_cb (void)
{
  if (getpid () == process)
    cyrus_worker_wait_for_ends ();
}

void
cyrus_worker_end (GFunc work, gpointer data)
{
  static GThreadPool *pool = NULL;
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      pool = g_thread_pool_new (run_end, NULL, 1, FALSE, NULL);
      process = getpid ();
      /* After those of the libraries that the plug-ins need, so it is called before them. */
      atexit (exit_cb);
      g_once_init_leave (&made, 1);
    }

  g_mutex_lock (&mutex);
  n_ends++;
  g_mutex_unlock (&mutex);
  push (pool, work, data);
}
