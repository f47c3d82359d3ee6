/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-request-table.h"

#include "core/xmpp-error.h"

/* All requests get the same time, so the queue is in the order in which they expire and
 * one timer for its head serves them all. */
struct _XmppRequestTable
{
  const XmppLimitValues *limits;
  GHashTable *by_id;     /* a set of Request, not owned */
  GQueue queue;          /* of Request, by their link */
  GMainContext *context; /* nullable */
  GSource
      *timer; /* fires when the head expires; may fire early, and is gone without one */
};

typedef struct
{
  XmppRequestTable *table;
  XmppStanza *stanza;
  const char *id; /* of @stanza */
  guint hash;     /* of @id, which is long */
  GTask *task;
  GSource *cancelled; /* nullable */
  gint64 expires;
  GList link;
} Request;

static gboolean timer_fired_cb (gpointer user_data);

/* A source that only waits for its ready time */
static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

static guint
hash_request (gconstpointer request)
{
  return ((const Request *) request)->hash;
}

static gboolean
equal_requests (gconstpointer a, gconstpointer b)
{
  return g_str_equal (((const Request *) a)->id, ((const Request *) b)->id);
}

static Request *
find (XmppRequestTable *table, const char *id)
{
  const Request key = { .id = id, .hash = g_str_hash (id) };

  return g_hash_table_lookup (table->by_id, &key);
}

XmppRequestTable *
xmpp_request_table_new (const XmppLimitValues *limits, GMainContext *context)
{
  XmppRequestTable *table = g_new0 (XmppRequestTable, 1);

  table->limits = limits;
  table->by_id = g_hash_table_new (hash_request, equal_requests);
  g_queue_init (&table->queue);
  table->context = context != NULL ? g_main_context_ref (context) : NULL;
  return table;
}

/* Only while it is needed: every turn of the main loop looks at every source. */
static void
start_timer (XmppRequestTable *table, gint64 ready_time)
{
  table->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (table->timer, "xmpp: requests");
  g_source_set_callback (table->timer, timer_fired_cb, table, NULL);
  g_source_set_ready_time (table->timer, ready_time);
  g_source_attach (table->timer, table->context);
}

static void
stop_timer (XmppRequestTable *table)
{
  if (table->timer == NULL)
    return;

  g_source_destroy (table->timer);
  g_clear_pointer (&table->timer, g_source_unref);
}

/* Takes @request out; its task is handed to the caller. */
static GTask *
remove_request (Request *request)
{
  XmppRequestTable *table = request->table;
  GTask *task = g_steal_pointer (&request->task);

  g_hash_table_remove (table->by_id, request);
  g_queue_unlink (&table->queue, &request->link);
  if (request->cancelled != NULL)
    {
      g_source_destroy (request->cancelled);
      g_source_unref (request->cancelled);
    }
  xmpp_stanza_unref (request->stanza);
  g_free (request);
  return task;
}

static gboolean
check_request (XmppStanza *stanza, GError **error)
{
  XmppStanzaType type = xmpp_stanza_get_stanza_type (stanza);

  if (xmpp_stanza_get_kind (stanza) != XMPP_STANZA_KIND_IQ ||
      (type != XMPP_STANZA_TYPE_GET && type != XMPP_STANZA_TYPE_SET) ||
      xmpp_stanza_get_id (stanza) == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "Only an iq of type get or set with an id can be a request");
      return FALSE;
    }

  return TRUE;
}

/* Whether one more with the id of @key may wait */
static gboolean
check_room (XmppRequestTable *table, const Request *key, GError **error)
{
  if (g_hash_table_contains (table->by_id, key))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "A request with the id “%s” already waits for its reply", key->id);
      return FALSE;
    }

  if (table->queue.length >= table->limits->requests)
    {
      g_set_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT,
                   "%u requests wait for their replies already: wait for some of them",
                   table->queue.length);
      return FALSE;
    }

  return TRUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (GTask) task = remove_request (request);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

gboolean
xmpp_request_table_add (XmppRequestTable *table,
                        XmppStanza *stanza,
                        GTask *task,
                        GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Request key = { .table = table };
  Request *request;

  if (!check_request (stanza, error))
    return FALSE;

  key.id = xmpp_stanza_get_id (stanza);
  key.hash = g_str_hash (key.id);
  if (!check_room (table, &key, error))
    return FALSE;

  request = g_memdup2 (&key, sizeof key);
  request->stanza = xmpp_stanza_ref (stanza);
  request->task = g_object_ref (task);
  request->expires = g_get_monotonic_time () +
                     (gint64) table->limits->request_seconds * G_USEC_PER_SEC;
  request->link.data = request;

  g_hash_table_add (table->by_id, request);
  g_queue_push_tail_link (&table->queue, &request->link);
  if (table->timer == NULL)
    start_timer (table, request->expires);

  if (cancellable != NULL)
    {
      request->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancelled, G_SOURCE_FUNC (cancelled_cb), request,
                             NULL);
      g_source_attach (request->cancelled, g_task_get_context (task));
    }

  return TRUE;
}

