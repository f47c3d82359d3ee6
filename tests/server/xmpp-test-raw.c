/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-raw.h"

#include "xmpp-test-loop.h"

#include <string.h>

struct _XmppTestRaw
{
  GIOStream *io;
  GCancellable *cancellable;
  GString *received;
  const char *expected;
  gboolean ended;
  gboolean deaf;
  gboolean reading;
  char buffer[4096];
};

static void read_more (XmppTestRaw *raw);

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  XmppTestRaw *raw = user_data;

  raw->reading = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (length <= 0)
    {
      raw->ended = TRUE;
      return;
    }

  g_string_append_len (raw->received, raw->buffer, length);
  read_more (raw);
}

static void
read_more (XmppTestRaw *raw)
{
  if (raw->deaf || raw->reading || raw->ended)
    return;

  raw->reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (raw->io), raw->buffer,
                             sizeof raw->buffer, G_PRIORITY_DEFAULT, raw->cancellable,
                             read_cb, raw);
}

static gboolean
has_stopped (gpointer user_data)
{
  return !((XmppTestRaw *) user_data)->reading;
}

static void
stop_reading (XmppTestRaw *raw)
{
  g_cancellable_cancel (raw->cancellable);
  xmpp_test_run_until_true (has_stopped, raw, "a read to be cancelled");
  g_object_unref (raw->cancellable);
  raw->cancellable = g_cancellable_new ();
}

XmppTestRaw *
xmpp_test_raw_new (guint port)
{
  XmppTestRaw *raw = g_new0 (XmppTestRaw, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  raw->cancellable = g_cancellable_new ();
  raw->received = g_string_new (NULL);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", (guint16) port, NULL,
                                         xmpp_test_result_cb, &result);
  raw->io = G_IO_STREAM (
      g_socket_client_connect_to_host_finish (client, xmpp_test_result_wait (&result),
                                              &error));
  g_assert_no_error (error);
  read_more (raw);
  return raw;
}

void
xmpp_test_raw_free (XmppTestRaw *raw)
{
  stop_reading (raw);
  g_io_stream_close (raw->io, NULL, NULL);
  g_object_unref (raw->io);
  g_object_unref (raw->cancellable);
  g_string_free (raw->received, TRUE);
  g_free (raw);
}

static gboolean
accept_cb (GTlsConnection *tls,
           GTlsCertificate *certificate,
           GTlsCertificateFlags flags,
           gpointer user_data)
{
  return TRUE;
}

void
xmpp_test_raw_start_tls (XmppTestRaw *raw, const char *server_name)
{
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GIOStream) base = NULL;
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  stop_reading (raw);
  if (server_name != NULL)
    identity = g_network_address_new (server_name, 0);
  base = raw->io;
  raw->io = g_tls_client_connection_new (base, identity, &error);
  g_assert_no_error (error);
  g_signal_connect (raw->io, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (raw->io), G_PRIORITY_DEFAULT, NULL,
                                    xmpp_test_result_cb, &result);
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (raw->io),
                                     xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  read_more (raw);
}

GTlsConnection *
xmpp_test_raw_get_tls (XmppTestRaw *raw)
{
  return G_TLS_CONNECTION (raw->io);
}

void
xmpp_test_raw_send (XmppTestRaw *raw, const char *text)
{
  g_auto (XmppTestResult) result = { 0 };

  /* Who is hung up on meanwhile finds out by what it reads. */
  g_output_stream_write_all_async (g_io_stream_get_output_stream (raw->io), text,
                                   strlen (text), G_PRIORITY_DEFAULT, NULL,
                                   xmpp_test_result_cb, &result);
  g_output_stream_write_all_finish (g_io_stream_get_output_stream (raw->io),
                                    xmpp_test_result_wait (&result), NULL, NULL);
}

static gboolean
has_expected (gpointer user_data)
{
  XmppTestRaw *raw = user_data;

  return raw->ended || strstr (raw->received->str, raw->expected) != NULL;
}

void
xmpp_test_raw_expect (XmppTestRaw *raw, const char *text)
{
  const char *found;

  raw->expected = text;
  xmpp_test_run_until_true (has_expected, raw, text);
  found = strstr (raw->received->str, text);
  if (found == NULL)
    g_error ("expected %s, got %s", text, raw->received->str);
  g_string_erase (raw->received, 0, found - raw->received->str + (gssize) strlen (text));
}

static gboolean
has_ended (gpointer user_data)
{
  return ((XmppTestRaw *) user_data)->ended;
}

void
xmpp_test_raw_expect_end (XmppTestRaw *raw)
{
  xmpp_test_run_until_true (has_ended, raw, "the other side to close");
}

const char *
xmpp_test_raw_get_text (XmppTestRaw *raw)
{
  return raw->received->str;
}

void
xmpp_test_raw_set_deaf (XmppTestRaw *raw, gboolean deaf)
{
  raw->deaf = deaf;
  if (deaf)
    stop_reading (raw);
  else
    read_more (raw);
}

void
xmpp_test_raw_send_header (XmppTestRaw *raw, const char *to)
{
  g_autofree char *text =
      g_strdup_printf ("<stream:stream xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
                       "to='%s'>",
                       to);

  xmpp_test_raw_send (raw, text);
}

void
xmpp_test_raw_send_auth (XmppTestRaw *raw, const char *local, const char *password)
{
  g_autofree char *message = g_strdup_printf ("%c%s%c%s", 1, local, 1, password);
  gsize length = strlen (message);
  g_autofree char *base64 = NULL;
  g_autofree char *text = NULL;

  for (gsize i = 0; i < length; i++)
    if (message[i] == 1)
      message[i] = '\0';
  base64 = g_base64_encode ((const guchar *) message, length);
  text = g_strdup_printf ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                          "mechanism='PLAIN'>%s</auth>",
                          base64);
  xmpp_test_raw_send (raw, text);
}

void
xmpp_test_raw_login (XmppTestRaw *raw, const char *local, const char *resource)
{
  g_autofree char *bind =
      g_strdup_printf ("<iq type='set' id='b'><bind "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%s</resource>"
                       "</bind></iq>",
                       resource);

  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "</stream:features>");
  xmpp_test_raw_send_auth (raw, local, "secret");
  xmpp_test_raw_expect (raw, "<success");
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "</stream:features>");
  xmpp_test_raw_send (raw, bind);
  xmpp_test_raw_expect (raw, "</bind></iq>");
}
