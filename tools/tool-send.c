/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-session.h"
#include "tool-stanza.h"

typedef struct
{
  ToolSession *session;
  XmppStanza *stanza;
} Parcel;

static void
sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ToolSession *session = user_data;
  GError *error = NULL;

  xmpp_connection_send_finish (XMPP_CONNECTION (object), result, &error);
  tool_session_finish (session, error);
}

/* The closing tag follows the message on the same stream: once the server has answered it, it
 * has read the message too. */
static void
opened (ToolSession *session, gpointer user_data)
{
  Parcel *parcel = user_data;

  xmpp_connection_send_async (tool_session_get_connection (session), parcel->stanza, NULL,
                              sent_cb, session);
}

/* What the server, or who it was for, has against our stanza */
static gboolean
stanza_cb (XmppConnection *connection, XmppStanza *answer, Parcel *parcel)
{
  XmppJid *from = xmpp_stanza_get_from (answer);
  g_autoptr (GError) error = NULL;

  if (xmpp_stanza_get_stanza_type (answer) != XMPP_STANZA_TYPE_ERROR ||
      g_strcmp0 (xmpp_stanza_get_id (answer), xmpp_stanza_get_id (parcel->stanza)) != 0)
    return FALSE;

  error = xmpp_stanza_dup_error (answer);
  g_prefix_error (&error, "%s refuses it: ",
                  from != NULL ? xmpp_jid_to_string (from) : "The server");
  tool_session_finish (parcel->session, g_steal_pointer (&error));

  return TRUE;
}

static XmppStanza *
make_stanza (const ToolOptions *options, GError **error)
{
  g_autoptr (XmppJid) to = xmpp_jid_new (options->to, error);

  if (to == NULL)
    return NULL;
  if (options->xml)
    {
      XmppStanza *stanza = tool_stanza_parse (options->text, error);

      if (stanza != NULL)
        xmpp_stanza_set_to (stanza, to);
      /* By it an answer is told from what others send. */
      if (stanza != NULL && xmpp_stanza_get_id (stanza) == NULL)
        {
          g_autofree char *id = g_uuid_string_random ();

          xmpp_stanza_set_id (stanza, id);
        }
      return stanza;
    }

  if (!g_utf8_validate (options->text, -1, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The text is not valid UTF-8");
      return NULL;
    }

  return xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, options->text);
}

int
tool_send (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (ToolSession) session = NULL;
  g_autoptr (XmppStanza) stanza = NULL;
  g_autoptr (GError) early = NULL;
  XmppConnection *connection;
  Parcel parcel = { 0 };
  int status;

  if (g_strv_length (arguments) < 3)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "send takes two addresses and a text");
      return TOOL_USAGE;
    }
  options->jid = g_strdup (arguments[0]);
  options->to = g_strdup (arguments[1]);
  options->text = g_strjoinv (" ", arguments + 2);

  stanza = make_stanza (options, &early);
  if (stanza == NULL)
    {
      g_autoptr (GError) usage =
          g_error_new_literal (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, early->message);

      return tool_session_fail_early (options, usage);
    }

  session = tool_session_new (options, &early);
  if (session == NULL)
    return tool_session_fail_early (options, early);

  parcel.session = session;
  parcel.stanza = stanza;
  connection = tool_session_get_connection (session);
  g_signal_connect (connection, "message", G_CALLBACK (stanza_cb), &parcel);
  g_signal_connect (connection, "presence", G_CALLBACK (stanza_cb), &parcel);

  status = tool_session_run (session, opened, &parcel);
  g_signal_handlers_disconnect_by_data (connection, &parcel);

  return status;
}
