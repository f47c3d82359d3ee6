/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "server/xmpp-server-session.h"

#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza-private.h"
#include "negotiation/xmpp-exchange.h"
#include "negotiation/xmpp-responder.h"
#include "server/xmpp-server-private.h"
#include "server/xmpp-server-routing.h"
#include "tls/xmpp-tls-handshake.h"
#include "tls/xmpp-tls-report.h"
#include "transport/xmpp-client-hello.h"

/* A client from its first byte to its full address, and what its stanzas say about who has sent
 * them. */

struct _XmppServerSession
{
  XmppServerLink parent_instance;

  gboolean direct_tls;
};

G_DEFINE_FINAL_TYPE (XmppServerSession, xmpp_server_session, XMPP_TYPE_SERVER_LINK)

typedef struct
{
  XmppReport *report;
  guint step; /* "tls" */
  XmppDeadline *deadline;
  XmppServerDomain *domain; /* whose certificate is shown; direct TLS only */
  XmppStream *stream;
  XmppResponder *responder;
} Login;

/* The steps, in the order in which they run. Each takes over the task. */
static void peek (XmppServerSession *self, GTask *task);
static void peeked_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void handshake (XmppServerSession *self, GTask *task);
static void handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void fail_tls (GTask *task, GError *error);
static void respond (XmppServerSession *self, GTask *task, GIOStream *io);
static void responded_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
login_free (gpointer data)
{
  Login *login = data;

  g_clear_object (&login->report);
  g_clear_pointer (&login->deadline, xmpp_deadline_free);
  g_clear_pointer (&login->domain, xmpp_server_domain_unref);
  if (login->stream != NULL)
    xmpp_stream_set_tap (login->stream, NULL, NULL);
  g_clear_object (&login->stream);
  g_clear_object (&login->responder);
  g_free (login);
}

static XmppServerPrivate *
get_server (XmppServerSession *self)
{
  XmppServer *server = xmpp_server_link_get_server (XMPP_SERVER_LINK (self));

  return server != NULL ? xmpp_server_get_private (server) : NULL;
}

static void
dial_async (XmppConnection *connection,
            XmppReport *report,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  XmppServerSession *self = XMPP_SERVER_SESSION (connection);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Login *login = g_new0 (Login, 1);
  GSocketConnection *socket = xmpp_server_link_get_socket (XMPP_SERVER_LINK (self));

  g_task_set_source_tag (task, dial_async);
  login->report = g_object_ref (report);
  g_task_set_task_data (task, login, login_free);

  if (socket == NULL)
    g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                             "A connection that was accepted is not opened again");
  else if (self->direct_tls)
    peek (self, g_steal_pointer (&task));
  else
    respond (self, g_steal_pointer (&task), G_IO_STREAM (socket));
}

