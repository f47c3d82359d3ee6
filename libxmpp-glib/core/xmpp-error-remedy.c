/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error-private.h"

#include <string.h>

/* What a person can do about an error. A few codes mean different things at different steps:
 * the row that names the step stands before the one that does not. */
typedef struct
{
  const char *step; /* of the report; NULL: any */
  int code;
  const char *remedy;
} Remedy;

#define WHAT_TO_DO ". What to do: "

#define REPORT_FAULT "this is a fault of one of the two programs and worth a bug report"
#define WRONG_PORT                                                                       \
  "check that this is the port of an XMPP server for clients, mostly 5222, or 5223 for " \
  "direct TLS"
#define OPERATOR "ask the operator of the server"
#define TRY_LATER "try again later; if it stays, tell the operator of the server"
#define OUT_OF_DATE                                                                      \
  "ask the operator of the server whether it is up to date; this library needs XMPP 1.0"
#define CHECK_NETWORK "check the network"
#define CHECK_FIREWALL "check the network, and that no firewall drops the packets"
#define CHECK_PROXY "check the settings of the proxy"
#define CHECK_NAME "check how the name of the host is spelt, and the network"

static const Remedy stream_remedies[] = {
  { "stream", XMPP_STREAM_ERROR_BAD_FORMAT, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_BAD_FORMAT, REPORT_FAULT },
  { "stream", XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_CONFLICT,
    "another session has taken this resource: let the server choose one, or give "
    "another" },
  { NULL, XMPP_STREAM_ERROR_CONNECTION_TIMEOUT, "check the network, and try again" },
  { NULL, XMPP_STREAM_ERROR_HOST_GONE,
    "the server no longer serves this domain: check the domain behind the @" },
  { NULL, XMPP_STREAM_ERROR_HOST_UNKNOWN,
    "the server does not serve this domain: check the domain behind the @, and that host "
    "and port are those of its server" },
  { NULL, XMPP_STREAM_ERROR_IMPROPER_ADDRESSING, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_INTERNAL_SERVER_ERROR, TRY_LATER },
  { "stream", XMPP_STREAM_ERROR_INVALID_FROM,
    "this is the server of another domain: check the domain behind the @, and that host "
    "and port are those of its server" },
  { NULL, XMPP_STREAM_ERROR_INVALID_FROM, REPORT_FAULT },
  { "stream", XMPP_STREAM_ERROR_INVALID_NAMESPACE, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_INVALID_NAMESPACE, REPORT_FAULT },
  { "stream", XMPP_STREAM_ERROR_INVALID_XML, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_INVALID_XML, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_NOT_AUTHORIZED, REPORT_FAULT },
  { "stream", XMPP_STREAM_ERROR_NOT_WELL_FORMED, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_POLICY_VIOLATION,
    "a rule was broken, such as a limit: " OPERATOR " before trying again" },
  { NULL, XMPP_STREAM_ERROR_REMOTE_CONNECTION_FAILED,
    "the server does not reach something that it needs: " TRY_LATER },
  { NULL, XMPP_STREAM_ERROR_RESET, "try again" },
  { NULL, XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT,
    "the server has no room at the moment: " TRY_LATER },
  { "stream", XMPP_STREAM_ERROR_RESTRICTED_XML, WRONG_PORT },
  { NULL, XMPP_STREAM_ERROR_RESTRICTED_XML, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_SEE_OTHER_HOST, "connect to the host that the server names" },
  { NULL, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN, "try again in some minutes" },
  { NULL, XMPP_STREAM_ERROR_UNDEFINED_CONDITION, TRY_LATER },
  { NULL, XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING, OUT_OF_DATE },
  { NULL, XMPP_STREAM_ERROR_UNSUPPORTED_FEATURE, OUT_OF_DATE },
  { NULL, XMPP_STREAM_ERROR_UNSUPPORTED_STANZA_TYPE, REPORT_FAULT },
  { NULL, XMPP_STREAM_ERROR_UNSUPPORTED_VERSION, OUT_OF_DATE },
  { NULL, XMPP_STREAM_ERROR_TLS_INJECTION,
    "somebody may be tampering with the connection: do not log in from this network" },
  { "stream", XMPP_STREAM_ERROR_TRUNCATED,
    "the other side hangs up at once: " WRONG_PORT ", and that the server lets this "
    "computer in" },
  { NULL, XMPP_STREAM_ERROR_TRUNCATED,
    "try again; if it stays, the log of the server says why" },
};

