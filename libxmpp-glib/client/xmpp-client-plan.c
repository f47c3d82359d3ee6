/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Client"

#include "config.h"

#include "client/xmpp-client-private.h"

#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-bind.h"
#include "negotiation/xmpp-legacy-session.h"
#include "negotiation/xmpp-sasl-profile.h"
#include "negotiation/xmpp-starttls.h"
#include "negotiation/xmpp-stream-limits.h"
#include "tls/xmpp-tls-pins.h"
#include "transport/xmpp-attempt.h"

/* How an account's connection comes about: what is remembered, where the server may be,
 * which features to negotiate there; and its first and last stanzas. */

static void loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void dialled_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static XmppDialPlan *make_plan (XmppClient *self);

static void
dial_async (XmppConnection *connection,
            XmppReport *report,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  XmppClient *self = XMPP_CLIENT (connection);
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppJid) bare = NULL;
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, dial_async);
  if (priv->account == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                               "The client was made without an account: “account” must "
                               "be "
                               "set when it is constructed");
      return;
    }

  g_clear_pointer (&priv->pin_hashes, g_ptr_array_unref);
  priv->pin_hashes = xmpp_tls_pins_parse ((const char *const *) priv->pins, &error);
  if (priv->pin_hashes == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  priv->pin_is_enough = priv->pin_only;
  priv->may_be_in_clear = priv->insecure_loopback &&
                          priv->tls_mode == XMPP_TLS_MODE_AUTO &&
                          priv->pin_hashes->len == 0;
  g_task_set_task_data (task, g_object_ref (report), g_object_unref);
  g_clear_pointer (&priv->state, xmpp_account_state_free);
  bare = xmpp_jid_dup_bare (priv->account);
  g_clear_object (&priv->login);
  xmpp_report_set_fact (report, "account", "domain",
                        g_variant_new_string (xmpp_jid_get_domain (bare)));
  xmpp_state_store_load_async (priv->store, xmpp_jid_to_string (bare), cancellable,
                               loaded_cb, g_steal_pointer (&task));
}

static void
give_secret_to_credential (gpointer field, gpointer value, gpointer user_data)
{
  XmppCredential *credential = user_data;

  if (!xmpp_credential_has_field (credential, field))
    xmpp_credential_set_field (credential, field, value);
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppClient *self = g_task_get_source_object (task);
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppReport *report = g_task_get_task_data (task);
  XmppLimits *limits = xmpp_connection_get_limits (XMPP_CONNECTION (self));
  g_autoptr (GVariant) stored = NULL;
  g_autoptr (GError) error = NULL;

  stored = xmpp_state_store_load_finish (XMPP_STATE_STORE (object), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  /* A store that cannot be read costs speed and the protection by what the last login was,
   * not the login. What it holds counts again as soon as it can be read. */
  priv->state_is_unknown = error != NULL;
  if (error != NULL)
    g_warning ("What is known of %s could not be read, and is not changed by this login: "
               "%s",
               xmpp_jid_to_string (priv->account), error->message);

  if (stored != NULL &&
      g_variant_get_size (stored) > xmpp_limits_peek (limits)->state_bytes)
    {
      g_warning ("What is known of %s is ignored: it is longer than %u bytes",
                 xmpp_jid_to_string (priv->account),
                 xmpp_limits_peek (limits)->state_bytes);
      g_clear_pointer (&stored, g_variant_unref);
    }

  priv->state = xmpp_account_state_new (stored);
  xmpp_account_state_foreach_secret (priv->state, give_secret_to_credential,
                                     priv->credential);
  xmpp_dialer_dial_async (XMPP_CONNECTION (self), make_plan (self), report, cancellable,
                          dialled_cb, g_steal_pointer (&task));
}

static void
dialled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  XmppDialResult *dialled = xmpp_dialer_dial_finish (result, &error);

  if (dialled != NULL)
    {
      g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
      return;
    }

  g_clear_object (&xmpp_client_get_private (g_task_get_source_object (task))->login);
  g_task_return_error (task, g_steal_pointer (&error));
}

