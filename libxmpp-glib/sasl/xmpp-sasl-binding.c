/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-binding.h"

/* What the server lists, as seen from here */
typedef enum
{
  TYPES_NONE,     /* nothing: XEP-0440 is not spoken */
  TYPES_NONE_1_2, /* nothing, and this is TLS 1.2: tls-unique is there */
  TYPES_DISJOINT, /* nothing that this connection has */
  TYPES_STRANGE,  /* the same, and not even what every server has to have */
  TYPES_COMMON,   /* something that it has */
  N_TYPES
} Types;

/* The type for a -PLUS mechanism */
typedef enum
{
  PLUS_NO,
  PLUS_COMMON, /* the best that both have */
  PLUS_UNIQUE, /* the default where no type is named (RFC 5802 §6) */
} Plus;

typedef enum
{
  LISTS_BELIEVED,
  LISTS_TO_BE_PROVEN, /* XEP-0474: the server signs what it has sent, or the login ends */
  LISTS_TAMPERED_WITH
} Lists;

typedef struct
{
  Plus plus;
  XmppSaslBinding plain;
  Lists lists;
  const char *why; /* why no -PLUS mechanism is used */
} Row;

#define N XMPP_SASL_BINDING_NONE
#define Y XMPP_SASL_BINDING_NOT_OFFERED

#define NOT_HERE "this side cannot bind to the channel"
#define NOT_THERE "the server offers no channel binding"
#define NOT_SAID "the server does not say which types of channel binding it knows"
#define NOT_BOTH "both sides have no type of channel binding in common"

/* [we could][-PLUS is offered][types], for the profile of RFC 6120
 *
 * "y" tells the server that no -PLUS mechanism was seen: where it has offered one, it
 * knows that the list was tampered with, and refuses. So "y" must not be said where one was
 * offered and is only not used (RFC 5802 §6, XEP-0440 §4).
 *
 * A server that lists types has mechanisms for them: where it offers SCRAM, say, and no
 * -PLUS form of any, the list was tampered with. One that offers -PLUS without a list
 * leaves the type to a guess; on TLS 1.3, where tls-unique is not defined, a wrong guess
 * would fail the login for good. Every server has to list tls-server-end-point: a list of
 * nothing but strange types is one that somebody may have made up, so that the server has
 * to prove it. */
/* clang-format off */
static const Row table[2][2][N_TYPES] = {
  /* We could not: nothing of this matters. */
  [FALSE] = {
    [FALSE] = {
      [TYPES_NONE]     = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_NONE_1_2] = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_DISJOINT] = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_STRANGE]  = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_COMMON]   = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
    },
    [TRUE] = {
      [TYPES_NONE]     = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_NONE_1_2] = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_DISJOINT] = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_STRANGE]  = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
      [TYPES_COMMON]   = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_HERE },
    },
  },
  [TRUE] = {
    [FALSE] = {
      [TYPES_NONE]     = { PLUS_NO,     Y, LISTS_BELIEVED,      NOT_THERE },
      [TYPES_NONE_1_2] = { PLUS_NO,     Y, LISTS_BELIEVED,      NOT_THERE },
      [TYPES_DISJOINT] = { PLUS_NO,     N, LISTS_TAMPERED_WITH, NOT_THERE },
      [TYPES_STRANGE]  = { PLUS_NO,     N, LISTS_TAMPERED_WITH, NOT_THERE },
      [TYPES_COMMON]   = { PLUS_NO,     N, LISTS_TAMPERED_WITH, NOT_THERE },
    },
    [TRUE] = {
      [TYPES_NONE]     = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_SAID },
      [TYPES_NONE_1_2] = { PLUS_UNIQUE, N, LISTS_BELIEVED,      NULL },
      [TYPES_DISJOINT] = { PLUS_NO,     N, LISTS_BELIEVED,      NOT_BOTH },
      [TYPES_STRANGE]  = { PLUS_NO,     N, LISTS_TO_BE_PROVEN,  NOT_BOTH },
      [TYPES_COMMON]   = { PLUS_COMMON, N, LISTS_BELIEVED,      NULL },
    },
  },
};
/* clang-format on */

#undef N
#undef Y
#undef NOT_HERE
#undef NOT_THERE
#undef NOT_SAID
#undef NOT_BOTH

static const char *
find_common (const XmppSaslBindingFacts *facts)
{
  for (guint i = 0; facts->bindings[i] != NULL; i++)
    if (g_strv_contains (facts->types, facts->bindings[i]))
      return facts->bindings[i];

  return NULL;
}

void
xmpp_sasl_binding_decide (const XmppSaslBindingFacts *facts,
                          XmppSaslBindingVerdict *verdict)
{
  gboolean any = facts->types != NULL && facts->types[0] != NULL;
  const char *common = any ? find_common (facts) : NULL;
  const Row *row;
  Types types;

  if (common != NULL)
    types = TYPES_COMMON;
  else if (any)
    types = g_strv_contains (facts->types, "tls-server-end-point") ? TYPES_DISJOINT
                                                                   : TYPES_STRANGE;
  else
    types = g_strv_contains (facts->bindings, "tls-unique") ? TYPES_NONE_1_2 : TYPES_NONE;

  row = &table[facts->could != FALSE][facts->plus_offered != FALSE][types];
  verdict->downgrade = row->lists == LISTS_TAMPERED_WITH;
  verdict->needs_proof = row->lists == LISTS_TO_BE_PROVEN;
  verdict->plain = row->plain;
  verdict->why = row->why;
  verdict->type = NULL;
  if (row->plus == PLUS_COMMON)
    verdict->type = common;
  else if (row->plus == PLUS_UNIQUE)
    verdict->type = "tls-unique";
}

GStrv
xmpp_sasl_binding_list_types (GVariant *bindings)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (bindings != NULL)
    {
      GVariantIter iter;
      const char *type;

      g_variant_iter_init (&iter, bindings);
      while (g_variant_iter_next (&iter, "(&s@ay)", &type, NULL))
        g_strv_builder_add (builder, type);
    }

  return g_strv_builder_end (builder);
}

GVariant *
xmpp_sasl_binding_order (GVariant *bindings, const char *first)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(say)"));
  for (guint round = 0; round < 2 && bindings != NULL; round++)
    {
      GVariantIter iter;
      GVariant *pair;

      g_variant_iter_init (&iter, bindings);
      while ((pair = g_variant_iter_next_value (&iter)) != NULL)
        {
          const char *type;

          g_variant_get_child (pair, 0, "&s", &type);
          if ((g_strcmp0 (type, first) == 0) == (round == 0))
            g_variant_builder_add_value (&builder, pair);
          g_variant_unref (pair);
        }
    }

  return g_variant_builder_end (&builder);
}
