/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"

G_BEGIN_DECLS

/* A node of the tree in document order, text included (the writer walks these). */
typedef struct _XmppNode XmppNode;

/* From here on nobody changes it. The whole tree; done for what is received or sent. */
void xmpp_element_seal (XmppElement *element);
/* Its text is a secret: masked in logs and signals, memory wiped on free. Whole tree. */
void xmpp_element_set_sensitive (XmppElement *element);
gboolean xmpp_element_is_sensitive (XmppElement *element);
/* What the tree that @element is part of takes up, in bytes */
gsize xmpp_element_get_memory (XmppElement *element);

G_END_DECLS
