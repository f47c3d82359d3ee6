/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-parser-private.h"

#include "core/xmpp-element-names.h"
#include "core/xmpp-element-print.h"
#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

/* XEP-0388; only to wipe what comes in it */
#define XMPP_NS_SASL2 "urn:xmpp:sasl:2"

/* libxml2's input buffer, which otherwise makes up most of an idle context */
#define BUFFER_SIZE 512

/* What the handlers get in attributes[], SAX2 */
enum
{
  ATTRIBUTE_NAME,
  ATTRIBUTE_PREFIX,
  ATTRIBUTE_XMLNS,
  ATTRIBUTE_VALUE,
  ATTRIBUTE_END,
  ATTRIBUTE_FIELDS,
};

void
xmpp_parser_fail (XmppParser *parser, XmppStreamError code, const char *message)
{
  if (parser->error == NULL && !parser->end_ready)
    parser->error = g_error_new_literal (XMPP_STREAM_ERROR, code, message);
  /* libxml2 reads on to the end of the piece, but calls nobody. */
  if (parser->context != NULL)
    parser->context->disableSAX = 1;
}

static void
fail_policy (XmppParser *parser, const char *message)
{
  xmpp_parser_fail (parser, XMPP_STREAM_ERROR_POLICY_VIOLATION, message);
}

/* A minute's worth of keep-alives, RFC 6120 §4.6.1. What stands between two stanzas is
 * measured afresh for each gap: who sends a line feed behind every stanza does no harm. */
void
xmpp_parser_count_white_space (XmppParser *parser, gsize length, gsize waiting)
{
  gint64 now = g_get_monotonic_time ();

  if (now - parser->white_space_since >= 60 * G_USEC_PER_SEC)
    {
      parser->white_space = 0;
      parser->white_space_since = now;
    }
  parser->white_space += length;
  if (parser->white_space + waiting > parser->limits->white_space_bytes_per_minute)
    fail_policy (parser, "The peer sends too much white space");
}

/* Up to where libxml2 has come */
static void
mark_event (XmppParser *parser)
{
  const xmlParserInput *input = parser->context->input;

  parser->last_event = parser->n_fed - (input->end - input->cur);
  parser->n_elements = 0;
  parser->white_space = 0;
}

/* The string for a name or a namespace out of libxml2's dictionary, in @arena where it is not
 * a known one; NULL where it is too long */
static inline const char *
take_name (XmppParser *parser, XmppArena *arena, const xmlChar *name, gsize limit)
{
  const char *known = xmpp_parser_dict_find (parser->dict, name);
  gsize length;

  if (known != NULL)
    return known;
  length = strlen ((const char *) name);
  if (length > limit)
    {
      fail_policy (parser, "The peer sends a name that is too long");
      return NULL;
    }
  return xmpp_arena_strndup (arena, (const char *) name, length);
}

