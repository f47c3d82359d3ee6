/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-context.h"

G_BEGIN_DECLS

/* What is known when channel binding is decided on */
typedef struct
{
  gboolean could;              /* there is a -PLUS mechanism here that may be used */
  gboolean plus_offered;       /* the server offers one, whichever */
  const char *const *types;    /* what the server lists; NULL or empty: nothing */
  const char *const *bindings; /* what this connection has, best first */
} XmppSaslBindingFacts;

typedef struct
{
  gboolean downgrade; /* somebody has taken the -PLUS mechanisms away */
  gboolean
      needs_proof; /* the server has to prove its lists: somebody may have changed them */
  const char *type;      /* for a -PLUS mechanism; NULL: it cannot be used */
  XmppSaslBinding plain; /* what a mechanism without -PLUS says */
  const char *why;       /* why no -PLUS mechanism is used; NULL: one is */
} XmppSaslBindingVerdict;

/* XEP-0440; the type lives as long as @facts' lists. */
void xmpp_sasl_binding_decide (const XmppSaslBindingFacts *facts,
                               XmppSaslBindingVerdict *verdict);

/* Of "a(say)", types and data (nullable): the types; the same with one of them first */
GStrv xmpp_sasl_binding_list_types (GVariant *bindings);
GVariant *xmpp_sasl_binding_order (GVariant *bindings, const char *first);

G_END_DECLS
