/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-sasl-registry-private.h"

#include "sasl/xmpp-sasl-key-file.h"
#include "sasl/xmpp-sasl-known.h"
#include "sasl/xmpp-sasl-library.h"
#include "sasl/xmpp-sasl-mechanism-info-private.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "sasl/xmpp-sasl-registry-entry.h"

#include <stdlib.h>
#include <string.h>

/**
 * XmppSaslRegistry:
 *
 * The mechanisms that there are: those of the description files in a list of directories,
 * and those that the running program registers. Nothing is loaded to list them or to
 * choose one; the module comes in when the first mechanism of it is created, and stays.
 *
 * A description file `NAME.sasl` stands beside its module:
 *
 * ```ini
 * [SASL Module]
 * Api=1
 * Library=libxmpp-sasl-token.so
 * [X-TOKEN]
 * Roles=client;server
 * Facts=plain-text;needs-tls
 * Strength=20
 * Fields=username;token
 * ```
 *
 * The module exports one function, `GType xmpp_sasl_module_get_type (const char *name)`.
 * It may export `XmppSaslRole xmpp_sasl_module_get_roles (const char *name)` too, so that
 * no description says that it plays a side which it does not.
 * Directory and files must belong to root or to the user, and not be writable for
 * everybody. What is left out, and why, is in
 * [method@Xmpp.SaslRegistry.list_broken].
 *
 * A registry may be used in any thread.
 *
 * Since: 1.0
 */

struct _XmppSaslRegistry
{
  GObject parent_instance;

  /* Recursive: the entry function of a module is somebody else's code. */
  GRecMutex mutex;
  GHashTable *entries;
  GPtrArray *replaced; /* find() has given their infos out */
  GHashTable *libraries;
  GHashTable *modules; /* name to library: of two files, the one that was read first */
  GHashTable *directories;
  GVariantBuilder *broken;
};

G_DEFINE_FINAL_TYPE (XmppSaslRegistry, xmpp_sasl_registry, G_TYPE_OBJECT)

static void
xmpp_sasl_registry_finalize (GObject *object)
{
  XmppSaslRegistry *self = XMPP_SASL_REGISTRY (object);

  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->replaced);
  g_hash_table_unref (self->modules);
  g_hash_table_unref (self->libraries);
  g_hash_table_unref (self->directories);
  g_variant_builder_unref (self->broken);
  g_rec_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (xmpp_sasl_registry_parent_class)->finalize (object);
}

static void
xmpp_sasl_registry_class_init (XmppSaslRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_registry_finalize;
}

static void
xmpp_sasl_registry_init (XmppSaslRegistry *self)
{
  g_rec_mutex_init (&self->mutex);
  self->entries =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, xmpp_sasl_entry_free);
  self->replaced = g_ptr_array_new_with_free_func (xmpp_sasl_entry_free);
  self->libraries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                           (GDestroyNotify) xmpp_sasl_library_free);
  self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->directories = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->broken = g_variant_builder_new (G_VARIANT_TYPE ("a(ss)"));
}

/**
 * xmpp_sasl_registry_new:
 *
 * Makes an empty registry.
 *
 * Returns: (transfer full): a new registry, with no directory and no mechanism
 *
 * Since: 1.0
 */
XmppSaslRegistry *
xmpp_sasl_registry_new (void)
{
  return g_object_new (XMPP_TYPE_SASL_REGISTRY, NULL);
}

static void
add_search_path (XmppSaslRegistry *self, const char *path)
{
  g_auto (GStrv) directories = g_strsplit (path, G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; directories[i] != NULL; i++)
    if (*directories[i] != '\0')
      xmpp_sasl_registry_add_directory (self, directories[i]);
}

/**
 * xmpp_sasl_registry_get_default:
 *
 * The registry that everything uses that is given no other. It has the directories of the
 * environment variable `XMPP_SASL_MODULE_PATH` (which a program with raised privileges
 * does not look at), then the one that the library's own modules are installed in.
 *
 * Returns: (transfer none): the default registry
 *
 * Since: 1.0
 */
XmppSaslRegistry *
xmpp_sasl_registry_get_default (void)
{
  static XmppSaslRegistry *registry = NULL;

  if (g_once_init_enter (&registry))
    {
      XmppSaslRegistry *made = xmpp_sasl_registry_new ();
      const char *path = secure_getenv ("XMPP_SASL_MODULE_PATH");

      if (path != NULL)
        add_search_path (made, path);
      /* A library without modules is not broken. */
      if (g_file_test (XMPP_SASL_MODULE_DIR, G_FILE_TEST_EXISTS))
        xmpp_sasl_registry_add_directory (made, XMPP_SASL_MODULE_DIR);

      g_once_init_leave (&registry, made);
    }

  return registry;
}

