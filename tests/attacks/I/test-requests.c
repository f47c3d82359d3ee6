/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Replies to our requests: I1, I8 */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-connection.h"

/* As xmpp-test-connection.h says */
#define BARE "alice@p.test"
#define FULL BARE "/here"
#define OTHER "mallory@q.test/x"

#define PING "<ping xmlns='urn:xmpp:ping'/>"
/* Shows that all before it has been looked at */
#define BARRIER                                                                          \
  "<iq type='get' id='p' from='p.test'>" PING "</iq>\n"                                  \
  "C: <iq type='result' id='p' to='p.test'/>\n"

static const char *const addresses[] = { NULL, BARE, FULL, "p.test", OTHER };

/* Rows: whom we asked; columns: who answers (RFC 6120 §8.1.2.1) */
static const gboolean fits[][G_N_ELEMENTS (addresses)] = {
  { TRUE, TRUE, FALSE, FALSE, FALSE },  { TRUE, TRUE, FALSE, FALSE, FALSE },
  { FALSE, FALSE, TRUE, FALSE, FALSE }, { TRUE, FALSE, FALSE, TRUE, FALSE },
  { FALSE, FALSE, FALSE, FALSE, TRUE },
};

static void
start_request (XmppConnection *connection, const char *to, XmppTestResult *result)
{
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
  g_autoptr (XmppStanza) request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, jid, ping);

  xmpp_connection_request_async (connection, request, NULL, xmpp_test_result_cb, result);
}

/* The payload of the reply that was believed */
static char *
wait_for_payload (XmppConnection *connection, XmppTestResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStanza) reply =
      xmpp_connection_request_finish (connection, xmpp_test_result_wait (result), &error);

  g_assert_no_error (error);
  return g_strdup (xmpp_element_get_name (xmpp_stanza_get_payload (reply, NULL, NULL)));
}

static char *
attribute (const char *name, const char *value)
{
  return value != NULL ? g_strdup_printf (" %s='%s'", name, value) : g_strdup ("");
}

static void
test_senders (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    for (guint j = 0; j < G_N_ELEMENTS (addresses); j++)
      {
        g_autofree char *to = attribute ("to", addresses[i]);
        g_autofree char *from = attribute ("from", addresses[j]);
        g_autofree char *real = attribute ("from", addresses[i]);
        g_autofree char *script =
            g_strdup_printf ("C: <iq type='get' id='{a}'%s>" PING "</iq>\n"
                             "S: <iq type='result' id='{a}'%s><first xmlns='x'/></iq>"
                             "<iq type='result' id='{a}'%s><second xmlns='x'/></iq>\n",
                             to, from, real);
        g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
        g_auto (XmppTestResult) result = { 0 };
        g_autofree char *payload = NULL;

        g_test_message ("to %s from %s", addresses[i], addresses[j]);
        xmpp_test_connection_open (connection);
        start_request (connection, addresses[i], &result);
        payload = wait_for_payload (connection, &result);
        g_assert_cmpstr (payload, ==, fits[i][j] ? "first" : "second");
      }
}

/* The right id and sender, and no reply all the same */
static const struct
{
  const char *stanza, *answer;
} others[] = {
  { "<iq type='get' id='{a}' from='p.test'/>", "bad-request" },
  { "<iq type='set' id='{a}' from='p.test'/>", "bad-request" },
  { "<iq id='{a}' from='p.test'/>", "bad-request" },
  { "<iq type='Result' id='{a}' from='p.test'/>", "bad-request" },
  { "<message type='result' id='{a}' from='p.test'/>", NULL },
  { "<presence type='result' id='{a}' from='p.test'/>", NULL },
  { "<iq xmlns='jabber:server' type='result' id='{a}' from='p.test'/>", NULL },
  { "<iq xmlns='urn:x' type='result' id='{a}' from='p.test'/>", NULL },
  { "<iq type='result' id='{a} ' from='p.test'/>", NULL },
  { "<iq type='result' from='p.test'/>", NULL },
  { "<iq type='result' id='{a}' from='p.test'><a xmlns='x'/><b xmlns='x'/></iq>", NULL },
  { "<iq type='result' id='{a}' from='@@'/>", NULL },
  { "<iq type='result' id='{a}' from=''/>", NULL },
};

