#!/usr/bin/gjs
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// The typelib seen from JavaScript: values, errors, a mechanism and a credential.

imports.gi.versions.Xmpp = '1.0';
const {Gio, GLib, GObject, Xmpp} = imports.gi;
const System = imports.system;

let count = 0;
let failures = 0;

function ok(good, name) {
    count++;
    failures += good ? 0 : 1;
    print(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
}

function throws(domain, code, func, name) {
    try {
        func();
        ok(false, name);
    } catch (error) {
        ok(error instanceof GLib.Error && error.matches(domain, code), name);
    }
}

const Toy = GObject.registerClass(class Toy extends Xmpp.SaslMechanism {
    vfunc_step(input, cancellable) {
        const token = this.get_secret('token');
        return [new GLib.Bytes(new TextEncoder().encode(token)), Xmpp.SaslStatus.COMPLETE];
    }
});

const Asking = GObject.registerClass(class Asking extends Xmpp.Credential {
    vfunc_request(request) {
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            request.set_field('token', 'abc');
            request.reply();
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }
});

function testValues() {
    const jid = Xmpp.Jid.new('Romeo@Example.NET/Orchard');
    ok(jid.to_string() === 'romeo@example.net/Orchard', 'a JID is prepared');
    throws(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA, () => Xmpp.Jid.new('@'),
        'a malformed JID throws');
    const message = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, jid, 'Hello');
    ok(message.get_body() === 'Hello', 'a message has its body');
    throws(Xmpp.StreamError, Xmpp.StreamError.NOT_WELL_FORMED,
        () => Xmpp.Element.new_from_string('<a><b></a>'), 'malformed XML throws');
}

function testMechanism() {
    const registry = Xmpp.SaslRegistry.new();
    registry.register(Xmpp.SaslMechanismInfo.new('X-TOY', Xmpp.SaslRole.CLIENT,
        Xmpp.SaslFacts.NONE, 30, ['token']), Toy.$gtype);
    const context = new Xmpp.SaslContext({role: Xmpp.SaslRole.CLIENT, domain: 'example.org'});
    const mechanism = registry.create('X-TOY', context, new Asking());
    const loop = GLib.MainLoop.new(null, false);
    mechanism.step_async(null, null, (source, result) => {
        try {
            const [output, status] = source.step_finish(result);
            ok(new TextDecoder().decode(output.toArray()) === 'abc' &&
                status === Xmpp.SaslStatus.COMPLETE, 'a mechanism and its credential answer');
        } catch (error) {
            print(`# ${error}`);
            ok(false, 'a mechanism and its credential answer');
        }
        loop.quit();
    });
    loop.run();
}

testValues();
testMechanism();
print(`1..${count}`);
System.exit(failures > 0 ? 1 : 0);
