/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-domain.h"

#include "core/xmpp-precis.h"

#include <string.h>

#include <idn2.h>

#define MAX_LABEL_BYTES 63
#define IDEOGRAPHIC_FULL_STOP "\xe3\x80\x82"
#define FULLWIDTH_FULL_STOP "\xef\xbc\x8e"
#define HALFWIDTH_IDEOGRAPHIC_FULL_STOP "\xef\xbd\xa1"

/* Strict IDNA2008. The other mode of libidn2 (UTS #46) maps compatibility characters, and
 * with STD3 rules it drops what they forbid: "a_b.example" would become "ab.example". */
#define IDN_FLAGS (IDN2_NO_TR46 | IDN2_NFC_INPUT)

/* RFC 5890 §2.3.1: letters, digits and hyphens, none at the ends; two in the third and
 * fourth place only behind "xn" */
static gboolean
is_plain_label (const char *label, gsize length, gboolean allow_a_label)
{
  if (length == 0 || length > MAX_LABEL_BYTES || label[0] == '-' ||
      label[length - 1] == '-')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_islower (label[i]) && !g_ascii_isdigit (label[i]) && label[i] != '-')
        return FALSE;
    }

  if (length >= 4 && label[2] == '-' && label[3] == '-')
    return allow_a_label && label[0] == 'x' && label[1] == 'n';

  return TRUE;
}

static gboolean
is_plain (const char *text, gsize length, gboolean allow_a_labels)
{
  const char *end = text + length;

  while (TRUE)
    {
      const char *dot = memchr (text, '.', end - text);
      const char *label_end = dot != NULL ? dot : end;

      if (!is_plain_label (text, label_end - text, allow_a_labels))
        return FALSE;
      if (dot == NULL)
        return TRUE;
      text = dot + 1;
    }
}

gboolean
xmpp_domain_is_plain (const char *text, gsize length)
{
  return is_plain (text, length, FALSE);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);

  return FALSE;
}

/* [2001:db8::1] */
static gboolean
prepare_literal (
    const char *text, gsize length, char **unicode, char **ascii, GError **error)
{
  g_autofree char *inner = NULL;
  g_autofree char *canonical = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (length < 2 || text[length - 1] != ']')
    return fail (error, "begins with [ but does not end with ]");

  /* A zone (RFC 6874) says something on one machine only. */
  inner = g_strndup (text + 1, length - 2);
  if (strspn (inner, "0123456789abcdefABCDEF:.") == strlen (inner))
    address = g_inet_address_new_from_string (inner);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return fail (error, "is no IPv6 address, though it stands in brackets");

  canonical = g_inet_address_to_string (address);
  *unicode = g_strdup_printf ("[%s]", canonical);
  *ascii = g_strdup (*unicode);

  return TRUE;
}

static char *
replace (char *text, const char *what, const char *with)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  g_free (text);

  return g_strjoinv (with, parts);
}

/* RFC 5895: lower case, width, NFC, and the other full stops; label by label, as the
 * rules on directions are (RFC 5893). What a domain name may hold beyond ASCII is what
 * PRECIS lets into an identifier. */
static char *
map_labels (const char *text, gsize length, GError **error)
{
  g_autofree char *dotted = g_strndup (text, length);
  g_auto (GStrv) labels = NULL;

  dotted = replace (g_steal_pointer (&dotted), IDEOGRAPHIC_FULL_STOP, ".");
  dotted = replace (g_steal_pointer (&dotted), FULLWIDTH_FULL_STOP, ".");
  dotted = replace (g_steal_pointer (&dotted), HALFWIDTH_IDEOGRAPHIC_FULL_STOP, ".");
  labels = g_strsplit (dotted, ".", -1);

  for (gsize i = 0; labels[i] != NULL; i++)
    {
      char *mapped;
      gunichar character = 0;
      XmppPrepareFault fault =
          xmpp_precis_username (labels[i], strlen (labels[i]), &mapped, &character);

      if (mapped == NULL)
        {
          if (fault == XMPP_PREPARE_FAULT_CHARACTER)
            g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "holds U+%04X, which is not allowed there", character);
          else
            g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "has a label that %s", xmpp_prepare_fault_to_string (fault));
          return NULL;
        }
      g_free (labels[i]);
      labels[i] = mapped;
    }

  return g_strjoinv (".", labels);
}

static char *
to_ascii (const char *domain, GError **error)
{
  g_autofree char *copy = NULL;
  char *ascii = NULL;
  int status = idn2_to_ascii_8z (domain, &ascii, IDN_FLAGS);

  if (status != IDN2_OK)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "is not a valid internationalized name: %s", idn2_strerror (status));
      return NULL;
    }
  copy = g_strdup (ascii);
  idn2_free (ascii);

  if (!is_plain (copy, strlen (copy), TRUE))
    {
      fail (error, "is not a host name: its labels are 1 to 63 letters, digits and inner "
                   "hyphens");
      return NULL;
    }

  return g_steal_pointer (&copy);
}

static char *
to_unicode (const char *ascii, GError **error)
{
  g_autofree char *copy = NULL;
  char *unicode = NULL;
  int status = idn2_to_unicode_8z8z (ascii, &unicode, IDN_FLAGS);

  if (status != IDN2_OK)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "is not a valid internationalized name: %s", idn2_strerror (status));
      return NULL;
    }
  copy = g_strdup (unicode);
  idn2_free (unicode);

  return g_steal_pointer (&copy);
}

gboolean
xmpp_domain_prepare (
    const char *text, gsize length, char **unicode, char **ascii, GError **error)
{
  g_autofree char *mapped = NULL;
  g_autofree char *a_labels = NULL;
  g_autofree char *u_labels = NULL;
  g_autofree char *mapped_again = NULL;
  g_autofree char *a_labels_again = NULL;

  if (length > 0 && text[0] == '[')
    return prepare_literal (text, length, unicode, ascii, error);

  mapped = map_labels (text, length, error);
  if (mapped == NULL)
    return FALSE;

  /* libidn2 has no use for names that DNS cannot hold; plain ones need nothing from it.
   */
  if (xmpp_domain_is_plain (mapped, strlen (mapped)))
    {
      *ascii = g_strdup (mapped);
      *unicode = g_steal_pointer (&mapped);
      return TRUE;
    }

  a_labels = to_ascii (mapped, error);
  if (a_labels == NULL)
    return FALSE;
  u_labels = to_unicode (a_labels, error);
  if (u_labels == NULL)
    return FALSE;

  /* An A-label may stand for something that is not allowed, or has two spellings. */
  mapped_again = map_labels (u_labels, strlen (u_labels), error);
  if (mapped_again == NULL)
    return FALSE;
  a_labels_again = to_ascii (u_labels, error);
  if (a_labels_again == NULL)
    return FALSE;
  if (!g_str_equal (u_labels, mapped_again) || !g_str_equal (a_labels, a_labels_again))
    return fail (error, "has an A-label that does not stand for itself");

  *unicode = g_steal_pointer (&u_labels);
  *ascii = g_steal_pointer (&a_labels);

  return TRUE;
}
