/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

typedef struct _XmppElement XmppElement;

#define XMPP_TYPE_ELEMENT (xmpp_element_get_type ())
XMPP_AVAILABLE_IN_ALL
GType xmpp_element_get_type (void);

/* @xmlns NULL: the namespace of the parent it will be added to, of the stream at the top.
 * A name that is no NCName, or text that XML cannot carry, marks the element as broken:
 * xmpp_element_check() and every send say so; nothing of it is ever written. */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_new (const char *name, const char *xmlns);
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_ref (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
void xmpp_element_unref (XmppElement *element);
/* Deep, without a parent, not sealed */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_copy (XmppElement *element);
/* Errors: G_IO_ERROR_INVALID_ARGUMENT (a name), G_IO_ERROR_INVALID_DATA (a text) */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_element_check (XmppElement *element, GError **error);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_element_is_sealed (XmppElement *element);

XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_name (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_xmlns (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_element_is (XmppElement *element, const char *name, const char *xmlns);

/* @xmlns NULL: an attribute without namespace */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_attribute (XmppElement *element, const char *name);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_attribute_ns (XmppElement *element,
                                           const char *name,
                                           const char *xmlns);
/* @value NULL takes it away */
XMPP_AVAILABLE_IN_ALL
void xmpp_element_set_attribute (XmppElement *element,
                                 const char *name,
                                 const char *value);
XMPP_AVAILABLE_IN_ALL
void xmpp_element_set_attribute_ns (XmppElement *element,
                                    const char *name,
                                    const char *xmlns,
                                    const char *value);
XMPP_AVAILABLE_IN_ALL
guint xmpp_element_get_n_attributes (XmppElement *element);
/* NULL past the end */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_attribute_name (XmppElement *element, guint index);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_attribute_xmlns (XmppElement *element, guint index);

/* The text directly in the element, in one piece; "" where there is none */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_element_get_text (XmppElement *element);
/* Takes all children away first */
XMPP_AVAILABLE_IN_ALL
void xmpp_element_set_text (XmppElement *element, const char *text);
XMPP_AVAILABLE_IN_ALL
void xmpp_element_append_text (XmppElement *element, const char *text);

/* Returns the child as it stands in the tree: @child itself, or its copy where @child has a
 * parent, is sealed, or holds @element. */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_add_child (XmppElement *element, XmppElement *child);
/* A new last child; @text may be NULL */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_append_child (XmppElement *element,
                                        const char *name,
                                        const char *xmlns,
                                        const char *text);
XMPP_AVAILABLE_IN_ALL
void xmpp_element_remove_child (XmppElement *element, XmppElement *child);

/* The first that fits; NULL fits all. @xmlns NULL: any namespace. */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_get_child (XmppElement *element,
                                     const char *name,
                                     const char *xmlns);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_element_has_duplicate (XmppElement *element,
                                     const char *name,
                                     const char *xmlns);
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_get_parent (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_get_first_child (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_get_next_sibling (XmppElement *element);
XMPP_AVAILABLE_IN_ALL
guint xmpp_element_get_n_children (XmppElement *element);

/* As it would go out on its own, secrets masked where the element is marked sensitive */
XMPP_AVAILABLE_IN_ALL
char *xmpp_element_to_string (XmppElement *element);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppElement, xmpp_element_unref)

G_END_DECLS
