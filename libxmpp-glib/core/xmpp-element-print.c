/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-element-print.h"

#include "core/xmpp-element-internal.h"
#include "core/xmpp-element-names.h"
#include "core/xmpp-namespaces.h"

/* Where the printer is: inside @element, whose namespace is @xmlns, and what a name without a
 * prefix means there. An entry for each element that differs from its parent. */
typedef struct
{
  XmppElement *element;
  const char *xmlns;         /* NULL: that of a stream which is not known */
  const char *default_xmlns; /* NULL: as above */
  const char *prefix;        /* NULL: none is needed */
} Scope;

/* The header of the stream declares the first, the second is never declared. */
static const char stream_prefix[] = "stream:";
static const char xml_prefix[] = "xml:";

typedef struct
{
  XmppBuffer *buffer;
  const char *content_xmlns;
  gboolean masked;
  gboolean has_stream_prefix;
  XmppElement *root;
  const char *root_xmlns; /* may come from a parent that is not printed */
  Scope *scope;           /* the innermost */
  Scope *scopes;
  guint size;
  Scope fixed[16];
} Printer;

static inline void
put (XmppBuffer *buffer, const char *text, gsize length)
{
  char *end = length <= buffer->size - buffer->end ? buffer->data + buffer->end
                                                   : xmpp_buffer_reserve (buffer, length);

  memcpy (end, text, length);
  buffer->end += length;
}

#define put_literal(buffer, literal) put (buffer, literal, sizeof (literal) - 1)

/* 1: to be escaped everywhere, 2: in attributes. CR would come back as LF from text. */
static const guint8 special[256] = {
  ['\t'] = 2, ['\n'] = 2, ['\r'] = 1, ['"'] = 1,
  ['&'] = 1,  ['\''] = 1, ['<'] = 1,  ['>'] = 1,
};

static void
put_reference (XmppBuffer *buffer, char c)
{
  switch (c)
    {
    case '&':
      put_literal (buffer, "&amp;");
      break;
    case '<':
      put_literal (buffer, "&lt;");
      break;
    case '>':
      put_literal (buffer, "&gt;");
      break;
    case '"':
      put_literal (buffer, "&quot;");
      break;
    case '\'':
      put_literal (buffer, "&apos;");
      break;
    case '\t':
      put_literal (buffer, "&#9;");
      break;
    case '\n':
      put_literal (buffer, "&#10;");
      break;
    default:
      put_literal (buffer, "&#13;");
      break;
    }
}

#define EACH_BYTE(c) (G_GUINT64_CONSTANT (0x0101010101010101) * (c))

/* The highest bit of each byte that is zero; above the first such byte also of others */
static inline guint64
find_zero (guint64 bytes)
{
  return (bytes - EACH_BYTE (0x01)) & ~bytes & EACH_BYTE (0x80);
}

/* Nonzero where one of eight bytes may be special: below 0x20; " # & ' are 0x22 but for two
 * bits, < and > 0x3c but for one */
static inline guint64
may_be_special (guint64 bytes)
{
  return ((bytes - EACH_BYTE (0x20)) & ~bytes & EACH_BYTE (0x80)) |
         find_zero ((bytes & ~EACH_BYTE (0x05)) ^ EACH_BYTE (0x22)) |
         find_zero ((bytes & ~EACH_BYTE (0x02)) ^ EACH_BYTE (0x3c));
}

/* Most text needs no escaping, and is looked at eight bytes at a time. */
void
xmpp_element_print_escaped (XmppBuffer *buffer,
                            const char *text,
                            gsize length,
                            gboolean attribute)
{
  const guint8 threshold = attribute ? 2 : 1;
  gsize start = 0;
  gsize i = 0;

  while (i < length)
    {
      gsize end = MIN (i + 8, length);
      guint64 bytes;

      if (i + 8 <= length)
        {
          memcpy (&bytes, text + i, 8);
          if (G_LIKELY (may_be_special (bytes) == 0))
            {
              i += 8;
              continue;
            }
        }
      for (; i < end; i++)
        {
          guint8 kind = special[(guchar) text[i]];

          if (G_LIKELY (kind == 0 || kind > threshold))
            continue;
          put (buffer, text + start, i - start);
          put_reference (buffer, text[i]);
          start = i + 1;
        }
    }
  put (buffer, text + start, length - start);
}

