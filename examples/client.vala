// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Logs in, sends a message, prints what comes, and leaves politely on Ctrl-C.
// The same program in C, Python and JavaScript is client.c, client.py and client.js.

[CCode (cheader_filename = "unistd.h")]
extern unowned string getpass (string prompt);

string? password_file;
string? host;
int port;
bool direct_tls;
string? ca;
int count;
bool echo;
string? status;
bool report;

const OptionEntry[] ENTRIES = {
	{ "password-file", 0, 0, OptionArg.FILENAME, ref password_file, "Its first line", "FILE" },
	{ "host", 0, 0, OptionArg.STRING, ref host, "Skip the DNS", "HOST" },
	{ "port", 0, 0, OptionArg.INT, ref port, null, "PORT" },
	{ "direct-tls", 0, 0, OptionArg.NONE, ref direct_tls, "TLS from the first byte", null },
	{ "ca", 0, 0, OptionArg.FILENAME, ref ca, "Trust these certificates only", "FILE" },
	{ "count", 0, 0, OptionArg.INT, ref count, "Leave after so many messages", "N" },
	{ "echo", 0, 0, OptionArg.NONE, ref echo, "Send each message back", null },
	{ "status", 0, 0, OptionArg.STRING, ref status, "The last word", "TEXT" },
	{ "report", 0, 0, OptionArg.NONE, ref report, "Say how the login went", null },
	{ null }
};

string read_password (string jid) throws Error {
	if (password_file == null)
		return getpass ("Password of %s: ".printf (jid));
	string text;
	FileUtils.get_contents (password_file, out text);
	return text.split ("\n")[0];
}

Xmpp.Client make_client (string jid) throws Error {
	var client = new Xmpp.Client (jid, new Xmpp.Credential (null, read_password (jid)));
	client.server_host = host;
	client.server_port = port;
	if (direct_tls)
		client.tls_mode = DIRECT;
	if (ca != null)
		client.tls_database = TlsFileDatabase.@new (ca);
	client.queue_kinds = MESSAGE;
	return client;
}

void send_chat (Xmpp.Client client, Xmpp.Jid to, string text) throws Error {
	client.send (new Xmpp.Stanza.message (CHAT, to, text));
}

async void talk (Xmpp.Client client, string? to, string text) throws Error {
	yield client.open_async ();
	stdout.printf ("online as %s\n", client.jid.to_string ());
	stdout.flush ();
	if (to != null)
		send_chat (client, new Xmpp.Jid (to), text);
	Xmpp.Stanza? message;
	while ((message = yield client.receive_async (MESSAGE)) != null) {
		unowned var sender = message.get_from ();
		unowned var body = message.get_body ();
		if (body == null || message.get_stanza_type () == ERROR)
			continue;
		stdout.printf ("%s: %s\n", sender.to_string (), body);
		stdout.flush ();
		if (echo)
			send_chat (client, sender, body);
		if (--count == 0)
			return;
	}
	if (client.error != null)
		throw client.error;
}

async void run (Xmpp.Client client, string? to, string text) throws Error {
	// Closing ends the messages.
	foreach (var number in new int[] { 2, 15 })
		Unix.signal_add (number, () => {
			client.close_async.begin (status ?? "Good night");
			return Source.CONTINUE;
		});
	try {
		yield talk (client, to, text);
	} finally {
		try {
			yield client.close_async (status ?? "Good night");
		} catch (Error error) {
			printerr ("%s\n", error.message);
		}
		if (report)
			stdout.printf ("%s\n", client.report.to_string ());
	}
}

int main (string[] words) {
	Intl.setlocale ();
	var loop = new MainLoop ();
	var failed = false;
	try {
		var context = new OptionContext ("JID [TO [TEXT]]");
		context.add_main_entries (ENTRIES, null);
		context.parse (ref words);
		if (words.length < 2)
			throw new OptionError.BAD_VALUE ("usage: client JID [TO [TEXT]]");
		run.begin (make_client (words[1]), words.length > 2 ? words[2] : null,
		           words.length > 3 ? words[3] : "Hello", (source, result) => {
			try {
				run.end (result);
			} catch (Error error) {
				printerr ("%s\n", error.message);
				failed = true;
			}
			loop.quit ();
		});
		loop.run ();
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
	return failed ? 1 : 0;
}
