/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Preloaded into a program of any language: the DNS knows one server, whose address is in
 * XMPP_TEST_ADDRESS, and the only authority is in the file XMPP_TEST_AUTHORITY. So the programs
 * that README shows log in as they stand. */

#include <gio/gio.h>

#define WORLD_TYPE_RESOLVER (world_resolver_get_type ())
G_DECLARE_FINAL_TYPE (WorldResolver, world_resolver, WORLD, RESOLVER, GResolver)

struct _WorldResolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (WorldResolver, world_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static void
free_records (gpointer records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static void
lookup_by_name_with_flags_async (GResolver *resolver,
                                 const char *name,
                                 GResolverNameLookupFlags flags,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GList *addresses = NULL;

  if (!(flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY))
    addresses = g_list_append (NULL, g_inet_address_new_from_string (
                                         g_getenv ("XMPP_TEST_ADDRESS")));
  if (addresses)
    g_task_return_pointer (task, addresses, free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "%s has no address of this kind", name);
}

static void
lookup_by_name_async (GResolver *resolver,
                      const char *name,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  lookup_by_name_with_flags_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
                                   cancellable, callback, user_data);
}

static void
lookup_records_async (GResolver *resolver,
                      const char *name,
                      GResolverRecordType type,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GVariant *record;

  if (type != G_RESOLVER_RECORD_SRV || !g_str_has_prefix (name, "_xmpp-client._tcp."))
    {
      g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                               "%s has no such record", name);
      return;
    }
  record = g_variant_ref_sink (g_variant_new ("(qqqs)", 0, 0, 5222, "xmpp.example.com"));
  g_task_return_pointer (task, g_list_append (NULL, record), free_records);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
world_resolver_class_init (WorldResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_async = lookup_by_name_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_by_name_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
  resolver_class->lookup_records_async = lookup_records_async;
  resolver_class->lookup_records_finish = lookup_finish;
}

static void
world_resolver_init (WorldResolver *self)
{
}

__attribute__ ((constructor)) static void
world_begins (void)
{
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (GTlsDatabase) authority = NULL;

  if (g_getenv ("XMPP_TEST_ADDRESS") == NULL)
    return;
  resolver = g_object_new (WORLD_TYPE_RESOLVER, NULL);
  g_resolver_set_default (resolver);
  authority = g_tls_file_database_new (g_getenv ("XMPP_TEST_AUTHORITY"), NULL);
  g_assert_nonnull (authority);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), authority);
}
