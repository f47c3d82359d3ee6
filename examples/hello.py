# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors

import gi
gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, Xmpp

def opened(client, result):
    try:
        client.open_finish(result)
        juliet = Xmpp.Jid.new("juliet@example.org")
        client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, juliet, "Hello"))
    finally:
        client.close_async("Good night", None, lambda client, result: loop.quit())

loop = GLib.MainLoop()
client = Xmpp.Client.new("romeo@example.net", Xmpp.Credential.new(None, "secret"))
client.open_async(None, opened)
loop.run()
