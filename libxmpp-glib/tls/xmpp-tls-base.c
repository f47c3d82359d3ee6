/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-base.h"

struct _XmppTlsBase
{
  GIOStream parent_instance;

  GIOStream *connection;
};

G_DEFINE_FINAL_TYPE (XmppTlsBase, xmpp_tls_base, G_TYPE_IO_STREAM)

static GInputStream *
xmpp_tls_base_get_input_stream (GIOStream *stream)
{
  return g_io_stream_get_input_stream (XMPP_TLS_BASE (stream)->connection);
}

static GOutputStream *
xmpp_tls_base_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (XMPP_TLS_BASE (stream)->connection);
}

static gboolean
xmpp_tls_base_close_fn (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (XMPP_TLS_BASE (stream)->connection, cancellable, error);
}

static void
xmpp_tls_base_finalize (GObject *object)
{
  g_clear_object (&XMPP_TLS_BASE (object)->connection);

  G_OBJECT_CLASS (xmpp_tls_base_parent_class)->finalize (object);
}

static void
xmpp_tls_base_class_init (XmppTlsBaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->finalize = xmpp_tls_base_finalize;

  stream_class->get_input_stream = xmpp_tls_base_get_input_stream;
  stream_class->get_output_stream = xmpp_tls_base_get_output_stream;
  stream_class->close_fn = xmpp_tls_base_close_fn;
}

static void
xmpp_tls_base_init (XmppTlsBase *self)
{
}

GIOStream *
xmpp_tls_base_new (GSocketConnection *connection)
{
  XmppTlsBase *self;

  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), NULL);

  self = g_object_new (XMPP_TYPE_TLS_BASE, NULL);
  self->connection = G_IO_STREAM (g_object_ref (connection));

  return G_IO_STREAM (self);
}
