/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "server/xmpp-server-routing.h"

#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza-private.h"
#include "server/xmpp-server-link.h"
#include "server/xmpp-server-private.h"

#include <stdlib.h>

/* From one connection to others (RFC 6120 §10, RFC 6121 §8). What reaches nobody goes back to its
 * sender as an error, once. */

/* ---- Errors that go back ---- */

static gboolean
wants_answer (XmppStanza *stanza)
{
  switch (xmpp_stanza_get_stanza_type (stanza))
    {
    case XMPP_STANZA_TYPE_ERROR:
    case XMPP_STANZA_TYPE_RESULT:
    case XMPP_STANZA_TYPE_INVALID:
      return FALSE;
    default:
      return TRUE;
    }
}

static XmppStanzaErrorType
get_error_type (int condition)
{
  switch (condition)
    {
    case XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE:
      return XMPP_STANZA_ERROR_TYPE_WAIT;
    case XMPP_STANZA_ERROR_JID_MALFORMED:
      return XMPP_STANZA_ERROR_TYPE_MODIFY;
    default:
      return XMPP_STANZA_ERROR_TYPE_CANCEL;
    }
}

/* In the name of the address that was not reached */
static XmppStanza *
build_refusal (XmppStanza *stanza, int condition)
{
  return wants_answer (stanza)
             ? xmpp_stanza_reply_error (stanza, get_error_type (condition),
                                        (XmppStanzaError) condition, NULL, NULL)
             : NULL;
}

static void
send_refusal (XmppConnection *connection, XmppStanza *stanza, int condition)
{
  g_autoptr (XmppStanza) reply = build_refusal (stanza, condition);
  g_autoptr (GError) error = NULL;

  if (reply != NULL && !xmpp_connection_send (connection, reply, &error))
    g_debug ("no reply: %s", error->message);
}

void
xmpp_server_return_stanza (XmppServer *server, XmppStanza *stanza)
{
  g_autoptr (XmppStanza) reply = NULL;

  if (xmpp_server_get_private (server)->stopping > 0 ||
      xmpp_stanza_get_kind (stanza) == XMPP_STANZA_KIND_PRESENCE ||
      xmpp_stanza_get_from (stanza) == NULL || xmpp_stanza_get_to (stanza) == NULL)
    return;

  reply = build_refusal (stanza, XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE);
  if (reply != NULL)
    xmpp_server_route (server, reply, NULL);
}

/* ---- To whom ---- */

static gboolean
set_refusal (GError **error, int condition, XmppJid *to)
{
  g_set_error (error, XMPP_STANZA_ERROR, condition, "There is nobody who takes it: %s",
               xmpp_jid_to_string (to));
  return FALSE;
}

/* Several may get it; it has failed where none did. */
static gboolean
deliver (GPtrArray *found, XmppStanza *stanza, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  gboolean delivered = FALSE;

  for (guint i = 0; i < found->len; i++)
    {
      g_clear_error (&refusal);
      if (xmpp_server_link_deliver (g_ptr_array_index (found, i), stanza, &refusal))
        delivered = TRUE;
    }

  if (!delivered)
    g_propagate_error (error, g_steal_pointer (&refusal));
  return delivered;
}

static gboolean
route_to_account (XmppServerPrivate *priv,
                  XmppStanza *stanza,
                  XmppJid *to,
                  GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);

  switch (xmpp_resource_table_deliver (priv->resources, to, xmpp_stanza_get_kind (stanza),
                                       xmpp_stanza_get_stanza_type (stanza), found))
    {
    case XMPP_DELIVERY_SEND:
      g_ptr_array_foreach (found, (GFunc) g_object_ref, NULL);
      return deliver (found, stanza, error);
    case XMPP_DELIVERY_IGNORE:
      return TRUE;
    case XMPP_DELIVERY_REFUSE:
    default:
      return set_refusal (error, XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE, to);
    }
}

/**
 * xmpp_server_route:
 * @server: a server
 * @stanza: a stanza with `from` and `to`; it is sealed
 * @error: why it reached nobody
 *
 * Delivers a stanza to whom it is for: a component, a connected resource, or those of an
 * account's resources that RFC 6121 §8.5 names. There is no store for those who are away, and no
 * other server is asked.
 *
 * What would have to be answered with an error is one here: [error@StanzaError] with
 * service-unavailable (nobody is there), recipient-unavailable (somebody is, and does not read)
 * or remote-server-not-found (the domain is not served). The caller is the one to answer.
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT] where an address is missing. What is to be dropped
 * silently counts as delivered.
 *
 * Returns: whether the stanza was delivered
 *
 * Since: 1.0
 */
