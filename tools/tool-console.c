/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-session.h"
#include "tool-stanza.h"
#include "tool-text.h"
#include "tool-transcript.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_STREAMS "http://etherx.jabber.org/streams"
/* More than any server takes */
#define MAX_TYPED_BYTES (1024 * 1024)

typedef struct
{
  ToolSession *session;
  const ToolOptions *options;
  ToolTranscript *transcript; /* nullable */
  GDataInputStream *input;
  GCancellable *cancellable; /* of the reading */
  GString *typed;            /* of a stanza that is not whole yet */
} Console;

static void read_line (Console *self);

/* With --json standard output belongs to the object that comes at the end. */
static FILE *
get_output (Console *self)
{
  return self->options->json ? stderr : stdout;
}

/* Nobody reads on: "console | head" */
static void
check_output (Console *self)
{
  if (ferror (get_output (self)) != 0 && tool_session_is_open (self->session))
    tool_session_finish (self->session,
                         g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                              "The output cannot be written"));
}

static void
show (Console *self, XmppElement *element, gboolean sent)
{
  FILE *output = get_output (self);
  g_autofree char *xml = xmpp_element_to_string (element);
  gboolean is_header = xmpp_element_is (element, "stream", NS_STREAMS);
  g_autofree char *escaped = tool_text_escape (TOOL_TEXT_XML, xml);

  /* What comes behind a header is inside of it. */
  if (is_header && g_str_has_suffix (escaped, "/>"))
    strcpy (escaped + strlen (escaped) - 2, ">");
  fprintf (output, "%c: %s\n", sent ? 'C' : 'S', escaped);
  fflush (output);
  if (self->transcript != NULL)
    tool_transcript_add (self->transcript, element, sent);
  check_output (self);
}

static void
sent_cb (XmppConnection *connection, XmppElement *element, Console *self)
{
  show (self, element, TRUE);
}

static void
received_cb (XmppConnection *connection, XmppElement *element, Console *self)
{
  show (self, element, FALSE);
}

/* Shown they are; nobody else waits for them. */
static gboolean
stanza_cb (XmppConnection *connection, XmppStanza *stanza, Console *self)
{
  return TRUE;
}

/* TRUE: @typed is a stanza, or nothing that becomes one */
static gboolean
is_whole (const char *typed)
{
  int depth = 0;
  char quote = '\0';
  const char *tag = NULL;

  for (const char *c = typed; *c != '\0'; c++)
    {
      if (tag == NULL && *c == '<')
        tag = c;
      else if (tag == NULL)
        continue;
      else if (quote != '\0')
        quote = *c == quote ? '\0' : quote;
      else if (*c == '\'' || *c == '"')
        quote = *c;
      else if (*c == '>')
        {
          if (tag[1] == '/')
            depth--;
          else if (c[-1] != '/')
            depth++;
          tag = NULL;
          if (depth <= 0)
            return TRUE;
        }
    }

  return typed[strspn (typed, " \t\n")] != '<';
}

static void
send_typed (Console *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStanza) stanza = tool_stanza_parse (self->typed->str, &error);

  if (stanza == NULL ||
      !xmpp_connection_send (tool_session_get_connection (self->session), stanza, &error))
    tool_complain ("%s", error->message);
  g_string_truncate (self->typed, 0);
}

static void
line_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL,
                                            &error);
  Console *self = user_data;

  /* The console has gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (line == NULL)
    {
      if (self->typed->len > 0)
        tool_complain ("the last stanza was not whole, and not sent");
      tool_session_finish (self->session, g_steal_pointer (&error));
      return;
    }

  if (line[0] == '\0' && self->typed->len > 0)
    {
      tool_complain ("given up: the stanza was not whole");
      g_string_truncate (self->typed, 0);
    }
  else if (line[strspn (line, " \t\r")] != '\0' || self->typed->len > 0)
    {
      g_string_append (self->typed, line);
      if (is_whole (self->typed->str) || self->typed->len > MAX_TYPED_BYTES)
        send_typed (self);
      else
        g_string_append_c (self->typed, '\n');
    }
  read_line (self);
}

static void
read_line (Console *self)
{
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, self->cancellable,
                                       line_read_cb, self);
}

static void
opened (ToolSession *session, gpointer user_data)
{
  Console *self = user_data;
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  if (isatty (STDIN_FILENO) && isatty (STDERR_FILENO))
    tool_complain ("type stanzas; an empty line gives one up, Ctrl-D leaves");
  self->input = g_data_input_stream_new (stream);
  read_line (self);
  check_output (self);
}

static void
console_clear (Console *self)
{
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (tool_session_get_connection (self->session),
                                          self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->input);
  g_string_free (self->typed, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Console, console_clear)

static int
run (Console *self)
{
  XmppConnection *connection = tool_session_get_connection (self->session);
  g_autoptr (GError) error = NULL;
  ToolOutcome outcome;
  int status;

  tool_session_receive_messages (self->session);
  tool_session_set_endless (self->session, TRUE);
  g_signal_connect (connection, "element-sent", G_CALLBACK (sent_cb), self);
  g_signal_connect (connection, "element-received", G_CALLBACK (received_cb), self);
  g_signal_connect (connection, "message", G_CALLBACK (stanza_cb), self);
  g_signal_connect (connection, "presence", G_CALLBACK (stanza_cb), self);

  status = tool_session_run (self->session, opened, self);
  if (self->transcript == NULL)
    return status;

  tool_session_get_outcome (self->session, &outcome);
  if (tool_transcript_finish (self->transcript, &outcome,
                              tool_session_is_open (self->session), &error))
    return status;

  tool_complain ("%s", error->message);

  return status != TOOL_DONE ? status : TOOL_FAILED;
}

int
tool_console (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (ToolSession) session = NULL;
  g_autoptr (ToolTranscript) transcript = NULL;
  g_autoptr (GError) early = NULL;
  g_auto (Console) self = { .options = options };

  self.typed = g_string_new (NULL);
  self.cancellable = g_cancellable_new ();
  if (g_strv_length (arguments) != 1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "console takes an address and nothing else");
      return TOOL_USAGE;
    }
  options->jid = g_strdup (arguments[0]);

  session = tool_session_new (options, &early);
  if (session != NULL && options->transcript != NULL)
    transcript = tool_transcript_new (options->transcript, &early);
  if (early != NULL)
    return tool_session_fail_early (options, early);

  self.session = session;
  self.transcript = transcript;

  return run (&self);
}
