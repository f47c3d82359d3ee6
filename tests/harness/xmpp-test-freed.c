/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-freed.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>

static void (*real_free) (void *);
static void *(*real_realloc) (void *, size_t);
static const char *const *texts;
static int watching;
static int found;

static gboolean
holds_text (void *block)
{
  gsize size = malloc_usable_size (block);

  for (const char *const *text = texts; *text != NULL; text++)
    if (memmem (block, size, *text, strlen (*text)) != NULL)
      return TRUE;

  return FALSE;
}

static void
look (void *block)
{
  if (block != NULL && g_atomic_int_get (&watching) && holds_text (block))
    g_atomic_int_inc (&found);
}

void
free (void *block)
{
  look (block);
  if (real_free != NULL)
    real_free (block);
}

void *
realloc (void *block, size_t size)
{
  if (real_realloc == NULL)
    real_realloc = dlsym (RTLD_NEXT, "realloc");

  /* It may move, and what it leaves behind is out of sight: it counts as freed. */
  look (block);
  return real_realloc (block, size);
}

void
xmpp_test_freed_init (const char *const *looked_for)
{
  texts = looked_for;
  real_free = dlsym (RTLD_NEXT, "free");
}

void
xmpp_test_freed_watch (void)
{
  g_atomic_int_set (&found, 0);
  g_atomic_int_set (&watching, TRUE);
}

int
xmpp_test_freed_stop (void)
{
  g_atomic_int_set (&watching, FALSE);
  return g_atomic_int_get (&found);
}
