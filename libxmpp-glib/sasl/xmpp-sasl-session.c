/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-session-private.h"

#include "sasl/xmpp-credential-private.h"
#include "sasl/xmpp-sasl-binding.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "sasl/xmpp-sasl-registry-private.h"

G_DEFINE_FINAL_TYPE (XmppSaslSession, xmpp_sasl_session, G_TYPE_OBJECT)

void
xmpp_sasl_session_drop_mechanism (XmppSaslSession *self)
{
  g_clear_object (&self->mechanism);
  self->current = NULL;
  self->failed_here = FALSE;
}

static void
xmpp_sasl_session_dispose (GObject *object)
{
  XmppSaslSession *self = XMPP_SASL_SESSION (object);

  xmpp_sasl_session_drop_mechanism (self);
  g_clear_object (&self->registry);
  g_clear_object (&self->credential);
  g_clear_object (&self->limits);

  G_OBJECT_CLASS (xmpp_sasl_session_parent_class)->dispose (object);
}

static void
xmpp_sasl_session_finalize (GObject *object)
{
  XmppSaslSession *self = XMPP_SASL_SESSION (object);

  g_hash_table_unref (self->asked);
  g_free (self->local);
  g_free (self->domain);
  g_free (self->host);
  g_clear_pointer (&self->bindings, g_variant_unref);
  g_clear_object (&self->certificate);
  g_free (self->why_no_certificate);
  g_strfreev (self->offered);
  g_strfreev (self->offered_bindings);
  xmpp_sasl_shortlist_free (self->shortlist);

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
  xmpp_sasl_session_set_certificate (self, NULL, NULL);
  self->asked = xmpp_credential_asked_new ();
}

XmppSaslSession *
xmpp_sasl_session_new (XmppSaslRegistry *registry,
                       XmppSaslPolicy *policy,
                       XmppCredential *credential,
                       XmppLimits *limits,
                       XmppReport *report)
{
  XmppSaslSession *self = g_object_new (XMPP_TYPE_SASL_SESSION, NULL);
  g_autoptr (XmppSaslPolicy) own_policy = policy != NULL ? g_object_ref (policy)
                                                         : xmpp_sasl_policy_new ();

  self->registry =
      g_object_ref (registry != NULL ? registry : xmpp_sasl_registry_get_default ());
  self->credential = credential != NULL ? g_object_ref (credential)
                                        : xmpp_credential_new (NULL, NULL);
  self->limits = limits != NULL ? g_object_ref (limits) : xmpp_limits_new ();
  self->shortlist =
      xmpp_sasl_shortlist_new (self->registry, own_policy, self->credential, report);

  return self;
}

void
xmpp_sasl_session_set_connection (XmppSaslSession *self,
                                  const char *local,
                                  const char *domain,
                                  gboolean secure,
                                  GVariant *bindings)
{
  g_free (self->local);
  self->local = g_strdup (local);
  g_free (self->domain);
  self->domain = g_strdup (domain);
  self->secure = secure;
  g_clear_pointer (&self->bindings, g_variant_unref);
  self->bindings = bindings != NULL ? g_variant_ref_sink (bindings) : NULL;
}

void
xmpp_sasl_session_set_host (XmppSaslSession *self, const char *host)
{
  g_free (self->host);
  self->host = g_strdup (self->secure ? host : NULL);
}

void
xmpp_sasl_session_set_certificate (XmppSaslSession *self,
                                   GTlsCertificate *certificate,
                                   const char *why_not)
{
  gboolean sent = certificate != NULL && why_not == NULL;

  self->has_certificate = certificate != NULL;
  g_clear_object (&self->certificate);
  if (sent)
    self->certificate = g_object_ref (certificate);
  g_clear_pointer (&self->why_no_certificate, g_free);
  if (!sent)
    self->why_no_certificate = g_strdup_printf ("no client certificate was sent%s%s",
                                                why_not != NULL ? ": " : "",
                                                why_not != NULL ? why_not : "");
}

void
xmpp_sasl_session_set_allow_plain (XmppSaslSession *self, gboolean allow)
{
  self->allow_plain = allow;
}

void
xmpp_sasl_session_set_baseline (XmppSaslSession *self, const XmppSaslBaseline *baseline)
{
  xmpp_sasl_shortlist_set_baseline (self->shortlist, baseline);
}

gboolean
xmpp_sasl_session_accepts_weaker (XmppSaslSession *self)
{
  return xmpp_sasl_shortlist_accepts_weaker (self->shortlist);
}

/* ---- The offer ---- */

const char *
xmpp_sasl_session_get_peer (XmppSaslSession *self)
{
  return self->domain != NULL ? self->domain : "The server";
}

