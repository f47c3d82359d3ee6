/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

#include <string.h>

/* T9 of the catalogue of attacks: a person may accept a certificate, and nothing but a clear
 * yes to this certificate counts. */

typedef enum
{
  ANSWER_ACCEPT,
  ANSWER_REJECT,
  ANSWER_DROP,    /* says that it will answer, and does not */
  ANSWER_NOT_OUR, /* FALSE, as from a handler that has thrown an exception */
  ANSWER_KEEP,
  ANSWER_ACCEPT_LATER,
  ANSWER_REJECT_LATER,
  ANSWER_BOTH, /* the first counts */
} Answer;

typedef struct
{
  Answer answer;
  guint asked;
  guint delay; /* milliseconds */
  XmppCertificateRequest *kept;
  TlsPeer *peer;
  const char *swap; /* the certificate that the peer has from now on */
} Person;

static gboolean
answer_later_cb (gpointer user_data)
{
  Person *person = user_data;

  if (person->answer == ANSWER_ACCEPT_LATER)
    xmpp_certificate_request_accept (person->kept);
  else
    xmpp_certificate_request_reject (person->kept);
  return G_SOURCE_REMOVE;
}

static gboolean
accept_certificate_cb (XmppConnection *connection,
                       XmppCertificateRequest *request,
                       Person *person)
{
  person->asked++;
  /* Not even a client certificate has been sent. */
  tls_peer_wait_ended (person->peer, 1);
  g_assert_cmpuint (person->peer->received, ==, 0);
  g_assert_cmpuint (person->peer->handshakes, ==, 0);

  if (person->swap != NULL)
    {
      g_clear_object (&person->peer->parameters->certificate);
      person->peer->parameters->certificate = tls_test_certificate (person->swap);
    }

  switch (person->answer)
    {
    case ANSWER_ACCEPT:
      xmpp_certificate_request_accept (request);
      return TRUE;
    case ANSWER_REJECT:
      xmpp_certificate_request_reject (request);
      return TRUE;
    case ANSWER_BOTH:
      xmpp_certificate_request_reject (request);
      xmpp_certificate_request_accept (request);
      return TRUE;
    case ANSWER_DROP:
      return TRUE;
    case ANSWER_NOT_OUR:
      return FALSE;
    case ANSWER_ACCEPT_LATER:
    case ANSWER_REJECT_LATER:
      g_timeout_add (person->delay, answer_later_cb, person);
      G_GNUC_FALLTHROUGH;
    case ANSWER_KEEP:
    default:
      g_set_object (&person->kept, request);
      return TRUE;
    }
}

static void
person_clear (Person *person)
{
  g_clear_object (&person->kept);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static XmppClient *
client_with (Person *person, TlsPeer *peer, XmppTlsMode mode)
{
  XmppClient *client = attack_client_new (peer->port, mode);

  person->peer = peer;
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    person);
  return client;
}

static void
test_accepted (gconstpointer data)
{
  static const char *const certificates[] = { "self-signed",  "unknown-ca", "expired",
                                              "other-domain", "ca-leaf",    "rsa-1024" };

  for (guint i = attack_is_slow () ? 4 : 0; i < G_N_ELEMENTS (certificates); i++)
    {
      g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), certificates[i]);
      g_auto (Person) person = { .answer = ANSWER_ACCEPT };
      g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));
      g_autoptr (GVariant) report = NULL;
      g_autofree char *text = NULL;

      attack_assert_begins (client, peer);
      g_assert_cmpuint (person.asked, ==, 1);
      g_assert_cmpuint (peer->accepted, ==, 2);

      report =
          xmpp_report_to_variant (xmpp_connection_get_report (XMPP_CONNECTION (client)));
      text = g_variant_print (report, FALSE);
      g_assert_nonnull (strstr (text, "'trust': <'accepted'>"));
      g_assert_nonnull (strstr (text, "'verified': <false>"));
    }
}

static void
test_accepted_later (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "self-signed");
  g_auto (Person) person = { .answer = ANSWER_ACCEPT_LATER, .delay = 10 };
  g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));

  attack_assert_begins (client, peer);
  g_assert_cmpuint (person.asked, ==, 1);
}

static void
test_refused (gconstpointer data)
{
  static const Answer answers[] = { ANSWER_REJECT, ANSWER_REJECT_LATER, ANSWER_DROP,
                                    ANSWER_NOT_OUR, ANSWER_BOTH };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "self-signed");
      g_auto (Person) person = { .answer = answers[i], .delay = 10 };
      g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));

      attack_assert_refused (client, peer, "(unknown-ca)");
      g_assert_cmpuint (person.asked, ==, 1);
    }
}

