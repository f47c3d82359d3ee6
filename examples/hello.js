// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

import Xmpp from 'gi://Xmpp?version=1.0';

const {CHAT, ERROR} = Xmpp.StanzaType;
const client = Xmpp.Client.new('romeo@example.net', Xmpp.Credential.new(null, 'secret'));
const messages = client.messages();

await client.open_async();
client.send(Xmpp.Stanza.new_message(CHAT, 'juliet@example.org', 'Hello'));
for await (const message of messages) {
    if (message.get_stanza_type() === ERROR || message.get_body() === 'Bye')
        break;
    client.send(Xmpp.Stanza.new_message(CHAT, message.get_from(), message.get_body()));
}
await client.close_async();
