/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Preloaded into a program of any language: the DNS knows one server, that of example.net,
 * whose address is in XMPP_TEST_ADDRESS, and the only authority is in the file
 * XMPP_TEST_AUTHORITY. So the programs that README shows log in as they stand. */

#include "xmpp-test-resolver.h"

#define SERVER "xmpp.example.net"

__attribute__ ((constructor)) static void
world_begins (void)
{
  g_autoptr (XmppTestResolver) resolver = NULL;
  g_autoptr (GTlsDatabase) authority = NULL;

  if (g_getenv ("XMPP_TEST_ADDRESS") == NULL)
    return;
  resolver = xmpp_test_resolver_new ();
  xmpp_test_resolver_add_srv (resolver, "_xmpp-client._tcp.example.net",
                              "0 0 5222 " SERVER);
  xmpp_test_resolver_add_address (resolver, SERVER, g_getenv ("XMPP_TEST_ADDRESS"));
  authority = g_tls_file_database_new (g_getenv ("XMPP_TEST_AUTHORITY"), NULL);
  g_assert_nonnull (authority);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), authority);
}
