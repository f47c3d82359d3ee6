/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-configuration.h"
#include "tool-outcome.h"
#include "tool-text.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  XmppServer *server;
  XmppAuthenticator *authenticator;
  GMainLoop *loop;
  gboolean stopping;
  GError *error;
} Service;

static void
service_clear (Service *self)
{
  g_clear_object (&self->server);
  g_clear_object (&self->authenticator);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, service_clear)

/* ---- What the file says ---- */

static gboolean
fail (GError **error, const char *group, const char *key, const char *why)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "[%s]%s%s: %s", group,
               key != NULL ? " " : "", key != NULL ? key : "", why);

  return FALSE;
}

static gboolean
set_authorities (Service *self, ToolConfiguration *configuration, GError **error)
{
  g_autofree char *path = tool_configuration_dup_path (configuration, "server", "ca");
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) reason = NULL;

  if (path == NULL)
    return TRUE;

  database = g_tls_file_database_new (path, &reason);
  if (database == NULL)
    return fail (error, "server", "ca", reason->message);

  g_object_set (self->server, "tls-database", database, NULL);
  return TRUE;
}

static gboolean
set_users (Service *self, ToolConfiguration *configuration, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (configuration->path);
  g_autoptr (GError) reason = NULL;

  if (!configuration->has_users)
    {
      self->authenticator = XMPP_AUTHENTICATOR (xmpp_memory_authenticator_new ());
      return TRUE;
    }

  self->authenticator = XMPP_AUTHENTICATOR (xmpp_users_file_new (file, &reason));

  return self->authenticator != NULL || fail (error, "users", NULL, reason->message);
}

/* What users who do not exist are made of stays the same after a restart, and nobody else
 * knows it. */
static void
set_decoy (Service *self, GTlsCertificate *certificate)
{
  static const char what[] = "users who do not exist";
  char *before = xmpp_authenticator_dup_decoy (self->authenticator);
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *decoy = NULL;

  g_object_get (certificate, "private-key", &key, NULL);
  if (before == NULL && key != NULL)
    {
      decoy = g_compute_hmac_for_data (G_CHECKSUM_SHA256, key->data, key->len,
                                       (const guchar *) what, sizeof what - 1);
      xmpp_authenticator_set_decoy (self->authenticator, decoy);
    }
  xmpp_secret_free (before);
}

static GTlsCertificate *
load_certificate (ToolConfiguration *configuration, const char *group, GError **error)
{
  g_autofree char *path =
      tool_configuration_dup_path (configuration, group, "certificate");
  g_autofree char *key =
      tool_configuration_dup_path (configuration, group, "private-key");
  g_autoptr (GError) reason = NULL;
  GTlsCertificate *certificate = NULL;

  if (path == NULL)
    {
      fail (error, group, "certificate", "it is missing");
      return NULL;
    }

  certificate = key != NULL ? g_tls_certificate_new_from_files (path, key, &reason)
                            : g_tls_certificate_new_from_file (path, &reason);
  if (certificate == NULL)
    fail (error, group, key != NULL ? "certificate, private-key" : "certificate",
          reason->message);

  return certificate;
}

static gboolean
check_strangers (ToolConfiguration *configuration,
                 const char *group,
                 const char *domain,
                 GError **error)
{
  for (guint i = 0; i < configuration->accounts->len; i++)
    {
      XmppJid *account = g_ptr_array_index (configuration->accounts, i);

      if (g_str_equal (xmpp_jid_get_domain (account), domain))
        return fail (error, group, "anonymous",
                     "a domain is for strangers or for those who have an account, and "
                     "there are some in [users]");
    }

  return TRUE;
}

static gboolean
add_domain (Service *self,
            ToolConfiguration *configuration,
            const char *name,
            GError **error)
{
  g_autofree char *group = g_strconcat ("domain ", name, NULL);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (XmppJid) domain = NULL;
  g_autoptr (GError) reason = NULL;
  gboolean anonymous;

  domain = xmpp_jid_new_from_parts (NULL, name, NULL, &reason);
  if (domain == NULL)
    return fail (error, group, NULL, reason->message);
  if (!tool_configuration_get_boolean (configuration, group, "anonymous", &anonymous,
                                       error))
    return FALSE;
  if (anonymous &&
      !check_strangers (configuration, group, xmpp_jid_get_domain (domain), error))
    return FALSE;

  certificate = load_certificate (configuration, group, error);
  if (certificate == NULL)
    return FALSE;

  set_decoy (self, certificate);
  if (xmpp_server_add_domain (self->server, name, certificate,
                              anonymous ? NULL : self->authenticator, &reason))
    return TRUE;

  return fail (error, group, NULL, reason->message);
}

