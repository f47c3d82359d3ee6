/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-client-hello.h"

#include <string.h>

#define RECORD_HANDSHAKE 22
#define RECORD_HEADER 5
#define HANDSHAKE_CLIENT_HELLO 1
#define HANDSHAKE_HEADER 4
#define MAJOR_VERSION 3
#define RANDOM_LENGTH 32
#define EXTENSION_SERVER_NAME 0
#define EXTENSION_ALPN 16
#define NAME_TYPE_HOST 0
#define SERVER_NAME_MAX 255
/* Clients offer a handful. */
#define PROTOCOLS_MAX 64

/* What is left to read of a part of the message. Whoever reads beyond its end gets nothing. */
typedef struct
{
  const guint8 *data;
  gsize length;
} Bytes;

void
xmpp_client_hello_free (XmppClientHello *hello)
{
  if (hello == NULL)
    return;

  g_free (hello->server_name);
  g_strfreev (hello->protocols);
  g_free (hello);
}

/* A number of @size bytes, big-endian (RFC 8446 §3.3) */
static gboolean
read_number (Bytes *bytes, gsize size, gsize *number)
{
  if (bytes->length < size)
    return FALSE;

  *number = 0;
  for (gsize i = 0; i < size; i++)
    *number = *number << 8 | bytes->data[i];
  bytes->data += size;
  bytes->length -= size;
  return TRUE;
}

static gboolean
read_bytes (Bytes *bytes, gsize length, Bytes *part)
{
  if (bytes->length < length)
    return FALSE;

  *part = (Bytes){ bytes->data, length };
  bytes->data += length;
  bytes->length -= length;
  return TRUE;
}

/* A vector: its length in @size bytes, at least @min, then the bytes (RFC 8446 §3.4) */
static gboolean
read_vector (Bytes *bytes, gsize size, gsize min, Bytes *part)
{
  gsize length;

  return read_number (bytes, size, &length) && length >= min &&
         read_bytes (bytes, length, part);
}

/* RFC 6066 §3: ASCII, no address, no trailing dot; some send one nevertheless. */
static char *
parse_host_name (Bytes name)
{
  if (name.length > 1 && name.data[name.length - 1] == '.')
    name.length--;
  if (name.length > SERVER_NAME_MAX)
    return NULL;
  for (gsize i = 0; i < name.length; i++)
    if (!g_ascii_isalnum (name.data[i]) && memchr ("-._:", name.data[i], 4) == NULL)
      return NULL;

  return g_ascii_strdown ((const char *) name.data, name.length);
}

/* server_name_list<1..2^16-1> of: name_type(1), HostName<1..2^16-1>           RFC 6066 §3 */
static gboolean
parse_server_name (Bytes data, XmppClientHello *hello)
{
  Bytes names, name;
  gsize type;

  if (!read_vector (&data, 2, 1, &names) || data.length > 0)
    return FALSE;

  while (names.length > 0)
    {
      if (!read_number (&names, 1, &type) || !read_vector (&names, 2, 1, &name))
        return FALSE;
      if (type != NAME_TYPE_HOST)
        continue;
      if (hello->server_name != NULL ||
          (hello->server_name = parse_host_name (name)) == NULL)
        return FALSE;
    }

  return TRUE;
}

/* protocol_name_list<2..2^16-1> of: ProtocolName<1..2^8-1>                  RFC 7301 §3.1
 * A name is made of any bytes: one with a NUL is nobody's whom we know, and would be another one
 * as a string. */
static gboolean
parse_protocols (Bytes data, XmppClientHello *hello)
{
  g_autoptr (GPtrArray) protocols = g_ptr_array_new_with_free_func (g_free);
  Bytes names, name;

  if (hello->protocols != NULL || !read_vector (&data, 2, 2, &names) || data.length > 0)
    return FALSE;

  for (guint i = 0; names.length > 0; i++)
    {
      if (i == PROTOCOLS_MAX || !read_vector (&names, 1, 1, &name))
        return FALSE;
      if (memchr (name.data, '\0', name.length) == NULL)
        g_ptr_array_add (protocols, g_strndup ((const char *) name.data, name.length));
    }

  g_ptr_array_add (protocols, NULL);
  hello->protocols = (char **) g_ptr_array_free (g_steal_pointer (&protocols), FALSE);
  return TRUE;
}

static gboolean
parse_extensions (Bytes extensions, XmppClientHello *hello)
{
  gboolean named = FALSE;

  while (extensions.length > 0)
    {
      gsize type;
      Bytes data;

      if (!read_number (&extensions, 2, &type) || !read_vector (&extensions, 2, 0, &data))
        return FALSE;
      /* RFC 8446 §4.2: none may be there twice. */
      if (type == EXTENSION_SERVER_NAME)
        {
          if (named || !parse_server_name (data, hello))
            return FALSE;
          named = TRUE;
        }
      else if (type == EXTENSION_ALPN && !parse_protocols (data, hello))
        return FALSE;
    }

  return TRUE;
}

