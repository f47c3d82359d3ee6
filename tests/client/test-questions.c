/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* A login that asks for its password, and its store for what is known: whatever becomes of the
 * question, it ends. */

#include "config.h"

#include "client/xmpp-client.h"
#include "sasl/xmpp-credential-private.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-server.h"
#include "xmpp-test-store.h"

#include <string.h>

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' " attributes ">"
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define OFFER                                                                            \
  HEADER ("from='p.test' id='s1'")                                                       \
  "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism></mechanisms>"      \
  "</stream:features>"
#define AUTH(secret) "C: <auth " SASL " mechanism='PLAIN'>" secret "</auth>\n"
/* alice, and then "wrong" or "secret" */
#define WRONG "AGFsaWNlAHdyb25n"
#define RIGHT "AGFsaWNlAHNlY3JldA=="

typedef enum
{
  KEEP,
  DROP,
  ANSWER,
  ANSWER_TWICE,
  ANSWER_IN_THREAD,
  CANCEL,
} Behaviour;

typedef struct
{
  XmppTestServer *server;
  XmppClient *client;
  Behaviour behaviour;
  const char *const *passwords;
  GString *log;
  XmppCredentialRequest *kept;
} Fixture;

static gpointer
answer_in_thread (gpointer data)
{
  g_autoptr (XmppCredentialRequest) request = data;

  xmpp_credential_request_set_field (request, "password", "secret");
  xmpp_credential_request_reply (request);

  return NULL;
}

static gboolean
request_cb (XmppCredential *credential, XmppCredentialRequest *request, Fixture *fixture)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "No");
  g_autofree char *fields =
      g_strjoinv (",", (char **) xmpp_credential_request_get_fields (request));
  guint attempt;

  g_object_get (request, "attempt", &attempt, NULL);
  g_assert_cmpuint (attempt, ==, xmpp_credential_request_get_attempt (request));
  g_string_append_printf (fixture->log, "%s %s %d #%u;", fields,
                          xmpp_credential_request_get_mechanism (request),
                          xmpp_credential_request_get_reason (request), attempt);

  switch (fixture->behaviour)
    {
    case KEEP:
      g_set_object (&fixture->kept, request);
      break;
    case DROP:
      break;
    case ANSWER:
    case ANSWER_TWICE:
      xmpp_credential_request_set_field (request, "password", *fixture->passwords++);
      xmpp_credential_request_reply (request);
      if (fixture->behaviour == ANSWER)
        break;
      xmpp_credential_request_set_field (request, "password", "other");
      xmpp_credential_request_reply (request);
      xmpp_credential_request_fail (request, error);
      break;
    case ANSWER_IN_THREAD:
      g_thread_unref (g_thread_new ("answer", answer_in_thread, g_object_ref (request)));
      break;
    case CANCEL:
      xmpp_credential_request_fail (request, error);
      break;
    }

  return TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();

  xmpp_test_register_mechanisms (registry);
  fixture->log = g_string_new (NULL);
  fixture->server = xmpp_test_server_new ();
  fixture->client = xmpp_client_new ("alice@p.test", credential, NULL);
  g_signal_connect (credential, "request", G_CALLBACK (request_cb), fixture);
  g_object_set (fixture->client, "registry", registry, "server-host", "127.0.0.1",
                "server-port", xmpp_test_server_get_port (fixture->server),
                "insecure-loopback", TRUE, "initial-presence", NULL, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->kept);
  xmpp_test_assert_last_unref (&fixture->client);
  xmpp_test_server_free (fixture->server);
  g_string_free (fixture->log, TRUE);
}

static GError *
open_client (Fixture *fixture, GCancellable *cancellable)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (fixture->client), cancellable,
                              xmpp_test_result_cb, &result);
  if (cancellable != NULL)
    {
      while (fixture->kept == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_cancellable_cancel (cancellable);
    }
  xmpp_connection_open_finish (XMPP_CONNECTION (fixture->client),
                               xmpp_test_result_wait (&result), &error);

  return error;
}

