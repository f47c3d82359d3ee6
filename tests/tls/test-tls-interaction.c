/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-interaction.h"

#include "core/xmpp-deadline.h"

#include "tls-peer.h"

/* An application's interaction, in the simple, blocking form */
#define TEST_TYPE_INTERACTION (test_interaction_get_type ())
G_DECLARE_FINAL_TYPE (
    TestInteraction, test_interaction, TEST, INTERACTION, GTlsInteraction)

struct _TestInteraction
{
  GTlsInteraction parent_instance;

  GTlsInteractionResult answer;
  guint asked;
};

G_DEFINE_FINAL_TYPE (TestInteraction, test_interaction, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
test_interaction_ask_password (GTlsInteraction *interaction,
                               GTlsPassword *password,
                               GCancellable *cancellable,
                               GError **error)
{
  TestInteraction *self = TEST_INTERACTION (interaction);

  self->asked++;
  if (self->answer == G_TLS_INTERACTION_FAILED)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "no, thank you");
  else
    g_tls_password_set_value (password, (const guchar *) "1234", -1);
  return self->answer;
}

static GTlsInteractionResult
test_interaction_request_certificate (GTlsInteraction *interaction,
                                      GTlsConnection *connection,
                                      GTlsCertificateRequestFlags flags,
                                      GCancellable *cancellable,
                                      GError **error)
{
  TEST_INTERACTION (interaction)->asked++;
  return TEST_INTERACTION (interaction)->answer;
}

static void
test_interaction_class_init (TestInteractionClass *klass)
{
  G_TLS_INTERACTION_CLASS (klass)->ask_password = test_interaction_ask_password;
  G_TLS_INTERACTION_CLASS (klass)->request_certificate =
      test_interaction_request_certificate;
}

static void
test_interaction_init (TestInteraction *self)
{
  self->answer = G_TLS_INTERACTION_HANDLED;
}

static GTlsInteractionResult
ask (GTlsInteraction *inner, GTlsPasswordFlags flags, GError **error)
{
  g_autoptr (GTlsInteraction) interaction = xmpp_tls_interaction_new (inner);
  g_autoptr (GTlsPassword) password = g_tls_password_new (flags, "token");
  g_autoptr (GAsyncResult) result = NULL;

  g_tls_interaction_ask_password_async (interaction, password, NULL,
                                        tls_test_store_result, &result);
  tls_test_wait (&result);
  return g_tls_interaction_ask_password_finish (interaction, result, error);
}

static void
test_answered (void)
{
  g_autoptr (TestInteraction) inner = g_object_new (TEST_TYPE_INTERACTION, NULL);
  g_autoptr (GTlsInteraction)
      twice = xmpp_tls_interaction_new (G_TLS_INTERACTION (inner));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ask (G_TLS_INTERACTION (inner), 0, &error), ==,
                   G_TLS_INTERACTION_HANDLED);
  g_assert_no_error (error);
  g_assert_cmpuint (inner->asked, ==, 1);

  /* An inner one that is asynchronous itself */
  g_assert_cmpint (ask (twice, 0, &error), ==, G_TLS_INTERACTION_HANDLED);
  g_assert_no_error (error);
  g_assert_cmpuint (inner->asked, ==, 2);
}

static void
test_wrong_pin (void)
{
  g_autoptr (TestInteraction) inner = g_object_new (TEST_TYPE_INTERACTION, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ask (G_TLS_INTERACTION (inner), G_TLS_PASSWORD_RETRY, &error), ==,
                   G_TLS_INTERACTION_FAILED);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
  g_assert_nonnull (strstr (error->message, "give the right one"));
  g_assert_cmpuint (inner->asked, ==, 0);
}

static void
test_no_answer (void)
{
  g_autoptr (TestInteraction) inner = g_object_new (TEST_TYPE_INTERACTION, NULL);
  g_autoptr (GTlsInteraction) plain = g_object_new (G_TYPE_TLS_INTERACTION, NULL);
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) unhandled = NULL;
  g_autoptr (GError) none = NULL;

  inner->answer = G_TLS_INTERACTION_FAILED;
  g_assert_cmpint (ask (G_TLS_INTERACTION (inner), 0, &refused), ==,
                   G_TLS_INTERACTION_FAILED);
  g_assert_error (refused, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  inner->answer = G_TLS_INTERACTION_UNHANDLED;
  g_assert_cmpint (ask (G_TLS_INTERACTION (inner), 0, &unhandled), ==,
                   G_TLS_INTERACTION_FAILED);
  g_assert_error (unhandled, G_TLS_ERROR, G_TLS_ERROR_MISC);

  g_assert_cmpint (ask (plain, 0, &none), ==, G_TLS_INTERACTION_FAILED);
  g_assert_error (none, G_TLS_ERROR, G_TLS_ERROR_MISC);
}

static void
test_request_certificate (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GIOStream)
      connection = g_tls_client_connection_new (G_IO_STREAM (base), NULL, NULL);
  g_autoptr (TestInteraction) inner = g_object_new (TEST_TYPE_INTERACTION, NULL);
  g_autoptr (GTlsInteraction)
      interaction = xmpp_tls_interaction_new (G_TLS_INTERACTION (inner));
  g_autoptr (GTlsInteraction) twice = xmpp_tls_interaction_new (interaction);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_tls_interaction_request_certificate_async (twice, G_TLS_CONNECTION (connection), 0,
                                               NULL, tls_test_store_result, &result);
  tls_test_wait (&result);
  g_assert_cmpint (g_tls_interaction_request_certificate_finish (twice, result, &error),
                   ==, G_TLS_INTERACTION_HANDLED);
  g_assert_no_error (error);
  g_assert_cmpuint (inner->asked, ==, 1);
}

/* Once the PIN is there the handshake is the peer's business again, and its time runs. */
static void
test_clock_goes_on (void)
{
  g_autoptr (TestInteraction) inner = g_object_new (TEST_TYPE_INTERACTION, NULL);
  g_autoptr (GTlsInteraction)
      asynchronous = xmpp_tls_interaction_new (G_TLS_INTERACTION (inner));
  g_autoptr (GTlsInteraction) interaction = xmpp_tls_interaction_new (asynchronous);
  g_autoptr (GTlsPassword) password = g_tls_password_new (0, "token");
  g_autoptr (XmppDeadline) deadline = xmpp_deadline_new (1, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  g_tls_interaction_ask_password_async (interaction, password,
                                        xmpp_deadline_get_cancellable (deadline),
                                        tls_test_store_result, &result);
  tls_test_wait (&result);
  g_assert_cmpint (g_tls_interaction_ask_password_finish (interaction, result, NULL), ==,
                   G_TLS_INTERACTION_HANDLED);

  while (!xmpp_deadline_has_passed (deadline) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_true (xmpp_deadline_has_passed (deadline));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tls-interaction/answered", test_answered);
  g_test_add_func ("/tls-interaction/wrong-pin", test_wrong_pin);
  g_test_add_func ("/tls-interaction/no-answer", test_no_answer);
  g_test_add_func ("/tls-interaction/clock-goes-on", test_clock_goes_on);
  g_test_add_func ("/tls-interaction/request-certificate", test_request_certificate);

  return g_test_run ();
}
