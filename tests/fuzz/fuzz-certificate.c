/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Everything of a certificate before its extensions: version 3, a number, ecdsa-with-SHA256,
 * an issuer and a subject without a name, 2020 to 2040, a point on P-256 */
#define ALGORITHM "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
static const char beginning[] =
    "\xa0\x03\x02\x01\x02\x02\x01\x01" ALGORITHM "\x30\x00\x30\x1e\x17\x0d"
    "200101000000Z\x17\x0d"
    "400101000000Z\x30\x00\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08"
    "\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char name_oid[] = "\x06\x03\x55\x1d\x11"; /* subjectAltName */

/* Puts a head with @tag before what is in @bytes, as short as DER wants it. */
static void
wrap (GByteArray *bytes, guint8 tag)
{
  guint8 head[] = { tag, 0x83, bytes->len >> 16, bytes->len >> 8, bytes->len };
  guint skipped = bytes->len < 128 ? 3 : bytes->len < 0x100 ? 2 : bytes->len < 0x10000;

  if (skipped > 0)
    {
      head[skipped] = tag;
      head[skipped + 1] = skipped == 3 ? bytes->len : 0x83 - skipped;
    }
  g_byte_array_prepend (bytes, head + skipped, sizeof head - skipped);
}

static gnutls_x509_crt_t
build_certificate (const guint8 *names, gsize size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  gnutls_datum_t datum;

  g_byte_array_append (bytes, names, size);
  wrap (bytes, 0x04);
  g_byte_array_prepend (bytes, (const guint8 *) name_oid, sizeof name_oid - 1);
  wrap (bytes, 0x30);
  wrap (bytes, 0x30);
  wrap (bytes, 0xa3);
  g_byte_array_prepend (bytes, (const guint8 *) beginning, sizeof beginning - 1);
  wrap (bytes, 0x30);
  g_byte_array_append (bytes, (const guint8 *) ALGORITHM "\x03\x02\x00\x01",
                       sizeof ALGORITHM - 1 + 4);
  wrap (bytes, 0x30);

  datum.data = bytes->data;
  datum.size = bytes->len;
  if (gnutls_x509_crt_init (&certificate) < 0 ||
      gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_DER) < 0)
    return NULL;
  return g_steal_pointer (&certificate);
}

/* The input is what a certificate has as its subjectAltName, in DER. Whatever matches is
 * also shown, and what is shown can be shown. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (GStrv) names = NULL;
  XmppCertificateName match;
  XmppCertificateName other;

  if (size > 0xffff)
    return 0;
  certificate = build_certificate (data, size);
  if (certificate == NULL)
    return 0;

  match = xmpp_certificate_names_match (certificate, "p.test", "xmpp-client");
  other = xmpp_certificate_names_match (certificate, "192.0.2.7", "xmpp-client");
  names = xmpp_certificate_names_list (certificate, XMPP_CERTIFICATE_NAMES_MAX);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_true (g_utf8_validate (names[i], -1, NULL));

  if (match != XMPP_CERTIFICATE_NAME_NONE || other != XMPP_CERTIFICATE_NAME_NONE)
    {
      g_assert_true (xmpp_certificate_names_are_bounded (certificate));
      g_assert_nonnull (names[0]);
    }
  g_assert_cmpint (match, !=, XMPP_CERTIFICATE_NAME_ADDRESS);
  g_assert_true (other == XMPP_CERTIFICATE_NAME_NONE ||
                 other == XMPP_CERTIFICATE_NAME_ADDRESS);
  return 0;
}
