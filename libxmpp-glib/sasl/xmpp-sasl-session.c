/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-session.h"

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-binding.h"
#include "sasl/xmpp-sasl-failure.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-renewal.h"

struct _XmppSaslSession
{
  GObject parent_instance;

  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  XmppCredential *credential;
  XmppLimits *limits;
  XmppReport *report;

  /* Of the connection */
  char *local;
  char *domain;
  char *host;
  gboolean secure;
  gboolean allow_plain;
  GVariant *bindings;

  /* Of the offer */
  GStrv offered;
  GPtrArray *choices;
  guint position; /* of the choice that is tried, or is to be tried next */
  GPtrArray *refused;
  GHashTable *recorded;

  /* Of the attempt that runs */
  XmppSaslMechanism *mechanism;
  XmppSaslChoice *current; /* one of the choices */
  gboolean failed_here;

  guint attempts;
  guint max_exposure; /* nothing that reveals more may be tried any more */
};

G_DEFINE_FINAL_TYPE (XmppSaslSession, xmpp_sasl_session, G_TYPE_OBJECT)

static void try_choice (XmppSaslSession *self, GTask *task);
static void first_step_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void last_step_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void renewed_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* What still runs in the mechanism goes on without us. */
static void
drop_mechanism (XmppSaslSession *self)
{
  g_clear_object (&self->mechanism);
  self->current = NULL;
  self->failed_here = FALSE;
}

static void
xmpp_sasl_session_dispose (GObject *object)
{
  XmppSaslSession *self = XMPP_SASL_SESSION (object);

  drop_mechanism (self);
  g_clear_object (&self->registry);
  g_clear_object (&self->policy);
  g_clear_object (&self->credential);
  g_clear_object (&self->limits);
  g_clear_object (&self->report);

  G_OBJECT_CLASS (xmpp_sasl_session_parent_class)->dispose (object);
}

static void
xmpp_sasl_session_finalize (GObject *object)
{
  XmppSaslSession *self = XMPP_SASL_SESSION (object);

  g_free (self->local);
  g_free (self->domain);
  g_free (self->host);
  g_clear_pointer (&self->bindings, g_variant_unref);
  g_strfreev (self->offered);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_ptr_array_unref (self->refused);
  g_hash_table_unref (self->recorded);

  G_OBJECT_CLASS (xmpp_sasl_session_parent_class)->finalize (object);
}

static void
xmpp_sasl_session_class_init (XmppSaslSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_sasl_session_dispose;
  object_class->finalize = xmpp_sasl_session_finalize;
}

static void
xmpp_sasl_session_init (XmppSaslSession *self)
{
  self->refused = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->refused, NULL);
  self->recorded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->max_exposure = G_MAXUINT;
}

XmppSaslSession *
xmpp_sasl_session_new (XmppSaslRegistry *registry,
                       XmppSaslPolicy *policy,
                       XmppCredential *credential,
                       XmppLimits *limits,
                       XmppReport *report)
{
  XmppSaslSession *self = g_object_new (XMPP_TYPE_SASL_SESSION, NULL);

  self->registry =
      g_object_ref (registry != NULL ? registry : xmpp_sasl_registry_get_default ());
  self->policy = policy != NULL ? g_object_ref (policy) : xmpp_sasl_policy_new ();
  self->credential = credential != NULL ? g_object_ref (credential)
                                        : xmpp_credential_new (NULL, NULL);
  self->limits = limits != NULL ? g_object_ref (limits) : xmpp_limits_new ();
  g_set_object (&self->report, report);

  return self;
}

void
xmpp_sasl_session_set_connection (XmppSaslSession *self,
                                  const char *local,
                                  const char *domain,
                                  const char *host,
                                  gboolean secure,
                                  GVariant *bindings)
{
  g_free (self->local);
  self->local = g_strdup (local);
  g_free (self->domain);
  self->domain = g_strdup (domain);
  g_free (self->host);
  self->host = g_strdup (host != NULL ? host : domain);
  self->secure = secure;
  g_clear_pointer (&self->bindings, g_variant_unref);
  self->bindings = bindings != NULL ? g_variant_ref_sink (bindings) : NULL;
}

void
xmpp_sasl_session_set_allow_plain (XmppSaslSession *self, gboolean allow)
{
  self->allow_plain = allow;
}

/* ---- The offer ---- */

static const char *
get_peer (XmppSaslSession *self)
{
  return self->domain != NULL ? self->domain : "The server";
}

/* Each mechanism stands in the report once, with what was said of it first; but that it was
 * used is said always. */
