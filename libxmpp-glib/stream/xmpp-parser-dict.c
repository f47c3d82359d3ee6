/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-parser-dict.h"

#include <libxml/parser.h>

#include "core/xmpp-element-names.h"

/* Some hundred names make up all that people exchange. */
#define MAX_NAMES 2048
#define MAX_BYTES (128 * 1024)

/* A power of two, less than half full */
#define SLOTS 512

struct _XmppParserDict
{
  int ref_count; /* atomic */
  GMutex lock;
  xmlDictPtr dict;
  struct
  {
    const xmlChar *name;
    const char *known;
  } slots[SLOTS];
};

static void
clear_thread_dict (gpointer data)
{
  xmpp_parser_dict_unref (data);
}

static GPrivate thread_dict = G_PRIVATE_INIT (clear_thread_dict);

static inline guint
first_slot (const xmlChar *name)
{
  gsize address = (gsize) name;

  return (guint) (address ^ address >> 7 ^ address >> 16) % SLOTS;
}

static XmppParserDict *
new_dict (void)
{
  XmppParserDict *dict = g_new0 (XmppParserDict, 1);
  const char *const *known = xmpp_known_strings ();

  xmlInitParser ();
  dict->ref_count = 1;
  g_mutex_init (&dict->lock);
  dict->dict = xmlDictCreate ();
  if (dict->dict == NULL)
    g_error ("no memory for a dictionary of names");

  for (guint i = 0; known[i] != NULL; i++)
    {
      const xmlChar *name = xmlDictLookup (dict->dict, (const xmlChar *) known[i], -1);
      guint slot = first_slot (name);

      while (dict->slots[slot].name != NULL)
        slot = (slot + 1) % SLOTS;
      dict->slots[slot].name = name;
      dict->slots[slot].known = known[i];
    }
  return dict;
}

XmppParserDict *
xmpp_parser_dict_get (void)
{
  XmppParserDict *dict = g_private_get (&thread_dict);

  if (dict == NULL || xmpp_parser_dict_is_full (dict))
    {
      dict = new_dict ();
      g_private_replace (&thread_dict, dict);
    }
  g_atomic_int_inc (&dict->ref_count);
  return dict;
}

void
xmpp_parser_dict_unref (XmppParserDict *dict)
{
  if (!g_atomic_int_dec_and_test (&dict->ref_count))
    return;
  xmlDictFree (dict->dict);
  g_mutex_clear (&dict->lock);
  g_free (dict);
}

gboolean
xmpp_parser_dict_is_full (XmppParserDict *dict)
{
  return xmlDictSize (dict->dict) > MAX_NAMES || xmlDictGetUsage (dict->dict) > MAX_BYTES;
}

xmlDictPtr
xmpp_parser_dict_peek (XmppParserDict *dict)
{
  return dict->dict;
}

void
xmpp_parser_dict_lock (XmppParserDict *dict)
{
  g_mutex_lock (&dict->lock);
}

void
xmpp_parser_dict_unlock (XmppParserDict *dict)
{
  g_mutex_unlock (&dict->lock);
}

const char *
xmpp_parser_dict_find (XmppParserDict *dict, const xmlChar *name)
{
  for (guint slot = first_slot (name); dict->slots[slot].name != NULL;
       slot = (slot + 1) % SLOTS)
    if (dict->slots[slot].name == name)
      return dict->slots[slot].known;
  return NULL;
}
