/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-floor ROW N [SECONDS]: the least that can be done with GIO and libxml2. No checks, no limits,
 * no types, nothing that could be otherwise. What a library costs is measured against it. */

#include <stdlib.h>
#include <string.h>

#include "bench-process.h"
#include "bench-text.h"
#include "floor-session.h"

/* So much is written at once */
#define BATCH_BYTES 65536

typedef struct
{
  const char *row;
  guint n;
  guint seconds;
  guint16 port;
  GMainLoop *loop;
  FloorSession *session; /* the last one */
  GPtrArray *sessions;
  gsize memory;
  guint n_results;
} Floor;

static void
free_session (gpointer data)
{
  floor_session_clear (data);
  g_free (data);
}

static void
closed (FloorSession *session, gpointer user_data)
{
  Floor *floor = user_data;

  g_main_loop_quit (floor->loop);
}

static void
start (Floor *floor,
       void (*opened) (FloorSession *session, gpointer user_data),
       void (*stanza) (FloorSession *session, FloorNode *stanza, gpointer user_data))
{
  FloorSession *session = g_new0 (FloorSession, 1);

  session->opened = opened;
  session->stanza = stanza;
  session->closed = closed;
  session->user_data = floor;
  floor->session = session;
  g_ptr_array_add (floor->sessions, session);
  floor_session_start (session, floor->port);
}

static void
ignore (FloorSession *session, FloorNode *stanza, gpointer user_data)
{
}

/* ---- recv, flood ---- */

static void
do_nothing (FloorSession *session, gpointer user_data)
{
}

static void
use_body (FloorSession *session, FloorNode *stanza, gpointer user_data)
{
  Floor *floor = user_data;
  FloorNode *body = floor_find_child (stanza, "body");

  if (body != NULL && body->first != NULL && body->first->text[0] != '\0' &&
      ++floor->n_results == floor->n)
    floor_session_finish (session);
}

static void
receive (Floor *floor)
{
  start (floor, do_nothing, use_body);
}

static void
print_peak (void)
{
  g_print ("%" G_GSIZE_FORMAT "\n", bench_get_peak_memory ());
}

static void
flood (Floor *floor)
{
  receive (floor);
  atexit (print_peak);
}

/* ---- send ---- */

static char *
put_message (char *out, guint i)
{
  const char *text = "Hello, message 000000 & friends";
  FloorArena *arena = floor_arena_new ();
  FloorNode *message = floor_add_node (arena, NULL, "message", NULL);
  char id[32];

  g_snprintf (id, sizeof id, "msg-%06u", i);
  floor_add_attribute (arena, message, "id", id, strlen (id));
  floor_add_attribute (arena, message, "type", "chat", 4);
  floor_add_attribute (arena, message, "to", "srv@localhost/src", 17);
  floor_add_text (arena, floor_add_node (arena, message, "body", NULL), text,
                  strlen (text));
  floor_add_node (arena, message, "active", "http://jabber.org/protocol/chatstates");
  floor_add_attribute (arena,
                       floor_add_node (arena, message, "origin-id", "urn:xmpp:sid:0"),
                       "id", id, strlen (id));
  out = floor_put_node (out, message);
  floor_arena_free (arena);
  return out;
}

static void
send_messages (FloorSession *session, gpointer user_data)
{
  Floor *floor = user_data;
  static char buffer[BATCH_BYTES + 1024];
  char *out = buffer;

  while (floor->n_results < floor->n)
    {
      out = put_message (out, floor->n_results++);
      if (out - buffer >= BATCH_BYTES || floor->n_results == floor->n)
        {
          floor_session_write (session, buffer, out - buffer);
          out = buffer;
        }
    }
  floor_session_finish (session);
}

static void
send_all (Floor *floor)
{
  start (floor, send_messages, ignore);
}

/* ---- iq, big ---- */

static void
ask (FloorSession *session, gpointer user_data)
{
  Floor *floor = user_data;
  FloorArena *arena = floor_arena_new ();
  FloorNode *iq = floor_add_node (arena, NULL, "iq", NULL);
  char buffer[256];
  char id[32];

  g_snprintf (id, sizeof id, "%u", floor->n_results);
  floor_add_attribute (arena, iq, "id", id, strlen (id));
  floor_add_attribute (arena, iq, "type", "get", 3);
  floor_add_attribute (arena, iq, "to", "localhost", 9);
  floor_add_node (arena, iq, "ping", "urn:xmpp:ping");
  /* The peer looks for an end tag. */
  floor_add_text (arena, iq->first, "", 0);
  floor_session_write (session, buffer, floor_put_node (buffer, iq) - buffer);
  floor_arena_free (arena);
}

