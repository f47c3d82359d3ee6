/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-limits-private.h"

static void
count_cb (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

/* Every row is a property with its default that can be written, told of, and peeked at.
 */
static void
check_limit (XmppLimits *limits, const char *member, guint initial, const guint *peeked)
{
  g_autofree char *name = g_strdelimit (g_strdup (member), "_", '-');
  g_autofree char *signal = g_strconcat ("notify::", name, NULL);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (limits), name);
  guint notified = 0;
  guint value;

  g_assert_nonnull (pspec);
  g_assert_cmpuint (G_PARAM_SPEC_UINT (pspec)->default_value, ==, initial);
  g_object_get (limits, name, &value, NULL);
  g_assert_cmpuint (value, ==, initial);
  g_assert_cmpuint (*peeked, ==, initial);

  g_signal_connect (limits, signal, G_CALLBACK (count_cb), &notified);
  g_object_set (limits, name, initial, NULL);
  g_assert_cmpuint (notified, ==, 0);
  g_object_set (limits, name, initial + 7, NULL);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (*peeked, ==, initial + 7);
  g_object_get (limits, name, &value, NULL);
  g_assert_cmpuint (value, ==, initial + 7);
}

static void
test_table (void)
{
  g_autoptr (XmppLimits) limits = xmpp_limits_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs;
  guint n_rows = 0;

#define CHECK_ROW(name, value)                                                           \
  check_limit (limits, #name, value, &xmpp_limits_peek (limits)->name);                  \
  n_rows++;
  XMPP_LIMITS_TABLE (CHECK_ROW)
#undef CHECK_ROW

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (limits), &n_pspecs);
  g_assert_cmpuint (n_pspecs, ==, n_rows);
}

static void
test_defaults (void)
{
  g_autoptr (XmppLimits) limits = xmpp_limits_new ();
  const XmppLimitValues *values = xmpp_limits_peek (limits);

  /* RFC 6120 §13.12: not below 10,000 bytes */
  g_assert_cmpuint (values->element_bytes_before_auth, >=, 10000);
  g_assert_cmpuint (values->element_bytes, >, values->element_bytes_before_auth);
  /* RFC 7677 §4 */
  g_assert_cmpuint (values->scram_iterations_min, ==, 4096);
  g_assert_cmpuint (values->queued_stanzas_hard, >, values->queued_stanzas);
}

static void
test_server (void)
{
  g_autoptr (XmppLimits) client = xmpp_limits_new ();
  g_autoptr (XmppLimits) server = xmpp_limits_new_for_server ();
  const XmppLimitValues *theirs = xmpp_limits_peek (client);
  const XmppLimitValues *ours = xmpp_limits_peek (server);
  XmppLimitValues expected = *theirs;

#define CHECK_ROW(name, value)                                                           \
  g_assert_cmpuint (ours->name, !=, theirs->name);                                       \
  expected.name = value;
  XMPP_LIMITS_TABLE_FOR_SERVER (CHECK_ROW)
#undef CHECK_ROW
  g_assert_cmpmem (ours, sizeof *ours, &expected, sizeof expected);

  /* RFC 6120 §13.12 */
  g_assert_cmpuint (ours->element_bytes_before_auth, >=, 10000);
  g_assert_cmpuint (ours->element_bytes, >, ours->element_bytes_before_auth);
  g_assert_cmpuint (ours->output_bytes, >, ours->output_high_bytes);
  g_assert_cmpuint (ours->open_seconds, >, ours->header_seconds);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/limits/table", test_table);
  g_test_add_func ("/limits/defaults", test_defaults);
  g_test_add_func ("/limits/server", test_server);

  return g_test_run ();
}
