/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* S5: the header of the reply, on the first stream and on a restart, and what a bad first
 * header of a client gets. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#define HEADER(attributes) "<stream:stream " XMPP_TEST_NS_STREAM " " attributes ">"
#define NONE -1

typedef struct
{
  const char *name;
  const char *header;
  int code; /* NONE: it is good */
  const char *condition;
} Row;

static const Row initiating[] = {
  { "good", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='1.0'"), NONE },
  { "from/absent", HEADER ("xmlns='jabber:client' id='x' version='1.0'"), NONE },
  { "from/case", HEADER ("xmlns='jabber:client' from='P.Test' id='x' version='1.0'"),
    NONE },
  { "from/other", HEADER ("xmlns='jabber:client' from='evil.test' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_FROM, "invalid-from" },
  { "from/sub", HEADER ("xmlns='jabber:client' from='x.p.test' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_FROM, "invalid-from" },
  { "from/user", HEADER ("xmlns='jabber:client' from='a@p.test' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_FROM, "invalid-from" },
  { "from/empty", HEADER ("xmlns='jabber:client' from='' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_FROM, "invalid-from" },
  { "id/absent", HEADER ("xmlns='jabber:client' from='p.test' version='1.0'"),
    XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "id/empty", HEADER ("xmlns='jabber:client' from='p.test' id='' version='1.0'"),
    XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "version/later", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='1.23'"),
    NONE },
  { "version/next", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='02.0'"),
    NONE },
  { "version/absent", HEADER ("xmlns='jabber:client' from='p.test' id='x'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/old", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='0.9'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/zeros",
    HEADER ("xmlns='jabber:client' from='p.test' id='x' version='00.10'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/no-minor", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='1'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/half", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='1.'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/text", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='1.0x'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/minus", HEADER ("xmlns='jabber:client' from='p.test' id='x' version='-1.0'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "version/empty", HEADER ("xmlns='jabber:client' from='p.test' id='x' version=''"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "content/server", HEADER ("xmlns='jabber:server' from='p.test' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_NAMESPACE, "invalid-namespace" },
  { "content/absent", HEADER ("from='p.test' id='x' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_NAMESPACE, "invalid-namespace" },
  { "root/name", "<stream:flow xmlns='jabber:client' " XMPP_TEST_NS_STREAM ">",
    XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "root/namespace", "<stream:stream xmlns='jabber:client' xmlns:stream='x' id='x'>",
    XMPP_STREAM_ERROR_INVALID_NAMESPACE, "invalid-namespace" },
  { "root/none", "<iq xmlns='jabber:client'/>", XMPP_STREAM_ERROR_INVALID_NAMESPACE,
    "invalid-namespace" },
  { "http", "HTTP/1.1 400 Bad Request", XMPP_STREAM_ERROR_NOT_WELL_FORMED,
    "not-well-formed" },
};

/* What a server answers, and then: nothing but our stream error, and nothing handed on */
static void
check_reply (const Row *row, gboolean restarted, XmppTestBytes bytes)
{
  g_autofree char *first =
      g_strdup_printf ("C: %s\nS: %s%s\n%s", XMPP_TEST_CLIENT_HEADER,
                       restarted ? XMPP_TEST_SERVER_HEADER : row->header,
                       restarted ? "<success/>" : "<iq id='behind'/>",
                       restarted ? "C: " XMPP_TEST_CLIENT_HEADER "\n" : "");
  g_autofree char *second =
      restarted ? g_strdup_printf ("S: %s<iq id='behind'/>\n", row->header)
                : g_strdup ("");
  g_autofree char *answer =
      row->code == NONE
          ? g_strdup ("")
          : g_strdup_printf ("C: <stream:error><%s xmlns='%s'/></stream:error>"
                             "</stream:stream>\nC: {eof}\n",
                             row->condition, "urn:ietf:params:xml:ns:xmpp-streams");
  g_autofree char *script = g_strconcat (first, second, answer, NULL);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  XmppStreamHeader header = { .to = "p.test" };
  g_autoptr (XmppElement) element = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_peer_set_bytes (peer, bytes, 11);
  if (restarted)
    {
      xmpp_test_assert_reads (stream, "success");
      xmpp_stream_restart (stream);
      g_assert_null (xmpp_stream_get_peer_header (stream));
      xmpp_stream_send_header (stream, &header);
    }

  element = xmpp_test_read (stream, &error);
  if (row->code == NONE)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (xmpp_element_get_attribute (element, "id"), ==, "behind");
    }
  else
    {
      g_assert_error (error, XMPP_STREAM_ERROR, row->code);
      g_assert_null (element);
    }
  xmpp_test_peer_finish (peer);
}

static void
test_reply (gconstpointer data)
{
  for (guint bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
    for (guint restarted = 0; restarted < 2; restarted++)
      check_reply (data, restarted, bytes);
}

/* A bad header alone is enough, however long what follows is in coming. */
static void
test_reply_alone (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new ("C: " XMPP_TEST_CLIENT_HEADER "\n"
                          "S: <stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM
                          " from='evil.test' id='1' version='1.0'>\n"
                          "C: " XMPP_TEST_STREAM_ERROR ("invalid-from") "\n"
                                                                        "C: {eof}\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_test_read_header (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_FROM);
  xmpp_test_peer_finish (peer);
}

/* A server that does not know the domain answers in the name of another one, and says so. */
static void
test_reply_error_behind (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new ("C: " XMPP_TEST_CLIENT_HEADER "\n"
                          "S: <stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM
                          " from='other.test' id='1' "
                          "version='1.0'>" XMPP_TEST_STREAM_ERROR ("host-unknown") "\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_HOST_UNKNOWN);
  xmpp_test_peer_finish (peer);
}

static const Row receiving[] = {
  { "good", HEADER ("xmlns='jabber:client' to='p.test' version='1.0'"), NONE },
  { "version/absent", HEADER ("xmlns='jabber:client' to='p.test'"),
    XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, "unsupported-version" },
  { "content", HEADER ("xmlns='jabber:server' to='p.test' version='1.0'"),
    XMPP_STREAM_ERROR_INVALID_NAMESPACE, "invalid-namespace" },
};

/* RFC 6120 §4.9.1.1: our header, then the error */
static void
test_request (gconstpointer data)
{
  const Row *row = data;

  for (guint bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
    {
      g_autofree char *answer = g_strdup_printf (
          "S: <stream:stream from='p.test' id='{*}' version='1.0'><stream:error><%s "
          "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>\n"
          "S: {eof}\n",
          row->condition);
      g_autofree char *script = g_strdup_printf ("C: %s<auth/>\n%s", row->header,
                                                 row->code == NONE ? "" : answer);
      XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_CLIENT);
      g_autoptr (XmppStream) stream = xmpp_test_server_new (peer);
      g_autoptr (GError) error = NULL;
      const XmppStreamHeader *header;

      xmpp_test_peer_set_bytes (peer, bytes, 11);
      header = xmpp_test_read_header (stream, &error);
      if (row->code == NONE)
        g_assert_cmpstr (header->to, ==, "p.test");
      else
        g_assert_error (error, XMPP_STREAM_ERROR, row->code);
      xmpp_test_peer_finish (peer);
    }
}

/* RFC 6120 §4.9.1.2: bytes that are no header get a header and an error, too. */
static void
test_request_garbage (void)
{
  static const struct
  {
    const char *bytes, *condition;
  } rows[] = {
    { "GET / HTTP/1.1", "not-well-formed" },
    { "\x16\x03\x01", "not-well-formed" },
    { "<!DOCTYPE x []>", "restricted-xml" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *script =
          g_strdup_printf ("C: %s\n"
                           "S: <stream:stream id='{*}' version='1.0'><stream:error><%s "
                           "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></"
                           "stream:error></stream:stream>\n",
                           rows[i].bytes, rows[i].condition);
      XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_CLIENT);
      g_autoptr (XmppStream) stream = xmpp_test_server_new (peer);

      g_assert_null (xmpp_test_read_header (stream, NULL));
      xmpp_test_peer_finish (peer);
    }
}

/* Before a client has authenticated, only what the server waits for may come. */
static void
test_request_out_of_turn (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new ("C: <stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM
                          " to='p.test' version='1.0'>\n"
                          "S: <stream:stream from='p.test' id='1' "
                          "version='1.0'><stream:features/>\n"
                          "C: <message/>\n"
                          "S: " XMPP_TEST_STREAM_ERROR ("not-authorized") "\n",
                          XMPP_TEST_PEER_CLIENT);
  g_autoptr (XmppStream) stream = xmpp_test_server_new (peer);
  g_autoptr (XmppElement)
      features = xmpp_element_new ("features", "http://etherx.jabber.org/streams");
  XmppStreamHeader header = { .from = "p.test", .id = "1" };
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  xmpp_stream_send_header (stream, &header);
  g_assert_null (xmpp_test_exchange (stream, features,
                                     (XmppStreamMatchFunc) xmpp_element_get_first_child,
                                     NULL, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_AUTHORIZED);
  xmpp_test_peer_finish (peer);
}

static void
add (const char *path, const Row *rows, gsize n, GTestDataFunc test)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *full = g_strconcat (path, rows[i].name, NULL);

      g_test_add_data_func (full, &rows[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/attacks/S5/reply/", initiating, G_N_ELEMENTS (initiating), test_reply);
  g_test_add_func ("/attacks/S5/reply-alone", test_reply_alone);
  g_test_add_func ("/attacks/S5/error-behind", test_reply_error_behind);
  add ("/attacks/S5/request/", receiving, G_N_ELEMENTS (receiving), test_request);
  g_test_add_func ("/attacks/S5/garbage", test_request_garbage);
  g_test_add_func ("/attacks/S4/stream-out-of-turn", test_request_out_of_turn);

  return g_test_run ();
}
