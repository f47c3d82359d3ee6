/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Cyrus"

#include "config.h"

#include "xmpp-cyrus-authenticator.h"

#include "cyrus-library.h"
#include "cyrus-worker.h"

#include <string.h>

/*
 * XmppCyrusAuthenticator:
 *
 * The accounts that Cyrus SASL knows: those of sasldb, of saslauthd (PAM, LDAP, shadow), and
 * of whatever has a plug-in there. Passwords are verified as sasl_checkpass() does; one that
 * Cyrus can tell is told, so that SCRAM works.
 *
 * A property says where Cyrus' options stand, `config-file`; another one the `realm` of the
 * accounts, where it is not the domain. Cyrus is asked in worker threads,
 * a few at once.
 */
struct _XmppCyrusAuthenticator
{
  XmppAuthenticator parent_instance;

  GMutex mutex; /* mechanisms step in threads of their own */
  char *config_file;
  char *realm;
  CyrusConfiguration *configuration; /* NULL: the file was not read yet */
};

G_DEFINE_FINAL_TYPE (XmppCyrusAuthenticator,
                     xmpp_cyrus_authenticator,
                     XMPP_TYPE_AUTHENTICATOR)

enum
{
  PROP_CONFIG_FILE = 1,
  PROP_REALM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

CyrusConfiguration *
xmpp_cyrus_authenticator_dup_configuration (XmppCyrusAuthenticator *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GError) local_error = NULL;

  if (self->configuration == NULL)
    self->configuration = cyrus_configuration_new (self->config_file, &local_error);
  if (self->configuration != NULL)
    return cyrus_configuration_ref (self->configuration);

  g_message ("Cyrus SASL: %s", local_error->message);
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
               "Cyrus SASL: %s", local_error->message);
  return NULL;
}

char *
xmpp_cyrus_authenticator_dup_realm (XmppCyrusAuthenticator *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->realm);
}

static void
set_config_file (XmppCyrusAuthenticator *self, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_free (self->config_file);
  self->config_file = g_strdup (path);
  g_clear_pointer (&self->configuration, cyrus_configuration_unref);
}

/* ---- A question, in a worker thread ---- */

typedef struct
{
  XmppAuthenticatorRequest *request;
  CyrusConfiguration *configuration;
  char *realm;
  CyrusCallbacks callbacks;

  char *value;      /* looked up */
  gboolean allowed; /* verified */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->request);
  g_clear_pointer (&question->configuration, cyrus_configuration_unref);
  g_free (question->realm);
  xmpp_secret_free (question->value);
  g_free (question);
}

static gboolean
is_lookup (Question *question)
{
  return xmpp_authenticator_request_get_kind (question->request) ==
         XMPP_AUTHENTICATOR_LOOKUP;
}

/* The password is told where it is known: so that is asked for in the file's stead. */
static gboolean
configure (Question *question, XmppCyrusAuthenticator *authenticator, GError **error)
{
  g_autoptr (CyrusConfiguration)
      configuration = xmpp_cyrus_authenticator_dup_configuration (authenticator, error);

  if (configuration == NULL)
    return FALSE;

  question->realm = xmpp_cyrus_authenticator_dup_realm (authenticator);
  question->configuration =
      is_lookup (question)
          ? cyrus_configuration_copy_with (configuration, "pwcheck_method", "auxprop")
          : g_steal_pointer (&configuration);

  return TRUE;
}

static int
open_connection (Question *question, sasl_conn_t **connection)
{
  const char *domain = xmpp_authenticator_request_get_domain (question->request);

  cyrus_callbacks_begin (&question->callbacks);
  cyrus_configuration_add_callback (question->configuration, &question->callbacks);

  return sasl_server_new ("xmpp", domain, question->realm, NULL, NULL,
                          cyrus_callbacks_end (&question->callbacks), 0, connection);
}

/* The account's name at Cyrus: somebody of another realm is not one of this domain. */
static gboolean
is_local (Question *question)
{
  const char *username = xmpp_authenticator_request_get_username (question->request);

  return username != NULL && strchr (username, '@') == NULL;
}

static int
look_up (Question *question, sasl_conn_t *connection)
{
  static const char *const names[] = { SASL_AUX_PASSWORD, NULL };
  const char *username = xmpp_authenticator_request_get_username (question->request);
  struct propval values[G_N_ELEMENTS (names)] = { { NULL } };
  struct propctx *context = sasl_auxprop_getctx (connection);
  int result = sasl_user_exists (connection, NULL, question->realm, username);

  if (result != SASL_OK)
    return result;

  if (prop_getnames (context, (const char **) names, values) > 0 &&
      values[0].values != NULL && values[0].values[0] != NULL)
    question->value = g_strdup (values[0].values[0]);

  return SASL_OK;
}

