/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-limits-private.h"

/**
 * XmppLimits:
 *
 * Bounds on what a peer may make this side do: how much it may send at once, how deep it
 * may nest, how long it may take, how much work it may ask for.
 *
 * Every bound is a property with a default that suits a client;
 * [ctor@Limits.new_for_server] has those for the receiving side. What exceeds one is
 * answered with a named stream error, and reported to the application as an error of the
 * same name. Bounds may be changed at any time; how soon a change counts depends on the
 * bound. For those in seconds, 0 means that there is no limit.
 *
 * Since: 1.0
 */
struct _XmppLimits
{
  GObject parent_instance;

  XmppLimitValues values;
};

G_DEFINE_FINAL_TYPE (XmppLimits, xmpp_limits, G_TYPE_OBJECT)

typedef struct
{
  const char *name;
  guint initial;
  gsize offset;
} Limit;

static const Limit limits[] = {
#define XMPP_LIMIT_ROW(name, value)                                                      \
  { #name, value, G_STRUCT_OFFSET (XmppLimitValues, name) },
  XMPP_LIMITS_TABLE (XMPP_LIMIT_ROW)
#undef XMPP_LIMIT_ROW
};

/* A property's id is its place in the table, counted from 1. */
static GParamSpec *properties[G_N_ELEMENTS (limits) + 1];

/**
 * XmppLimits:element-bytes-before-auth:
 *
 * The largest element, in bytes, that is read from a peer that is not authenticated. A
 * larger one ends the stream with `policy-violation`.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:element-bytes:
 *
 * The largest element, in bytes, that is read from an authenticated peer. A larger one
 * ends the stream with `policy-violation`.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:elements-before-auth:
 *
 * How many elements one stanza may be made of before the peer is authenticated.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:elements:
 *
 * How many elements one stanza may be made of once the peer is authenticated.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:depth-before-auth:
 *
 * How deep elements may be nested before the peer is authenticated; the stream itself is
 * 0.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:depth:
 *
 * How deep elements may be nested once the peer is authenticated; the stream itself is 0.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:attributes:
 *
 * How many attributes one element may have.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:namespaces:
 *
 * How many namespaces one element may declare.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:name-bytes:
 *
 * The longest name of an element or attribute, in bytes.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:namespace-bytes:
 *
 * The longest name of a namespace, in bytes.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:white-space-bytes-per-minute:
 *
 * How many bytes of white space a peer may send between stanzas within a minute. A
 * keep-alive (RFC 6120 §4.6.1) is one byte.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:srv-records:
 *
 * How many SRV records of one set are looked at.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:candidates:
 *
 * At how many places the server of a domain is looked for.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:resolve-seconds:
 *
 * How long the search for the servers of a domain may take.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:connect-seconds:
 *
 * How long the connection to one candidate may take.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:tls-seconds:
 *
 * How long a TLS handshake may take.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:exchange-seconds:
 *
 * How long the peer may take to answer in each exchange of the negotiation.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:open-seconds:
 *
 * How long all of it may take until the connection is open. While a person is being
 * asked, the clock stands still, and that of [property@Limits:question-seconds] runs.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:question-seconds:
 *
 * How long one question to a person may stay unanswered while the connection is being opened:
 * for a password, a PIN, or about a certificate. It ends the wait for a handler that has
 * forgotten its request.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:redirects:
 *
 * How often a server may point to another host before the attempt fails.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:close-seconds:
 *
 * How long a polite end may take before the connection is cut.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:idle-seconds:
 *
 * After how long without a byte from the peer it is asked whether it is still there.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:idle-answer-seconds:
 *
 * How long the peer may take to answer that question before the connection counts as
 * lost.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:request-seconds:
 *
 * How long the reply to a request may take.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:requests:
 *
 * How many requests may wait for their reply at the same time.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:scram-iterations-min:
 *
 * The smallest number of iterations that SCRAM accepts from the peer (RFC 7677 §4).
 *
 * Since: 1.0
 */

/**
 * XmppLimits:scram-iterations-max:
 *
 * The largest number of iterations that SCRAM accepts from the peer.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:sasl-steps:
 *
 * How many steps one authentication may take.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:sasl-message-bytes:
 *
 * The longest message of a SASL mechanism, in bytes, once it is decoded.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:sasl-attempts:
 *
 * How many authentications may be tried on one stream.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:mechanisms:
 *
 * How many names are read from a list of mechanisms; what follows is ignored.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:state-bytes:
 *
 * How much may be kept of an account in its [class@StateStore]. More is neither saved nor
 * believed when it is loaded.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:output-high-bytes:
 *
 * How many bytes may wait to be sent before sending more is answered with
 * %G_IO_ERROR_WOULD_BLOCK.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:output-bytes:
 *
 * How many bytes may wait to be sent at all. A peer that does not read loses the
 * connection.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:queued-stanzas:
 *
 * How many received stanzas may wait for the application before reading pauses.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:queued-stanzas-hard:
 *
 * How many received stanzas may wait for the application while somebody waits for an
 * answer of the peer, for which reading goes on.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:inbox-elements:
 *
 * How many elements may arrive while the answer to an exchange is awaited.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:inbox-bytes:
 *
 * How many bytes of memory these elements may take up.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:header-seconds:
 *
 * On the receiving side: how long a peer may take for each header of its stream, and for the TLS
 * handshake before the first one where TLS comes first.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:connections:
 *
 * On the receiving side: how many connections there may be at the same time. While there are as
 * many, none is accepted. 0 is as many as the process may have open files (`RLIMIT_NOFILE`), less
 * 64.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:connections-before-auth:
 *
 * On the receiving side: how many of the connections may be of peers that have not logged in.
 * While there are as many, none is accepted. 0: any number.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:address-connections:
 *
 * On the receiving side: how many connections one address may have at the same time; of IPv6 the
 * 64 bits count that name a network. One more is closed. Raise it where many people share an
 * address, as the customers of a mobile network may do. 0: any number.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:address-connections-before-auth:
 *
 * On the receiving side: how many of an address's connections may be of peers that have not logged
 * in. 0: any number.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:address-connections-new:
 *
 * On the receiving side: how many connections an address may begin within 10 seconds. 0: any
 * number.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:address-failures:
 *
 * On the receiving side: how many logins from one address may fail within an hour. After that its
 * connections are closed, until the hour is over. 0: any number.
 *
 * Since: 1.0
 */

/**
 * XmppLimits:failure-seconds:
 *
 * On the receiving side: how long a login that has failed waits for its answer, so that guessing
 * takes time.
 *
 * Since: 1.0
 */

static guint *
get_member (XmppLimits *self, guint property_id)
{
  return G_STRUCT_MEMBER_P (&self->values, limits[property_id - 1].offset);
}

static void
xmpp_limits_get_property (GObject *object,
                          guint property_id,
                          GValue *value,
                          GParamSpec *pspec)
{
  XmppLimits *self = XMPP_LIMITS (object);

  g_value_set_uint (value, *get_member (self, property_id));
}

static void
xmpp_limits_set_property (GObject *object,
                          guint property_id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  XmppLimits *self = XMPP_LIMITS (object);
  guint *member = get_member (self, property_id);
  guint number = g_value_get_uint (value);

  if (*member == number)
    return;

  *member = number;
  g_object_notify_by_pspec (object, pspec);
}

static void
xmpp_limits_class_init (XmppLimitsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = xmpp_limits_get_property;
  object_class->set_property = xmpp_limits_set_property;

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (limits[i].name), "_", '-');

      properties[i + 1] = g_param_spec_uint (g_intern_string (name), NULL, NULL, 0,
                                             G_MAXUINT, limits[i].initial,
                                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                                 G_PARAM_STATIC_STRINGS);
    }

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
xmpp_limits_init (XmppLimits *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    *get_member (self, i + 1) = limits[i].initial;
}

/**
 * xmpp_limits_new:
 *
 * Makes bounds with their defaults.
 *
 * Returns: (transfer full): the bounds
 *
 * Since: 1.0
 */
XmppLimits *
xmpp_limits_new (void)
{
  return g_object_new (XMPP_TYPE_LIMITS, NULL);
}

/**
 * xmpp_limits_new_for_server:
 *
 * Makes bounds with the defaults of the receiving side: less is taken from a client than a
 * client takes from its server, in less time.
 *
 * Returns: (transfer full): the bounds
 *
 * Since: 1.0
 */
XmppLimits *
xmpp_limits_new_for_server (void)
{
  XmppLimits *self = xmpp_limits_new ();

#define XMPP_LIMIT_SET(name, value) self->values.name = value;
  XMPP_LIMITS_TABLE_FOR_SERVER (XMPP_LIMIT_SET)
#undef XMPP_LIMIT_SET

  return self;
}

const XmppLimitValues *
xmpp_limits_peek (XmppLimits *self)
{
  g_return_val_if_fail (XMPP_IS_LIMITS (self), NULL);

  return &self->values;
}
