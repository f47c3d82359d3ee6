/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-request-table.h"

#include "core/xmpp-error.h"
#include "xmpp-test-loop.h"

#define OWN "alice@p.test/here"

typedef struct
{
  XmppLimits *limits;
  XmppRequestTable *table;
  XmppJid *own;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->limits = xmpp_limits_new ();
  fixture->table = xmpp_request_table_new (xmpp_limits_peek (fixture->limits), NULL);
  fixture->own = xmpp_jid_new (OWN, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  xmpp_request_table_free (fixture->table);
  g_object_unref (fixture->limits);
  xmpp_jid_unref (fixture->own);
}

static XmppStanza *
make_request (const char *to, const char *id)
{
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
  XmppStanza *request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, jid, ping);

  xmpp_stanza_set_id (request, id);
  return request;
}

static XmppStanza *
make_answer (const char *kind, const char *type, const char *from, const char *id)
{
  g_autoptr (XmppElement) element = xmpp_element_new (kind, "jabber:client");

  xmpp_element_set_attribute (element, "type", type);
  xmpp_element_set_attribute (element, "from", from);
  xmpp_element_set_attribute (element, "id", id);
  return xmpp_stanza_new_from_element (element, NULL);
}

static void
add (Fixture *fixture,
     XmppStanza *request,
     XmppTestResult *result,
     GCancellable *cancellable)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, xmpp_test_result_cb, result);
  g_autoptr (GError) error = NULL;

  xmpp_request_table_add (fixture->table, request, task, &error);
  g_assert_no_error (error);
}

/* Who may answer what was sent to whom: RFC 6120 §8.1.2.1, §8.2.3 */
static const struct
{
  const char *to, *from;
  gboolean fits;
} senders[] = {
  { NULL, NULL, TRUE },
  { NULL, "alice@p.test", TRUE },
  { NULL, OWN, FALSE },
  { NULL, "p.test", FALSE },
  { NULL, "mallory@evil.test/x", FALSE },
  { "alice@p.test", NULL, TRUE },
  { "alice@p.test", "alice@p.test", TRUE },
  { "alice@p.test", OWN, FALSE },
  { "alice@p.test", "p.test", FALSE },
  { "alice@p.test", "mallory@evil.test", FALSE },
  { OWN, NULL, FALSE },
  { OWN, OWN, TRUE },
  { OWN, "alice@p.test", FALSE },
  { OWN, "p.test", FALSE },
  { "p.test", NULL, TRUE },
  { "p.test", "p.test", TRUE },
  { "p.test", "alice@p.test", FALSE },
  { "p.test", OWN, FALSE },
  { "p.test", "evil.test", FALSE },
  { "bob@q.test/there", "bob@q.test/there", TRUE },
  { "bob@q.test/there", "BOB@q.test/there", TRUE },
  { "bob@q.test/there", "bob@q.test", FALSE },
  { "bob@q.test/there", "bob@q.test/other", FALSE },
  { "bob@q.test/there", NULL, FALSE },
  { "bob@q.test/there", "p.test", FALSE },
  { "bob@q.test/there", "@@", FALSE },
};

static void
test_senders (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (XmppStanza) request = make_request (senders[i].to, "r1");
      g_autoptr (XmppStanza) answer = make_answer ("iq", "result", senders[i].from, "r1");
      const char *from = senders[i].to == NULL ? "alice@p.test" : senders[i].to;
      g_autoptr (XmppStanza) real = make_answer ("iq", "result", from, "r1");

      g_test_message ("to %s from %s", senders[i].to, senders[i].from);
      add (fixture, request, &result, NULL);
      g_assert_cmpint (xmpp_request_table_take (fixture->table, answer, fixture->own), ==,
                       senders[i].fits);
      /* A forged reply leaves the request waiting for the real one. */
      if (!senders[i].fits)
        g_assert_true (xmpp_request_table_take (fixture->table, real, fixture->own));
      xmpp_test_result_wait (&result);
      g_assert_true (xmpp_request_table_is_empty (fixture->table));
    }
}

static const struct
{
  const char *kind, *type, *id;
} not_replies[] = {
  { "iq", "get", "r1" },     { "iq", "set", "r1" },         { "iq", NULL, "r1" },
  { "iq", "other", "r1" },   { "message", "error", "r1" },  { "presence", "error", "r1" },
  { "message", NULL, "r1" }, { "iq", "result", "another" }, { "iq", "result", NULL },
};

