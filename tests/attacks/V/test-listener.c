/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error.h"
#include "tls/xmpp-tls-handshake.h"
#include "transport/xmpp-admission.h"
#include "transport/xmpp-client-hello.h"
#include "transport/xmpp-listener.h"

#include "real-hello.h"
#include "tls-peer.h"
#include "xmpp-test-loop.h"

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* V3 and S8 of the catalogue of attacks before there is a stream: who connects and goes, or stays
 * and says nothing, at every step up to TLS. */

#define SECONDS 1
#define ROUNDS 5

typedef struct
{
  XmppLimits *limits;
  XmppAdmission *admission;
  XmppListener *listener;
  XmppTlsParameters *tls;
  guint16 port;
  gboolean holding; /* connections are kept as they are */
  GPtrArray *held;
  guint entered;
  guint refused;
  guint secured;
  guint ended;
  GError *error; /* of the last one that ended before it was secure; nullable */
  guint wanted;
} Door;

typedef struct
{
  Door *door;
  GSocketConnection *connection;
  XmppVisit *visit;
  XmppDeadline *deadline;
} Guest;

static void
guest_free (Guest *guest)
{
  g_clear_pointer (&guest->deadline, xmpp_deadline_free);
  g_clear_object (&guest->connection);
  xmpp_visit_end (guest->visit, g_get_monotonic_time ());
  g_free (guest);
}

/* As an owner of listeners does after each visit that has ended or logged in */
static void
update (Door *door)
{
  if (xmpp_admission_is_full (door->admission))
    xmpp_listener_pause (door->listener);
  else
    xmpp_listener_resume (door->listener);
}

static void
end (Guest *guest, GError *error)
{
  Door *door = guest->door;

  if (error != NULL)
    xmpp_deadline_translate (guest->deadline, &error, "The beginning");
  g_clear_error (&door->error);
  door->error = error;
  door->ended++;
  guest_free (guest);
  update (door);
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Guest *guest = user_data;
  GError *error = NULL;
  g_autoptr (GTlsConnection) connection = xmpp_tls_handshake_finish (result, &error);

  guest->door->secured += connection != NULL;
  end (guest, error);
}

static void
peeked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Guest *guest = user_data;
  GError *error = NULL;
  g_autoptr (XmppClientHello) hello = xmpp_client_hello_peek_finish (result, &error);

  if (hello == NULL)
    end (guest, error);
  else
    xmpp_tls_handshake_async (G_IO_STREAM (guest->connection), guest->door->tls,
                              xmpp_deadline_get_cancellable (guest->deadline),
                              handshaken_cb, guest);
}

static void
accepted_cb (XmppListener *listener,
             GSocketConnection *connection,
             GInetAddress *remote,
             gpointer user_data)
{
  Door *door = user_data;
  XmppVisit *visit =
      xmpp_admission_enter (door->admission, remote, g_get_monotonic_time (), NULL);
  Guest *guest;

  update (door);
  if (visit == NULL)
    {
      door->refused++;
      return;
    }

  guest = g_new0 (Guest, 1);
  guest->door = door;
  guest->visit = visit;
  guest->connection = g_object_ref (connection);
  door->entered++;
  if (door->holding)
    {
      g_ptr_array_add (door->held, guest);
      return;
    }
  guest->deadline = xmpp_deadline_new (SECONDS, NULL);
  xmpp_client_hello_peek_async (g_socket_connection_get_socket (connection),
                                xmpp_deadline_get_cancellable (guest->deadline),
                                peeked_cb, guest);
}

static Door *
door_new (void)
{
  Door *door = g_new0 (Door, 1);
  g_autoptr (GError) error = NULL;

  door->limits = xmpp_limits_new_for_server ();
  g_object_set (door->limits, "address-connections", 0, "address-connections-before-auth",
                0, "address-connections-new", 0, NULL);
  door->admission = xmpp_admission_new (door->limits);
  door->held = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);
  door->tls = xmpp_tls_parameters_new (NULL, "xmpp-client");
  door->tls->server = TRUE;
  door->tls->certificate = tls_test_certificate ("good");
  door->listener = xmpp_listener_new ("127.0.0.1", 0, accepted_cb, door, &error);
  g_assert_no_error (error);
  door->port = xmpp_listener_get_port (door->listener);
  return door;
}

static void
door_free (Door *door)
{
  xmpp_listener_free (door->listener);
  g_ptr_array_unref (door->held);
  g_assert_cmpuint (xmpp_admission_get_n_visits (door->admission), ==, 0);
  xmpp_admission_free (door->admission);
  xmpp_tls_parameters_unref (door->tls);
  g_clear_error (&door->error);
  g_object_unref (door->limits);
  g_free (door);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Door, door_free)

static GSocket *
dial (Door *door)
{
  g_autoptr (GSocketAddress)
      address = g_inet_socket_address_new_from_string ("127.0.0.1", door->port);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  return socket;
}