static void
note (XmppSaslRegistry *self, GLogLevelFlags level, const char *file, const char *reason)
{
  g_autofree char *text = g_utf8_make_valid (reason, -1);
  g_autofree char *name = g_utf8_make_valid (file, -1);

  g_variant_builder_add (self->broken, "(ss)", name, text);
  g_log (G_LOG_DOMAIN, level, "%s: %s", name, text);
}

static void
add_broken (const char *file, const char *reason, gpointer user_data)
{
  note (user_data, G_LOG_LEVEL_WARNING, file, reason);
}

/* Where a program has registered the name, that is meant to come first. To put one
 * directory before another is meant as well, so it is no warning. */
static void
add_taken (XmppSaslRegistry *self, XmppSaslMechanismInfo *info, XmppSaslEntry *first)
{
  const char *file = xmpp_sasl_mechanism_info_get_file (first->info);
  g_autofree char *reason = NULL;

  if (file == NULL)
    return;

  reason = g_strdup_printf ("%s is also in %s, which comes first",
                            xmpp_sasl_mechanism_info_get_name (info), file);
  note (self, G_LOG_LEVEL_INFO, xmpp_sasl_mechanism_info_get_file (info), reason);
}

static XmppSaslLibrary *
get_library (XmppSaslRegistry *self, const char *path)
{
  XmppSaslLibrary *library = g_hash_table_lookup (self->libraries, path);

  if (library == NULL)
    {
      library = xmpp_sasl_library_new (path);
      g_hash_table_insert (self->libraries,
                           (gpointer) xmpp_sasl_library_get_path (library), library);
    }

  return library;
}

static void
add_found (XmppSaslMechanismInfo *info, const char *library, gpointer user_data)
{
  XmppSaslRegistry *self = user_data;
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  const char *module = xmpp_sasl_mechanism_info_get_module (info);
  XmppSaslEntry *first = g_hash_table_lookup (self->entries, name);
  XmppSaslEntry *entry = xmpp_sasl_entry_new (info, get_library (self, library));

  if (!g_hash_table_contains (self->modules, module))
    g_hash_table_insert (self->modules, g_strdup (module), entry->library);

  /* The first one that has the name wins, unless a policy prefers the module of another. */
  if (first != NULL)
    {
      /* One that waits to be named stands beside another one on purpose. */
      if (!xmpp_sasl_entry_stands_beside (first, entry))
        add_taken (self, info, first);
      xmpp_sasl_mechanism_info_set_shared (first->info);
      xmpp_sasl_mechanism_info_set_shared (info);
      xmpp_sasl_entry_append (first, entry);
    }
  else
    g_hash_table_insert (self->entries, (gpointer) name, entry);
}

/**
 * xmpp_sasl_registry_add_directory:
 * @registry: a registry
 * @directory: (type filename): an absolute path
 *
 * Reads the description files of a directory. Names that are there already stay as they
 * are.
 *
 * Since: 1.0
 */
void
xmpp_sasl_registry_add_directory (XmppSaslRegistry *registry, const char *directory)
{
  g_return_if_fail (XMPP_IS_SASL_REGISTRY (registry));
  g_return_if_fail (directory != NULL);

  g_rec_mutex_lock (&registry->mutex);
  if (g_hash_table_add (registry->directories, g_strdup (directory)))
    xmpp_sasl_key_file_read_directory (directory, add_found, add_broken, registry);
  g_rec_mutex_unlock (&registry->mutex);
}

/**
 * xmpp_sasl_registry_register:
 * @registry: a registry
 * @info: name and facts
 * @type: a subclass of [class@Xmpp.SaslMechanism]
 *
 * Registers a mechanism of the running program. It comes before those of files, and
 * before what was registered earlier under the same name.
 *
 * Since: 1.0
 */
