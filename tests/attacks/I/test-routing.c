/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What comes unasked: I6, I7, I9, I12 */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

#include "stream/xmpp-element-reader.h"

#include "xmpp-test-connection.h"

#define BARRIER                                                                          \
  "S: <iq type='get' id='p' from='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"          \
  "C: <iq type='result' id='p' to='p.test'/>\n"
#define REFUSAL(type, condition)                                                         \
  "<iq type='error' id='i' to='q.test'><error type='" type "'><" condition               \
  " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n"

static gboolean
peer_is_done (gpointer connection)
{
  return xmpp_test_peer_is_done (xmpp_test_connection_get_peer (connection));
}

/* Plays @script, which ends in a barrier: whatever else is sent does not fit it. */
static void
play (const char *script)
{
  g_autofree char *whole = g_strconcat (script, BARRIER, NULL);
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (whole);

  xmpp_test_connection_open (connection);
  xmpp_test_run_until_true (peer_is_done, connection, "the peer");
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_OPEN);
}

/* I6: nothing of this is answered, our own refusals sent back to us included. */
static const char *const unanswered[] = {
  "<iq type='result' id='i' from='q.test'/>",
  "<iq type='result' id='i' from='q.test'><q xmlns='x'/></iq>",
  "<iq type='error' id='i' from='q.test'/>",
  "<iq type='error' id='i' from='q.test'><error type='cancel'><service-unavailable "
  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
  "<message type='error' id='i' from='q.test'><error type='cancel'><service-unavailable "
  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
  "<message type='error' id='i' from='q.test'><q xmlns='x'/></message>",
  "<message id='i' from='q.test'><q xmlns='x'/></message>",
  "<presence type='error' id='i' from='q.test'/>",
  "<presence type='subscribe' id='i' from='q.test'/>",
  "<presence type='probe' id='i' from='q.test'/>",
};

static void
test_loops (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unanswered); i++)
    {
      g_autofree char *script = g_strconcat ("S: ", unanswered[i], "\n", NULL);

      g_test_message ("%s", unanswered[i]);
      play (script);
    }
}

/* Two ends of ours: a request that neither knows ends after one reply. */
static void
test_ping_pong (void)
{
  play ("S: <iq type='set' id='i' from='q.test'><q xmlns='x'/></iq>\n"
        "C: " REFUSAL ("cancel",
                       "service-unavailable") "S: <iq type='error' id='i' "
                                              "from='q.test'><error type='cancel'>"
                                              "<service-unavailable "
                                              "xmlns='urn:ietf:params:xml:ns:xmpp-"
                                              "stanzas'/></error>"
                                              "</iq>\n");
}

/* Nor can the application be made to. */
static void
test_no_answer_to_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unanswered); i++)
    {
      g_autoptr (XmppElement)
          element = xmpp_element_new_from_string (unanswered[i], NULL);
      g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (element, NULL);
      g_autoptr (XmppStanza) reply = NULL;
      g_autoptr (GError) error = NULL;
      XmppStanzaType type = xmpp_stanza_get_stanza_type (stanza);

      reply = xmpp_stanza_reply_error (stanza, XMPP_STANZA_ERROR_TYPE_CANCEL,
                                       XMPP_STANZA_ERROR_BAD_REQUEST, NULL, &error);
      if (type == XMPP_STANZA_TYPE_ERROR || type == XMPP_STANZA_TYPE_RESULT)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      else
        g_assert_nonnull (reply);
    }
}

/* I7: the first counts, and who must not guess can ask. */
static void
test_duplicates (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new_from_string (
      "<iq type='error' id='i'>"
      "<error type='cancel'><item-not-found xmlns='" XMPP_NS_STANZA_ERRORS "'/></error>"
      "<error type='auth'><forbidden xmlns='" XMPP_NS_STANZA_ERRORS "'/></error>"
      "<q xmlns='x'><a>1</a><a>2</a><b/></q></iq>",
      NULL);
  g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (element, NULL);
  g_autoptr (GError) error = xmpp_stanza_dup_error (stanza);
  XmppElement *payload = xmpp_stanza_get_payload (stanza, "q", "x");

  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_ITEM_NOT_FOUND);
  g_assert_cmpstr (xmpp_element_get_text (xmpp_element_get_child (payload, "a", "x")), ==,
                   "1");
  g_assert_true (xmpp_element_has_duplicate (payload, "a", "x"));
  g_assert_false (xmpp_element_has_duplicate (payload, "b", "x"));
}

/* I9 */
static const struct
{
  const char *request, *answer;
} malformed[] = {
  { "<iq type='get' from='q.test'><q xmlns='x'/></iq>", NULL },
  { "<iq from='q.test'><q xmlns='x'/></iq>", NULL },
  { "<iq/>", NULL },
  { "<iq type='result' id='i' from='q.test'><a xmlns='x'/><b xmlns='x'/></iq>", NULL },
  { "<iq type='error' id='i' from='q.test'><a xmlns='x'/></iq>", NULL },
  { "<iq id='i' from='q.test'><q xmlns='x'/></iq>", "bad-request" },
  { "<iq type='' id='i' from='q.test'><q xmlns='x'/></iq>", "bad-request" },
  { "<iq type='GET' id='i' from='q.test'><q xmlns='x'/></iq>", "bad-request" },
  { "<iq type='chat' id='i' from='q.test'><q xmlns='x'/></iq>", "bad-request" },
  { "<iq type='get' id='i' from='q.test'/>", "bad-request" },
  { "<iq type='get' id='i' from='q.test'>text</iq>", "bad-request" },
  { "<iq type='set' id='i' from='q.test'><a xmlns='x'/><b xmlns='x'/></iq>",
    "bad-request" },
  { "<iq type='get' id='i' from='q.test'><ping xmlns='urn:xmpp:ping'/><b "
    "xmlns='x'/></iq>",
    "bad-request" },
};

static void
test_malformed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *script = g_strconcat ("S: ", malformed[i].request, "\n",
                                             malformed[i].answer != NULL
                                                 ? "C: " REFUSAL ("modify", "bad-request")
                                                 : "",
                                             NULL);

      g_test_message ("%s", malformed[i].request);
      play (script);
    }
}

/* I12: a megabyte is refused in a few words (XEP-0205 §4.3). */
static void
test_amplification (void)
{
  g_autofree char *filling = g_strnfill (1024 * 1024, 'x');
  g_autofree char *script =
      g_strconcat ("S: <iq type='set' id='i' from='q.test'><q xmlns='x'>", filling,
                   "</q></iq>\n"
                   "C: " REFUSAL ("cancel", "service-unavailable"),
                   NULL);

  play (script);
  g_assert_cmpuint (strlen (REFUSAL ("cancel", "service-unavailable")), <, 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/I/I06-loops", test_loops);
  g_test_add_func ("/attacks/I/I06-ping-pong", test_ping_pong);
  g_test_add_func ("/attacks/I/I06-no-answer-to-errors", test_no_answer_to_errors);
  g_test_add_func ("/attacks/I/I07-duplicates", test_duplicates);
  g_test_add_func ("/attacks/I/I09-malformed", test_malformed);
  g_test_add_func ("/attacks/I/I12-amplification", test_amplification);

  return g_test_run ();
}