static const Remedy stanza_remedies[] = {
  { NULL, XMPP_STANZA_ERROR_BAD_REQUEST, REPORT_FAULT },
  { NULL, XMPP_STANZA_ERROR_CONFLICT,
    "it is in use: let the server choose the resource, or give another" },
  { NULL, XMPP_STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
    "the other side cannot do this: " OPERATOR },
  { NULL, XMPP_STANZA_ERROR_FORBIDDEN, "this account may not do this: " OPERATOR },
  { NULL, XMPP_STANZA_ERROR_GONE,
    "the address is no longer in use: ask for the new one" },
  { NULL, XMPP_STANZA_ERROR_INTERNAL_SERVER_ERROR, TRY_LATER },
  { NULL, XMPP_STANZA_ERROR_ITEM_NOT_FOUND, "check the address" },
  { NULL, XMPP_STANZA_ERROR_JID_MALFORMED, "check the address" },
  { NULL, XMPP_STANZA_ERROR_NOT_ACCEPTABLE,
    "the other side does not want it: " OPERATOR },
  { "bind", XMPP_STANZA_ERROR_NOT_ALLOWED,
    "this account may not have another session, or not this resource: let the server "
    "choose the resource, or " OPERATOR },
  { NULL, XMPP_STANZA_ERROR_NOT_ALLOWED, "nobody may do this: " OPERATOR },
  { NULL, XMPP_STANZA_ERROR_NOT_AUTHORIZED, "check the password" },
  { NULL, XMPP_STANZA_ERROR_POLICY_VIOLATION, "a rule was broken: " OPERATOR },
  { NULL, XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE, "try again later" },
  { NULL, XMPP_STANZA_ERROR_REDIRECT, "use the address that the answer names" },
  { NULL, XMPP_STANZA_ERROR_REGISTRATION_REQUIRED, "register there first" },
  { NULL, XMPP_STANZA_ERROR_REMOTE_SERVER_NOT_FOUND,
    "check the domain of the address: there is no XMPP server for it" },
  { NULL, XMPP_STANZA_ERROR_REMOTE_SERVER_TIMEOUT, "try again later" },
  { "bind", XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT,
    "the account has too many sessions: end one, or try again later" },
  { NULL, XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT,
    "there is no room at the moment: " TRY_LATER },
  { NULL, XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE,
    "nobody there takes it: check the address" },
  { NULL, XMPP_STANZA_ERROR_SUBSCRIPTION_REQUIRED, "ask for a subscription first" },
  { NULL, XMPP_STANZA_ERROR_UNDEFINED_CONDITION, TRY_LATER },
  { NULL, XMPP_STANZA_ERROR_UNEXPECTED_REQUEST, "try again later" },
};

static const Remedy sasl_remedies[] = {
  { NULL, XMPP_SASL_ERROR_ABORTED, "try again" },
  { NULL, XMPP_SASL_ERROR_ACCOUNT_DISABLED, OPERATOR " to enable the account" },
  { NULL, XMPP_SASL_ERROR_CREDENTIALS_EXPIRED, "get a new password or token" },
  { NULL, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED, "log in over TLS" },
  { NULL, XMPP_SASL_ERROR_INCORRECT_ENCODING, REPORT_FAULT },
  { NULL, XMPP_SASL_ERROR_INVALID_AUTHZID,
    "check the identity to act as, or give none; else " OPERATOR " for the permission" },
  { NULL, XMPP_SASL_ERROR_INVALID_MECHANISM,
    "allow other mechanisms; the report says which ones the server offers" },
  { NULL, XMPP_SASL_ERROR_MALFORMED_REQUEST,
    "check user name and password for characters that are not allowed" },
  { NULL, XMPP_SASL_ERROR_MECHANISM_TOO_WEAK,
    "allow stronger mechanisms, or " OPERATOR
    " to store the password in a stronger way" },
  { NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED,
    "check the user name, which is the part before the @, and the password" },
  { NULL, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
    "the server cannot check passwords at the moment: " TRY_LATER },
  { NULL, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
    "the server has not shown that it knows the password, so it may not be the one it "
    "claims to be: do not use the password here before the operator has explained it" },
  { NULL, XMPP_SASL_ERROR_DOWNGRADE,
    "somebody may be tampering with the connection: try from another network, "
    "and " OPERATOR " whether the mechanisms have changed" },
  { NULL, XMPP_SASL_ERROR_TOO_EXPENSIVE,
    OPERATOR " whether the number of iterations is meant; if so, raise the limit" },
  { NULL, XMPP_SASL_ERROR_NEED_CREDENTIAL, "give the password of the account" },
  { NULL, XMPP_SASL_ERROR_UNAVAILABLE,
    "the report says why each mechanism was passed over: allow one of them, or install "
    "its "
    "module" },
  { NULL, XMPP_SASL_ERROR_MODULE, "check how the module of the mechanism is installed" },
  { NULL, XMPP_SASL_ERROR_INTERNAL,
    "the log of the mechanism says more; try another one" },
};