/* Nothing to ask, or nothing that a person should decide */
static void
test_not_asked (gconstpointer data)
{
  static const struct
  {
    const char *certificate;
    const char *says;
    gboolean pinned;
  } rows[] = {
    { "names-101", "(bad-identity)", FALSE },
    { "long-chain", "longer than 10", FALSE },
    { "good", "none of those that are pinned", TRUE },
    { "self-signed", "none of those that are pinned", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *pins[] = { "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                             NULL };
      g_autoptr (TlsPeer)
          peer = attack_peer_new (attack_mode (data), rows[i].certificate);
      g_auto (Person) person = { .answer = ANSWER_ACCEPT };
      g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));

      if (rows[i].pinned)
        xmpp_client_set_pins (client, pins, NULL);
      attack_assert_refused (client, peer, rows[i].says);
      g_assert_cmpuint (person.asked, ==, 0);
    }
}

static void
test_good (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "good");
  g_auto (Person) person = { .answer = ANSWER_REJECT };
  g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));

  attack_assert_begins (client, peer);
  g_assert_cmpuint (person.asked, ==, 0);
}

/* The yes was for the certificate that was shown, not for the server. */
static void
test_swapped (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "self-signed");
  g_auto (Person) person = { .answer = ANSWER_ACCEPT, .swap = "unknown-ca" };
  g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));
  g_autoptr (GError) error = attack_open (client);

  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "CN=other-ca"));
  tls_peer_wait_ended (peer, 2);
  g_assert_cmpuint (peer->received, ==, 0);
  g_assert_cmpuint (person.asked, ==, 1);
}

/* And for one attempt: the next one asks again, about the same as about another. */
static void
test_again (gconstpointer data)
{
  static const char *const next[] = { "self-signed", "unknown-ca" };

  for (guint i = 0; i < G_N_ELEMENTS (next); i++)
    {
      g_autoptr (TlsPeer) first = attack_peer_new (attack_mode (data), "self-signed");
      g_autoptr (TlsPeer) second = attack_peer_new (attack_mode (data), next[i]);
      g_auto (Person) person = { .answer = ANSWER_ACCEPT };
      g_autoptr (XmppClient) client = client_with (&person, first, attack_mode (data));

      attack_assert_begins (client, first);
      person.peer = second;
      person.answer = ANSWER_REJECT;
      xmpp_client_set_server_port (client, second->port);
      attack_assert_refused (client, second, "(unknown-ca)");
      g_assert_cmpuint (person.asked, ==, 2);
    }
}

/* A client certificate is for a server that somebody trusts. */
static void
test_client_certificate (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "self-signed");
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("client");
  g_auto (Person) person = { .answer = ANSWER_ACCEPT };
  g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));

  xmpp_client_set_certificate (client, certificate);
  attack_assert_begins (client, peer);
  g_assert_cmpuint (person.asked, ==, 1);
  g_assert_true (
      g_tls_certificate_is_same (g_tls_connection_get_peer_certificate (peer->tls),
                                 certificate));
}

/* However long a person thinks */
static void
test_clock_stands_still (void)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_auto (Person) person = { .answer = ANSWER_REJECT_LATER, .delay = 1300 };
  g_autoptr (XmppClient) client = client_with (&person, peer, XMPP_TLS_MODE_DIRECT);

  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "tls-seconds", 1,
                "open-seconds", 1, NULL);
  attack_assert_refused (client, peer, "(unknown-ca)");
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Who changes their mind need not wait for the person, and a late answer is none. */
static void
test_cancelled (void)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_auto (Person) person = { .answer = ANSWER_KEEP };
  g_autoptr (XmppClient) client = client_with (&person, peer, XMPP_TLS_MODE_DIRECT);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                              tls_test_store_result, &result);
  while (person.kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_idle_add (cancel_cb, cancellable);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_cancellable_is_cancelled (
      xmpp_certificate_request_get_cancellable (person.kept)));

  xmpp_certificate_request_accept (person.kept);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (peer->accepted, ==, 1);
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
}

static void
test_closed (void)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_auto (Person) person = { .answer = ANSWER_KEEP };
  g_autoptr (XmppClient) client = client_with (&person, peer, XMPP_TLS_MODE_DIRECT);
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, tls_test_store_result,
                              &opened);
  while (person.kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  xmpp_connection_close_async (XMPP_CONNECTION (client), NULL, NULL,
                               tls_test_store_result, &closed);
  tls_test_wait (&opened);
  tls_test_wait (&closed);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), opened, &error);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_assert_true (xmpp_connection_close_finish (XMPP_CONNECTION (client), closed, NULL));
}

/* A subclass that overrides the signal's slot has no handler to find. */

#define TEST_TYPE_CLIENT (test_client_get_type ())
G_DECLARE_FINAL_TYPE (TestClient, test_client, TEST, CLIENT, XmppClient)

struct _TestClient
{
  XmppClient parent_instance;
  guint asked;
};

G_DEFINE_FINAL_TYPE (TestClient, test_client, XMPP_TYPE_CLIENT)

static gboolean
test_client_accept_certificate (XmppConnection *connection,
                                XmppCertificateRequest *request)
{
  TEST_CLIENT (connection)->asked++;
  xmpp_certificate_request_accept (request);
  return TRUE;
}

