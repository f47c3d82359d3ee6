#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Xmpp.Server from JavaScript: authenticators that answer later, the application among the stanzas.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import {Host} from './host.js';
import {equal, finish, ok, rejects, sleep, until} from './tap.js';

const {CHAT} = Xmpp.StanzaType;
const {NOT_AUTHORIZED, INVALID_AUTHZID, TEMPORARY_AUTH_FAILURE} = Xmpp.SaslError;

// What is looked up is answered by an async function, what is verified by a timer.
const Later = GObject.registerClass(class Later extends Xmpp.Authenticator {
    async vfunc_lookup(request) {
        await sleep(10);
        const known = request.get_username() === 'romeo' && request.get_field() === 'password';
        request.reply(known ? 'secret' : null);
    }

    vfunc_verify(request) {
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, 10, () => {
            if (request.get_username() === 'romeo' && request.get_value() === 'secret')
                request.allow();
            else
                request.refuse();
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }
});

const Broken = GObject.registerClass(class Broken extends Xmpp.Authenticator {
    async vfunc_lookup(_request) {
        await sleep(1);
        throw new TypeError('Geheimnis');
    }
});

const Secretaries = GObject.registerClass(class Secretaries extends Xmpp.MemoryAuthenticator {
    vfunc_authorize(request) {
        if (request.get_authzid() === 'romeo@example.net' && request.get_username() === 'juliet') {
            request.allow();
            return true;
        }
        return super.vfunc_authorize(request);
    }
});

async function logIn(host, name, password, {mechanism = null, authzid = null} = {}) {
    const client = host.client(name, password);
    if (mechanism)
        client.policy = new Xmpp.SaslPolicy({allowed: [mechanism]});
    if (authzid)
        client.credential.set_field('authzid', authzid);
    await client.open_async();
    const address = `${client.jid}`.split('/')[0];
    await client.close_async();
    return address;
}

async function testLater() {
    const host = new Host(new Later());
    for (const mechanism of [null, 'SCRAM-SHA-1', 'PLAIN']) {
        equal(await logIn(host, 'romeo', 'secret', {mechanism}), 'romeo@example.net',
            `an answer that comes later, ${mechanism ?? 'any mechanism'}`);
    }
    await rejects(Xmpp.SaslError, NOT_AUTHORIZED, logIn(host, 'romeo', 'wrong'), 'a wrong password');
    await rejects(Xmpp.SaslError, NOT_AUTHORIZED, logIn(host, 'juliet', 'secret'), 'nobody');
    await host.server.stop_async();
}

async function testBroken() {
    const host = new Host(new Broken());
    const error = await rejects(Xmpp.SaslError, TEMPORARY_AUTH_FAILURE,
        logIn(host, 'romeo', 'secret'), 'an exception costs the login');
    ok(!error.message.includes('Geheimnis'), 'and is not quoted', error.message);
    await host.server.stop_async();
}

async function testMemory() {
    const users = new Secretaries();
    users.add_user('romeo@example.net', 'secret');
    users.add_line(Xmpp.MemoryAuthenticator.make_line('juliet@example.net', 'nightingale'));
    const host = new Host(users);
    equal(await logIn(host, 'romeo', 'secret'), 'romeo@example.net', 'a user');
    equal(await logIn(host, 'juliet', 'nightingale', {authzid: 'romeo@example.net'}),
        'romeo@example.net', 'who may act as another one');
    await rejects(Xmpp.SaslError, INVALID_AUTHZID,
        logIn(host, 'romeo', 'secret', {authzid: 'juliet@example.net'}), 'who may not');
    await host.server.stop_async();
}

async function testStanzas() {
    const users = new Xmpp.MemoryAuthenticator();
    users.add_user('romeo@example.net', 'secret');
    const host = new Host(users);
    const seen = [];
    host.server.connect('opened', (_server, connection) => {
        seen.push(`${connection.jid}`);
        connection.connect('message', (sender, message) =>
            sender.send(Xmpp.Stanza.new_message(CHAT, message.get_from(), 'I hear you')));
    });
    host.server.connect('stanza', (_server, _connection, stanza) => stanza.get_body() === 'taken');

    const client = host.client('romeo', 'secret');
    const messages = client.messages();
    await client.open_async();
    await until(() => seen.length > 0, 'somebody comes');
    equal(seen, [`${client.jid}`], 'who comes is told of');
    equal(`${host.server.find_connection(`${client.jid}`).jid}`, `${client.jid}`, 'and found');
    client.send(Xmpp.Stanza.new_message(CHAT, 'example.net', 'taken'));
    client.send(Xmpp.Stanza.new_message(CHAT, 'example.net', 'Is anybody there?'));
    equal((await messages.next()).value.get_body(), 'I hear you', 'the application answers');
    await host.server.stop_async();
    await rejects(Xmpp.StreamError, Xmpp.StreamError.SYSTEM_SHUTDOWN, messages.next(),
        'whoever is there hears why it ends');
}

await testLater();
await testBroken();
await testMemory();
await testStanzas();
finish();
