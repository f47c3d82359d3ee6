/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* floor-stanzas ROW N: the least that can be done with GIO and libxml2: bytes from a socket
 * into a tree in one piece of memory, and out of such a tree into a socket. No checks, no
 * limits, no types, nobody to call. What a library costs is measured against it. */

#include <gio/gio.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "bench-spawn.h"

#define READ_BYTES 32768
#define PIECE_BYTES 1024

/* ---- the tree ---- */

typedef struct _Node Node;
typedef struct _Attribute Attribute;

struct _Attribute
{
  Attribute *next;
  const char *name;
  const char *value;
};

struct _Node
{
  Node *parent;
  Node *next;
  Node *first;
  Node *last;
  const char *name; /* NULL: text */
  const char *xmlns;
  Attribute *attributes;
  char *text;
};

typedef struct
{
  char *next;
  char *end;
} Arena;

static Arena *
arena_new (void)
{
  char *memory = g_malloc (4096);
  Arena *arena = (Arena *) memory;

  arena->next = memory + sizeof *arena;
  arena->end = memory + 4096;
  return arena;
}

static gpointer
arena_alloc (Arena *arena, gsize size)
{
  char *memory = arena->next;

  size = (size + 7) & ~(gsize) 7;
  if (size > (gsize) (arena->end - memory))
    g_error ("a stanza that is bigger than those of the bench");
  arena->next = memory + size;
  return memory;
}