static const Remedy connection_remedies[] = {
  { NULL, XMPP_CONNECTION_ERROR_NOT_FOUND,
    "check the domain behind the @, or give the host of the server" },
  { NULL, XMPP_CONNECTION_ERROR_UNREACHABLE, CHECK_FIREWALL },
  { "resolve", XMPP_CONNECTION_ERROR_TIMED_OUT,
    "check the network and the name servers that this computer uses" },
  { "connect", XMPP_CONNECTION_ERROR_TIMED_OUT, CHECK_FIREWALL },
  { "proxy", XMPP_CONNECTION_ERROR_TIMED_OUT, CHECK_PROXY },
  { "tls", XMPP_CONNECTION_ERROR_TIMED_OUT,
    "check that the port is one for direct TLS, mostly 5223: one for STARTTLS keeps "
    "silent" },
  { "stream", XMPP_CONNECTION_ERROR_TIMED_OUT,
    "something listens there and keeps silent: " WRONG_PORT },
  { NULL, XMPP_CONNECTION_ERROR_TIMED_OUT,
    "the server has stopped answering: check the network, and try again later" },
  { "sasl", XMPP_CONNECTION_ERROR_POLICY,
    "the report says why each mechanism was passed over: loosen what is required, "
    "or " OPERATOR " for a better one" },
  { "bind", XMPP_CONNECTION_ERROR_POLICY, OUT_OF_DATE },
  { NULL, XMPP_CONNECTION_ERROR_POLICY,
    OPERATOR " to switch TLS on; if it has a port for direct TLS, use that" },
  { NULL, XMPP_CONNECTION_ERROR_QUEUE_FULL, "wait until some of it has been taken" },
  { NULL, XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS, OPERATOR },
  { NULL, XMPP_CONNECTION_ERROR_BAD_ADDRESS, OPERATOR },
  { NULL, XMPP_CONNECTION_ERROR_NOT_OPEN, "open the connection first" },
  { NULL, XMPP_CONNECTION_ERROR_CLOSED, "open the connection again" },
};

/* What is wrong with a certificate says its own message. */
static const Remedy tls_remedies[] = {
  { NULL, G_TLS_ERROR_UNAVAILABLE, "install TLS for GLib, the package glib-networking" },
  { NULL, G_TLS_ERROR_MISC, "try again; if it stays, the log of the server says why" },
  { NULL, G_TLS_ERROR_NOT_TLS,
    "check whether the port is one for STARTTLS, mostly 5222, or one for direct TLS, "
    "mostly "
    "5223" },
  { NULL, G_TLS_ERROR_HANDSHAKE, OPERATOR " for TLS 1.2 or 1.3 with ciphers of today" },
  { NULL, G_TLS_ERROR_CERTIFICATE_REQUIRED, "give a client certificate" },
  { NULL, G_TLS_ERROR_EOF, "try again; if it stays, the log of the server says why" },
  { NULL, G_TLS_ERROR_INAPPROPRIATE_FALLBACK, OPERATOR },
  { NULL, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD, "check the password of the private key" },
};

static const Remedy resolver_remedies[] = {
  { NULL, G_RESOLVER_ERROR_NOT_FOUND, CHECK_NAME },
  { NULL, G_RESOLVER_ERROR_TEMPORARY_FAILURE,
    "check the network and the name servers that this computer uses, and try again" },
  { NULL, G_RESOLVER_ERROR_INTERNAL,
    "check the network and the name servers that this computer uses, and try again" },
};

static const Remedy io_remedies[] = {
  { NULL, G_IO_ERROR_ADDRESS_IN_USE, "try again later" },
  { "proxy", G_IO_ERROR_CONNECTION_REFUSED,
    "the proxy does not take the connection: " CHECK_PROXY },
  { NULL, G_IO_ERROR_CONNECTION_REFUSED,
    "nothing listens there: check the port and that the server runs" },
  { NULL, G_IO_ERROR_FAILED, CHECK_NETWORK },
  { NULL, G_IO_ERROR_HOST_NOT_FOUND, CHECK_NAME },
  { "proxy", G_IO_ERROR_HOST_UNREACHABLE,
    "the proxy does not get there: check its settings, and the name of the server" },
  { NULL, G_IO_ERROR_HOST_UNREACHABLE, CHECK_NETWORK },
  { NULL, G_IO_ERROR_NETWORK_UNREACHABLE, CHECK_NETWORK },
  { NULL, G_IO_ERROR_NOT_CONNECTED, CHECK_NETWORK },
  { NULL, G_IO_ERROR_PERMISSION_DENIED, "check what this computer lets the program do" },
  { NULL, G_IO_ERROR_PROXY_FAILED, CHECK_PROXY },
  { NULL, G_IO_ERROR_PROXY_AUTH_FAILED, CHECK_PROXY },
  { NULL, G_IO_ERROR_PROXY_NEED_AUTH, CHECK_PROXY },
  { NULL, G_IO_ERROR_PROXY_NOT_ALLOWED, CHECK_PROXY },
  { NULL, G_IO_ERROR_TIMED_OUT, CHECK_FIREWALL },
  { NULL, G_IO_ERROR_TOO_MANY_OPEN_FILES, "close some of the files of the program" },
  { "stream", G_IO_ERROR_CONNECTION_CLOSED,
    "the other side hangs up at once: " WRONG_PORT ", and that the server lets this "
    "computer in" },
  { NULL, G_IO_ERROR_CONNECTION_CLOSED, "check the network, and try again" },
};