static gboolean
has_ended (gpointer user_data)
{
  Door *door = user_data;

  return door->ended >= door->wanted;
}

static void
wait_ended (Door *door, guint count)
{
  door->wanted = count;
  xmpp_test_run_until_true (has_ended, door, "connections to end");
}

static gboolean
has_entered (gpointer user_data)
{
  Door *door = user_data;

  return door->entered >= door->wanted;
}

static void
wait_entered (Door *door, guint count)
{
  door->wanted = count;
  xmpp_test_run_until_true (has_entered, door, "connections to come in");
}

/* ---- V3: coming and going ---- */

typedef struct
{
  const char *name;
  guint count; /* connections, and under valgrind */
  guint slow_count;
  gsize sent;      /* of a hello; G_MAXSIZE: all of it, 0: nothing */
  gboolean secure; /* up to the end of the handshake */
} Phase;

static const Phase phases[] = {
  { "connected", 10000, 300, 0 },
  { "half-hello", 10000, 300, 100 },
  { "hello", 1000, 30, G_MAXSIZE },
  { "secure", 200, 10, G_MAXSIZE, TRUE },
};

/* Every second one is cut, the others end as connections do. */
static void
drop (GSocket *socket, guint number)
{
  struct linger linger = { 1, 0 };

  if (number % 2 == 1)
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (socket, NULL);
}

static void
visit_secure (Door *door)
{
  g_autoptr (GSocket) socket = dial (door);
  g_autoptr (GSocketConnection)
      base = g_socket_connection_factory_create_connection (socket);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
}

static void
come_and_go (Door *door, const Phase *phase, GBytes *hello, guint count)
{
  guint before = door->ended;

  for (guint i = 0; i < count; i++)
    {
      if (phase->secure)
        visit_secure (door);
      else
        {
          g_autoptr (GSocket) socket = dial (door);
          gsize length = MIN (phase->sent, g_bytes_get_size (hello));

          if (length > 0)
            g_socket_send (socket, g_bytes_get_data (hello, NULL), length, NULL, NULL);
          drop (socket, i);
        }
      /* One that was cut may be gone before it is accepted. */
      if (i % 50 == 49)
        xmpp_test_run_pending ();
    }
  wait_ended (door, phase->secure ? before + count : before + count / 2);
  xmpp_test_run_pending ();
  while (xmpp_admission_get_n_visits (door->admission) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (directory) != NULL)
    count++;
  return count;
}

/* What leaks, leaks in every round; caches and threads do not grow in all of them. */
static void
test_come_and_go (gconstpointer data)
{
  const Phase *phase = data;
  guint count = g_getenv ("XMPP_TEST_SLOW") != NULL ? phase->slow_count : phase->count;
  g_autoptr (GBytes) hello = real_hello_gnutls ("NORMAL", "p.test", "xmpp-client");
  g_autoptr (Door) door = door_new ();
  gint64 least = G_MAXINT64;
  guint descriptors;

  come_and_go (door, phase, hello, count / ROUNDS);
  descriptors = count_descriptors ();
  for (guint i = 1; i < ROUNDS; i++)
    {
      gint64 before = mallinfo2 ().uordblks;

      come_and_go (door, phase, hello, count / ROUNDS);
      least = MIN (least, (gint64) mallinfo2 ().uordblks - before);
    }

  g_test_message ("%u of %u came in, %+" G_GINT64_FORMAT " bytes in a round",
                  door->entered, count, least);
  g_assert_cmpint (least, <, 65536);
  g_assert_cmpuint (count_descriptors (), ==, descriptors);
  g_assert_cmpuint (door->ended, ==, door->entered);
  g_assert_cmpuint (door->refused, ==, 0);
  if (phase->secure)
    g_assert_cmpuint (door->secured, ==, door->entered);
}

/* ---- V3: too many ---- */

static guint turns;

static gboolean
count_turn (GSource *source, int *timeout)
{
  turns++;
  *timeout = -1;
  return FALSE;
}

static gboolean
let_go (gpointer user_data)
{
  Door *door = user_data;

  g_ptr_array_set_size (door->held, 0);
  return has_entered (door);
}

