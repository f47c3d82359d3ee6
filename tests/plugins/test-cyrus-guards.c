/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"
#include "cyrus-worker.h"
#include "xmpp-cyrus-authenticator.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sasl/prop.h>

/* What the bridge guards its plug-ins, and the program, against. */

#define REFUSED XMPP_SASL_ERROR_NOT_AUTHORIZED
#define LATER XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE

/* ---- In the place of the system's ---- */

static GMutex mutex;
static GCond changed;
static gboolean sleeping; /* a plug-in waits, until it is FALSE again */
static gboolean raised;   /* as if the program had more rights than who runs it */
static gboolean watched;  /* the ends of connections, which are: */
static guint ends;
static guint ends_in_main;
static guint ends_with_password;

G_MODULE_EXPORT unsigned
sleep (unsigned seconds)
{
  g_mutex_lock (&mutex);
  sleeping = TRUE;
  g_cond_broadcast (&changed);
  while (sleeping)
    g_cond_wait (&changed, &mutex);
  g_mutex_unlock (&mutex);

  /* Interrupted: no plug-in sleeps twice */
  return seconds;
}

G_MODULE_EXPORT char *
secure_getenv (const char *name)
{
  return raised ? NULL : getenv (name);
}

static gboolean
has_password (sasl_conn_t *connection)
{
  static const char *const names[] = { SASL_AUX_PASSWORD, NULL };
  struct propval values[2] = { { NULL } };
  struct propctx *properties = sasl_auxprop_getctx (connection);

  return properties != NULL &&
         prop_getnames (properties, (const char **) names, values) > 0 &&
         values[0].values != NULL && values[0].values[0] != NULL;
}

G_MODULE_EXPORT void
sasl_dispose (sasl_conn_t **connection)
{
  void (*next) (sasl_conn_t **) =
      (void (*) (sasl_conn_t **)) dlsym (RTLD_NEXT, "sasl_dispose");

  g_mutex_lock (&mutex);
  if (watched)
    {
      ends++;
      ends_in_main += getpid () == gettid ();
      ends_with_password += has_password (*connection);
    }
  g_mutex_unlock (&mutex);

  next (connection);
}

static void
watch_ends (void)
{
  cyrus_worker_wait_for_ends ();
  g_mutex_lock (&mutex);
  watched = TRUE;
  ends = ends_in_main = ends_with_password = 0;
  g_mutex_unlock (&mutex);
}

/* ---- The sides ---- */

static XmppSaslMechanism *
create_server (const char *name, XmppAuthenticator *authenticator)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, authenticator);

  return cyrus_bridge_new (name, context, NULL);
}

/* ---- Channel binding ---- */

static const char *const offered[] = { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", NULL };

static XmppSaslMechanism *
create_bound_server (const char *name, const char *const *list)
{
  g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_accounts ();
  g_autoptr (GVariant) bindings = g_variant_ref_sink (
      g_variant_new_parsed ("[('tls-exporter', @ay [1, 2]), ('tls-unique', [3, 4])]"));
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_SERVER, "service",
                    "xmpp", "domain", "a.test", "secure", TRUE, "binding",
                    XMPP_SASL_BINDING_USED, "offered", list, "channel-bindings", bindings,
                    "authenticator", authenticator, NULL);

  return cyrus_bridge_new (name, context, NULL);
}