/* An answer for nobody: it is not kept, and nothing happens. */
static void
answer_too_late (Fixture *fixture)
{
  XmppCredential *credential = xmpp_client_get_credential (fixture->client);

  g_assert_true (g_cancellable_is_cancelled (
      xmpp_credential_request_get_cancellable (fixture->kept)));
  xmpp_credential_request_set_field (fixture->kept, "password", "late");
  xmpp_credential_request_reply (fixture->kept);
  xmpp_test_run_pending ();
  g_assert_false (xmpp_credential_has_field (credential, "password"));
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (fixture->client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
}

/* The time for the login itself is over long before. */
static void
test_kept (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  /* To come as far as the question takes some time too. */
  guint login = g_getenv ("XMPP_TEST_SLOW") != NULL ? 5 : 1;
  g_autofree char *text = g_strdup_printf ("was not answered within %u s", 2 * login);

  fixture->behaviour = KEEP;
  xmpp_test_server_add_bytes (fixture->server, OFFER, FALSE);
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (fixture->client)),
                "question-seconds", 2 * login, "open-seconds", login, "exchange-seconds",
                login, NULL);
  error = open_client (fixture, NULL);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 2 * login * G_TIME_SPAN_SECOND);
  answer_too_late (fixture);
}

static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fixture->behaviour = KEEP;
  xmpp_test_server_add_bytes (fixture->server, OFFER, FALSE);
  error = open_client (fixture, cancellable);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  answer_too_late (fixture);
}

static void
test_dropped (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->behaviour = DROP;
  xmpp_test_server_add_bytes (fixture->server, OFFER, FALSE);
  error = open_client (fixture, NULL);
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_nonnull (strstr (error->message, "Nobody answered"));
}

