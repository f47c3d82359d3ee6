/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-gssapi.h"

#include "gssapi-private.h"
#include "sasl-step.h"

/*
 * XmppSaslGssapi:
 *
 * Kerberos 5, on both sides: GSSAPI (RFC 4752), and GS2-KRB5 (RFC 5801), which saves a round
 * trip and can be bound to the channel. Both sides prove themselves; there is no delegation
 * and no security layer. Talking to a Kerberos server may take long, so that every step runs
 * in a thread.
 */
struct _XmppSaslGssapi
{
  XmppSaslMechanism parent_instance;

  GssapiExchange exchange;
};

G_DEFINE_FINAL_TYPE (XmppSaslGssapi, xmpp_sasl_gssapi, XMPP_TYPE_SASL_MECHANISM)

static const struct
{
  const char *name;
  gboolean gs2;
  gboolean plus;
} mechanisms[] = {
  { "GSSAPI", FALSE, FALSE },
  { "GS2-KRB5", TRUE, FALSE },
  { "GS2-KRB5-PLUS", TRUE, TRUE },
};

static gboolean
set_kind (XmppSaslMechanism *mechanism, GssapiExchange *exchange, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (g_strcmp0 (name, mechanisms[i].name) == 0)
      {
        exchange->gs2 = mechanisms[i].gs2;
        exchange->plus = mechanisms[i].plus;
        return TRUE;
      }

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
               "The module for Kerberos has no mechanism %s",
               name != NULL ? name : "(none)");
  return FALSE;
}

static GBytes *
xmpp_sasl_gssapi_step (XmppSaslMechanism *mechanism,
                       GBytes *input,
                       GCancellable *cancellable,
                       XmppSaslStatus *status,
                       GError **error)
{
  GssapiExchange *exchange = &XMPP_SASL_GSSAPI (mechanism)->exchange;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (!set_kind (mechanism, exchange, error))
    return NULL;

  if (exchange->plus &&
      !sasl_step_require_secure (mechanism, xmpp_sasl_mechanism_get_name (mechanism),
                                 error))
    return NULL;

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return gssapi_client_step (mechanism, exchange, input, status, error);

  return gssapi_server_step (mechanism, exchange, input, status, error);
}

static void
xmpp_sasl_gssapi_finalize (GObject *object)
{
  gssapi_exchange_clear (&XMPP_SASL_GSSAPI (object)->exchange);

  G_OBJECT_CLASS (xmpp_sasl_gssapi_parent_class)->finalize (object);
}

static void
xmpp_sasl_gssapi_class_init (XmppSaslGssapiClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_gssapi_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_gssapi_step;
}

static void
xmpp_sasl_gssapi_init (XmppSaslGssapi *self)
{
}
