/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#define STARTTLS "<starttls " NS_TLS "/>"
#define STARTTLS_OFFER "<starttls " NS_TLS "><required/></starttls>"
#define PROCEED "<proceed " NS_TLS "/>"
#define TLS_FAILURE "<failure " NS_TLS "/>"
#define SECURE XMPP_STREAM_SECURE

/* The second header shows that the stream has started over; then the goal is there. */
#define SECURE_HELLO C (SECURE_HEAD) S (SERVER_HEAD FEATURES (""))

static const Row client_rows[] = {
  { "ahead",
    C (CLIENT_HEAD STARTTLS) "W: 1\n" S (SERVER_HEAD FEATURES (STARTTLS_OFFER)
                                             PROCEED) "T: handshake\n" SECURE_HELLO,
    "ok",
    { .goal = SECURE } },
  { "one-by-one",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES (STARTTLS_OFFER)) C (STARTTLS)
        S (PROCEED) "T: handshake\n" SECURE_HELLO,
    "ok",
    { .goal = SECURE, .one_by_one = TRUE } },
  { "not-offered",
    C (CLIENT_HEAD STARTTLS)
        S (SERVER_HEAD FEATURES ("") PROCEED) "T: handshake\n" SECURE_HELLO,
    "ok",
    { .goal = SECURE } },
  { "refused",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER) TLS_FAILURE),
    "starttls/policy",
    { .goal = SECURE } },
  { "not-offered-and-refused",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES ("") TLS_FAILURE),
    "starttls/policy",
    { .goal = SECURE } },
  { "not-offered-and-stream-error",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES ("") STREAM_ERROR (
        "unsupported-stanza-type") "</stream:stream>"),
    "starttls/policy",
    { .goal = SECURE } },
  { "not-offered-and-silent",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES ("")),
    "starttls/policy",
    { .goal = SECURE, .exchange_seconds = 1 } },
  { "not-offered-one-by-one",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES ("")) C (STARTTLS) S (TLS_FAILURE),
    "starttls/policy",
    { .goal = SECURE, .one_by_one = TRUE } },
  { "handshake-fails",
    C (CLIENT_HEAD STARTTLS)
        S (SERVER_HEAD FEATURES (STARTTLS_OFFER) PROCEED) "T: fail\n",
    "tls/bad-certificate",
    { .goal = SECURE } },
  { "something-else",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER) SUCCESS (""))
        C (STREAM_ERROR ("bad-format")),
    "starttls/bad-format",
    { .goal = SECURE } },
  { "proceed-of-another-namespace",
    C (CLIENT_HEAD STARTTLS)
        S (SERVER_HEAD FEATURES (STARTTLS_OFFER) "<proceed xmlns='urn:other'/>")
            C (STREAM_ERROR ("bad-format")),
    "starttls/bad-format",
    { .goal = SECURE } },
  { "answer-before-features",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD PROCEED) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format",
    { .goal = SECURE } },
  { "host-unknown",
    C (CLIENT_HEAD STARTTLS)
        S (SERVER_HEAD STREAM_ERROR ("host-unknown") "</stream:stream>"),
    "stream/host-unknown",
    { .goal = SECURE } },
  { "silent",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER)),
    "starttls/timed-out",
    { .goal = SECURE, .exchange_seconds = 1 } },
};

static const Row server_rows[] = {
  { "both-at-once",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)
                                    PROCEED) "T: handshake\n" C (SECURE_HEAD)
        S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN))),
    "ok",
    { .goal = SECURE } },
  { "handshake-fails",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)) C (STARTTLS)
        S (PROCEED) "T: fail\n",
    "bad-certificate",
    { .goal = SECURE } },
  { "something-else-of-the-namespace",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)) C (PROCEED)
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { .goal = SECURE } },
};

/* A peer that begins a handshake and says no more */
static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
silent_handshake_async (GIOStream *base,
                        XmppTlsParameters *parameters,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (base, cancellable, callback, user_data);
  GSource *source = g_cancellable_source_new (cancellable);

  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), task, g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
}

static GIOStream *
silent_handshake_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static const XmppTlsEngine silent_engine = { silent_handshake_async,
                                             silent_handshake_finish };

/* The handshake has a deadline of its own. */
static void
test_silent_handshake (void)
{
  static const Row row = {
    "silent-handshake",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER) PROCEED),
    "tls/timed-out",
    { .goal = SECURE, .tls_seconds = 1, .engine = &silent_engine }
  };

  play_client_row (&row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/starttls/client", client_rows, G_N_ELEMENTS (client_rows));
  add_server_rows ("/starttls/server", server_rows, G_N_ELEMENTS (server_rows));
  g_test_add_func ("/starttls/client/silent-handshake", test_silent_handshake);
  return g_test_run ();
}
