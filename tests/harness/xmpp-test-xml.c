/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-xml.h"

#include <string.h>

#define NS_STREAMS "http://etherx.jabber.org/streams"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

struct _XmppTestXml
{
  char *name;             /* "{namespace}local" */
  char *default_xmlns;    /* in force inside the element */
  GHashTable *prefixes;   /* declared here */
  GHashTable *attributes; /* resolved name → value */
  GPtrArray *children;    /* of XmppTestXml, in order */
  GString *text;
  XmppTestXml *parent;
};

/* ---- Splitting ---- */

/* Behind the '>' of the tag that starts at @at, quotes respected; 0: not there */
static gsize
tag_end (const char *data, gsize length, gsize at)
{
  char quote = 0;

  for (; at < length; at++)
    {
      if (quote != 0)
        {
          if (data[at] == quote)
            quote = 0;
        }
      else if (data[at] == '"' || data[at] == '\'')
        quote = data[at];
      else if (data[at] == '>')
        return at + 1;
    }

  return 0;
}

static gboolean
starts_with (const char *data, gsize length, gsize at, const char *word)
{
  gsize n = strlen (word);

  return length - at >= n && strncmp (data + at, word, n) == 0;
}

/* Behind the end tag that belongs to the start tag at @at */
static gsize
element_end (const char *data, gsize length, gsize at)
{
  int depth = 0;

  while (at < length)
    {
      gsize end;

      if (data[at] != '<')
        {
          at++;
          continue;
        }

      end = tag_end (data, length, at);
      if (end == 0)
        return 0;
      if (data[at + 1] == '/')
        depth--;
      else if (data[end - 2] != '/')
        depth++;
      if (depth == 0)
        return end;
      at = end;
    }

  return 0;
}

gsize
xmpp_test_xml_split (const char *data, gsize length, XmppTestUnit *unit)
{
  gsize at = 0;

  if (length == 0)
    return 0;

  if (g_ascii_isspace (data[0]))
    {
      *unit = XMPP_TEST_UNIT_SPACE;
      while (at < length && g_ascii_isspace (data[at]))
        at++;
      return at;
    }

  if (data[0] != '<')
    {
      *unit = XMPP_TEST_UNIT_BROKEN;
      return length;
    }

  if (length < 2)
    return 0;

  if (data[1] == '/')
    {
      *unit = XMPP_TEST_UNIT_END;
      return tag_end (data, length, 0);
    }

  if (data[1] == '?')
    {
      *unit = XMPP_TEST_UNIT_HEADER;
      at = tag_end (data, length, 0);
      while (at > 0 && at < length && g_ascii_isspace (data[at]))
        at++;
      return at == 0 || at == length ? 0 : tag_end (data, length, at);
    }

  if (starts_with (data, length, 0, "<stream:stream"))
    {
      *unit = XMPP_TEST_UNIT_HEADER;
      return tag_end (data, length, 0);
    }

  *unit = XMPP_TEST_UNIT_ELEMENT;
  return element_end (data, length, 0);
}

/* ---- The tree ---- */

void
xmpp_test_xml_free (XmppTestXml *xml)
{
  g_free (xml->name);
  g_free (xml->default_xmlns);
  g_hash_table_unref (xml->prefixes);
  g_hash_table_unref (xml->attributes);
  g_ptr_array_unref (xml->children);
  g_string_free (xml->text, TRUE);
  g_free (xml);
}

static XmppTestXml *
new_xml (XmppTestXml *parent, const char *default_xmlns)
{
  XmppTestXml *xml = g_new0 (XmppTestXml, 1);

  xml->parent = parent;
  xml->default_xmlns = g_strdup (default_xmlns);
  xml->prefixes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  xml->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  xml->children = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_test_xml_free);
  xml->text = g_string_new (NULL);

  return xml;
}

const char *
xmpp_test_xml_get_default_xmlns (XmppTestXml *xml)
{
  return xml->default_xmlns;
}

static const char *
find_prefix (XmppTestXml *xml, const char *prefix)
{
  for (; xml != NULL; xml = xml->parent)
    {
      const char *uri = g_hash_table_lookup (xml->prefixes, prefix);

      if (uri != NULL)
        return uri;
    }

  if (g_str_equal (prefix, "stream"))
    return NS_STREAMS;
  if (g_str_equal (prefix, "xml"))
    return NS_XML;
  return NULL;
}

/* NULL with an error where the prefix is not bound */
static char *
resolve (XmppTestXml *xml, const char *name, const char *default_xmlns, GError **error)
{
  const char *colon = strchr (name, ':');
  g_autofree char *prefix = NULL;
  const char *uri;

  if (colon == NULL)
    return g_strdup_printf ("{%s}%s", default_xmlns, name);

  prefix = g_strndup (name, colon - name);
  uri = find_prefix (xml, prefix);
  if (uri == NULL)
    {
      g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                   "The prefix of %s is not bound", name);
      return NULL;
    }

  return g_strdup_printf ("{%s}%s", uri, colon + 1);
}

typedef struct
{
  XmppTestXml *root;
  XmppTestXml *current;
  const char *content_xmlns;
} Build;

