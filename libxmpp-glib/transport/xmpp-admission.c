/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-admission.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret.h"

#include <string.h>
#include <sys/resource.h>

#define NEW_WINDOW (10 * G_TIME_SPAN_SECOND)
#define FAILURE_WINDOW (60 * G_TIME_SPAN_MINUTE)
/* Descriptors that the process needs for other things */
#define OTHER_DESCRIPTORS 64
/* Addresses without a connection that are remembered in each of the two lists; beyond, the oldest
 * is forgotten. */
#define REMEMBERED_MAX 16384

typedef struct
{
  guint64 network; /* an IPv4 address, or the first half of an IPv6 one */
  gboolean ipv6;
} Key;

typedef enum
{
  REMEMBER_NEW,      /* how many connections it has begun */
  REMEMBER_FAILURES, /* and which logins have failed */
  N_REASONS,
} Reason;

typedef struct
{
  Key key;
  guint visits;
  guint strangers; /* of them, those that have not logged in */
  guint new_visits;
  guint failures;
  gint64 new_since; /* when the first one of those that count was */
  gint64 failures_since;

  GList link; /* in one of the lists while there are no visits */
  Reason reason;
  gint64 left;
} Address;

struct _XmppAdmission
{
  XmppLimits *limits;
  GHashTable *addresses; /* Key → Address, both in one */
  GQueue remembered[N_REASONS];
  guint visits;
  guint strangers;
};

struct _XmppVisit
{
  XmppAdmission *admission;
  Address *address;
  gboolean logged_in;
};

/* A number of the process's own: strangers choose their addresses, in IPv6 freely, and would fill
 * one bucket of the table. */
static guint64
get_hash_key (void)
{
  static gsize initialized;
  static guint64 key;

  if (g_once_init_enter (&initialized))
    {
      if (!xmpp_random_bytes ((guint8 *) &key, sizeof key, NULL))
        key = (guint64) g_get_monotonic_time ();
      key |= 1;
      g_once_init_leave (&initialized, 1);
    }

  return key;
}

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return (guint) ((key->network * get_hash_key ()) >> 32) ^ (guint) key->ipv6;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *one = a;
  const Key *other = b;

  return one->network == other->network && one->ipv6 == other->ipv6;
}

/* The first half of an IPv6 address names the network of one customer (RFC 6177 §2), who has the
 * other half to choose from. */
static Key
make_key (GInetAddress *address)
{
  const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);
  Key key = { 0 };
  gsize length = 4;

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      key.ipv6 = memcmp (bytes, mapped, sizeof mapped) != 0;
      length = key.ipv6 ? 8 : 4;
      bytes += key.ipv6 ? 0 : sizeof mapped;
    }
  for (gsize i = 0; i < length; i++)
    key.network = key.network << 8 | bytes[i];

  return key;
}

static void
admission_clear (gpointer data)
{
  XmppAdmission *self = data;

  g_clear_object (&self->limits);
  g_clear_pointer (&self->addresses, g_hash_table_unref);
}

XmppAdmission *
xmpp_admission_new (XmppLimits *limits)
{
  XmppAdmission *self;

  g_return_val_if_fail (XMPP_IS_LIMITS (limits), NULL);

  self = g_rc_box_new0 (XmppAdmission);
  self->limits = g_object_ref (limits);
  self->addresses = g_hash_table_new_full (key_hash, key_equal, NULL, g_free);
  return self;
}

void
xmpp_admission_free (XmppAdmission *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, admission_clear);
}

static gboolean
is_within (gint64 since, gint64 window, gint64 now)
{
  return now - since < window;
}

static void
forget (XmppAdmission *self, Address *address)
{
  g_queue_unlink (&self->remembered[address->reason], &address->link);
  g_hash_table_remove (self->addresses, &address->key);
}

static void
forget_old_ones (XmppAdmission *self, gint64 now)
{
  const gint64 windows[N_REASONS] = { NEW_WINDOW, FAILURE_WINDOW };

  for (guint i = 0; i < N_REASONS; i++)
    {
      GQueue *remembered = &self->remembered[i];

      while (remembered->head != NULL)
        {
          Address *oldest = remembered->head->data;

          if (remembered->length <= REMEMBERED_MAX &&
              is_within (oldest->left, windows[i], now))
            break;
          forget (self, oldest);
        }
    }
}

/* What counts of the past */
static void
refresh (Address *address, gint64 now)
{
  if (!is_within (address->new_since, NEW_WINDOW, now))
    address->new_visits = 0;
  if (!is_within (address->failures_since, FAILURE_WINDOW, now))
    address->failures = 0;
}

static gboolean
is_reached (guint number, guint limit)
{
  return limit > 0 && number >= limit;
}