static void
test_person_cancels (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->behaviour = CANCEL;
  xmpp_test_server_add_bytes (fixture->server, OFFER, FALSE);
  error = open_client (fixture, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
learn_cb (XmppClient *client, XmppElement *element)
{
  if (g_str_equal (xmpp_element_get_name (element), "auth"))
    xmpp_credential_obtain (xmpp_client_get_credential (client), "toy-keys", "new");
}

static void
add_login (Fixture *fixture, gboolean wrong_first)
{
  g_autofree char *script = g_strconcat (
      "C: " HEADER ("to='p.test'") "\nS: " OFFER "\n",
      wrong_first ? AUTH (WRONG) "S: <failure " SASL "><not-authorized/></failure>\n"
                  : "",
      AUTH (RIGHT) "S: <success " SASL "/>\nC: " HEADER ("to='p.test'") "\nS: " HEADER (
          "from='p.test' id='s2'") "<stream:features><bind " BIND "/></stream:features>\n"
                                   "C: <iq type='set' id='{b}'><bind " BIND "/></iq>\n"
                                   "S: <iq type='result' id='{b}'><bind " BIND
                                   "><jid>alice@p.test/x</jid></bind>"
                                   "</iq>\n"
                                   "C: </stream:stream>\nS: </stream:stream>\nE: close\n",
      NULL);

  xmpp_test_server_add_script (fixture->server, script);
}

static void
assert_logged_in (Fixture *fixture, const char *log)
{
  g_autoptr (GError) error = open_client (fixture, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (fixture->log->str, ==, log);
  xmpp_connection_abort (XMPP_CONNECTION (fixture->client));
}

static void
test_twice (Fixture *fixture, gconstpointer unused)
{
  static const char *const passwords[] = { "secret" };

  fixture->behaviour = ANSWER_TWICE;
  fixture->passwords = passwords;
  add_login (fixture, FALSE);
  for (guint i = 0; i < 2; i++)
    g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, "*answered twice*");
  assert_logged_in (fixture, "password PLAIN 0 #1;");
  g_test_assert_expected_messages ();
}

static void
test_thread (Fixture *fixture, gconstpointer unused)
{
  fixture->behaviour = ANSWER_IN_THREAD;
  add_login (fixture, FALSE);
  assert_logged_in (fixture, "password PLAIN 0 #1;");
}

static void
test_again (Fixture *fixture, gconstpointer unused)
{
  static const char *const passwords[] = { "wrong", "secret" };

  fixture->behaviour = ANSWER;
  fixture->passwords = passwords;
  add_login (fixture, TRUE);
  assert_logged_in (fixture, "password PLAIN 0 #1;password PLAIN 1 #2;");
}

/* A login that learns something, and has a store that is asked to keep it */
static XmppTestStore *
log_in_with_store (Fixture *fixture, gboolean locked)
{
  static const char *const passwords[] = { "secret" };
  XmppTestStore *store = xmpp_test_store_new ("old-keys");
  g_autoptr (GError) error = NULL;

  store->locked = locked;
  store->silent = TRUE;
  fixture->behaviour = ANSWER;
  fixture->passwords = passwords;
  xmpp_client_set_state_store (fixture->client, XMPP_STATE_STORE (store));
  g_signal_connect (fixture->client, "element-sent", G_CALLBACK (learn_cb), NULL);
  add_login (fixture, FALSE);
  error = open_client (fixture, NULL);
  g_assert_no_error (error);

  return store;
}

static gboolean
answer_save_cb (gpointer user_data)
{
  xmpp_store_request_reply (XMPP_TEST_STORE (user_data)->kept, NULL);

  return G_SOURCE_REMOVE;
}

/* Who ends the process when the connection is closed loses nothing. */
static void
test_slow_store (Fixture *fixture, gconstpointer unused)
{
  XmppConnection *connection = XMPP_CONNECTION (fixture->client);
  g_autoptr (XmppTestStore) store = log_in_with_store (fixture, FALSE);
  XmppTestResult closed[2] = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (store->saves, ==, 1);
  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &closed[0]);
  while (xmpp_connection_get_state (connection) != XMPP_CONNECTION_STATE_CLOSED)
    g_main_context_iteration (NULL, TRUE);
  /* One that comes when the stream is closed waits too. */
  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &closed[1]);
  xmpp_test_run_for (50);
  g_assert_false (closed[0].done || closed[1].done);

  g_idle_add (answer_save_cb, store);
  for (guint i = 0; i < G_N_ELEMENTS (closed); i++)
    {
      xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed[i]),
                                    &error);
      g_assert_no_error (error);
      xmpp_test_result_clear (&closed[i]);
    }
}

/* Too much to be believed, and to be kept */
static void
test_large_state (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppTestStore) store = NULL;

  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (fixture->client)),
                "state-bytes", 10, NULL);
  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING, "*is ignored: *10 bytes");
  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING, "*is not saved: *10 bytes");
  store = log_in_with_store (fixture, FALSE);
  g_test_assert_expected_messages ();
  xmpp_connection_abort (XMPP_CONNECTION (fixture->client));
  g_assert_cmpuint (store->saves, ==, 0);
  g_assert_false (xmpp_credential_has_field (xmpp_client_get_credential (fixture->client),
                                             "old-keys"));
}

/* What cannot be read now is not replaced by what one login without it has learned. */
static void
test_locked_store (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppTestStore) store = NULL;

  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING,
                         "What is known of alice@p.test could not be read*: Locked");
  store = log_in_with_store (fixture, TRUE);
  g_test_assert_expected_messages ();
  xmpp_connection_abort (XMPP_CONNECTION (fixture->client));
  xmpp_test_run_pending ();
  g_assert_cmpuint (store->saves, ==, 0);
}

#define ADD(name, function)                                                              \
  g_test_add ("/client/questions/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("kept", test_kept);
  ADD ("cancelled", test_cancelled);
  ADD ("dropped", test_dropped);
  ADD ("person-cancels", test_person_cancels);
  ADD ("answered-twice", test_twice);
  ADD ("answered-in-a-thread", test_thread);
  ADD ("asked-again", test_again);
  ADD ("slow-store", test_slow_store);
  ADD ("large-state", test_large_state);
  ADD ("locked-store", test_locked_store);

  return g_test_run ();
}
