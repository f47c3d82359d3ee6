/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error-private.h"

#include "xmpp-enum-types.h"

/**
 * xmpp_stream_error_quark:
 *
 * The domain of [error@Xmpp.StreamError].
 *
 * Returns: the quark
 *
 * Since: 1.0
 */

/**
 * xmpp_stanza_error_quark:
 *
 * The domain of [error@Xmpp.StanzaError].
 *
 * Returns: the quark
 *
 * Since: 1.0
 */

/**
 * xmpp_sasl_error_quark:
 *
 * The domain of [error@Xmpp.SaslError].
 *
 * Returns: the quark
 *
 * Since: 1.0
 */

/**
 * xmpp_connection_error_quark:
 *
 * The domain of [error@Xmpp.ConnectionError].
 *
 * Returns: the quark
 *
 * Since: 1.0
 */

/* The formatter would put spaces around the dashes, and they are in the string. */
/* clang-format off */
G_DEFINE_QUARK (xmpp-stream-error-quark, xmpp_stream_error)
G_DEFINE_QUARK (xmpp-stanza-error-quark, xmpp_stanza_error)
G_DEFINE_QUARK (xmpp-sasl-error-quark, xmpp_sasl_error)
G_DEFINE_QUARK (xmpp-connection-error-quark, xmpp_connection_error)
/* clang-format on */

/* An error domain: its codes, how many of them (counted from the first) stand in the RFC,
 * and what makes sense after those for which anything does. */
typedef struct
{
  GQuark (*quark) (void);
  GType (*type) (void);
  int wire_codes;
  const XmppErrorAdvice *advice;
  int n_advice;
} Domain;

#define RETRY XMPP_ERROR_ADVICE_RETRY
#define ASK XMPP_ERROR_ADVICE_ASK_CREDENTIAL

static const XmppErrorAdvice stream_advice[] = {
  [XMPP_STREAM_ERROR_CONNECTION_TIMEOUT] = RETRY,
  [XMPP_STREAM_ERROR_INTERNAL_SERVER_ERROR] = RETRY,
  [XMPP_STREAM_ERROR_REMOTE_CONNECTION_FAILED] = RETRY,
  [XMPP_STREAM_ERROR_RESET] = RETRY,
  [XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT] = RETRY,
  [XMPP_STREAM_ERROR_SEE_OTHER_HOST] = RETRY,
  [XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN] = RETRY,
  [XMPP_STREAM_ERROR_UNDEFINED_CONDITION] = RETRY,
  [XMPP_STREAM_ERROR_TRUNCATED] = RETRY,
};

/* RFC 6120 §8.3.3: those whose error type is "wait", and a server that has failed */
static const XmppErrorAdvice stanza_advice[] = {
  [XMPP_STANZA_ERROR_INTERNAL_SERVER_ERROR] = RETRY,
  [XMPP_STANZA_ERROR_NOT_AUTHORIZED] = ASK,
  [XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE] = RETRY,
  [XMPP_STANZA_ERROR_REMOTE_SERVER_TIMEOUT] = RETRY,
  [XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT] = RETRY,
  [XMPP_STANZA_ERROR_UNEXPECTED_REQUEST] = RETRY,
};

static const XmppErrorAdvice sasl_advice[] = {
  [XMPP_SASL_ERROR_CREDENTIALS_EXPIRED] = ASK,
  [XMPP_SASL_ERROR_MALFORMED_REQUEST] = ASK,
  [XMPP_SASL_ERROR_NEED_CREDENTIAL] = ASK,
  [XMPP_SASL_ERROR_NOT_AUTHORIZED] = ASK,
  [XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE] = RETRY,
};

static const XmppErrorAdvice connection_advice[] = {
  [XMPP_CONNECTION_ERROR_CLOSED] = RETRY,
  [XMPP_CONNECTION_ERROR_QUEUE_FULL] = RETRY,
  [XMPP_CONNECTION_ERROR_TIMED_OUT] = RETRY,
  [XMPP_CONNECTION_ERROR_UNREACHABLE] = RETRY,
};

static const XmppErrorAdvice io_advice[] = {
  [G_IO_ERROR_ADDRESS_IN_USE] = RETRY,
  [G_IO_ERROR_CLOSED] = RETRY,
  [G_IO_ERROR_FAILED] = RETRY,
  [G_IO_ERROR_BROKEN_PIPE] = RETRY,
  [G_IO_ERROR_BUSY] = RETRY,
  [G_IO_ERROR_CONNECTION_REFUSED] = RETRY,
  [G_IO_ERROR_HOST_NOT_FOUND] = RETRY,
  [G_IO_ERROR_HOST_UNREACHABLE] = RETRY,
  [G_IO_ERROR_NETWORK_UNREACHABLE] = RETRY,
  [G_IO_ERROR_NOT_CONNECTED] = RETRY,
  [G_IO_ERROR_PARTIAL_INPUT] = RETRY,
  [G_IO_ERROR_PROXY_FAILED] = RETRY,
  [G_IO_ERROR_TIMED_OUT] = RETRY,
  [G_IO_ERROR_TOO_MANY_OPEN_FILES] = RETRY,
  [G_IO_ERROR_WOULD_BLOCK] = RETRY,
};

