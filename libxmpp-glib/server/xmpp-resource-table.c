/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-resource-table.h"

/* RFC 6121 §8.5: what happens to a stanza for a local account depends on its kind and type, on
 * whether it is for a resource, and on which resources there are. No store: what could be kept
 * for later is refused. */

typedef struct
{
  XmppJid *jid;
  gpointer connection;
  gboolean open;
  gboolean available;
  int priority;
  guint64 spoke; /* when its presence came last, in order */
} Resource;

struct _XmppResourceTable
{
  GHashTable *by_full;  /* XmppJid → Resource */
  GHashTable *accounts; /* bare XmppJid → GPtrArray of Resource, oldest first */
  guint64 clock;
};

static void
resource_free (gpointer data)
{
  Resource *resource = data;

  xmpp_jid_unref (resource->jid);
  g_free (resource);
}

static void
unref_jid (gpointer data)
{
  xmpp_jid_unref (data);
}

XmppResourceTable *
xmpp_resource_table_new (void)
{
  XmppResourceTable *table = g_new0 (XmppResourceTable, 1);

  table->by_full =
      g_hash_table_new_full (xmpp_jid_hash, xmpp_jid_equal, NULL, resource_free);
  table->accounts = g_hash_table_new_full (xmpp_jid_hash, xmpp_jid_equal, unref_jid,
                                           (GDestroyNotify) g_ptr_array_unref);
  return table;
}

void
xmpp_resource_table_free (XmppResourceTable *table)
{
  g_hash_table_unref (table->accounts);
  g_hash_table_unref (table->by_full);
  g_free (table);
}

static GPtrArray *
find_account (XmppResourceTable *table, XmppJid *jid)
{
  g_autoptr (XmppJid) bare = xmpp_jid_dup_bare (jid);

  return g_hash_table_lookup (table->accounts, bare);
}

void
xmpp_resource_table_add (XmppResourceTable *table, XmppJid *full, gpointer connection)
{
  Resource *resource = g_new0 (Resource, 1);
  GPtrArray *account = find_account (table, full);

  resource->jid = xmpp_jid_ref (full);
  resource->connection = connection;
  if (account == NULL)
    {
      account = g_ptr_array_new ();
      g_hash_table_insert (table->accounts, xmpp_jid_dup_bare (full), account);
    }
  g_ptr_array_add (account, resource);
  g_hash_table_insert (table->by_full, resource->jid, resource);
}

void
xmpp_resource_table_remove (XmppResourceTable *table, XmppJid *full, gpointer connection)
{
  Resource *resource = g_hash_table_lookup (table->by_full, full);
  g_autoptr (XmppJid) bare = xmpp_jid_dup_bare (full);
  GPtrArray *account;

  if (resource == NULL || resource->connection != connection)
    return;

  account = g_hash_table_lookup (table->accounts, bare);
  g_ptr_array_remove (account, resource);
  if (account->len == 0)
    g_hash_table_remove (table->accounts, bare);
  g_hash_table_remove (table->by_full, full);
}

void
xmpp_resource_table_set_open (XmppResourceTable *table,
                              XmppJid *full,
                              gpointer connection)
{
  Resource *resource = g_hash_table_lookup (table->by_full, full);

  if (resource != NULL && resource->connection == connection)
    resource->open = TRUE;
}

void
xmpp_resource_table_set_presence (XmppResourceTable *table,
                                  XmppJid *full,
                                  gboolean available,
                                  int priority)
{
  Resource *resource = g_hash_table_lookup (table->by_full, full);

  if (resource == NULL)
    return;

  resource->available = available;
  resource->priority = priority;
  resource->spoke = ++table->clock;
}

gpointer
xmpp_resource_table_find (XmppResourceTable *table, XmppJid *full)
{
  Resource *resource = g_hash_table_lookup (table->by_full, full);

  return resource != NULL ? resource->connection : NULL;
}

gboolean
xmpp_resource_table_is_open (XmppResourceTable *table, XmppJid *full)
{
  Resource *resource = g_hash_table_lookup (table->by_full, full);

  return resource != NULL && resource->open;
}

guint
xmpp_resource_table_count (XmppResourceTable *table, XmppJid *jid)
{
  GPtrArray *account = find_account (table, jid);

  return account != NULL ? account->len : 0;
}

