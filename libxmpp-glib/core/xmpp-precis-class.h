/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 8264 §8: what a code point is in the two string classes */
typedef enum
{
  XMPP_PRECIS_VALID,      /* PVALID */
  XMPP_PRECIS_FREEFORM,   /* ID_DIS or FREE_PVAL: in the FreeformClass only */
  XMPP_PRECIS_CONTEXT,    /* CONTEXTJ, CONTEXTO */
  XMPP_PRECIS_UNASSIGNED, /* in the version of Unicode that libunistring has */
  XMPP_PRECIS_DISALLOWED,
} XmppPrecisProperty;

XmppPrecisProperty xmpp_precis_get_property (guint32 character);
/* RFC 5892 appendix A: whether the character at @index, which is one of those that depend
 * on their context, may stand there. @met: (inout): 0 for the first one of a text; some rules
 * ask for the whole text, and what they have met once is not looked for again. */
gboolean xmpp_precis_check_context (const guint32 *text,
                                    gsize length,
                                    gsize index,
                                    guint *met);
/* RFC 5893 §2; TRUE also for a text without anything from right to left */
gboolean xmpp_precis_check_direction (const guint32 *text, gsize length);

G_END_DECLS