/* By what the server says of a token, RFC 6750 §3.1; the last one is for all others. */
static const struct
{
  const char *status;
  const char *remedy;
} oauth_remedies[] = {
  { "invalid_token", "get a new token, for this account and this server" },
  { "insufficient_scope", "get a token for the scope that the report names" },
  { NULL, "get a new token, and check the user name, which is the part before the @" },
};

static const struct
{
  GQuark (*domain) (void);
  const Remedy *remedies;
  gsize n_remedies;
} domains[] = {
  { xmpp_stream_error_quark, stream_remedies, G_N_ELEMENTS (stream_remedies) },
  { xmpp_stanza_error_quark, stanza_remedies, G_N_ELEMENTS (stanza_remedies) },
  { xmpp_sasl_error_quark, sasl_remedies, G_N_ELEMENTS (sasl_remedies) },
  { xmpp_connection_error_quark, connection_remedies,
    G_N_ELEMENTS (connection_remedies) },
  { g_tls_error_quark, tls_remedies, G_N_ELEMENTS (tls_remedies) },
  { g_resolver_error_quark, resolver_remedies, G_N_ELEMENTS (resolver_remedies) },
  { g_io_error_quark, io_remedies, G_N_ELEMENTS (io_remedies) },
};

static const char *
find_remedy (const Remedy *remedies, gsize n_remedies, int code, const char *step)
{
  for (gsize i = 0; i < n_remedies; i++)
    if (remedies[i].code == code &&
        (remedies[i].step == NULL || g_strcmp0 (remedies[i].step, step) == 0))
      return remedies[i].remedy;

  return NULL;
}

const char *
xmpp_error_get_remedy (const GError *error, const char *step)
{
  g_return_val_if_fail (error != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    if (domains[i].domain () == error->domain)
      return find_remedy (domains[i].remedies, domains[i].n_remedies, error->code, step);

  return NULL;
}

/* Whoever knows better has said already what to do. */
static void
set_message (GError *error, const char *prefix, const char *remedy)
{
  g_autofree char *old = g_steal_pointer (&error->message);

  if (strstr (old, WHAT_TO_DO) != NULL)
    remedy = NULL;
  error->message =
      g_strconcat (prefix, old, remedy != NULL ? WHAT_TO_DO : "", remedy, NULL);
}

void
xmpp_error_add_remedy (GError *error, const char *remedy)
{
  g_return_if_fail (error != NULL);
  g_return_if_fail (remedy != NULL);

  set_message (error, "", remedy);
}

void
xmpp_error_add_token_remedy (GError *error, const char *status)
{
  gsize i = 0;

  g_return_if_fail (error != NULL);

  while (oauth_remedies[i].status != NULL &&
         g_strcmp0 (oauth_remedies[i].status, status) != 0)
    i++;
  set_message (error, "", oauth_remedies[i].remedy);
}

void
xmpp_error_add_ticket_remedy (GError *error, const char *service)
{
  g_autofree char *remedy = NULL;

  g_return_if_fail (error != NULL);
  g_return_if_fail (service != NULL);

  if (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_CREDENTIALS_EXPIRED))
    remedy = g_strdup ("get a new ticket: run kinit again");
  else
    remedy = g_strdup_printf (
        "check whose the ticket is (klist); if it is the right one, ask the operator of "
        "the server to compare its keytab (klist -k there) with the key that Kerberos "
        "has for it (kvno %s here), and to look into its log",
        service);
  set_message (error, "", remedy);
}

void
xmpp_error_explain (GError *error, const char *step, const char *peer)
{
  g_autofree char *prefix = NULL;

  g_return_if_fail (error != NULL);

  /* Nothing has failed. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (peer != NULL && strstr (error->message, peer) == NULL)
    prefix = g_strconcat (peer, ": ", NULL);
  set_message (error, prefix != NULL ? prefix : "", xmpp_error_get_remedy (error, step));
}