static void
record (XmppSaslSession *self, const char *name, gboolean used, const char *why)
{
  if (g_hash_table_add (self->recorded, g_strdup (name)) || used)
    xmpp_report_add_mechanism (self->report, name, used, why);
}

gboolean
xmpp_sasl_session_set_offer (XmppSaslSession *self,
                             const char *const *mechanisms,
                             const char *const *bindings,
                             GError **error)
{
  g_auto (GStrv)
      own_bindings = xmpp_sasl_binding_list_types (self->secure ? self->bindings : NULL);
  g_autoptr (GPtrArray) passed = NULL;
  XmppSaslOffer offer = {
    .peer = get_peer (self),
    .mechanisms = mechanisms,
    .types = bindings,
    .max = xmpp_limits_peek (self->limits)->mechanisms,
    .secure = self->secure || self->allow_plain,
    .bindings = (const char *const *) own_bindings,
    .anonymous = xmpp_credential_is_anonymous (self->credential),
    .refused = (const char *const *) self->refused->pdata,
  };

  drop_mechanism (self);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_strfreev (self->offered);
  self->offered = mechanisms != NULL ? g_strdupv ((GStrv) mechanisms)
                                     : g_new0 (char *, 1);
  self->position = 0;

  self->choices =
      xmpp_sasl_policy_choose (self->policy, self->registry, &offer, &passed, error);
  for (guint i = 0; i < passed->len; i++)
    {
      XmppSaslPassed *one = g_ptr_array_index (passed, i);

      record (self, one->name, FALSE, one->why);
    }

  if (self->choices == NULL)
    return FALSE;
  if (self->choices->len == 0)
    {
      xmpp_sasl_passed_set_error (passed, get_peer (self), error);
      return FALSE;
    }

  return TRUE;
}

gboolean
xmpp_sasl_session_sends_secret (XmppSaslSession *self, const char *mechanism)
{
  XmppSaslMechanismInfo *info =
      mechanism != NULL ? xmpp_sasl_registry_find (self->registry, mechanism) : NULL;

  return info == NULL ||
         (xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_PLAIN_TEXT) != 0;
}

/* ---- The first step ---- */

/* The best one that is left and reveals no more than what has failed. */
static XmppSaslChoice *
find_choice (XmppSaslSession *self)
{
  while (self->choices != NULL && self->position < self->choices->len)
    {
      XmppSaslChoice *choice = g_ptr_array_index (self->choices, self->position);

      if (xmpp_sasl_choice_get_exposure (choice) <= self->max_exposure)
        return choice;

      record (self, xmpp_sasl_mechanism_info_get_name (choice->info), FALSE,
              "it reveals more than the one that has failed");
      self->position++;
    }

  return NULL;
}

static XmppSaslContext *
build_context (XmppSaslSession *self, XmppSaslChoice *choice)
{
  const XmppLimitValues *limits = xmpp_limits_peek (self->limits);

  return g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_CLIENT, "domain",
                       self->domain, "host", self->host, "secure",
                       self->secure || self->allow_plain, "offered", self->offered,
                       "binding", choice->binding, "channel-bindings",
                       xmpp_sasl_binding_order (self->bindings, choice->binding_type),
                       "min-iterations", limits->scram_iterations_min, "max-iterations",
                       limits->scram_iterations_max, NULL);
}

static XmppSaslMechanism *
create_mechanism (XmppSaslSession *self, XmppSaslChoice *choice, GError **error)
{
  g_autoptr (XmppSaslContext) context = build_context (self, choice);
  XmppSaslMechanism *mechanism;

  mechanism = xmpp_sasl_registry_create (self->registry,
                                         xmpp_sasl_mechanism_info_get_name (choice->info),
                                         context, self->credential, error);
  if (mechanism == NULL)
    return NULL;

  xmpp_sasl_mechanism_set_local (mechanism, self->local);
  xmpp_sasl_mechanism_set_limits (mechanism, xmpp_limits_peek (self->limits));

  return mechanism;
}

void
xmpp_sasl_session_start_async (XmppSaslSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_start_async);
  drop_mechanism (self);
  try_choice (self, g_steal_pointer (&task));
}

/* Task data: why the last one was passed over */
static void
remember_error (GTask *task, GError *error)
{
  g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
}

static void
pass_over (XmppSaslSession *self, const GError *error)
{
  XmppSaslChoice *choice = g_ptr_array_index (self->choices, self->position);

  record (self, xmpp_sasl_mechanism_info_get_name (choice->info), FALSE, error->message);
  self->position++;
}

