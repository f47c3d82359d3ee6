/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-srv-records.h"

#include "core/xmpp-secret.h"

#define MAX_NAME_BYTES 253
#define MAX_LABEL_BYTES 63

typedef struct
{
  guint16 priority;
  guint16 weight;
  XmppCandidate *candidate;
} Record;

struct _XmppSrvRecords
{
  GArray *array; /* of Record */
};

static void
record_clear (gpointer data)
{
  Record *record = data;

  g_clear_pointer (&record->candidate, xmpp_candidate_unref);
}

XmppSrvRecords *
xmpp_srv_records_new (void)
{
  XmppSrvRecords *self = g_new0 (XmppSrvRecords, 1);

  self->array = g_array_new (FALSE, FALSE, sizeof (Record));
  g_array_set_clear_func (self->array, record_clear);
  return self;
}

void
xmpp_srv_records_free (XmppSrvRecords *self)
{
  g_array_unref (self->array);
  g_free (self);
}

/* The root; the resolver of glibc makes an empty name of it. */
static gboolean
is_root (const char *name)
{
  return name[0] == '\0' || g_str_equal (name, ".");
}

/* The name without the dot at its end, in lower case; NULL where it is none. Underscores
 * are not for hosts (RFC 952), but resolvers know such hosts. */
static char *
normalize_name (const char *name)
{
  gsize length = strlen (name);
  gsize label = 0;

  if (length > 0 && name[length - 1] == '.')
    length--;
  if (length == 0 || length > MAX_NAME_BYTES)
    return NULL;

  for (gsize i = 0; i < length; i++)
    {
      if (name[i] == '.' ? label == 0
                         : !g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '_')
        return NULL;
      label = name[i] == '.' ? 0 : label + 1;
      if (label > MAX_LABEL_BYTES)
        return NULL;
    }

  return label > 0 ? g_ascii_strdown (name, length) : NULL;
}

static gboolean
has_candidate (XmppSrvRecords *self, const char *host, guint16 port, gboolean direct_tls)
{
  for (guint i = 0; i < self->array->len; i++)
    {
      XmppCandidate *candidate = g_array_index (self->array, Record, i).candidate;

      if (candidate->port == port && candidate->direct_tls == direct_tls &&
          g_str_equal (candidate->host, host))
        return TRUE;
    }

  return FALSE;
}

static int
compare_targets (gconstpointer a, gconstpointer b)
{
  return g_srv_target_get_priority ((GSrvTarget *) a) -
         g_srv_target_get_priority ((GSrvTarget *) b);
}

/* An empty set has no other reason: where there is no record at all that is an error. */
XmppSrvVerdict
xmpp_srv_records_add (XmppSrvRecords *self,
                      GList *targets,
                      gboolean direct_tls,
                      guint max)
{
  g_autoptr (GList) sorted = g_list_sort (g_list_copy (targets), compare_targets);
  gboolean refused = TRUE;
  guint taken = 0;

  for (GList *l = sorted; l != NULL && taken < max; l = l->next)
    {
      GSrvTarget *target = l->data;
      g_autofree char *host = normalize_name (g_srv_target_get_hostname (target));
      guint16 port = g_srv_target_get_port (target);
      Record record = { g_srv_target_get_priority (target),
                        g_srv_target_get_weight (target), NULL };

      refused = refused && is_root (g_srv_target_get_hostname (target));
      if (host == NULL || port == 0 || has_candidate (self, host, port, direct_tls))
        continue;

      record.candidate = xmpp_candidate_new (host, port, direct_tls, "srv");
      g_array_append_val (self->array, record);
      taken++;
    }

  return taken > 0 ? XMPP_SRV_USABLE : refused ? XMPP_SRV_REFUSED : XMPP_SRV_UNUSABLE;
}

guint
xmpp_srv_records_get_length (XmppSrvRecords *self)
{
  return self->array->len;
}

/* The order of servers is no secret: without random numbers it is always the same. */
static guint32
draw_at_random (gpointer user_data)
{
  guint32 number = 0;

  xmpp_random_bytes ((guint8 *) &number, sizeof number, NULL);
  return number;
}

static void
shuffle (GArray *array, XmppDrawFunc draw, gpointer user_data)
{
  for (guint i = array->len; i > 1; i--)
    {
      Record *last = &g_array_index (array, Record, i - 1);
      Record *other = &g_array_index (array, Record, draw (user_data) % i);
      Record saved = *last;

      *last = *other;
      *other = saved;
    }
}

/* By priority; within one, those without a weight come first (RFC 2782) */
static int
compare_records (gconstpointer a, gconstpointer b)
{
  const Record *first = a, *second = b;

  if (first->priority != second->priority)
    return first->priority - second->priority;
  return (first->weight > 0) - (second->weight > 0);
}

/* RFC 2782, "Weight": the first record whose running sum is not less than a number between
 * 0 and the sum of all. @begin to @end: one priority */
static guint
pick (GArray *array, guint begin, guint end, guint32 random)
{
  guint sum = 0;
  guint number;
  guint i = begin;

  for (guint j = begin; j < end; j++)
    sum += g_array_index (array, Record, j).weight;
  number = random % (sum + 1);

  for (sum = g_array_index (array, Record, i).weight; sum < number;
       sum += g_array_index (array, Record, i).weight)
    i++;
  return i;
}

/* Moves the record to the front and keeps the order of those that it passes. */
static void
move_to (GArray *array, guint from, guint to)
{
  Record saved = g_array_index (array, Record, from);

  for (guint i = from; i > to; i--)
    g_array_index (array, Record, i) = g_array_index (array, Record, i - 1);
  g_array_index (array, Record, to) = saved;
}

GPtrArray *
xmpp_srv_records_order (XmppSrvRecords *self,
                        guint max,
                        XmppDrawFunc draw,
                        gpointer user_data)
{
  GArray *array = self->array;
  GPtrArray *candidates = xmpp_candidate_list_new ();
  guint end = 0;

  if (draw == NULL)
    draw = draw_at_random;

  /* "In any order" is not always in the same. */
  shuffle (array, draw, user_data);
  g_array_sort (array, compare_records);

  for (guint i = 0; i < array->len && candidates->len < max; i++)
    {
      if (i == end)
        while (end < array->len && g_array_index (array, Record, end).priority ==
                                       g_array_index (array, Record, i).priority)
          end++;

      move_to (array, pick (array, i, end, draw (user_data)), i);
      g_ptr_array_add (candidates,
                       xmpp_candidate_ref (g_array_index (array, Record, i).candidate));
    }

  return candidates;
}
