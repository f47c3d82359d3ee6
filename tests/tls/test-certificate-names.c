/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"

#include "tls-peer.h"

#include <string.h>

static const struct
{
  const char *certificate;
  const char *domain;
  const char *service; /* NULL: "xmpp-client" */
  XmppCertificateName match;
} rows[] = {
  /* DNS-ID */
  { "good", "p.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "good", "test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "good", "a.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "good", "xp.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "good", "p.test.evil.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "good", "p.tes", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-upper", "p.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "names-dot", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "other-domain", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "other-domain", "www.evil.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "names-dns-ace", "xn--bcher-kva.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "names-dns-ace", "xn--bcher-kvb.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* The subject is never read */
  { "common-name", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "common-name-other", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "unit-name", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "unit-name", "evil.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* A wildcard is the whole left-most label of a DNS-ID, for one label */
  { "names-star", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star", "test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-test", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-test", "*.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-p", "a.p.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "names-star-p", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-p", "a.b.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-p", ".p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-part", "foo.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-part", "f.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-twice", "a.b.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-star-middle", "a.b.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* Addresses only against iPAddress, by their bytes */
  { "names-address", "192.0.2.7", NULL, XMPP_CERTIFICATE_NAME_ADDRESS },
  { "names-address", "192.0.2.8", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-address", "2001:db8::7", NULL, XMPP_CERTIFICATE_NAME_ADDRESS },
  { "names-address", "2001:db8:0:0::7", NULL, XMPP_CERTIFICATE_NAME_ADDRESS },
  { "names-address", "2001:db8::8", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-address-as-dns", "192.0.2.7", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* SRV-ID: of the same service, IA5String, no wildcard */
  { "names-srv-client", "p.test", NULL, XMPP_CERTIFICATE_NAME_SRV },
  { "names-srv-client", "p.test", "xmpp-server", XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-client", "p.test", "none", XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-client", "a.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-client", "_xmpp-client.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-server", "p.test", "xmpp-server", XMPP_CERTIFICATE_NAME_SRV },
  { "names-srv-server", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-star", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-srv-utf8", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* xmppAddr: the domain itself, UTF8String, in U-labels */
  { "names-xmpp", "p.test", NULL, XMPP_CERTIFICATE_NAME_XMPP },
  { "names-xmpp", "p.test", "xmpp-server", XMPP_CERTIFICATE_NAME_XMPP },
  { "names-xmpp-user", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-star", "a.p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-ia5", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-bmp", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-utf8", "xn--bcher-kva.test", NULL, XMPP_CERTIFICATE_NAME_XMPP },
  { "names-xmpp-utf8", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* Other kinds, and games with DER */
  { "names-uri", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-email", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-nul", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-nul", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-xmpp-sequence", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },

  /* How many are looked at */
  { "names-100", "p.test", NULL, XMPP_CERTIFICATE_NAME_DNS },
  { "names-101", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
  { "names-2000", "p.test", NULL, XMPP_CERTIFICATE_NAME_NONE },
};

static gnutls_x509_crt_t
import (const char *name)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate (name);
  gnutls_x509_crt_t imported = xmpp_certificate_import (certificate);

  g_assert_nonnull (imported);
  return imported;
}

static void
test_match (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_auto (gnutls_x509_crt_t) certificate = import (rows[row].certificate);
  const char *service = rows[row].service != NULL ? rows[row].service : "xmpp-client";

  g_assert_cmpint (xmpp_certificate_names_match (certificate, rows[row].domain, service),
                   ==, rows[row].match);
}

/* Without a service a SRV-ID says nothing. */
static void
test_no_service (void)
{
  g_auto (gnutls_x509_crt_t) certificate = import ("names-srv-client");

  g_assert_cmpint (xmpp_certificate_names_match (certificate, "p.test", NULL), ==,
                   XMPP_CERTIFICATE_NAME_NONE);
}

static void
test_dns_length (void)
{
  g_assert_true (xmpp_certificate_names_match_dns ("p.test.evil", 6, "p.test"));
  g_assert_false (xmpp_certificate_names_match_dns ("p.test\0.evil", 12, "p.test"));
  g_assert_false (xmpp_certificate_names_match_dns ("p.test\0", 7, "p.test"));
  g_assert_false (xmpp_certificate_names_match_dns ("*.p.test\0", 9, "a.p.test"));
  g_assert_false (xmpp_certificate_names_match_dns ("*\0.test", 7, "p.test"));
  g_assert_false (xmpp_certificate_names_match_dns ("", 0, ""));
}

static void
assert_list (const char *name, guint max, const char *expected)
{
  g_auto (gnutls_x509_crt_t) certificate = import (name);
  g_auto (GStrv) names = xmpp_certificate_names_list (certificate, max);
  g_autofree char *joined = g_strjoinv (" ", names);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_list (void)
{
  assert_list ("other-domain", 5, "evil.test www.evil.test");
  assert_list ("other-domain", 1, "evil.test");
  assert_list ("names-address", 5, "192.0.2.7 2001:db8::7");
  assert_list ("names-srv-client", 5, "_xmpp-client.p.test");
  assert_list ("names-xmpp-utf8", 5, "bücher.test");
  assert_list ("names-nul", 5, "p.test\357\277\275.evil.test");
  assert_list ("common-name", 5, "");
}

static void
test_printable (void)
{
  g_autofree char *control = xmpp_certificate_names_printable ("a\nb\033[2J\377", 8);
  g_autofree char *right_to_left = xmpp_certificate_names_printable ("\342\200\256x", 4);
  g_autofree char *name = g_strnfill (500, 'n');
  g_autofree char *cut = xmpp_certificate_names_printable (name, 500);

  g_assert_cmpstr (control, ==, "a?b?[2J\357\277\275");
  g_assert_cmpstr (right_to_left, ==, "?x");
  g_assert_cmpuint (strlen (cut), <, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/certificate-names/match/%s/%s/%s", rows[i].certificate,
                           rows[i].domain,
                           rows[i].service != NULL ? rows[i].service : "xmpp-client");

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_match);
    }
  g_test_add_func ("/certificate-names/no-service", test_no_service);
  g_test_add_func ("/certificate-names/dns-length", test_dns_length);
  g_test_add_func ("/certificate-names/list", test_list);
  g_test_add_func ("/certificate-names/printable", test_printable);

  return g_test_run ();
}
