/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-element-names.h"

#include <string.h>

#include "core/xmpp-namespaces.h"

const char xmpp_name_message[] = "message";
const char xmpp_name_presence[] = "presence";
const char xmpp_name_iq[] = "iq";
const char xmpp_xmlns_client[] = XMPP_NS_CLIENT;
const char xmpp_xmlns_server[] = XMPP_NS_SERVER;
const char xmpp_xmlns_component[] = XMPP_NS_COMPONENT;
const char xmpp_xmlns_streams[] = XMPP_NS_STREAMS;

static const char *const known[] = {
  xmpp_name_message,
  xmpp_name_presence,
  xmpp_name_iq,
  xmpp_xmlns_client,
  xmpp_xmlns_server,
  xmpp_xmlns_component,
  xmpp_xmlns_streams,
  XMPP_NS_STREAM_ERRORS,
  XMPP_NS_STANZA_ERRORS,
  XMPP_NS_TLS,
  XMPP_NS_SASL,
  XMPP_NS_BIND,
  XMPP_NS_SESSION,
  XMPP_NS_SASL_CHANNEL_BINDING,
  XMPP_NS_PING,
  XMPP_NS_XML,
  "jabber:iq:roster",
  "jabber:iq:register",
  "jabber:iq:version",
  "jabber:x:conference",
  "jabber:x:data",
  "jabber:x:delay",
  "jabber:x:oob",
  "http://jabber.org/protocol/caps",
  "http://jabber.org/protocol/chatstates",
  "http://jabber.org/protocol/disco#info",
  "http://jabber.org/protocol/disco#items",
  "http://jabber.org/protocol/muc",
  "http://jabber.org/protocol/muc#user",
  "http://jabber.org/protocol/nick",
  "http://jabber.org/protocol/pubsub",
  "http://jabber.org/protocol/pubsub#event",
  "http://jabber.org/protocol/rsm",
  "urn:xmpp:carbons:2",
  "urn:xmpp:chat-markers:0",
  "urn:xmpp:delay",
  "urn:xmpp:forward:0",
  "urn:xmpp:hints",
  "urn:xmpp:idle:1",
  "urn:xmpp:mam:2",
  "urn:xmpp:message-correct:0",
  "urn:xmpp:occupant-id:0",
  "urn:xmpp:origin-id:0",
  "urn:xmpp:receipts",
  "urn:xmpp:sasl:2",
  "urn:xmpp:bind:0",
  "urn:xmpp:sid:0",
  "urn:xmpp:sm:3",
  "urn:xmpp:time",
  "vcard-temp:x:update",
  "a",
  "active",
  "actor",
  "affiliation",
  "body",
  "by",
  "c",
  "challenge",
  "code",
  "composing",
  "data",
  "delay",
  "encryption",
  "error",
  "event",
  "feature",
  "features",
  "field",
  "forwarded",
  "from",
  "gone",
  "h",
  "hash",
  "id",
  "identity",
  "inactive",
  "item",
  "items",
  "jid",
  "lang",
  "list",
  "markable",
  "mechanism",
  "mechanisms",
  "name",
  "namespace",
  "nick",
  "node",
  "occupant-id",
  "origin-id",
  "paused",
  "photo",
  "ping",
  "priority",
  "query",
  "r",
  "received",
  "request",
  "response",
  "role",
  "sent",
  "show",
  "stamp",
  "stanza-id",
  "status",
  "store",
  "stream",
  "subject",
  "subscription",
  "success",
  "text",
  "thread",
  "to",
  "type",
  "value",
  "var",
  "ver",
  "version",
  "x",
  "xmlns",
  NULL,
};

/* Open addressing, a power of two, less than a quarter full */
#define SLOTS 512
#define MAX_LENGTH 63

static struct
{
  const char *text;
  guint length;
  gboolean is_name; /* else a namespace */
} slots[SLOTS];

/* The strings differ in length and in their last characters. */
static inline guint
hash (const char *text, gsize length)
{
  guint first = (guchar) text[0];
  guint middle = (guchar) text[length / 2];
  guint last = (guchar) text[length - 1];
  guint late = (guchar) text[length * 3 / 4];

  return (guint) length * 2654435761u ^ first * 40503u ^ middle * 9176u ^
         last * 1299709u ^ late * 24593u;
}

static inline guint
first_slot (const char *text, gsize length)
{
  guint value = hash (text, length);

  return (value ^ value >> 9 ^ value >> 18) % SLOTS;
}

static gpointer
fill_slots (gpointer data)
{
  for (guint i = 0; known[i] != NULL; i++)
    {
      gsize length = strlen (known[i]);
      guint slot = first_slot (known[i], length);

      g_assert (length <= MAX_LENGTH);
      while (slots[slot].text != NULL)
        slot = (slot + 1) % SLOTS;
      slots[slot].text = known[i];
      slots[slot].length = length;
      slots[slot].is_name = strchr (known[i], ':') == NULL;
    }
  return NULL;
}

/* -1 where it is not known */
static inline int
find_slot (const char *text, gsize length)
{
  static GOnce once = G_ONCE_INIT;
  guint slot;

  if (length == 0 || length > MAX_LENGTH)
    return -1;
  g_once (&once, fill_slots, NULL);

  for (slot = first_slot (text, length); slots[slot].text != NULL;
       slot = (slot + 1) % SLOTS)
    if (slots[slot].length == length && memcmp (slots[slot].text, text, length) == 0)
      return slot;
  return -1;
}

const char *
xmpp_known_string (const char *text, gsize length)
{
  int slot = find_slot (text, length);

  return slot >= 0 ? slots[slot].text : NULL;
}

const char *
xmpp_known_name (const char *text, gsize length)
{
  int slot = find_slot (text, length);

  return slot >= 0 && slots[slot].is_name ? slots[slot].text : NULL;
}

const char *const *
xmpp_known_strings (void)
{
  return known;
}
