/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-names.h"

#include <gio/gio.h>
#include <idn2.h>
#include <string.h>

/* A JID's domain has at most 1023 bytes (RFC 7622 §3.2), a SRV-ID a service before it;
 * what is longer names nothing of ours. */
#define NAME_BYTES_MAX 1100
#define SHOWN_BYTES_MAX 80

typedef struct
{
  unsigned int type;
  gsize length;
  char bytes[NAME_BYTES_MAX];
} Name;

typedef enum
{
  READ_NAME,
  READ_SKIPPED, /* there, but nothing that could match */
  READ_END,
} ReadResult;

static ReadResult
read_name (gnutls_x509_crt_t certificate, guint index, Name *name)
{
  int result;

  name->length = sizeof name->bytes;
  result = gnutls_x509_crt_get_subject_alt_name2 (certificate, index, name->bytes,
                                                  &name->length, &name->type, NULL);
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return READ_END;
  if (result < 0 || name->length > sizeof name->bytes)
    return READ_SKIPPED;
  return READ_NAME;
}

/* Lengths are compared, not strings that end at a NUL which the peer has put there. */
static gboolean
bytes_equal (const char *name, gsize length, const char *expected)
{
  return length > 0 && strlen (expected) == length &&
         g_ascii_strncasecmp (name, expected, length) == 0 &&
         memchr (name, '\0', length) == NULL;
}

gboolean
xmpp_certificate_names_match_dns (const char *name, gsize length, const char *domain)
{
  const char *rest;

  if (bytes_equal (name, length, domain))
    return memchr (name, '*', length) == NULL;

  if (length < 3 || name[0] != '*' || name[1] != '.' ||
      memchr (name + 1, '*', length - 1))
    return FALSE;
  if (memchr (name + 2, '.', length - 2) == NULL)
    return FALSE;

  rest = strchr (domain, '.');
  return rest != NULL && rest != domain && bytes_equal (name + 1, length - 1, rest);
}

static gboolean
match_address (const Name *name, GInetAddress *address)
{
  return name->length == g_inet_address_get_native_size (address) &&
         memcmp (name->bytes, g_inet_address_to_bytes (address), name->length) == 0;
}

/* _xmpp-client.p.test                                                     RFC 4985 §2 */
static gboolean
match_srv (const Name *name, const char *domain, const char *service)
{
  g_autofree char *expected = g_strdup_printf ("_%s.%s", service, domain);

  return bytes_equal (name->bytes, name->length, expected);
}

