/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-handshake.h"

#include <glib/gstdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tls-peer.h"

/* The file of the authorities is parsed when GIO first needs it, and never again: in GIO's own
 * way every connection would read it, which costs ten times as much as all the rest of a
 * login, and megabytes. */

/* How often the file was opened since the last call */
static guint
count_opened (int watch)
{
  char buffer[4096];
  gssize n = read (watch, buffer, sizeof buffer);

  return n > 0 ? (guint) n / sizeof (struct inotify_event) : 0;
}

static void
log_in_to (TlsPeer *peer)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (parameters->database);
  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
}

static void
test_parsed_once (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autofree char *original =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "ca.crt", NULL);
  g_autofree char *content = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("xmpp-XXXXXX.crt", &path, &error);
  int watch = inotify_init1 (IN_NONBLOCK);

  g_assert_cmpint (file, !=, -1);
  g_close (file, NULL);
  g_assert_true (g_file_get_contents (original, &content, NULL, NULL));
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  g_assert_cmpint (watch, !=, -1);
  g_assert_cmpint (inotify_add_watch (watch, path, IN_OPEN), !=, -1);

  database = g_tls_file_database_new (path, &error);
  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  g_assert_cmpuint (count_opened (watch), >, 0);
  for (guint i = 0; i < 3; i++)
    log_in_to (peer);
  g_assert_cmpuint (count_opened (watch), ==, 0);

  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_unlink (path);
  close (watch);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tls/authorities/parsed-once", test_parsed_once);

  return g_test_run ();
}
