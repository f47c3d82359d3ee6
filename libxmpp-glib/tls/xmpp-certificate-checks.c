/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-checks.h"

gnutls_x509_crt_t
xmpp_certificate_import (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_auto (gnutls_x509_crt_t) imported = NULL;
  gnutls_datum_t datum;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&imported) < 0)
    return NULL;

  datum.data = der->data;
  datum.size = der->len;
  if (gnutls_x509_crt_import (imported, &datum, GNUTLS_X509_FMT_DER) < 0)
    return NULL;
  return g_steal_pointer (&imported);
}

gboolean
xmpp_certificate_chain_is_bounded (GTlsCertificate *chain)
{
  guint length = 0;

  while (chain != NULL && length <= XMPP_CERTIFICATE_CHAIN_MAX)
    {
      length++;
      chain = g_tls_certificate_get_issuer (chain);
    }
  return chain == NULL && length <= XMPP_CERTIFICATE_CHAIN_MAX;
}

/* RFC 9325 §4.2, §4.5: 2048 bits for RSA, 224 for elliptic curves, or what equals them */
static gboolean
check_key (gnutls_x509_crt_t certificate, GPtrArray *reasons)
{
  unsigned int bits = 0;
  int algorithm = gnutls_x509_crt_get_pk_algorithm (certificate, &bits);

  if (algorithm >= 0 &&
      gnutls_pk_bits_to_sec_param (algorithm, bits) >= GNUTLS_SEC_PARAM_MEDIUM)
    return TRUE;

  g_ptr_array_add (reasons,
                   g_strdup_printf ("a key in its chain is weak (%s, %u bits)",
                                    algorithm >= 0 ? gnutls_pk_get_name (algorithm)
                                                   : "unknown kind",
                                    bits));
  return FALSE;
}

static GTlsCertificateFlags
check_leaf (gnutls_x509_crt_t leaf, const char *purpose, GPtrArray *reasons)
{
  GTlsCertificateFlags flags = G_TLS_CERTIFICATE_NO_FLAGS;
  unsigned int usage = 0;
  int result;

  if (gnutls_x509_crt_get_ca_status (leaf, NULL) > 0)
    {
      g_ptr_array_add (reasons,
                       g_strdup ("it is the certificate of an authority, not of a "
                                 "server or client"));
      flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
    }

  result = gnutls_x509_crt_get_key_usage (leaf, &usage, NULL);
  if (result != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
      (result < 0 || (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0))
    {
      g_ptr_array_add (reasons,
                       g_strdup ("its key usage does not include digital signatures"));
      flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
    }

  if (purpose != NULL && gnutls_x509_crt_check_key_purpose (leaf, purpose, 0) == 0)
    {
      g_ptr_array_add (
          reasons,
          g_strdup_printf ("it was not issued for this purpose (%s)",
                           g_str_equal (purpose,
                                        G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER)
                               ? "a TLS server"
                               : "a TLS client"));
      flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  return flags;
}

GTlsCertificateFlags
xmpp_certificate_check_chain (GTlsCertificate *chain,
                              gnutls_x509_crt_t leaf,
                              const char *purpose,
                              GPtrArray *reasons)
{
  GTlsCertificateFlags flags = G_TLS_CERTIFICATE_NO_FLAGS;
  GTlsCertificate *at = chain;

  for (guint i = 0; at != NULL && i < XMPP_CERTIFICATE_CHAIN_MAX; i++)
    {
      g_auto (gnutls_x509_crt_t) issuer = i > 0 ? xmpp_certificate_import (at) : NULL;
      gnutls_x509_crt_t certificate = i > 0 ? issuer : leaf;

      if (certificate == NULL)
        {
          g_ptr_array_add (reasons, g_strdup ("it cannot be read"));
          return flags | G_TLS_CERTIFICATE_GENERIC_ERROR;
        }
      if (i == 0)
        flags |= check_leaf (certificate, purpose, reasons);
      if (!check_key (certificate, reasons))
        flags |= G_TLS_CERTIFICATE_INSECURE;
      at = g_tls_certificate_get_issuer (at);
    }
  return flags;
}