gboolean
xmpp_sasl_session_set_offer (XmppSaslSession *self,
                             const char *const *mechanisms,
                             const char *const *bindings,
                             gboolean ahead,
                             GError **error)
{
  g_auto (GStrv)
      own_bindings = xmpp_sasl_binding_list_types (self->secure ? self->bindings : NULL);
  XmppSaslOffer offer = {
    .peer = xmpp_sasl_session_get_peer (self),
    .mechanisms = mechanisms,
    .types = bindings,
    .max = xmpp_limits_peek (self->limits)->mechanisms,
    .secure = self->secure || self->allow_plain,
    .bindings = (const char *const *) own_bindings,
    .has_certificate = self->has_certificate,
    .why_no_certificate = self->why_no_certificate,
    .ahead = ahead,
  };

  xmpp_sasl_session_drop_mechanism (self);
  g_strfreev (self->offered);
  self->offered = mechanisms != NULL ? g_strdupv ((GStrv) mechanisms)
                                     : g_new0 (char *, 1);
  g_strfreev (self->offered_bindings);
  self->offered_bindings = g_strdupv ((GStrv) bindings);

  return xmpp_sasl_shortlist_fill (self->shortlist, &offer, error);
}

gboolean
xmpp_sasl_session_sends_secret (XmppSaslSession *self, const char *mechanism)
{
  XmppSaslMechanismInfo *info =
      mechanism != NULL ? xmpp_sasl_registry_find (self->registry, mechanism) : NULL;

  return info == NULL ||
         (xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_PLAIN_TEXT) != 0;
}

/* ---- The attempt ---- */

static XmppSaslContext *
build_context (XmppSaslSession *self, XmppSaslChoice *choice)
{
  const XmppLimitValues *limits = xmpp_limits_peek (self->limits);

  return g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_CLIENT, "domain",
                       self->domain, "host", self->host, "secure",
                       self->secure || self->allow_plain, "offered", self->offered,
                       "offered-channel-bindings", self->offered_bindings,
                       "offer-proof-required", choice->needs_proof, "binding",
                       choice->binding, "channel-bindings",
                       xmpp_sasl_binding_order (self->bindings, choice->binding_type),
                       "min-iterations", limits->scram_iterations_min, "max-iterations",
                       limits->scram_iterations_max, "certificate", self->certificate,
                       NULL);
}

XmppSaslMechanism *
xmpp_sasl_session_create_mechanism (XmppSaslSession *self,
                                    XmppSaslChoice *choice,
                                    GError **error)
{
  g_autoptr (XmppSaslContext) context = build_context (self, choice);
  XmppSaslMechanism *mechanism;

  mechanism = xmpp_sasl_registry_create_from (self->registry, choice->info, context,
                                              self->credential, error);
  if (mechanism == NULL)
    return NULL;

  xmpp_sasl_mechanism_set_local (mechanism, self->local);
  xmpp_sasl_mechanism_set_asked (mechanism, self->asked);
  xmpp_sasl_mechanism_set_limits (mechanism, xmpp_limits_peek (self->limits));

  return mechanism;
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

GTlsCertificate *
xmpp_sasl_session_get_certificate (XmppSaslSession *self)
{
  if (self->current == NULL ||
      !(xmpp_sasl_mechanism_info_get_facts (self->current->info) &
        XMPP_SASL_FACTS_CERTIFICATE))
    return NULL;

  return self->certificate;
}

gboolean
xmpp_sasl_session_is_mutual (XmppSaslSession *self)
{
  return self->current != NULL &&
         (xmpp_sasl_mechanism_info_get_facts (self->current->info) &
          XMPP_SASL_FACTS_MUTUAL) != 0;
}

const char *
xmpp_sasl_session_get_why_not_bound (XmppSaslSession *self)
{
  return self->current != NULL && self->current->binding_type == NULL
             ? xmpp_sasl_shortlist_get_why_not_bound (self->shortlist)
             : NULL;
}

gboolean
xmpp_sasl_session_is_offer_proven (XmppSaslSession *self)
{
  return self->mechanism != NULL && xmpp_sasl_mechanism_is_offer_proven (self->mechanism);
}

XmppSaslBaseline *
xmpp_sasl_session_dup_baseline (XmppSaslSession *self)
{
  if (!self->secure || self->mechanism == NULL || self->failed_here ||
      !xmpp_sasl_mechanism_is_satisfied (self->mechanism))
    return NULL;

  return xmpp_sasl_shortlist_dup_baseline (self->shortlist,
                                           xmpp_sasl_session_is_offer_proven (self));
}
