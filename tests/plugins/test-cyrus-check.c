/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-check.h"

#include <string.h>

#define FINE -1

typedef struct
{
  const char *mechanism;
  XmppSaslRole receiver;
  guint number;
  const char *message;
  int code;
} Row;

#define RESPONSE(count, uri)                                                             \
  "username=\"alice\",realm=\"a.test\",nonce=\"OA6M\",nc=" count ",cnonce=\"OA6MHX\","   \
  "digest-uri=\"" uri "\",response=d388dad90d4bbd760a152321f2143af7,qop=auth"

static const Row rows[] = {
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=4096", FINE },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=4096,x=y", FINE },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=4095",
    XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
  { "SCRAM-SHA-1", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=1",
    XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
  { "SCRAM-SHA-1-PLUS", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=0",
    XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=1000001",
    XMPP_SASL_ERROR_TOO_EXPENSIVE },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=04096",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=-4096",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=4096x",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,s=QSXC,i=99999999999999999999",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1,
    "r=ab,s=QSXC,i=", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "r=ab,i=4096,s=QSXC",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "m=x,r=ab,s=QSXC,i=4096",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 1, "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_CLIENT, 2, "v=abc", FINE },
  { "SCRAM-SHA-256", XMPP_SASL_ROLE_SERVER, 1, "n,,n=user,r=ab", FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1,
    "realm=\"a.test\",nonce=\"OA6M\",qop=\"auth\",algorithm=md5-sess,charset=utf-8",
    FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "nonce = \"OA6M\" , qop=\"auth\"", FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "realm=\"a\\\"b\",nonce=\"OA6M\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "realm=\"a\\\\b\",nonce=\"OA6M\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "nonce=a\\",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "realm=\"a\"\"b\",nonce=\"OA6M\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "realm=\"a\"b,nonce=\"OA6M\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "nonce=OA\"6M",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "nonce=\"OA6M",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, "username=\"a\\\"b\",realm=\"a.test\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, "", FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, "nonsense",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "xmpp/a.test"), FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "XMPP/A.TEST"), FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "xmpp/h.test/a.test"),
    FINE },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000002", "xmpp/a.test"),
    XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "xmpp/evil.test"),
    XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1,
    RESPONSE ("00000001", "xmpp/a.test/evil.test"), XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "imap/a.test"),
    XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE ("00000001", "xmpp"),
    XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1,
    RESPONSE ("00000001", "xmpp/a.test") ",digest-uri=\"xmpp/evil.test\"",
    XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "CRAM-MD5", XMPP_SASL_ROLE_CLIENT, 1, "<1896.697170952@a.test>", FINE },
  { "CRAM-MD5", XMPP_SASL_ROLE_CLIENT, 1, "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "CRAM-MD5", XMPP_SASL_ROLE_SERVER, 1, "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "LOGIN", XMPP_SASL_ROLE_CLIENT, 1, "User Name", FINE },
  { "LOGIN", XMPP_SASL_ROLE_CLIENT, 1, "", FINE },
  { "LOGIN", XMPP_SASL_ROLE_SERVER, 1, "alice", FINE },
  { "LOGIN", XMPP_SASL_ROLE_SERVER, 1, "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "LOGIN", XMPP_SASL_ROLE_SERVER, 1, " \t\n", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "X-SITE", XMPP_SASL_ROLE_CLIENT, 1, "whatever \\\"", FINE },
};

/* A directive that nobody knows */
#define RESPONSE_WITH_MORE RESPONSE ("00000001", "xmpp/a.test") ",more="

static gboolean
check (const Row *row, const char *data, gsize length, GError **error)
{
  CyrusMessage message = {
    .mechanism = row->mechanism,
    .receiver = row->receiver,
    .number = row->number,
    .data = data,
    .length = length,
    .service = "xmpp",
    .domain = "a.test",
    .min_iterations = 4096,
    .max_iterations = 1000000,
  };

  return cyrus_check_message (&message, error);
}

static void
assert_verdict (const Row *row, const char *data, gsize length)
{
  g_autofree char *shown = g_strescape (row->message, NULL);
  g_autoptr (GError) error = NULL;
  gboolean fine = check (row, data, length, &error);

  g_test_message ("%s: %s", row->mechanism, shown);
  g_assert_cmpint (fine, ==, row->code == FINE);
  if (row->code == FINE)
    g_assert_no_error (error);
  else
    g_assert_error (error, XMPP_SASL_ERROR, row->code);
}

static void
test_messages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_verdict (&rows[i], rows[i].message, strlen (rows[i].message));
}

/* Filled up to a length, or with a zero byte at the end */
static void
test_lengths (void)
{
  static const struct
  {
    Row row;
    gsize max;
  } lengths[] = {
    { { "DIGEST-MD5", XMPP_SASL_ROLE_CLIENT, 1, "nonce=x" }, 2047 },
    { { "DIGEST-MD5", XMPP_SASL_ROLE_SERVER, 1, RESPONSE_WITH_MORE }, 4095 },
    { { "CRAM-MD5", XMPP_SASL_ROLE_CLIENT, 1, "<" }, 1024 },
    { { "CRAM-MD5", XMPP_SASL_ROLE_SERVER, 1, "a " }, 1024 },
    { { "LOGIN", XMPP_SASL_ROLE_SERVER, 1, "a" }, 512 },
    { { "SCRAM-SHA-1", XMPP_SASL_ROLE_SERVER, 1, "n,,n=" }, 8192 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      Row row = lengths[i].row;
      gsize max = lengths[i].max;
      g_autofree char *data = g_malloc (max + 1);

      memset (data, 'a', max + 1);
      memcpy (data, row.message, strlen (row.message));

      row.code = FINE;
      assert_verdict (&row, data, max);
      row.code = XMPP_SASL_ERROR_MALFORMED_REQUEST;
      assert_verdict (&row, data, max + 1);
      data[max - 1] = '\0';
      assert_verdict (&row, data, max);
    }
}

static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (1023, 'a');
  g_autofree char *longer = g_strnfill (1024, 'a');
  const struct
  {
    const char *mechanism;
    const char *name;
    gboolean fine;
  } names[] = {
    { "CRAM-MD5", "alice", TRUE },        { "CRAM-MD5", "al\"ice", TRUE },
    { "CRAM-MD5", "al\xc3\xa9", TRUE },   { "CRAM-MD5", "", TRUE },
    { "CRAM-MD5", longest, TRUE },        { "CRAM-MD5", longer, FALSE },
    { "CRAM-MD5", "al\nice", FALSE },     { "CRAM-MD5", "al\xff", FALSE },
    { "CRAM-MD5", "al\x7fice", FALSE },   { "DIGEST-MD5", "alice", TRUE },
    { "DIGEST-MD5", "al\"ice", FALSE },   { "DIGEST-MD5", "al\\ice", FALSE },
    { "SCRAM-SHA-1", "al\\,=ice", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean fine =
          cyrus_check_name (names[i].mechanism, "user name", names[i].name, &error);

      g_test_message ("%u", i);
      g_assert_cmpint (fine, ==, names[i].fine);
      if (fine)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cyrus-check/messages", test_messages);
  g_test_add_func ("/cyrus-check/lengths", test_lengths);
  g_test_add_func ("/cyrus-check/names", test_names);

  return g_test_run ();
}
