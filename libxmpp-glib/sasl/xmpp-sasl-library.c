/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-sasl-library.h"

#include "sasl/xmpp-sasl-key-file.h"
#include "sasl/xmpp-authenticator.h"
#include "sasl/xmpp-sasl-mechanism.h"
#include "xmpp-enum-types.h"

#include <string.h>

#include <gmodule.h>

#define ENTRY_SYMBOL "xmpp_sasl_module_get_type"
/* A module need not have it: it keeps the description from saying more than is true. */
#define ROLES_SYMBOL "xmpp_sasl_module_get_roles"
/* Nor this */
#define AUTHENTICATOR_SYMBOL "xmpp_sasl_module_get_authenticator_type"

typedef GType (*ModuleGetType) (const char *name);
typedef XmppSaslRole (*ModuleGetRoles) (const char *name);
typedef GType (*ModuleGetAuthenticatorType) (void);

struct _XmppSaslLibrary
{
  char *path;
  ModuleGetType get_type; /* NULL: not loaded */
  ModuleGetRoles get_roles;
  ModuleGetAuthenticatorType get_authenticator_type;
  char *failure;
};

XmppSaslLibrary *
xmpp_sasl_library_new (const char *path)
{
  XmppSaslLibrary *self = g_new0 (XmppSaslLibrary, 1);

  self->path = g_strdup (path);

  return self;
}

void
xmpp_sasl_library_free (XmppSaslLibrary *self)
{
  g_free (self->path);
  g_free (self->failure);
  g_free (self);
}

const char *
xmpp_sasl_library_get_path (XmppSaslLibrary *self)
{
  return self->path;
}

/* The linker names the file first, and so do we. */
static char *
dup_reason (XmppSaslLibrary *self, const char *message)
{
  g_autofree char *prefix = g_strconcat (self->path, ": ", NULL);

  return g_strdup (g_str_has_prefix (message, prefix) ? message + strlen (prefix)
                                                      : message);
}

/* Binding everything at once: with LAZY, a missing symbol would end the process later. */
static void
load (XmppSaslLibrary *self)
{
  g_autoptr (GError) error = NULL;
  GModule *module;

  if (!xmpp_sasl_key_file_check_library (self->path, &error) ||
      (module = g_module_open_full (self->path, G_MODULE_BIND_LOCAL, &error)) == NULL)
    {
      self->failure = dup_reason (self, error->message);
      return;
    }

  g_module_make_resident (module);

  if (!g_module_symbol (module, ENTRY_SYMBOL, (gpointer *) &self->get_type))
    self->get_type = NULL;
  if (!g_module_symbol (module, ROLES_SYMBOL, (gpointer *) &self->get_roles))
    self->get_roles = NULL;
  if (!g_module_symbol (module, AUTHENTICATOR_SYMBOL,
                        (gpointer *) &self->get_authenticator_type))
    self->get_authenticator_type = NULL;

  if (self->get_type == NULL)
    self->failure = g_strdup ("The module has no function " ENTRY_SYMBOL "()");
}

const char *
xmpp_sasl_library_load (XmppSaslLibrary *self, gboolean *again)
{
  *again = self->failure != NULL;
  if (self->get_type == NULL && self->failure == NULL)
    load (self);

  return self->failure;
}

/* GObject tells nobody but the log why it refuses a type, and what the module returns then
 * looks as if it did not know the name. What a thread that listens hears first: NULL in
 * all others, whose messages go where they always go. A handler may still run in another
 * thread when it has been removed, so that it has no data but this. */
static GPrivate heard = G_PRIVATE_INIT (NULL);

static void
refused_cb (const char *domain,
            GLogLevelFlags level,
            const char *message,
            gpointer user_data)
{
  char **reason = g_private_get (&heard);

  if (reason == NULL)
    g_log_default_handler (domain, level, message, NULL);
  else if (*reason == NULL)
    *reason = g_strdup (message);
}

/* @reason: (out) (nullable): what GObject said meanwhile */
static GType
call_get_type (XmppSaslLibrary *self, const char *name, char **reason)
{
  GLogLevelFlags levels = G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL |
                          G_LOG_FLAG_RECURSION;
  guint of_types = g_log_set_handler ("GLib-GObject", levels, refused_cb, NULL);
  guint of_once = g_log_set_handler ("GLib", levels, refused_cb, NULL);
  GType type;

  *reason = NULL;
  g_private_set (&heard, reason);
  type = self->get_type (name);
  g_private_set (&heard, NULL);

  g_log_remove_handler ("GLib", of_once);
  g_log_remove_handler ("GLib-GObject", of_types);

  return type;
}

static gboolean
check_roles (XmppSaslLibrary *self, XmppSaslMechanismInfo *info, char **failure)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  XmppSaslRole claimed = xmpp_sasl_mechanism_info_get_roles (info);
  XmppSaslRole roles = self->get_roles != NULL ? self->get_roles (name) : claimed;
  XmppSaslRole untrue = claimed & ~roles;

  if (untrue == 0)
    return TRUE;

  *failure =
      g_strdup_printf ("The module does not play the %s side of %s, as its description "
                       "says",
                       untrue & XMPP_SASL_ROLE_SERVER ? "server's" : "client's", name);
  return FALSE;
}

GType
xmpp_sasl_library_find_type (XmppSaslLibrary *self,
                             XmppSaslMechanismInfo *info,
                             char **failure)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  g_autofree char *reason = NULL;
  GType type = call_get_type (self, name, &reason);

  if (type == G_TYPE_INVALID && reason != NULL)
    {
      *failure = g_strdup_printf ("GObject refuses the type for %s: %s", name, reason);
      return G_TYPE_INVALID;
    }
  if (reason != NULL)
    g_warning ("%s: %s", self->path, reason);

  return xmpp_sasl_library_check_type (type, name, failure) &&
                 check_roles (self, info, failure)
             ? type
             : G_TYPE_INVALID;
}

GType
xmpp_sasl_library_find_authenticator (XmppSaslLibrary *self, char **failure)
{
  gboolean again;
  const char *why = xmpp_sasl_library_load (self, &again);
  GType type = G_TYPE_INVALID;

  if (why == NULL && self->get_authenticator_type != NULL)
    type = self->get_authenticator_type ();

  if (why != NULL)
    *failure = g_strdup (why);
  else if (!g_type_is_a (type, XMPP_TYPE_AUTHENTICATOR) || G_TYPE_IS_ABSTRACT (type))
    *failure = g_strdup ("The module brings no authenticator");
  else
    return type;

  return G_TYPE_INVALID;
}

gboolean
xmpp_sasl_library_check_type (GType type, const char *name, char **failure)
{
  if (type == G_TYPE_INVALID)
    *failure = g_strdup_printf ("The module does not know %s", name);
  else if (!g_type_is_a (type, XMPP_TYPE_SASL_MECHANISM))
    *failure = g_strdup_printf ("The type %s for %s is no XmppSaslMechanism",
                                g_type_name (type), name);
  else if (G_TYPE_IS_ABSTRACT (type))
    *failure =
        g_strdup_printf ("The type %s for %s is abstract", g_type_name (type), name);
  else
    return TRUE;

  return FALSE;
}
