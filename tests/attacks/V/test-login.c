/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

/* What strangers try on a server: V1, V2, V4, V8, V9. */

#define STREAM_ERROR(condition)                                                          \
  "<stream:error><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"           \
  "</stream:error></stream:stream>"
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define BIND "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"

/* V1: each is somebody's business, and nobody's before the login. */
static const char *const early[] = {
  "<message to='bob@p.test'><body>x</body></message>",
  "<presence/>",
  "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
  "<iq type='set' id='1' to='bob@p.test/b'><q xmlns='a:b'/></iq>",
  "<iq type='result' id='1'/>",
  BIND,
  "<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>",
  "<iq type='set' id='r'><query xmlns='jabber:iq:register'/></iq>",
  "<iq type='get' id='a'><query xmlns='jabber:iq:auth'/></iq>",
  "<enable xmlns='urn:xmpp:sm:3'/>",
  "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>",
  "<r xmlns='urn:xmpp:sm:3'/>",
  "<result xmlns='jabber:server:dialback' from='a.test' to='p.test'>x</result>",
  "<handshake xmlns='jabber:component:accept'>x</handshake>",
  "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  "<stream:features/>",
  "<unknown xmlns='a:b'/>",
};

/* Over TLS it is not authorized; without TLS everything else comes too early. */
static void
check_early (XmppTestHost *host, const char *element, gboolean secure)
{
  g_autoptr (XmppTestRaw)
      raw = xmpp_test_raw_new (secure ? host->direct_port : host->port);

  gboolean is_of_tls = strstr (element, "xmpp-tls") != NULL;

  g_test_message ("%s %s", secure ? "TLS" : "clear", element);
  if (secure)
    xmpp_test_raw_start_tls (raw, "p.test");
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "</stream:features>");
  xmpp_test_raw_send (raw, element);
  xmpp_test_raw_expect_end (raw);
  g_assert_cmpstr (xmpp_test_raw_get_text (raw), ==,
                   secure || is_of_tls ? STREAM_ERROR ("not-authorized")
                                       : STREAM_ERROR ("policy-violation"));
}

static gboolean
stanza_cb (XmppServer *server,
           XmppConnection *connection,
           XmppStanza *stanza,
           gpointer user_data)
{
  g_error ("a stanza came from somebody who has not logged in");
  return FALSE;
}

static void
test_early (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint step = g_getenv ("XMPP_TEST_SLOW") != NULL ? 4 : 1;
  guint n = 0;

  g_signal_connect (host->server, "stanza", G_CALLBACK (stanza_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (early); i += step)
    for (gboolean secure = FALSE; secure <= TRUE; secure++, n++)
      check_early (host, early[i], secure);
  g_assert_cmpuint (host->opened, ==, 0);
  xmpp_test_host_wait_refused (host, n);
}

/* V2: the first header decides. */
static void
test_domain_changes (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) after_tls = xmpp_test_raw_new (host->port);
  g_autoptr (XmppTestRaw) after_login = NULL;

  xmpp_test_raw_send_header (after_tls, "p.test");
  xmpp_test_raw_expect (after_tls, "</stream:features>");
  xmpp_test_raw_send (after_tls, STARTTLS);
  xmpp_test_raw_expect (after_tls, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  xmpp_test_raw_start_tls (after_tls, "p.test");
  xmpp_test_raw_send_header (after_tls, "localhost");
  xmpp_test_raw_expect (after_tls, STREAM_ERROR ("host-unknown"));
  xmpp_test_raw_expect_end (after_tls);

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  after_login = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (after_login, "p.test");
  xmpp_test_raw_expect (after_login, "</stream:features>");
  xmpp_test_raw_send_auth (after_login, "alice", "secret");
  xmpp_test_raw_expect (after_login, "<success");
  xmpp_test_raw_send_header (after_login, "localhost");
  xmpp_test_raw_expect (after_login, STREAM_ERROR ("host-unknown"));
  xmpp_test_raw_expect_end (after_login);
}

/* V4: three on one stream; each is told of, and takes its time. */
static void
test_guessing (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;
  g_autoptr (XmppTestRaw) good = NULL;
  gint64 began = g_get_monotonic_time ();

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  g_object_set (xmpp_server_get_limits (host->server), "failure-seconds", 1, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "</stream:features>");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (host->refused, ==, i);
      xmpp_test_raw_send_auth (raw, "alice", "guess");
      xmpp_test_raw_expect (raw, "<failure");
      g_assert_error (host->refused_error, XMPP_SASL_ERROR,
                      XMPP_SASL_ERROR_NOT_AUTHORIZED);
    }
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 3 * G_USEC_PER_SEC);
  xmpp_test_raw_expect (raw, STREAM_ERROR ("policy-violation"));
  xmpp_test_raw_expect_end (raw);

  /* Two wrong ones do not keep the right one out. */
  g_object_set (xmpp_server_get_limits (host->server), "failure-seconds", 0, NULL);
  good = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (good, "p.test");
  xmpp_test_raw_expect (good, "</stream:features>");
  xmpp_test_raw_send_auth (good, "alice", "guess");
  xmpp_test_raw_expect (good, "</failure>");
  xmpp_test_raw_send_auth (good, "alice", "guess");
  xmpp_test_raw_expect (good, "</failure>");
  xmpp_test_raw_send_auth (good, "alice", "secret");
  xmpp_test_raw_expect (good, "<success");
}