static gboolean
check_namespaces (XmppParser *parser, int n, const xmlChar **namespaces)
{
  const XmppLimitValues *limits = parser->limits;

  if ((guint) n > limits->namespaces)
    {
      fail_policy (parser, "The peer declares too many namespaces in one element");
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    {
      const xmlChar *prefix = namespaces[2 * i];
      const char *xmlns = (const char *) namespaces[2 * i + 1];
      gsize length;

      if (prefix != NULL && strlen ((const char *) prefix) > limits->name_bytes)
        {
          fail_policy (parser, "The peer sends a prefix that is too long");
          return FALSE;
        }
      if (xmlns == NULL ||
          xmpp_parser_dict_find (parser->dict, namespaces[2 * i + 1]) != NULL)
        continue;
      length = strlen (xmlns);
      if (length > limits->namespace_bytes)
        {
          fail_policy (parser, "The peer sends a namespace that is too long");
          return FALSE;
        }
      if (xmpp_text_check_xmlns (xmlns, length) != XMPP_TEXT_GOOD)
        {
          xmpp_parser_fail (parser, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                            "The peer sends a namespace that is no URI");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_attributes (XmppParser *parser,
                 XmppElement *element,
                 int n,
                 const xmlChar **attributes)
{
  const XmppLimitValues *limits = parser->limits;
  XmppAttribute *last = NULL;

  for (int i = 0; i < n; i++, attributes += ATTRIBUTE_FIELDS)
    {
      const char *value = (const char *) attributes[ATTRIBUTE_VALUE];
      gsize length = attributes[ATTRIBUTE_END] - attributes[ATTRIBUTE_VALUE];
      const char *xmlns = NULL;
      const char *name;

      name = take_name (parser, element->arena, attributes[ATTRIBUTE_NAME],
                        limits->name_bytes);
      if (name == NULL)
        return FALSE;
      if (attributes[ATTRIBUTE_XMLNS] != NULL)
        {
          xmlns = take_name (parser, element->arena, attributes[ATTRIBUTE_XMLNS],
                             limits->namespace_bytes);
          if (xmlns == NULL)
            return FALSE;
        }
      else if (attributes[ATTRIBUTE_PREFIX] != NULL)
        {
          xmpp_parser_fail (parser, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX,
                            "The peer uses a prefix that it has not declared");
          return FALSE;
        }
      xmpp_element_link_attribute (element, &last, name, xmlns,
                                   xmpp_arena_strndup (element->arena, value, length));
    }
  return TRUE;
}

/* What an idle parser starts from: <stream:stream xmlns='…' xmlns:stream='…'> */
static void
keep_root_tag (XmppParser *parser,
               const xmlChar *name,
               const xmlChar *prefix,
               int n,
               const xmlChar **namespaces)
{
  XmppBuffer buffer = { 0 };
  g_autofree char *start = NULL;

  start = prefix != NULL ? g_strdup_printf ("<%s:%s", prefix, name)
                         : g_strdup_printf ("<%s", name);
  xmpp_buffer_append (&buffer, start, strlen (start));
  for (int i = 0; i < n; i++)
    {
      const char *declared = (const char *) namespaces[2 * i];
      const char *xmlns = (const char *) namespaces[2 * i + 1];

      xmpp_buffer_append (&buffer, " xmlns", 6);
      if (declared != NULL)
        {
          xmpp_buffer_append (&buffer, ":", 1);
          xmpp_buffer_append (&buffer, declared, strlen (declared));
        }
      else
        {
          g_free (parser->content_xmlns);
          parser->content_xmlns = g_strdup (xmlns != NULL ? xmlns : "");
        }
      xmpp_buffer_append (&buffer, "='", 2);
      if (xmlns != NULL)
        xmpp_element_print_escaped (&buffer, xmlns, strlen (xmlns), TRUE);
      xmpp_buffer_append (&buffer, "'", 1);
    }
  xmpp_buffer_append (&buffer, ">", 1);
  parser->root_tag =
      g_strndup (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer));
  xmpp_buffer_clear (&buffer);
}

static gboolean
check_root (XmppParser *parser, const char *name, const char *xmlns)
{
  if (!xmpp_names_equal (xmlns, xmpp_xmlns_streams))
    {
      xmpp_parser_fail (parser, XMPP_STREAM_ERROR_INVALID_NAMESPACE,
                        "The peer's root element is not in the namespace of XMPP "
                        "streams");
      return FALSE;
    }
  if (strcmp (name, "stream") != 0)
    {
      xmpp_parser_fail (parser, XMPP_STREAM_ERROR_BAD_FORMAT,
                        "The peer's root element is not a stream");
      return FALSE;
    }
  return TRUE;
}

/* Bounds that hold for every element, before anything is copied */
static gboolean
check_limits (XmppParser *parser,
              int n_namespaces,
              const xmlChar **namespaces,
              int n_attributes)
{
  const XmppLimitValues *limits = parser->limits;

  if (parser->depth > (parser->authenticated ? limits->depth : limits->depth_before_auth))
    {
      fail_policy (parser, "The peer nests elements too deeply");
      return FALSE;
    }
  if (++parser->n_elements >
      (parser->authenticated ? limits->elements : limits->elements_before_auth))
    {
      fail_policy (parser, "The peer sends a stanza of too many elements");
      return FALSE;
    }
  if ((guint) n_attributes > limits->attributes)
    {
      fail_policy (parser, "The peer sends an element with too many attributes");
      return FALSE;
    }
  return n_namespaces == 0 || check_namespaces (parser, n_namespaces, namespaces);
}

static void
start_element (void *user_data,
               const xmlChar *local_name,
               const xmlChar *prefix,
               const xmlChar *uri,
               int n_namespaces,
               const xmlChar **namespaces,
               int n_attributes,
               int n_defaulted,
               const xmlChar **attributes)
{
  XmppParser *parser = user_data;
  const XmppLimitValues *limits = parser->limits;
  XmppElement *element;
  XmppArena *arena;
  const char *name;
  const char *xmlns = "";

  if (parser->error != NULL)
    return;
  if (parser->restoring)
    {
      parser->depth = 1;
      return;
    }
  if (uri == NULL && prefix != NULL)
    {
      xmpp_parser_fail (parser, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX,
                        "The peer uses a prefix that it has not declared");
      return;
    }
  if (!check_limits (parser, n_namespaces, namespaces, n_attributes))
    return;

  if (parser->current != NULL)
    arena = parser->current->arena;
  else
    /* A header is kept as long as its stream. */
    arena = xmpp_arena_new (parser->depth == 0 ? XMPP_ARENA_SMALL : XMPP_ARENA_STANZA);
  name = take_name (parser, arena, local_name, limits->name_bytes);
  if (name != NULL && uri != NULL)
    xmlns = take_name (parser, arena, uri, limits->namespace_bytes);
  if (name == NULL || xmlns == NULL ||
      (parser->depth == 0 && !check_root (parser, name, xmlns)))
    {
      if (parser->current == NULL)
        xmpp_arena_unref (arena);
      return;
    }

  element = xmpp_element_new_in (arena, name, xmlns);
  element->node.flags |= XMPP_ELEMENT_SEALED;
  if (parser->current != NULL)
    xmpp_element_link_child (parser->current, element);
  parser->current = element;
  if (n_attributes > 0 && !take_attributes (parser, element, n_attributes, attributes))
    return;

  if (parser->depth == 0)
    {
      parser->header = g_steal_pointer (&parser->current);
      parser->header_place = parser->context->input->cur;
      xmpp_arena_add_flags (arena, XMPP_ARENA_SEALED);
      keep_root_tag (parser, local_name, prefix, n_namespaces, namespaces);
      mark_event (parser);
      /* libxml2 still stands before the end of this tag, which is no part of what follows. */
      if (*parser->context->input->cur == '>')
        parser->last_event++;
    }
  else if (parser->depth == 1)
    {
      xmpp_arena_add_flags (arena, XMPP_ARENA_SEALED);
      if (xmpp_names_equal (xmlns, XMPP_NS_SASL) ||
          xmpp_names_equal (xmlns, XMPP_NS_SASL2))
        xmpp_arena_add_flags (arena, XMPP_ARENA_SENSITIVE);
      if (xmlns == xmpp_xmlns_streams && strcmp (name, "stream") == 0)
        xmpp_parser_fail (parser, XMPP_STREAM_ERROR_BAD_FORMAT,
                          "The peer opens a stream inside its stream");
    }
  parser->depth++;
}

static void
end_element (void *user_data,
             const xmlChar *name,
             const xmlChar *prefix,
             const xmlChar *uri)
{
  XmppParser *parser = user_data;
  XmppElement *element = parser->current;

  if (parser->error != NULL)
    return;
  parser->depth--;

  if (parser->depth == 0)
    {
      mark_event (parser);
      parser->end_ready = TRUE;
      /* What follows in the same piece is nobody's. */
      parser->context->disableSAX = 1;
      return;
    }
  xmpp_element_join_text (element);
  parser->current = element->parent;
  if (parser->depth > 1)
    return;

  element->node.next = NULL;
  if (parser->last_ready != NULL)
    parser->last_ready->next = &element->node;
  else
    parser->first_ready = &element->node;
  parser->last_ready = &element->node;
  mark_event (parser);
}

static gboolean
is_white_space (const xmlChar *text, int length)
{
  for (int i = 0; i < length; i++)
    if (text[i] != ' ' && text[i] != '\n' && text[i] != '\r' && text[i] != '\t')
      return FALSE;
  return TRUE;
}

static void
characters (void *user_data, const xmlChar *text, int length)
{
  XmppParser *parser = user_data;

  if (parser->error != NULL)
    return;
  if (parser->current != NULL)
    {
      xmpp_element_link_text (parser->current, (const char *) text, length);
      return;
    }
  if (is_white_space (text, length))
    xmpp_parser_count_white_space (parser, length, 0);
  else
    xmpp_parser_fail (parser, XMPP_STREAM_ERROR_BAD_FORMAT,
                      "The peer sends text outside of stanzas");
}

/* In CDATA libxml2 takes overlong forms for characters. It does not cut characters. */
static void
cdata (void *user_data, const xmlChar *text, int length)
{
  XmppParser *parser = user_data;

  if (xmpp_text_check ((const char *) text, length) != XMPP_TEXT_GOOD)
    xmpp_parser_fail (parser, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                      "The peer sends text that is not UTF-8");
  characters (parser, text, length);
}

static void
refuse (XmppParser *parser, const char *message)
{
  xmpp_parser_fail (parser, XMPP_STREAM_ERROR_RESTRICTED_XML, message);
}

static void
comment (void *user_data, const xmlChar *text)
{
  refuse (user_data, "The peer sends a comment, which XMPP forbids");
}

static void
processing_instruction (void *user_data, const xmlChar *target, const xmlChar *text)
{
  refuse (user_data, "The peer sends a processing instruction, which XMPP forbids");
}

static void
reference (void *user_data, const xmlChar *name)
{
  refuse (user_data, "The peer sends an entity reference, which XMPP forbids");
}

static void
internal_subset (void *user_data,
                 const xmlChar *name,
                 const xmlChar *external_id,
                 const xmlChar *system_id)
{
  XmppParser *parser = user_data;

  refuse (parser, "The peer sends a document type, which XMPP forbids");
  /* Nothing of it is read, not even to be ignored. */
  xmlStopParser (parser->context);
}

static XmppStreamError
condition_of (const xmlError *error, const char **message)
{
  switch (error->code)
    {
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
      *message = "The peer uses a prefix that it has not declared";
      return XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX;
    case XML_ERR_UNDECLARED_ENTITY:
      *message = "The peer sends an entity reference, which XMPP forbids";
      return XMPP_STREAM_ERROR_RESTRICTED_XML;
    case XML_ERR_RESERVED_XML_NAME:
      *message = "The peer sends a second XML declaration";
      return XMPP_STREAM_ERROR_RESTRICTED_XML;
    case XML_ERR_NAME_TOO_LONG:
      *message = "The peer sends a name that is too long";
      return XMPP_STREAM_ERROR_POLICY_VIOLATION;
    case XML_ERR_NO_MEMORY:
      *message = "There is no memory for what the peer sends";
      return XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT;
    default:
      *message = "The peer's XML is not well-formed";
      return XMPP_STREAM_ERROR_NOT_WELL_FORMED;
    }
}

/* libxml2 goes on after errors in namespaces; here every error is the last. Its messages are
 * not passed on: they quote what the peer has sent. */
static void
structured_error (void *user_data, xmlErrorPtr error)
{
  XmppParser *parser = user_data;
  const char *message;
  XmppStreamError condition;

  /* Of a URI it only says that it dislikes it: check_namespaces() has an own opinion. */
  if (error->level < XML_ERR_ERROR || error->code == XML_WAR_NS_URI ||
      error->code == XML_WAR_NS_URI_RELATIVE)
    return;
  /* start_element() is called before libxml2 looks for the end of the tag. */
  if (error->code == XML_ERR_GT_REQUIRED && parser->header != NULL &&
      parser->header_place == parser->context->input->cur)
    g_clear_pointer (&parser->header, xmpp_element_unref);
  condition = condition_of (error, &message);
  xmpp_parser_fail (parser, condition, message);
}

static const xmlSAXHandler handlers = {
  .initialized = XML_SAX2_MAGIC,
  .startElementNs = start_element,
  .endElementNs = end_element,
  .characters = characters,
  .ignorableWhitespace = characters,
  .cdataBlock = cdata,
  .comment = comment,
  .processingInstruction = processing_instruction,
  .reference = reference,
  .internalSubset = internal_subset,
  .serror = structured_error,
};

static xmlParserCtxtPtr
new_context (XmppParser *parser)
{
  xmlSAXHandler sax = handlers;
  xmlParserCtxtPtr context;
  int buffer_size = xmlDefaultBufferSize;

  /* The variable is the thread's own. */
  xmlDefaultBufferSize = BUFFER_SIZE;
  context = xmlCreatePushParserCtxt (&sax, parser, NULL, 0, NULL);
  xmlDefaultBufferSize = buffer_size;
  if (context == NULL)
    g_error ("no memory for an XML parser");

  /* NOENT: without it &amp; in an attribute would come as &#38;. There is no DTD whose entities
   * it could expand. */
  xmlCtxtUseOptions (context, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);

  xmlDictFree (context->dict);
  context->dict = xmpp_parser_dict_peek (parser->dict);
  xmlDictReference (context->dict);
  context->dictNames = 1;
  context->str_xml = xmlDictLookup (context->dict, BAD_CAST "xml", 3);
  context->str_xmlns = xmlDictLookup (context->dict, BAD_CAST "xmlns", 5);
  context->str_xml_ns = xmlDictLookup (context->dict, XML_XML_NAMESPACE, -1);
  return context;
}

void
xmpp_parser_wake (XmppParser *parser)
{
  if (parser->context != NULL)
    return;
  parser->bloated = FALSE;
  parser->dict = xmpp_parser_dict_get ();
  xmpp_parser_dict_lock (parser->dict);
  parser->context = new_context (parser);
  if (parser->root_tag != NULL)
    {
      parser->restoring = TRUE;
      xmlParseChunk (parser->context, parser->root_tag, strlen (parser->root_tag), FALSE);
      parser->restoring = FALSE;
    }
  xmpp_parser_dict_unlock (parser->dict);
}

void
xmpp_parser_drop_context (XmppParser *parser)
{
  XmppParserDict *dict = parser->dict;

  if (parser->context == NULL)
    return;
  xmpp_parser_dict_lock (dict);
  xmlFreeParserCtxt (g_steal_pointer (&parser->context));
  xmpp_parser_dict_unlock (dict);
  parser->dict = NULL;
  xmpp_parser_dict_unref (dict);
}