static char *
arena_copy (Arena *arena, const char *text, gsize length)
{
  char *copy = arena_alloc (arena, length + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

static Node *
add_node (Arena *arena, Node *parent, const char *name, const char *xmlns)
{
  Node *node = arena_alloc (arena, sizeof *node);

  memset (node, 0, sizeof *node);
  node->parent = parent;
  node->name = name;
  node->xmlns = xmlns;
  if (parent != NULL)
    {
      if (parent->last != NULL)
        parent->last->next = node;
      else
        parent->first = node;
      parent->last = node;
    }
  return node;
}

static void
add_attribute (
    Arena *arena, Node *node, const char *name, const char *value, gsize length)
{
  Attribute *attribute = arena_alloc (arena, sizeof *attribute);

  attribute->next = node->attributes;
  attribute->name = name;
  attribute->value = arena_copy (arena, value, length);
  node->attributes = attribute;
}

/* ---- receiving ---- */

typedef struct
{
  GMainLoop *loop;
  GPollableInputStream *input;
  xmlParserCtxtPtr context;
  guint depth;
  Arena *arena;
  Node *current;
  guint n;
  guint n_bodies;
} Floor;

static void
start_element (void *user_data,
               const xmlChar *name,
               const xmlChar *prefix,
               const xmlChar *uri,
               int n_namespaces,
               const xmlChar **namespaces,
               int n_attributes,
               int n_defaulted,
               const xmlChar **attributes)
{
  Floor *floor = user_data;

  if (floor->depth++ == 0)
    return;
  if (floor->depth == 2)
    floor->arena = arena_new ();
  floor->current =
      add_node (floor->arena, floor->current, (const char *) name, (const char *) uri);
  for (int i = 0; i < n_attributes; i++, attributes += 5)
    add_attribute (floor->arena, floor->current, (const char *) attributes[0],
                   (const char *) attributes[3], attributes[4] - attributes[3]);
}

static void
use_stanza (Floor *floor, Node *stanza)
{
  for (Node *node = stanza->first; node != NULL; node = node->next)
    if (node->name != NULL && strcmp (node->name, "body") == 0 && node->first != NULL)
      {
        floor->n_bodies += strlen (node->first->text) > 0;
        break;
      }
  if (floor->n_bodies == floor->n)
    g_main_loop_quit (floor->loop);
}

static void
end_element (void *user_data,
             const xmlChar *name,
             const xmlChar *prefix,
             const xmlChar *uri)
{
  Floor *floor = user_data;
  Node *node = floor->current;

  if (--floor->depth == 0)
    return;
  floor->current = node->parent;
  if (floor->depth == 1)
    {
      use_stanza (floor, node);
      g_free (floor->arena);
    }
}

static void
characters (void *user_data, const xmlChar *text, int length)
{
  Floor *floor = user_data;
  Node *parent = floor->current;
  Node *last = parent != NULL ? parent->last : NULL;
  gsize before;
  char *joined;

  if (parent == NULL)
    return;
  if (last == NULL || last->name != NULL)
    {
      add_node (floor->arena, parent, NULL, NULL)->text =
          arena_copy (floor->arena, (const char *) text, length);
      return;
    }
  before = strlen (last->text);
  joined = arena_alloc (floor->arena, before + length + 1);
  memcpy (joined, last->text, before);
  memcpy (joined + before, text, length);
  joined[before + length] = '\0';
  last->text = joined;
}

static const xmlSAXHandler handlers = {
  .initialized = XML_SAX2_MAGIC,
  .startElementNs = start_element,
  .endElementNs = end_element,
  .characters = characters,
};

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  Floor *floor = user_data;
  static char buffer[READ_BYTES];
  g_autoptr (GError) error = NULL;

  for (;;)
    {
      gssize n = g_pollable_input_stream_read_nonblocking (floor->input, buffer,
                                                           sizeof buffer, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      if (n <= 0)
        break;
      for (gssize i = 0; i < n; i += PIECE_BYTES)
        xmlParseChunk (floor->context, buffer + i, MIN (PIECE_BYTES, n - i), 0);
    }
  g_main_loop_quit (floor->loop);
  return G_SOURCE_REMOVE;
}

static guint
receive (GIOStream *stream, guint n)
{
  xmlSAXHandler sax = handlers;
  Floor floor = { .n = n };
  g_autoptr (GSource) source = NULL;

  floor.loop = g_main_loop_new (NULL, FALSE);
  floor.input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  floor.context = xmlCreatePushParserCtxt (&sax, &floor, NULL, 0, NULL);
  xmlCtxtUseOptions (floor.context, XML_PARSE_NOENT);
  source = g_pollable_input_stream_create_source (floor.input, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), &floor, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (floor.loop);
  g_source_destroy (source);
  xmlFreeParserCtxt (floor.context);
  g_main_loop_unref (floor.loop);
  return floor.n_bodies;
}

/* ---- sending ---- */

static char *
put (char *out, const char *text)
{
  gsize length = strlen (text);

  memcpy (out, text, length);
  return out + length;
}

static char *
put_escaped (char *out, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '&':
        out = put (out, "&amp;");
        break;
      case '<':
        out = put (out, "&lt;");
        break;
      case '\'':
        out = put (out, "&apos;");
        break;
      default:
        *out++ = *text;
      }
  return out;
}

static char *
put_node (char *out, Node *node)
{
  if (node->name == NULL)
    return put_escaped (out, node->text);
  out = put (out, "<");
  out = put (out, node->name);
  if (node->xmlns != NULL)
    {
      out = put (out, " xmlns='");
      out = put (out, node->xmlns);
      out = put (out, "'");
    }
  for (Attribute *attribute = node->attributes; attribute != NULL;
       attribute = attribute->next)
    {
      out = put (out, " ");
      out = put (out, attribute->name);
      out = put (out, "='");
      out = put_escaped (out, attribute->value);
      out = put (out, "'");
    }
  if (node->first == NULL)
    return put (out, "/>");
  out = put (out, ">");
  for (Node *child = node->first; child != NULL; child = child->next)
    out = put_node (out, child);
  out = put (out, "</");
  out = put (out, node->name);
  return put (out, ">");
}

static char *
put_message (char *out, guint i)
{
  const char *text = "Hello, message 000000 & friends";
  Arena *arena = arena_new ();
  Node *message = add_node (arena, NULL, "message", NULL);
  char id[32];

  g_snprintf (id, sizeof id, "msg-%06u", i);
  add_attribute (arena, message, "id", id, strlen (id));
  add_attribute (arena, message, "type", "chat", 4);
  add_attribute (arena, message, "to", "srv@localhost/src", 17);
  add_node (arena, add_node (arena, message, "body", NULL), NULL, NULL)->text =
      arena_copy (arena, text, strlen (text));
  add_node (arena, message, "active", "http://jabber.org/protocol/chatstates");
  add_attribute (arena, add_node (arena, message, "origin-id", "urn:xmpp:sid:0"), "id",
                 id, strlen (id));
  out = put_node (out, message);
  g_free (arena);
  return out;
}

static gboolean
write_all (GIOStream *stream, const char *data, gsize length)
{
  GPollableOutputStream *output =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));

  while (length > 0)
    {
      g_autoptr (GError) error = NULL;
      gssize n =
          g_pollable_output_stream_write_nonblocking (output, data, length, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_socket_condition_wait (g_socket_connection_get_socket (
                                       G_SOCKET_CONNECTION (stream)),
                                   G_IO_OUT, NULL, NULL);
          continue;
        }
      if (n < 0)
        return FALSE;
      data += n;
      length -= n;
    }
  return TRUE;
}

static guint
send_messages (GIOStream *stream, guint n)
{
  static char buffer[65536 + 1024];
  char *out = buffer;

  for (guint i = 0; i < n; i++)
    {
      out = put_message (out, i);
      if (out - buffer >= 65536 || i == n - 1)
        {
          if (!write_all (stream, buffer, out - buffer))
            return i;
          out = buffer;
        }
    }
  return n;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  guint n, result;

  if (argc != 3)
    {
      g_print ("recv\trecv-muc\tsend\n");
      return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  connection =
      g_socket_client_connect_to_host (client, "127.0.0.1",
                                       bench_spawn_peer (argv[0], argv[1], n, TRUE), NULL,
                                       &error);
  if (connection == NULL)
    g_error ("connect: %s", error->message);
  g_socket_set_blocking (g_socket_connection_get_socket (connection), FALSE);
  if (g_str_equal (argv[1], "send"))
    result = send_messages (G_IO_STREAM (connection), n);
  else
    result = receive (G_IO_STREAM (connection), n);
  if (result != n)
    g_error ("%s: %u instead of %u", argv[1], result, n);
  return EXIT_SUCCESS;
}
