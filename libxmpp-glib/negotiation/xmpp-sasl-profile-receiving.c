/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-sasl-profile-private.h"

#include <string.h>

#include "core/xmpp-deadline.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-limits-private.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-sasl-elements.h"
#include "sasl/xmpp-sasl-binding.h"
#include "sasl/xmpp-sasl-known.h"
#include "sasl/xmpp-sasl-mechanism.h"
#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-registry-private.h"
#include "tls/xmpp-channel-binding.h"
#include "tls/xmpp-client-certificate.h"

/* The receiving side of RFC 6120 §6: one object of the mechanism for each <auth/>. A failure
 * leaves the stream as it was, so that the client may try again, a few times. */

typedef struct
{
  XmppStream *stream;
  XmppSaslMechanism *mechanism;
  GError *failure;
  gboolean was_last; /* there must not be another one */
  XmppDeadline *delay;
} Attempt;

/* The steps, in the order in which they run; a response goes back to the step. */
static void begin (XmppSaslProfileFeature *self, GTask *task, XmppElement *auth);
static void step (GTask *task, GBytes *data);
static void stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void challenge (XmppSaslProfileFeature *self, GTask *task, GBytes *data);
static void answered_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void fail (XmppSaslProfileFeature *self, GTask *task, const GError *failure);
static gboolean waited_cb (GCancellable *cancellable, gpointer user_data);
static void answer_failure (XmppSaslProfileFeature *self, GTask *task);
static void succeed (XmppSaslProfileFeature *self, GTask *task, GBytes *data);

static void
attempt_free (gpointer data)
{
  Attempt *attempt = data;

  g_clear_object (&attempt->stream);
  g_clear_object (&attempt->mechanism);
  g_clear_error (&attempt->failure);
  g_clear_pointer (&attempt->delay, xmpp_deadline_free);
  g_free (attempt);
}

/* ---- What is offered ---- */

static gboolean
is_secure (XmppStream *stream)
{
  return (xmpp_stream_get_state (stream) & XMPP_STREAM_SECURE) != 0;
}

static GVariant *
get_bindings (XmppSaslProfileFeature *self, XmppStream *stream)
{
  GIOStream *io = xmpp_stream_get_io (stream);

  if (self->bindings == NULL && is_secure (stream) && G_IS_TLS_CONNECTION (io))
    self->bindings = xmpp_channel_binding_collect (G_TLS_CONNECTION (io));

  return self->bindings;
}

static gboolean
has_bindings (XmppSaslProfileFeature *self, XmppStream *stream)
{
  GVariant *bindings = get_bindings (self, stream);

  return bindings != NULL && g_variant_n_children (bindings) > 0;
}

static GStrv
get_accounts (XmppSaslProfileFeature *self, XmppStream *stream)
{
  GIOStream *io = xmpp_stream_get_io (stream);

  if (self->accounts == NULL && is_secure (stream) && G_IS_TLS_CONNECTION (io))
    self->accounts =
        xmpp_client_certificate_list_accounts (G_TLS_CONNECTION (io),
                                               xmpp_stream_get_peer_header (stream)->to);

  return self->accounts;
}

/* The policy names the mechanism. */
static gboolean
is_named (XmppSaslProfileFeature *self)
{
  return self->policy != NULL && self->policy->allowed != NULL;
}

static gboolean
has_keytab (XmppSaslProfileFeature *self)
{
  g_autofree char *keytab = xmpp_authenticator_dup_keytab (self->authenticator);

  return keytab != NULL;
}

/* Nobody is let in without an account unless that is wanted, nor promised a key of Kerberos'
 * that may not be there; EXTERNAL is for those whose certificate would do (XEP-0178 §2). */
static gboolean
is_offered (XmppSaslProfileFeature *self, XmppStream *stream, XmppSaslMechanismInfo *info)
{
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (info);
  const char *name = xmpp_sasl_mechanism_info_get_name (info);

  if (xmpp_sasl_policy_judge (self->policy, info) != NULL)
    return FALSE;
  /* A token is of no use here: nobody hands one out. */
  if (xmpp_sasl_known_is_token (name))
    return FALSE;
  if (facts & XMPP_SASL_FACTS_ANONYMOUS)
    return self->strangers || is_named (self);
  if (self->authenticator == NULL)
    return FALSE;
  if (xmpp_sasl_known_is_kerberos (name) && !is_named (self) && !has_keytab (self))
    return FALSE;
  if (facts & XMPP_SASL_FACTS_CERTIFICATE)
    {
      GStrv accounts = get_accounts (self, stream);

      return accounts != NULL && accounts[0] != NULL;
    }

  return !(facts & XMPP_SASL_FACTS_CHANNEL_BINDING) || has_bindings (self, stream);
}

