// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Xmpp with yield, beside the server that tests/languages/beside_server.py starts: operations,
// signals, a subclass, errors, cancelling.

const string JULIET = "juliet@example.net/balcony";
uint16 port;
int clients = 0;

class Bot : Xmpp.Client {
	public string[] bodies = {};

	public Bot (string account) throws Error {
		Object (account: new Xmpp.Jid (account), credential: new Xmpp.Credential (null, "secret"));
	}

	public override bool message (Xmpp.Stanza stanza) {
		bodies += stanza.get_body ();
		return true;
	}
}

Bot make_client (string script) throws Error {
	var client = new Bot ("%s.v%d@example.net".printf (script, ++clients));
	client.server_host = "127.0.0.1";
	client.server_port = port;
	client.insecure_loopback = true;
	return client;
}

Xmpp.Stanza ask (string name) throws Error {
	return new Xmpp.Stanza.iq (GET, new Xmpp.Jid ("example.net"),
	                           new Xmpp.Element (name, "urn:example:test"));
}

async void operations () throws Error {
	var client = make_client ("answer");
	assert_true (yield client.open_async ());
	assert (client.state == OPEN);
	assert_true (yield client.send_async (new Xmpp.Stanza.message (CHAT, new Xmpp.Jid (JULIET), "Hello")));
	var reply = yield client.request_async (ask ("a"));
	assert (reply.get_stanza_type () == RESULT);
	try {
		yield client.request_async (ask ("nothing"));
		assert_not_reached ();
	} catch (Xmpp.StanzaError.ITEM_NOT_FOUND error) {
		assert (Xmpp.error_dup_nick (error) == "item-not-found");
	}
	assert_true (yield client.close_async ("Good night"));
	assert (client.state == CLOSED);
	assert (client.error == null);
}

async void signals () throws Error {
	var client = make_client ("three");
	Xmpp.Stanza[] seen = {};
	GLib.Error? failure = null;
	var ended = false;

	client.presence.connect ((stanza) => {
		seen += stanza.copy ();
		return false;
	});
	client.add_handler (IQ, "query", "urn:example:test", (connection, stanza) => {
		seen += stanza.copy ();
		try {
			connection.send (stanza.reply ());
		} catch (Error error) {
			failure = error;
		}
		client.close_async.begin ();
		return true;
	});
	client.closed.connect ((error) => {
		failure = error;
		ended = true;
		signals.callback ();
	});
	yield client.open_async ();
	if (!ended)
		yield;
	assert_no_error (failure);
	assert (string.joinv (",", client.bodies) == "one");
	assert (seen.length == 2 && seen[0].get_kind () == PRESENCE && seen[1].get_kind () == IQ);
}

async void stream_error () throws Error {
	var client = make_client ("two");
	yield client.open_async ();
	while (client.bodies.length < 2) {
		Timeout.add (5, stream_error.callback);
		yield;
	}
	client.queue_kinds = MESSAGE;
	client.send (new Xmpp.Stanza.message (CHAT, new Xmpp.Jid (JULIET), "Go on"));
	assert ((yield client.receive_async (MESSAGE)) == null);
	try {
		throw client.error.copy ();
	} catch (Xmpp.StreamError.CONFLICT error) {
		assert (Xmpp.error_get_advice (error) == NONE);
	}
}

async void cancelling () throws Error {
	var client = make_client ("answer");
	var cancellable = new Cancellable ();
	client.queue_kinds = MESSAGE;
	yield client.open_async ();
	Timeout.add (5, () => {
		cancellable.cancel ();
		return Source.REMOVE;
	});
	try {
		yield client.receive_async (MESSAGE, cancellable);
		assert_not_reached ();
	} catch (IOError.CANCELLED error) {
	}
	yield client.close_async ();
}

async void not_open () throws Error {
	var client = make_client ("answer");
	try {
		client.send (new Xmpp.Stanza.message (CHAT, new Xmpp.Jid (JULIET), "Hello"));
		assert_not_reached ();
	} catch (Xmpp.ConnectionError.NOT_OPEN error) {
	}
	client.server_port = 1;
	try {
		yield client.open_async ();
		assert_not_reached ();
	} catch (IOError.CONNECTION_REFUSED error) {
		assert (client.report.get_failed_step () == "connect");
	}
}

delegate void Begin (AsyncReadyCallback callback);
delegate void End (AsyncResult result) throws Error;

void run (Begin begin, End end) {
	var loop = new MainLoop ();
	begin ((source, result) => {
		try {
			end (result);
		} catch (Error error) {
			GLib.error ("%s", error.message);
		}
		loop.quit ();
	});
	loop.run ();
}

int main (string[] args) {
	Test.init (ref args);
	port = (uint16) uint64.parse (args[1]);
	Test.add_func ("/vala/operations", () => run ((done) => operations.begin (done), (result) => operations.end (result)));
	Test.add_func ("/vala/signals", () => run ((done) => signals.begin (done), (result) => signals.end (result)));
	Test.add_func ("/vala/stream-error", () => run ((done) => stream_error.begin (done), (result) => stream_error.end (result)));
	Test.add_func ("/vala/cancelling", () => run ((done) => cancelling.begin (done), (result) => cancelling.end (result)));
	Test.add_func ("/vala/not-open", () => run ((done) => not_open.begin (done), (result) => not_open.end (result)));
	return Test.run ();
}