static XmppDialResult *
dial_finish (XmppConnection *connection, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Who names a host or a port knows where the server is. */
static XmppCandidate *
make_given_candidate (XmppClientPrivate *priv)
{
  gboolean direct = priv->tls_mode == XMPP_TLS_MODE_DIRECT;
  const char *host = priv->server_host;
  guint16 port = priv->server_port;

  if (host == NULL)
    host = xmpp_jid_get_ascii_domain (priv->account);
  if (port == 0)
    port = direct ? XMPP_PORT_CLIENT_DIRECT_TLS : XMPP_PORT_CLIENT;
  return xmpp_candidate_new_for_host (host, port, direct, "given");
}

static XmppDiscovery *
make_discovery (XmppClientPrivate *priv)
{
  static const XmppDiscoveryKinds kinds[] = {
    [XMPP_TLS_MODE_AUTO] = XMPP_DISCOVERY_BOTH,
    [XMPP_TLS_MODE_STARTTLS] = XMPP_DISCOVERY_STARTTLS,
    [XMPP_TLS_MODE_DIRECT] = XMPP_DISCOVERY_DIRECT_TLS,
  };
  XmppDiscovery *discovery =
      xmpp_discovery_new (xmpp_jid_get_ascii_domain (priv->account), "xmpp-client",
                          kinds[priv->tls_mode]);

  xmpp_discovery_set_proxy (discovery, priv->proxy_resolver, priv->srv_behind_proxy);
  return discovery;
}

static XmppTlsParameters *
make_tls_parameters (XmppClient *self)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  XmppTlsParameters *tls =
      xmpp_tls_parameters_new (xmpp_jid_get_ascii_domain (priv->account), "xmpp-client");

  g_set_object (&tls->database, priv->tls_database);
  g_set_object (&tls->certificate, priv->certificate);
  g_set_object (&tls->interaction, priv->tls_interaction);
  tls->pins = g_ptr_array_ref (priv->pin_hashes);
  tls->pin_only = priv->pin_is_enough;
  xmpp_connection_prepare_tls (XMPP_CONNECTION (self), tls);
  return tls;
}

/* Whose session it becomes: the one that the credential asks to act as, else the account's.
 * NULL: somebody's */
static XmppJid *
dup_session_owner (XmppClientPrivate *priv)
{
  g_autofree char *authzid = priv->credential != NULL
                                 ? xmpp_credential_dup_field (priv->credential, "authzid")
                                 : NULL;
  g_autoptr (XmppJid) other = authzid != NULL ? xmpp_jid_new (authzid, NULL) : NULL;
  XmppJid *owner = other != NULL ? other : priv->account;

  return xmpp_jid_get_local (owner) != NULL ? xmpp_jid_dup_bare (owner) : NULL;
}

/* The user name of the credential may differ from the JID's local part: it says who logs
 * in, the account whose stream it is. An anonymous stream has no sender. */
static char *
make_from (XmppClientPrivate *priv)
{
  g_autoptr (XmppJid) owner = dup_session_owner (priv);

  return owner != NULL ? g_strdup (xmpp_jid_to_string (owner)) : NULL;
}

/* RFC 6120 §13.8.4 wants TLS; a test on this machine may do without. Who has set
 * a pin wants to see the key. */
static gboolean
is_insecure_loopback (XmppClientPrivate *priv, GIOStream *io)
{
  return priv->may_be_in_clear && xmpp_attempt_is_on_loopback (io);
}

/* One login for all places that are tried: what has failed at one, and what must not be tried
 * after that, holds at the next one too. */
