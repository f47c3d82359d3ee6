/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-text.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"
#include "tls/xmpp-tls-pins.h"

#include <string.h>

#define SHOWN_NAMES_MAX 5

#define OPERATOR "whoever runs the server has to replace the certificate"
#define CLOCK "check the clock of this machine; if it is right, " OPERATOR

static const struct
{
  GTlsCertificateFlags flag;
  const char *name; /* the nick of the flag */
  const char *text;
  const char *remedy;
} flag_texts[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "unknown-ca", "no trusted authority has signed it",
    "if you know the server by another way, add its authority to the trusted ones, or "
    "pin "
    "its key" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "not-activated", "it is not valid yet", CLOCK },
  { G_TLS_CERTIFICATE_EXPIRED, "expired", "it or its issuer has expired", CLOCK },
  { G_TLS_CERTIFICATE_REVOKED, "revoked", "it has been revoked", OPERATOR },
  { G_TLS_CERTIFICATE_INSECURE, "insecure", "its key or signature is too weak",
    OPERATOR },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, "generic-error", "it breaks a rule for certificates",
    OPERATOR },
};

static char *
names_to_string (GTlsCertificate *certificate)
{
  g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);
  g_auto (GStrv) names = NULL;

  if (imported != NULL && !xmpp_certificate_names_are_bounded (imported))
    return g_strdup_printf ("more than %d others", XMPP_CERTIFICATE_NAMES_MAX);
  if (imported != NULL)
    names = xmpp_certificate_names_list (imported, SHOWN_NAMES_MAX + 1);
  if (names == NULL || names[0] == NULL)
    return g_strdup ("nothing");
  if (g_strv_length (names) > SHOWN_NAMES_MAX)
    {
      g_free (names[SHOWN_NAMES_MAX]);
      names[SHOWN_NAMES_MAX] = g_strdup ("…");
    }
  return g_strjoinv (", ", names);
}

static void
append_flags (GString *message,
              GTlsCertificate *certificate,
              GTlsCertificateFlags flags,
              const char *domain)
{
  const char *separator = "";

  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    {
      g_autofree char *names = names_to_string (certificate);

      g_string_append_printf (message, "it does not name %s but %s (bad-identity)",
                              domain != NULL ? domain : "the peer", names);
      separator = "; ";
    }
  for (guint i = 0; i < G_N_ELEMENTS (flag_texts); i++)
    if (flags & flag_texts[i].flag)
      {
        g_string_append_printf (message, "%s%s (%s)", separator, flag_texts[i].text,
                                flag_texts[i].name);
        separator = "; ";
      }
}

static char *
date_to_string (GDateTime *date)
{
  return date != NULL ? g_date_time_format (date, "%Y-%m-%d") : g_strdup ("?");
}

char *
xmpp_certificate_text_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *digest = NULL;
  GString *fingerprint = g_string_new (NULL);

  g_object_get (certificate, "certificate", &der, NULL);
  if (der != NULL)
    digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  for (const char *at = digest; at != NULL && *at != '\0'; at += 2)
    g_string_append_printf (fingerprint, "%s%c%c", at != digest ? ":" : "",
                            g_ascii_toupper (at[0]), g_ascii_toupper (at[1]));
  return g_string_free (fingerprint, FALSE);
}

char *
xmpp_certificate_text_issuer (GTlsCertificate *certificate)
{
  g_autofree char *name = g_tls_certificate_get_issuer_name (certificate);

  return name != NULL ? xmpp_certificate_names_printable (name, strlen (name))
                      : g_strdup ("nobody");
}

static void
append_facts (GString *message, GTlsCertificate *certificate)
{
  g_autoptr (GDateTime) before = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) after = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *issuer = xmpp_certificate_text_issuer (certificate);
  g_autofree char *from = date_to_string (before);
  g_autofree char *to = date_to_string (after);
  g_autofree char *fingerprint = xmpp_certificate_text_fingerprint (certificate);
  g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);
  g_autofree char *pin = imported != NULL ? xmpp_tls_pins_describe (imported) : NULL;

  g_string_append_printf (message, ". Issued by %s, valid from %s to %s, SHA-256 %s",
                          issuer, from, to, fingerprint);
  if (pin != NULL)
    g_string_append_printf (message, ", key %s", pin);
}

char *
xmpp_certificate_text_summary (GTlsCertificate *certificate)
{
  GString *text = g_string_new (NULL);
  g_autofree char *names = names_to_string (certificate);

  g_string_append_printf (text, "for %s", names);
  append_facts (text, certificate);

  return g_string_free (text, FALSE);
}

/* The name comes first: a certificate for another domain is not mended by a new date. */
static void
append_remedy (GString *message, GTlsCertificateFlags flags, const char *domain)
{
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    {
      g_string_append_printf (message,
                              ". What to do: check how the domain of the address is "
                              "spelt; "
                              "if it is right, the server needs a certificate for %s",
                              domain);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (flag_texts); i++)
    if (flags & flag_texts[i].flag)
      {
        g_string_append_printf (message, ". What to do: %s", flag_texts[i].remedy);
        return;
      }
}

char *
xmpp_certificate_text_refusal (GTlsCertificate *certificate,
                               GTlsCertificateFlags flags,
                               const char *domain,
                               GPtrArray *reasons,
                               const char *remedy)
{
  GString *message = g_string_new (NULL);

  if (domain != NULL)
    g_string_append_printf (message,
                            "The certificate for %s is not acceptable: ", domain);
  else
    g_string_append (message, "The peer's certificate is not acceptable: ");

  append_flags (message, certificate, flags, domain);
  for (guint i = 0; i < reasons->len; i++)
    g_string_append_printf (message, "%s%s", i == 0 ? ": " : ", ",
                            (const char *) g_ptr_array_index (reasons, i));
  append_facts (message, certificate);
  if (remedy != NULL)
    g_string_append_printf (message, ". What to do: %s", remedy);
  else if (domain != NULL)
    append_remedy (message, flags, domain);
  return g_string_free (message, FALSE);
}
