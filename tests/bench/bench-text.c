/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "bench-text.h"

void
bench_append_small (GString *text, guint i)
{
  g_string_append_printf (text,
                          "<message from='srv@localhost/src' to='bench@localhost/xb' "
                          "id='msg-%06u' type='chat'>"
                          "<body>Hello, message %06u &amp; friends</body>"
                          "<active xmlns='http://jabber.org/protocol/chatstates'/>"
                          "<origin-id xmlns='urn:xmpp:sid:0' id='msg-%06u'/></message>",
                          i, i, i);
}

void
bench_append_muc (GString *text, guint i)
{
  g_string_append_printf (
      text,
      "<message from='room@conference.localhost/nick%04u' to='bench@localhost/xb' "
      "type='groupchat' id='6f0c1b1e-5d6c-4c4a-9d5e-%012u'>"
      "<body>Gr\xc3\xbc\xc3\x9f"
      "e aus M\xc3\xbcnchen &amp; K\xc3\xb6ln: who of you has looked at "
      "the numbers of yesterday evening? I think that they are &lt; those of last week, "
      "but I "
      "may be wrong there. See you all at eight o'clock in the usual place. "
      "\xf0\x9f\x98\x80</body>"
      "<origin-id xmlns='urn:xmpp:sid:0' id='6f0c1b1e-5d6c-4c4a-9d5e-%012u'/>"
      "<stanza-id xmlns='urn:xmpp:sid:0' by='room@conference.localhost' id='%016u'/>"
      "<occupant-id xmlns='urn:xmpp:occupant-id:0' "
      "id='dd72603deec90a38ba552f7c68cbcc61bca202cd'/>"
      "</message>",
      i % 10000, i, i, i);
}

void
bench_append_big (GString *text, const char *id)
{
  g_string_append_printf (text,
                          "<iq type='result' id='%s' from='localhost' "
                          "to='bench@localhost/xb'>"
                          "<query xmlns='jabber:iq:roster'>",
                          id);
  for (guint i = 0; i < BENCH_BIG_ITEMS; i++)
    g_string_append_printf (text,
                            "<item jid='contact-number-%05u@some-server.example.org' "
                            "name='The name that was given to contact number %05u' "
                            "subscription='both'><group>Friends and others of list "
                            "%02u</group>"
                            "<group>Everybody</group></item>",
                            i, i, i % 50);
  g_string_append (text, "</query></iq>");
}
