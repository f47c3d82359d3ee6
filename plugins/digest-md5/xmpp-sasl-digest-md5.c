/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-digest-md5.h"

#include "digest-private.h"
#include "sasl-account.h"

/*
 * XmppSaslDigestMd5:
 *
 * The DIGEST-MD5 mechanism of RFC 2831, on both sides: the server proves itself too, and
 * the password stays here. It is historic (RFC 6331): MD5 is quick to guess with, and
 * nothing binds it to the TLS connection. It is there for servers that have nothing
 * better. Of its three qualities of protection only "auth" is here: TLS does the rest.
 *
 * This file holds what both sides share; digest-client.c and digest-server.c have a side
 * each.
 */
struct _XmppSaslDigestMd5
{
  XmppSaslMechanism parent_instance;

  DigestExchange exchange;
};

G_DEFINE_FINAL_TYPE (XmppSaslDigestMd5, xmpp_sasl_digest_md5, XMPP_TYPE_SASL_MECHANISM)

const char *
digest_get_domain (XmppSaslMechanism *mechanism, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *domain = xmpp_sasl_context_get_domain (context);

  if (domain == NULL)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                 "DIGEST-MD5: it is not known which domain the login is for");

  return domain;
}

/* RFC 2831 says nothing of preparing and is older than SASLprep. RFC 4013 is meant for
 * the user names and passwords of any SASL mechanism, and PLAIN and SCRAM ask for it: an
 * account has one password, whichever of them is used. */
char *
digest_prepare (const char *text, const char *what, GError **error)
{
  return sasl_account_prepare ("DIGEST-MD5", text, what, error);
}

static GBytes *
xmpp_sasl_digest_md5_step (XmppSaslMechanism *mechanism,
                           GBytes *input,
                           GCancellable *cancellable,
                           XmppSaslStatus *status,
                           GError **error)
{
  DigestExchange *exchange = &XMPP_SASL_DIGEST_MD5 (mechanism)->exchange;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    return digest_server_step (mechanism, exchange, input, status, error);

  return digest_client_step (mechanism, exchange, input, status, error);
}

void
xmpp_sasl_digest_md5_set_nonce (XmppSaslDigestMd5 *digest, const char *nonce)
{
  g_return_if_fail (XMPP_IS_SASL_DIGEST_MD5 (digest));
  g_return_if_fail (digest->exchange.state == DIGEST_STATE_START);

  g_free (digest->exchange.own_nonce);
  digest->exchange.own_nonce = g_strdup (nonce);
}

static void
xmpp_sasl_digest_md5_finalize (GObject *object)
{
  DigestExchange *exchange = &XMPP_SASL_DIGEST_MD5 (object)->exchange;

  g_free (exchange->own_nonce);
  g_free (exchange->rspauth);

  G_OBJECT_CLASS (xmpp_sasl_digest_md5_parent_class)->finalize (object);
}

static void
xmpp_sasl_digest_md5_class_init (XmppSaslDigestMd5Class *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_digest_md5_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_digest_md5_step;
}

static void
xmpp_sasl_digest_md5_init (XmppSaslDigestMd5 *self)
{
}
