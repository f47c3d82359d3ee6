/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-client-hello.h"

#include "real-hello.h"

#include <string.h>

/* Exactly as many bytes, on the heap: reading beyond them is noticed. */
static XmppClientHelloState
parse (const guint8 *data, gsize length, XmppClientHello **hello)
{
  g_autofree guint8 *copy = g_memdup2 (data, length);

  *hello = NULL;
  return xmpp_client_hello_parse (copy, length, hello);
}

static char *
join (char **protocols)
{
  return protocols != NULL ? g_strjoinv (",", protocols) : NULL;
}

static void
assert_hello (GBytes *bytes, const char *server_name, const char *protocols)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GByteArray) more = g_byte_array_new ();
  g_autofree char *joined = NULL;
  XmppClientHello *hello;

  g_assert_cmpint (parse (data, length, &hello), ==, XMPP_CLIENT_HELLO_COMPLETE);
  g_assert_cmpstr (hello->server_name, ==, server_name);
  joined = join (hello->protocols);
  g_assert_cmpstr (joined, ==, protocols);
  xmpp_client_hello_free (hello);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_assert_cmpint (parse (data, cut, &hello), ==, XMPP_CLIENT_HELLO_INCOMPLETE);
      g_assert_null (hello);
    }

  /* What follows may be anything: early data, which is not ours to read. */
  g_byte_array_append (more, data, length);
  g_byte_array_append (more, (const guint8 *) "\x17\x03\x03\xff\xff", 5);
  g_assert_cmpint (parse (more->data, more->len, &hello), ==, XMPP_CLIENT_HELLO_COMPLETE);
  xmpp_client_hello_free (hello);
}

static const struct
{
  const char *priority;
  const char *server_name;
  const char *protocols;
} gnutls_rows[] = {
  { "NORMAL", "p.test", "xmpp-client" },
  { "NORMAL", "p.test", NULL },
  { "NORMAL", NULL, "xmpp-client" },
  { "NORMAL", NULL, NULL },
  { "NORMAL", "xn--bcher-kva.test", "h2,xmpp-client,http/1.1" },
  { "NORMAL:-VERS-ALL:+VERS-TLS1.2", "p.test", "xmpp-client" },
  { "NORMAL:-VERS-ALL:+VERS-TLS1.3", "p.test", "xmpp-server" },
  { "NORMAL:-VERS-ALL:+VERS-TLS1.0:%NO_EXTENSIONS", NULL, NULL },
  { "SECURE256:+GROUP-ALL", "p.test", "xmpp-client" },
};

static void
test_gnutls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gnutls_rows); i++)
    {
      g_autoptr (GBytes)
          hello = real_hello_gnutls (gnutls_rows[i].priority, gnutls_rows[i].server_name,
                                     gnutls_rows[i].protocols);

      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes", gnutls_rows[i].priority,
                      g_bytes_get_size (hello));
      assert_hello (hello, gnutls_rows[i].server_name, gnutls_rows[i].protocols);
    }
}

static const struct
{
  const char *arguments;
  const char *server_name;
  const char *protocols;
} openssl_rows[] = {
  { "-servername p.test -alpn xmpp-client", "p.test", "xmpp-client" },
  { "-servername P.Test. -alpn h2,xmpp-client", "p.test", "h2,xmpp-client" },
  { "-noservername", NULL, NULL },
  { "-servername p.test -tls1_2 -alpn http/1.1", "p.test", "http/1.1" },
  { "-noservername -tls1_2 -cipher ALL", NULL, NULL },
};

static void
test_openssl (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (openssl_rows); i++)
    {
      g_autoptr (GBytes) hello = real_hello_openssl (openssl_rows[i].arguments);

      if (hello == NULL)
        {
          g_test_skip ("openssl is not installed");
          return;
        }
      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes", openssl_rows[i].arguments,
                      g_bytes_get_size (hello));
      assert_hello (hello, openssl_rows[i].server_name, openssl_rows[i].protocols);
    }
}

/* RFC 8446 §5.1: a message may be cut into records anywhere. */
static void
test_records (void)
{
  const gsize sizes[] = { 1, 2, 3, 4, 5, 100, 300 };
  g_autoptr (GBytes)
      whole = real_hello_gnutls ("NORMAL", "p.test", "xmpp-client,stun.turn");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) cut = real_hello_cut (whole, sizes[i]);

      g_assert_cmpuint (g_bytes_get_size (cut), >, g_bytes_get_size (whole));
      assert_hello (cut, "p.test", "xmpp-client,stun.turn");
    }
}

/* A hello by hand: @beginning goes up to the extensions (NULL: the usual one), NULL @extensions
 * are none. */