static void
start_cb (GMarkupParseContext *context,
          const char *name,
          const char **names,
          const char **values,
          gpointer user_data,
          GError **error)
{
  Build *build = user_data;
  XmppTestXml *parent = build->current;
  XmppTestXml *xml =
      new_xml (parent, parent != NULL ? parent->default_xmlns : build->content_xmlns);

  if (parent != NULL)
    g_ptr_array_add (parent->children, xml);
  else
    build->root = xml;
  build->current = xml;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "xmlns"))
        {
          g_free (xml->default_xmlns);
          xml->default_xmlns = g_strdup (values[i]);
        }
      else if (g_str_has_prefix (names[i], "xmlns:"))
        g_hash_table_insert (xml->prefixes, g_strdup (names[i] + 6),
                             g_strdup (values[i]));
    }

  xml->name = resolve (xml, name, xml->default_xmlns, error);
  for (guint i = 0; xml->name != NULL && names[i] != NULL; i++)
    {
      char *resolved;

      if (g_str_equal (names[i], "xmlns") || g_str_has_prefix (names[i], "xmlns:"))
        continue;
      resolved = resolve (xml, names[i], "", error);
      if (resolved == NULL)
        return;
      g_hash_table_insert (xml->attributes, resolved, g_strdup (values[i]));
    }
}

static void
end_cb (GMarkupParseContext *context,
        const char *name,
        gpointer user_data,
        GError **error)
{
  Build *build = user_data;

  build->current = build->current->parent;
}

static void
text_cb (GMarkupParseContext *context,
         const char *text,
         gsize length,
         gpointer user_data,
         GError **error)
{
  Build *build = user_data;

  if (build->current != NULL)
    g_string_append_len (build->current->text, text, (gssize) length);
}

XmppTestXml *
xmpp_test_xml_parse (const char *data,
                     gsize length,
                     XmppTestUnit unit,
                     const char *content_xmlns,
                     GError **error)
{
  const GMarkupParser parser = { start_cb, end_cb, text_cb, NULL, NULL };
  Build build = { NULL, NULL, content_xmlns };
  g_autoptr (GMarkupParseContext)
      context = g_markup_parse_context_new (&parser, 0, &build, NULL);
  gboolean parsed = g_markup_parse_context_parse (context, data, (gssize) length, error);

  if (parsed && unit == XMPP_TEST_UNIT_HEADER)
    parsed = g_markup_parse_context_parse (context, "</stream:stream>", -1, error);
  if (parsed)
    parsed = g_markup_parse_context_end_parse (context, error);

  if (!parsed)
    g_clear_pointer (&build.root, xmpp_test_xml_free);

  return build.root;
}

/* ---- Comparing ---- */

static gboolean
value_fits (const char *pattern, const char *value, GHashTable *variables)
{
  const char *open = strchr (pattern, '{');
  const char *close = open != NULL ? strchr (open, '}') : NULL;
  g_autofree char *word = NULL;
  g_autofree char *part = NULL;
  const char *known;
  gsize before, behind, length = strlen (value);

  if (close == NULL)
    return g_str_equal (pattern, value);

  before = open - pattern;
  behind = strlen (close + 1);
  if (length < before + behind || strncmp (pattern, value, before) != 0 ||
      !g_str_equal (close + 1, value + length - behind))
    return FALSE;

  word = g_strndup (open + 1, close - open - 1);
  if (g_str_equal (word, "*"))
    return TRUE;

  part = g_strndup (value + before, length - before - behind);
  known = g_hash_table_lookup (variables, word);
  if (known != NULL)
    return g_str_equal (known, part);

  g_hash_table_insert (variables, g_steal_pointer (&word), g_steal_pointer (&part));
  return TRUE;
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static char *
compare_attributes (XmppTestXml *expected, XmppTestXml *got, GHashTable *variables)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, expected->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const char *other = g_hash_table_lookup (got->attributes, name);

      if (other == NULL)
        return g_strdup_printf ("%s has no attribute %s", got->name, (char *) name);
      if (!value_fits (value, other, variables))
        return g_strdup_printf ("%s of %s is '%s', not '%s'", (char *) name, got->name,
                                other, (char *) value);
    }

  g_hash_table_iter_init (&iter, got->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (!g_hash_table_contains (expected->attributes, name))
        return g_strdup_printf ("%s has the attribute %s='%s', which was not expected",
                                got->name, (char *) name, (char *) value);
    }

  return NULL;
}

char *
xmpp_test_xml_compare (XmppTestXml *expected, XmppTestXml *got, GHashTable *variables)
{
  char *difference;

  if (!g_str_equal (expected->name, got->name))
    return g_strdup_printf ("%s instead of %s", got->name, expected->name);

  difference = compare_attributes (expected, got, variables);
  if (difference != NULL)
    return difference;

  if (is_blank (expected->text->str)
          ? !is_blank (got->text->str)
          : !value_fits (expected->text->str, got->text->str, variables))
    return g_strdup_printf ("The text of %s is '%s', not '%s'", got->name, got->text->str,
                            expected->text->str);

  if (expected->children->len != got->children->len)
    return g_strdup_printf ("%s has %u children, not %u", got->name, got->children->len,
                            expected->children->len);

  for (guint i = 0; i < expected->children->len; i++)
    {
      difference = xmpp_test_xml_compare (g_ptr_array_index (expected->children, i),
                                          g_ptr_array_index (got->children, i),
                                          variables);
      if (difference != NULL)
        return difference;
    }

  return NULL;
}