void
xmpp_request_table_remove (XmppRequestTable *table, XmppStanza *stanza)
{
  g_object_unref (remove_request (find (table, xmpp_stanza_get_id (stanza))));
}

gboolean
xmpp_request_table_is_empty (XmppRequestTable *table)
{
  return g_queue_is_empty (&table->queue);
}

/* RFC 6120 §8.1.2.1: without from it comes from our server on behalf of our account; that
 * answers what was sent to nobody, to the account, or to the server itself. */
static gboolean
comes_from (XmppStanza *reply, XmppJid *to, XmppJid *own)
{
  XmppJid *from = xmpp_stanza_get_from (reply);
  gboolean has_from =
      xmpp_element_get_attribute (xmpp_stanza_get_element (reply), "from") != NULL;
  gboolean to_account;
  gboolean to_server;

  if (has_from && from == NULL)
    return FALSE;

  to_account = to == NULL ||
               (own != NULL && xmpp_jid_is_bare (to) && xmpp_jid_equal_bare (to, own));
  to_server = to != NULL && own != NULL && xmpp_jid_get_local (to) == NULL &&
              xmpp_jid_is_bare (to) &&
              g_str_equal (xmpp_jid_get_domain (to), xmpp_jid_get_domain (own));

  if (!has_from)
    return to_account || to_server;

  if (to_account)
    return own != NULL && xmpp_jid_is_bare (from) && xmpp_jid_equal_bare (from, own);

  return xmpp_jid_equal (from, to);
}

gboolean
xmpp_request_table_take (XmppRequestTable *table, XmppStanza *stanza, XmppJid *own)
{
  XmppStanzaType type = xmpp_stanza_get_stanza_type (stanza);
  const char *id = xmpp_stanza_get_id (stanza);
  g_autoptr (GTask) task = NULL;
  Request *request;

  if (id == NULL || (type != XMPP_STANZA_TYPE_RESULT && type != XMPP_STANZA_TYPE_ERROR))
    return FALSE;

  request = find (table, id);
  if (request == NULL || !comes_from (stanza, xmpp_stanza_get_to (request->stanza), own))
    return FALSE;

  task = remove_request (request);
  if (type == XMPP_STANZA_TYPE_ERROR)
    g_task_return_error (task, xmpp_stanza_dup_error (stanza));
  else
    g_task_return_pointer (task, xmpp_stanza_ref (stanza),
                           (GDestroyNotify) xmpp_stanza_unref);
  return TRUE;
}

/* Tasks run callbacks of the application, which may add, cancel and free: the table is
 * left in order before each. */
void
xmpp_request_table_fail (XmppRequestTable *table, const GError *error)
{
  GQueue waiting = G_QUEUE_INIT;
  GTask *task;

  while (!g_queue_is_empty (&table->queue))
    g_queue_push_tail (&waiting, remove_request (g_queue_peek_head (&table->queue)));

  while ((task = g_queue_pop_head (&waiting)) != NULL)
    {
      g_task_return_error (task, g_error_copy (error));
      g_object_unref (task);
    }
}

static void
return_timed_out (GTask *task, XmppJid *to, guint seconds)
{
  g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT,
                           "%s did not answer the request within %u seconds",
                           to != NULL ? xmpp_jid_to_string (to) : "The server", seconds);
}

static gboolean
timer_fired_cb (gpointer user_data)
{
  XmppRequestTable *table = user_data;
  Request *head = g_queue_peek_head (&table->queue);
  g_autoptr (GTask) task = NULL;
  g_autoptr (XmppStanza) stanza = NULL;
  guint seconds = table->limits->request_seconds;

  if (head == NULL)
    {
      stop_timer (table);
      return G_SOURCE_REMOVE;
    }
  if (head->expires > g_get_monotonic_time ())
    {
      g_source_set_ready_time (table->timer, head->expires);
      return G_SOURCE_CONTINUE;
    }

  /* One a turn: the timer is due at once while others have expired too. */
  stanza = xmpp_stanza_ref (head->stanza);
  task = remove_request (head);
  return_timed_out (task, xmpp_stanza_get_to (stanza), seconds);
  return G_SOURCE_CONTINUE;
}

void
xmpp_request_table_free (XmppRequestTable *table)
{
  g_autoptr (GError) closed = NULL;

  g_set_error_literal (&closed, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                       "The connection was closed");
  xmpp_request_table_fail (table, closed);
  stop_timer (table);
  g_clear_pointer (&table->context, g_main_context_unref);
  g_hash_table_unref (table->by_id);
  g_free (table);
}