gboolean
xmpp_server_route (XmppServer *self, XmppStanza *stanza, GError **error)
{
  XmppServerPrivate *priv;
  XmppConnection *component;
  XmppJid *to;

  g_return_val_if_fail (XMPP_IS_SERVER (self), FALSE);
  g_return_val_if_fail (stanza != NULL, FALSE);

  priv = xmpp_server_get_private (self);
  to = xmpp_stanza_get_to (stanza);
  if (to == NULL || xmpp_stanza_get_from (stanza) == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "A stanza is routed by its addresses, and one is missing");
      return FALSE;
    }

  component = g_hash_table_lookup (priv->components, xmpp_jid_get_domain (to));
  if (component != NULL)
    {
      g_autoptr (XmppServerLink) link = g_object_ref (XMPP_SERVER_LINK (component));

      return xmpp_server_link_deliver (link, stanza, error);
    }

  if (g_hash_table_contains (priv->domains, xmpp_jid_get_domain (to)) &&
      xmpp_jid_get_local (to) != NULL)
    return route_to_account (priv, stanza, to, error);

  if (g_hash_table_contains (priv->domains, xmpp_jid_get_domain (to)) ||
      g_hash_table_contains (priv->secrets, xmpp_jid_get_domain (to)))
    return set_refusal (error, XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE, to);

  return set_refusal (error, XMPP_STANZA_ERROR_REMOTE_SERVER_NOT_FOUND, to);
}

/* ---- From a connection ---- */

/* RFC 6121 §4.7.2.3: an integer from -128 to +127; what is none counts as 0. */
static int
get_priority (XmppStanza *stanza)
{
  XmppElement *element = xmpp_stanza_get_payload (stanza, "priority", XMPP_NS_CLIENT);
  const char *text = element != NULL ? xmpp_element_get_text (element) : "";
  char *end = NULL;
  long priority = strtol (text, &end, 10);

  return end != text && *end == '\0' && priority >= -128 && priority <= 127
             ? (int) priority
             : 0;
}

static void
note_presence (XmppServerPrivate *priv, XmppConnection *connection, XmppStanza *stanza)
{
  XmppStanzaType type = xmpp_stanza_get_stanza_type (stanza);
  XmppJid *jid = xmpp_server_link_get_bound (XMPP_SERVER_LINK (connection));

  if (xmpp_stanza_get_kind (stanza) != XMPP_STANZA_KIND_PRESENCE || jid == NULL)
    return;

  if (type == XMPP_STANZA_TYPE_AVAILABLE)
    xmpp_resource_table_set_presence (priv->resources, jid, TRUE, get_priority (stanza));
  else if (type == XMPP_STANZA_TYPE_UNAVAILABLE)
    xmpp_resource_table_set_presence (priv->resources, jid, FALSE, 0);
}

/* Without "to", or to its domain: the connection's handlers and signals are the server's. So are
 * they for what a client asks its own account (RFC 6120 §10.3.3). */
static gboolean
is_for_server (XmppServerPrivate *priv, XmppConnection *connection, XmppStanza *stanza)
{
  XmppJid *own = xmpp_connection_get_jid (connection);
  XmppJid *to = xmpp_stanza_get_to (stanza);

  if (to == NULL)
    return TRUE;

  if (xmpp_jid_get_local (to) == NULL && xmpp_jid_get_resource (to) == NULL)
    return g_hash_table_contains (priv->domains, xmpp_jid_get_domain (to));

  return xmpp_stanza_get_kind (stanza) == XMPP_STANZA_KIND_IQ && xmpp_jid_is_bare (to) &&
         own != NULL && xmpp_jid_equal_bare (to, own);
}

static gboolean
is_taken_by_application (XmppServer *self, XmppConnection *connection, XmppStanza *stanza)
{
  gboolean taken = FALSE;

  g_signal_emit (self, xmpp_server_signals[XMPP_SERVER_SIGNAL_STANZA], 0, connection,
                 stanza, &taken);
  return taken;
}

static gboolean
has_malformed_recipient (XmppStanza *stanza)
{
  return xmpp_stanza_get_to (stanza) == NULL &&
         xmpp_element_get_attribute (xmpp_stanza_get_element (stanza), "to") != NULL;
}

gboolean
xmpp_server_take_stanza (XmppServer *server,
                         XmppConnection *connection,
                         XmppStanza *stanza)
{
  g_autoptr (XmppServer) self = g_object_ref (server);
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  g_autoptr (GError) error = NULL;

  /* RFC 6120 §8.3.3.8 */
  if (has_malformed_recipient (stanza))
    {
      send_refusal (connection, stanza, XMPP_STANZA_ERROR_JID_MALFORMED);
      return TRUE;
    }

  if (is_taken_by_application (self, connection, stanza) ||
      xmpp_connection_get_state (connection) == XMPP_CONNECTION_STATE_CLOSED)
    return TRUE;

  if (xmpp_stanza_get_to (stanza) == NULL)
    note_presence (priv, connection, stanza);
  if (is_for_server (priv, connection, stanza))
    return FALSE;
  /* Whoever a request of ours was from, this is who was asked. */
  if (xmpp_connection_take_reply (connection, stanza))
    return TRUE;

  if (!xmpp_server_route (self, stanza, &error))
    send_refusal (connection, stanza, error->code);
  return TRUE;
}