static void
test_no_replies (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *answer =
          others[i].answer == NULL
              ? g_strdup ("")
              : g_strdup_printf ("C: <iq type='error' id='{a}' to='p.test'><error "
                                 "type='modify'><%s xmlns="
                                 "'urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n",
                                 others[i].answer);
      g_autofree char *script =
          g_strconcat ("C: <iq type='get' id='{a}' to='p.test'>" PING "</iq>\n"
                       "S: ",
                       others[i].stanza, "\n", answer, "S: ", BARRIER, "P: 20\n",
                       "S: <iq type='result' id='{a}' from='p.test'><real xmlns='x'/>"
                       "</iq>\n",
                       NULL);
      g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
      g_auto (XmppTestResult) result = { 0 };
      g_autofree char *payload = NULL;

      g_test_message ("%s", others[i].stanza);
      xmpp_test_connection_open (connection);
      start_request (connection, "p.test", &result);
      payload = wait_for_payload (connection, &result);
      g_assert_cmpstr (payload, ==, "real");
    }
}

/* Ids cannot be guessed: each is its own, and none is short. */
static void
test_ids (void)
{
  g_autoptr (GHashTable)
      seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
      g_autoptr (XmppStanza)
          request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, ping);

      g_assert_cmpuint (strlen (xmpp_stanza_get_id (request)), >=, 16);
      g_assert_true (g_hash_table_add (seen, g_strdup (xmpp_stanza_get_id (request))));
    }
}

typedef struct
{
  guint constrained;
  guint timed_out;
  guint others;
} Counts;

static void
count_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Counts *counts = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStanza)
      reply = xmpp_connection_request_finish (XMPP_CONNECTION (object), result, &error);

  if (g_error_matches (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT))
    counts->constrained++;
  else if (g_error_matches (error, XMPP_CONNECTION_ERROR,
                            XMPP_CONNECTION_ERROR_TIMED_OUT))
    counts->timed_out++;
  else
    counts->others++;
}

static gboolean
note_cb (XmppConnection *connection, XmppStanza *stanza, gboolean *came)
{
  *came = TRUE;
  return FALSE;
}

static gboolean
all_ended (gpointer user_data)
{
  Counts *counts = user_data;

  return counts->constrained + counts->timed_out + counts->others == 10000;
}

/* Nobody answers: as many wait as may, for as long as they may, and what comes later is
 * dropped. */
static void
test_unanswered (void)
{
  g_autoptr (XmppConnection) connection =
      xmpp_test_connection_new ("C: <iq type='get' id='{a}' to='p.test'>" PING "</iq>\n"
                                "P: 1300\n"
                                "S: <iq type='result' id='{a}' from='p.test'/>"
                                "<message from='p.test'><body>after</body></message>\n");
  Counts counts = { 0 };
  gboolean came = FALSE;

  g_object_set (xmpp_connection_get_limits (connection), "request-seconds", 1, NULL);
  g_signal_connect (connection, "message", G_CALLBACK (note_cb), &came);
  xmpp_test_connection_open (connection);
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (XmppJid) server = xmpp_jid_new ("p.test", NULL);
      g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
      g_autoptr (XmppStanza)
          request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, server, ping);

      xmpp_connection_request_async (connection, request, NULL, count_cb, &counts);
    }
  xmpp_test_run_until_true (all_ended, &counts, "the last request");
  g_assert_cmpuint (counts.timed_out, ==, 1000);
  g_assert_cmpuint (counts.constrained, ==, 9000);

  xmpp_test_run_until (&came);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/I/I01-senders", test_senders);
  g_test_add_func ("/attacks/I/I01-no-replies", test_no_replies);
  g_test_add_func ("/attacks/I/I01-ids", test_ids);
  g_test_add_func ("/attacks/I/I08-unanswered", test_unanswered);

  return g_test_run ();
}