static void
try_choice (XmppSaslSession *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppSaslChoice *choice;
  GError *error = NULL;

  while ((choice = find_choice (self)) != NULL)
    {
      self->mechanism = create_mechanism (self, choice, &error);
      if (self->mechanism != NULL)
        {
          self->current = choice;
          xmpp_sasl_mechanism_step_async (self->mechanism, NULL, cancellable,
                                          first_step_cb, g_steal_pointer (&task));
          return;
        }

      pass_over (self, error);
      remember_error (task, g_steal_pointer (&error));
    }

  if (g_task_get_task_data (task) != NULL)
    g_task_return_error (task, g_error_copy (g_task_get_task_data (task)));
  else
    g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                             "%s offers no SASL mechanism that may be tried",
                             get_peer (self));
}

static gboolean
check_current (XmppSaslSession *self, GObject *mechanism, GTask *task)
{
  if ((GObject *) self->mechanism == mechanism)
    return TRUE;

  g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                           "The login was begun anew");
  return FALSE;
}

static void
bytes_free (gpointer bytes)
{
  g_clear_pointer ((GBytes **) &bytes, g_bytes_unref);
}

static void
first_step_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) initial = NULL;
  GError *error = NULL;

  initial = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (source), result, NULL,
                                             &error);
  if (!check_current (self, source, task))
    {
      g_clear_error (&error);
      return;
    }

  if (error == NULL)
    {
      self->attempts++;
      g_task_return_pointer (task, g_steal_pointer (&initial), bytes_free);
      return;
    }

  /* Nothing was sent. */
  drop_mechanism (self);
  if (!xmpp_sasl_failure_passes_over (error))
    {
      g_task_return_error (task, error);
      return;
    }

  pass_over (self, error);
  remember_error (task, error);
  try_choice (self, g_steal_pointer (&task));
}

const char *
xmpp_sasl_session_start_finish (XmppSaslSession *self,
                                GAsyncResult *result,
                                GBytes **initial,
                                GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_start_async),
                        NULL);

  *initial = g_task_propagate_pointer (G_TASK (result), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }

  return xmpp_sasl_session_get_mechanism (self);
}

/* ---- Further steps ---- */

void
xmpp_sasl_session_step_async (XmppSaslSession *self,
                              GBytes *challenge,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_step_async);

  if (self->mechanism == NULL)
    g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                             "%s sent a challenge before the login had begun",
                             get_peer (self));
  else
    xmpp_sasl_mechanism_step_async (self->mechanism, challenge, cancellable, stepped_cb,
                                    g_steal_pointer (&task));
}

static void
stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) response = NULL;
  GError *error = NULL;

  response = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (source), result, NULL,
                                              &error);
  if (!check_current (self, source, task))
    {
      g_clear_error (&error);
      return;
    }
  if (error != NULL)
    {
      self->failed_here = TRUE;
      g_task_return_error (task, error);
      return;
    }

  /* A challenge is answered, if only with nothing (RFC 6120 §6.4.3). */
  if (response == NULL)
    response = g_bytes_new_static ("", 0);
  g_task_return_pointer (task, g_steal_pointer (&response), bytes_free);
}

GBytes *
xmpp_sasl_session_step_finish (XmppSaslSession *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_step_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Success ---- */

static gboolean
is_complete (XmppSaslSession *self)
{
  return self->mechanism != NULL && !self->failed_here &&
         xmpp_sasl_mechanism_get_status (self->mechanism) == XMPP_SASL_STATUS_COMPLETE;
}

static void
record_success (XmppSaslSession *self)
{
  const char *name = xmpp_sasl_session_get_mechanism (self);
  g_autofree char *why = g_strdup_printf ("%s was preferred", name);

  record (self, name, TRUE, NULL);
  for (guint i = 0; i < self->choices->len; i++)
    {
      XmppSaslChoice *choice = g_ptr_array_index (self->choices, i);

      record (self, xmpp_sasl_mechanism_info_get_name (choice->info), FALSE, why);
    }
}

static void
believe (XmppSaslSession *self, GTask *task)
{
  if (!is_complete (self))
    {
      self->failed_here = TRUE;
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                               "%s says that the login has succeeded, and did not prove "
                               "who it is",
                               get_peer (self));
      return;
    }

  record_success (self);
  xmpp_sasl_mechanism_hand_over (self->mechanism);
  g_task_return_boolean (task, TRUE);
}

