/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-server-domain.h"

#include "negotiation/xmpp-compression-refusal.h"
#include "negotiation/xmpp-legacy-session.h"
#include "negotiation/xmpp-sasl-profile.h"
#include "negotiation/xmpp-starttls.h"
#include "negotiation/xmpp-stream-limits.h"

static XmppTlsParameters *
create_parameters (GTlsCertificate *certificate, GTlsDatabase *database, const char *alpn)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");

  parameters->server = TRUE;
  parameters->alpn = g_strdup (alpn);
  g_set_object (&parameters->certificate, certificate);
  g_set_object (&parameters->database, database);
  return parameters;
}

XmppServerDomain *
xmpp_server_domain_new (const char *name,
                        GTlsCertificate *certificate,
                        GTlsDatabase *database,
                        XmppAuthenticator *authenticator)
{
  XmppServerDomain *domain = g_new0 (XmppServerDomain, 1);

  g_atomic_ref_count_init (&domain->ref_count);
  domain->name = g_strdup (name);
  g_set_object (&domain->authenticator, authenticator);
  if (certificate != NULL)
    {
      domain->starttls = create_parameters (certificate, database, NULL);
      domain->direct_tls = create_parameters (certificate, database, "xmpp-client");
    }
  return domain;
}

XmppServerDomain *
xmpp_server_domain_ref (XmppServerDomain *domain)
{
  g_atomic_ref_count_inc (&domain->ref_count);
  return domain;
}

void
xmpp_server_domain_unref (XmppServerDomain *domain)
{
  if (!g_atomic_ref_count_dec (&domain->ref_count))
    return;

  g_free (domain->name);
  g_clear_pointer (&domain->starttls, xmpp_tls_parameters_unref);
  g_clear_pointer (&domain->direct_tls, xmpp_tls_parameters_unref);
  g_clear_object (&domain->authenticator);
  g_free (domain);
}

static XmppFeature *
create_starttls (XmppServerDomain *domain, const XmppServerOffers *offers)
{
  XmppFeature *starttls = xmpp_starttls_new (domain->starttls, offers->report);

  xmpp_starttls_set_optional (XMPP_STARTTLS (starttls), offers->insecure);
  return starttls;
}

static XmppFeature *
create_sasl (XmppServerDomain *domain, const XmppServerOffers *offers)
{
  XmppFeature *sasl = xmpp_sasl_profile_new_receiving (offers->registry, offers->policy,
                                                       domain->authenticator,
                                                       offers->limits, offers->insecure);

  xmpp_sasl_profile_set_strangers (XMPP_SASL_PROFILE_FEATURE (sasl),
                                   offers->anonymous || domain->authenticator == NULL);
  xmpp_sasl_profile_set_failed_func (XMPP_SASL_PROFILE_FEATURE (sasl), offers->failed,
                                     offers->user_data);
  return sasl;
}

GPtrArray *
xmpp_server_domain_make_features (XmppServerDomain *domain,
                                  const XmppServerOffers *offers)
{
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);

  if (domain->starttls != NULL)
    g_ptr_array_add (features, create_starttls (domain, offers));
  g_ptr_array_add (features, create_sasl (domain, offers));
  g_ptr_array_add (features, xmpp_bind_new_receiving (offers->choose, offers->user_data));
  g_ptr_array_add (features, xmpp_legacy_session_new ());
  g_ptr_array_add (features, xmpp_stream_limits_new_receiving (offers->insecure));
  g_ptr_array_add (features, xmpp_compression_refusal_new ());

  return features;
}
