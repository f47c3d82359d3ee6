/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-state-file.h"

#include "core/xmpp-secret-private.h"

#include <string.h>

#define VERSION 1
#define MAGIC "xmpp-glib state\n"
#define TYPE "(sa{sv})"
/* To put it together, and to take it apart */
#define TYPE_PARTS "(s@a{sv})"

/* All numbers are little-endian. The checksum is over all else. It finds what a disk has done
 * to the file, nothing more: who can write to it can write a checksum too. */
typedef struct
{
  char magic[16];
  guint32 version;
  guint8 reserved[12];
  guint8 checksum[32];
} Header;

G_STATIC_ASSERT (sizeof (Header) == 64);
G_STATIC_ASSERT (sizeof MAGIC - 1 == 16);

static void
compute_checksum (const Header *header,
                  gconstpointer payload,
                  gsize length,
                  guint8 result[32])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = 32;

  g_checksum_update (checksum, (const guchar *) header,
                     G_STRUCT_OFFSET (Header, checksum));
  g_checksum_update (checksum, payload, length);
  g_checksum_get_digest (checksum, result, &size);
}

static GVariant *
to_little_endian (GVariant *value)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (value)
                                         : g_variant_byteswap (value);
}

GBytes *
xmpp_state_file_build (const char *account, GVariant *state, GError **error)
{
  g_autoptr (GVariant)
      content = g_variant_ref_sink (g_variant_new (TYPE_PARTS, account, state));
  g_autoptr (GVariant) ordered = to_little_endian (content);
  gsize length = g_variant_get_size (ordered);
  Header header = { .magic = MAGIC, .version = GUINT32_TO_LE (VERSION) };
  guint8 *data;

  if (length > XMPP_STATE_FILE_MAX_BYTES - sizeof header)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   "The state of %s is longer than %d bytes", account,
                   XMPP_STATE_FILE_MAX_BYTES);
      return NULL;
    }

  data = g_malloc (sizeof header + length);
  g_variant_store (ordered, data + sizeof header);
  compute_checksum (&header, data + sizeof header, length, header.checksum);
  memcpy (data, &header, sizeof header);

  return xmpp_secret_bytes_new_take (data, sizeof header + length);
}

static gboolean
check_header (GBytes *contents, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (contents, &length);
  guint8 checksum[32];
  Header header;

  if (length > sizeof header)
    memcpy (&header, data, sizeof header);

  if (length <= sizeof header || memcmp (header.magic, MAGIC, sizeof header.magic) != 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "it is not a state file");
  else if (GUINT32_FROM_LE (header.version) != VERSION)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "it is of version %u, and this is version %d",
                 GUINT32_FROM_LE (header.version), VERSION);
  else
    {
      compute_checksum (&header, data + sizeof header, length - sizeof header, checksum);
      if (memcmp (checksum, header.checksum, sizeof checksum) == 0)
        return TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is damaged");
    }

  return FALSE;
}

GVariant *
xmpp_state_file_parse (GBytes *contents, char **account, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GVariant) stored = NULL;
  g_autoptr (GVariant) content = NULL;
  GVariant *state = NULL;

  *account = NULL;
  if (!check_header (contents, error))
    return NULL;

  /* A copy, since a variant wants its data aligned, and would make one that nobody wipes. */
  payload = xmpp_secret_bytes_new ((const guint8 *) g_bytes_get_data (contents, NULL) +
                                       sizeof (Header),
                                   g_bytes_get_size (contents) - sizeof (Header));
  stored = g_variant_ref_sink (
      g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), payload, FALSE));
  if (!g_variant_is_normal_form (stored))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is malformed");
      return NULL;
    }

  content = to_little_endian (stored);
  g_variant_get (content, TYPE_PARTS, account, &state);

  return state;
}