#define BEGINNING                                                                        \
  "\x03\x03"                                                                             \
  "0123456789abcdef0123456789abcdef"                                                     \
  "\x00"                                                                                 \
  "\x00\x02\x13\x01"                                                                     \
  "\x01\x00"

static GBytes *
build (const char *beginning,
       gsize beginning_length,
       const char *extensions,
       gsize length)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *record = g_byte_array_new ();
  guint8 vector[] = { length >> 8, length };
  guint8 header[4] = { 1 };
  guint8 record_header[5] = { 22, 3, 1 };

  g_byte_array_append (message, (const guint8 *) beginning, beginning_length);
  if (extensions != NULL)
    {
      g_byte_array_append (message, vector, sizeof vector);
      g_byte_array_append (message, (const guint8 *) extensions, length);
    }
  header[2] = message->len >> 8;
  header[3] = message->len;
  g_byte_array_prepend (message, header, sizeof header);
  record_header[3] = message->len >> 8;
  record_header[4] = message->len;
  g_byte_array_append (record, record_header, sizeof record_header);
  g_byte_array_append (record, message->data, message->len);
  return g_byte_array_free_to_bytes (record);
}

#define BYTES(literal) literal, sizeof (literal) - 1
#define SNI_P "\0\0\0\x0b\0\x09\0\0\x06p.test"
#define ALPN_X "\0\x10\0\x0e\0\x0c\x0bxmpp-client"

static const struct
{
  const char *what;
  const char *extensions;
  gsize length;
  gboolean good;
  const char *server_name;
  const char *protocols;
} extension_rows[] = {
  { "an empty list", BYTES (""), TRUE, NULL, NULL },
  { "one name", BYTES (SNI_P), TRUE, "p.test", NULL },
  { "both", BYTES (SNI_P ALPN_X), TRUE, "p.test", "xmpp-client" },
  { "the other way round", BYTES (ALPN_X SNI_P), TRUE, "p.test", "xmpp-client" },
  { "unknown ones", BYTES ("\x0a\x0a\0\0" SNI_P "\xff\xff\0\x01x"), TRUE, "p.test",
    NULL },
  { "a name of another type", BYTES ("\0\0\0\x0c\0\x0a\x07\0\x01x\0\0\x03p.t"), TRUE,
    "p.t", NULL },
  { "only a name of another type", BYTES ("\0\0\0\x06\0\x04\x07\0\x01x"), TRUE, NULL,
    NULL },
  { "an address", BYTES ("\0\0\0\x08\0\x06\0\0\x03::1"), TRUE, "::1", NULL },
  { "a protocol with a NUL", BYTES ("\0\x10\0\x11\0\x0f\x0exmpp-client\0ab"), TRUE, NULL,
    "" },
  { "one with a NUL, and one without", BYTES ("\0\x10\0\x07\0\x05\x02\xff\0\x01x"), TRUE,
    NULL, "x" },

  { "half a type", BYTES ("\0"), FALSE },
  { "no length", BYTES ("\0\0\0"), FALSE },
  { "a longer extension than there is", BYTES ("\0\0\0\x0c\0\x09\0\0\x06p.test"), FALSE },
  { "a shorter extension", BYTES ("\0\0\0\x0a\0\x09\0\0\x06p.test"), FALSE },
  { "two server_name", BYTES (SNI_P SNI_P), FALSE },
  { "two server_name, the first without a host",
    BYTES ("\0\0\0\x06\0\x04\x07\0\x01x" SNI_P), FALSE },
  { "two host names", BYTES ("\0\0\0\x0a\0\x08\0\0\x01p\0\0\x01q"), FALSE },
  { "an empty server_name", BYTES ("\0\0\0\0"), FALSE },
  { "an empty list of names", BYTES ("\0\0\0\x02\0\0"), FALSE },
  { "an empty name", BYTES ("\0\0\0\x05\0\x03\0\0\0"), FALSE },
  { "bytes behind the list", BYTES ("\0\0\0\x07\0\x04\0\0\x01px"), FALSE },
  { "a name longer than its list", BYTES ("\0\0\0\x06\0\x04\0\0\x02p"), FALSE },
  { "a NUL in the name", BYTES ("\0\0\0\x0b\0\x09\0\0\x06p.te\0t"), FALSE },
  { "a blank in the name", BYTES ("\0\0\0\x0b\0\x09\0\0\x06p. est"), FALSE },
  { "more than ASCII", BYTES ("\0\0\0\x0b\0\x09\0\0\x06p.\xc3\xbcst"), FALSE },
  { "markup", BYTES ("\0\0\0\x0b\0\x09\0\0\x06<p/>.t"), FALSE },
  { "two ALPN", BYTES (ALPN_X ALPN_X), FALSE },
  { "an empty ALPN", BYTES ("\0\x10\0\0"), FALSE },
  { "an empty list of protocols", BYTES ("\0\x10\0\x02\0\0"), FALSE },
  { "an empty protocol", BYTES ("\0\x10\0\x04\0\x02\0\0"), FALSE },
  { "an empty protocol behind one", BYTES ("\0\x10\0\x05\0\x03\x01x\0"), FALSE },
  { "a protocol longer than its list", BYTES ("\0\x10\0\x04\0\x02\x02x"), FALSE },
  { "bytes behind the protocols", BYTES ("\0\x10\0\x05\0\x02\x01xy"), FALSE },
};

