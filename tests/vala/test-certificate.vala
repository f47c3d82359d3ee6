// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// accept-certificate and pins in Vala, beside a server whose certificate nobody knows.

uint16 port;
int clients = 0;
string pin;

Xmpp.Client make_client () throws Error {
	var client = new Xmpp.Client ("answer.c%d@example.net".printf (++clients),
	                              new Xmpp.Credential (null, "secret"));
	client.server_host = "127.0.0.1";
	client.server_port = port;
	return client;
}

async void accept () throws Error {
	var client = make_client ();
	client.accept_certificate.connect ((request) => {
		assert (request.get_domain () == "example.net");
		assert (request.get_flags () == UNKNOWN_CA);
		assert (request.get_fingerprint () in request.get_text ());
		pin = request.get_pin ();
		Timeout.add (20, () => {
			request.accept ();
			return Source.REMOVE;
		});
		return true;
	});
	yield client.open_async ();
	yield client.close_async ();
	client = make_client ();
	client.pin_only = true;
	client.set_pins ({ pin });
	yield client.open_async ();
	yield client.close_async ();
}

async void refuse () throws Error {
	var client = make_client ();
	client.accept_certificate.connect ((request) => { return true; });
	try {
		yield client.open_async ();
		assert_not_reached ();
	} catch (TlsError.BAD_CERTIFICATE error) {
	}
}

async void all () throws Error {
	yield accept ();
	yield refuse ();
}

int main (string[] args) {
	Test.init (ref args);
	port = (uint16) uint64.parse (args[1]);
	Test.add_func ("/vala/certificate", () => {
		var loop = new MainLoop ();
		all.begin ((source, result) => {
			try {
				all.end (result);
			} catch (Error error) {
				GLib.error ("%s", error.message);
			}
			loop.quit ();
		});
		loop.run ();
	});
	return Test.run ();
}
