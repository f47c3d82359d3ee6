/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-component.h"

#include "xmpp-test-host.h"

#define DOMAIN "gateway.p.test"

static guint
listen_for_components (XmppTestHost *host)
{
  g_autoptr (GError) error = NULL;
  guint port;

  xmpp_server_set_component_secret (host->server, DOMAIN, "shared", &error);
  g_assert_no_error (error);
  port =
      xmpp_server_listen (host->server, XMPP_LISTEN_COMPONENTS, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
  return port;
}

static XmppComponent *
new_component (guint port, const char *secret)
{
  return xmpp_component_new (DOMAIN, secret, "127.0.0.1", port, NULL);
}

static GError *
open_component (XmppComponent *component)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (component), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (component),
                               xmpp_test_result_wait (&result), &error);
  return error;
}

static void
close_component (XmppComponent *component)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_close_async (XMPP_CONNECTION (component), NULL, NULL,
                               xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (XMPP_CONNECTION (component),
                                xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
}

/* To any address of the component, and from any */
static void
test_talk (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint port = listen_for_components (host);
  g_autoptr (XmppComponent) component = new_component (port, "shared");
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_auto (XmppTestInbox) inbox = { 0 };
  g_auto (XmppTestInbox) alices = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_inbox_watch (&alices, alice);
  xmpp_test_host_send (alice, "<message to='x@" DOMAIN "'><body>away</body></message>");
  xmpp_test_inbox_wait (&alices, 1);
  g_assert_cmpint (xmpp_stanza_get_stanza_type (alices.last), ==, XMPP_STANZA_TYPE_ERROR);

  error = open_component (component);
  g_assert_no_error (error);
  xmpp_test_host_wait_opened (host, 2);
  xmpp_test_inbox_watch (&inbox, component);
  xmpp_test_host_send (alice, "<message to='juliet@" DOMAIN
                              "/balcony'><body>one</body></message>");
  xmpp_test_inbox_wait (&inbox, 1);
  g_assert_cmpstr (xmpp_stanza_get_body (inbox.last), ==, "one");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_to (inbox.last)), ==,
                   "juliet@" DOMAIN "/balcony");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_from (inbox.last)), ==,
                   "alice@p.test/desk");

  xmpp_test_host_send (component, "<message from='nurse@" DOMAIN
                                  "' to='alice@p.test'><body>two</body></message>");
  xmpp_test_inbox_wait (&alices, 2);
  g_assert_cmpstr (xmpp_stanza_get_body (alices.last), ==, "two");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_from (alices.last)), ==,
                   "nurse@" DOMAIN);

  /* Its own domain is an address like others. */
  xmpp_test_host_send (component,
                       "<message to='nurse@" DOMAIN "'><body>three</body></message>");
  xmpp_test_inbox_wait (&inbox, 2);
  g_assert_cmpstr (xmpp_stanza_get_body (inbox.last), ==, "three");

  close_component (component);
  xmpp_test_host_wait_closed (host, 1);
  g_assert_no_error (host->closed_error);
  xmpp_test_host_send (alice, "<message to='x@" DOMAIN "'><body>away</body></message>");
  xmpp_test_inbox_wait (&alices, 3);
  g_assert_cmpint (xmpp_stanza_get_stanza_type (alices.last), ==, XMPP_STANZA_TYPE_ERROR);
  error = xmpp_test_host_close (alice);
  g_assert_no_error (error);
}

static void
closed_cb (XmppConnection *connection, const GError *error, GError **copy)
{
  *copy = error != NULL ? g_error_copy (error) : NULL;
}

/* Who comes again takes the place of what may be dead. */
static void
test_replace (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint port = listen_for_components (host);
  g_autoptr (XmppComponent) first = new_component (port, "shared");
  g_autoptr (XmppComponent) second = new_component (port, "shared");
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_auto (XmppTestInbox) inbox = { 0 };
  g_autoptr (GError) ended = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (first, "closed", G_CALLBACK (closed_cb), &ended);
  error = open_component (first);
  g_assert_no_error (error);
  error = open_component (second);
  g_assert_no_error (error);
  xmpp_test_host_wait_closed (host, 1);
  while (ended == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (ended, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);

  xmpp_test_inbox_watch (&inbox, second);
  xmpp_test_host_send (alice, "<message to='x@" DOMAIN "'><body>hi</body></message>");
  xmpp_test_inbox_wait (&inbox, 1);
  close_component (second);
  error = xmpp_test_host_close (alice);
  g_assert_no_error (error);
}

static void
test_refuse (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint port = listen_for_components (host);
  g_autoptr (XmppComponent) first = new_component (port, "shared");
  g_autoptr (XmppComponent) second = new_component (port, "shared");
  g_autoptr (GError) error = NULL;

  g_object_set (host->server, "conflict", XMPP_RESOURCE_CONFLICT_REFUSE, NULL);
  error = open_component (first);
  g_assert_no_error (error);
  error = open_component (second);
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (first)), ==,
                   XMPP_CONNECTION_STATE_OPEN);
  close_component (first);
}

static void
test_stop (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint port = listen_for_components (host);
  g_autoptr (XmppComponent) component = new_component (port, "shared");
  g_autoptr (GError) ended = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (component, "closed", G_CALLBACK (closed_cb), &ended);
  error = open_component (component);
  g_assert_no_error (error);
  xmpp_test_host_stop (host);
  xmpp_test_run_pending ();
  g_assert_error (ended, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/components/talk", test_talk);
  g_test_add_func ("/components/replace", test_replace);
  g_test_add_func ("/components/refuse", test_refuse);
  g_test_add_func ("/components/stop", test_stop);
  return g_test_run ();
}
