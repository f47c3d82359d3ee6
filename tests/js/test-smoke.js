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

// C would take a text to end at its first U+0000, and nobody would be told.
function testTexts() {
    const chat = Xmpp.StanzaType.CHAT;
    const to = 'juliet@example.net';
    const element = Xmpp.Element.new('a', null);
    const stanza = Xmpp.Stanza.new_message(chat, null, 'Hello');
    const client = new Xmpp.Client({account: Xmpp.Jid.new('romeo@example.net'), lang: 'en'});
    const calls = {
        'Jid.new': () => Xmpp.Jid.new(`${to}/x\0y`),
        'new Jid': () => new Xmpp.Jid(`${to}/x\0y`),
        'new Element': () => new Xmpp.Element('a\0b', null),
        'Element.new_from_string': () => Xmpp.Element.new_from_string('<a/>\0<b/>'),
        'a body': () => Xmpp.Stanza.new_message(chat, to, 'Hello\0'),
        'an address': () => Xmpp.Stanza.new_message(chat, `${to}\0`, 'Hello'),
        'a status': () => Xmpp.Stanza.new_presence(Xmpp.StanzaType.AVAILABLE, to, '\0'),
        'jid_escape_local': () => Xmpp.jid_escape_local('a\0b'),
        'set_text': () => element.set_text('a\0b'),
        'set_attribute': () => element.set_attribute('name', 'a\0b'),
        'append_child': () => element.append_child('b', null, 'a\0b'),
        'set_id': () => stanza.set_id('a\0b'),
        'set_to': () => stanza.set_to('example.net\0'),
        'set_pins': () => client.set_pins(['\0']),
        'close_async': () => client.close_async('Goodbye\0', null, () => {}),
        'new Client': () => new Xmpp.Client({server_host: 'a\0b'}),
        'pins of a new Client': () => new Xmpp.Client({pins: ['a\0b']}),
        'set_property': () => client.set_property('lang', 'de\0'),
        'set': () => client.set({lang: 'de\0'}),
        'server_host': () => (client.server_host = 'a\0b'),
        'serverHost': () => (client.serverHost = 'a\0b'),
        'server-host': () => (client['server-host'] = 'a\0b'),
    };
    for (const [name, call] of Object.entries(calls))
        throws(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA, call, `${name} and U+0000`);
    ok(element.to_string() === '<a/>' && stanza.get_body() === 'Hello' && client.lang === 'en' &&
        !client.server_host, 'nothing of them was taken');
    client.serverHost = 'a.example';
    ok(client['server-host'] === 'a.example', 'a property is still one');
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
testTexts();
testMechanism();
print(`1..${count}`);
System.exit(failures > 0 ? 1 : 0);
