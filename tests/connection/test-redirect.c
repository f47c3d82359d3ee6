/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-redirect.h"

/* RFC 6120 §4.9.3.19 */
static const struct
{
  const char *text, *host;
  guint port; /* 0: refused */
} rows[] = {
  { "other.test", "other.test", 5222 },
  { "other.test:1", "other.test", 1 },
  { "other.test:65535", "other.test", 65535 },
  { "OTHER.test:5222", "other.test", 5222 },
  { "b\xc3\xbc"
    "cher.test:5222",
    "xn--bcher-kva.test", 5222 },
  { "192.0.2.1:5222", "192.0.2.1", 5222 },
  { "[2001:db8::1]:5222", "2001:db8::1", 5222 },
  { "[2001:db8::1]", "2001:db8::1", 5222 },
  { "", NULL, 0 },
  { ":5222", NULL, 0 },
  { "other.test:", NULL, 0 },
  { "other.test:0", NULL, 0 },
  { "other.test:65536", NULL, 0 },
  { "other.test:99999", NULL, 0 },
  { "other.test:+1", NULL, 0 },
  { "other.test:-1", NULL, 0 },
  { "other.test: 1", NULL, 0 },
  { "other.test:1 ", NULL, 0 },
  { "other.test:0x50", NULL, 0 },
  { "other.test:5222:5222", NULL, 0 },
  { "other test", NULL, 0 },
  { " other.test", NULL, 0 },
  { "other.test\n", NULL, 0 },
  { "user@other.test", NULL, 0 },
  { "xmpp://other.test", NULL, 0 },
  { "other.test/x", NULL, 0 },
  { "2001:db8::1", NULL, 0 },
  { "[2001:db8::1", NULL, 0 },
  { "[2001:db8::1]5222", NULL, 0 },
  { "[2001:db8::1]:", NULL, 0 },
  { "[fe80::1%25eth0]:5222", NULL, 0 },
  { "[other.test]:5222", NULL, 0 },
  { "[]:5222", NULL, 0 },
  { "[", NULL, 0 },
  { "]", NULL, 0 },
  { "\xff.test", NULL, 0 },
};

static void
test_texts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCandidate) candidate = xmpp_redirect_parse (rows[i].text, FALSE);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (candidate != NULL, ==, rows[i].port != 0);
      if (candidate == NULL)
        continue;

      g_assert_cmpstr (candidate->host, ==, rows[i].host);
      g_assert_cmpuint (candidate->port, ==, rows[i].port);
      g_assert_false (candidate->direct_tls);
    }
}

static void
test_length (void)
{
  g_autofree char *text = g_strnfill (5 * 1024, 'a');

  g_assert_null (xmpp_redirect_parse (text, FALSE));
}

/* It goes on with the kind of TLS that the server speaks which says so. */
static void
test_direct_tls (void)
{
  g_autoptr (XmppCandidate) candidate = xmpp_redirect_parse ("other.test", TRUE);

  g_assert_true (candidate->direct_tls);
  g_assert_cmpuint (candidate->port, ==, 5223);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/connection/redirect/texts", test_texts);
  g_test_add_func ("/connection/redirect/length", test_length);
  g_test_add_func ("/connection/redirect/direct-tls", test_direct_tls);

  return g_test_run ();
}