static inline void
put_attribute (XmppBuffer *buffer, const char *name, const char *value)
{
  put (buffer, name, strlen (name));
  put_literal (buffer, "='");
  xmpp_element_print_escaped (buffer, value, strlen (value), TRUE);
  put_literal (buffer, "'");
}

static gboolean
same (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return xmpp_names_equal (a, b);
}

static gboolean
is_content (const char *xmlns)
{
  return xmlns == xmpp_xmlns_client || xmlns == xmpp_xmlns_server ||
         xmlns == xmpp_xmlns_component;
}

/* The namespace to write for @element. A stanza that was made for one kind of stream, and
 * stands at the top of another, belongs to that one; inside something else (XEP-0297) it
 * keeps what it has. */
static const char *
written_xmlns (Printer *printer, XmppElement *element)
{
  const Scope *outer = printer->scope;
  const char *xmlns = element == printer->root ? printer->root_xmlns : element->xmlns;

  if (xmlns == NULL)
    return outer->xmlns;
  if (printer->content_xmlns != NULL && is_content (xmlns) &&
      (outer->prefix == stream_prefix || same (outer->xmlns, printer->content_xmlns)))
    return printer->content_xmlns;
  return xmlns;
}

static void
enter (Printer *printer, const Scope *scope)
{
  guint used = printer->scope - printer->scopes + 1;

  if (used == printer->size)
    {
      Scope *grown = g_new (Scope, printer->size * 2);

      memcpy (grown, printer->scopes, used * sizeof (Scope));
      if (printer->scopes != printer->fixed)
        g_free (printer->scopes);
      printer->scopes = grown;
      printer->size *= 2;
    }
  printer->scopes[used] = *scope;
  printer->scope = printer->scopes + used;
}

/* Attributes with a namespace get prefixes ns1, ns2, … that hold for this element only. */
static void
put_foreign_attribute (Printer *printer, XmppElement *element, XmppAttribute *attribute)
{
  XmppBuffer *buffer = printer->buffer;
  gboolean declared = FALSE;
  guint number = 1;
  char prefix[32];

  if (xmpp_names_equal (attribute->xmlns, XMPP_NS_XML))
    {
      put_literal (buffer, " xml:");
      put_attribute (buffer, attribute->name, attribute->value);
      return;
    }

  /* The number of the first attribute with this namespace */
  for (XmppAttribute *other = element->attributes; other != attribute;
       other = other->next)
    {
      declared = other->xmlns != NULL &&
                 xmpp_names_equal (other->xmlns, attribute->xmlns);
      if (declared)
        break;
      number++;
    }
  if (!declared)
    {
      g_snprintf (prefix, sizeof prefix, " xmlns:ns%u", number);
      put_attribute (buffer, prefix, attribute->xmlns);
    }
  g_snprintf (prefix, sizeof prefix, " ns%u:", number);
  put (buffer, prefix, strlen (prefix));
  put_attribute (buffer, attribute->name, attribute->value);
}

static const char *
choose_prefix (const Printer *printer, const Scope *scope)
{
  if (printer->has_stream_prefix && same (scope->xmlns, xmpp_xmlns_streams))
    return stream_prefix;
  /* Namespaces in XML 1.0 §3: it must not be the default. */
  if (!same (scope->xmlns, scope->default_xmlns) && same (scope->xmlns, XMPP_NS_XML))
    return xml_prefix;
  return NULL;
}

static void
put_name (Printer *printer, const char *prefix, XmppElement *element)
{
  if (prefix != NULL)
    put (printer->buffer, prefix, strlen (prefix));
  put (printer->buffer, element->name, strlen (element->name));
}