void
xmpp_sasl_registry_register (XmppSaslRegistry *registry,
                             XmppSaslMechanismInfo *info,
                             GType type)
{
  const char *name;
  g_autofree char *failure = NULL;
  gpointer old_name, old_entry;
  XmppSaslEntry *entry;

  g_return_if_fail (XMPP_IS_SASL_REGISTRY (registry));
  g_return_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info));

  name = xmpp_sasl_mechanism_info_get_name (info);

  g_rec_mutex_lock (&registry->mutex);
  if (!xmpp_sasl_name_is_valid (name))
    add_broken (name, "This is not the name of a mechanism (RFC 4422 §3.1)", registry);
  else if (!xmpp_sasl_library_check_type (type, name, &failure))
    add_broken (name, failure, registry);
  else
    {
      entry = xmpp_sasl_entry_new (g_object_ref (info), NULL);
      if (g_hash_table_steal_extended (registry->entries, name, &old_name, &old_entry))
        {
          entry->next = old_entry;
          if (((XmppSaslEntry *) old_entry)->library == NULL)
            {
              entry->next = g_steal_pointer (&entry->next->next);
              g_ptr_array_add (registry->replaced, old_entry);
            }
        }

      entry->type = type;
      g_hash_table_insert (registry->entries, (gpointer) name, entry);
      xmpp_sasl_mechanism_info_set_loaded (info);
    }
  g_rec_mutex_unlock (&registry->mutex);
}

static int
compare_infos (gconstpointer a, gconstpointer b)
{
  XmppSaslMechanismInfo *info_a = *(XmppSaslMechanismInfo *const *) a;
  XmppSaslMechanismInfo *info_b = *(XmppSaslMechanismInfo *const *) b;
  int strength_a = xmpp_sasl_mechanism_info_get_strength (info_a);
  int strength_b = xmpp_sasl_mechanism_info_get_strength (info_b);

  if (strength_a != strength_b)
    return strength_a > strength_b ? -1 : 1;

  return strcmp (xmpp_sasl_mechanism_info_get_name (info_a),
                 xmpp_sasl_mechanism_info_get_name (info_b));
}

/**
 * xmpp_sasl_registry_list:
 * @registry: a registry
 * @role: a side, or several
 *
 * Lists the mechanisms that can play a side, without loading anything.
 *
 * Returns: (transfer container) (element-type XmppSaslMechanismInfo): the mechanisms,
 *   strongest first
 *
 * Since: 1.0
 */
GPtrArray *
xmpp_sasl_registry_list (XmppSaslRegistry *registry, XmppSaslRole role)
{
  g_return_val_if_fail (XMPP_IS_SASL_REGISTRY (registry), NULL);

  return xmpp_sasl_registry_list_from (registry, role, NULL);
}

GPtrArray *
xmpp_sasl_registry_list_from (XmppSaslRegistry *self,
                              XmppSaslRole role,
                              const char *const *modules)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer first;

  g_rec_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &first))
    {
      XmppSaslMechanismInfo *info = xmpp_sasl_entry_choose (first, role, modules)->info;

      if (xmpp_sasl_mechanism_info_get_roles (info) & role)
        g_ptr_array_add (list, g_object_ref (info));
    }
  g_rec_mutex_unlock (&self->mutex);

  g_ptr_array_sort (list, compare_infos);

  return list;
}

gboolean
xmpp_sasl_registry_has_module (XmppSaslRegistry *self, const char *module)
{
  gboolean has;

  g_rec_mutex_lock (&self->mutex);
  has = g_hash_table_contains (self->modules, module);
  g_rec_mutex_unlock (&self->mutex);

  return has;
}

XmppSaslMechanismInfo *
xmpp_sasl_registry_find_from (XmppSaslRegistry *self,
                              const char *name,
                              XmppSaslRole role,
                              const char *const *modules)
{
  XmppSaslEntry *first;
  XmppSaslMechanismInfo *info;

  g_rec_mutex_lock (&self->mutex);
  first = g_hash_table_lookup (self->entries, name);
  info = first != NULL ? xmpp_sasl_entry_choose (first, role, modules)->info : NULL;
  g_rec_mutex_unlock (&self->mutex);

  return info;
}

/**
 * xmpp_sasl_registry_find:
 * @registry: a registry
 * @name: the name of a mechanism
 *
 * Looks a mechanism up by its name.
 *
 * Returns: (transfer none) (nullable): what is known of the mechanism; %NULL where there
 *   is none of this name
 *
 * Since: 1.0
 */
