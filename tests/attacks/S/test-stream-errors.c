/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Every stream error of RFC 6120 §4.9.3, and those that are none. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <string.h>

#define NS "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"

static const struct
{
  const char *name;
  int code;
} conditions[] = {
  { "bad-format", XMPP_STREAM_ERROR_BAD_FORMAT },
  { "bad-namespace-prefix", XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
  { "conflict", XMPP_STREAM_ERROR_CONFLICT },
  { "connection-timeout", XMPP_STREAM_ERROR_CONNECTION_TIMEOUT },
  { "host-gone", XMPP_STREAM_ERROR_HOST_GONE },
  { "host-unknown", XMPP_STREAM_ERROR_HOST_UNKNOWN },
  { "improper-addressing", XMPP_STREAM_ERROR_IMPROPER_ADDRESSING },
  { "internal-server-error", XMPP_STREAM_ERROR_INTERNAL_SERVER_ERROR },
  { "invalid-from", XMPP_STREAM_ERROR_INVALID_FROM },
  { "invalid-namespace", XMPP_STREAM_ERROR_INVALID_NAMESPACE },
  { "invalid-xml", XMPP_STREAM_ERROR_INVALID_XML },
  { "not-authorized", XMPP_STREAM_ERROR_NOT_AUTHORIZED },
  { "not-well-formed", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  { "policy-violation", XMPP_STREAM_ERROR_POLICY_VIOLATION },
  { "remote-connection-failed", XMPP_STREAM_ERROR_REMOTE_CONNECTION_FAILED },
  { "reset", XMPP_STREAM_ERROR_RESET },
  { "resource-constraint", XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT },
  { "restricted-xml", XMPP_STREAM_ERROR_RESTRICTED_XML },
  { "see-other-host", XMPP_STREAM_ERROR_SEE_OTHER_HOST },
  { "system-shutdown", XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN },
  { "undefined-condition", XMPP_STREAM_ERROR_UNDEFINED_CONDITION },
  { "unsupported-encoding", XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
  { "unsupported-feature", XMPP_STREAM_ERROR_UNSUPPORTED_FEATURE },
  { "unsupported-stanza-type", XMPP_STREAM_ERROR_UNSUPPORTED_STANZA_TYPE },
  { "unsupported-version", XMPP_STREAM_ERROR_UNSUPPORTED_VERSION },
  /* Not on the wire; who sends their names sends nothing that is known. */
  { "truncated", XMPP_STREAM_ERROR_UNDEFINED_CONDITION },
  { "tls-injection", XMPP_STREAM_ERROR_UNDEFINED_CONDITION },
  { "from-the-future", XMPP_STREAM_ERROR_UNDEFINED_CONDITION },
};

/* The error, once for each who asks, and nothing behind it */
static GError *
receive (const char *error_xml, XmppTestBytes bytes)
{
  g_autofree char *script = g_strdup_printf (XMPP_TEST_HEADERS
                                             "S: <a/>%s<b/></stream:stream>\n"
                                             "C: </stream:stream>\n"
                                             "C: {eof}\n"
                                             "E: close\n",
                                             error_xml);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) again = NULL;
  GError *error = NULL;

  xmpp_test_peer_set_bytes (peer, bytes, 13);
  xmpp_test_assert_reads (stream, "a");
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_nonnull (strstr (error->message, "p.test"));
  g_assert_null (xmpp_test_read (stream, &again));
  g_assert_error (again, error->domain, error->code);
  g_clear_error (&again);
  g_assert_false (xmpp_test_close (stream, &again));
  g_assert_error (again, error->domain, error->code);
  xmpp_test_peer_finish (peer);

  return error;
}

static void
test_condition (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *xml = g_strdup_printf ("<stream:error><%s " NS "/><text " NS
                                          " xml:lang='en'>Why &lt;so&gt;</text>"
                                          "<private xmlns='x'/></stream:error>",
                                          conditions[i].name);

  for (guint bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
    {
      g_autoptr (GError) error = receive (xml, bytes);

      g_assert_error (error, XMPP_STREAM_ERROR, conditions[i].code);
      g_assert_nonnull (strstr (error->message, conditions[i].name));
      g_assert_nonnull (strstr (error->message, "Why <so>"));
    }
}

static void
test_strange (void)
{
  static const char *const rows[] = {
    "<stream:error/>",
    "<stream:error>conflict</stream:error>",
    "<stream:error><conflict/></stream:error>",
    "<stream:error><text " NS ">conflict</text></stream:error>",
    "<stream:error><x><conflict " NS "/></x></stream:error>",
    "<s:error xmlns:s='http://etherx.jabber.org/streams'><x " NS "/></s:error>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = receive (rows[i], XMPP_TEST_BYTES_WHOLE);

      g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_UNDEFINED_CONDITION);
    }
}

static void
test_see_other_host (void)
{
  g_autoptr (GError) error = receive ("<stream:error><see-other-host " NS
                                      ">[2001:db8::1]:5222</see-other-host>"
                                      "</stream:error>",
                                      XMPP_TEST_BYTES_WHOLE);

  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SEE_OTHER_HOST);
  g_assert_nonnull (strstr (error->message, "[2001:db8::1]:5222"));
}

/* A message is for people, whatever the peer fills it with. */
static void
test_long_text (void)
{
  g_autofree char *text = g_strnfill (40000, 'x');
  g_autofree char *xml = g_strdup_printf ("<stream:error><conflict " NS
                                          ">%s</conflict><text " NS
                                          ">%s</text></stream:error>",
                                          "", text);
  g_autoptr (GError) error = receive (xml, XMPP_TEST_BYTES_WHOLE);

  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  g_assert_cmpuint (strlen (error->message), <, 2000);
}

/* P15: names are matched with their namespace only. */
static void
test_not_an_error (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS
                          "S: <stream:error xmlns:stream='evil'><conflict " NS
                          "/></stream:error>\n"
                          "S: <error><conflict " NS "/></error>\n"
                          "S: <m xmlns:stream='evil'><stream:error/></m>\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);

  xmpp_test_assert_reads (stream, "error");
  xmpp_test_assert_reads (stream, "error");
  xmpp_test_assert_reads (stream, "m");
  xmpp_test_peer_finish (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      g_autofree char *path =
          g_strconcat ("/attacks/S/stream-error/", conditions[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_condition);
    }
  g_test_add_func ("/attacks/S/stream-error-strange", test_strange);
  g_test_add_func ("/attacks/S6/stream-see-other-host", test_see_other_host);
  g_test_add_func ("/attacks/S/stream-error-long", test_long_text);
  g_test_add_func ("/attacks/P15/stream-error", test_not_an_error);

  return g_test_run ();
}