static int
verify (Question *question, sasl_conn_t *connection)
{
  const char *username = xmpp_authenticator_request_get_username (question->request);
  const char *value = xmpp_authenticator_request_get_value (question->request);
  int result =
      sasl_checkpass (connection, username, strlen (username), value, strlen (value));

  question->allowed = result == SASL_OK;

  return result;
}

static int
ask_cyrus (Question *question)
{
  sasl_conn_t *connection = NULL;
  int result = open_connection (question, &connection);

  if (result != SASL_OK)
    return result;

  result = is_lookup (question) ? look_up (question, connection)
                                : verify (question, connection);
  /* Also the right password that one was compared with stays there else. */
  prop_erase (sasl_auxprop_getctx (connection), SASL_AUX_PASSWORD);
  sasl_dispose (&connection);

  return result;
}

static void
ask_in_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  int result;

  /* It may have waited long for its turn. */
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!cyrus_library_begin (XMPP_SASL_ROLE_SERVER, &error) ||
      !configure (question, g_task_get_source_object (task), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  result = ask_cyrus (question);
  /* SASL_BADPARAM: there is no password, or no user name, to be compared */
  if (result == SASL_OK || result == SASL_BADPARAM || cyrus_library_says_no (result))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, XMPP_SASL_ERROR,
                             XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE, "Cyrus SASL: %s",
                             sasl_errstring (result, NULL, NULL));
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = g_task_get_task_data (G_TASK (result));
  XmppAuthenticatorRequest *request = question->request;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    xmpp_authenticator_request_fail (request, error);
  else if (is_lookup (question))
    xmpp_authenticator_request_reply (request, question->value);
  else if (question->allowed)
    xmpp_authenticator_request_allow (request);
  else
    xmpp_authenticator_request_refuse (request);
}

static gboolean
ask (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  XmppCyrusAuthenticator *self = XMPP_CYRUS_AUTHENTICATOR (authenticator);
  Question *question;
  g_autoptr (GTask) task = NULL;

  if (!g_str_equal (xmpp_authenticator_request_get_field (request), "password"))
    return FALSE;

  task = g_task_new (self, xmpp_authenticator_request_get_cancellable (request), asked_cb,
                     NULL);
  g_task_set_source_tag (task, ask);
  question = g_new0 (Question, 1);
  question->request = g_object_ref (request);
  g_task_set_task_data (task, question, question_free);

  if (is_local (question))
    cyrus_worker_ask (ask_in_thread, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);

  return TRUE;
}

/* ---- The type ---- */

static void
xmpp_cyrus_authenticator_get_property (GObject *object,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  XmppCyrusAuthenticator *self = XMPP_CYRUS_AUTHENTICATOR (object);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_value_set_string (value,
                      prop_id == PROP_CONFIG_FILE ? self->config_file : self->realm);
}

static void
xmpp_cyrus_authenticator_set_property (GObject *object,
                                       guint prop_id,
                                       const GValue *value,
                                       GParamSpec *pspec)
{
  XmppCyrusAuthenticator *self = XMPP_CYRUS_AUTHENTICATOR (object);

  if (prop_id == PROP_CONFIG_FILE)
    set_config_file (self, g_value_get_string (value));
  else
    {
      g_mutex_lock (&self->mutex);
      g_free (self->realm);
      self->realm = g_value_dup_string (value);
      g_mutex_unlock (&self->mutex);
    }
}

static void
xmpp_cyrus_authenticator_finalize (GObject *object)
{
  XmppCyrusAuthenticator *self = XMPP_CYRUS_AUTHENTICATOR (object);

  g_mutex_clear (&self->mutex);
  g_free (self->config_file);
  g_free (self->realm);
  g_clear_pointer (&self->configuration, cyrus_configuration_unref);

  G_OBJECT_CLASS (xmpp_cyrus_authenticator_parent_class)->finalize (object);
}

static void
xmpp_cyrus_authenticator_class_init (XmppCyrusAuthenticatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = xmpp_cyrus_authenticator_finalize;
  object_class->get_property = xmpp_cyrus_authenticator_get_property;
  object_class->set_property = xmpp_cyrus_authenticator_set_property;

  XMPP_AUTHENTICATOR_CLASS (klass)->lookup = ask;
  XMPP_AUTHENTICATOR_CLASS (klass)->verify = ask;

  properties[PROP_CONFIG_FILE] =
      g_param_spec_string ("config-file", NULL, NULL, NULL, flags);
  properties[PROP_REALM] = g_param_spec_string ("realm", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_cyrus_authenticator_init (XmppCyrusAuthenticator *self)
{
  g_mutex_init (&self->mutex);
}
