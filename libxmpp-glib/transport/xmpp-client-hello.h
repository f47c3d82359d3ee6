/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is looked at, in bytes: a hello that is not complete by then is refused. */
#define XMPP_CLIENT_HELLO_MAX 16384

/* What a TLS client says first (RFC 8446 §4.1.2), as far as it tells whom it wants to reach */
typedef struct
{
  char *
      server_name; /* A-labels in lower case, without a trailing dot; NULL: it named none */
  char **protocols; /* ALPN, as offered; NULL: it does not speak ALPN */
} XmppClientHello;

typedef enum
{
  XMPP_CLIENT_HELLO_INCOMPLETE,
  XMPP_CLIENT_HELLO_MALFORMED, /* whatever else comes */
  XMPP_CLIENT_HELLO_COMPLETE,
} XmppClientHelloState;

void xmpp_client_hello_free (XmppClientHello *hello);
/* @hello: (out) (transfer full), set only where it is complete. What stands behind the hello is not
 * looked at. */
XmppClientHelloState xmpp_client_hello_parse (const guint8 *data,
                                              gsize length,
                                              XmppClientHello **hello);
/* Whether TLS may go on for @protocol ("xmpp-client"): it is offered, or there is no ALPN. Else
 * G_TLS_ERROR_MISC: the connection is to be closed, GIO would take it (RFC 7301 §3.2). */
gboolean xmpp_client_hello_allows (const XmppClientHello *hello,
                                   const char *protocol,
                                   GError **error);

/* Waits for it and leaves every byte in @socket, which is non-blocking and has no other reader
 * meanwhile. Deadlines are the caller's. Errors: G_TLS_ERROR_NOT_TLS where it is no hello or too
 * long, G_IO_ERROR_CONNECTION_CLOSED where the peer has hung up, G_IO_ERROR. */
void xmpp_client_hello_peek_async (GSocket *socket,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
XmppClientHello *xmpp_client_hello_peek_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppClientHello, xmpp_client_hello_free)

G_END_DECLS