/* legacy_version(2), random(32), legacy_session_id<0..32>, cipher_suites<2..2^16-2>,
 * legacy_compression_methods<1..2^8-1>, extensions<8..2^16-1>              RFC 8446 §4.1.2
 * Before TLS 1.3 there may be no extensions at all. */
static gboolean
parse_message (Bytes message, XmppClientHello *hello)
{
  gsize version;
  Bytes random, session, suites, compression, extensions;

  if (!read_number (&message, 2, &version) || version >> 8 != MAJOR_VERSION ||
      !read_bytes (&message, RANDOM_LENGTH, &random) ||
      !read_vector (&message, 1, 0, &session) || session.length > 32 ||
      !read_vector (&message, 2, 2, &suites) || suites.length % 2 != 0 ||
      !read_vector (&message, 1, 1, &compression))
    return FALSE;
  if (message.length == 0)
    return TRUE;

  return read_vector (&message, 2, 0, &extensions) && message.length == 0 &&
         parse_extensions (extensions, hello);
}

typedef struct
{
  guint8 data[XMPP_CLIENT_HELLO_MAX];
  gsize length;
} Message;

/* The handshake message, header included, in the pieces that its records hold */
static XmppClientHelloState
collect_message (Bytes input, Message *message)
{
  while (TRUE)
    {
      Bytes start = { message->data, message->length };
      gsize type, version, length;
      Bytes fragment;

      if (read_number (&start, 1, &type) && type != HANDSHAKE_CLIENT_HELLO)
        return XMPP_CLIENT_HELLO_MALFORMED;
      if (read_number (&start, 3, &length))
        {
          /* RFC 8446 §5.1: nothing follows in the same record. */
          if (length > XMPP_CLIENT_HELLO_MAX - HANDSHAKE_HEADER || start.length > length)
            return XMPP_CLIENT_HELLO_MALFORMED;
          if (start.length == length)
            return XMPP_CLIENT_HELLO_COMPLETE;
        }

      /* What is there of the next record's header may be wrong already. */
      start = input;
      if (read_number (&start, 1, &type) && type != RECORD_HANDSHAKE)
        return XMPP_CLIENT_HELLO_MALFORMED;
      if (read_number (&start, 1, &version) && version != MAJOR_VERSION)
        return XMPP_CLIENT_HELLO_MALFORMED;
      if (!read_bytes (&input, RECORD_HEADER - 2, &fragment) ||
          !read_number (&input, 2, &length))
        return XMPP_CLIENT_HELLO_INCOMPLETE;
      if (length == 0 || length > XMPP_CLIENT_HELLO_MAX)
        return XMPP_CLIENT_HELLO_MALFORMED;
      if (!read_bytes (&input, length, &fragment))
        return XMPP_CLIENT_HELLO_INCOMPLETE;
      if (length > XMPP_CLIENT_HELLO_MAX - message->length)
        return XMPP_CLIENT_HELLO_MALFORMED;

      memcpy (message->data + message->length, fragment.data, length);
      message->length += length;
    }
}

XmppClientHelloState
xmpp_client_hello_parse (const guint8 *data, gsize length, XmppClientHello **hello)
{
  g_autoptr (XmppClientHello) result = NULL;
  g_autofree Message *message = NULL;
  XmppClientHelloState state;

  g_return_val_if_fail (hello != NULL, XMPP_CLIENT_HELLO_MALFORMED);

  message = g_new (Message, 1);
  message->length = 0;
  state = collect_message ((Bytes){ data, length }, message);
  if (state == XMPP_CLIENT_HELLO_INCOMPLETE && length >= XMPP_CLIENT_HELLO_MAX)
    state = XMPP_CLIENT_HELLO_MALFORMED;
  if (state != XMPP_CLIENT_HELLO_COMPLETE)
    return state;

  result = g_new0 (XmppClientHello, 1);
  if (!parse_message ((Bytes){ message->data + HANDSHAKE_HEADER,
                               message->length - HANDSHAKE_HEADER },
                      result))
    return XMPP_CLIENT_HELLO_MALFORMED;

  *hello = g_steal_pointer (&result);
  return XMPP_CLIENT_HELLO_COMPLETE;
}

gboolean
xmpp_client_hello_allows (const XmppClientHello *hello,
                          const char *protocol,
                          GError **error)
{
  g_return_val_if_fail (hello != NULL, FALSE);
  g_return_val_if_fail (protocol != NULL, FALSE);

  if (hello->protocols == NULL ||
      g_strv_contains ((const char *const *) hello->protocols, protocol))
    return TRUE;

  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC,
               "The client wants to speak another protocol than %s (ALPN)", protocol);
  return FALSE;
}