/* A domain, in U-labels where it is international; the JID of a user names no server. */
static gboolean
match_xmpp_address (const Name *name, const char *domain)
{
  g_autofree char *text = NULL;
  char *ascii = NULL;
  gboolean matches;

  if (bytes_equal (name->bytes, name->length, domain))
    return TRUE;
  if (memchr (name->bytes, '\0', name->length) ||
      memchr (name->bytes, '@', name->length) ||
      memchr (name->bytes, '/', name->length) ||
      !g_utf8_validate_len (name->bytes, name->length, NULL))
    return FALSE;

  text = g_strndup (name->bytes, name->length);
  if (idn2_lookup_u8 ((const uint8_t *) text, (uint8_t **) &ascii,
                      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
    return FALSE;
  matches = bytes_equal (ascii, strlen (ascii), domain);
  idn2_free (ascii);
  return matches;
}

static XmppCertificateName
match_name (const Name *name, const char *domain, const char *service)
{
  switch (name->type)
    {
    case GNUTLS_SAN_DNSNAME:
      if (xmpp_certificate_names_match_dns (name->bytes, name->length, domain))
        return XMPP_CERTIFICATE_NAME_DNS;
      break;

    /* These two are otherNames of the right string type, decoded by GnuTLS; what it could
     * not decode keeps the type GNUTLS_SAN_OTHERNAME and never matches. */
    case GNUTLS_SAN_OTHERNAME_SRV:
      if (service != NULL && match_srv (name, domain, service))
        return XMPP_CERTIFICATE_NAME_SRV;
      break;

    case GNUTLS_SAN_OTHERNAME_XMPP:
      if (match_xmpp_address (name, domain))
        return XMPP_CERTIFICATE_NAME_XMPP;
      break;

    default:
      break;
    }
  return XMPP_CERTIFICATE_NAME_NONE;
}

gboolean
xmpp_certificate_names_are_bounded (gnutls_x509_crt_t certificate)
{
  Name name;

  return read_name (certificate, XMPP_CERTIFICATE_NAMES_MAX, &name) == READ_END;
}

XmppCertificateName
xmpp_certificate_names_match (gnutls_x509_crt_t certificate,
                              const char *domain,
                              const char *service)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (domain);
  Name name;

  if (!xmpp_certificate_names_are_bounded (certificate))
    return XMPP_CERTIFICATE_NAME_NONE;

  for (guint i = 0; i < XMPP_CERTIFICATE_NAMES_MAX; i++)
    {
      ReadResult result = read_name (certificate, i, &name);
      XmppCertificateName match = XMPP_CERTIFICATE_NAME_NONE;

      if (result == READ_END)
        break;
      if (result == READ_SKIPPED)
        continue;

      if (address == NULL)
        match = match_name (&name, domain, service);
      else if (name.type == GNUTLS_SAN_IPADDRESS && match_address (&name, address))
        match = XMPP_CERTIFICATE_NAME_ADDRESS;
      if (match != XMPP_CERTIFICATE_NAME_NONE)
        return match;
    }
  return XMPP_CERTIFICATE_NAME_NONE;
}

char *
xmpp_certificate_names_printable (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (length, SHOWN_BYTES_MAX));
  GString *shown = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      g_string_append_unichar (shown, g_unichar_isprint (character) ? character : '?');
    }
  if (length > SHOWN_BYTES_MAX)
    g_string_append (shown, "…");
  return g_string_free (shown, FALSE);
}

static char *
name_to_string (const Name *name)
{
  switch (name->type)
    {
    case GNUTLS_SAN_DNSNAME:
    case GNUTLS_SAN_OTHERNAME_SRV:
    case GNUTLS_SAN_OTHERNAME_XMPP:
      return xmpp_certificate_names_printable (name->bytes, name->length);

    case GNUTLS_SAN_IPADDRESS:
      if (name->length == 4 || name->length == 16)
        {
          g_autoptr (GInetAddress) address =
              g_inet_address_new_from_bytes ((const guint8 *) name->bytes,
                                             name->length == 4 ? G_SOCKET_FAMILY_IPV4
                                                               : G_SOCKET_FAMILY_IPV6);

          return g_inet_address_to_string (address);
        }
      return NULL;

    default:
      return NULL;
    }
}

GStrv
xmpp_certificate_names_list (gnutls_x509_crt_t certificate, guint max)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint found = 0;
  Name name;

  for (guint i = 0; i < XMPP_CERTIFICATE_NAMES_MAX && found < max; i++)
    {
      ReadResult result = read_name (certificate, i, &name);
      g_autofree char *shown = NULL;

      if (result == READ_END)
        break;
      if (result == READ_NAME)
        shown = name_to_string (&name);
      if (shown != NULL)
        {
          g_strv_builder_add (names, shown);
          found++;
        }
    }
  return g_strv_builder_end (names);
}

void
xmpp_certificate_names_foreach_address (gnutls_x509_crt_t certificate,
                                        void (*function) (const char *address,
                                                          gpointer user_data),
                                        gpointer user_data)
{
  ReadResult result = READ_NAME;
  Name name;

  if (!xmpp_certificate_names_are_bounded (certificate))
    return;

  for (guint i = 0; result != READ_END && i < XMPP_CERTIFICATE_NAMES_MAX; i++)
    {
      result = read_name (certificate, i, &name);
      /* No NUL inside either: that is not valid. */
      if (result == READ_NAME && name.type == GNUTLS_SAN_OTHERNAME_XMPP &&
          g_utf8_validate_len (name.bytes, name.length, NULL))
        {
          g_autofree char *address = g_strndup (name.bytes, name.length);

          function (address, user_data);
        }
    }
}
