/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-admission.h"

#include "core/xmpp-error.h"

#include <string.h>
#include <sys/resource.h>

#define SECOND G_TIME_SPAN_SECOND
#define HOUR G_TIME_SPAN_HOUR

typedef struct
{
  XmppLimits *limits;
  XmppAdmission *admission;
  GPtrArray *visits; /* those that have not ended */
  gint64 now;
} Door;

static void
end_visit (gpointer visit)
{
  xmpp_visit_end (visit, 0);
}

/* Every bound off but those of @first_name */
static Door *
door_new (const char *first_name, ...)
{
  Door *door = g_new0 (Door, 1);
  va_list arguments;

  door->limits = xmpp_limits_new_for_server ();
  g_object_set (door->limits, "connections", G_MAXINT, "connections-before-auth", 0,
                "address-connections", 0, "address-connections-before-auth", 0,
                "address-connections-new", 0, "address-failures", 0, NULL);
  va_start (arguments, first_name);
  g_object_set_valist (G_OBJECT (door->limits), first_name, arguments);
  va_end (arguments);

  door->admission = xmpp_admission_new (door->limits);
  door->visits = g_ptr_array_new_with_free_func (end_visit);
  door->now = SECOND;
  return door;
}

static void
door_free (Door *door)
{
  /* The visits are the last ones to hold it. */
  xmpp_admission_free (door->admission);
  g_ptr_array_unref (door->visits);
  g_object_unref (door->limits);
  g_free (door);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Door, door_free)

static XmppVisit *
try_to_enter (Door *door, const char *text, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  XmppVisit *visit;

  g_assert_nonnull (address);
  visit = xmpp_admission_enter (door->admission, address, door->now, error);
  if (visit != NULL)
    g_ptr_array_add (door->visits, visit);
  return visit;
}

static XmppVisit *
enter (Door *door, const char *text)
{
  g_autoptr (GError) error = NULL;
  XmppVisit *visit = try_to_enter (door, text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (visit);
  return visit;
}

static void
assert_refused (Door *door, const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_to_enter (door, text, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” is not in “%s”", says, error->message);
}

static void
leave (Door *door, XmppVisit *visit)
{
  guint index;

  g_assert_true (g_ptr_array_find (door->visits, visit, &index));
  g_ptr_array_steal_index (door->visits, index);
  xmpp_visit_end (visit, door->now);
}

static void
test_address_connections (void)
{
  g_autoptr (Door) door = door_new ("address-connections", 3, NULL);
  XmppVisit *first = enter (door, "192.0.2.1");

  xmpp_visit_log_in (first);
  enter (door, "192.0.2.1");
  enter (door, "192.0.2.1");
  assert_refused (door, "192.0.2.1", "from 192.0.2.1 was not let in");
  assert_refused (door, "192.0.2.1", ": 3 connections");
  enter (door, "192.0.2.2");
  g_assert_cmpuint (xmpp_admission_get_n_visits (door->admission), ==, 4);

  leave (door, first);
  enter (door, "192.0.2.1");
  assert_refused (door, "192.0.2.1", ": 3 connections");

  /* It may be changed meanwhile. */
  g_object_set (door->limits, "address-connections", 4, NULL);
  enter (door, "192.0.2.1");
}

static void
test_address_strangers (void)
{
  g_autoptr (Door) door = door_new ("address-connections-before-auth", 2, NULL);
  XmppVisit *first = enter (door, "192.0.2.1");
  XmppVisit *second = enter (door, "192.0.2.1");

  assert_refused (door, "192.0.2.1", ": 2 connections that have not logged in");
  xmpp_visit_log_in (first);
  xmpp_visit_log_in (first);
  enter (door, "192.0.2.1");
  assert_refused (door, "192.0.2.1", "not logged in");
  leave (door, first);
  assert_refused (door, "192.0.2.1", "not logged in");
  leave (door, second);
  enter (door, "192.0.2.1");
}

static void
test_address_new (void)
{
  g_autoptr (Door) door = door_new ("address-connections-new", 3, NULL);

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 3; i++)
        {
          leave (door, enter (door, "192.0.2.1"));
          door->now += SECOND;
        }
      assert_refused (door, "192.0.2.1", ": 3 connections within 10 seconds");
      /* What is refused does not make it longer. */
      door->now += 7 * SECOND - 1;
      assert_refused (door, "192.0.2.1", "within 10 seconds");
      enter (door, "192.0.2.2");
      door->now += 1;
      g_ptr_array_set_size (door->visits, 0);
      door->now += 10 * SECOND;
    }
}

