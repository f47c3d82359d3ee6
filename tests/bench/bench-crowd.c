/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-crowd PORT PID N [SECONDS [JID PASSWORD]]: logs N clients in, one after the other, over
 * direct TLS on 127.0.0.1, and says what that costs the server that PID is. They stay until its
 * input ends. It knows GnuTLS and sockets and nothing else, so that any server may be looked at.
 * Certificates are not verified. */

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* They stay until the program ends. */
static GPtrArray *sessions;

/* Costs are told for so many clients at a time. */
#define STEPS 5

typedef struct
{
  guint16 port;
  const char *process;
  const char *domain;
  char *plain; /* SASL PLAIN, in base64 */
  gnutls_certificate_credentials_t credentials;
} Crowd;

static char *
read_process (Crowd *crowd, const char *name)
{
  g_autofree char *path = g_build_filename ("/proc", crowd->process, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  return text;
}

/* Resident, in bytes */
static gint64
get_memory (Crowd *crowd)
{
  g_autofree char *text = read_process (crowd, "statm");

  return g_ascii_strtoll (strchr (text, ' '), NULL, 10) * sysconf (_SC_PAGESIZE);
}

/* In microseconds, all threads, those that have ended as well; 10 ms is the smallest step. */
static gint64
get_cpu (Crowd *crowd)
{
  g_autofree char *text = read_process (crowd, "stat");
  /* The second field may hold blanks, the others do not; user and system time are the 14th and
   * the 15th. */
  g_auto (GStrv) fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  gint64 ticks = g_ascii_strtoll (fields[11], NULL, 10) +
                 g_ascii_strtoll (fields[12], NULL, 10);

  return ticks * G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
}

static int
dial (Crowd *crowd)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (crowd->port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int one = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void
say (gnutls_session_t session, const char *text)
{
  gsize length = strlen (text);

  if (gnutls_record_send (session, text, length) != (gssize) length)
    g_error ("The server does not take what is sent");
}

static void
wait_for (gnutls_session_t session, const char *what)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  while (strstr (seen->str, what) == NULL)
    {
      char buffer[4096];
      gssize length;

      do
        length = gnutls_record_recv (session, buffer, sizeof buffer);
      while (length == GNUTLS_E_AGAIN || length == GNUTLS_E_INTERRUPTED);
      if (length <= 0)
        g_error ("No %s, but: %s", what, seen->str);
      g_string_append_len (seen, buffer, length);
    }
}

static gnutls_session_t
secure (Crowd *crowd)
{
  int fd = dial (crowd);
  gnutls_session_t session;
  int result;

  gnutls_init (&session, GNUTLS_CLIENT);
  gnutls_set_default_priority (session);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, crowd->credentials);
  gnutls_server_name_set (session, GNUTLS_NAME_DNS, crowd->domain,
                          strlen (crowd->domain));
  gnutls_transport_set_int (session, fd);
  do
    result = gnutls_handshake (session);
  while (result < 0 && !gnutls_error_is_fatal (result));
  if (result < 0)
    g_error ("%s", gnutls_strerror (result));
  return session;
}

static void
log_in (Crowd *crowd)
{
  gnutls_session_t session = secure (crowd);
  g_autofree char *header =
      g_strdup_printf ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
                       "to='%s'>",
                       crowd->domain);
  g_autofree char *auth =
      g_strdup_printf ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                       "mechanism='PLAIN'>%s</auth>",
                       crowd->plain);

  g_ptr_array_add (sessions, session);
  say (session, header);
  wait_for (session, "</stream:features>");
  say (session, auth);
  wait_for (session, "<success");
  say (session, header);
  wait_for (session, "</stream:features>");
  say (session, "<iq type='set' id='b'>"
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  wait_for (session, "</iq>");
  say (session, "<presence/>");
}

static void
crowd_init (Crowd *crowd, char **argv, const char *jid, const char *password)
{
  g_auto (GStrv) parts = g_strsplit (jid, "@", 2);
  g_autoptr (GString) plain = g_string_new (NULL);
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);

  crowd->port = (guint16) g_ascii_strtoull (argv[1], NULL, 10);
  crowd->process = argv[2];
  crowd->domain = g_intern_string (parts[1]);
  g_string_append_c (plain, '\0');
  g_string_append (plain, parts[0]);
  g_string_append_c (plain, '\0');
  g_string_append (plain, password);
  crowd->plain = g_base64_encode ((guchar *) plain->str, plain->len);
  sessions = g_ptr_array_new ();
  gnutls_certificate_allocate_credentials (&crowd->credentials);
}

int
main (int argc, char **argv)
{
  Crowd crowd;
  guint n, seconds, done;
  gint64 first;

  if (argc != 4 && argc != 5 && argc != 7)
    {
      g_printerr ("usage: bench-crowd PORT PID N [SECONDS [JID PASSWORD]]\n");
      return 2;
    }
  crowd_init (&crowd, argv, argc > 5 ? argv[5] : "bench@localhost",
              argc > 5 ? argv[6] : "bench");
  n = (guint) g_ascii_strtoull (argv[3], NULL, 10);
  seconds = argc > 4 ? (guint) g_ascii_strtoull (argv[4], NULL, 10) : 0;

  /* What the first one brings along is not counted. */
  log_in (&crowd);
  first = get_memory (&crowd);
  done = 1;
  for (guint i = 1; i <= STEPS; i++)
    {
      guint next = n * i / STEPS;
      gint64 cpu = get_cpu (&crowd);
      gint64 start = g_get_monotonic_time ();
      guint count = next > done ? next - done : 0;

      for (; done < next; done++)
        log_in (&crowd);
      if (count > 0)
        g_print ("%u clients: %.1f KB each, %" G_GINT64_FORMAT
                 " us of CPU a login, %" G_GINT64_FORMAT " us\n",
                 done, (double) (get_memory (&crowd) - first) / (done - 1) / 1024,
                 (get_cpu (&crowd) - cpu) / count,
                 (g_get_monotonic_time () - start) / count);
    }
  if (seconds > 0)
    {
      gint64 cpu;

      sleep (seconds);
      cpu = get_cpu (&crowd);
      g_print ("after %u s: %.1f KB each\n", seconds,
               (double) (get_memory (&crowd) - first) / MAX (done - 1, 1) / 1024);
      sleep (10);
      g_print ("idle: %.2f %% of a processor\n",
               (double) (get_cpu (&crowd) - cpu) / (10 * G_USEC_PER_SEC) * 100);
    }

  /* Who has started it may want to do something with the clients. */
  g_print (".\n");
  fflush (stdout);
  while (getchar () != EOF)
    continue;
  return 0;
}
