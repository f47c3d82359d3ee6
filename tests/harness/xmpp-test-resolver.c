/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-resolver.h"

#include <stdio.h>

typedef struct
{
  GList *targets;   /* of GSrvTarget */
  GList *addresses; /* of GInetAddress */
  gboolean fails;
  GResolverError code;
  gboolean silent;
  gboolean known;
  guint queries;
} Entry;

struct _XmppTestResolver
{
  GResolver parent_instance;

  GHashTable *entries; /* name → Entry */
  guint queries;
};

G_DEFINE_FINAL_TYPE (XmppTestResolver, xmpp_test_resolver, G_TYPE_RESOLVER)

static void
entry_free (Entry *entry)
{
  g_resolver_free_targets (entry->targets);
  g_resolver_free_addresses (entry->addresses);
  g_free (entry);
}

static Entry *
get_entry (XmppTestResolver *self, const char *name)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (self->entries, g_strdup (name), entry);
    }
  return entry;
}

static void
cancelled_cb (GCancellable *cancellable, GTask *task)
{
  g_task_return_error_if_cancelled (task);
}

/* The entry, where there is something to return; else the task has been dealt with. */
static Entry *
ask (XmppTestResolver *self, const char *name, GTask *task)
{
  Entry *entry = get_entry (self, name);
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->queries++;
  entry->queries++;
  if (entry->silent)
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (task),
                           g_object_unref);
  else if (entry->fails)
    g_task_return_new_error (task, G_RESOLVER_ERROR, entry->code,
                             "The name server of the test does not like %s", name);
  else if (!entry->known)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "There is no %s", name);
  else
    return entry;

  return NULL;
}

static void
lookup_name_async (GResolver *resolver,
                   const char *name,
                   GResolverNameLookupFlags flags,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  Entry *entry = ask (XMPP_TEST_RESOLVER (resolver), name, task);
  GList *addresses = NULL;

  if (entry == NULL)
    return;

  for (GList *l = entry->addresses; l != NULL; l = l->next)
    {
      gboolean v6 = g_inet_address_get_family (l->data) == G_SOCKET_FAMILY_IPV6;

      if (v6 ? (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY) == 0
             : (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) == 0)
        addresses = g_list_append (addresses, g_object_ref (l->data));
    }

  if (addresses == NULL)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "%s has no such address", name);
  else
    g_task_return_pointer (task, addresses, (GDestroyNotify) g_resolver_free_addresses);
}

static void
lookup_any_async (GResolver *resolver,
                  const char *name,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  lookup_name_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable,
                     callback, user_data);
}

static void
lookup_service_async (GResolver *resolver,
                      const char *name,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  Entry *entry = ask (XMPP_TEST_RESOLVER (resolver), name, task);
  GList *targets = NULL;

  if (entry == NULL)
    return;

  for (GList *l = entry->targets; l != NULL; l = l->next)
    targets = g_list_prepend (targets, g_srv_target_copy (l->data));
  g_task_return_pointer (task, g_list_reverse (targets),
                         (GDestroyNotify) g_resolver_free_targets);
}

/* Nothing in the library asks for anything else; a test counts that it does not. */
static void
lookup_records_async (GResolver *resolver,
                      const char *name,
                      GResolverRecordType type,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  if (ask (XMPP_TEST_RESOLVER (resolver), name, task) != NULL)
    g_task_return_pointer (task, NULL, NULL);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
xmpp_test_resolver_finalize (GObject *object)
{
  g_hash_table_unref (XMPP_TEST_RESOLVER (object)->entries);

  G_OBJECT_CLASS (xmpp_test_resolver_parent_class)->finalize (object);
}

static void
xmpp_test_resolver_class_init (XmppTestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_test_resolver_finalize;
  resolver_class->lookup_by_name_async = lookup_any_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_name_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
  resolver_class->lookup_service_async = lookup_service_async;
  resolver_class->lookup_service_finish = lookup_finish;
  resolver_class->lookup_records_async = lookup_records_async;
  resolver_class->lookup_records_finish = lookup_finish;
}

static void
xmpp_test_resolver_init (XmppTestResolver *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) entry_free);
}

XmppTestResolver *
xmpp_test_resolver_new (void)
{
  XmppTestResolver *self = g_object_new (XMPP_TEST_TYPE_RESOLVER, NULL);

  g_resolver_set_default (G_RESOLVER (self));
  return self;
}

void
xmpp_test_resolver_add_srv (XmppTestResolver *self, const char *name, const char *record)
{
  Entry *entry = get_entry (self, name);
  guint priority, weight, port;
  int target = 0;

  entry->known = TRUE;
  if (record[0] == '\0')
    return;

  g_assert_cmpint (sscanf (record, "%u %u %u %n", &priority, &weight, &port, &target), ==,
                   3);
  g_assert_cmpint (target, >, 0);
  entry->targets = g_list_append (entry->targets, g_srv_target_new (record + target, port,
                                                                    priority, weight));
}

void
xmpp_test_resolver_add_address (XmppTestResolver *self,
                                const char *name,
                                const char *address)
{
  Entry *entry = get_entry (self, name);
  GInetAddress *parsed = g_inet_address_new_from_string (address);

  g_assert_nonnull (parsed);
  entry->known = TRUE;
  entry->addresses = g_list_append (entry->addresses, parsed);
}

void
xmpp_test_resolver_fail (XmppTestResolver *self, const char *name, GResolverError code)
{
  Entry *entry = get_entry (self, name);

  entry->fails = TRUE;
  entry->code = code;
}

void
xmpp_test_resolver_silence (XmppTestResolver *self, const char *name)
{
  get_entry (self, name)->silent = TRUE;
}

guint
xmpp_test_resolver_get_queries (XmppTestResolver *self, const char *name)
{
  return name != NULL ? get_entry (self, name)->queries : self->queries;
}

void
xmpp_test_resolver_clear (XmppTestResolver *self)
{
  g_hash_table_remove_all (self->entries);
  self->queries = 0;
}
