/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-sasl-profile-private.h"

#include <stdlib.h>
#include <string.h>

#include "core/xmpp-domain.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-sasl-elements.h"
#include "tls/xmpp-channel-binding.h"
#include "tls/xmpp-client-certificate.h"
#include "tls/xmpp-tls-database.h"

/* More names than a person reads */
#define REPORTED_BYTES 1024

/* The initiating side: the server's lists of mechanisms and bindings, as they are and as they
 * were remembered. */

static void
set_certificate (XmppSaslProfileFeature *self, GTlsConnection *connection)
{
  g_autofree char *why_not = NULL;

  if (xmpp_client_certificate_get_sent (connection) == NULL)
    why_not = xmpp_client_certificate_explain (connection, xmpp_feature_get_peer (
                                                               XMPP_FEATURE (self)));

  xmpp_sasl_session_set_certificate (self->session,
                                     g_tls_connection_get_certificate (connection),
                                     why_not);
}

static void
connect_session (XmppSaslProfileFeature *self, XmppStream *stream)
{
  GIOStream *io = xmpp_stream_get_io (stream);
  gboolean secure = (xmpp_stream_get_state (stream) & XMPP_STREAM_SECURE) != 0;
  g_autoptr (GVariant) bindings = NULL;

  if (self->connected)
    return;

  if (secure && G_IS_TLS_CONNECTION (io))
    bindings = xmpp_channel_binding_collect (G_TLS_CONNECTION (io));
  xmpp_sasl_session_set_connection (self->session, self->local, self->domain, secure,
                                    bindings);
  xmpp_sasl_session_set_allow_plain (self->session, self->insecure);
  if (secure && G_IS_TLS_CONNECTION (io))
    set_certificate (self, G_TLS_CONNECTION (io));
  self->connected = TRUE;
}

/* Whether a mechanism that does not send the secret itself is among those offered */
static gboolean
has_safe_mechanism (XmppSaslProfileFeature *self, XmppElement *features)
{
  XmppElement *offer = xmpp_feature_find_offer (XMPP_FEATURE (self), features);
  g_auto (GStrv) mechanisms = xmpp_sasl_parse_mechanisms (offer, G_MAXUINT);

  for (guint i = 0; mechanisms[i] != NULL; i++)
    if (!xmpp_sasl_session_sends_secret (self->session, mechanisms[i]))
      return TRUE;

  return FALSE;
}

static void
report_words (XmppSaslProfileFeature *self, const char *key, GStrv words)
{
  XmppReport *report = xmpp_feature_get_report (XMPP_FEATURE (self));
  g_autofree char *text = words != NULL ? g_strjoinv (" ", words) : NULL;

  if (text != NULL)
    xmpp_report_set_fact (report, "offer", key,
                          g_variant_new_take_string (
                              g_utf8_make_valid (text,
                                                 (gssize) strnlen (text,
                                                                   REPORTED_BYTES))));
}

static gboolean
is_below (const char *host, const char *domain)
{
  g_autofree char *unicode = NULL;
  g_autofree char *ascii = NULL;
  g_autofree char *end = NULL;

  if (!xmpp_domain_prepare (domain, strlen (domain), &unicode, &ascii, NULL))
    return FALSE;

  end = g_strconcat (".", ascii, NULL);
  return g_str_equal (host, ascii) || g_str_has_suffix (host, end);
}

/* A ticket is for a service by its host alone. A server that could name any host would get
 * one for somebody else's, and log in there as this user. So the host is the domain's, or the
 * certificate that was verified for the domain names it as well. */
static gboolean
may_have_host (XmppSaslProfileFeature *self, XmppStream *stream, const char *host)
{
  GIOStream *io = xmpp_stream_get_io (stream);

  if (self->domain != NULL && is_below (host, self->domain))
    return TRUE;

  return G_IS_TLS_CONNECTION (io) &&
         xmpp_tls_database_names_host (G_TLS_CONNECTION (io), host);
}