/* RFC 5802 §6, XEP-0440: the client takes any of the types */
static void
test_types (void)
{
  static const struct
  {
    const char *type;
    const char *data;
    gboolean good;
  } rows[] = {
    { "tls-exporter", "\1\2", TRUE },
    { "tls-unique", "\3\4", TRUE },
    { "tls-exporter", "\3\4", FALSE },
    { "tls-unique", "\1\2", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = create_bound_server ("SCRAM-SHA-1-PLUS", offered);
      g_autoptr (CyrusPeer)
          client = cyrus_peer_new_client ("SCRAM-SHA-1-PLUS", "alice", "pencil");
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      cyrus_peer_bind (client, rows[i].type, rows[i].data);
      g_assert_cmpint (cyrus_peer_run_server (client, server, &error), ==, rows[i].good);
      if (rows[i].good)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

/* A5: somebody took the mechanism with channel binding out of the list */
static void
test_flags (void)
{
  static const char *const unbound[] = { "SCRAM-SHA-1", NULL };
  static const struct
  {
    const char *mechanism;
    const char *header;
    const char *const *list;
    int code; /* 0: it is answered */
  } rows[] = {
    { "SCRAM-SHA-1", "n,,", offered, 0 },
    { "SCRAM-SHA-1", "y,,", unbound, 0 },
    { "SCRAM-SHA-1", "y,,", offered, REFUSED },
    { "SCRAM-SHA-1", "p=tls-exporter,,", offered, REFUSED },
    { "SCRAM-SHA-1-PLUS", "p=tls-exporter,,", offered, 0 },
    { "SCRAM-SHA-1-PLUS", "p=tls-unique,,", offered, 0 },
    { "SCRAM-SHA-1-PLUS", "p=tls-server-end-point,,", offered, REFUSED },
    { "SCRAM-SHA-1-PLUS", "n,,", offered, REFUSED },
    { "SCRAM-SHA-1-PLUS", "y,,", offered, REFUSED },
    { "SCRAM-SHA-1", "z,,", offered, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "SCRAM-SHA-1", "", offered, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "GS2-KRB5", "y,,", offered, REFUSED },
    { "GS2-KRB5", "F,y,,", offered, REFUSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = create_bound_server (rows[i].mechanism, rows[i].list);
      g_autofree char *message = g_strconcat (rows[i].header, "n=alice,r=fyko", NULL);
      g_autofree char *output = NULL;

      g_test_message ("%s %s", rows[i].mechanism, rows[i].header);
      output = rows[i].code == 0
                   ? xmpp_test_step_good (server, message, XMPP_SASL_STATUS_CONTINUE)
                   : xmpp_test_step_refused (server, message, rows[i].code);
      g_assert_true (rows[i].code != REFUSED || strstr (output, "channel binding"));
    }
}

/* ---- Secrets ---- */

/* A12: what was said to another host, or for another time, is not said to us. */
static void
test_digest_uri (void)
{
  static const struct
  {
    const char *pattern;
    const char *replacement;
    gboolean good;
  } rows[] = {
    { "xmpp/a\\.test", "xmpp/a.test", TRUE },
    { "xmpp/a\\.test", "xmpp/evil.test", FALSE },
    { "nc=00000001", "nc=00000002", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) server = create_server ("DIGEST-MD5", authenticator);
      g_autoptr (XmppSaslMechanism)
          client = cyrus_fixture_client ("DIGEST-MD5", "pencil");
      g_autoptr (GRegex) regex = g_regex_new (rows[i].pattern, 0, 0, NULL);
      g_autofree char *nothing =
          xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *challenge =
          xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *response =
          xmpp_test_step_good (client, challenge, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *changed_response =
          g_regex_replace_literal (regex, response, -1, 0, rows[i].replacement, 0, NULL);
      g_autofree char *output = NULL;

      g_test_message ("row %u", i);
      if (rows[i].good)
        output =
            xmpp_test_step_good (server, changed_response, XMPP_SASL_STATUS_COMPLETE);
      else
        {
          output = xmpp_test_step_refused (server, changed_response, REFUSED);
          g_assert_nonnull (strstr (output, "the client's message"));
        }
    }
}

/* Of two passwords in one step both would have to be right. */
static void
test_two_passwords (void)
{
  static const char *const messages[] = { "twice alice wrong pencil",
                                          "twice alice pencil wrong",
                                          "twice alice pencil pencil" };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) server = create_server ("X-SITE", authenticator);
      g_autofree char *challenge =
          xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);

      g_test_message ("%s", messages[i]);
      g_free (xmpp_test_step_refused (server, messages[i], REFUSED));
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

/* No connection ends with a password in it, neither the authenticator's nor the bridge's. */
static void
test_erased (void)
{
  static const char *const names[] = { "CRAM-MD5", "PLAIN", "LOGIN" };

  watch_ends ();
  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppAuthenticator) authenticator =
          i % 2 == 0 ? cyrus_fixture_database_accounts (NULL) : cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) server = create_server (names[i / 2], authenticator);
      g_autoptr (XmppSaslMechanism)
          client = cyrus_fixture_client (names[i / 2], "pencil");

      g_test_message ("%s", names[i / 2]);
      xmpp_test_sasl_check (client, server, "alice");
    }

  {
    g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_database_accounts (NULL);
    g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", "pencil");
    g_autoptr (XmppSaslContext)
        context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, authenticator);
    g_autoptr (XmppSaslMechanism)
        client = xmpp_test_mechanism_new_client ("PLAIN", NULL, credential);
    g_autoptr (XmppSaslMechanism)
        server = xmpp_test_mechanism_new ("PLAIN", context, NULL);

    xmpp_test_sasl_check (client, server, "alice");
  }
  cyrus_worker_wait_for_ends ();
  g_assert_cmpuint (ends, >=, 4 * G_N_ELEMENTS (names));
  g_assert_cmpuint (ends_with_password, ==, 0);
  watched = FALSE;
}