static const XmppErrorAdvice tls_advice[] = {
  [G_TLS_ERROR_EOF] = RETRY,
  [G_TLS_ERROR_MISC] = RETRY,
};

static const XmppErrorAdvice resolver_advice[] = {
  [G_RESOLVER_ERROR_TEMPORARY_FAILURE] = RETRY,
  [G_RESOLVER_ERROR_INTERNAL] = RETRY,
};

#undef RETRY
#undef ASK

static const Domain domains[] = {
  { xmpp_stream_error_quark, xmpp_stream_error_get_type, XMPP_STREAM_ERROR_TLS_INJECTION,
    stream_advice, G_N_ELEMENTS (stream_advice) },
  { xmpp_stanza_error_quark, xmpp_stanza_error_get_type,
    XMPP_STANZA_ERROR_UNEXPECTED_REQUEST + 1, stanza_advice,
    G_N_ELEMENTS (stanza_advice) },
  { xmpp_sasl_error_quark, xmpp_sasl_error_get_type, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
    sasl_advice, G_N_ELEMENTS (sasl_advice) },
  { xmpp_connection_error_quark, xmpp_connection_error_get_type, 0, connection_advice,
    G_N_ELEMENTS (connection_advice) },
  { g_io_error_quark, g_io_error_enum_get_type, 0, io_advice, G_N_ELEMENTS (io_advice) },
  { g_tls_error_quark, g_tls_error_get_type, 0, tls_advice, G_N_ELEMENTS (tls_advice) },
  { g_resolver_error_quark, g_resolver_error_get_type, 0, resolver_advice,
    G_N_ELEMENTS (resolver_advice) },
};

static const Domain *
find_domain (GQuark quark)
{
  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      if (domains[i].quark () == quark)
        return &domains[i];
    }

  return NULL;
}

/* The nicks are static text: they stay when the class goes. */
static const char *
find_nick (const Domain *domain, int code)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (domain->type ());
  GEnumValue *value = g_enum_get_value (G_ENUM_CLASS (klass), code);

  return value != NULL ? value->value_nick : NULL;
}

const char *
xmpp_error_to_wire (const GError *error)
{
  const Domain *domain;

  g_return_val_if_fail (error != NULL, NULL);

  domain = find_domain (error->domain);
  if (domain == NULL || error->code < 0 || error->code >= domain->wire_codes)
    return NULL;

  return find_nick (domain, error->code);
}

int
xmpp_error_code_from_wire (GQuark quark, const char *word, int fallback)
{
  const Domain *domain = find_domain (quark);
  g_autoptr (GTypeClass) klass = NULL;
  GEnumValue *value;

  g_return_val_if_fail (domain != NULL && domain->wire_codes > 0, fallback);
  g_return_val_if_fail (word != NULL, fallback);

  klass = g_type_class_ref (domain->type ());
  value = g_enum_get_value_by_nick (G_ENUM_CLASS (klass), word);

  return value != NULL && value->value < domain->wire_codes ? value->value : fallback;
}

/**
 * xmpp_error_get_advice:
 * @error: an error that a function of the library has given
 *
 * Says whether it makes sense to try again after @error (as it stands, some time later),
 * and whether it makes sense to ask the person for the password again.
 *
 * Knows the four domains of this library and %G_IO_ERROR, %G_TLS_ERROR and
 * %G_RESOLVER_ERROR; for any other error, and for a cancellation, the answer is neither.
 *
 * Returns: what makes sense
 *
 * Since: 1.0
 */
XmppErrorAdvice
xmpp_error_get_advice (const GError *error)
{
  const Domain *domain;

  g_return_val_if_fail (error != NULL, XMPP_ERROR_ADVICE_NONE);

  domain = find_domain (error->domain);
  if (domain == NULL || error->code < 0 || error->code >= domain->n_advice)
    return XMPP_ERROR_ADVICE_NONE;

  return domain->advice[error->code];
}

/**
 * xmpp_error_dup_nick:
 * @error: an error
 *
 * Gives the code of @error as a word, such as `not-authorized`, as the wire or the
 * enumeration has it. Knows the four domains of this library and %G_IO_ERROR,
 * %G_TLS_ERROR and %G_RESOLVER_ERROR; in any other case the word is the number of the
 * code.
 *
 * Returns: (transfer full): the word
 *
 * Since: 1.0
 */
char *
xmpp_error_dup_nick (const GError *error)
{
  const Domain *domain;
  const char *nick = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  domain = find_domain (error->domain);
  if (domain != NULL)
    nick = find_nick (domain, error->code);

  return nick != NULL ? g_strdup (nick) : g_strdup_printf ("%d", error->code);
}
