/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-buffer.h"
#include "core/xmpp-element.h"

G_BEGIN_DECLS

/* Elements to bytes. Names and text were checked when the element was built; this escapes
 * & < > " ' and, in attributes, TAB LF CR. */

/* Appends @element as a child of a stream whose default namespace is @content_xmlns and on
 * whose header the prefix "stream" is bound. Of jabber:client, jabber:server and
 * jabber:component:accept each counts as the stream's own. On error nothing is appended:
 * G_IO_ERROR_INVALID_ARGUMENT, G_IO_ERROR_INVALID_DATA as xmpp_element_check(). */
gboolean xmpp_writer_append (XmppBuffer *buffer,
                             XmppElement *element,
                             const char *content_xmlns,
                             GError **error);
/* <?xml version='1.0'?><stream:stream …> without closing it. @attributes: name, value, …,
 * NULL; a NULL value leaves the pair out. */
void xmpp_writer_append_header (XmppBuffer *buffer,
                                const char *content_xmlns,
                                const char *const *attributes);

G_END_DECLS
