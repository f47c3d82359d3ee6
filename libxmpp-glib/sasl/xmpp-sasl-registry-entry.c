/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-registry-entry.h"

#include <string.h>

XmppSaslEntry *
xmpp_sasl_entry_new (XmppSaslMechanismInfo *info, XmppSaslLibrary *library)
{
  XmppSaslEntry *entry = g_new0 (XmppSaslEntry, 1);

  entry->info = info;
  entry->library = library;

  return entry;
}

void
xmpp_sasl_entry_free (gpointer data)
{
  XmppSaslEntry *entry = data;

  g_clear_pointer (&entry->next, xmpp_sasl_entry_free);
  g_object_unref (entry->info);
  g_free (entry->failure);
  g_free (entry);
}

void
xmpp_sasl_entry_append (XmppSaslEntry *first, XmppSaslEntry *entry)
{
  while (first->next != NULL)
    first = first->next;
  first->next = entry;
}

XmppSaslEntry *
xmpp_sasl_entry_find (XmppSaslEntry *first, XmppSaslMechanismInfo *info)
{
  for (XmppSaslEntry *entry = first; entry != NULL; entry = entry->next)
    if (entry->info == info)
      return entry;

  return first;
}

/* What the program itself has registered never waits. */
static gboolean
waits_to_be_named (const XmppSaslEntry *entry)
{
  return xmpp_sasl_mechanism_info_get_file (entry->info) != NULL &&
         (xmpp_sasl_mechanism_info_get_facts (entry->info) & XMPP_SASL_FACTS_OPT_IN);
}

gboolean
xmpp_sasl_entry_stands_beside (const XmppSaslEntry *first, const XmppSaslEntry *second)
{
  return waits_to_be_named (first) || waits_to_be_named (second);
}

gboolean
xmpp_sasl_entry_can_play (const XmppSaslEntry *entry, XmppSaslRole role)
{
  return role == 0 || (xmpp_sasl_mechanism_info_get_roles (entry->info) & role);
}

XmppSaslEntry *
xmpp_sasl_entry_choose (XmppSaslEntry *first,
                        XmppSaslRole role,
                        const char *const *modules)
{
  XmppSaslEntry *waiting = NULL;

  for (guint i = 0; modules != NULL && modules[i] != NULL; i++)
    for (XmppSaslEntry *entry = first; entry != NULL; entry = entry->next)
      if (g_strcmp0 (xmpp_sasl_mechanism_info_get_module (entry->info), modules[i]) ==
              0 &&
          xmpp_sasl_entry_can_play (entry, role))
        return entry;

  for (XmppSaslEntry *entry = first; entry != NULL; entry = entry->next)
    if (xmpp_sasl_entry_can_play (entry, role))
      {
        if (!waits_to_be_named (entry))
          return entry;
        if (waiting == NULL)
          waiting = entry;
      }

  return waiting != NULL ? waiting : first;
}

int
xmpp_sasl_entry_compare (gconstpointer a, gconstpointer b)
{
  const XmppSaslEntry *entry_a = *(const XmppSaslEntry *const *) a;
  const XmppSaslEntry *entry_b = *(const XmppSaslEntry *const *) b;
  int order = g_strcmp0 (xmpp_sasl_mechanism_info_get_file (entry_a->info),
                         xmpp_sasl_mechanism_info_get_file (entry_b->info));

  return order != 0 ? order
                    : strcmp (xmpp_sasl_mechanism_info_get_name (entry_a->info),
                              xmpp_sasl_mechanism_info_get_name (entry_b->info));
}