static GStrv
list_offered (XmppSaslProfileFeature *self, XmppStream *stream)
{
  g_autoptr (GPtrArray)
      infos = xmpp_sasl_registry_list_from (self->registry, XMPP_SASL_ROLE_SERVER,
                                            xmpp_sasl_policy_get_modules (self->policy));
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv names;

  for (guint i = 0; i < infos->len; i++)
    {
      XmppSaslMechanismInfo *info = g_ptr_array_index (infos, i);

      if (is_offered (self, stream, info))
        g_strv_builder_add (builder, xmpp_sasl_mechanism_info_get_name (info));
    }

  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  return names;
}

/* What the service of the stream's domain is named after in Kerberos, where that is not the
 * domain. Nothing protects a name on a stream in clear, and no client should believe it. */
static const char *
get_host (XmppSaslProfileFeature *self, XmppStream *stream)
{
  const char *domain = xmpp_stream_get_peer_header (stream)->to;

  return is_secure (stream) && g_strcmp0 (self->host, domain) != 0 ? self->host : NULL;
}

/* <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>…
 *   <hostname xmlns='urn:xmpp:domain-based-name:1'>auth.example.org</hostname></mechanisms>
 * <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>…
 *                                              RFC 6120 §6.4.1, XEP-0233 §2, XEP-0440 §3 */
void
xmpp_sasl_profile_offer (XmppFeature *feature, XmppStream *stream, XmppElement *features)
{
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (feature);
  GVariant *bindings = get_bindings (self, stream);
  GStrv names = list_offered (self, stream);
  const char *host = get_host (self, stream);
  XmppElement *parent;

  g_strfreev (self->offered);
  self->offered = names;
  if (names[0] == NULL)
    return;

  parent = xmpp_element_append_child (features, "mechanisms", XMPP_NS_SASL, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    xmpp_element_append_child (parent, "mechanism", XMPP_NS_SASL, names[i]);
  if (host != NULL)
    xmpp_element_append_child (parent, "hostname", XMPP_NS_DOMAIN_BASED_NAME, host);

  if (!has_bindings (self, stream))
    return;

  parent = xmpp_element_append_child (features, "sasl-channel-binding",
                                      XMPP_NS_SASL_CHANNEL_BINDING, NULL);
  for (gsize i = 0; i < g_variant_n_children (bindings); i++)
    {
      XmppElement *child;
      const char *type;

      g_variant_get_child (bindings, i, "(&s@ay)", &type, NULL);
      child = xmpp_element_append_child (parent, "channel-binding",
                                         XMPP_NS_SASL_CHANNEL_BINDING, NULL);
      xmpp_element_set_attribute (child, "type", type);
    }
}

/* ---- One attempt ---- */

void
xmpp_sasl_profile_respond_async (XmppFeature *feature,
                                 XmppStream *stream,
                                 XmppElement *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->stream = g_object_ref (stream);
  g_task_set_task_data (task, attempt, attempt_free);

  if (xmpp_element_is (request, "auth", XMPP_NS_SASL))
    begin (XMPP_SASL_PROFILE_FEATURE (feature), g_steal_pointer (&task), request);
  else
    xmpp_feature_return_unexpected (task, stream, request);
}

static XmppSaslContext *
create_context (XmppSaslProfileFeature *self, XmppStream *stream)
{
  const XmppLimitValues *limits = xmpp_limits_peek (self->limits);
  GIOStream *io = xmpp_stream_get_io (stream);
  gboolean bound = has_bindings (self, stream);
  g_auto (GStrv) types = bound ? xmpp_sasl_binding_list_types (self->bindings) : NULL;
  gboolean secure = is_secure (stream) || self->insecure;
  GTlsCertificate *certificate = NULL;

  if (G_IS_TLS_CONNECTION (io))
    certificate = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (io));

  return g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_SERVER, "service",
                       "xmpp", "domain", xmpp_stream_get_peer_header (stream)->to, "host",
                       get_host (self, stream), "secure", secure, "offered",
                       self->offered, "offered-channel-bindings", types,
                       "channel-bindings", bound ? self->bindings : NULL, "binding",
                       bound ? XMPP_SASL_BINDING_USED : XMPP_SASL_BINDING_NONE,
                       "min-iterations", limits->scram_iterations_min, "max-iterations",
                       limits->scram_iterations_max, "authenticator", self->authenticator,
                       "peer-certificate", certificate, "peer-identities",
                       get_accounts (self, stream), NULL);
}

