// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// The vapi: values, errors, a mechanism and a credential.

class Toy : Xmpp.SaslMechanism {
	public override GLib.Bytes? step (GLib.Bytes? input, GLib.Cancellable? cancellable,
	                                  out Xmpp.SaslStatus status) throws GLib.Error {
		status = FAILED;
		var token = get_secret ("token");
		status = COMPLETE;
		return new GLib.Bytes (token.data);
	}
}

class Asking : Xmpp.Credential {
	public override bool request (Xmpp.CredentialRequest request) {
		GLib.Idle.add (() => {
			request.set_field ("token", "abc");
			request.reply ();
			return GLib.Source.REMOVE;
		});
		return true;
	}
}

void test_values () {
	try {
		var jid = new Xmpp.Jid ("Romeo@Example.NET/Orchard");
		assert (jid.to_string () == "romeo@example.net/Orchard");
		var message = new Xmpp.Stanza.message (CHAT, jid, "Hello");
		assert (message.get_body () == "Hello");
	} catch (GLib.Error error) {
		assert_not_reached ();
	}
	try {
		new Xmpp.Element.from_string ("<a><b></a>");
		assert_not_reached ();
	} catch (Xmpp.StreamError.NOT_WELL_FORMED error) {
	} catch (GLib.Error error) {
		assert_not_reached ();
	}
}

async void step () {
	var registry = new Xmpp.SaslRegistry ();
	registry.register (new Xmpp.SaslMechanismInfo ("X-TOY", CLIENT, NONE, 30, { "token" }),
	                   typeof (Toy));
	var context = (Xmpp.SaslContext) GLib.Object.new (typeof (Xmpp.SaslContext),
	                                                  role: Xmpp.SaslRole.CLIENT,
	                                                  domain: "example.org");
	try {
		var mechanism = registry.create ("X-TOY", context, new Asking ());
		Xmpp.SaslStatus status;
		var output = yield mechanism.step_async (null, null, out status);
		assert (status == COMPLETE);
		assert ((string) output.get_data () == "abc" || output.get_size () == 3);
	} catch (GLib.Error error) {
		GLib.error ("%s", error.message);
	}
}

void test_mechanism () {
	var loop = new GLib.MainLoop ();
	step.begin ((source, result) => {
		step.end (result);
		loop.quit ();
	});
	loop.run ();
}

int main (string[] args) {
	GLib.Test.init (ref args);
	GLib.Test.add_func ("/vala/values", test_values);
	GLib.Test.add_func ("/vala/mechanism", test_mechanism);
	return GLib.Test.run ();
}
