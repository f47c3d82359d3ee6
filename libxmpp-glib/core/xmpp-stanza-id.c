/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-stanza-id.h"

#include <pthread.h>
#include <string.h>

#include "core/xmpp-secret-private.h"

/* 130 bits */
#define ID_BYTES 17
#define POOL_IDS 30

/* Random bytes that a thread has fetched and not used yet: most of their price is in the call.
 * What was used is overwritten, so that no id tells of an earlier one. */
typedef struct
{
  int generation; /* of processes */
  gsize used;
  guint8 bytes[ID_BYTES * POOL_IDS];
} Pool;

static int process_generation; /* atomic */

/* Parent and child must not draw from the same pool. */
static void
count_fork (void)
{
  g_atomic_int_inc (&process_generation);
}

static gpointer
watch_forks (gpointer data)
{
  return GINT_TO_POINTER (pthread_atfork (NULL, NULL, count_fork) == 0);
}

static void
free_pool (gpointer data)
{
  xmpp_secret_wipe (data, sizeof (Pool));
  g_free (data);
}

static GPrivate thread_pool = G_PRIVATE_INIT (free_pool);

/* NULL where there are no random numbers */
static Pool *
get_pool (void)
{
  static GOnce once = G_ONCE_INIT;
  Pool *pool = g_private_get (&thread_pool);
  int generation = g_atomic_int_get (&process_generation);
  gboolean watched = GPOINTER_TO_INT (g_once (&once, watch_forks, NULL));

  if (pool == NULL)
    {
      pool = g_new0 (Pool, 1);
      pool->used = sizeof pool->bytes;
      g_private_set (&thread_pool, pool);
    }
  if (pool->used == sizeof pool->bytes || pool->generation != generation || !watched)
    {
      pool->used = sizeof pool->bytes;
      if (!xmpp_random_bytes (pool->bytes, sizeof pool->bytes, NULL))
        return NULL;
      pool->used = 0;
      pool->generation = generation;
    }
  return pool;
}

gboolean
xmpp_stanza_make_id (char id[XMPP_STANZA_ID_SIZE])
{
  static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
  Pool *pool = get_pool ();
  guint8 *bytes;
  guint32 bits = 0;
  guint n_bits = 0;

  if (pool == NULL)
    return FALSE;
  bytes = pool->bytes + pool->used;
  for (guint i = 0; i < XMPP_STANZA_ID_SIZE - 1; i++)
    {
      if (n_bits < 5)
        {
          bits = bits << 8 | *bytes++;
          n_bits += 8;
        }
      n_bits -= 5;
      id[i] = digits[bits >> n_bits & 31];
    }
  id[XMPP_STANZA_ID_SIZE - 1] = '\0';
  memset (pool->bytes + pool->used, 0, ID_BYTES);
  pool->used += ID_BYTES;
  return TRUE;
}