/* What RFC 6120 §6.5 has a name for when a mechanism is asked for */
static XmppSaslMechanism *
create_mechanism (XmppSaslProfileFeature *self,
                  XmppStream *stream,
                  const char *name,
                  GError **error)
{
  g_autoptr (XmppSaslContext) context = NULL;
  XmppSaslMechanismInfo *info;

  /* What the client has seen, if it has waited for it: the proof of the lists (XEP-0474) is
   * about that, whatever else there is by now */
  if (self->offered == NULL)
    self->offered = list_offered (self, stream);

  if (name == NULL || !g_strv_contains ((const char *const *) self->offered, name))
    {
      g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
                           "This mechanism is not offered");
      return NULL;
    }

  context = create_context (self, stream);
  info = xmpp_sasl_registry_find_from (self->registry, name, XMPP_SASL_ROLE_SERVER,
                                       xmpp_sasl_policy_get_modules (self->policy));

  return xmpp_sasl_registry_create_from (self->registry, info, context, NULL, error);
}

static gboolean
parse_data (XmppSaslProfileFeature *self,
            XmppElement *element,
            GBytes **data,
            GError **error)
{
  xmpp_element_set_sensitive (element);

  return xmpp_sasl_parse_data (element,
                               xmpp_limits_peek (self->limits)->sasl_message_bytes, data,
                               error);
}

static void
begin (XmppSaslProfileFeature *self, GTask *task_arg, XmppElement *auth)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  const char *name = xmpp_element_get_attribute (auth, "mechanism");
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;

  attempt->mechanism = create_mechanism (self, attempt->stream, name, &error);
  if (attempt->mechanism == NULL || !parse_data (self, auth, &data, &error))
    fail (self, g_steal_pointer (&task), error);
  else
    step (g_steal_pointer (&task), data);
}

static void
step (GTask *task_arg, GBytes *data)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_sasl_mechanism_step_async (attempt->mechanism, data, cancellable, stepped_cb,
                                  g_steal_pointer (&task));
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  XmppSaslStatus status = XMPP_SASL_STATUS_FAILED;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  output = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (object), result, &status,
                                            &error);

  if (error == NULL && status == XMPP_SASL_STATUS_CONTINUE)
    challenge (self, g_steal_pointer (&task), output);
  else if (error == NULL && status == XMPP_SASL_STATUS_COMPLETE)
    succeed (self, g_steal_pointer (&task), output);
  else if (error != NULL)
    fail (self, g_steal_pointer (&task), error);
  else
    {
      error = g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                                   "The mechanism failed without a reason");
      fail (self, g_steal_pointer (&task), error);
    }
}

static void
challenge (XmppSaslProfileFeature *self, GTask *task_arg, GBytes *data)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (XmppElement) element = xmpp_sasl_build_challenge (data);

  xmpp_feature_exchange_async (XMPP_FEATURE (self), attempt->stream, element, cancellable,
                               answered_cb, g_steal_pointer (&task));
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (object);
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (XmppElement) answer = NULL;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;

  answer = xmpp_feature_exchange_finish (XMPP_FEATURE (self), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (xmpp_element_is (answer, "abort", XMPP_NS_SASL))
    error = g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                                 "The client has given up");
  else if (!xmpp_element_is (answer, "response", XMPP_NS_SASL))
    {
      xmpp_feature_return_unexpected (task, attempt->stream, answer);
      return;
    }
  else if (parse_data (self, answer, &data, &error) && data == NULL)
    data = g_bytes_new_static ("", 0);

  if (error != NULL)
    fail (self, g_steal_pointer (&task), error);
  else
    step (g_steal_pointer (&task), data);
}

