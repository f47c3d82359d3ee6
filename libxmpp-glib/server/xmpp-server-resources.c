/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-secret-private.h"
#include "server/xmpp-server-link.h"
#include "server/xmpp-server-private.h"

/* Which full address a client gets (RFC 6120 §7): what it asks for, what the application makes of
 * that, and what is done where somebody else has it. */

static char *
ask_application (XmppServer *self, XmppConnection *connection, const char *wanted)
{
  char *chosen = NULL;

  g_signal_emit (self, xmpp_server_signals[XMPP_SERVER_SIGNAL_CHOOSE_RESOURCE], 0,
                 connection, wanted, &chosen);
  return chosen;
}

static XmppJid *
make_jid (XmppJid *account, const char *resource, GError **error)
{
  XmppJid *jid = xmpp_jid_dup_with_resource (account, resource, NULL);

  if (jid == NULL)
    g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_BAD_REQUEST,
                         "This cannot be a resource");
  return jid;
}

static XmppJid *
make_random_jid (XmppJid *account, GError **error)
{
  g_autofree char *word = xmpp_random_word (error);

  return word != NULL ? make_jid (account, word, error) : NULL;
}

static void
drop (XmppServerPrivate *priv, XmppJid *jid)
{
  XmppServerLink *link = xmpp_resource_table_find (priv->resources, jid);

  xmpp_resource_table_remove (priv->resources, jid, link);
  xmpp_server_link_end (link, XMPP_STREAM_ERROR_CONFLICT,
                        "The resource was given to another connection");
}

/* Takes over @jid, which somebody has. */
static XmppJid *
settle_conflict (XmppServerPrivate *priv, XmppJid *jid_arg, GError **error)
{
  g_autoptr (XmppJid) jid = jid_arg;

  switch (priv->conflict)
    {
    case XMPP_RESOURCE_CONFLICT_REFUSE:
      g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_CONFLICT,
                           "The resource is connected already");
      return NULL;

    case XMPP_RESOURCE_CONFLICT_ALTER:
      return make_random_jid (jid, error);

    case XMPP_RESOURCE_CONFLICT_REPLACE:
    default:
      drop (priv, jid);
      return g_steal_pointer (&jid);
    }
}

XmppJid *
xmpp_server_choose_resource (XmppServer *server,
                             XmppConnection *connection,
                             XmppJid *account,
                             const char *wanted,
                             GError **error)
{
  g_autoptr (XmppServer) self = g_object_ref (server);
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  g_autofree char *chosen = ask_application (self, connection, wanted);
  const char *resource = chosen != NULL ? chosen : wanted;
  g_autoptr (XmppJid) jid = NULL;

  jid = resource != NULL ? make_jid (account, resource, error)
                         : make_random_jid (account, error);
  if (jid != NULL && xmpp_resource_table_find (priv->resources, jid) != NULL)
    jid = settle_conflict (priv, g_steal_pointer (&jid), error);
  if (jid == NULL)
    return NULL;

  if (priv->max_resources > 0 &&
      xmpp_resource_table_count (priv->resources, jid) >= priv->max_resources)
    {
      g_set_error_literal (error, XMPP_STANZA_ERROR,
                           XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT,
                           "The account has as many connections as it may have");
      return NULL;
    }

  xmpp_resource_table_add (priv->resources, jid, connection);
  return g_steal_pointer (&jid);
}
