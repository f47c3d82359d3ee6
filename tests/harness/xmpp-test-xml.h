/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A second opinion on the bytes of a stream, which shares no code with the library: a
 * splitter, a small tree on GMarkup, a comparison. */

typedef enum
{
  XMPP_TEST_UNIT_HEADER,  /* <stream:stream …>, an XML declaration before it included */
  XMPP_TEST_UNIT_ELEMENT, /* a whole element */
  XMPP_TEST_UNIT_END,     /* </stream:stream> */
  XMPP_TEST_UNIT_SPACE,   /* white space between the others */
  XMPP_TEST_UNIT_BROKEN,  /* anything else */
} XmppTestUnit;

/* How many of the first bytes are the first unit; 0: it is not there in full. */
gsize xmpp_test_xml_split (const char *data, gsize length, XmppTestUnit *unit);

typedef struct _XmppTestXml XmppTestXml;

/* Names are resolved with "stream" bound and @content_xmlns as the default namespace.
 * NULL with a GMarkup error where it is not well-formed. */
XmppTestXml *xmpp_test_xml_parse (const char *data,
                                  gsize length,
                                  XmppTestUnit unit,
                                  const char *content_xmlns,
                                  GError **error);
void xmpp_test_xml_free (XmppTestXml *xml);
/* The default namespace that the element declares or has */
const char *xmpp_test_xml_get_default_xmlns (XmppTestXml *xml);

/* Compares names, namespaces, attributes in any order, children in order, and text but
 * for white space between elements. A value "{*}" in @expected fits all, "{word}" is
 * looked up in @variables (string → string), and put there where it is new. Text may
 * stand around a placeholder. Returns NULL, or what is different. */
char *xmpp_test_xml_compare (XmppTestXml *expected,
                             XmppTestXml *got,
                             GHashTable *variables);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestXml, xmpp_test_xml_free)

G_END_DECLS
