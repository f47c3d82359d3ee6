// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

async void talk () throws Error {
	var client = new Xmpp.Client ("romeo@example.net", new Xmpp.Credential (null, "secret"));
	client.queue_kinds = MESSAGE;
	yield client.open_async ();
	client.send (new Xmpp.Stanza.message (CHAT, new Xmpp.Jid ("juliet@example.org"), "Hello"));
	Xmpp.Stanza? message;
	while ((message = yield client.receive_async (MESSAGE)) != null) {
		if (message.get_stanza_type () == ERROR || message.get_body () == "Bye")
			break;
		client.send (new Xmpp.Stanza.message (CHAT, message.get_from (), message.get_body ()));
	}
	yield client.close_async ();
}

void main () {
	Intl.setlocale ();
	var loop = new MainLoop ();
	talk.begin ((source, result) => {
		try {
			talk.end (result);
		} catch (Error error) {
			printerr ("%s\n", error.message);
		}
		loop.quit ();
	});
	loop.run ();
}
