/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-listen.h"

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-session.h"
#include "tool-text.h"

#include <errno.h>
#include <stdio.h>

typedef struct
{
  ToolSession *session;
  const ToolOptions *options;
  int messages;
} Listener;

static const char *
get_kind (XmppStanza *stanza)
{
  switch (xmpp_stanza_get_kind (stanza))
    {
    case XMPP_STANZA_KIND_MESSAGE:
      return "message";
    case XMPP_STANZA_KIND_PRESENCE:
      return "presence";
    case XMPP_STANZA_KIND_IQ:
    case XMPP_STANZA_KIND_NONE:
    default:
      return "iq";
    }
}

static const char *
get_text (XmppStanza *stanza)
{
  const char *text = xmpp_stanza_get_kind (stanza) == XMPP_STANZA_KIND_PRESENCE
                         ? xmpp_stanza_get_status (stanza)
                         : xmpp_stanza_get_body (stanza);

  return text != NULL ? text : "";
}

/* With --json standard output belongs to the object that comes at the end. */
static FILE *
get_output (Listener *self)
{
  return self->options->json ? stderr : stdout;
}

static void
print_stanza (Listener *self, XmppStanza *stanza)
{
  FILE *output = get_output (self);

  if (self->options->xml)
    {
      g_autofree char *xml = xmpp_element_to_string (xmpp_stanza_get_element (stanza));
      g_autofree char *escaped = tool_text_escape (TOOL_TEXT_XML, xml);

      fprintf (output, "%s\n", escaped);
    }
  else
    {
      XmppJid *from = xmpp_stanza_get_from (stanza);
      g_autofree char *address =
          tool_text_escape (TOOL_TEXT_LINE,
                            from != NULL ? xmpp_jid_to_string (from) : "");
      g_autofree char *text = tool_text_escape (TOOL_TEXT_LINE, get_text (stanza));

      fprintf (output, "%s\t%s\t%s\n", get_kind (stanza), address, text);
    }
  /* Nobody reads on: "listen | head" */
  if (fflush (output) != 0)
    tool_session_finish (self->session, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                                                     "The output cannot be written: %s",
                                                     g_strerror (errno)));
}

static gboolean
is_own (XmppConnection *connection, XmppJid *from)
{
  XmppJid *own = xmpp_connection_get_jid (connection);

  /* A component is all addresses of its domain. */
  return XMPP_IS_COMPONENT (connection)
             ? g_str_equal (xmpp_jid_get_domain (from), xmpp_jid_get_domain (own))
             : xmpp_jid_equal (from, own);
}

/* Errors are not answered (RFC 6120 §8.3.1), nor is a room, nor what we sent ourselves. */
static void
echo (Listener *self, XmppConnection *connection, XmppStanza *message)
{
  g_autoptr (XmppStanza) reply = NULL;
  g_autoptr (GError) error = NULL;
  XmppStanzaType type = xmpp_stanza_get_stanza_type (message);
  const char *body = xmpp_stanza_get_body (message);
  XmppJid *from = xmpp_stanza_get_from (message);

  if (body == NULL || from == NULL || type == XMPP_STANZA_TYPE_ERROR ||
      type == XMPP_STANZA_TYPE_GROUPCHAT || is_own (connection, from))
    return;

  reply = xmpp_stanza_reply (message, &error);
  if (reply != NULL)
    {
      xmpp_element_append_child (xmpp_stanza_get_element (reply), "body", NULL, body);
      if (xmpp_connection_send (connection, reply, &error))
        return;
    }

  tool_complain ("A message was not sent back: %s", error->message);
}

static gboolean
message_cb (XmppConnection *connection, XmppStanza *stanza, Listener *self)
{
  /* What comes while the connection is being closed no longer counts. */
  if (self->options->count > 0 && self->messages >= self->options->count)
    return TRUE;

  print_stanza (self, stanza);
  if (self->options->echo)
    echo (self, connection, stanza);

  self->messages++;
  if (self->options->count > 0 && self->messages == self->options->count)
    tool_session_finish (self->session, NULL);

  return TRUE;
}

static gboolean
presence_cb (XmppConnection *connection, XmppStanza *stanza, Listener *self)
{
  print_stanza (self, stanza);

  return TRUE;
}

/* Not taken: the library answers requests that nobody does. */
static gboolean
iq_cb (XmppConnection *connection, XmppStanza *stanza, Listener *self)
{
  print_stanza (self, stanza);

  return FALSE;
}

static void
opened (ToolSession *session, gpointer user_data)
{
  /* Everything else comes by itself. */
}

int
tool_listen_run (ToolSession *session)
{
  XmppConnection *connection = tool_session_get_connection (session);
  Listener self = { .session = session, .options = tool_session_get_options (session) };
  int status;

  g_signal_connect (connection, "message", G_CALLBACK (message_cb), &self);
  g_signal_connect (connection, "presence", G_CALLBACK (presence_cb), &self);
  g_signal_connect (connection, "iq", G_CALLBACK (iq_cb), &self);

  tool_session_set_endless (session, self.options->count == 0);
  status = tool_session_run (session, opened, NULL);
  g_signal_handlers_disconnect_by_data (connection, &self);

  return status;
}

int
tool_listen (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (ToolSession) session = NULL;
  g_autoptr (GError) early = NULL;

  if (g_strv_length (arguments) != 1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "listen takes an address and nothing else");
      return TOOL_USAGE;
    }
  options->jid = g_strdup (arguments[0]);

  session = tool_session_new (options, &early);
  if (session == NULL)
    return tool_session_fail_early (options, early);

  tool_session_receive_messages (session);
  return tool_listen_run (session);
}
