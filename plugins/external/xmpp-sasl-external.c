/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-external.h"

#include "sasl-step.h"

#include <string.h>

/* A bare JID: two parts of 1023 bytes and the sign between them (RFC 7622 §3) */
#define MAX_MESSAGE 2047

/*
 * XmppSaslExternal:
 *
 * The EXTERNAL mechanism of RFC 4422 appendix A on both sides, as XEP-0178 uses it: TLS has
 * proven the client by its certificate, and all that is left to say is whom it wants to be.
 */
struct _XmppSaslExternal
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppSaslExternal, xmpp_sasl_external, XMPP_TYPE_SASL_MECHANISM)

static GBytes *
client_step (XmppSaslMechanism *mechanism, XmppSaslStatus *status, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  gsize length = authzid != NULL ? strlen (authzid) : 0;

  if (!xmpp_sasl_context_is_secure (context) ||
      xmpp_sasl_context_get_certificate (context) == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "EXTERNAL: no client certificate was sent over verified TLS");
      return NULL;
    }
  if (length > MAX_MESSAGE || (length > 0 && !g_utf8_validate (authzid, -1, NULL)))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "EXTERNAL: the identity to act as is too long or not UTF-8");
      return NULL;
    }

  *status = XMPP_SASL_STATUS_COMPLETE;

  return g_bytes_new (authzid, length);
}

static gboolean
is_of_domain (XmppJid *jid, const char *domain)
{
  g_autoptr (XmppJid) home = NULL;

  if (domain == NULL || xmpp_jid_get_local (jid) == NULL)
    return FALSE;
  home = xmpp_jid_new_from_parts (xmpp_jid_get_local (jid), domain, NULL, NULL);

  return home != NULL && xmpp_jid_equal (jid, home);
}

/* The identity of the certificate that the client means: the one that it names, or the only
 * one. @authzid: "" where it names none */
static XmppJid *
choose_identity (XmppSaslContext *context, const char *authzid, GError **error)
{
  const char *const *identities = xmpp_sasl_context_get_peer_identities (context);
  const char *domain = xmpp_sasl_context_get_domain (context);
  g_autoptr (XmppJid) wanted = *authzid != '\0' ? xmpp_jid_new (authzid, NULL) : NULL;
  g_autoptr (XmppJid) chosen = NULL;
  guint found = 0;

  for (guint i = 0; identities != NULL && identities[i] != NULL; i++)
    {
      g_autoptr (XmppJid) identity = xmpp_jid_new (identities[i], NULL);

      if (identity == NULL || !is_of_domain (identity, domain))
        continue;
      found++;
      if (*authzid == '\0' || (wanted != NULL && xmpp_jid_equal (identity, wanted)))
        {
          g_clear_pointer (&chosen, xmpp_jid_unref);
          chosen = g_steal_pointer (&identity);
        }
    }

  if (chosen != NULL && (*authzid != '\0' || found == 1))
    return g_steal_pointer (&chosen);

  if (found == 0)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                 "EXTERNAL: the client has no certificate that may be trusted and names "
                 "an account here");
  else
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID,
                 "EXTERNAL: the client's certificate names %s",
                 *authzid != '\0'
                     ? "others than the one it wants to be"
                     : "several, and the client did not say which one it is");

  return NULL;
}

static void
server_step (XmppSaslMechanism *mechanism,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  g_autofree char *authzid = NULL;
  g_autoptr (XmppJid) identity = NULL;

  if (length > MAX_MESSAGE || !g_utf8_validate_len (data, length, NULL))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "EXTERNAL: the client's message is too long, or no text in UTF-8");
      return;
    }

  authzid = g_strndup (length > 0 ? data : "", length);
  identity =
      choose_identity (xmpp_sasl_mechanism_get_context (mechanism), authzid, error);
  if (identity == NULL)
    return;

  xmpp_sasl_mechanism_set_identity (mechanism, xmpp_jid_get_local (identity),
                                    *authzid != '\0' ? authzid : NULL);
  *status = XMPP_SASL_STATUS_COMPLETE;
}

static GBytes *
xmpp_sasl_external_step (XmppSaslMechanism *mechanism,
                         GBytes *input,
                         GCancellable *cancellable,
                         XmppSaslStatus *status,
                         GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return client_step (mechanism, status, error);

  if (!sasl_step_require_secure (mechanism, "EXTERNAL", error))
    return NULL;
  if (input != NULL)
    {
      server_step (mechanism, input, status, error);
      return NULL;
    }

  return sasl_step_ask_for_initial (status);
}

static void
xmpp_sasl_external_class_init (XmppSaslExternalClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_external_step;
}

static void
xmpp_sasl_external_init (XmppSaslExternal *self)
{
}
