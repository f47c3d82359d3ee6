/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "floor-session.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define READ_BYTES 32768
#define PIECE_BYTES 1024

#define HEADER                                                                           \
  "<stream:stream to='localhost' xmlns='jabber:client' "                                 \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
/* NUL bench NUL secret */
#define AUTH                                                                             \
  "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"                    \
  "AGJlbmNoAHNlY3JldA==</auth>"
#define BIND "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"

/* ---- Certificates ---- */

/* GIO reads all authorities for every connection unless the database that it is constructed
 * with is of a foreign class. */
typedef struct
{
  GTlsDatabase parent_instance;
} FloorDatabase;

typedef GTlsDatabaseClass FloorDatabaseClass;

GType floor_database_get_type (void);
G_DEFINE_TYPE (FloorDatabase, floor_database, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
verify_chain (GTlsDatabase *database,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GTlsDatabaseVerifyFlags flags,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GTlsDatabase)
      shared = g_tls_backend_get_default_database (g_tls_backend_get_default ());

  return g_tls_database_verify_chain (shared, chain, purpose, identity, interaction,
                                      flags, cancellable, error);
}

static void
floor_database_class_init (FloorDatabaseClass *klass)
{
  klass->verify_chain = verify_chain;
}

static void
floor_database_init (FloorDatabase *self)
{
}

/* ---- Writing ---- */

void
floor_session_write (FloorSession *session, const char *text, gsize length)
{
  while (length > 0)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (session->output, text,
                                                             length, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          /* Not in a row that matters */
          g_usleep (100);
          continue;
        }
      if (n < 0)
        g_error ("write: %s", error->message);
      text += n;
      length -= n;
    }
}

static void
write_text (FloorSession *session, const char *text)
{
  floor_session_write (session, text, strlen (text));
}

/* ---- Logging in ---- */

static void use_io (FloorSession *session, GIOStream *io);

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  FloorSession *session = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, &error))
    g_error ("TLS: %s", error->message);
  use_io (session, G_IO_STREAM (object));
  write_text (session, HEADER);
}

static void
start_tls (FloorSession *session)
{
  g_autoptr (GTlsDatabase) database = g_object_new (floor_database_get_type (), NULL);
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
  g_autoptr (GError) error = NULL;
  GIOStream *tls;

  g_source_destroy (session->readable);
  tls = g_initable_new (g_tls_backend_get_client_connection_type (
                            g_tls_backend_get_default ()),
                        NULL, &error, "base-io-stream", session->io, "server-identity",
                        identity, "database", database, NULL);
  if (tls == NULL)
    g_error ("TLS: %s", error->message);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL,
                                    handshaken_cb, session);
}

/* Before the session is open */
static void
log_in (FloorSession *session, FloorNode *node)
{
  if (strcmp (node->name, "features") == 0)
    {
      if (floor_find_child (node, "starttls") != NULL)
        write_text (session, STARTTLS);
      else if (floor_find_child (node, "mechanisms") != NULL)
        write_text (session, AUTH);
      else
        write_text (session, BIND);
    }
  else if (strcmp (node->name, "proceed") == 0)
    {
      session->restart = TRUE;
      start_tls (session);
    }
  else if (strcmp (node->name, "success") == 0)
    {
      session->restart = TRUE;
      write_text (session, HEADER);
    }
  else
    {
      session->open = TRUE;
      session->opened (session, session->user_data);
    }
}

/* ---- Reading ---- */

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
  FloorSession *session = user_data;

  if (session->depth++ == 0)
    return;
  if (session->depth == 2)
    session->arena = floor_arena_new ();
  session->current = floor_add_node (session->arena, session->current,
                                     (const char *) name, (const char *) uri);
  for (int i = 0; i < n_attributes; i++, attributes += 5)
    floor_add_attribute (session->arena, session->current, (const char *) attributes[0],
                         (const char *) attributes[3], attributes[4] - attributes[3]);
}

static void
end_element (void *user_data,
             const xmlChar *name,
             const xmlChar *prefix,
             const xmlChar *uri)
{
  FloorSession *session = user_data;
  FloorNode *node = session->current;

  if (--session->depth == 0)
    return;
  session->current = node->parent;
  if (session->depth > 1)
    return;
  if (session->open)
    session->stanza (session, node, session->user_data);
  else
    log_in (session, node);
  floor_arena_free (session->arena);
}

static void
characters (void *user_data, const xmlChar *text, int length)
{
  FloorSession *session = user_data;

  if (session->current != NULL)
    floor_add_text (session->arena, session->current, (const char *) text, length);
}

static const xmlSAXHandler handlers = {
  .initialized = XML_SAX2_MAGIC,
  .startElementNs = start_element,
  .endElementNs = end_element,
  .characters = characters,
};

static void
make_parser (FloorSession *session)
{
  xmlSAXHandler sax = handlers;

  session->restart = FALSE;
  session->depth = 0;
  session->context = xmlCreatePushParserCtxt (&sax, session, NULL, 0, NULL);
  xmlCtxtUseOptions (session->context, XML_PARSE_NOENT);
}

void
floor_session_drop_parser (FloorSession *session)
{
  g_clear_pointer (&session->context, xmlFreeParserCtxt);
}

static void
parse (FloorSession *session, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i += PIECE_BYTES)
    {
      if (session->context == NULL)
        make_parser (session);
      xmlParseChunk (session->context, text + i, MIN (PIECE_BYTES, length - i), 0);
      if (session->restart)
        floor_session_drop_parser (session);
    }
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  FloorSession *session = user_data;
  static char buffer[READ_BYTES];

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_input_stream_read_nonblocking (session->input, buffer,
                                                           sizeof buffer, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      if (n <= 0)
        g_error ("read: %s", error != NULL ? error->message : "the server has left");
      parse (session, buffer, n);
      if (session->open && session->context != NULL && session->depth == 0)
        break;
      if (g_source_is_destroyed (session->readable))
        return G_SOURCE_REMOVE;
    }
  g_io_stream_close (session->io, NULL, NULL);
  session->closed (session, session->user_data);
  return G_SOURCE_REMOVE;
}

/* ---- From the beginning to the end ---- */

/* @io: (transfer full) */
static void
use_io (FloorSession *session, GIOStream *io)
{
  g_clear_object (&session->io);
  g_clear_pointer (&session->readable, g_source_unref);
  session->io = io;
  session->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (io));
  session->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (io));
  session->readable = g_pollable_input_stream_create_source (session->input, NULL);
  g_source_set_callback (session->readable, G_SOURCE_FUNC (readable_cb), session, NULL);
  g_source_attach (session->readable, NULL);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  FloorSession *session = user_data;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);

  if (connection == NULL)
    g_error ("connect: %s", error->message);
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP,
                       TCP_NODELAY, 1, NULL);
  use_io (session, G_IO_STREAM (connection));
  write_text (session, HEADER);
}

void
floor_session_start (FloorSession *session, guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address =
      G_SOCKET_CONNECTABLE (g_inet_socket_address_new_from_string ("127.0.0.1", port));

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, address, NULL, connected_cb, session);
}

void
floor_session_finish (FloorSession *session)
{
  write_text (session, "</stream:stream>");
}

void
floor_session_clear (FloorSession *session)
{
  if (session->readable != NULL)
    g_source_destroy (session->readable);
  g_clear_pointer (&session->readable, g_source_unref);
  g_clear_object (&session->io);
  floor_session_drop_parser (session);
}