static void
test_address_failures (void)
{
  g_autoptr (Door) door = door_new ("address-failures", 3, NULL);
  XmppVisit *first = enter (door, "192.0.2.1");
  XmppVisit *second = enter (door, "192.0.2.1");
  gint64 since = door->now;

  g_assert_true (xmpp_visit_fail (first, door->now));
  door->now += 30 * G_TIME_SPAN_MINUTE;
  g_assert_true (xmpp_visit_fail (second, door->now));
  g_assert_false (xmpp_visit_fail (first, door->now));
  g_assert_false (xmpp_visit_fail (second, door->now));
  assert_refused (door, "192.0.2.1", ": 3 logins that failed within an hour");
  enter (door, "192.0.2.2");

  /* It is remembered while nobody is there. */
  leave (door, first);
  leave (door, second);
  door->now = since + HOUR - 1;
  assert_refused (door, "192.0.2.1", "failed");
  door->now = since + HOUR;
  first = enter (door, "192.0.2.1");
  g_assert_true (xmpp_visit_fail (first, door->now));
}

static void
test_networks (void)
{
  g_autoptr (Door) door = door_new ("address-connections", 1, NULL);

  enter (door, "2001:db8:0:1::1");
  assert_refused (door, "2001:db8:0:1::1", "1 connections");
  assert_refused (door, "2001:db8:0:1:ffff:ffff:ffff:ffff", "1 connections");
  enter (door, "2001:db8:0:2::1");
  enter (door, "2001:db9:0:1::1");

  /* Those that an IPv4 address stands in are not one network. */
  enter (door, "192.0.2.1");
  assert_refused (door, "::ffff:192.0.2.1", "1 connections");
  enter (door, "::ffff:192.0.2.2");
  assert_refused (door, "192.0.2.2", "1 connections");
  enter (door, "::1");
  enter (door, "0.0.0.0");
}

static void
test_total (void)
{
  g_autoptr (Door) door = door_new ("connections", 3, "connections-before-auth", 2, NULL);
  XmppVisit *first = enter (door, "192.0.2.1");

  g_assert_false (xmpp_admission_is_full (door->admission));
  enter (door, "192.0.2.2");
  g_assert_true (xmpp_admission_is_full (door->admission));
  assert_refused (door, "192.0.2.3", "as there may be: 2, 2 of them have not logged in");

  xmpp_visit_log_in (first);
  g_assert_false (xmpp_admission_is_full (door->admission));
  xmpp_visit_log_in (enter (door, "192.0.2.3"));
  g_assert_true (xmpp_admission_is_full (door->admission));
  assert_refused (door, "192.0.2.4", "as there may be: 3, 1 of them");

  leave (door, first);
  g_assert_false (xmpp_admission_is_full (door->admission));
}

static guint
count_until_full (void)
{
  g_autoptr (Door) door = door_new ("connections", 0, NULL);

  while (!xmpp_admission_is_full (door->admission))
    enter (door, "192.0.2.1");
  return door->visits->len;
}

static void
test_descriptors (void)
{
  struct rlimit before;
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 200;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_assert_cmpuint (count_until_full (), ==, 200 - 64);
  limit.rlim_cur = 64;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_assert_cmpuint (count_until_full (), ==, 32);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
}

/* Strangers who come once, each from another network: what is kept of them is bounded, and a bound
 * that one of them has reached outlives many others. */
static void
test_many_addresses (void)
{
  g_autoptr (Door) door = door_new ("address-failures", 1, NULL);
  XmppVisit *visit = enter (door, "2001:db8::");

  xmpp_visit_fail (visit, door->now);
  leave (door, visit);
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *text = g_strdup_printf ("2001:db9:%x:%x::1", i >> 16, i & 0xffff);

      leave (door, enter (door, text));
    }
  assert_refused (door, "2001:db8::1", "failed");

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("2001:db9:%x:%x::1", i >> 16, i & 0xffff);

      visit = enter (door, text);
      xmpp_visit_fail (visit, door->now);
      leave (door, visit);
    }
  enter (door, "2001:db8::1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/admission/address-connections", test_address_connections);
  g_test_add_func ("/admission/address-strangers", test_address_strangers);
  g_test_add_func ("/admission/address-new", test_address_new);
  g_test_add_func ("/admission/address-failures", test_address_failures);
  g_test_add_func ("/admission/networks", test_networks);
  g_test_add_func ("/admission/total", test_total);
  g_test_add_func ("/admission/descriptors", test_descriptors);
  g_test_add_func ("/admission/many-addresses", test_many_addresses);

  return g_test_run ();
}
