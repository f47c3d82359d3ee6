/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-parser-scan.h"

static const char cdata_start[] = "[CDATA[";

static void
scan_mark (XmppParserScan *scan, char c)
{
  if (c != cdata_start[scan->matched])
    scan->state = XMPP_PARSER_SCAN_FORBIDDEN;
  else if (++scan->matched == sizeof cdata_start - 1)
    {
      scan->state = XMPP_PARSER_SCAN_CDATA;
      scan->matched = 0;
    }
}

static void
scan_cdata (XmppParserScan *scan, char c)
{
  if (c == ']')
    scan->matched = MIN (scan->matched + 1, 2);
  else if (c == '>' && scan->matched == 2)
    scan->state = XMPP_PARSER_SCAN_TEXT;
  else
    scan->matched = 0;
}

/* TRUE where @c ends a tag */
static gboolean
scan_tag (XmppParserScan *scan, char c)
{
  if (c == '>')
    {
      scan->state = XMPP_PARSER_SCAN_TEXT;
      return TRUE;
    }
  if (c == '\'')
    scan->state = XMPP_PARSER_SCAN_SINGLE_QUOTED;
  else if (c == '"')
    scan->state = XMPP_PARSER_SCAN_DOUBLE_QUOTED;
  return FALSE;
}

static gboolean
scan_byte (XmppParserScan *scan, char c)
{
  switch (scan->state)
    {
    case XMPP_PARSER_SCAN_TEXT:
      if (c == '<')
        scan->state = XMPP_PARSER_SCAN_LESS;
      return FALSE;
    case XMPP_PARSER_SCAN_LESS:
      scan->matched = 0;
      scan->state = c == '!'   ? XMPP_PARSER_SCAN_MARK
                    : c == '?' ? XMPP_PARSER_SCAN_FORBIDDEN
                               : XMPP_PARSER_SCAN_TAG;
      return c == '>' && scan_tag (scan, c);
    case XMPP_PARSER_SCAN_TAG:
      return scan_tag (scan, c);
    case XMPP_PARSER_SCAN_SINGLE_QUOTED:
      if (c == '\'')
        scan->state = XMPP_PARSER_SCAN_TAG;
      return FALSE;
    case XMPP_PARSER_SCAN_DOUBLE_QUOTED:
      if (c == '"')
        scan->state = XMPP_PARSER_SCAN_TAG;
      return FALSE;
    case XMPP_PARSER_SCAN_MARK:
      scan_mark (scan, c);
      return FALSE;
    case XMPP_PARSER_SCAN_CDATA:
      scan_cdata (scan, c);
      return FALSE;
    case XMPP_PARSER_SCAN_FORBIDDEN:
    case XMPP_PARSER_SCAN_LOST:
    default:
      return FALSE;
    }
}

gsize
xmpp_parser_scan (XmppParserScan *scan, const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (scan_byte (scan, data[i]))
      return i + 1;
  return length;
}
