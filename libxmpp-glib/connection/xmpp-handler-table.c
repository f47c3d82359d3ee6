/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-handler-table.h"

struct _XmppHandlerTable
{
  GPtrArray *handlers; /* of Handler */
  guint last_id;
};

typedef struct
{
  grefcount ref_count; /* the table's, and one while it runs */
  guint id;
  XmppStanzaKind kinds;
  const char *name; /* interned; NULL: any */
  const char *xmlns;
  XmppStanzaHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
} Handler;

static void
handler_unref (Handler *handler)
{
  if (!g_ref_count_dec (&handler->ref_count))
    return;

  if (handler->destroy != NULL)
    handler->destroy (handler->user_data);
  g_free (handler);
}

XmppHandlerTable *
xmpp_handler_table_new (void)
{
  XmppHandlerTable *table = g_new0 (XmppHandlerTable, 1);

  table->handlers = g_ptr_array_new_with_free_func ((GDestroyNotify) handler_unref);
  return table;
}

void
xmpp_handler_table_free (XmppHandlerTable *table)
{
  g_ptr_array_unref (table->handlers);
  g_free (table);
}

guint
xmpp_handler_table_add (XmppHandlerTable *table,
                        XmppStanzaKind kinds,
                        const char *name,
                        const char *xmlns,
                        XmppStanzaHandler function,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  Handler *handler = g_new0 (Handler, 1);

  g_ref_count_init (&handler->ref_count);
  handler->id = ++table->last_id;
  handler->kinds = kinds;
  handler->name = g_intern_string (name);
  handler->xmlns = g_intern_string (xmlns);
  handler->handler = function;
  handler->user_data = user_data;
  handler->destroy = destroy;
  g_ptr_array_add (table->handlers, handler);
  return handler->id;
}

gboolean
xmpp_handler_table_remove (XmppHandlerTable *table, guint id)
{
  for (guint i = 0; i < table->handlers->len; i++)
    {
      Handler *handler = g_ptr_array_index (table->handlers, i);

      if (handler->id == id)
        {
          g_ptr_array_remove_index (table->handlers, i);
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
handler_fits (Handler *handler, XmppStanza *stanza)
{
  if ((handler->kinds & xmpp_stanza_get_kind (stanza)) == 0)
    return FALSE;

  return (handler->name == NULL && handler->xmlns == NULL) ||
         xmpp_stanza_get_payload (stanza, handler->name, handler->xmlns) != NULL;
}

/* The first handler behind the one with @id: ids only grow, so the walk survives whatever
 * happens to the table meanwhile. */
static Handler *
find_next (XmppHandlerTable *table, guint id, XmppStanza *stanza)
{
  for (guint i = 0; i < table->handlers->len; i++)
    {
      Handler *handler = g_ptr_array_index (table->handlers, i);

      if (handler->id > id && handler_fits (handler, stanza))
        {
          g_ref_count_inc (&handler->ref_count);
          return handler;
        }
    }

  return NULL;
}

gboolean
xmpp_handler_table_run (XmppHandlerTable *table,
                        XmppConnection *connection,
                        XmppStanza *stanza)
{
  gboolean taken = FALSE;
  guint id = 0;
  Handler *handler;

  while (!taken && (handler = find_next (table, id, stanza)) != NULL)
    {
      id = handler->id;
      taken = handler->handler (connection, stanza, handler->user_data);
      handler_unref (handler);
    }

  return taken;
}