/* ---- Threads ---- */

typedef struct
{
  gboolean done;
  GError *error;
} Outcome;

static void
stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GBytes)
      output = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (source), result,
                                                NULL, &outcome->error);

  outcome->done = TRUE;
}

static XmppSaslMechanism *
begin_otp (XmppAuthenticator *authenticator, GBytes **name)
{
  g_autoptr (CyrusPeer) client = cyrus_peer_new_client ("OTP", "alice", "pencil");

  g_assert_cmpint (cyrus_peer_step (client, NULL, name), ==, SASL_CONTINUE);

  return create_server ("OTP", authenticator);
}

/* A plug-in that sleeps keeps one thread, and not one for each who tries; and what it has to
 * write at the end is not written in the main loop. */
static void
test_otp (void)
{
  g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_database_accounts (NULL);
  g_autoptr (GBytes) name = NULL, other = NULL, last = NULL, challenge = NULL;
  XmppSaslMechanism *first = begin_otp (authenticator, &name);
  g_autoptr (XmppSaslMechanism) second = begin_otp (authenticator, &other);
  g_autoptr (XmppSaslMechanism) third = begin_otp (authenticator, &last);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { FALSE, NULL };
  XmppSaslStatus status;

  challenge = xmpp_test_step_bytes (first, name, &status, &error);
  g_assert_no_error (error);
  g_assert_nonnull (challenge);

  xmpp_sasl_mechanism_step_async (second, name, NULL, stepped_cb, &outcome);
  g_mutex_lock (&mutex);
  while (!sleeping)
    g_cond_wait (&changed, &mutex);
  g_mutex_unlock (&mutex);

  g_assert_null (xmpp_test_step_bytes (third, name, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, LATER);

  g_mutex_lock (&mutex);
  sleeping = FALSE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
  while (!outcome.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (outcome.error, XMPP_SASL_ERROR, LATER);
  g_clear_error (&outcome.error);

  watch_ends ();
  g_object_unref (first);
  cyrus_worker_wait_for_ends ();
  g_assert_cmpuint (ends, ==, 1);
  g_assert_cmpuint (ends_in_main, ==, 0);
  watched = FALSE;
}

#define QUESTIONS 24

static guint asked; /* of the daemon */
static gboolean answering;

static gboolean
asked_cb (GThreadedSocketService *service,
          GSocketConnection *connection,
          GObject *source,
          gpointer user_data)
{
  g_mutex_lock (&mutex);
  asked++;
  g_cond_broadcast (&changed);
  while (!answering)
    g_cond_wait (&changed, &mutex);
  g_mutex_unlock (&mutex);

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             "\0\002OK", 4, NULL, NULL, NULL);

  return TRUE;
}

static GSocketService *
start_daemon (char **file)
{
  g_autofree char *path = g_build_filename (cyrus_fixture_get_directory (), "mux", NULL);
  g_autofree char *contents =
      g_strdup_printf ("pwcheck_method: saslauthd\nsaslauthd_path: %s\n", path);
  GSocketService *service = g_threaded_socket_service_new (QUESTIONS);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  *file = g_build_filename (cyrus_fixture_get_directory (), "slow.conf", NULL);
  g_file_set_contents (*file, contents, -1, &error);
  g_assert_no_error (error);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address,
                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                 NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "run", G_CALLBACK (asked_cb), NULL);

  return service;
}

static void
begin_login (XmppAuthenticator *authenticator,
             GCancellable *cancellable,
             Outcome *outcome)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, authenticator);
  g_autoptr (XmppSaslMechanism) server = xmpp_test_mechanism_new ("PLAIN", context, NULL);
  g_autoptr (GBytes) message = g_bytes_new_static ("\0alice\0pencil", 13);

  xmpp_sasl_mechanism_step_async (server, message, cancellable, stepped_cb, outcome);
}

