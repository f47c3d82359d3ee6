/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/**
 * XMPP_STREAM_ERROR:
 *
 * The domain of errors of streams; the codes are those of [enum@Xmpp.StreamError].
 *
 * Since: 1.0
 */
#define XMPP_STREAM_ERROR (xmpp_stream_error_quark ())
/**
 * XMPP_STANZA_ERROR:
 *
 * The domain of errors of stanzas; the codes are those of [enum@Xmpp.StanzaError].
 *
 * Since: 1.0
 */
#define XMPP_STANZA_ERROR (xmpp_stanza_error_quark ())
/**
 * XMPP_SASL_ERROR:
 *
 * The domain of errors of authentication; the codes are those of [enum@Xmpp.SaslError].
 *
 * Since: 1.0
 */
#define XMPP_SASL_ERROR (xmpp_sasl_error_quark ())
/**
 * XMPP_CONNECTION_ERROR:
 *
 * The domain of errors of connections; the codes are those of
 * [enum@Xmpp.ConnectionError].
 *
 * Since: 1.0
 */
#define XMPP_CONNECTION_ERROR (xmpp_connection_error_quark ())

/**
 * XmppStreamError:
 * @XMPP_STREAM_ERROR_BAD_FORMAT: XML that cannot be processed
 * @XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX: a namespace prefix that is missing or not
 *   supported
 * @XMPP_STREAM_ERROR_CONFLICT: another stream has taken the place of this one
 * @XMPP_STREAM_ERROR_CONNECTION_TIMEOUT: the peer has not been heard of for too long
 * @XMPP_STREAM_ERROR_HOST_GONE: the domain is no longer served here
 * @XMPP_STREAM_ERROR_HOST_UNKNOWN: the domain is not served here
 * @XMPP_STREAM_ERROR_IMPROPER_ADDRESSING: a stanza between servers without a usable
 *   address
 * @XMPP_STREAM_ERROR_INTERNAL_SERVER_ERROR: the server has failed
 * @XMPP_STREAM_ERROR_INVALID_FROM: a `from` that does not belong to this stream
 * @XMPP_STREAM_ERROR_INVALID_NAMESPACE: a stream with the wrong namespace
 * @XMPP_STREAM_ERROR_INVALID_XML: XML that is not valid
 * @XMPP_STREAM_ERROR_NOT_AUTHORIZED: something that needs authentication was sent
 *   before it
 * @XMPP_STREAM_ERROR_NOT_WELL_FORMED: XML that is not well-formed
 * @XMPP_STREAM_ERROR_POLICY_VIOLATION: a rule of the peer was broken, such as a limit
 * @XMPP_STREAM_ERROR_REMOTE_CONNECTION_FAILED: the server cannot reach what it needs
 * @XMPP_STREAM_ERROR_RESET: the stream must be set up again
 * @XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT: the server has no room
 * @XMPP_STREAM_ERROR_RESTRICTED_XML: XML that RFC 6120 §11.1 does not allow (comment,
 *   DTD, entity …)
 * @XMPP_STREAM_ERROR_SEE_OTHER_HOST: the domain is served elsewhere
 * @XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN: the server is being shut down
 * @XMPP_STREAM_ERROR_UNDEFINED_CONDITION: none of the others; also a condition that is
 *   not known here
 * @XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING: an encoding other than UTF-8
 * @XMPP_STREAM_ERROR_UNSUPPORTED_FEATURE: a mandatory feature that is not supported
 * @XMPP_STREAM_ERROR_UNSUPPORTED_STANZA_TYPE: a top-level element that is not known
 * @XMPP_STREAM_ERROR_UNSUPPORTED_VERSION: a version of XMPP that is not supported
 * @XMPP_STREAM_ERROR_TLS_INJECTION: bytes in plain text followed the go-ahead for TLS
 * @XMPP_STREAM_ERROR_TRUNCATED: the peer closed the connection without closing the
 *   stream
 *
 * Why a stream was ended: the conditions of RFC 6120 §4.9.3, and two that are found on
 * this side. The nick of a code is the word on the wire.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_STREAM_ERROR_BAD_FORMAT,
  XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX,
  XMPP_STREAM_ERROR_CONFLICT,
  XMPP_STREAM_ERROR_CONNECTION_TIMEOUT,
  XMPP_STREAM_ERROR_HOST_GONE,
  XMPP_STREAM_ERROR_HOST_UNKNOWN,
  XMPP_STREAM_ERROR_IMPROPER_ADDRESSING,
  XMPP_STREAM_ERROR_INTERNAL_SERVER_ERROR,
  XMPP_STREAM_ERROR_INVALID_FROM,
  XMPP_STREAM_ERROR_INVALID_NAMESPACE,
  XMPP_STREAM_ERROR_INVALID_XML,
  XMPP_STREAM_ERROR_NOT_AUTHORIZED,
  XMPP_STREAM_ERROR_NOT_WELL_FORMED,
  XMPP_STREAM_ERROR_POLICY_VIOLATION,
  XMPP_STREAM_ERROR_REMOTE_CONNECTION_FAILED,
  XMPP_STREAM_ERROR_RESET,
  XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT,
  XMPP_STREAM_ERROR_RESTRICTED_XML,
  XMPP_STREAM_ERROR_SEE_OTHER_HOST,
  XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN,
  XMPP_STREAM_ERROR_UNDEFINED_CONDITION,
  XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING,
  XMPP_STREAM_ERROR_UNSUPPORTED_FEATURE,
  XMPP_STREAM_ERROR_UNSUPPORTED_STANZA_TYPE,
  XMPP_STREAM_ERROR_UNSUPPORTED_VERSION,
  XMPP_STREAM_ERROR_TLS_INJECTION,
  XMPP_STREAM_ERROR_TRUNCATED,
} XmppStreamError;

/**
 * XmppStanzaError:
 * @XMPP_STANZA_ERROR_BAD_REQUEST: malformed
 * @XMPP_STANZA_ERROR_CONFLICT: something of that name exists
 * @XMPP_STANZA_ERROR_FEATURE_NOT_IMPLEMENTED: not implemented there
 * @XMPP_STANZA_ERROR_FORBIDDEN: not permitted for this sender
 * @XMPP_STANZA_ERROR_GONE: the recipient is no longer at this address
 * @XMPP_STANZA_ERROR_INTERNAL_SERVER_ERROR: the server has failed
 * @XMPP_STANZA_ERROR_ITEM_NOT_FOUND: there is no such thing
 * @XMPP_STANZA_ERROR_JID_MALFORMED: an address that is none
 * @XMPP_STANZA_ERROR_NOT_ACCEPTABLE: does not meet the criteria of the recipient
 * @XMPP_STANZA_ERROR_NOT_ALLOWED: not permitted for anybody
 * @XMPP_STANZA_ERROR_NOT_AUTHORIZED: proof of identity is needed first
 * @XMPP_STANZA_ERROR_POLICY_VIOLATION: breaks a rule of the service
 * @XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE: the recipient is not there at the moment
 * @XMPP_STANZA_ERROR_REDIRECT: the recipient is at another address for now
 * @XMPP_STANZA_ERROR_REGISTRATION_REQUIRED: the sender must register first
 * @XMPP_STANZA_ERROR_REMOTE_SERVER_NOT_FOUND: there is no such domain
 * @XMPP_STANZA_ERROR_REMOTE_SERVER_TIMEOUT: the domain could not be reached in time
 * @XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT: there is no room
 * @XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE: there is no such service
 * @XMPP_STANZA_ERROR_SUBSCRIPTION_REQUIRED: a subscription is needed first
 * @XMPP_STANZA_ERROR_UNDEFINED_CONDITION: none of the others; also a condition that is
 *   not known here
 * @XMPP_STANZA_ERROR_UNEXPECTED_REQUEST: understood, but not expected now
 *
 * Why a stanza was refused: the conditions of RFC 6120 §8.3.3. The nick of a code is the
 * word on the wire.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_STANZA_ERROR_BAD_REQUEST,
  XMPP_STANZA_ERROR_CONFLICT,
  XMPP_STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
  XMPP_STANZA_ERROR_FORBIDDEN,
  XMPP_STANZA_ERROR_GONE,
  XMPP_STANZA_ERROR_INTERNAL_SERVER_ERROR,
  XMPP_STANZA_ERROR_ITEM_NOT_FOUND,
  XMPP_STANZA_ERROR_JID_MALFORMED,
  XMPP_STANZA_ERROR_NOT_ACCEPTABLE,
  XMPP_STANZA_ERROR_NOT_ALLOWED,
  XMPP_STANZA_ERROR_NOT_AUTHORIZED,
  XMPP_STANZA_ERROR_POLICY_VIOLATION,
  XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE,
  XMPP_STANZA_ERROR_REDIRECT,
  XMPP_STANZA_ERROR_REGISTRATION_REQUIRED,
  XMPP_STANZA_ERROR_REMOTE_SERVER_NOT_FOUND,
  XMPP_STANZA_ERROR_REMOTE_SERVER_TIMEOUT,
  XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT,
  XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE,
  XMPP_STANZA_ERROR_SUBSCRIPTION_REQUIRED,
  XMPP_STANZA_ERROR_UNDEFINED_CONDITION,
  XMPP_STANZA_ERROR_UNEXPECTED_REQUEST,
} XmppStanzaError;

/**
 * XmppSaslError:
 * @XMPP_SASL_ERROR_ABORTED: this side has given up
 * @XMPP_SASL_ERROR_ACCOUNT_DISABLED: the account is disabled
 * @XMPP_SASL_ERROR_CREDENTIALS_EXPIRED: the password or token has expired
 * @XMPP_SASL_ERROR_ENCRYPTION_REQUIRED: the mechanism needs TLS
 * @XMPP_SASL_ERROR_INCORRECT_ENCODING: data that is not proper base64
 * @XMPP_SASL_ERROR_INVALID_AUTHZID: not permitted to act as that identity, or no
 *   identity at all
 * @XMPP_SASL_ERROR_INVALID_MECHANISM: the mechanism is not offered
 * @XMPP_SASL_ERROR_MALFORMED_REQUEST: a message that does not follow the mechanism; a
 *   user name or password with characters that are not allowed
 * @XMPP_SASL_ERROR_MECHANISM_TOO_WEAK: the mechanism, or what it was asked to do, is
 *   too weak
 * @XMPP_SASL_ERROR_NOT_AUTHORIZED: wrong password or user name
 * @XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE: the server cannot authenticate anybody at
 *   the moment
 * @XMPP_SASL_ERROR_SERVER_NOT_TRUSTED: the server has not proved that it knows the
 *   secret
 * @XMPP_SASL_ERROR_DOWNGRADE: the offer has been tampered with to make the login
 *   weaker
 * @XMPP_SASL_ERROR_TOO_EXPENSIVE: the server asks for more work than the limits allow
 * @XMPP_SASL_ERROR_NEED_CREDENTIAL: a password or other secret is needed and there is
 *   none
 * @XMPP_SASL_ERROR_UNAVAILABLE: there is no mechanism that both sides have, or none
 *   that is permitted
 * @XMPP_SASL_ERROR_MODULE: a module is missing, cannot be loaded, or has broken its
 *   contract
 * @XMPP_SASL_ERROR_INTERNAL: a mechanism has failed for reasons of its own
 *
 * Why an authentication has failed: the conditions of RFC 6120 §6.5, and some that are
 * found on this side. The nick of a code is the word on the wire.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_SASL_ERROR_ABORTED,
  XMPP_SASL_ERROR_ACCOUNT_DISABLED,
  XMPP_SASL_ERROR_CREDENTIALS_EXPIRED,
  XMPP_SASL_ERROR_ENCRYPTION_REQUIRED,
  XMPP_SASL_ERROR_INCORRECT_ENCODING,
  XMPP_SASL_ERROR_INVALID_AUTHZID,
  XMPP_SASL_ERROR_INVALID_MECHANISM,
  XMPP_SASL_ERROR_MALFORMED_REQUEST,
  XMPP_SASL_ERROR_MECHANISM_TOO_WEAK,
  XMPP_SASL_ERROR_NOT_AUTHORIZED,
  XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
  XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
  XMPP_SASL_ERROR_DOWNGRADE,
  XMPP_SASL_ERROR_TOO_EXPENSIVE,
  XMPP_SASL_ERROR_NEED_CREDENTIAL,
  XMPP_SASL_ERROR_UNAVAILABLE,
  XMPP_SASL_ERROR_MODULE,
  XMPP_SASL_ERROR_INTERNAL,
} XmppSaslError;

/**
 * XmppConnectionError:
 * @XMPP_CONNECTION_ERROR_NOT_FOUND: the domain has no XMPP server
 * @XMPP_CONNECTION_ERROR_UNREACHABLE: none of the servers of the domain could be
 *   reached
 * @XMPP_CONNECTION_ERROR_TIMED_OUT: a step took longer than its limit
 * @XMPP_CONNECTION_ERROR_POLICY: the connection is not as secure as required
 * @XMPP_CONNECTION_ERROR_QUEUE_FULL: too much waits to be sent or to be read
 * @XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS: servers keep pointing elsewhere
 * @XMPP_CONNECTION_ERROR_BAD_ADDRESS: a server gave an address that is none
 * @XMPP_CONNECTION_ERROR_NOT_OPEN: the operation needs an open connection
 * @XMPP_CONNECTION_ERROR_CLOSED: the connection was closed before the operation was
 *   done
 *
 * What can go wrong with a connection beside its streams and beyond what GIO reports.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_CONNECTION_ERROR_NOT_FOUND,
  XMPP_CONNECTION_ERROR_UNREACHABLE,
  XMPP_CONNECTION_ERROR_TIMED_OUT,
  XMPP_CONNECTION_ERROR_POLICY,
  XMPP_CONNECTION_ERROR_QUEUE_FULL,
  XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS,
  XMPP_CONNECTION_ERROR_BAD_ADDRESS,
  XMPP_CONNECTION_ERROR_NOT_OPEN,
  XMPP_CONNECTION_ERROR_CLOSED,
} XmppConnectionError;

/**
 * XmppErrorAdvice:
 * @XMPP_ERROR_ADVICE_NONE: neither of the others
 * @XMPP_ERROR_ADVICE_RETRY: trying the same again, some time later
 * @XMPP_ERROR_ADVICE_ASK_CREDENTIAL: asking the person for the password again
 *
 * What makes sense after an error.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  XMPP_ERROR_ADVICE_NONE = 0,
  XMPP_ERROR_ADVICE_RETRY = 1 << 0,
  XMPP_ERROR_ADVICE_ASK_CREDENTIAL = 1 << 1,
} XmppErrorAdvice;

XMPP_AVAILABLE_IN_ALL
GQuark xmpp_stream_error_quark (void);
XMPP_AVAILABLE_IN_ALL
GQuark xmpp_stanza_error_quark (void);
XMPP_AVAILABLE_IN_ALL
GQuark xmpp_sasl_error_quark (void);
XMPP_AVAILABLE_IN_ALL
GQuark xmpp_connection_error_quark (void);

XMPP_AVAILABLE_IN_ALL
XmppErrorAdvice xmpp_error_get_advice (const GError *error);
XMPP_AVAILABLE_IN_ALL
char *xmpp_error_dup_nick (const GError *error);

G_END_DECLS