XmppSaslMechanismInfo *
xmpp_sasl_registry_find (XmppSaslRegistry *registry, const char *name)
{
  g_return_val_if_fail (XMPP_IS_SASL_REGISTRY (registry), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return xmpp_sasl_registry_find_from (registry, name, 0, NULL);
}

/**
 * xmpp_sasl_registry_list_broken:
 * @registry: a registry
 *
 * Lists what is wrong: directories, description files and single mechanisms of them that
 * were left out, names that another file had first, descriptions that were corrected, and
 * modules that did not load.
 *
 * Returns: (transfer full): pairs of a file and a reason, `a(ss)`
 *
 * Since: 1.0
 */
GVariant *
xmpp_sasl_registry_list_broken (XmppSaslRegistry *registry)
{
  g_autoptr (GVariant) list = NULL;
  GVariantIter iter;
  GVariant *child;

  g_return_val_if_fail (XMPP_IS_SASL_REGISTRY (registry), NULL);

  g_rec_mutex_lock (&registry->mutex);
  list = g_variant_ref_sink (g_variant_builder_end (registry->broken));
  /* Ending a builder empties it. */
  g_variant_builder_init (registry->broken, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, list);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (registry->broken, child);
      g_variant_unref (child);
    }
  g_rec_mutex_unlock (&registry->mutex);

  return g_steal_pointer (&list);
}

static void
load (XmppSaslRegistry *self, XmppSaslEntry *entry)
{
  const char *path = xmpp_sasl_library_get_path (entry->library);
  gboolean again = FALSE;
  const char *why = xmpp_sasl_library_load (entry->library, &again);

  if (why != NULL)
    entry->failure = g_strdup (why);
  else
    entry->type =
        xmpp_sasl_library_find_type (entry->library, entry->info, &entry->failure);

  if (entry->failure == NULL)
    xmpp_sasl_mechanism_info_set_loaded (entry->info);
  else if (!again)
    add_broken (path, entry->failure, self);
}

static gboolean
ensure_loaded (XmppSaslRegistry *self, XmppSaslEntry *entry, GError **error)
{
  if (entry->type == G_TYPE_INVALID && entry->failure == NULL)
    load (self, entry);

  if (entry->failure == NULL)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE, "%s: %s",
               xmpp_sasl_library_get_path (entry->library), entry->failure);
  return FALSE;
}

/**
 * xmpp_sasl_registry_load_all:
 * @registry: a registry
 *
 * Loads all modules, to find out which are broken:
 * [method@Xmpp.SaslRegistry.list_broken] tells afterwards, and
 * [method@Xmpp.SaslMechanismInfo.is_loaded] for each mechanism. A program that only logs
 * in has no need of it, a module is loaded when its mechanism is first used.
 *
 * Since: 1.0
 */
void
xmpp_sasl_registry_load_all (XmppSaslRegistry *registry)
{
  g_autoptr (GPtrArray) entries = NULL;
  GHashTableIter iter;
  gpointer first;

  g_return_if_fail (XMPP_IS_SASL_REGISTRY (registry));

  entries = g_ptr_array_new ();
  g_rec_mutex_lock (&registry->mutex);
  g_hash_table_iter_init (&iter, registry->entries);
  while (g_hash_table_iter_next (&iter, NULL, &first))
    for (XmppSaslEntry *entry = first; entry != NULL; entry = entry->next)
      if (entry == first || xmpp_sasl_entry_stands_beside (first, entry))
        g_ptr_array_add (entries, entry);
  /* Always in the same order: of two modules with the same type the second one fails. */
  g_ptr_array_sort (entries, xmpp_sasl_entry_compare);
  for (guint i = 0; i < entries->len; i++)
    ensure_loaded (registry, g_ptr_array_index (entries, i), NULL);
  g_rec_mutex_unlock (&registry->mutex);
}

static gboolean
check_role (XmppSaslEntry *entry, XmppSaslRole role, GError **error)
{
  if (xmpp_sasl_entry_can_play (entry, role))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
               "%s cannot play the %s side here",
               xmpp_sasl_mechanism_info_get_name (entry->info),
               role == XMPP_SASL_ROLE_SERVER ? "server's" : "client's");
  return FALSE;
}