static XmppFeature *
make_sasl (XmppClient *self, XmppReport *report, gboolean insecure)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  XmppLimits *limits = xmpp_connection_get_limits (XMPP_CONNECTION (self));

  if (priv->login == NULL)
    {
      priv->login = xmpp_sasl_session_new (priv->registry, priv->policy, priv->credential,
                                           limits, report);
      xmpp_sasl_session_set_baseline (priv->login,
                                      xmpp_account_state_get_baseline (priv->state));
    }

  return xmpp_sasl_profile_new_initiating (priv->login,
                                           xmpp_jid_get_local (priv->account),
                                           xmpp_jid_get_ascii_domain (priv->account),
                                           insecure);
}

static XmppFeature *
make_bind (XmppClientPrivate *priv)
{
  g_autoptr (XmppJid) owner = dup_session_owner (priv);

  return xmpp_bind_new_initiating (owner, xmpp_jid_get_domain (priv->account),
                                   priv->resource);
}

static GPtrArray *
make_features (XmppConnection *connection,
               XmppDialPlan *plan,
               GIOStream *io,
               XmppReport *report)
{
  XmppClient *self = XMPP_CLIENT (connection);
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  gboolean insecure = is_insecure_loopback (priv, io);
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);

  priv->in_clear = insecure;
  /* XEP-0368 §3: no STARTTLS inside direct TLS. */
  if (!insecure && !G_IS_TLS_CONNECTION (io))
    g_ptr_array_add (features, xmpp_starttls_new (plan->tls, report));
  g_ptr_array_add (features, make_sasl (self, report, insecure));
  g_ptr_array_add (features, make_bind (priv));
  g_ptr_array_add (features, xmpp_legacy_session_new ());
  g_ptr_array_add (features, xmpp_stream_limits_new_initiating ());
  return features;
}

static XmppDialPlan *
make_plan (XmppClient *self)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  XmppDialPlan *plan = xmpp_dial_plan_new ();
  XmppElement *remembered = xmpp_account_state_get_features (priv->state);

  if (priv->server_host != NULL || priv->server_port != 0)
    g_ptr_array_add (plan->candidates, make_given_candidate (priv));
  else
    plan->discovery = make_discovery (priv);
  plan->tls = make_tls_parameters (self);
  plan->content_xmlns = XMPP_NS_CLIENT;
  plan->to = g_strdup (xmpp_jid_get_domain (priv->account));
  plan->from = make_from (priv);
  plan->lang = g_strdup (priv->lang);
  plan->make_features = make_features;
  plan->one_by_one = !priv->pipelining;
  plan->goal = XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND;
  g_set_object (&plan->proxy_resolver, priv->proxy_resolver);
  if (remembered != NULL)
    plan->remembered = xmpp_element_ref (remembered);
  return plan;
}

static void
opened (XmppConnection *connection, XmppDialResult *dialled)
{
  XmppClient *self = XMPP_CLIENT (connection);
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  g_autoptr (XmppStanza) presence = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_client_remember (self, dialled->secure_offer);
  if (priv->silent)
    return;

  presence = priv->initial_presence != NULL
                 ? xmpp_stanza_copy (priv->initial_presence)
                 : xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);
  if (!xmpp_connection_send (connection, presence, &error))
    g_warning ("The initial presence was not sent: %s", error->message);
}

static void
farewell (XmppConnection *connection, const char *status)
{
  XmppClientPrivate *priv = xmpp_client_get_private (XMPP_CLIENT (connection));
  g_autoptr (XmppStanza) presence = NULL;
  g_autoptr (GError) error = NULL;

  /* RFC 6121 §4.5.1: who never was available has nothing to take back. */
  if (priv->silent && status == NULL)
    return;

  presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_UNAVAILABLE, NULL, status);
  if (!xmpp_connection_send (connection, presence, &error))
    g_debug ("no unavailable presence: %s", error->message);
}

const XmppConnectionOps xmpp_client_ops = {
  .dial_async = dial_async,
  .dial_finish = dial_finish,
  .opened = opened,
  .farewell = farewell,
};