/* V4: nor on one stream after the other */
static void
test_guessing_again (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) last = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  g_object_set (xmpp_server_get_limits (host->server), "address-failures", 2, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);

      xmpp_test_raw_send_header (raw, "p.test");
      xmpp_test_raw_expect (raw, "</stream:features>");
      xmpp_test_raw_send_auth (raw, "alice", "guess");
      xmpp_test_raw_expect (raw, i == 0 ? "</failure>" : "<policy-violation");
    }

  last = xmpp_test_raw_new (host->port);
  xmpp_test_raw_expect_end (last);
  g_assert_cmpstr (xmpp_test_raw_get_text (last), ==, "");
}

/* Time passes for who is made to wait, too: the server stops meanwhile. */
static void
test_stopped_while_waiting (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  g_object_set (xmpp_server_get_limits (host->server), "failure-seconds", 3600, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "</stream:features>");
  xmpp_test_raw_send_auth (raw, "alice", "guess");
  xmpp_test_host_wait_refused (host, 1);
  xmpp_test_host_stop (host);
  xmpp_test_raw_expect_end (raw);
}

/* V8: to the letter */
static void
test_offer (void)
{
  static const char offer[] =
      "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"
      "</starttls></stream:features>";
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
  const char *features;

  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "<stream:stream ");
  xmpp_test_raw_expect (raw, ">");
  xmpp_test_run_for (50);
  features = xmpp_test_raw_get_text (raw);
  g_assert_cmpstr (features, ==, offer);
}

/* V9: a stranger learns nothing of what is behind it. */
static void
test_silence (void)
{
  static const char *const asked[] = { "q.test", "&", "alice", "[::1]" };
  static const char *const words[] = { "xmpp-glib", "libxmpp", "GLib", "libxml", "GnuTLS",
                                       "localhost", "secret",  "/",    "line" };
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
      g_autofree char *text = NULL;
      GString *rest;

      xmpp_test_raw_send_header (raw, asked[i]);
      xmpp_test_raw_expect_end (raw);
      rest = g_string_new (xmpp_test_raw_get_text (raw));
      g_string_replace (rest, "http://etherx.jabber.org/streams", "", 0);
      g_string_replace (rest, "</", "", 0);
      g_string_replace (rest, "/>", "", 0);
      text = g_string_free (rest, FALSE);
      for (guint j = 0; j < G_N_ELEMENTS (words); j++)
        if (strstr (text, words[j]) != NULL)
          g_error ("“%s” is told in %s", words[j], text);
    }
}

/* V9, A18: whether there is such an account cannot be seen. */
static void
test_unknown_user (void)
{
  static const char *const names[] = { "alice", "nobody" };
  char *answers[2] = { NULL };
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);

      xmpp_test_raw_send_header (raw, "p.test");
      xmpp_test_raw_expect (raw, "<stream:features>");
      xmpp_test_raw_send_auth (raw, names[i], "guess");
      xmpp_test_raw_expect (raw, "</stream:features>");
      xmpp_test_run_for (100);
      answers[i] = g_strdup (xmpp_test_raw_get_text (raw));
    }
  g_assert_cmpstr (answers[0], ==, answers[1]);
  g_assert_nonnull (strstr (answers[0], "<not-authorized/>"));
  g_free (answers[0]);
  g_free (answers[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/V1/early", test_early);
  g_test_add_func ("/V2/domain-changes", test_domain_changes);
  g_test_add_func ("/V4/guessing", test_guessing);
  g_test_add_func ("/V4/guessing-again", test_guessing_again);
  g_test_add_func ("/V4/stopped-while-waiting", test_stopped_while_waiting);
  g_test_add_func ("/V8/offer", test_offer);
  g_test_add_func ("/V9/silence", test_silence);
  g_test_add_func ("/V9/unknown-user", test_unknown_user);
  return g_test_run ();
}