/* @wanted: (nullable): of those with this name, the one to make; NULL: the usual one */
static XmppSaslEntry *
find_entry (XmppSaslRegistry *self,
            const char *name,
            XmppSaslMechanismInfo *wanted,
            XmppSaslRole role,
            GError **error)
{
  XmppSaslEntry *first = g_hash_table_lookup (self->entries, name);
  XmppSaslEntry *entry;

  if (first == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
                   "There is no SASL mechanism %s here", name);
      return NULL;
    }

  entry = wanted != NULL ? xmpp_sasl_entry_find (first, wanted)
                         : xmpp_sasl_entry_choose (first, role, NULL);

  return check_role (entry, role, error) && ensure_loaded (self, entry, error) ? entry
                                                                               : NULL;
}

static XmppSaslMechanism *
create (XmppSaslRegistry *self,
        const char *name,
        XmppSaslMechanismInfo *wanted,
        XmppSaslContext *context,
        XmppCredential *credential,
        GError **error)
{
  XmppSaslRole role = xmpp_sasl_context_get_role (context);
  g_autoptr (XmppSaslMechanismInfo) info = NULL;
  GType type = G_TYPE_INVALID;
  XmppSaslEntry *entry;
  XmppSaslMechanism *mechanism;

  g_rec_mutex_lock (&self->mutex);
  entry = find_entry (self, name, wanted, role, error);
  if (entry != NULL)
    {
      type = entry->type;
      info = g_object_ref (entry->info);
    }
  g_rec_mutex_unlock (&self->mutex);

  if (type == G_TYPE_INVALID)
    return NULL;

  mechanism = g_object_new (type, "name", name, "context", context, "credential",
                            credential, NULL);
  xmpp_sasl_mechanism_set_info (mechanism, info);

  return mechanism;
}

/**
 * xmpp_sasl_registry_create:
 * @registry: a registry
 * @name: the name of a mechanism
 * @context: what the mechanism may know of the connection
 * @credential: (nullable): what proves the identity; %NULL in the server role
 * @error: return location for an error
 *
 * Makes a mechanism for one authentication, and loads its module where that is needed.
 * Fails with %XMPP_SASL_ERROR_INVALID_MECHANISM where there is none of this name for this
 * side, and with %XMPP_SASL_ERROR_MODULE where its module does not load.
 *
 * Returns: (transfer full): a new mechanism
 *
 * Since: 1.0
 */
XmppSaslMechanism *
xmpp_sasl_registry_create (XmppSaslRegistry *registry,
                           const char *name,
                           XmppSaslContext *context,
                           XmppCredential *credential,
                           GError **error)
{
  g_return_val_if_fail (XMPP_IS_SASL_REGISTRY (registry), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);
  g_return_val_if_fail (credential == NULL || XMPP_IS_CREDENTIAL (credential), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return create (registry, name, NULL, context, credential, error);
}

XmppSaslMechanism *
xmpp_sasl_registry_create_from (XmppSaslRegistry *self,
                                XmppSaslMechanismInfo *info,
                                XmppSaslContext *context,
                                XmppCredential *credential,
                                GError **error)
{
  return create (self, xmpp_sasl_mechanism_info_get_name (info), info, context,
                 credential, error);
}

/**
 * xmpp_sasl_registry_create_authenticator:
 * @registry: a registry
 * @module: the name of a description file, without `.sasl`: "cyrus"
 * @error: return location for an error
 *
 * Makes the authenticator that a module brings along for the accounts it knows of, and
 * loads the module where that is needed. What it has to know is in its properties: the
 * documentation of the module says which there are. Such a module exports
 * `GType xmpp_sasl_module_get_authenticator_type (void)`.
 *
 * Fails with %XMPP_SASL_ERROR_MODULE where there is no such module, where it does not load,
 * and where it brings none.
 *
 * Returns: (transfer full): a new authenticator
 *
 * Since: 1.0
 */
XmppAuthenticator *
xmpp_sasl_registry_create_authenticator (XmppSaslRegistry *registry,
                                         const char *module,
                                         GError **error)
{
  GType type = G_TYPE_INVALID;
  g_autofree char *failure = NULL;
  XmppSaslLibrary *library;

  g_return_val_if_fail (XMPP_IS_SASL_REGISTRY (registry), NULL);
  g_return_val_if_fail (module != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_rec_mutex_lock (&registry->mutex);
  library = g_hash_table_lookup (registry->modules, module);
  if (library != NULL)
    type = xmpp_sasl_library_find_authenticator (library, &failure);
  g_rec_mutex_unlock (&registry->mutex);

  if (type == G_TYPE_INVALID)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE, "%s: %s", module,
                   library != NULL ? failure : "There is no module of this name");
      return NULL;
    }

  return g_object_new (type, NULL);
}
