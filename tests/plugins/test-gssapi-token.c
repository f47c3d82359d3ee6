/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "gssapi-token.h"

#include <string.h>

#define OID "06092a864886f712010202"

static GBytes *
from_hex (const char *hex)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (g_ascii_xdigit_value (hex[0]) << 4) | g_ascii_xdigit_value (hex[1]);

      g_byte_array_append (bytes, &byte, 1);
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
assert_malformed (const GError *error)
{
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

static void
test_tokens (void)
{
  static const struct
  {
    const char *hex;
    guint id; /* 0: refused */
  } rows[] = {
    { "6010" OID "01006e01aa", GSSAPI_TOKEN_AP_REQ },
    { "6010" OID "02006f01aa", GSSAPI_TOKEN_AP_REP },
    { "6010" OID "03007e01aa", GSSAPI_TOKEN_ERROR },
    { "600f" OID "01006e00", GSSAPI_TOKEN_AP_REQ },
    { "", 0 },
    { "60", 0 },
    { "600f" OID "01006e01aa", 0 },
    { "6011" OID "01006e01aa", 0 },
    { "600e" OID "01006e", 0 },
    { "600d" OID "0100", 0 },
    { "600c" OID "01", 0 },
    { "600b" OID, 0 },
    /* The message inside is longer or shorter than it says, or another one */
    { "6010" OID "01006e02aa", 0 },
    { "6010" OID "01006e00aa", 0 },
    { "6010" OID "01006f01aa", 0 },
    { "6010" OID "02007e01aa", 0 },
    /* Another number, and that of a wrapped message */
    { "6010" OID "02016f01aa", 0 },
    { "6010" OID "00006e01aa", 0 },
    { "6010" OID "05046e01aa", 0 },
    /* Not the shortest length, an indefinite one, one of more than four bytes */
    { "608110" OID "01006e01aa", 0 },
    { "60820010" OID "01006e01aa", 0 },
    { "6080" OID "01006e01aa", 0 },
    { "60850000000010" OID "01006e01aa", 0 },
    { "60850100000000" OID "01006e01aa", 0 },
    { "6084ffffffff" OID "01006e01aa", 0 },
    { "60ff" OID "01006e01aa", 0 },
    { "6081", 0 },
    { "6082ff", 0 },
    /* Another mechanism: SPNEGO, and Kerberos by its old number */
    { "600b06062b060105050201000a", 0 },
    { "600e06072a864882f7120102020"
      "1006e01aa",
      0 },
    { "6110" OID "01006e01aa", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) token = from_hex (rows[i].hex);
      g_autoptr (GError) error = NULL;
      GssapiTokenId id = 0;

      g_test_message ("%s", rows[i].hex);
      if (rows[i].id != 0)
        {
          g_assert_true (gssapi_token_check (token, &id, &error));
          g_assert_no_error (error);
          g_assert_cmpuint (id, ==, rows[i].id);
        }
      else
        {
          g_assert_false (gssapi_token_check (token, &id, &error));
          assert_malformed (error);
        }
    }
}

/* Lengths of one byte up to three, and where one ends and the next begins */
static void
test_restore (void)
{
  static const gsize sizes[] = { 0, 3, 116, 117, 244, 245, 65524, 65525, 70000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *inner = g_malloc0 (sizes[i] + 1);
      g_autoptr (GBytes) token = NULL;
      g_autoptr (GBytes) again = NULL;
      g_autoptr (GError) error = NULL;

      token = gssapi_token_restore (inner, sizes[i]);
      again = gssapi_token_strip (token, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), inner,
                       sizes[i]);
    }
}

static void
test_strip_refuses (void)
{
  g_autoptr (GBytes) token = from_hex ("600e" OID "0100aabb");
  g_autoptr (GError) error = NULL;

  g_assert_null (gssapi_token_strip (token, &error));
  assert_malformed (error);
}

#define SEQUENCE "0000000000000001"
#define SUM "a0a1a2a3a4a5a6a7a8a9aaab"