static gboolean
check_address (Address *address, const XmppLimitValues *limits, GError **error)
{
  const struct
  {
    guint number;
    guint limit;
    const char *what;
  } bounds[] = {
    { address->failures, limits->address_failures, "logins that failed within an hour" },
    { address->visits, limits->address_connections, "connections" },
    { address->strangers, limits->address_connections_before_auth,
      "connections that have not logged in" },
    { address->new_visits, limits->address_connections_new,
      "connections within 10 seconds" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    if (is_reached (bounds[i].number, bounds[i].limit))
      {
        g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                     "the address has had as many as it may have: %u %s", bounds[i].limit,
                     bounds[i].what);
        return FALSE;
      }

  return TRUE;
}

static Address *
get_address (XmppAdmission *self, GInetAddress *inet_address)
{
  Key key = make_key (inet_address);
  Address *address = g_hash_table_lookup (self->addresses, &key);

  if (address == NULL)
    {
      address = g_new0 (Address, 1);
      address->key = key;
      address->link.data = address;
      g_hash_table_insert (self->addresses, &address->key, address);
    }
  else if (address->visits == 0)
    g_queue_unlink (&self->remembered[address->reason], &address->link);

  return address;
}

/* It has no visits: it is remembered for as long as that matters. */
static void
put_back (XmppAdmission *self, Address *address, gint64 now)
{
  refresh (address, now);
  address->reason = address->failures > 0 ? REMEMBER_FAILURES : REMEMBER_NEW;
  address->left = now;
  g_queue_push_tail_link (&self->remembered[address->reason], &address->link);
  if (address->failures == 0 && address->new_visits == 0)
    forget (self, address);
}

XmppVisit *
xmpp_admission_enter (XmppAdmission *self,
                      GInetAddress *inet_address,
                      gint64 now,
                      GError **error)
{
  g_autofree char *name = NULL;
  Address *address;
  XmppVisit *visit;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (G_IS_INET_ADDRESS (inet_address), NULL);

  if (xmpp_admission_is_full (self))
    {
      g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                   "There are as many connections as there may be: %u, %u of them have "
                   "not logged in",
                   self->visits, self->strangers);
      return NULL;
    }

  forget_old_ones (self, now);
  address = get_address (self, inet_address);
  refresh (address, now);
  if (!check_address (address, xmpp_limits_peek (self->limits), error))
    {
      name = g_inet_address_to_string (inet_address);
      g_prefix_error (error, "A connection from %s was not let in: ", name);
      if (address->visits == 0)
        put_back (self, address, now);
      return NULL;
    }

  if (address->new_visits++ == 0)
    address->new_since = now;
  address->visits++;
  address->strangers++;
  self->visits++;
  self->strangers++;

  visit = g_new0 (XmppVisit, 1);
  visit->admission = g_rc_box_acquire (self);
  visit->address = address;
  return visit;
}

/* As many as there may be open files, but some; where there may be few, half of them. */
static guint
count_descriptors (void)
{
  struct rlimit limit;
  guint64 number;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > G_MAXINT)
    return G_MAXINT;

  number = limit.rlim_cur;
  return number > 2 * OTHER_DESCRIPTORS ? number - OTHER_DESCRIPTORS : (number + 1) / 2;
}

gboolean
xmpp_admission_is_full (XmppAdmission *self)
{
  const XmppLimitValues *limits;
  guint connections;

  g_return_val_if_fail (self != NULL, TRUE);

  limits = xmpp_limits_peek (self->limits);
  connections = limits->connections > 0 ? limits->connections : count_descriptors ();
  return self->visits >= connections ||
         is_reached (self->strangers, limits->connections_before_auth);
}

guint
xmpp_admission_get_n_visits (XmppAdmission *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->visits;
}

void
xmpp_visit_log_in (XmppVisit *visit)
{
  g_return_if_fail (visit != NULL);

  if (visit->logged_in)
    return;

  visit->logged_in = TRUE;
  visit->address->strangers--;
  visit->admission->strangers--;
}

gboolean
xmpp_visit_fail (XmppVisit *visit, gint64 now)
{
  Address *address;

  g_return_val_if_fail (visit != NULL, FALSE);

  address = visit->address;
  refresh (address, now);
  if (address->failures++ == 0)
    address->failures_since = now;

  return !is_reached (address->failures,
                      xmpp_limits_peek (visit->admission->limits)->address_failures);
}

void
xmpp_visit_end (XmppVisit *visit, gint64 now)
{
  XmppAdmission *admission;

  g_return_if_fail (visit != NULL);

  admission = visit->admission;
  xmpp_visit_log_in (visit);
  visit->address->visits--;
  admission->visits--;
  if (visit->address->visits == 0)
    put_back (admission, visit->address, now);

  g_free (visit);
  xmpp_admission_free (admission);
}
