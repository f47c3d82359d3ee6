# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors

import gi
gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp

async def main():
    client = Xmpp.Client("romeo@example.net", "secret")
    messages = client.messages()
    async with client:
        client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, "juliet@example.org", "Hello"))
        async for message in messages:
            if message.get_stanza_type() == Xmpp.StanzaType.ERROR or message.get_body() == "Bye":
                break
            client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, message.get_from(),
                                                message.get_body()))

Xmpp.run(main())