/* <stream:name, or <name xmlns='…'; then the attributes */
static void
open_element (Printer *printer, XmppElement *element)
{
  XmppBuffer *buffer = printer->buffer;
  Scope scope = { .element = element };

  scope.xmlns = written_xmlns (printer, element);
  scope.default_xmlns = printer->scope->default_xmlns;
  scope.prefix = choose_prefix (printer, &scope);

  put_literal (buffer, "<");
  put_name (printer, scope.prefix, element);
  if (scope.prefix == NULL && !same (scope.xmlns, scope.default_xmlns))
    {
      scope.default_xmlns = scope.xmlns;
      put_literal (buffer, " ");
      put_attribute (buffer, "xmlns", scope.xmlns);
    }
  else if (scope.prefix == stream_prefix && printer->content_xmlns == NULL &&
           printer->scope == printer->scopes)
    {
      put_literal (buffer, " ");
      put_attribute (buffer, "xmlns:stream", scope.xmlns);
    }

  for (XmppAttribute *attribute = element->attributes; attribute != NULL;
       attribute = attribute->next)
    {
      if (attribute->xmlns != NULL)
        {
          put_foreign_attribute (printer, element, attribute);
          continue;
        }
      put_literal (buffer, " ");
      put_attribute (buffer, attribute->name, attribute->value);
    }

  if (element->first == NULL)
    {
      put_literal (buffer, "/>");
      return;
    }
  put_literal (buffer, ">");
  if (scope.xmlns != printer->scope->xmlns ||
      scope.default_xmlns != printer->scope->default_xmlns)
    enter (printer, &scope);
}

static void
close_element (Printer *printer, XmppElement *element)
{
  XmppBuffer *buffer = printer->buffer;

  if (element->first == NULL)
    return;
  put_literal (buffer, "</");
  put_name (printer, printer->scope->prefix, element);
  put_literal (buffer, ">");
  if (printer->scope->element == element)
    printer->scope--;
}

static void
print_text (Printer *printer, XmppElement *element, XmppText *piece)
{
  if (printer->masked && (element->node.flags & XMPP_ELEMENT_SENSITIVE))
    {
      char note[32];

      g_snprintf (note, sizeof note, "[%" G_GSIZE_FORMAT " bytes]", piece->length);
      put (printer->buffer, note, strlen (note));
      return;
    }
  xmpp_element_print_escaped (printer->buffer, piece->text, piece->length, FALSE);
}

void
xmpp_element_print (XmppBuffer *buffer,
                    XmppElement *element,
                    const char *content_xmlns,
                    gboolean masked)
{
  XmppElement *root = element;
  XmppNode *node;
  Printer printer;

  printer.buffer = buffer;
  printer.content_xmlns = content_xmlns;
  printer.masked = masked;
  printer.root = root;
  printer.root_xmlns = xmpp_element_get_xmlns (root);
  printer.has_stream_prefix = content_xmlns != NULL ||
                              same (printer.root_xmlns, xmpp_xmlns_streams);
  printer.scopes = printer.fixed;
  printer.scope = printer.fixed;
  printer.size = G_N_ELEMENTS (printer.fixed);
  printer.fixed[0] = (Scope){ NULL, content_xmlns, content_xmlns, NULL };

  open_element (&printer, root);
  node = root->first;
  for (;;)
    {
      if (node == NULL)
        {
          close_element (&printer, element);
          if (element == root)
            break;
          node = element->node.next;
          element = element->parent;
        }
      else if (xmpp_node_is_element (node))
        {
          element = (XmppElement *) node;
          open_element (&printer, element);
          node = element->first;
        }
      else
        {
          print_text (&printer, element, (XmppText *) node);
          node = node->next;
        }
    }
  if (printer.scopes != printer.fixed)
    g_free (printer.scopes);
}

/**
 * xmpp_element_to_string:
 * @element: an element
 *
 * Writes the element as it would go out on its own. Where it is marked as carrying secrets,
 * each text in it is replaced by its length. For an element that is broken, what is wrong
 * with it in brackets.
 *
 * Returns: (transfer full): XML in UTF-8
 *
 * Since: 1.0
 */
char *
xmpp_element_to_string (XmppElement *element)
{
  g_autoptr (GError) error = NULL;
  XmppBuffer buffer = { 0 };

  g_return_val_if_fail (element != NULL, NULL);

  if (!xmpp_element_check (element, &error))
    return g_strdup_printf ("[%s]", error->message);
  xmpp_element_print (&buffer, element, NULL, TRUE);
  put (&buffer, "", 1);
  return buffer.data;
}
