/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-parser-prolog.h"

#include <string.h>

#include "core/xmpp-error.h"

#define DECLARATION "<?xml"
#define DECLARATION_LENGTH 5
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* One byte more: is it still the beginning of an XMPP stream? */
static gboolean
check_start (XmppParserProlog *prolog, GError **error)
{
  const guchar *bytes = (const guchar *) prolog->bytes;
  gsize last = prolog->length - 1;

  if (last == 3 && memcmp (bytes, BYTE_ORDER_MARK, 3) == 0)
    {
      memmove (prolog->bytes, prolog->bytes + 3, 1);
      prolog->length = 1;
      last = 0;
    }
  else if (last < 3 && bytes[0] == 0xef)
    {
      if (bytes[last] == (guchar) BYTE_ORDER_MARK[last])
        return TRUE;
    }

  /* UTF-16 and UTF-32 in both byte orders, EBCDIC */
  if (last < 4 && (bytes[last] == 0x00 || bytes[0] >= 0xfe))
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR,
                           XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING,
                           "The peer's stream is not in UTF-8");
      return FALSE;
    }
  if (bytes[0] != '<')
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                           "What the peer sends is not XML");
      return FALSE;
    }
  return TRUE;
}

/* Reads: name = 'value'. FALSE where there is none. */
static gboolean
read_pair (const char **text, const char *name, char *value, gsize size)
{
  const char *p = *text;
  const char *end;
  char quote;

  if (!xmpp_parser_is_space (*p))
    return FALSE;
  while (xmpp_parser_is_space (*p))
    p++;
  if (!g_str_has_prefix (p, name))
    return FALSE;
  p += strlen (name);
  while (xmpp_parser_is_space (*p))
    p++;
  if (*p++ != '=')
    return FALSE;
  while (xmpp_parser_is_space (*p))
    p++;
  quote = *p++;
  if (quote != '\'' && quote != '"')
    return FALSE;
  end = strchr (p, quote);
  if (end == NULL || (gsize) (end - p) >= size)
    return FALSE;
  memcpy (value, p, end - p);
  value[end - p] = '\0';
  *text = end + 1;
  return TRUE;
}

/* <?xml version='1.0' encoding='UTF-8' standalone='yes'?>          XML 1.0 [23] */
static gboolean
check_declaration (const char *text, GError **error)
{
  char value[32];
  gboolean good;

  text += DECLARATION_LENGTH;
  good = read_pair (&text, "version", value, sizeof value);
  if (good && strcmp (value, "1.0") != 0)
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR,
                           XMPP_STREAM_ERROR_UNSUPPORTED_VERSION,
                           "The peer's stream is not XML 1.0");
      return FALSE;
    }
  if (good && read_pair (&text, "encoding", value, sizeof value) &&
      g_ascii_strcasecmp (value, "UTF-8") != 0)
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR,
                           XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING,
                           "The peer's stream is declared to be in another encoding than "
                           "UTF-8");
      return FALSE;
    }
  if (good && read_pair (&text, "standalone", value, sizeof value) &&
      strcmp (value, "yes") != 0)
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_RESTRICTED_XML,
                           "The peer's stream is declared to need a DTD");
      return FALSE;
    }
  while (xmpp_parser_is_space (*text))
    text++;
  if (!good || strcmp (text, "?>") != 0)
    {
      g_set_error_literal (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                           "The peer's stream has a malformed XML declaration");
      return FALSE;
    }
  return TRUE;
}

gboolean
xmpp_parser_prolog_take (XmppParserProlog *prolog,
                         const char *data,
                         gsize length,
                         gsize *taken,
                         GError **error)
{
  gsize i;

  for (i = 0; i < length && !prolog->done; i++)
    {
      gsize n;

      /* One byte stays free for the NUL. */
      if (prolog->length == sizeof prolog->bytes - 1)
        {
          g_set_error_literal (error, XMPP_STREAM_ERROR,
                               XMPP_STREAM_ERROR_POLICY_VIOLATION,
                               "The peer's XML declaration is too long");
          return FALSE;
        }
      prolog->bytes[prolog->length++] = data[i];
      if (!check_start (prolog, error))
        return FALSE;

      n = prolog->length;
      if (n < 4)
        continue;
      if (memcmp (prolog->bytes, DECLARATION, MIN (n, DECLARATION_LENGTH)) != 0 ||
          (n > DECLARATION_LENGTH &&
           !xmpp_parser_is_space (prolog->bytes[DECLARATION_LENGTH])))
        {
          prolog->done = TRUE;
        }
      else if (n > DECLARATION_LENGTH && data[i] == '>')
        {
          prolog->bytes[n] = '\0';
          if (strlen (prolog->bytes) != n)
            {
              g_set_error_literal (error, XMPP_STREAM_ERROR,
                                   XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                                   "The peer's stream has a malformed XML declaration");
              return FALSE;
            }
          if (!check_declaration (prolog->bytes, error))
            return FALSE;
          prolog->done = TRUE;
        }
    }
  *taken = i;
  return TRUE;
}