static void
test_wrapped (void)
{
  static const struct
  {
    const char *hex;
    int code; /* -1: good */
  } rows[] = {
    { "050405ff000c0000" SEQUENCE "01000000" SUM, -1 },
    /* Rotated, and without the flag that the acceptor has made the key */
    { "050401ff000c000c" SEQUENCE SUM "01000000", -1 },
    { "050400ff000c0000" SEQUENCE "01000000616c696365" SUM, -1 },
    { "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "05", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff000c0000" SEQUENCE, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff000c0000000000000000", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    /* Three bytes inside, none, and a sum that is longer than the rest */
    { "050405ff000c0000" SEQUENCE "010000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff000c0000" SEQUENCE SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff00110000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ffffff0000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff00000000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050405ff000cffff" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    /* Encrypted (CVE-2024-37371 is about the length there), a MIC, another filler */
    { "050407ff00000000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "050407ffffff001c" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "040405ff000c0000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "05040500000c0000" SEQUENCE "01000000" SUM, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    /* RFC 1964: RC4 and DES */
    { "602b" OID "02011100ffffffff" SEQUENCE "0000000000000000" SUM,
      XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
    { "60", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) token = from_hex (rows[i].hex);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[i].hex);
      g_assert_cmpint (gssapi_wrap_check (token, &error), ==, rows[i].code == -1);
      if (rows[i].code == -1)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
    }
}

static void
test_layers (void)
{
  static const struct
  {
    const char *hex;
    gboolean offer;      /* good from a server */
    const char *authzid; /* good from a client, who names this; NULL: refused */
  } rows[] = {
    { "01000000", TRUE, "" },
    { "01000000616c696365", FALSE, "alice" },
    { "01000000c3bc", FALSE, "\xc3\xbc" },
    /* What a server offers that can do more, also what nobody knows yet */
    { "07010000", TRUE, NULL },
    { "07ffffff", TRUE, NULL },
    { "05000000", TRUE, NULL },
    { "81000100", TRUE, NULL },
    /* No layer, and a size of its messages */
    { "01010000", FALSE, NULL },
    { "01000100", FALSE, NULL },
    { "01000001", FALSE, NULL },
    { "01ffffff", FALSE, NULL },
    { "80000000", FALSE, NULL },
    { "fe010000", FALSE, NULL },
    /* Others only: signed, encrypted; nothing at all */
    { "02010000", FALSE, NULL },
    { "04010000", FALSE, NULL },
    { "06010000", FALSE, NULL },
    { "00000000", FALSE, NULL },
    /* A size where there is no layer; several at once */
    { "0100000161", FALSE, NULL },
    { "03000000", TRUE, NULL },
    { "", FALSE, NULL },
    { "01", FALSE, NULL },
    { "010000", FALSE, NULL },
    { "0100000061006c", FALSE, NULL },
    { "01000000ff", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) message = from_hex (rows[i].hex);
      g_autoptr (GError) offer_error = NULL;
      g_autoptr (GError) choice_error = NULL;
      g_autofree char *authzid = NULL;

      g_test_message ("%s", rows[i].hex);
      g_assert_cmpint (gssapi_layers_check_offer (message, &offer_error), ==,
                       rows[i].offer);
      g_assert_cmpint (gssapi_layers_check_choice (message, &authzid, &choice_error), ==,
                       rows[i].authzid != NULL);
      if (!rows[i].offer)
        assert_malformed (offer_error);
      if (rows[i].authzid == NULL)
        assert_malformed (choice_error);
      else
        g_assert_cmpstr (authzid != NULL ? authzid : "", ==, rows[i].authzid);
    }
}

static void
test_long_authzid (void)
{
  g_autofree char *longest = g_strnfill (3071, 'a');
  g_autofree char *longer = g_strnfill (3072, 'a');
  g_autoptr (GBytes) good = gssapi_layers_build (longest);
  g_autoptr (GBytes) bad = gssapi_layers_build (longer);
  g_autofree char *authzid = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (gssapi_layers_check_choice (good, &authzid, NULL));
  g_assert_cmpstr (authzid, ==, longest);
  g_clear_pointer (&authzid, g_free);
  g_assert_false (gssapi_layers_check_choice (bad, &authzid, &error));
  assert_malformed (error);
}

/* What follows the header need not be text. */
static void
test_gs2_headers (void)
{
  static const struct
  {
    const char *data;
    gsize length;
    const char *text; /* NULL: refused */
    const char *type;
    const char *authzid;
  } rows[] = {
#define ROW(data) data, sizeof data - 1
    { ROW ("n,,\1\0\xff"), "n,,", NULL, NULL },
    { ROW ("y,,\1"), "y,,", NULL, NULL },
    { ROW ("p=tls-exporter,a=a=2Cb=3D,\1,"), "p=tls-exporter,a=a=2Cb=3D,", "tls-exporter",
      "a,b=" },
    { ROW ("n,a=\xc3\xbc,,"), "n,a=\xc3\xbc,", NULL, "\xc3\xbc" },
    { ROW (""), NULL, NULL, NULL },
    { ROW ("n"), NULL, NULL, NULL },
    { ROW ("n,"), NULL, NULL, NULL },
    { ROW ("n,a=x"), NULL, NULL, NULL },
    { ROW ("F,n,,\1"), NULL, NULL, NULL },
    { ROW ("N,,\1"), NULL, NULL, NULL },
    { ROW ("nn,,\1"), NULL, NULL, NULL },
    { ROW (",,\1"), NULL, NULL, NULL },
    { ROW ("p,,\1"), NULL, NULL, NULL },
    { ROW ("p=,,\1"), NULL, NULL, NULL },
    { ROW ("p=a b,,\1"), NULL, NULL, NULL },
    { ROW ("n,x,\1"), NULL, NULL, NULL },
    { ROW ("n,a=,\1"), NULL, NULL, NULL },
    { ROW ("n,a=a=2c,\1"), NULL, NULL, NULL },
    { ROW ("n,a=\0,\1"), NULL, NULL, NULL },
    { ROW ("n,a=\xff,\1"), NULL, NULL, NULL },
    { ROW ("\1\0,,"), NULL, NULL, NULL },
#undef ROW
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      /* Where the sanitizer sees what is read behind it */
      g_autofree char *data = g_memdup2 (rows[i].data, rows[i].length);
      const char *fault = NULL;
      g_autoptr (Gs2Header) header = gs2_header_parse (data, rows[i].length, &fault);

      g_test_message ("row %u", i);
      if (rows[i].text == NULL)
        {
          g_assert_null (header);
          g_assert_nonnull (fault);
          continue;
        }

      g_assert_nonnull (header);
      g_assert_cmpstr (header->text, ==, rows[i].text);
      g_assert_cmpint (header->flag, ==, rows[i].text[0]);
      g_assert_cmpstr (header->type, ==, rows[i].type);
      g_assert_cmpstr (header->authzid, ==, rows[i].authzid);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gssapi-token/A13/tokens", test_tokens);
  g_test_add_func ("/gssapi-token/restore", test_restore);
  g_test_add_func ("/gssapi-token/A13/strip-refuses", test_strip_refuses);
  g_test_add_func ("/gssapi-token/A13/wrapped", test_wrapped);
  g_test_add_func ("/gssapi-token/A13/layers", test_layers);
  g_test_add_func ("/gssapi-token/long-authzid", test_long_authzid);
  g_test_add_func ("/gssapi-token/A9/gs2-headers", test_gs2_headers);

  return g_test_run ();
}