static XmppDialResult *
dial_finish (XmppConnection *connection, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, dial_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- TLS comes first: whose certificate to show says the ClientHello ---- */

static void
peek (XmppServerSession *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  guint seconds = xmpp_limits_peek (xmpp_connection_get_limits (XMPP_CONNECTION (self)))
                      ->header_seconds;
  GSocket *socket = g_socket_connection_get_socket (
      xmpp_server_link_get_socket (XMPP_SERVER_LINK (self)));
  GCancellable *cancellable;

  login->step = xmpp_report_begin_step (login->report, "tls");
  login->deadline = xmpp_deadline_new (seconds, g_task_get_cancellable (task));
  cancellable = xmpp_deadline_get_cancellable (login->deadline);
  xmpp_client_hello_peek_async (socket, cancellable, peeked_cb, g_steal_pointer (&task));
}

/* Who names none of ours gets the first one's, as does who names none at all: the client sees
 * what is wrong. */
static XmppServerDomain *
find_domain (XmppServerPrivate *server, const char *name)
{
  g_autofree char *prepared = NULL;
  XmppServerDomain *domain = NULL;

  if (name != NULL)
    prepared = xmpp_server_prepare_domain (name, NULL);
  if (prepared != NULL)
    domain = g_hash_table_lookup (server->domains, prepared);

  for (guint i = 0;
       (domain == NULL || domain->direct_tls == NULL) && i < server->names->len; i++)
    domain = g_hash_table_lookup (server->domains, g_ptr_array_index (server->names, i));

  return domain != NULL && domain->direct_tls != NULL ? domain : NULL;
}

static void
peeked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppServerSession *self = g_task_get_source_object (task);
  Login *login = g_task_get_task_data (task);
  XmppServerPrivate *server = get_server (self);
  g_autoptr (XmppClientHello) hello = NULL;
  XmppServerDomain *domain = NULL;
  g_autoptr (GError) error = NULL;

  hello = xmpp_client_hello_peek_finish (result, &error);
  if (hello != NULL && xmpp_client_hello_allows (hello, "xmpp-client", &error))
    {
      domain = server != NULL ? find_domain (server, hello->server_name) : NULL;
      if (domain == NULL)
        g_set_error_literal (&error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                             "There is no domain with a certificate");
    }

  if (domain == NULL)
    {
      fail_tls (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }

  login->domain = xmpp_server_domain_ref (domain);
  handshake (self, g_steal_pointer (&task));
}

static void
handshake (XmppServerSession *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  XmppTlsParameters *parameters = login->domain->direct_tls;
  GCancellable *cancellable = xmpp_deadline_get_cancellable (login->deadline);
  GIOStream *base = G_IO_STREAM (xmpp_server_link_get_socket (XMPP_SERVER_LINK (self)));

  xmpp_tls_handshake_async (base, parameters, cancellable, handshaken_cb,
                            g_steal_pointer (&task));
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppServerSession *self = g_task_get_source_object (task);
  Login *login = g_task_get_task_data (task);
  g_autoptr (GTlsConnection) tls = NULL;
  g_autoptr (GError) error = NULL;

  tls = xmpp_tls_handshake_finish (result, &error);
  if (tls == NULL)
    {
      fail_tls (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }

  g_clear_pointer (&login->deadline, xmpp_deadline_free);
  xmpp_report_end_step (login->report, login->step, NULL, NULL);
  xmpp_tls_report (login->report, tls);
  respond (self, g_steal_pointer (&task), G_IO_STREAM (tls));
}

/* Takes over @error. */
static void
fail_tls (GTask *task_arg, GError *error)
{
  g_autoptr (GTask) task = task_arg;
  XmppServerSession *self = g_task_get_source_object (task);
  Login *login = g_task_get_task_data (task);

  xmpp_deadline_translate (login->deadline, &error, "The TLS handshake");
  xmpp_report_end_step (login->report, login->step, error, NULL);
  g_io_stream_close (G_IO_STREAM (xmpp_server_link_get_socket (XMPP_SERVER_LINK (self))),
                     NULL, NULL);
  g_task_return_error (task, error);
}

/* ---- The stream ---- */

static XmppJid *
choose (XmppStream *stream, const char *wanted, gpointer user_data, GError **error)
{
  XmppServerLink *link = user_data;
  XmppServer *server = xmpp_server_link_get_server (link);
  XmppJid *account = xmpp_stream_get_jid (stream);
  XmppJid *jid = NULL;

  if (server == NULL || account == NULL)
    g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_NOT_ALLOWED,
                         "There is no account to bind a resource to");
  else
    jid = xmpp_server_choose_resource (server, XMPP_CONNECTION (link), account, wanted,
                                       error);

  if (jid != NULL)
    xmpp_server_link_set_bound (link, jid);
  return jid;
}

static gboolean
login_failed (XmppStream *stream, const GError *failure, gpointer user_data)
{
  return xmpp_server_link_count_failure (user_data, failure);
}

static GPtrArray *
make_offers (XmppStream *stream, const char *name, gpointer user_data)
{
  XmppServerSession *self = user_data;
  XmppServerLink *link = user_data;
  XmppServerPrivate *server = get_server (self);
  XmppServerDomain *domain = NULL;
  XmppServerOffers offers = {
    .report = xmpp_connection_get_report (XMPP_CONNECTION (self)),
    .limits = xmpp_connection_get_limits (XMPP_CONNECTION (self)),
    .choose = choose,
    .failed = login_failed,
    .user_data = link,
  };

  if (server != NULL)
    domain = g_hash_table_lookup (server->domains, name);
  /* It may have been taken away since. */
  if (domain == NULL)
    return g_ptr_array_new_with_free_func (g_object_unref);

  offers.registry = server->registry;
  offers.policy = server->policy;
  offers.anonymous = server->allow_anonymous;
  offers.insecure = server->insecure_loopback && !self->direct_tls &&
                    xmpp_server_link_is_loopback (link);
  return xmpp_server_domain_make_features (domain, &offers);
}

/* (transfer full) */
static GStrv
list_domains (XmppServerSession *self)
{
  XmppServerPrivate *server = get_server (self);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv names;

  for (guint i = 0; server != NULL && i < server->names->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (server->names, i));
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  return names;
}

static void
respond (XmppServerSession *self, GTask *task_arg, GIOStream *io)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppLimits *limits = xmpp_connection_get_limits (XMPP_CONNECTION (self));
  g_auto (GStrv) domains = list_domains (self);

  login->stream = xmpp_stream_new (io, XMPP_STREAM_RECEIVING, XMPP_NS_CLIENT, limits);
  xmpp_stream_set_tap (login->stream, &xmpp_connection_tap, self);
  if (self->direct_tls)
    xmpp_stream_add_state (login->stream, XMPP_STREAM_SECURE);

  login->responder = xmpp_responder_new (login->stream, (const char *const *) domains,
                                         make_offers, self,
                                         XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_responder_set_report (login->responder, login->report);
  xmpp_responder_run_async (login->responder, cancellable, responded_cb,
                            g_steal_pointer (&task));
}

static void
responded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppResponder *responder = XMPP_RESPONDER (object);
  Login *login = g_task_get_task_data (task);
  XmppStream *stream = login->stream;
  XmppDialResult *dialled;
  GError *error = NULL;

  if (!xmpp_responder_run_finish (responder, result, &error))
    {
      xmpp_tls_explain (xmpp_stream_get_io (stream), error);
      xmpp_server_link_fail_dial (g_steal_pointer (&task), stream, error);
      return;
    }

  dialled = g_new0 (XmppDialResult, 1);
  dialled->stream = g_object_ref (stream);
  dialled->features = g_ptr_array_ref (xmpp_responder_get_features (responder));
  g_clear_object (&login->stream);
  g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
}

