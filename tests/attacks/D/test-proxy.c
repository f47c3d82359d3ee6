/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack-discovery.h"

#include "core/xmpp-error.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-proxy.h"

#include <string.h>

/* D5 of the catalogue of attacks: who has set a proxy is never shown to the network by a
 * connection or a question to DNS that goes round it, and the proxy's password stays with
 * the proxy. */

#define PROXY_PASSWORD "s3same"

static const char *const schemes[] = { "socks5", "http" };

static GString *logged;

static GLogWriterOutput
log_writer (GLogLevelFlags level,
            const GLogField *fields,
            gsize n_fields,
            gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        {
          g_string_append_len (logged, fields[i].value,
                               fields[i].length >= 0 ? fields[i].length
                                                     : (gssize) strlen (fields[i].value));
          g_string_append_c (logged, '\n');
        }
    }
  return G_LOG_WRITER_HANDLED;
}

static void
set_proxy (XmppClient *client, const char *scheme, const char *who, guint16 port)
{
  g_autofree char *uri = g_strdup_printf ("%s://%s127.0.0.1:%u", scheme, who, port);
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (uri, NULL);

  xmpp_client_set_proxy_resolver (client, resolver);
}

/* The proxy is asked for the name, and nobody else for anything. */
static void
test_name (gconstpointer scheme)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppTestProxy) proxy = xmpp_test_proxy_new ();
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_STARTTLS, "good");
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autofree char *report = NULL;

  xmpp_test_resolver_add_address (resolver, "p.test", "127.0.0.1");
  attack_add_srv (resolver, "_xmpp-client._tcp.p.test", 1, peer->port, "p.test");
  xmpp_test_proxy_add_place (proxy, "p.test:5222", peer->port);
  set_proxy (client, scheme, "", xmpp_test_proxy_get_port (proxy));
  attack_open_until_received (client, peer);

  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, NULL), ==, 0);
  g_assert_cmpuint (xmpp_test_proxy_get_connections (proxy), ==, 1);
  g_assert_cmpuint (peer->accepted, ==, 1);
  g_assert_cmpstr (xmpp_test_proxy_get_asked (proxy), ==, "p.test:5222");

  report = attack_get_report (client);
  g_test_message ("%s", report);
  g_assert_nonnull (strstr (report, "✓ proxy"));
}

/* Asked to, it looks for the servers, and leaves their addresses to the proxy. */
static void
test_srv (gconstpointer scheme)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppTestProxy) proxy = xmpp_test_proxy_new ();
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");

  xmpp_test_resolver_add_srv (resolver, "_xmpps-client._tcp.p.test", "1 0 443 a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  xmpp_test_proxy_add_place (proxy, "a.test:443", peer->port);
  set_proxy (client, scheme, "", xmpp_test_proxy_get_port (proxy));
  g_object_set (client, "srv-behind-proxy", TRUE, NULL);
  attack_open_until_received (client, peer);

  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, NULL), ==, 2);
  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, "a.test"), ==, 0);
  g_assert_cmpstr (xmpp_test_proxy_get_asked (proxy), ==, "a.test:443");
}

static void
assert_not_in (const char *text, const char *where)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) "user:" PROXY_PASSWORD,
                                             strlen ("user:" PROXY_PASSWORD));

  if (strstr (text, PROXY_PASSWORD) != NULL || strstr (text, base64) != NULL)
    g_error ("The password of the proxy is in the %s", where);
}

/* Neither log nor report */
static void
assert_kept (XmppClient *client)
{
  g_autofree char *report = attack_get_report (client);
  g_autoptr (GVariant) variant =
      xmpp_report_to_variant (xmpp_connection_get_report (XMPP_CONNECTION (client)));
  g_autofree char *variant_text = g_variant_print (variant, FALSE);

  g_assert_cmpuint (logged->len, >, 0);
  assert_not_in (report, "report");
  assert_not_in (variant_text, "report");
  assert_not_in (logged->str, "log");
}

/* A server that could be reached without the proxy is not, however the proxy fails. */
static void
fail (const char *scheme, const char *how)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppTestProxy) proxy = xmpp_test_proxy_new ();
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_STARTTLS, "good");
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  gboolean dead = g_str_equal (how, "dead");
  gboolean wrong_password = g_str_equal (how, "wrong password");
  g_autoptr (GError) error = NULL;

  if (wrong_password)
    xmpp_test_proxy_set_password (proxy, "user", "another one");
  set_proxy (client, scheme, wrong_password ? "user:" PROXY_PASSWORD "@" : "",
             dead ? attack_dead_port () : xmpp_test_proxy_get_port (proxy));
  g_object_set (client, "server-host", "127.0.0.1", "server-port", (guint) peer->port,
                NULL);
  error = attack_open (client);
  g_assert_nonnull (error);
  g_test_message ("%s, %s: %s", scheme, how, error->message);
  if (dead)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  else if (wrong_password)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED);
  else
    g_assert_true (error->domain == G_IO_ERROR);
  g_assert_cmpstr (attack_get_failed_step (client), ==, "proxy");
  g_assert_cmpuint (peer->accepted, ==, 0);
  assert_not_in (error->message, "error");
  assert_kept (client);
}

static void
test_failing (gconstpointer scheme)
{
  fail (scheme, "dead");
  fail (scheme, "does not know the place");
  fail (scheme, "wrong password");
}

/* The password reaches the proxy. */
static void
test_password (gconstpointer scheme)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppTestProxy) proxy = xmpp_test_proxy_new ();
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_STARTTLS, "good");
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");

  xmpp_test_proxy_set_password (proxy, "user", PROXY_PASSWORD);
  xmpp_test_proxy_add_place (proxy, "p.test:5222", peer->port);
  set_proxy (client, scheme, "user:" PROXY_PASSWORD "@",
             xmpp_test_proxy_get_port (proxy));
  attack_open_until_received (client, peer);
  g_assert_cmpuint (peer->handshakes, ==, 1);

  assert_kept (client);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (log_writer, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/D5/%s/", schemes[i]);
      g_autofree char *name = g_strconcat (path, "name", NULL);
      g_autofree char *srv = g_strconcat (path, "srv", NULL);
      g_autofree char *failing = g_strconcat (path, "failing", NULL);
      g_autofree char *password = g_strconcat (path, "password", NULL);

      g_test_add_data_func (name, schemes[i], test_name);
      g_test_add_data_func (srv, schemes[i], test_srv);
      g_test_add_data_func (failing, schemes[i], test_failing);
      g_test_add_data_func (password, schemes[i], test_password);
    }

  result = g_test_run ();
  g_string_free (logged, TRUE);
  return result;
}
