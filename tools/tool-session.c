/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-session.h"

#include "tool-secret.h"
#include "tool-text.h"
#include "tool-tls.h"

#include <glib-unix.h>
#include <stdio.h>

struct _ToolSession
{
  const ToolOptions *options;
  XmppConnection *connection;
  XmppJid *address; /* as given */
  GMainLoop *loop;
  GCancellable *cancellable;
  ToolAction action;
  gpointer action_data;
  GError *error;
  gboolean is_open;
  gboolean is_closing;
  gboolean endless;
  gboolean timed_out;
  gboolean is_late;
  gboolean is_cancelled;
  guint timer;
  guint interrupt;
  guint terminate;
  guint hang_up;
};

/* The first error is the one that counts. */
static void
take_error (ToolSession *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
}

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ToolSession *self = user_data;
  GError *error = NULL;

  if (!xmpp_connection_close_finish (XMPP_CONNECTION (object), result, &error))
    take_error (self, error);
  g_main_loop_quit (self->loop);
}

void
tool_session_finish (ToolSession *self, GError *error)
{
  if (error != NULL)
    take_error (self, error);
  if (self->is_closing)
    return;

  self->is_closing = TRUE;
  xmpp_connection_close_async (self->connection, self->options->status, NULL, closed_cb,
                               self);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ToolSession *self = user_data;
  GError *error = NULL;

  if (!xmpp_connection_open_finish (XMPP_CONNECTION (object), result, &error))
    {
      /* What the attempt has changed in the state file is to be written. */
      tool_session_finish (self, error);
      return;
    }

  self->is_open = TRUE;
  self->action (self, self->action_data);
}

/* The connection has come to an end that nobody asked for. */
static void
lost_cb (XmppConnection *connection, const GError *error, ToolSession *self)
{
  if (!self->is_open || self->is_closing)
    return;

  take_error (self, error != NULL
                        ? g_error_copy (error)
                        : g_error_new_literal (XMPP_CONNECTION_ERROR,
                                               XMPP_CONNECTION_ERROR_CLOSED,
                                               "The server has closed the connection"));
  g_main_loop_quit (self->loop);
}

/* Before the connection is open there is nothing to be polite about; what does not end
 * politely, or at all, is cut off. */
static void
stop (ToolSession *self)
{
  if (!self->is_open && !self->is_cancelled)
    {
      self->is_cancelled = TRUE;
      g_cancellable_cancel (self->cancellable);
    }
  else if (self->is_open && !self->is_closing)
    tool_session_finish (self, NULL);
  else
    {
      xmpp_connection_abort (self->connection);
      g_main_loop_quit (self->loop);
    }
}

static gboolean
interrupted_cb (gpointer user_data)
{
  ToolSession *self = user_data;

  if (!self->is_open || !self->endless)
    take_error (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                           "It was interrupted before it was done"));
  stop (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
timed_out_cb (gpointer user_data)
{
  ToolSession *self = user_data;

  /* The library's own deadline says what it waited for. */
  self->timer = 0;
  if (!self->is_open && !self->is_late)
    {
      self->is_late = TRUE;
      self->timer = g_timeout_add_seconds (1, timed_out_cb, self);
      return G_SOURCE_REMOVE;
    }

  self->timed_out = self->error == NULL;
  take_error (self, g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT,
                                 "It was not done within %d s", self->options->timeout));
  stop (self);

  return G_SOURCE_REMOVE;
}

static XmppSaslPolicy *
make_policy (const ToolOptions *options)
{
  return g_object_new (XMPP_TYPE_SASL_POLICY, "allowed", options->mechanisms,
                       "preferred-modules", options->modules, "require-channel-binding",
                       options->require_channel_binding, "require-mutual",
                       options->require_mutual, NULL);
}

/* RFC 6121 §4.7.2.3: with a priority below 0 others see us, but the server keeps our messages
 * for those who read them. */
static XmppStanza *
make_presence (void)
{
  XmppStanza *presence =
      xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);

  xmpp_element_append_child (xmpp_stanza_get_element (presence), "priority", NULL, "-1");

  return presence;
}

static void
set_up_server (ToolSession *self, XmppJid *jid)
{
  const ToolOptions *options = self->options;
  XmppTlsMode mode = options->direct_tls ? XMPP_TLS_MODE_DIRECT
                     : options->starttls ? XMPP_TLS_MODE_STARTTLS
                                         : XMPP_TLS_MODE_AUTO;

  g_object_set (self->connection, "tls-mode", mode, NULL);
  if (options->host != NULL || options->port != 0)
    g_object_set (self->connection, "server-host",
                  options->host != NULL ? options->host : xmpp_jid_get_ascii_domain (jid),
                  "server-port", options->port, NULL);
}

static gboolean
set_up (ToolSession *self, GError **error)
{
  const ToolOptions *options = self->options;
  g_autoptr (GError) jid_error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (options->jid, &jid_error);
  g_autoptr (XmppCredential) credential = NULL;
  g_autoptr (XmppSaslPolicy) policy = make_policy (options);
  g_autoptr (XmppStanza) presence = make_presence ();
  XmppClient *client;

  if (jid != NULL && options->resource != NULL)
    {
      XmppJid *full = xmpp_jid_dup_with_resource (jid, options->resource, &jid_error);

      xmpp_jid_unref (jid);
      jid = full;
    }
  if (jid == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           jid_error->message);
      return FALSE;
    }

  credential = tool_secret_load (options, jid, error);
  if (credential == NULL)
    return FALSE;

  client = xmpp_client_new (xmpp_jid_to_string (jid), credential, error);
  if (client == NULL)
    return FALSE;
  self->connection = XMPP_CONNECTION (client);
  self->address = g_steal_pointer (&jid);
  g_object_set (self->connection, "policy", policy, "initial-presence", presence,
                "pipelining", !options->no_pipelining, NULL);

  if (options->state != NULL)
    {
      g_autoptr (XmppStateStore)
          store = xmpp_file_state_store_new_for_file (options->state);

      g_object_set (self->connection, "state-store", store, NULL);
    }

  set_up_server (self, self->address);

  return tool_tls_set_up (client, options, error);
}