/* Who guesses passwords is made to wait for each answer. */
static void
fail (XmppSaslProfileFeature *self, GTask *task_arg, const GError *failure)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  guint seconds = xmpp_limits_peek (self->limits)->failure_seconds;
  g_autoptr (GSource) source = NULL;

  if (g_cancellable_is_cancelled (cancellable))
    {
      g_task_return_error (task, g_error_copy (failure));
      return;
    }

  attempt->failure = g_error_copy (failure);
  attempt->was_last = self->failed != NULL &&
                      !self->failed (attempt->stream, failure, self->failed_data);
  if (seconds == 0)
    {
      answer_failure (self, g_steal_pointer (&task));
      return;
    }

  attempt->delay = xmpp_deadline_new (seconds, cancellable);
  source = g_cancellable_source_new (xmpp_deadline_get_cancellable (attempt->delay));
  g_task_attach_source (task, source, G_SOURCE_FUNC (waited_cb));
}

/* The source holds the task until it has fired. */
static gboolean
waited_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  Attempt *attempt = g_task_get_task_data (task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    g_task_return_error (task, g_error_copy (attempt->failure));
  else
    answer_failure (self, g_steal_pointer (&task));
  return G_SOURCE_REMOVE;
}

static void
answer_failure (XmppSaslProfileFeature *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (XmppElement) element = xmpp_sasl_build_failure (attempt->failure);
  GError *error = NULL;

  if (!xmpp_stream_write (attempt->stream, element, &error))
    g_task_return_error (task, error);
  else if (++self->n_failures >= xmpp_limits_peek (self->limits)->sasl_attempts ||
           attempt->was_last)
    xmpp_feature_return_stream_error (task, attempt->stream,
                                      XMPP_STREAM_ERROR_POLICY_VIOLATION,
                                      "Too many logins have failed on this stream");
  else
    xmpp_feature_return (task, 0, XMPP_NEXT_SAME_FEATURES);
}

/* The user name is a local part, or a bare JID where the client asked to act as one, and may.
 * What a mechanism calls a user is no address, whatever is in its name. */
static XmppJid *
get_account (XmppSaslMechanism *mechanism, const char *domain)
{
  const char *username = xmpp_sasl_mechanism_get_username (mechanism);
  const char *authzid = xmpp_sasl_mechanism_get_authzid (mechanism);

  if (username == NULL)
    return NULL;

  if (authzid != NULL && *authzid != '\0' && strchr (username, '@') != NULL)
    return xmpp_jid_new (username, NULL);

  return xmpp_jid_new_from_parts (username, domain, NULL, NULL);
}

static void
succeed (XmppSaslProfileFeature *self, GTask *task_arg, GBytes *data)
{
  g_autoptr (GTask) task = task_arg;
  Attempt *attempt = g_task_get_task_data (task);
  const char *domain = xmpp_stream_get_peer_header (attempt->stream)->to;
  g_autoptr (XmppJid) account = get_account (attempt->mechanism, domain);
  g_autoptr (XmppElement) element = NULL;
  g_autoptr (GError) error = NULL;

  if (account == NULL || !xmpp_jid_is_bare (account))
    {
      error = g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID,
                                   "The identity is no account's address");
      fail (self, g_steal_pointer (&task), error);
      return;
    }

  element = xmpp_sasl_build_success (data);
  if (!xmpp_stream_write (attempt->stream, element, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_stream_set_jid (attempt->stream, account);
  xmpp_stream_restart (attempt->stream);
  xmpp_feature_return (task, XMPP_STREAM_AUTHENTICATED, XMPP_NEXT_NEW_STREAM);
}

/* ---- What the receiving side is told ---- */

void
xmpp_sasl_profile_set_strangers (XmppSaslProfileFeature *feature, gboolean strangers)
{
  feature->strangers = strangers;
}

void
xmpp_sasl_profile_set_failed_func (XmppSaslProfileFeature *feature,
                                   XmppLoginFailedFunc failed,
                                   gpointer user_data)
{
  feature->failed = failed;
  feature->failed_data = user_data;
}
