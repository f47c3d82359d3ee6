/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "scram-message.h"

#include "message-rows.h"

#include <string.h>

#define NONCE "fyko+d2lbbFgONRv9qkxdawL"

typedef enum
{
  CLIENT_FIRST,
  SERVER_FIRST, /* after NONCE */
  CLIENT_FINAL,
  SERVER_FINAL,
} Kind;

static const MessageRow rows[] = {
  /* gs2-header client-first-message-bare */
  { CLIENT_FIRST, TRUE, "n,,n=user,r=" NONCE },
  { CLIENT_FIRST, TRUE, "y,,n=user,r=" NONCE },
  { CLIENT_FIRST, TRUE, "p=tls-exporter,,n=user,r=" NONCE },
  { CLIENT_FIRST, TRUE, "p=tls.x-1,a=b,n=user,r=r" },
  { CLIENT_FIRST, TRUE, "n,a=other@a.test,n=user,r=r" },
  { CLIENT_FIRST, TRUE, "n,,n=us=2Cer=3D,r=r" },
  { CLIENT_FIRST, TRUE, "n,,n=user,r=r,x=ext" },
  { CLIENT_FIRST, TRUE, "n,,n=user,r=r,x=ext,y=2=3" },
  { CLIENT_FIRST, TRUE, "n,,n=us\xc3\xa9r,r=!\"#$~" },
  { CLIENT_FIRST, FALSE, "" },
  { CLIENT_FIRST, FALSE, "n" },
  { CLIENT_FIRST, FALSE, "n," },
  { CLIENT_FIRST, FALSE, "n,," },
  { CLIENT_FIRST, FALSE, "n,,n=user" },
  { CLIENT_FIRST, FALSE, "n=user,r=r" },
  { CLIENT_FIRST, FALSE, ",,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "N,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "nn,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "x,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "p,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "p=,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "p=tls_x,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "y=tls-unique,,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "n,b,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "n,a=,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "n,a=b=2,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "n,,m=x,n=user,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,m=x" },
  { CLIENT_FIRST, FALSE, "n,,r=r,n=user" },
  { CLIENT_FIRST, FALSE, "n,,n=,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=us=er,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=user=,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=user=2,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=us=2cer,r=r" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=a b" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=a\xc3\xa9" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r," },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,,x=1" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,x=" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,xy=1" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,1=1" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,x=1,x=2" },
  { CLIENT_FIRST, FALSE, "n,,n=user,r=r,r=s" },
  { CLIENT_FIRST, FALSE, "n,,n=us\xc0\xaf,r=r" },

  /* server-first-message */
  { SERVER_FIRST, TRUE, "r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=4096" },
  { SERVER_FIRST, TRUE, "r=" NONCE "x,s=QQ==,i=1" },
  { SERVER_FIRST, TRUE, "r=" NONCE "x,s=QQ==,i=4294967295" },
  { SERVER_FIRST, TRUE, "r=" NONCE "x,s=QQ==,i=4096,h=abc,x=y" },
  { SERVER_FIRST, FALSE, "s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE ",s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=other,s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=FYKO+d2lbbFgONRv9qkxdawLx,s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x\x7f,s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "m=x,r=" NONCE "x,s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,m=x,s=QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=4096,m=x" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,i=4096,s=QQ==" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QR==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=Q Q=,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==QQ==,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=Q-_=,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=====,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=0" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=-1" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=+4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=04096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i= 4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=4096x" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=1e4" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=0x1000" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=4294967296" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=99999999999999999999999" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=4096,i=4096" },
  { SERVER_FIRST, FALSE, "r=" NONCE "x,s=QQ==,i=4096," },
  { SERVER_FIRST, FALSE, "e=other-error" },

  /* client-final-message */
  { CLIENT_FINAL, TRUE, "c=biws,r=abc,p=QQ==" },
  { CLIENT_FINAL, TRUE, "c=biws,r=abc,x=1,p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc" },
  { CLIENT_FINAL, FALSE, "p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc,p=" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc,p=QQ=" },
  { CLIENT_FINAL, FALSE, "c=biws,p=QQ==,r=abc" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc,p=QQ==,x=1" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc,p=QQ==,p=QQ==" },
  { CLIENT_FINAL, FALSE, "r=abc,c=biws,p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=,r=abc,p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=b!ws,r=abc,p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=biws,r=abc,m=1,p=QQ==" },
  { CLIENT_FINAL, FALSE, "c=biws,c=biws,r=abc,p=QQ==" },

  /* server-final-message */
  { SERVER_FINAL, TRUE, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
  { SERVER_FINAL, TRUE, "v=QQ==,x=1" },
  { SERVER_FINAL, TRUE, "e=invalid-proof" },
  { SERVER_FINAL, FALSE, "v=" },
  { SERVER_FINAL, FALSE, "e=" },
  { SERVER_FINAL, FALSE, "v=QQ==,x=" },
  { SERVER_FINAL, FALSE, "v=QQ==,v=QQ==" },
  { SERVER_FINAL, FALSE, "v=QQ==,e=invalid-proof" },
  { SERVER_FINAL, FALSE, "v=QQ==,m=1" },
  { SERVER_FINAL, FALSE, "V=QQ==" },
  { SERVER_FINAL, FALSE, "x=1,v=QQ==" },
};

static gboolean
parse (int kind, GBytes *message, GError **error)
{
  g_autoptr (ScramClientFirst) client_first = NULL;
  g_autoptr (ScramServerFirst) server_first = NULL;
  g_autoptr (ScramClientFinal) client_final = NULL;
  g_autoptr (ScramServerFinal) server_final = NULL;

  switch (kind)
    {
    case CLIENT_FIRST:
      client_first = scram_client_first_parse (message, error);
      return client_first != NULL;

    case SERVER_FIRST:
      server_first = scram_server_first_parse (message, NONCE, error);
      return server_first != NULL;

    case CLIENT_FINAL:
      client_final = scram_client_final_parse (message, error);
      return client_final != NULL;

    case SERVER_FINAL:
    default:
      server_final = scram_server_final_parse (message, error);
      return server_final != NULL;
    }
}

static void
test_table (void)
{
  message_rows_check (rows, G_N_ELEMENTS (rows), parse);
}

static void
test_cut (void)
{
  message_rows_check_cut (rows, G_N_ELEMENTS (rows), parse);
}

static gboolean
parse_text (Kind kind, const char *format, gsize length)
{
  g_autofree char *filler = g_strnfill (length, 'x');
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *text = g_strjoinv (filler, parts);
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  return parse (kind, message, NULL);
}

static char *
dup_salt_message (gsize length)
{
  g_autofree guchar *salt = g_malloc0 (length);
  g_autofree char *text = g_base64_encode (salt, length);

  return g_strdup_printf ("r=" NONCE "x,s=%s,i=4096", text);
}

static void
test_limits (void)
{
  g_autofree char *salt = dup_salt_message (SCRAM_MAX_SALT);
  g_autofree char *long_salt = dup_salt_message (SCRAM_MAX_SALT + 1);
  const char *with_name = "n,,n=*,r=r";
  gsize rest = strlen (with_name) - 1;

  g_assert_true (parse_text (CLIENT_FIRST, "n,,n=user,r=*", SCRAM_MAX_NONCE));
  g_assert_false (parse_text (CLIENT_FIRST, "n,,n=user,r=*", SCRAM_MAX_NONCE + 1));
  g_assert_false (parse_text (CLIENT_FIRST, "n,,n=user,r=*", 10240));

  g_assert_true (
      parse_text (SERVER_FIRST, "r=" NONCE "*,s=QQ==,i=4096", SCRAM_MAX_NONCE));
  g_assert_false (
      parse_text (SERVER_FIRST, "r=" NONCE "*,s=QQ==,i=4096", SCRAM_MAX_NONCE + 1));
  g_assert_false (parse_text (SERVER_FIRST, "r=" NONCE "*,s=QQ==,i=4096", 10240));

  g_assert_true (parse_text (CLIENT_FIRST, with_name, SCRAM_MAX_MESSAGE - rest));
  g_assert_false (parse_text (CLIENT_FIRST, with_name, SCRAM_MAX_MESSAGE - rest + 1));

  g_assert_true (parse_text (SERVER_FIRST, salt, 0));
  g_assert_false (parse_text (SERVER_FIRST, long_salt, 0));
}

static void
test_contents (void)
{
  const char *text = "p=tls-exporter,a=a=2Cb=3D@a.test,n=us=2Cer=3D,r=abc,x=1";
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramClientFirst) first = scram_client_first_parse (message, &error);
  const char *final_text = "c=biws,r=abc,x=1,p=QUI=";
  g_autoptr (GBytes) final_message = g_bytes_new (final_text, strlen (final_text));
  g_autoptr (ScramClientFinal) final = scram_client_final_parse (final_message, &error);

  g_assert_no_error (error);
  g_assert_cmpint (first->binding_flag, ==, 'p');
  g_assert_cmpstr (first->binding_type, ==, "tls-exporter");
  g_assert_cmpstr (first->header, ==, "p=tls-exporter,a=a=2Cb=3D@a.test,");
  g_assert_cmpstr (first->authzid, ==, "a,b=@a.test");
  g_assert_cmpstr (first->username, ==, "us,er=");
  g_assert_cmpstr (first->nonce, ==, "abc");
  g_assert_cmpstr (first->bare, ==, "n=us=2Cer=3D,r=abc,x=1");

  g_assert_cmpmem (g_bytes_get_data (final->binding, NULL),
                   g_bytes_get_size (final->binding), "n,,", 3);
  g_assert_cmpmem (g_bytes_get_data (final->proof, NULL), g_bytes_get_size (final->proof),
                   "AB", 2);
  g_assert_cmpstr (final->without_proof, ==, "c=biws,r=abc,x=1");
}

/* What one side builds, the other one reads, whatever the name */
static void
test_build (void)
{
  static const char *const names[] = { "user",        "a,b",        "=",
                                       ",",           "=2C",        "a=3Db=,",
                                       "us\xc3\xa9r", "<x a='&'/>", "n,,n=x,r=y" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *header =
          gs2_header_build (XMPP_SASL_BINDING_USED, "tls-unique", names[i]);
      g_autofree char *bare = scram_build_client_first_bare (names[i], NONCE);
      g_autofree char *text = g_strconcat (header, bare, NULL);
      g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));
      g_autoptr (GError) error = NULL;
      g_autoptr (ScramClientFirst) first = scram_client_first_parse (message, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (first->username, ==, names[i]);
      g_assert_cmpstr (first->authzid, ==, names[i]);
      g_assert_cmpstr (first->nonce, ==, NONCE);
      g_assert_cmpstr (first->header, ==, header);
      g_assert_cmpstr (first->bare, ==, bare);
    }
}

static void
test_headers (void)
{
  g_autofree char *none = gs2_header_build (XMPP_SASL_BINDING_NONE, NULL, NULL);
  g_autofree char *not_offered =
      gs2_header_build (XMPP_SASL_BINDING_NOT_OFFERED, NULL, "a@b");
  g_autofree char *used = gs2_header_build (XMPP_SASL_BINDING_USED, "tls-unique", NULL);
  g_autofree char *empty = gs2_header_build (XMPP_SASL_BINDING_NONE, NULL, "");

  /* saslname has one character at least (RFC 5802 §7). */
  g_assert_cmpstr (empty, ==, "n,,");
  g_assert_cmpstr (none, ==, "n,,");
  g_assert_cmpstr (not_offered, ==, "y,a=a@b,");
  g_assert_cmpstr (used, ==, "p=tls-unique,,");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scram-message/A9/table", test_table);
  g_test_add_func ("/scram-message/A9/cut", test_cut);
  g_test_add_func ("/scram-message/A9/limits", test_limits);
  g_test_add_func ("/scram-message/contents", test_contents);
  g_test_add_func ("/scram-message/build", test_build);
  g_test_add_func ("/scram-message/headers", test_headers);

  return g_test_run ();
}