void
xmpp_sasl_session_succeed_async (XmppSaslSession *self,
                                 GBytes *data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_succeed_async);

  /* What comes with success to a mechanism that is complete is of no use: never step it. */
  if (data == NULL || self->mechanism == NULL || is_complete (self))
    believe (self, task);
  else
    xmpp_sasl_mechanism_step_async (self->mechanism, data, cancellable, last_step_cb,
                                    g_steal_pointer (&task));
}

/* Whatever is wrong with the proof: the server has not proven itself, and says success. */
static GError *
distrust (XmppSaslSession *self, GError *error)
{
  GError *distrusted;

  if (error->domain != XMPP_SASL_ERROR ||
      error->code == XMPP_SASL_ERROR_SERVER_NOT_TRUSTED)
    return error;

  distrusted = g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                            "%s says that the login has succeeded, but: %s",
                            get_peer (self), error->message);
  g_error_free (error);

  return distrusted;
}

static void
last_step_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) output = NULL;
  GError *error = NULL;

  output = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (source), result, NULL,
                                            &error);
  if (!check_current (self, source, task))
    {
      g_clear_error (&error);
      return;
    }

  if (error != NULL)
    {
      self->failed_here = TRUE;
      g_task_return_error (task, distrust (self, error));
    }
  else
    believe (self, task);
}

gboolean
xmpp_sasl_session_succeed_finish (XmppSaslSession *self,
                                  GAsyncResult *result,
                                  GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result,
                                                  xmpp_sasl_session_succeed_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Failure ---- */

static void
refuse_current (XmppSaslSession *self)
{
  const char *name = xmpp_sasl_session_get_mechanism (self);

  g_ptr_array_insert (self->refused, (int) self->refused->len - 1, g_strdup (name));
  self->position++;
  drop_mechanism (self);
}

static void
renew (XmppSaslSession *self, GTask *task_arg, XmppCredentialReason reason, gboolean may)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autofree char *username = xmpp_credential_dup_field (self->credential, "username");

  xmpp_sasl_renew_async (self->mechanism, self->current->info,
                         username != NULL ? username : self->local, reason, may,
                         cancellable, renewed_cb, g_steal_pointer (&task));
}

void
xmpp_sasl_session_fail_async (XmppSaslSession *self,
                              const GError *failure,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean may_retry = self->attempts < xmpp_limits_peek (self->limits)->sasl_attempts;
  g_autofree char *nick = xmpp_error_dup_nick (failure);

  g_task_set_source_tag (task, xmpp_sasl_session_fail_async);
  remember_error (task, g_error_copy (failure));

  if (self->mechanism == NULL)
    {
      g_task_return_error (task, g_error_copy (failure));
      return;
    }

  record (self, xmpp_sasl_session_get_mechanism (self), TRUE, nick);
  self->max_exposure =
      MIN (self->max_exposure, xmpp_sasl_choice_get_exposure (self->current));

  switch (xmpp_sasl_failure_react (failure, self->failed_here))
    {
    case XMPP_SASL_REACTION_RENEW_REJECTED:
      renew (self, g_steal_pointer (&task), XMPP_CREDENTIAL_REASON_REJECTED, may_retry);
      return;
    case XMPP_SASL_REACTION_RENEW_EXPIRED:
      renew (self, g_steal_pointer (&task), XMPP_CREDENTIAL_REASON_EXPIRED, may_retry);
      return;
    case XMPP_SASL_REACTION_NEXT:
      refuse_current (self);
      if (may_retry && find_choice (self) != NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (failure));
      return;
    case XMPP_SASL_REACTION_END:
      g_task_return_error (task, g_error_copy (failure));
      return;
    }
}

static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const GError *failure = g_task_get_task_data (task);
  GError *error = NULL;

  if (xmpp_sasl_renew_finish (XMPP_SASL_MECHANISM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_error (task, g_error_copy (failure));
}

gboolean
xmpp_sasl_session_fail_finish (XmppSaslSession *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_fail_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- What was used ---- */

const char *
xmpp_sasl_session_get_mechanism (XmppSaslSession *self)
{
  return self->current != NULL ? xmpp_sasl_mechanism_info_get_name (self->current->info)
                               : NULL;
}

const char *
xmpp_sasl_session_get_binding_type (XmppSaslSession *self)
{
  return self->current != NULL ? self->current->binding_type : NULL;
}

gboolean
xmpp_sasl_session_is_mutual (XmppSaslSession *self)
{
  return self->current != NULL &&
         (xmpp_sasl_mechanism_info_get_facts (self->current->info) &
          XMPP_SASL_FACTS_MUTUAL) != 0;
}