/* The host that the server has named, where it may have it */
static char *
dup_host (XmppSaslProfileFeature *self, XmppStream *stream, XmppElement *offer)
{
  XmppReport *report = xmpp_feature_get_report (XMPP_FEATURE (self));
  g_autofree char *host = offer != NULL ? xmpp_sasl_parse_host (offer) : NULL;
  gboolean used;

  if (host == NULL)
    return NULL;

  used = may_have_host (self, stream, host);
  xmpp_report_set_fact (report, "offer", "hostname", g_variant_new_string (host));
  xmpp_report_set_fact (report, "offer", "hostname_used", g_variant_new_boolean (used));

  return used ? g_steal_pointer (&host) : NULL;
}

gboolean
xmpp_sasl_profile_set_offer (XmppSaslProfileFeature *self,
                             XmppStream *stream,
                             XmppElement *features,
                             GError **error)
{
  guint max = xmpp_stream_get_limits (stream)->mechanisms;
  XmppElement *offer = xmpp_feature_find_offer (XMPP_FEATURE (self), features);
  g_auto (GStrv) mechanisms = xmpp_sasl_parse_mechanisms (offer, max);
  g_auto (GStrv) bindings = xmpp_sasl_parse_bindings (features, max);
  g_autofree char *host = NULL;

  connect_session (self, stream);
  host = dup_host (self, stream, offer);
  xmpp_sasl_session_set_host (self->session, host);
  report_words (self, "mechanisms", mechanisms);
  report_words (self, "channel_bindings", bindings);

  return xmpp_sasl_session_set_offer (self->session, (const char *const *) mechanisms,
                                      (const char *const *) bindings, self->guessing,
                                      error);
}

XmppElement *
xmpp_sasl_profile_ahead (XmppFeature *feature,
                         XmppStream *stream,
                         XmppElement *remembered)
{
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (feature);

  if (xmpp_feature_find_offer (feature, remembered) == NULL)
    return NULL;

  self->guessing = TRUE;
  self->guessing = xmpp_sasl_profile_set_offer (self, stream, remembered, NULL);
  self->was_safe = self->guessing && !xmpp_sasl_session_accepts_weaker (self->session);

  return self->guessing ? xmpp_element_ref (remembered) : NULL;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* The same words, whatever their order; NULL is no list at all. */
static gboolean
same_words (GStrv a, GStrv b)
{
  if (a == NULL || b == NULL)
    return a == b;

  qsort (a, g_strv_length (a), sizeof *a, compare_words);
  qsort (b, g_strv_length (b), sizeof *b, compare_words);

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

/* All of both lists: a mechanism may have the server prove them (XEP-0474). And the same host,
 * for which a ticket may have been got. */
gboolean
xmpp_sasl_profile_confirms (XmppFeature *feature,
                            XmppElement *remembered,
                            XmppElement *features)
{
  XmppElement *offer = xmpp_feature_find_offer (feature, features);
  XmppElement *old_offer = xmpp_feature_find_offer (feature, remembered);
  g_auto (GStrv) bindings = xmpp_sasl_parse_bindings (features, G_MAXUINT);
  g_auto (GStrv) old_bindings = xmpp_sasl_parse_bindings (remembered, G_MAXUINT);
  g_auto (GStrv) mechanisms = NULL;
  g_auto (GStrv) old_mechanisms = NULL;
  g_autofree char *host = NULL;
  g_autofree char *old_host = NULL;

  if (offer == NULL)
    return FALSE;

  host = xmpp_sasl_parse_host (offer);
  old_host = xmpp_sasl_parse_host (old_offer);

  mechanisms = xmpp_sasl_parse_mechanisms (offer, G_MAXUINT);
  old_mechanisms = xmpp_sasl_parse_mechanisms (old_offer, G_MAXUINT);

  return same_words (mechanisms, old_mechanisms) && same_words (bindings, old_bindings) &&
         g_strcmp0 (host, old_host) == 0;
}

/* What was remembered had better mechanisms: who has taken them away wants the password. */
gboolean
xmpp_sasl_profile_check_downgrade (XmppSaslProfileFeature *self,
                                   XmppElement *features,
                                   GError **error)
{
  if (!self->was_safe || has_safe_mechanism (self, features))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
               "%s now offers only mechanisms that send the password itself; last time "
               "it had others",
               xmpp_feature_get_peer (XMPP_FEATURE (self)));
  return FALSE;
}
