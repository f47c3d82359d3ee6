/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-buffer.h"
#include "core/xmpp-element.h"

G_BEGIN_DECLS

/* Appends @element, which must not be broken, as it goes out below a stream header with the
 * default namespace @content_xmlns; NULL: on its own. @masked: the number of bytes in place
 * of each text that is marked sensitive. */
void xmpp_element_print (XmppBuffer *buffer,
                         XmppElement *element,
                         const char *content_xmlns,
                         gboolean masked);

/* Appends @text with & < > " ' and CR as references; @attribute: TAB and LF too */
void xmpp_element_print_escaped (XmppBuffer *buffer,
                                 const char *text,
                                 gsize length,
                                 gboolean attribute);

G_END_DECLS