static ToolSession *
new_session (const ToolOptions *options)
{
  ToolSession *self = g_new0 (ToolSession, 1);

  self->options = options;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();

  return self;
}

ToolSession *
tool_session_new (const ToolOptions *options, GError **error)
{
  g_autoptr (ToolSession) self = new_session (options);

  if (!set_up (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

ToolSession *
tool_session_new_for (const ToolOptions *options,
                      XmppConnection *connection,
                      XmppJid *address)
{
  ToolSession *self = new_session (options);

  self->connection = g_object_ref (connection);
  self->address = xmpp_jid_ref (address);

  return self;
}

void
tool_session_free (ToolSession *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->interrupt, g_source_remove);
  g_clear_handle_id (&self->terminate, g_source_remove);
  g_clear_handle_id (&self->hang_up, g_source_remove);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->address, xmpp_jid_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
  g_free (self);
}

XmppConnection *
tool_session_get_connection (ToolSession *self)
{
  return self->connection;
}

const ToolOptions *
tool_session_get_options (ToolSession *self)
{
  return self->options;
}

void
tool_session_receive_messages (ToolSession *self)
{
  g_autoptr (XmppStanza)
      presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);

  g_object_set (self->connection, "initial-presence", presence, NULL);
}

void
tool_session_set_endless (ToolSession *self, gboolean endless)
{
  self->endless = endless;
}

gboolean
tool_session_is_open (ToolSession *self)
{
  return self->is_open;
}

void
tool_session_get_outcome (ToolSession *self, ToolOutcome *outcome)
{
  XmppConnection *connection = self->connection;
  XmppJid *jid = xmpp_connection_get_jid (connection);

  if (jid == NULL)
    jid = self->address;
  outcome->address = xmpp_jid_to_string (jid);
  outcome->domain = xmpp_jid_get_domain (jid);
  outcome->report = xmpp_connection_get_report (connection);
  outcome->error = self->error;
}

static int
tell (const ToolOptions *options, const ToolOutcome *outcome)
{
  if (options->json)
    tool_outcome_print_json (outcome);
  if (outcome->error != NULL)
    tool_complain ("%s: %s", tool_outcome_get_step (outcome), outcome->error->message);

  return tool_outcome_get_status (outcome);
}

int
tool_session_fail_early (const ToolOptions *options, const GError *error)
{
  g_autoptr (XmppJid) jid = options->jid != NULL ? xmpp_jid_new (options->jid, NULL)
                                                 : NULL;
  ToolOutcome outcome = { .address = options->jid, .error = error };

  if (jid != NULL)
    outcome.domain = xmpp_jid_get_domain (jid);

  return tell (options, &outcome);
}

/* Which step the time ran out at: it alone tells what to look at. */
static void
say_where (ToolSession *self)
{
  XmppReport *report = xmpp_connection_get_report (self->connection);
  const char *step = report != NULL ? xmpp_report_get_failed_step (report) : NULL;
  g_autofree char *message = NULL;

  if (step == NULL)
    return;

  message =
      g_strdup_printf ("%s; what did not come to an end is the step “%s” with %s. "
                       "What to do: check that the server and its port are the right "
                       "ones "
                       "and that no firewall is in between, or allow more time",
                       self->error->message, step, xmpp_jid_get_domain (self->address));
  g_free (self->error->message);
  self->error->message = g_steal_pointer (&message);
}

static void
warn_of_modules (const ToolOptions *options, const ToolOutcome *outcome)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) offer = NULL;
  const char *modules;

  if (options->modules == NULL || outcome->report == NULL)
    return;

  all = xmpp_report_to_variant (outcome->report);
  offer = g_variant_lookup_value (all, "offer", G_VARIANT_TYPE_VARDICT);
  if (offer != NULL && g_variant_lookup (offer, "modules_not_used", "&s", &modules))
    tool_complain ("warning: --module was not used: %s", modules);
}

int
tool_session_run (ToolSession *self, ToolAction action, gpointer user_data)
{
  XmppConnection *connection = self->connection;
  ToolOutcome outcome;

  self->action = action;
  self->action_data = user_data;
  self->interrupt = g_unix_signal_add (SIGINT, interrupted_cb, self);
  self->terminate = g_unix_signal_add (SIGTERM, interrupted_cb, self);
  self->hang_up = g_unix_signal_add (SIGHUP, interrupted_cb, self);
  if (self->options->timeout > 0)
    self->timer =
        g_timeout_add (tool_options_get_time_left (self->options), timed_out_cb, self);
  g_signal_connect (connection, "closed", G_CALLBACK (lost_cb), self);

  xmpp_connection_open_async (connection, self->cancellable, opened_cb, self);
  g_main_loop_run (self->loop);

  if (self->timed_out)
    say_where (self);
  tool_session_get_outcome (self, &outcome);
  warn_of_modules (self->options, &outcome);

  return tell (self->options, &outcome);
}
