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

typedef struct
{
  Plus plus;
  XmppSaslBinding plain;
  gboolean downgrade;
  const char *why;
} Row;

#define N XMPP_SASL_BINDING_NONE
#define Y XMPP_SASL_BINDING_NOT_OFFERED

/* [we could][-PLUS is offered][types]
 *
 * "y" tells the server that no -PLUS mechanism was seen: where it has offered one, it
 * knows that the list was tampered with, and refuses. So "y" must not be said where one was
 * offered and is only not used (RFC 5802 §6, XEP-0440 §3).
 *
 * A server that lists types has mechanisms for them: without any, the list was tampered
 * with. One that offers -PLUS without a list leaves the type to a guess; on TLS 1.3, where
 * tls-unique is not defined, a wrong guess would fail the login for good. */
static const Row table[2][2][N_TYPES] = {
  /* We could not: nothing of this matters. */
  [FALSE] = {
    [FALSE] = {
      [TYPES_NONE]     = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_NONE_1_2] = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_DISJOINT] = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_COMMON]   = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
    },
    [TRUE] = {
      [TYPES_NONE]     = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_NONE_1_2] = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_DISJOINT] = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
      [TYPES_COMMON]   = { PLUS_NO, N, FALSE, "this side cannot bind to the channel" },
    },
  },
  [TRUE] = {
    [FALSE] = {
      [TYPES_NONE]     = { PLUS_NO, Y, FALSE, "the server offers no channel binding" },
      [TYPES_NONE_1_2] = { PLUS_NO, Y, FALSE, "the server offers no channel binding" },
      [TYPES_DISJOINT] = { PLUS_NO, N, TRUE,  "types without mechanisms" },
      [TYPES_COMMON]   = { PLUS_NO, N, TRUE,  "types without mechanisms" },
    },
    [TRUE] = {
      [TYPES_NONE]     = { PLUS_NO, N, FALSE, "the server does not say which types of "
                                              "channel binding it knows" },
      [TYPES_NONE_1_2] = { PLUS_UNIQUE, N, FALSE, NULL },
      [TYPES_DISJOINT] = { PLUS_NO, N, FALSE, "both sides have no type of channel binding "
                                              "in common" },
      [TYPES_COMMON]   = { PLUS_COMMON, N, FALSE, NULL },
    },
  },
};

#undef N
#undef Y

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
  const char *common = NULL;
  const Row *row;
  Types types;

  if (facts->types == NULL || facts->types[0] == NULL)
    types = g_strv_contains (facts->bindings, "tls-unique") ? TYPES_NONE_1_2 : TYPES_NONE;
  else
    {
      common = find_common (facts);
      types = common != NULL ? TYPES_COMMON : TYPES_DISJOINT;
    }

  row = &table[facts->could != FALSE][facts->plus_offered != FALSE][types];
  verdict->downgrade = row->downgrade;
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