static gboolean
add_domains (Service *self, ToolConfiguration *configuration, GError **error)
{
  g_auto (GStrv) names = tool_configuration_list (configuration, "domain");

  for (gsize i = 0; names[i] != NULL; i++)
    if (!add_domain (self, configuration, names[i], error))
      return FALSE;

  return names[0] != NULL ||
         fail (error, "domain …", NULL, "there is no such group: no domain is served");
}

static gboolean
add_components (Service *self, ToolConfiguration *configuration, GError **error)
{
  g_auto (GStrv) names = tool_configuration_list (configuration, "component");

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *group = g_strconcat ("component ", names[i], NULL);
      char *secret = tool_configuration_dup (configuration, group, "secret");
      g_autoptr (GError) reason = NULL;

      if (secret == NULL)
        return fail (error, group, "secret", "it is missing");

      xmpp_server_set_component_secret (self->server, names[i], secret, &reason);
      xmpp_secret_free (secret);
      if (reason != NULL)
        return fail (error, group, NULL, reason->message);
    }

  return TRUE;
}

static GPtrArray *
configure (Service *self, const char *path, GError **error)
{
  g_autoptr (ToolConfiguration) configuration = tool_configuration_load (path, error);

  self->server = xmpp_server_new ();
  if (configuration == NULL || !set_authorities (self, configuration, error) ||
      !set_users (self, configuration, error) ||
      !add_domains (self, configuration, error) ||
      !add_components (self, configuration, error))
    return NULL;

  return tool_configuration_list_doors (configuration, error);
}

/* ---- What it does ---- */

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *self = user_data;

  xmpp_server_stop_finish (XMPP_SERVER (source), result, &self->error);
  g_main_loop_quit (self->loop);
}

/* Whoever asks twice does not want to wait. */
static gboolean
signalled_cb (gpointer user_data)
{
  Service *self = user_data;

  if (self->stopping)
    {
      g_main_loop_quit (self->loop);
      return G_SOURCE_CONTINUE;
    }

  self->stopping = TRUE;
  xmpp_server_stop_async (self->server, NULL, stopped_cb, self);
  return G_SOURCE_CONTINUE;
}

/* A line for each, so that others can wait for it: KEY TAB ADDRESS:PORT */
static gboolean
listen_everywhere (Service *self, GPtrArray *doors, GError **error)
{
  for (guint i = 0; i < doors->len; i++)
    {
      ToolDoor *door = g_ptr_array_index (doors, i);
      gboolean is_ipv6 = strchr (door->address, ':') != NULL;
      guint port =
          xmpp_server_listen (self->server, door->kind, door->address, door->port, error);

      if (port == 0)
        {
          g_prefix_error (error, "[server] %s, %s, port %u: ", door->key, door->address,
                          door->port);
          return FALSE;
        }

      printf ("%s\t%s%s%s:%u\n", door->key, is_ipv6 ? "[" : "", door->address,
              is_ipv6 ? "]" : "", port);
    }

  return fflush (stdout) == 0;
}

static int
serve (Service *self, GPtrArray *doors)
{
  guint signals[2];

  self->loop = g_main_loop_new (NULL, FALSE);
  signals[0] = g_unix_signal_add (SIGTERM, signalled_cb, self);
  signals[1] = g_unix_signal_add (SIGINT, signalled_cb, self);
  if (listen_everywhere (self, doors, &self->error))
    g_main_loop_run (self->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);

  if (self->error == NULL)
    return TOOL_DONE;

  tool_complain ("%s", self->error->message);
  return TOOL_FAILED;
}

int
tool_serve (ToolOptions *options, char **arguments, GError **error)
{
  g_auto (Service) service = { 0 };
  g_autoptr (GPtrArray) doors = NULL;

  if (arguments[0] != NULL || options->config == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "serve takes --config FILE, and nothing but options");
      return TOOL_USAGE;
    }

  doors = configure (&service, options->config, error);
  if (doors == NULL)
    return TOOL_USAGE;

  return serve (&service, doors);
}