static void
test_extensions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (extension_rows); i++)
    {
      g_autoptr (GBytes) hello = build (BYTES (BEGINNING), extension_rows[i].extensions,
                                        extension_rows[i].length);
      XmppClientHello *parsed;
      gsize length;
      const guint8 *data = g_bytes_get_data (hello, &length);

      g_test_message ("%s", extension_rows[i].what);
      if (extension_rows[i].good)
        assert_hello (hello, extension_rows[i].server_name, extension_rows[i].protocols);
      else
        {
          g_assert_cmpint (parse (data, length, &parsed), ==,
                           XMPP_CLIENT_HELLO_MALFORMED);
          g_assert_null (parsed);
        }
    }
}

#define RANDOM "0123456789abcdef0123456789abcdef"

static const struct
{
  const char *what;
  const char *beginning;
  gsize length;
  gboolean good;
} beginning_rows[] = {
  { "TLS 1.0", BYTES ("\x03\x01" RANDOM "\0\0\x02\x13\x01\x01\0"), TRUE },
  { "a session of 32 bytes",
    BYTES ("\x03\x03" RANDOM "\x20" RANDOM "\0\x02\x13\x01\x01\0"), TRUE },
  { "a session of 33 bytes",
    BYTES ("\x03\x03" RANDOM "\x21" RANDOM "x\0\x02\x13\x01\x01\0"), FALSE },
  { "another version", BYTES ("\x02\x03" RANDOM "\0\0\x02\x13\x01\x01\0"), FALSE },
  { "no suites", BYTES ("\x03\x03" RANDOM "\0\0\0\x01\0"), FALSE },
  { "a suite and a half", BYTES ("\x03\x03" RANDOM "\0\0\x03\x13\x01\x13\x01\0"), FALSE },
  { "no compression", BYTES ("\x03\x03" RANDOM "\0\0\x02\x13\x01\0"), FALSE },
  { "more compression than there is", BYTES ("\x03\x03" RANDOM "\0\0\x02\x13\x01\x02\0"),
    FALSE },
  { "nothing", BYTES (""), FALSE },
  { "a short random",
    BYTES ("\x03\x03"
           "0123456789"),
    FALSE },
  { "half a list of extensions", BYTES (BEGINNING "\0"), FALSE },
  { "a longer list of extensions than there is", BYTES (BEGINNING "\0\x05\0\x17\0\0"),
    FALSE },
  { "a shorter one", BYTES (BEGINNING "\0\x04\0\x17\0\0x"), FALSE },
};

static void
test_beginnings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (beginning_rows); i++)
    {
      g_autoptr (GBytes)
          hello = build (beginning_rows[i].beginning, beginning_rows[i].length, NULL, 0);
      XmppClientHello *parsed;
      gsize length;
      const guint8 *data = g_bytes_get_data (hello, &length);

      g_test_message ("%s", beginning_rows[i].what);
      g_assert_cmpint (parse (data, length, &parsed), ==,
                       beginning_rows[i].good ? XMPP_CLIENT_HELLO_COMPLETE
                                              : XMPP_CLIENT_HELLO_MALFORMED);
      g_assert_cmpint (parsed != NULL, ==, beginning_rows[i].good);
      xmpp_client_hello_free (parsed);
    }
}

/* What is refused as soon as it is there, and not a byte before */
static const struct
{
  const char *what;
  const char *bytes;
  gsize length;
} first_rows[] = {
  { "XML", BYTES ("<") },
  { "HTTP", BYTES ("G") },
  { "an alert", BYTES ("\x15") },
  { "application data", BYTES ("\x17") },
  { "SSL 2", BYTES ("\x80") },
  { "another record version", BYTES ("\x16\x02") },
  { "an empty record", BYTES ("\x16\x03\x01\0\0") },
  { "a record that is too long", BYTES ("\x16\x03\x01\x40\x01") },
  { "a ServerHello", BYTES ("\x16\x03\x01\0\x01\x02") },
  { "a message of 16 MB", BYTES ("\x16\x03\x01\0\x04\x01\xff\xff\xff") },
  { "a message that is a little too long", BYTES ("\x16\x03\x01\0\x04\x01\0\x3f\xfd") },
  { "another record in the middle", BYTES ("\x16\x03\x01\0\x04\x01\0\x01\0\x15") },
  { "an empty record in the middle",
    BYTES ("\x16\x03\x01\0\x04\x01\0\x01\0\x16\x03\x01\0\0") },
  { "a message behind it in the same record",
    BYTES ("\x16\x03\x01\0\x05\x01\0\0\0\x01") },
};