/* More connections than descriptors: the loop sleeps, and when some are free again all come in. */
static void
test_descriptors (void)
{
  static GSourceFuncs counting = { .prepare = count_turn };
  g_autoptr (Door) door = door_new ();
  g_autoptr (GPtrArray) dialed = g_ptr_array_new_with_free_func (g_object_unref);
  GSource *source = g_source_new (&counting, sizeof (GSource));
  struct rlimit before;
  struct rlimit limit;
  guint entered;

  if (g_getenv ("XMPP_TEST_SLOW") != NULL)
    {
      g_test_skip ("valgrind has a bound of its own, and closes what is beyond it");
      g_source_unref (source);
      return;
    }

  g_object_set (door->limits, "connections", G_MAXINT, NULL);
  door->holding = TRUE;
  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (dialed, dial (door));

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = count_descriptors () + 20;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_test_expect_message ("Xmpp-Transport", G_LOG_LEVEL_MESSAGE, "*not accepted for now*");
  xmpp_test_run_for (100);
  g_test_assert_expected_messages ();
  entered = door->entered;
  g_assert_cmpuint (entered, >, 10);
  g_assert_cmpuint (entered, <, 30);

  g_source_attach (source, NULL);
  turns = 0;
  xmpp_test_run_for (500);
  g_assert_cmpuint (turns, <, 30);
  g_assert_cmpuint (door->entered, ==, entered);

  /* It goes on by itself, a few at a time. */
  door->wanted = 100;
  xmpp_test_run_until_true (let_go, door, "all to come in");
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_ptr_array_add (dialed, dial (door));
  wait_entered (door, 101);
  g_source_destroy (source);
  g_source_unref (source);
}

/* Who has not logged in keeps nobody out who has, and is not more than a few. */
static void
test_strangers (void)
{
  g_autoptr (Door) door = door_new ();
  g_autoptr (GPtrArray) dialed = g_ptr_array_new_with_free_func (g_object_unref);

  g_object_set (door->limits, "connections-before-auth", 5, NULL);
  door->holding = TRUE;
  for (guint i = 0; i < 12; i++)
    g_ptr_array_add (dialed, dial (door));
  wait_entered (door, 5);
  xmpp_test_run_for (30);
  g_assert_cmpuint (door->entered, ==, 5);
  g_assert_cmpuint (door->refused, ==, 0);

  for (guint i = 0; i < 5; i++)
    {
      Guest *guest = door->held->pdata[i];

      xmpp_visit_log_in (guest->visit);
    }
  update (door);
  wait_entered (door, 10);
  xmpp_test_run_for (30);
  g_assert_cmpuint (door->entered, ==, 10);

  g_ptr_array_remove_index (door->held, 7);
  update (door);
  wait_entered (door, 11);
}

/* Too many of one address are closed without a word. */
static void
test_one_address (void)
{
  g_autoptr (Door) door = door_new ();
  g_autoptr (GPtrArray) dialed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  char byte;

  g_object_set (door->limits, "address-connections-before-auth", 3, NULL);
  door->holding = TRUE;
  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (dialed, dial (door));
  wait_entered (door, 3);
  xmpp_test_run_pending ();
  g_assert_cmpuint (door->refused, ==, 1);
  g_assert_cmpint (g_socket_receive (dialed->pdata[3], &byte, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

/* ---- S8 ---- */

typedef struct
{
  GSocket *socket;
  const guint8 *data;
  gsize length;
} Drip;

static gboolean
drip_cb (gpointer user_data)
{
  Drip *drip = user_data;

  if (drip->length == 0)
    return G_SOURCE_REMOVE;
  g_socket_send (drip->socket, (const char *) drip->data++, 1, NULL, NULL);
  drip->length--;
  return G_SOURCE_CONTINUE;
}

/* Progress does not extend the deadline; in TLS, nothing comes behind the hello. */
static void
test_slow (gconstpointer data)
{
  gboolean whole = GPOINTER_TO_INT (data);
  g_autoptr (Door) door = door_new ();
  g_autoptr (GSocket) socket = dial (door);
  g_autoptr (GBytes) hello = real_hello_gnutls ("NORMAL", "p.test", NULL);
  gint64 start = g_get_monotonic_time ();
  gsize length;
  const guint8 *bytes = g_bytes_get_data (hello, &length);
  Drip drip = { socket, bytes, length };
  guint source = 0;
  gint64 elapsed;

  if (whole)
    g_socket_send (socket, (const char *) bytes, length, NULL, NULL);
  else
    source = g_timeout_add (40, drip_cb, &drip);
  wait_ended (door, 1);
  elapsed = g_get_monotonic_time () - start;
  if (source > 0)
    g_source_remove (source);
  g_assert_error (door->error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_cmpint (elapsed, >=, SECONDS * G_USEC_PER_SEC * 9 / 10);
  g_assert_cmpint (elapsed, <, 3 * SECONDS * G_USEC_PER_SEC);
  g_assert_true (whole || drip.length > 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      g_autofree char *path =
          g_strconcat ("/attacks/V3/come-and-go/", phases[i].name, NULL);

      g_test_add_data_func (path, &phases[i], test_come_and_go);
    }
  g_test_add_func ("/attacks/V3/descriptors", test_descriptors);
  g_test_add_func ("/attacks/V3/strangers", test_strangers);
  g_test_add_func ("/attacks/V3/one-address", test_one_address);
  g_test_add_data_func ("/attacks/S8/listener/hello", GINT_TO_POINTER (FALSE), test_slow);
  g_test_add_data_func ("/attacks/S8/listener/handshake", GINT_TO_POINTER (TRUE),
                        test_slow);

  return g_test_run ();
}