static void
test_client_class_init (TestClientClass *klass)
{
  XMPP_CONNECTION_CLASS (klass)->accept_certificate = test_client_accept_certificate;
}

static void
test_client_init (TestClient *self)
{
}

static void
test_subclass (void)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_autoptr (XmppJid) account = xmpp_jid_new ("alice@p.test", NULL);
  g_autoptr (TestClient)
      client = g_object_new (TEST_TYPE_CLIENT, "account", account, "server-host",
                             "127.0.0.1", "server-port", (guint) peer->port, "tls-mode",
                             XMPP_TLS_MODE_DIRECT, NULL);

  attack_assert_begins (XMPP_CLIENT (client), peer);
  g_assert_cmpuint (client->asked, ==, 1);
}

static void
assert_shows (XmppCertificateRequest *request, const char *what)
{
  if (strstr (xmpp_certificate_request_get_text (request), what) == NULL)
    g_error ("“%s” is not in “%s”", what, xmpp_certificate_request_get_text (request));
}

static void
test_request (void)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (XMPP_TLS_MODE_DIRECT, "other-domain");
  g_auto (Person) person = { .answer = ANSWER_REJECT_LATER };
  g_autoptr (XmppClient) client = client_with (&person, peer, XMPP_TLS_MODE_DIRECT);
  static const char *const names[] = { "evil.test", "www.evil.test", NULL };
  XmppCertificateRequest *request;
  g_autofree char *text = NULL;
  g_autofree char *issuer = NULL;
  GTlsCertificateFlags flags;

  attack_assert_refused (client, peer, "(bad-identity)");
  request = person.kept;
  g_assert_true (
      g_tls_certificate_is_same (xmpp_certificate_request_get_certificate (request),
                                 peer->parameters->certificate));
  g_assert_cmpint (xmpp_certificate_request_get_flags (request), ==,
                   G_TLS_CERTIFICATE_BAD_IDENTITY);
  g_assert_cmpstr (xmpp_certificate_request_get_domain (request), ==, "p.test");
  g_assert_cmpstrv (xmpp_certificate_request_get_names (request), names);
  g_assert_cmpint (g_date_time_compare (xmpp_certificate_request_get_not_valid_before (
                                            request),
                                        xmpp_certificate_request_get_not_valid_after (
                                            request)),
                   <, 0);

  assert_shows (request, "does not name p.test but evil.test, www.evil.test");
  assert_shows (request, "CN=ca");
  assert_shows (request, xmpp_certificate_request_get_issuer (request));
  assert_shows (request, xmpp_certificate_request_get_fingerprint (request));
  assert_shows (request, xmpp_certificate_request_get_pin (request));
  assert_shows (request, "What to do: check how the domain of the address is spelt");

  g_object_get (request, "text", &text, "issuer", &issuer, "flags", &flags, NULL);
  g_assert_cmpstr (text, ==, xmpp_certificate_request_get_text (request));
  g_assert_cmpstr (issuer, ==, xmpp_certificate_request_get_issuer (request));
  g_assert_cmpint (flags, ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
}

/* What is remembered of a yes: the pin of the key, from then on without a question */
static void
test_remembered (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "self-signed");
  g_auto (Person) person = { .answer = ANSWER_REJECT_LATER };
  g_autoptr (XmppClient) client = client_with (&person, peer, attack_mode (data));
  const char *pins[] = { NULL, NULL };

  attack_assert_refused (client, peer, "(unknown-ca)");
  pins[0] = xmpp_certificate_request_get_pin (person.kept);
  g_assert_true (xmpp_client_set_pins (client, pins, NULL));
  xmpp_client_set_pin_only (client, TRUE);
  attack_assert_begins (client, peer);
  g_assert_cmpuint (person.asked, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  attack_add ("/attacks/T9/accepted", test_accepted);
  attack_add ("/attacks/T9/accepted-later", test_accepted_later);
  attack_add ("/attacks/T9/refused", test_refused);
  attack_add ("/attacks/T9/not-asked", test_not_asked);
  attack_add ("/attacks/T9/good", test_good);
  attack_add ("/attacks/T9/swapped", test_swapped);
  attack_add ("/attacks/T9/again", test_again);
  attack_add ("/attacks/T9/client-certificate", test_client_certificate);
  attack_add ("/attacks/T9/remembered", test_remembered);
  /* Nothing to be found under valgrind, where seconds are long */
  if (!attack_is_slow ())
    g_test_add_func ("/attacks/T9/clock-stands-still", test_clock_stands_still);
  g_test_add_func ("/attacks/T9/cancelled", test_cancelled);
  g_test_add_func ("/attacks/T9/closed", test_closed);
  g_test_add_func ("/attacks/T9/subclass", test_subclass);
  g_test_add_func ("/attacks/T9/request", test_request);

  return g_test_run ();
}