/* ---- The open stream ---- */

/* RFC 6120 §8.1.2.1: nobody speaks in another's name. TRUE: the stanza says who has sent it */
static gboolean
check_sender (XmppConnection *connection, XmppStanza *stanza)
{
  XmppJid *own = xmpp_connection_get_jid (connection);
  XmppJid *from = xmpp_stanza_get_from (stanza);
  const char *given =
      xmpp_element_get_attribute (xmpp_stanza_get_element (stanza), "from");

  if (given != NULL && (from == NULL || !xmpp_jid_equal_bare (from, own) ||
                        !(xmpp_jid_is_bare (from) || xmpp_jid_equal (from, own))))
    {
      xmpp_server_link_end (XMPP_SERVER_LINK (connection), XMPP_STREAM_ERROR_INVALID_FROM,
                            "The client sent a stanza in another's name");
      return FALSE;
    }

  if (g_strcmp0 (given, xmpp_jid_to_string (own)) != 0)
    xmpp_stanza_stamp (stanza, own);
  return TRUE;
}

static const XmppConnectionOps ops = {
  .dial_async = dial_async,
  .dial_finish = dial_finish,
  .farewell = xmpp_server_link_farewell,
  .take = xmpp_server_link_take,
};

static void
xmpp_server_session_class_init (XmppServerSessionClass *klass)
{
  XMPP_CONNECTION_CLASS (klass)->ops = &ops;
  XMPP_SERVER_LINK_CLASS (klass)->check_sender = check_sender;
}

static void
xmpp_server_session_init (XmppServerSession *self)
{
}

XmppServerLink *
xmpp_server_session_new (XmppServer *server,
                         GSocketConnection *socket,
                         XmppVisit *visit,
                         gboolean direct_tls)
{
  XmppServerLink *link =
      xmpp_server_link_new (XMPP_TYPE_SERVER_SESSION, server, socket, visit);

  XMPP_SERVER_SESSION (link)->direct_tls = direct_tls;
  return link;
}
