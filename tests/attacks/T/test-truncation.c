/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

#include "xmpp-test-mechanisms.h"
#include "xmpp-test-peer.h"

#include <string.h>

/* T12 of the catalogue of attacks: whoever can cut the wire cannot make it look like the end
 * of a conversation. And of T13, what a server may offer inside TLS. */

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' " attributes ">"
#define OPEN                                                                             \
  "C: " HEADER ("to='p.test' from='alice@p.test'") "\nS: " HEADER (                      \
      "from='p.test' id='s1'")
#define NS_TLS "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
#define NS_SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define NS_BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"

#define LOGIN(offer)                                                                     \
  OPEN "<stream:features>" offer "<mechanisms " NS_SASL "><mechanism>PLAIN"              \
       "</mechanism></mechanisms></stream:features>\n"                                   \
       "C: <auth " NS_SASL " mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>\n"            \
       "S: <success " NS_SASL "/>\n" OPEN "<stream:features><bind " NS_BIND              \
       "/></stream:features>\n"                                                          \
       "C: <iq type='set' id='{b}'><bind " NS_BIND "/></iq>\n"                           \
       "S: <iq type='result' id='{b}'><bind " NS_BIND                                    \
       "><jid>alice@p.test/x</jid></bind></iq>\n"                                        \
       "C: <presence/>\n"
#define STANZA "<message from='bob@p.test' type='chat'><body>hello</body></message>"

/* ---- A server that is played over TLS ---- */

typedef struct
{
  TlsPeer *peer;
  XmppTestPeer *script;
  GIOStream *io;
  GIOStream *tls;
  GCancellable *cancellable;
  guint messages;
  guint closed;
  GError *error; /* of "closed" */
} Play;

static void
splice (GIOStream *from,
        GIOStream *to,
        GOutputStreamSpliceFlags flags,
        GCancellable *cancellable)
{
  g_output_stream_splice_async (g_io_stream_get_output_stream (to),
                                g_io_stream_get_input_stream (from), flags,
                                G_PRIORITY_DEFAULT, cancellable, NULL, NULL);
}

static void
secured_cb (TlsPeer *peer, gpointer user_data)
{
  Play *play = user_data;

  play->tls = g_object_ref (G_IO_STREAM (peer->tls));
  play->io = xmpp_test_peer_take_io (play->script);
  /* The end of the script's bytes is a close_notify. */
  splice (play->io, play->tls, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, play->cancellable);
  splice (play->tls, play->io, G_OUTPUT_STREAM_SPLICE_NONE, play->cancellable);
}

static void
play_start (Play *play, XmppTlsMode mode, const char *script)
{
  play->script = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  play->cancellable = g_cancellable_new ();
  play->peer = attack_peer_new (mode, "good");
  play->peer->secured = secured_cb;
  play->peer->secured_data = play;
}

static void
play_clear (Play *play)
{
  g_cancellable_cancel (play->cancellable);
  xmpp_test_run_pending ();
  g_clear_pointer (&play->peer, tls_peer_free);
  g_clear_pointer (&play->script, xmpp_test_peer_free);
  g_clear_object (&play->io);
  g_clear_object (&play->tls);
  g_clear_object (&play->cancellable);
  g_clear_error (&play->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Play, play_clear)

static gboolean
message_cb (XmppConnection *connection, XmppStanza *stanza, Play *play)
{
  play->messages++;
  return TRUE;
}

static void
closed_cb (XmppConnection *connection, const GError *error, Play *play)
{
  play->closed++;
  g_assert_null (play->error);
  play->error = error != NULL ? g_error_copy (error) : NULL;
}

static XmppClient *
open_client (Play *play, XmppTlsMode mode)
{
  XmppClient *client = attack_client_new (play->peer->port, mode);
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GError) error = NULL;

  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (client, registry);
  g_signal_connect (client, "message", G_CALLBACK (message_cb), play);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), play);
  error = attack_open (client);
  g_assert_no_error (error);
  g_assert_true (xmpp_connection_is_secure (XMPP_CONNECTION (client)));
  return client;
}