/* A slow daemon keeps a few threads of ours, and none of GIO's; who does not wait any more is
 * not asked about. */
static void
test_questions (void)
{
  g_autofree char *file = NULL;
  g_autofree char *path = g_build_filename (cyrus_fixture_get_directory (), "mux", NULL);
  g_autoptr (GSocketService) service = start_daemon (&file);
  g_autoptr (XmppAuthenticator) authenticator =
      g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", file, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcomes[QUESTIONS] = { { FALSE, NULL } };
  gint64 end_time;

  for (guint i = 0; i < QUESTIONS; i++)
    begin_login (authenticator, i < 10 ? NULL : cancellable, &outcomes[i]);

  /* More come in this time, if more may. */
  end_time = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
  while (asked < 8 || g_get_monotonic_time () < end_time)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (asked, ==, 8);

  g_cancellable_cancel (cancellable);
  for (guint i = 10; i < QUESTIONS; i++)
    while (!outcomes[i].done)
      g_main_context_iteration (NULL, TRUE);
  g_mutex_lock (&mutex);
  answering = TRUE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
  for (guint i = 0; i < QUESTIONS; i++)
    {
      while (!outcomes[i].done)
        g_main_context_iteration (NULL, TRUE);
      if (i < 10)
        g_assert_no_error (outcomes[i].error);
      else
        g_assert_error (outcomes[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&outcomes[i].error);
    }
  g_assert_cmpuint (asked, ==, 10);

  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_unlink (path);
  g_unlink (file);
}

/* ---- Plug-ins ---- */

/* One that asks for what it was told, and one whose login nobody waits for */
static void
test_loop (void)
{
  g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client ("X-SITE", "pencil");
  g_autoptr (XmppSaslMechanism) cancelled = cyrus_fixture_client ("X-SITE", "pencil");
  g_autofree char *initial =
      xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppSaslStatus status = XMPP_SASL_STATUS_FAILED;
  g_autoptr (GError) error = NULL;

  g_free (xmpp_test_step_refused (client, "loop", LATER));

  g_cancellable_cancel (cancellable);
  g_assert_null (XMPP_SASL_MECHANISM_GET_CLASS (cancelled)->step (cancelled, NULL,
                                                                  cancellable, &status,
                                                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Plug-ins want a NUL behind a message: behind these there is no memory. */
static void
test_message_end (void)
{
  static const char *const messages[] = { "r", "nonce=\"a\"",
                                          "realm=\"a.test\",nonce=\"" };
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  char *memory =
      mmap (NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (memory != MAP_FAILED);
  g_assert_cmpint (mprotect (memory + page, page, PROT_NONE), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      gsize length = strlen (messages[i]);
      g_autoptr (XmppSaslMechanism)
          client = cyrus_fixture_client ("DIGEST-MD5", "pencil");
      g_autofree char *nothing =
          xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) message = NULL;
      g_autoptr (GBytes) output = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      memcpy (memory + page - length, messages[i], length);
      message = g_bytes_new_static (memory + page - length, length);
      output = xmpp_test_step_bytes (client, message, &status, &error);
      g_assert_nonnull (error);
    }

  munmap (memory, 2 * page);
}

/* L3: whoever runs a program with capabilities does not say what code it loads. */
static void
test_environment (void)
{
  g_autoptr (XmppSaslMechanism) client = NULL;
  g_autofree char *message = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  raised = TRUE;
  client = cyrus_fixture_client ("CRAM-MD5", "pencil");
  message = xmpp_test_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (message, "SASL_PATH"));
}

int
main (int argc, char **argv)
{
  cyrus_fixture_init (&argc, &argv);

  g_test_add_func ("/cyrus-guards/L3/environment", test_environment);
  g_test_add_func ("/cyrus-guards/A5/types", test_types);
  g_test_add_func ("/cyrus-guards/A5/flags", test_flags);
  g_test_add_func ("/cyrus-guards/A12/digest-uri", test_digest_uri);
  g_test_add_func ("/cyrus-guards/two-passwords", test_two_passwords);
  g_test_add_func ("/cyrus-guards/erased", test_erased);
  g_test_add_func ("/cyrus-guards/otp", test_otp);
  g_test_add_func ("/cyrus-guards/questions", test_questions);
  g_test_add_func ("/cyrus-guards/loop", test_loop);
  g_test_add_func ("/cyrus-guards/message-end", test_message_end);

  return cyrus_fixture_run ();
}