gpointer
xmpp_resource_table_get_oldest (XmppResourceTable *table, XmppJid *jid)
{
  GPtrArray *account = find_account (table, jid);

  return account != NULL ? ((Resource *) g_ptr_array_index (account, 0))->connection
                         : NULL;
}

/* ---- Delivery ---- */

static gboolean
is_target (Resource *resource, gboolean even_negative)
{
  return resource->open && resource->available &&
         (even_negative || resource->priority >= 0);
}

/* §8.5.2.1.1: all that are available, for presence even those that want no messages */
static XmppDelivery
find_all (GPtrArray *account, gboolean even_negative, GPtrArray *found)
{
  for (guint i = 0; account != NULL && i < account->len; i++)
    {
      Resource *resource = g_ptr_array_index (account, i);

      if (is_target (resource, even_negative))
        g_ptr_array_add (found, resource->connection);
    }

  return found->len > 0 ? XMPP_DELIVERY_SEND : XMPP_DELIVERY_IGNORE;
}

/* §8.5.2.1.1: the highest priority; of several the one whose user has said something last */
static XmppDelivery
find_best (GPtrArray *account, GPtrArray *found)
{
  Resource *best = NULL;

  for (guint i = 0; account != NULL && i < account->len; i++)
    {
      Resource *resource = g_ptr_array_index (account, i);

      if (is_target (resource, FALSE) &&
          (best == NULL || resource->priority > best->priority ||
           (resource->priority == best->priority && resource->spoke > best->spoke)))
        best = resource;
    }

  if (best == NULL)
    return XMPP_DELIVERY_REFUSE;

  g_ptr_array_add (found, best->connection);
  return XMPP_DELIVERY_SEND;
}

static XmppDelivery
deliver_to_account (GPtrArray *account,
                    XmppStanzaKind kind,
                    XmppStanzaType type,
                    GPtrArray *found)
{
  if (type == XMPP_STANZA_TYPE_ERROR || type == XMPP_STANZA_TYPE_RESULT)
    return XMPP_DELIVERY_IGNORE;

  switch (kind)
    {
    case XMPP_STANZA_KIND_MESSAGE:
      if (type == XMPP_STANZA_TYPE_GROUPCHAT)
        return XMPP_DELIVERY_REFUSE;
      if (type == XMPP_STANZA_TYPE_HEADLINE)
        return find_all (account, FALSE, found);
      return find_best (account, found);

    case XMPP_STANZA_KIND_PRESENCE:
      /* A probe is for the server, which knows of no subscriptions (§4.3). */
      if (type == XMPP_STANZA_TYPE_PROBE)
        return XMPP_DELIVERY_IGNORE;
      return find_all (account, TRUE, found);

    default:
      return XMPP_DELIVERY_REFUSE;
    }
}

/* §8.5.3.2: there is no such resource. A chat goes on with another one. */
static XmppDelivery
deliver_to_nobody (GPtrArray *account,
                   XmppStanzaKind kind,
                   XmppStanzaType type,
                   GPtrArray *found)
{
  switch (type)
    {
    case XMPP_STANZA_TYPE_CHAT:
      return find_best (account, found);
    case XMPP_STANZA_TYPE_ERROR:
    case XMPP_STANZA_TYPE_RESULT:
    case XMPP_STANZA_TYPE_HEADLINE:
      return XMPP_DELIVERY_IGNORE;
    default:
      return kind == XMPP_STANZA_KIND_PRESENCE ? XMPP_DELIVERY_IGNORE
                                               : XMPP_DELIVERY_REFUSE;
    }
}

XmppDelivery
xmpp_resource_table_deliver (XmppResourceTable *table,
                             XmppJid *to,
                             XmppStanzaKind kind,
                             XmppStanzaType type,
                             GPtrArray *found)
{
  Resource *resource;

  if (xmpp_jid_get_resource (to) == NULL)
    return deliver_to_account (find_account (table, to), kind, type, found);

  resource = g_hash_table_lookup (table->by_full, to);
  if (resource == NULL || !resource->open)
    return deliver_to_nobody (find_account (table, to), kind, type, found);

  g_ptr_array_add (found, resource->connection);
  return XMPP_DELIVERY_SEND;
}
