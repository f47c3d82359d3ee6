/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-address-scope.h"

static void
test_addresses (void)
{
  static const struct
  {
    const char *address, *scope;
  } rows[] = {
    { "127.0.0.1", "a loopback address" },
    { "127.8.8.8", "a loopback address" },
    { "::1", "a loopback address" },
    { "::ffff:127.0.0.1", "a loopback address" },
    { "0.0.0.0", "a loopback address" },
    { "::", "a loopback address" },
    { "169.254.169.254", "a link-local address" },
    { "fe80::1", "a link-local address" },
    { "10.1.2.3", "a private address" },
    { "172.31.0.1", "a private address" },
    { "192.168.0.1", "a private address" },
    { "::ffff:192.168.0.1", "a private address" },
    { "100.64.0.1", "a private address" },
    { "fd00::1", "a private address" },
    { "fc00::1", "a private address" },
    { "100.128.0.1", NULL },
    { "172.32.0.1", NULL },
    { "192.0.2.1", NULL },
    { "2001:db8::1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (rows[i].address);

      g_test_message ("%s", rows[i].address);
      g_assert_cmpstr (xmpp_address_scope_describe (address), ==, rows[i].scope);
    }
}

static void
test_names (void)
{
  static const char *const special[] = { "localhost",     "p.localhost", "p.test",
                                         "printer.local", "127.0.0.1",   "::1",
                                         "[::1]",         "intranet",    "x.home.arpa" };
  static const char *const public_names[] = { "p.example.org", "test.example.org",
                                              "latest.org", "xn--4ca.example" };

  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    g_assert_false (xmpp_address_scope_is_public_name (special[i]));
  for (guint i = 0; i < G_N_ELEMENTS (public_names); i++)
    g_assert_true (xmpp_address_scope_is_public_name (public_names[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address-scope/addresses", test_addresses);
  g_test_add_func ("/address-scope/names", test_names);

  return g_test_run ();
}