static void
test_not_replies (Fixture *fixture, gconstpointer data)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppStanza) request = make_request ("p.test", "r1");
  g_autoptr (XmppStanza) real = make_answer ("iq", "result", "p.test", "r1");

  add (fixture, request, &result, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (not_replies); i++)
    {
      g_autoptr (XmppStanza)
          answer = make_answer (not_replies[i].kind, not_replies[i].type, "p.test",
                                not_replies[i].id);

      if (xmpp_stanza_get_kind (answer) == XMPP_STANZA_KIND_IQ)
        g_assert_false (xmpp_request_table_take (fixture->table, answer, fixture->own));
    }

  g_assert_true (xmpp_request_table_take (fixture->table, real, fixture->own));
  xmpp_test_result_wait (&result);
}

static void
assert_refused (Fixture *fixture, XmppStanza *request, GQuark domain, int code)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, xmpp_test_result_cb, &result);
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_request_table_add (fixture->table, request, task, &error));
  g_assert_error (error, domain, code);
  g_task_return_boolean (task, TRUE);
  xmpp_test_result_wait (&result);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppStanza) request = make_request ("p.test", "r1");
  g_autoptr (XmppStanza) twice = make_request ("p.test", "r1");
  g_autoptr (XmppStanza) other = make_request ("p.test", "r2");
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, fixture->own, "x");
  g_autoptr (XmppStanza) iq_result = make_answer ("iq", "result", NULL, "r3");

  assert_refused (fixture, message, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (fixture, iq_result, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  add (fixture, request, &result, NULL);
  assert_refused (fixture, twice, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  g_object_set (fixture->limits, "requests", 1, NULL);
  assert_refused (fixture, other, XMPP_STANZA_ERROR,
                  XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT);

  xmpp_request_table_remove (fixture->table, request);
}

/* What could not be sent does not wait, and its task is the caller's. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, xmpp_test_result_cb, &result);
  g_autoptr (XmppStanza) request = make_request ("p.test", "r1");

  g_assert_true (xmpp_request_table_add (fixture->table, request, task, NULL));
  g_assert_false (xmpp_request_table_is_empty (fixture->table));
  xmpp_request_table_remove (fixture->table, request);
  g_assert_true (xmpp_request_table_is_empty (fixture->table));
  xmpp_test_run_pending ();
  g_assert_false (result.done);

  g_task_return_boolean (task, TRUE);
  xmpp_test_result_wait (&result);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (XmppStanza) request = make_request ("p.test", "r1");
  g_autoptr (XmppStanza) late = make_answer ("iq", "result", "p.test", "r1");
  g_autoptr (GError) error = NULL;

  add (fixture, request, &result, cancellable);
  g_cancellable_cancel (cancellable);
  g_assert_null (
      g_task_propagate_pointer (G_TASK (xmpp_test_result_wait (&result)), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (xmpp_request_table_take (fixture->table, late, fixture->own));
}

static void
test_timed_out (Fixture *fixture, gconstpointer data)
{
  XmppTestResult results[3] = { 0 };

  g_object_set (fixture->limits, "request-seconds", 0, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("r%u", i);
      g_autoptr (XmppStanza) request = make_request ("p.test", id);

      add (fixture, request, &results[i], NULL);
    }

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          g_task_propagate_pointer (G_TASK (xmpp_test_result_wait (&results[i])),
                                    &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
      xmpp_test_result_clear (&results[i]);
    }
  g_assert_true (xmpp_request_table_is_empty (fixture->table));
}

static void
test_error_reply (Fixture *fixture, gconstpointer data)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppStanza) request = make_request ("p.test", "r1");
  g_autoptr (XmppStanza) answer = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_stanza_set_from (request, fixture->own);
  answer = xmpp_stanza_reply_error (request, XMPP_STANZA_ERROR_TYPE_CANCEL,
                                    XMPP_STANZA_ERROR_ITEM_NOT_FOUND, "no such thing",
                                    NULL);
  add (fixture, request, &result, NULL);
  g_assert_true (xmpp_request_table_take (fixture->table, answer, fixture->own));
  g_assert_null (
      g_task_propagate_pointer (G_TASK (xmpp_test_result_wait (&result)), &error));
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_ITEM_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no such thing"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function)                                                              \
  g_test_add ("/connection/request-table/" path, Fixture, NULL, set_up, function,        \
              tear_down)
  ADD ("senders", test_senders);
  ADD ("not-replies", test_not_replies);
  ADD ("refused", test_refused);
  ADD ("removed", test_removed);
  ADD ("cancelled", test_cancelled);
  ADD ("timed-out", test_timed_out);
  ADD ("error-reply", test_error_reply);

  return g_test_run ();
}