static gboolean
script_is_done (gpointer user_data)
{
  return xmpp_test_peer_is_done (((Play *) user_data)->script);
}

static gboolean
is_closed (gpointer user_data)
{
  return ((Play *) user_data)->closed > 0;
}

/* What comes behind the login, before the wire is cut; how many stanzas of it count */
static const struct
{
  const char *name;
  const char *last;
  guint messages;
} cuts[] = {
  { "between-stanzas", "S: " STANZA "\n", 1 },
  { "at-once", "", 0 },
  { "in-mid-stanza", "S: " STANZA "<message from='bob@p.test'><body>pay 1000\n", 1 },
  { "in-mid-tag", "S: " STANZA "<message fro\n", 1 },
};

static void
test_cut (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autofree char *script = g_strconcat (LOGIN (""), cuts[i].last, NULL);
      g_auto (Play) play = { 0 };
      g_autoptr (XmppClient) client = NULL;

      play_start (&play, attack_mode (data), script);
      client = open_client (&play, attack_mode (data));
      xmpp_test_run_until_true (script_is_done, &play, "the script has not ended");
      while (play.messages < cuts[i].messages)
        g_main_context_iteration (NULL, TRUE);

      /* TCP ends, TLS does not. */
      g_socket_shutdown (g_socket_connection_get_socket (play.peer->socket), FALSE, TRUE,
                         NULL);
      xmpp_test_run_until_true (is_closed, &play, "the connection has not closed");

      g_test_message ("%s: %s", cuts[i].name, play.error->message);
      g_assert_true (
          g_error_matches (play.error, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
          g_error_matches (play.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED));
      g_assert_cmpuint (play.closed, ==, 1);
      g_assert_cmpuint (play.messages, ==, cuts[i].messages);
      g_assert_error ((GError *) xmpp_connection_get_error (XMPP_CONNECTION (client)),
                      play.error->domain, play.error->code);
    }
}

/* The end of TLS is none of the stream: that one has a tag. */
static void
test_close_notify (gconstpointer data)
{
  g_auto (Play) play = { 0 };
  g_autoptr (XmppClient) client = NULL;

  play_start (&play, attack_mode (data), LOGIN ("") "E: close\n");
  client = open_client (&play, attack_mode (data));
  xmpp_test_run_until_true (is_closed, &play, "the connection has not closed");
  g_assert_error (play.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED);
}

static void
test_closing_tag (gconstpointer data)
{
  g_auto (Play) play = { 0 };
  g_autoptr (XmppClient) client = NULL;

  play_start (&play, attack_mode (data), LOGIN ("") "S: </stream:stream>\nE: close\n");
  client = open_client (&play, attack_mode (data));
  xmpp_test_run_until_true (is_closed, &play, "the connection has not closed");
  g_assert_no_error (play.error);
}

/* XEP-0368 §3: inside TLS an offer of STARTTLS is passed over. */
static void
test_no_starttls_inside (gconstpointer data)
{
  g_auto (Play) play = { 0 };
  g_autoptr (XmppClient) client = NULL;

  play_start (&play, attack_mode (data),
              LOGIN ("<starttls " NS_TLS "><required/></starttls>"));
  client = open_client (&play, attack_mode (data));
  xmpp_test_run_until_true (script_is_done, &play, "the script has not ended");
  g_assert_cmpuint (play.peer->handshakes, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  attack_add ("/attacks/T12/cut", test_cut);
  attack_add ("/attacks/T12/close-notify", test_close_notify);
  attack_add ("/attacks/T12/closing-tag", test_closing_tag);
  attack_add ("/attacks/T13/no-starttls-inside", test_no_starttls_inside);

  return g_test_run ();
}
