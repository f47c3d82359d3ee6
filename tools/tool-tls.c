/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-tls.h"

#include "tool-secret.h"
#include "tool-text.h"

#include <string.h>

/* Asks for the PIN of a token on the terminal. */
#define TOOL_TYPE_INTERACTION (tool_interaction_get_type ())
G_DECLARE_FINAL_TYPE (
    ToolInteraction, tool_interaction, TOOL, INTERACTION, GTlsInteraction)

struct _ToolInteraction
{
  GTlsInteraction parent_instance;
};

G_DEFINE_FINAL_TYPE (ToolInteraction, tool_interaction, G_TYPE_TLS_INTERACTION)

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GTlsPassword *password = g_task_get_task_data (task);
  GError *error = NULL;
  char *pin = tool_secret_ask_finish (result, &error);

  if (pin == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_tls_password_set_value_full (password, (guchar *) pin, (gssize) strlen (pin),
                                 (GDestroyNotify) xmpp_secret_free);
  g_task_return_int (task, G_TLS_INTERACTION_HANDLED);
}

static void
tool_interaction_ask_password_async (GTlsInteraction *interaction,
                                     GTlsPassword *password,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (interaction, cancellable, callback, user_data);
  const char *description = g_tls_password_get_description (password);
  g_autofree char *escaped =
      tool_text_escape (TOOL_TEXT_LINE, description != NULL ? description : "the key");
  g_autofree char *prompt = g_strdup_printf ("PIN for %s: ", escaped);

  g_task_set_source_tag (task, tool_interaction_ask_password_async);
  g_task_set_task_data (task, g_object_ref (password), g_object_unref);
  tool_secret_ask_async ("PIN", prompt, asked_cb, g_steal_pointer (&task));
}

static GTlsInteractionResult
tool_interaction_ask_password_finish (GTlsInteraction *interaction,
                                      GAsyncResult *result,
                                      GError **error)
{
  gssize answer = g_task_propagate_int (G_TASK (result), error);

  return answer < 0 ? G_TLS_INTERACTION_FAILED : (GTlsInteractionResult) answer;
}

static void
tool_interaction_class_init (ToolInteractionClass *klass)
{
  GTlsInteractionClass *interaction_class = G_TLS_INTERACTION_CLASS (klass);

  interaction_class->ask_password_async = tool_interaction_ask_password_async;
  interaction_class->ask_password_finish = tool_interaction_ask_password_finish;
}

static void
tool_interaction_init (ToolInteraction *self)
{
}

/* ---- What the options say ---- */

GTlsDatabase *
tool_tls_load_authorities (const char *file, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) ca_error = NULL;
  GTlsDatabase *database = NULL;

  /* Read here first: GnuTLS does not say what is wrong with a file that cannot be read. */
  if (g_file_get_contents (path, &text, NULL, &ca_error))
    database = g_tls_file_database_new (path, &ca_error);
  if (database == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--ca %s: %s", file,
                 ca_error->message);

  return database;
}

static gboolean
set_up_authorities (XmppClient *client, const char *file, GError **error)
{
  g_autoptr (GTlsDatabase) database = tool_tls_load_authorities (file, error);

  if (database == NULL)
    return FALSE;

  g_object_set (client, "tls-database", database, NULL);
  return TRUE;
}

static gboolean
set_up_pins (XmppClient *client, GStrv pins, GError **error)
{
  g_autoptr (GError) pin_error = NULL;

  if (xmpp_client_set_pins (client, (const char *const *) pins, &pin_error))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--pin: %s",
               pin_error->message);

  return FALSE;
}

/* A PEM file may hold the key too; with a token the key has the same name unless it is given. */
static GTlsCertificate *
load_certificate (const ToolOptions *options, GError **error)
{
  const char *certificate = options->client_cert;
  const char *key = options->client_key;

  if (g_str_has_prefix (certificate, "pkcs11:"))
    return g_tls_certificate_new_from_pkcs11_uris (certificate, key, error);
  if (key != NULL)
    return g_tls_certificate_new_from_files (certificate, key, error);

  return g_tls_certificate_new_from_file (certificate, error);
}

static gboolean
has_key (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *key_uri = NULL;
  gboolean found;

  g_object_get (certificate, "private-key", &key, "pkcs11-uri", &uri,
                "private-key-pkcs11-uri", &key_uri, NULL);
  found = key != NULL || uri != NULL || key_uri != NULL;
  if (key != NULL)
    explicit_bzero (key->data, key->len);

  return found;
}

static gboolean
set_up_certificate (XmppClient *client, const ToolOptions *options, GError **error)
{
  g_autoptr (GError) load_error = NULL;
  g_autoptr (GTlsCertificate) certificate = load_certificate (options, &load_error);
  g_autoptr (GTlsInteraction) interaction = NULL;

  if (certificate != NULL && !has_key (certificate))
    g_set_error_literal (&load_error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "there is no key in it: give --client-key");
  if (load_error != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--client-cert %s: %s", options->client_cert, load_error->message);
      return FALSE;
    }

  interaction = g_object_new (TOOL_TYPE_INTERACTION, NULL);
  g_object_set (client, "certificate", certificate, "tls-interaction", interaction, NULL);

  return TRUE;
}

gboolean
tool_tls_set_up (XmppClient *client, const ToolOptions *options, GError **error)
{
  if (options->ca != NULL && !set_up_authorities (client, options->ca, error))
    return FALSE;
  if (options->pins != NULL && !set_up_pins (client, options->pins, error))
    return FALSE;

  return options->client_cert == NULL || set_up_certificate (client, options, error);
}
