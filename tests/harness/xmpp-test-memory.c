/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-memory.h"

#include <stdio.h>
#include <string.h>

#define MASK 0xa5
#define MAX_NEEDLES 32
#define MAX_LENGTH 512

typedef struct
{
  guint8 masked[MAX_LENGTH];
  gsize length;
} Needle;

static Needle needles[MAX_NEEDLES];
static guint n_needles;

static void
add_needle (const char *text, gsize length)
{
  Needle *needle = &needles[n_needles++];

  g_assert_cmpuint (n_needles, <=, MAX_NEEDLES);
  g_assert_cmpuint (length, <=, MAX_LENGTH);
  g_assert_cmpuint (length, >=, 8);
  for (gsize i = 0; i < length; i++)
    needle->masked[i] = (guint8) text[i] ^ MASK;
  needle->length = length;
}

/* Whole groups only: what the last one is depends on what follows. @skip: bytes in front of
 * the secret that are not secret, whose groups are left out */
static void
add_base64 (const char *data, gsize length, gsize skip)
{
  char *encoded = g_base64_encode ((const guchar *) data, length - length % 3);
  gsize size = strlen (encoded);
  gsize first = (skip + 2) / 3 * 4;

  add_needle (encoded + first, size - first);
  explicit_bzero (encoded, size);
  g_free (encoded);
}

static void
add_hex (const char *text)
{
  static const char digits[] = "0123456789abcdef";
  char hex[2 * MAX_LENGTH];
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    {
      hex[2 * i] = digits[(guint8) text[i] >> 4];
      hex[2 * i + 1] = digits[(guint8) text[i] & 15];
    }
  add_needle (hex, 2 * length);
  explicit_bzero (hex, sizeof hex);
}

void
xmpp_test_memory_add (const char *username, const char *text)
{
  gsize prefix = strlen (username) + 2;
  gsize length = strlen (text);
  char *message = g_malloc (prefix + length + 1);

  add_needle (text, length);
  add_base64 (text, length, 0);
  add_hex (text);

  message[0] = '\0';
  memcpy (message + 1, username, prefix - 1);
  memcpy (message + prefix, text, length);
  add_base64 (message, prefix + length, prefix);
  explicit_bzero (message, prefix + length);
  g_free (message);
}

void
xmpp_test_memory_clear (void)
{
  n_needles = 0;
}

static gboolean
is_here (const Needle *needle, const guint8 *place)
{
  for (gsize i = 0; i < needle->length; i++)
    if ((place[i] ^ MASK) != needle->masked[i])
      return FALSE;

  return TRUE;
}

static guint
search (const Needle *needle, const guint8 *start, const guint8 *end)
{
  int first = needle->masked[0] ^ MASK;
  guint count = 0;

  for (const guint8 *place = start; place + needle->length <= end; place++)
    {
      place = memchr (place, first, end - place - needle->length + 1);
      if (place == NULL)
        break;
      count += is_here (needle, place);
    }

  return count;
}

guint
xmpp_test_memory_count (void)
{
  FILE *maps = fopen ("/proc/self/maps", "re");
  char line[1024];
  guint count = 0;

  g_assert_nonnull (maps);
  while (fgets (line, sizeof line, maps) != NULL)
    {
      unsigned long start, end;
      char readable, writable;
      guint found = 0;

      if (sscanf (line, "%lx-%lx %c%c", &start, &end, &readable, &writable) != 4 ||
          readable != 'r' || writable != 'w')
        continue;

      for (guint i = 0; i < n_needles; i++)
        found += search (&needles[i], (const guint8 *) start, (const guint8 *) end);
      if (found > 0)
        g_test_message ("%u in %s", found, line);
      count += found;
    }
  fclose (maps);

  return count;
}
