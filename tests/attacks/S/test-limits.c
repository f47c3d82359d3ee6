/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* S12: what the peer says of its limits (XEP-0478) */

#include "config.h"

#include "client/xmpp-client.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-server.h"

#include <string.h>

#define STREAM                                                                           \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
#define HEADER "C: " STREAM "to='p.test'>\nS: " STREAM "from='p.test' id='s1'>"
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define LIMITS                                                                           \
  "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>%s</max-bytes></limits>"
#define LOGIN                                                                            \
  HEADER                                                                                 \
  "<stream:features><mechanisms " SASL                                                   \
  "><mechanism>PLAIN</mechanism></mechanisms>" LIMITS "</stream:features>\n"             \
  "C: <auth " SASL " mechanism='PLAIN'>{*}</auth>\n"                                     \
  "S: <success " SASL "/>\n" HEADER "<stream:features><bind " BIND "/>" LIMITS           \
  "</stream:features>\n"                                                                 \
  "C: <iq type='set' id='{b}'><bind " BIND "/></iq>\n"                                   \
  "S: <iq type='result' id='{b}'><bind " BIND "><jid>alice@p.test/x</jid></bind></iq>\n"
#define REST                                                                             \
  "C: <message to='bob@p.test' id='{*}'><body>{*}</body></message>\n"                    \
  "C: <message to='bob@p.test' id='{*}'><body>last</body></message>\n"                   \
  "C: </stream:stream>\nS: </stream:stream>\nE: close\n"

static const struct
{
  const char *before; /* the login */
  const char *after;
  guint bytes;  /* of a message that must pass */
  guint refuse; /* of one that must not; 0: nothing is too much */
} rows[] = {
  { "20000", "30000", 30000, 30001 }, { "30000", "20000", 20000, 20001 },
  { "20000", "1", 10000, 10001 },     { "20000", "0", 100000, 0 },
  { "20000", "-1", 100000, 0 },       { "20000", "18446744073709551616", 100000, 0 },
  { "20000", "plenty", 100000, 0 },
};

static XmppClient *
new_client (XmppTestServer *server)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, NULL);

  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (client, registry);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, xmpp_test_server_get_port (server));
  xmpp_client_set_insecure_loopback (client, TRUE);
  xmpp_client_set_initial_presence (client, NULL);
  return client;
}

/* @bytes: on the wire */
static XmppStanza *
new_message (guint bytes)
{
  g_autoptr (XmppJid) to = xmpp_jid_new ("bob@p.test", NULL);
  g_autoptr (XmppStanza)
      empty = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, to, "");
  g_autoptr (XmppElement) element = xmpp_element_copy (xmpp_stanza_get_element (empty));
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;
  gsize frame;

  xmpp_element_set_text (xmpp_element_get_child (element, "body", NULL), "x");
  text = xmpp_element_to_string (element);
  frame = strlen (text) - 1;
  body = g_strnfill (bytes - frame, 'x');
  xmpp_element_set_text (xmpp_element_get_child (element, "body", NULL), body);
  return xmpp_stanza_new_from_element (element, NULL);
}

static void
sent_cb (XmppConnection *connection, XmppElement *element, guint *count)
{
  (*count)++;
}

static void
refuse (XmppConnection *connection, guint bytes)
{
  g_autoptr (XmppStanza) stanza = new_message (bytes);
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_connection_send (connection, stanza, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_POLICY_VIOLATION);
  g_clear_error (&error);

  xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb, &result);
  g_assert_false (
      xmpp_connection_send_finish (connection, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_POLICY_VIOLATION);
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_OPEN);
}

/* What is too large is not written, and the connection stays as it is. */
static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server);
  XmppConnection *connection = XMPP_CONNECTION (client);
  g_autofree char *login = g_strdup_printf (LOGIN, rows[i].before, rows[i].after);
  g_autofree char *script = g_strconcat (login, REST, NULL);
  g_autoptr (XmppStanza) large = new_message (rows[i].bytes);
  g_autoptr (XmppJid) to = xmpp_jid_new ("bob@p.test", NULL);
  g_autoptr (XmppStanza)
      last = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, to, "last");
  g_auto (XmppTestResult) opened = { 0 };
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;
  guint count = 0;

  xmpp_test_server_add_script (server, script);
  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &opened);
  xmpp_connection_open_finish (connection, xmpp_test_result_wait (&opened), &error);
  g_assert_no_error (error);

  g_signal_connect (client, "element-sent", G_CALLBACK (sent_cb), &count);
  if (rows[i].refuse != 0)
    refuse (connection, rows[i].refuse);
  g_assert_cmpuint (count, ==, 0);
  xmpp_connection_send (connection, large, &error);
  g_assert_no_error (error);
  xmpp_connection_send (connection, last, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, 2);

  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &closed);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed), &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/attacks/S12/%s-%s", rows[i].before, rows[i].after);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
    }
  return g_test_run ();
}