static void
test_first_bytes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (first_rows); i++)
    {
      const guint8 *data = (const guint8 *) first_rows[i].bytes;
      XmppClientHello *hello;

      g_test_message ("%s", first_rows[i].what);
      g_assert_cmpint (parse (data, first_rows[i].length, &hello), ==,
                       XMPP_CLIENT_HELLO_MALFORMED);
      for (gsize cut = 0; cut < first_rows[i].length; cut++)
        g_assert_cmpint (parse (data, cut, &hello), ==, XMPP_CLIENT_HELLO_INCOMPLETE);
    }
}

/* In one record, or in as many as there may be: after 16 KiB it is enough. */
static void
test_too_long (void)
{
  g_autofree guint8 *bytes = g_malloc0 (XMPP_CLIENT_HELLO_MAX + 10);
  XmppClientHello *hello;

  memcpy (bytes, "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc", 9);
  g_assert_cmpint (parse (bytes, XMPP_CLIENT_HELLO_MAX - 1, &hello), ==,
                   XMPP_CLIENT_HELLO_INCOMPLETE);
  g_assert_cmpint (parse (bytes, XMPP_CLIENT_HELLO_MAX, &hello), ==,
                   XMPP_CLIENT_HELLO_MALFORMED);

  for (gsize at = 0; at < XMPP_CLIENT_HELLO_MAX; at += 6)
    memcpy (bytes + at, "\x16\x03\x01\x00\x01\x01", 6);
  memcpy (bytes + 6, "\x16\x03\x01\x00\x01\x00\x16\x03\x01\x00\x01\x3f", 12);
  g_assert_cmpint (parse (bytes, XMPP_CLIENT_HELLO_MAX - 1, &hello), ==,
                   XMPP_CLIENT_HELLO_INCOMPLETE);
  g_assert_cmpint (parse (bytes, XMPP_CLIENT_HELLO_MAX, &hello), ==,
                   XMPP_CLIENT_HELLO_MALFORMED);
}

/* More protocols than anybody speaks: a hello is no reason to use memory. */
static void
test_many_protocols (void)
{
  for (guint count = 64; count <= 65; count++)
    {
      g_autoptr (GByteArray) extension = g_byte_array_new ();
      g_autoptr (GBytes) hello = NULL;
      guint8 header[6] = { 0, 16, 0, 2 + 2 * count, 0, 2 * count };
      XmppClientHello *parsed;
      gsize length;
      const guint8 *data;

      g_byte_array_append (extension, header, sizeof header);
      for (guint i = 0; i < count; i++)
        g_byte_array_append (extension, (const guint8 *) "\x01x", 2);
      hello = build (BYTES (BEGINNING), (const char *) extension->data, extension->len);
      data = g_bytes_get_data (hello, &length);
      g_assert_cmpint (parse (data, length, &parsed), ==,
                       count == 64 ? XMPP_CLIENT_HELLO_COMPLETE
                                   : XMPP_CLIENT_HELLO_MALFORMED);
      xmpp_client_hello_free (parsed);
    }
}

static void
test_allows (void)
{
  const struct
  {
    const char *protocols;
    gboolean allowed;
  } rows[] = {
    { NULL, TRUE },
    { "xmpp-client", TRUE },
    { "h2,xmpp-client", TRUE },
    { "xmpp-server", FALSE },
    { "h2,http/1.1", FALSE },
    { "xmpp-client2,xmpp-clien,XMPP-CLIENT", FALSE },
    { "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      XmppClientHello hello = { 0 };
      g_autoptr (GError) error = NULL;

      if (rows[i].protocols != NULL)
        hello.protocols = g_strsplit (rows[i].protocols, ",", -1);
      g_assert_cmpint (xmpp_client_hello_allows (&hello, "xmpp-client", &error), ==,
                       rows[i].allowed);
      if (rows[i].allowed)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      g_strfreev (hello.protocols);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-hello/gnutls", test_gnutls);
  g_test_add_func ("/client-hello/openssl", test_openssl);
  g_test_add_func ("/client-hello/records", test_records);
  g_test_add_func ("/client-hello/extensions", test_extensions);
  g_test_add_func ("/client-hello/beginnings", test_beginnings);
  g_test_add_func ("/client-hello/first-bytes", test_first_bytes);
  g_test_add_func ("/client-hello/too-long", test_too_long);
  g_test_add_func ("/client-hello/many-protocols", test_many_protocols);
  g_test_add_func ("/client-hello/allows", test_allows);

  return g_test_run ();
}
