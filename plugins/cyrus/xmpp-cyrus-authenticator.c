/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-cyrus-authenticator.h"

#include "cyrus-library.h"

#include <string.h>

/*
 * XmppCyrusAuthenticator:
 *
 * The accounts that Cyrus SASL knows: those of sasldb, of saslauthd (PAM, LDAP, shadow), and
 * of whatever has a plug-in there. Passwords are verified as sasl_checkpass() does; one that
 * Cyrus can tell is told, so that SCRAM works.
 *
 * A property says where Cyrus' options stand, `config-file`; another one the `realm` of the
 * accounts, where it is not the domain. Cyrus is asked in worker threads.
 */
struct _XmppCyrusAuthenticator
{
  XmppAuthenticator parent_instance;

  GMutex mutex; /* mechanisms step in threads of their own */
  char *config_file;
  char *realm;
  CyrusConfiguration *configuration;
  char *failure; /* why there is none */
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

  if (self->configuration != NULL)
    return cyrus_configuration_ref (self->configuration);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
               "Cyrus SASL: %s", self->failure);
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
  g_autoptr (GError) error = NULL;

  g_free (self->config_file);
  self->config_file = g_strdup (path);
  g_clear_pointer (&self->configuration, cyrus_configuration_unref);
  g_clear_pointer (&self->failure, g_free);
  self->configuration = cyrus_configuration_new (path, &error);
  if (self->configuration == NULL)
    self->failure = g_strdup (error->message);
}

/* ---- A question, in a worker thread ---- */

typedef struct
{
  XmppAuthenticatorRequest *request;
  CyrusConfiguration *configuration;
  char *realm;
  sasl_callback_t callbacks[4]; /* the connection looks at them */

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

/* The password is told where it is known: so it is asked for in the file's stead. */
static int
getopt_for_lookup_cb (void *context,
                      const char *plugin,
                      const char *option,
                      const char **result,
                      unsigned *length)
{
  static const char method[] = "auxprop";

  if (!g_str_equal (option, "pwcheck_method"))
    return cyrus_configuration_getopt_cb (context, plugin, option, result, length);

  *result = method;
  if (length != NULL)
    *length = sizeof method - 1;

  return SASL_OK;
}

static int
open_connection (Question *question, gboolean lookup, sasl_conn_t **connection)
{
  sasl_callback_t *callback = cyrus_library_fill_callbacks (question->callbacks);
  const char *domain = xmpp_authenticator_request_get_domain (question->request);

  cyrus_library_fill_callback (callback++, SASL_CB_GETOPT,
                               lookup ? G_CALLBACK (getopt_for_lookup_cb)
                                      : G_CALLBACK (cyrus_configuration_getopt_cb),
                               question->configuration);
  cyrus_library_fill_callback (callback, SASL_CB_LIST_END, NULL, NULL);

  return sasl_server_new ("xmpp", domain, question->realm, NULL, NULL,
                          question->callbacks, 0, connection);
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
  prop_erase (context, SASL_AUX_PASSWORD);

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

/* A plain no */
static gboolean
says_no (int result)
{
  return result == SASL_NOUSER || result == SASL_BADAUTH || result == SASL_NOVERIFY ||
         result == SASL_NOAUTHZ || result == SASL_EXPIRED || result == SASL_DISABLED ||
         result == SASL_PWLOCK || result == SASL_BADPARAM;
}

static void
ask_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  gboolean lookup = xmpp_authenticator_request_get_kind (question->request) ==
                    XMPP_AUTHENTICATOR_LOOKUP;
  sasl_conn_t *connection = NULL;
  GError *error = NULL;
  int result;

  if (!cyrus_library_begin (XMPP_SASL_ROLE_SERVER, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  result = open_connection (question, lookup, &connection);
  if (result == SASL_OK)
    result = lookup ? look_up (question, connection) : verify (question, connection);
  if (connection != NULL)
    sasl_dispose (&connection);

  if (result == SASL_OK || says_no (result))
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
  else if (xmpp_authenticator_request_get_kind (request) == XMPP_AUTHENTICATOR_LOOKUP)
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
  GError *error = NULL;

  if (!g_str_equal (xmpp_authenticator_request_get_field (request), "password"))
    return FALSE;

  task = g_task_new (self, xmpp_authenticator_request_get_cancellable (request), asked_cb,
                     NULL);
  g_task_set_source_tag (task, ask);
  question = g_new0 (Question, 1);
  question->request = g_object_ref (request);
  question->configuration = xmpp_cyrus_authenticator_dup_configuration (self, &error);
  question->realm = xmpp_cyrus_authenticator_dup_realm (self);
  g_task_set_task_data (task, question, question_free);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (!is_local (question))
    g_task_return_boolean (task, TRUE);
  else
    g_task_run_in_thread (task, ask_in_thread);

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
  g_free (self->failure);

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
      g_param_spec_string ("config-file", NULL, NULL, NULL, flags | G_PARAM_CONSTRUCT);
  properties[PROP_REALM] = g_param_spec_string ("realm", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_cyrus_authenticator_init (XmppCyrusAuthenticator *self)
{
  g_mutex_init (&self->mutex);
}
