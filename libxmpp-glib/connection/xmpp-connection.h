/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-error.h"
#include "core/xmpp-limits.h"
#include "core/xmpp-report.h"
#include "core/xmpp-stanza.h"
#include "tls/xmpp-certificate-request.h"

G_BEGIN_DECLS

/**
 * XmppConnectionState:
 * @XMPP_CONNECTION_STATE_CLOSED: not connected
 * @XMPP_CONNECTION_STATE_OPENING: an attempt is under way
 * @XMPP_CONNECTION_STATE_OPEN: stanzas can be sent and come in
 * @XMPP_CONNECTION_STATE_CLOSING: leaving; stanzas that are on their way still come in
 *
 * Where in its life a connection is.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_CONNECTION_STATE_CLOSED,
  XMPP_CONNECTION_STATE_OPENING,
  XMPP_CONNECTION_STATE_OPEN,
  XMPP_CONNECTION_STATE_CLOSING,
} XmppConnectionState;

#define XMPP_TYPE_CONNECTION (xmpp_connection_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppConnection, xmpp_connection, XMPP, CONNECTION, GObject)

/**
 * XmppConnectionClass:
 * @parent_class: the parent class
 * @message: slot of [signal@Connection::message]
 * @presence: slot of [signal@Connection::presence]
 * @iq: slot of [signal@Connection::iq]
 * @opened: slot of [signal@Connection::opened]
 * @closed: slot of [signal@Connection::closed]
 * @undelivered: slot of [signal@Connection::undelivered]
 * @accept_certificate: slot of [signal@Connection::accept-certificate]
 *
 * What subclasses override: the class closures of the signals.
 *
 * Since: 1.0
 */
struct _XmppConnectionClass
{
  GObjectClass parent_class;

  gboolean (*message) (XmppConnection *connection, XmppStanza *stanza);
  gboolean (*presence) (XmppConnection *connection, XmppStanza *stanza);
  gboolean (*iq) (XmppConnection *connection, XmppStanza *stanza);
  void (*opened) (XmppConnection *connection, gboolean resumed);
  void (*closed) (XmppConnection *connection, const GError *error);
  void (*undelivered) (XmppConnection *connection, XmppStanza *stanza);
  gboolean (*accept_certificate) (XmppConnection *connection,
                                  XmppCertificateRequest *request);

  /*< private >*/
  const struct _XmppConnectionOps *ops; /* connection/xmpp-connection-private.h */
  gpointer padding[8];
};

XMPP_AVAILABLE_IN_ALL
void xmpp_connection_open_async (XmppConnection *connection,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_connection_open_finish (XmppConnection *connection,
                                      GAsyncResult *result,
                                      GError **error);
/* @status: (nullable): the text of the unavailable presence */
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_close_async (XmppConnection *connection,
                                  const char *status,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_connection_close_finish (XmppConnection *connection,
                                       GAsyncResult *result,
                                       GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_abort (XmppConnection *connection);

XMPP_AVAILABLE_IN_ALL
gboolean xmpp_connection_send (XmppConnection *connection,
                               XmppStanza *stanza,
                               GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_send_async (XmppConnection *connection,
                                 XmppStanza *stanza,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_connection_send_finish (XmppConnection *connection,
                                      GAsyncResult *result,
                                      GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_request_async (XmppConnection *connection,
                                    XmppStanza *stanza,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* (transfer full): the result; a reply of type error is an XMPP_STANZA_ERROR */
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_connection_request_finish (XmppConnection *connection,
                                            GAsyncResult *result,
                                            GError **error);

typedef gboolean (*XmppStanzaHandler) (XmppConnection *connection,
                                       XmppStanza *stanza,
                                       gpointer user_data);

/* @kind: any of; @name and @xmlns (nullable): of the payload (any child for message and
 * presence). Returns the id */
XMPP_AVAILABLE_IN_ALL
guint xmpp_connection_add_handler (XmppConnection *connection,
                                   XmppStanzaKind kinds,
                                   const char *name,
                                   const char *xmlns,
                                   XmppStanzaHandler handler,
                                   gpointer user_data,
                                   GDestroyNotify destroy);
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_remove_handler (XmppConnection *connection, guint id);

/* Pull style, for the kinds in "queue-kinds"; NULL without error after the end */
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_receive_async (XmppConnection *connection,
                                    XmppStanzaKind kinds,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_connection_receive_finish (XmppConnection *connection,
                                            GAsyncResult *result,
                                            GError **error);

XMPP_AVAILABLE_IN_ALL
XmppConnectionState xmpp_connection_get_state (XmppConnection *connection);
/* Why it was closed last; NULL: politely, or never open. (transfer none) (nullable) */
XMPP_AVAILABLE_IN_ALL
const GError *xmpp_connection_get_error (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_connection_get_jid (XmppConnection *connection);
/* The domain of the peer */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_connection_get_peer (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_connection_is_secure (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
GTlsConnection *xmpp_connection_get_tls_connection (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_connection_get_features (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_connection_get_stream_id (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
XmppLimits *xmpp_connection_get_limits (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
XmppStanzaKind xmpp_connection_get_queue_kinds (XmppConnection *connection);
XMPP_AVAILABLE_IN_ALL
void xmpp_connection_set_queue_kinds (XmppConnection *connection, XmppStanzaKind kinds);
/* Of the last attempt; NULL before the first */
XMPP_AVAILABLE_IN_ALL
XmppReport *xmpp_connection_get_report (XmppConnection *connection);

G_END_DECLS
