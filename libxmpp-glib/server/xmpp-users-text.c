/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-users-text.h"

#include "core/xmpp-secret-private.h"

#include <string.h>

#define GROUP "[users]"

#define ATTRIBUTES                                                                       \
  G_FILE_ATTRIBUTE_STANDARD_SIZE                                                         \
  "," G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_NSEC             \
  "," G_FILE_ATTRIBUTE_UNIX_DEVICE "," G_FILE_ATTRIBUTE_UNIX_INODE                       \
  "," G_FILE_ATTRIBUTE_UNIX_MODE

#define MODE_OF_OTHERS 07

/* ---- What it says ---- */

typedef struct
{
  GPtrArray *lines;
  GHashTable *numbers; /* JID → the number of its line */
  gboolean in_group;
  gboolean had_group;
} Reader;

static gboolean
add_user (Reader *reader, const char *text, guint number, GError **error)
{
  g_autoptr (XmppAccountLine) line = xmpp_account_line_parse (text, error);
  guint before;

  if (line == NULL)
    return FALSE;

  before = GPOINTER_TO_UINT (g_hash_table_lookup (reader->numbers, line->jid));
  if (before != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is in line %u already",
                   xmpp_jid_to_string (line->jid), before);
      return FALSE;
    }

  g_hash_table_insert (reader->numbers, xmpp_jid_ref (line->jid),
                       GUINT_TO_POINTER (number));
  g_ptr_array_add (reader->lines, g_steal_pointer (&line));
  return TRUE;
}

static gboolean
read_line (Reader *reader, char *text, guint number, GError **error)
{
  const char *begin = text;
  gsize length = strlen (text);

  if (length > 0 && text[length - 1] == '\r')
    text[length - 1] = '\0';
  while (g_ascii_isspace (*begin))
    begin++;

  if (*begin == '\0' || *begin == '#')
    return TRUE;

  if (*begin != '[')
    return !reader->in_group || add_user (reader, begin, number, error);

  g_strchomp (text);
  if (!g_str_has_suffix (begin, "]"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The name of a group ends with a bracket");
      return FALSE;
    }

  reader->in_group = g_str_equal (begin, GROUP);
  reader->had_group |= reader->in_group;
  return TRUE;
}

static gboolean
read_lines (Reader *reader, const char *text, gsize length, GError **error)
{
  const char *end = text + length;
  guint number = 0;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text));
      gsize size = (gsize) ((newline != NULL ? newline : end) - text);
      xmpp_autosecret char *line = g_strndup (text, size);

      number++;
      if (!read_line (reader, line, number, error))
        {
          g_prefix_error (error, "line %u: ", number);
          return FALSE;
        }
      text += size + 1;
    }

  return TRUE;
}

GPtrArray *
xmpp_users_text_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray)
      lines = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_account_line_free);
  g_autoptr (GHashTable)
      numbers = g_hash_table_new_full (xmpp_jid_hash, xmpp_jid_equal,
                                       (GDestroyNotify) xmpp_jid_unref, NULL);
  Reader reader = { lines, numbers };

  if (memchr (text, '\0', length) != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "It is not text: it holds a NUL");
      return NULL;
    }

  if (!read_lines (&reader, text, length, error))
    return NULL;

  if (reader.had_group)
    return g_steal_pointer (&lines);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "It has no group " GROUP);
  return NULL;
}

/* ---- Where it stands ---- */

void
xmpp_users_text_free (XmppUsersText *text)
{
  g_free (text->stamp);
  g_clear_pointer (&text->lines, g_ptr_array_unref);
  g_free (text);
}

static char *
make_stamp (GFileInfo *info)
{
  return g_strdup_printf (
      "%u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %u %" G_GOFFSET_FORMAT " %o",
      g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_DEVICE),
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_UNIX_INODE),
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED),
      g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_NSEC),
      g_file_info_get_size (info),
      g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_MODE));
}

/* Into memory of the right size, so that nothing is left behind where it grew */
static GPtrArray *
read_stream (GInputStream *stream, gsize size, GError **error)
{
  char *contents = g_malloc (size + 1);
  GPtrArray *lines = NULL;
  gsize n_read = 0;

  if (g_input_stream_read_all (stream, contents, size + 1, &n_read, NULL, error))
    {
      if (n_read == size)
        lines = xmpp_users_text_parse (contents, size, error);
      else
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             "It was changed while it was read");
    }
  xmpp_secret_wipe (contents, size + 1);
  g_free (contents);

  return lines;
}

XmppUsersText *
xmpp_users_text_read (GFile *file, const char *known, GError **error)
{
  g_autoptr (XmppUsersText) text = g_new0 (XmppUsersText, 1);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GFileInfo) before = NULL;
  g_autoptr (GFileInfo) info = NULL;
  g_autofree char *name = g_file_get_parse_name (file);

  before = g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, NULL, error);
  if (before == NULL)
    return NULL;

  text->stamp = make_stamp (before);
  if (g_strcmp0 (text->stamp, known) == 0)
    return g_steal_pointer (&text);

  stream = g_file_read (file, NULL, error);
  if (stream == NULL)
    return NULL;

  /* Of the file that is open: another one may be in its place by now. */
  info = g_file_input_stream_query_info (stream, ATTRIBUTES, NULL, error);
  if (info == NULL)
    return NULL;

  g_free (text->stamp);
  text->stamp = make_stamp (info);
  text->open_to_others =
      (g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_MODE) &
       MODE_OF_OTHERS) != 0;
  text->lines =
      read_stream (G_INPUT_STREAM (stream), (gsize) g_file_info_get_size (info), error);
  if (text->lines != NULL)
    return g_steal_pointer (&text);

  g_prefix_error (error, "%s: ", name);
  return NULL;
}
