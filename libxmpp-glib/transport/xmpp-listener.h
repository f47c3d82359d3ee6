/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One address and port on which connections are accepted, in the main context that was the
 * thread's default at xmpp_listener_new(). For "::" and every other IPv6 address it is IPv6 only.
 * When there are no descriptors or no memory it waits a little and goes on by itself. */
typedef struct _XmppListener XmppListener;

/* A connection with TCP_NODELAY on. @connection belongs to the listener: who wants it takes a
 * reference, and it is closed when nobody does. The listener may be paused or freed in here. */
typedef void (*XmppListenerFunc) (XmppListener *listener,
                                  GSocketConnection *connection,
                                  GInetAddress *remote,
                                  gpointer user_data);

/* @address: "127.0.0.1", "::1", "0.0.0.0", "::"; @port: 0 for any that is free. Errors:
 * G_IO_ERROR (INVALID_ARGUMENT where it is no address, ADDRESS_IN_USE, PERMISSION_DENIED…) */
XmppListener *xmpp_listener_new (const char *address,
                                 guint16 port,
                                 XmppListenerFunc accepted,
                                 gpointer user_data,
                                 GError **error);
/* Stops at once; connections that were handed out are not touched. */
void xmpp_listener_free (XmppListener *listener);
/* The one it listens on, never 0 */
guint16 xmpp_listener_get_port (XmppListener *listener);
/* Who connects meanwhile waits in the kernel's queue. Neither nests. */
void xmpp_listener_pause (XmppListener *listener);
void xmpp_listener_resume (XmppListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppListener, xmpp_listener_free)

G_END_DECLS