static void
answered (FloorSession *session, FloorNode *stanza, gpointer user_data)
{
  Floor *floor = user_data;
  guint n_items = 0;

  if (stanza->first != NULL)
    for (FloorNode *item = stanza->first->first; item != NULL; item = item->next)
      n_items++;
  if (n_items == (g_str_equal (floor->row, "big") ? BENCH_BIG_ITEMS : 0))
    floor->n_results++;
  if (floor->n_results < floor->n)
    ask (session, floor);
  else
    floor_session_finish (session);
}

static void
request (Floor *floor)
{
  start (floor, ask, answered);
}

/* ---- connect ---- */

static void connect_one (Floor *floor);

static void
disconnect (FloorSession *session, gpointer user_data)
{
  floor_session_finish (session);
}

static gboolean
disconnected_cb (gpointer user_data)
{
  Floor *floor = user_data;

  g_ptr_array_set_size (floor->sessions, 0);
  if (++floor->n_results < floor->n)
    connect_one (floor);
  else
    g_main_loop_quit (floor->loop);
  return G_SOURCE_REMOVE;
}

static void
disconnected (FloorSession *session, gpointer user_data)
{
  g_idle_add (disconnected_cb, user_data);
}

static void
connect_one (Floor *floor)
{
  start (floor, disconnect, ignore);
  floor->session->closed = disconnected;
}

/* ---- idle ---- */

static gboolean
look_at_idle_cb (gpointer user_data)
{
  Floor *floor = user_data;

  g_print ("%" G_GSIZE_FORMAT "\n",
           (bench_get_memory () - floor->memory) / MAX (1, floor->n - 1));
  g_main_loop_quit (floor->loop);
  return G_SOURCE_REMOVE;
}

static void open_idle (Floor *floor);

static gboolean
opened_idle_cb (gpointer user_data)
{
  Floor *floor = user_data;

  floor_session_drop_parser (floor->session);
  if (++floor->n_results == 1)
    floor->memory = bench_get_memory ();
  if (floor->n_results < floor->n)
    open_idle (floor);
  else
    g_timeout_add_seconds (floor->seconds, look_at_idle_cb, floor);
  return G_SOURCE_REMOVE;
}

static void
opened_idle (FloorSession *session, gpointer user_data)
{
  g_idle_add (opened_idle_cb, user_data);
}

static void
open_idle (Floor *floor)
{
  start (floor, opened_idle, ignore);
}

/* ---- all ---- */

static const struct
{
  const char *name;
  void (*start) (Floor *floor);
} rows[] = {
  { "recv", receive },   { "recv-muc", receive }, { "big", request },
  { "send", send_all },  { "iq", request },       { "connect", connect_one },
  { "idle", open_idle }, { "flood", flood },
};

int
main (int argc, char *argv[])
{
  Floor floor = { 0 };

  if (argc < 3)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        g_print ("%s\n", rows[i].name);
      return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  floor.row = argv[1];
  floor.n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  floor.seconds = argc > 3 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : 0;
  floor.loop = g_main_loop_new (NULL, FALSE);
  floor.sessions = g_ptr_array_new_with_free_func (free_session);
  if (bench_row_is_tls (floor.row))
    {
      g_autoptr (GTlsDatabase) database = bench_database_new ();

      g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (bench_row_is (floor.row, rows[i].name))
      {
        floor.port = bench_spawn_peer (argv[0], floor.row, floor.n);
        rows[i].start (&floor);
        g_main_loop_run (floor.loop);
        if (floor.n_results != floor.n)
          g_error ("%s: %u instead of %u", floor.row, floor.n_results, floor.n);
        g_ptr_array_unref (floor.sessions);
        g_main_loop_unref (floor.loop);
        return EXIT_SUCCESS;
      }
  g_printerr ("no row %s\n", floor.row);
  return EXIT_FAILURE;
}
