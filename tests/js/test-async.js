#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Xmpp with promises: operations, iteration, cancelling, errors.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import {gc} from 'system';
import {JULIET, equal, finish, heard, makeClient, ok, rejects, sleep} from './tap.js';

const {CHAT, GET, RESULT} = Xmpp.StanzaType;
const {IQ, MESSAGE, PRESENCE} = Xmpp.StanzaKind;

function ask(name) {
    return Xmpp.Stanza.new_iq(GET, 'example.net', Xmpp.Element.new(name, 'urn:example:test'));
}

async function testOperations() {
    const client = makeClient('answer');
    ok(await client.open_async(), 'opened');
    equal(client.state, Xmpp.ConnectionState.OPEN, 'and open');
    ok(await client.send_async(Xmpp.Stanza.new_message(CHAT, JULIET, 'Hello')), 'sent');
    const replies = await Promise.all([...Array(20)].map(() => client.request_async(ask('a'))));
    ok(replies.every(reply => reply.get_stanza_type() === RESULT), 'requests at once');
    await rejects(Xmpp.StanzaError, Xmpp.StanzaError.ITEM_NOT_FOUND,
        client.request_async(ask('nothing')), 'a reply of type error rejects');
    ok(await client.close_async('Good night'), 'closed');
    equal(client.state, Xmpp.ConnectionState.CLOSED, 'and closed');
    const text = await heard(client.account);
    ok(text.includes('<body>Hello</body>') && text.includes('<status>Good night</status>') &&
        text.endsWith('</stream:stream>'), 'the server has heard all of it', text);
}

async function testCallbacks() {
    const client = makeClient('answer');
    const returned = await new Promise(resolve => {
        ok(client.open_async(null, (source, result) => resolve(source.open_finish(result))) ===
            undefined, 'with a callback there is no promise');
    });
    ok(returned, 'and it works as in C');
    ok(await client.close_async(null, null), 'all arguments but the callback');
}

async function testIteration() {
    const client = makeClient('two');
    const messages = client.messages();
    const bodies = [];
    await client.open_async();
    try {
        for await (const message of messages) {
            bodies.push(message.get_body());
            if (bodies.length === 2)
                client.send(Xmpp.Stanza.new_message(CHAT, JULIET, 'Go on'));
        }
        ok(false, 'an error ends the iteration');
    } catch (error) {
        ok(error.matches(Xmpp.StreamError, Xmpp.StreamError.CONFLICT),
            'an error ends the iteration', error);
        ok(error instanceof Xmpp.StreamError, 'and is of its domain');
    }
    equal(bodies, ['one', 'two'], 'messages, in order');

    const other = makeClient('three');
    const stanzas = other.stanzas(PRESENCE | MESSAGE | IQ);
    const kinds = [];
    await other.open_async();
    for await (const stanza of stanzas) {
        kinds.push(stanza.get_kind());
        if (kinds.length === 3)
            other.close_async();
    }
    equal(kinds, [MESSAGE, PRESENCE, IQ], 'closing ends the iteration');
}

async function testCancelling() {
    const client = makeClient('answer');
    const cancellable = new Gio.Cancellable();
    client.set_queue_kinds(MESSAGE);
    await client.open_async();
    const received = client.receive_async(MESSAGE, cancellable);
    await sleep(5);
    cancellable.cancel();
    await rejects(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, received, 'cancelled');
    await client.close_async();
    const opened = client.open_async(cancellable);
    await rejects(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, opened, 'before it has begun');
}

async function testErrors() {
    const client = makeClient('answer');
    client.server_port = 1;
    const refused = await rejects(Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_REFUSED,
        client.open_async(), 'errors of GIO as they are');
    ok(refused.stack.includes('testErrors'), 'the stack leads to the caller', refused.stack);
    const error = await rejects(Xmpp.ConnectionError, Xmpp.ConnectionError.NOT_OPEN,
        client.send_async(Xmpp.Stanza.new_message(CHAT, JULIET, 'Hello')), 'not open');
    equal(Xmpp.error_dup_nick(error), 'not-open', 'its nick');
    const busy = new Xmpp.SaslError({code: Xmpp.SaslError.TEMPORARY_AUTH_FAILURE, message: 'busy'});
    ok(Xmpp.error_get_advice(busy) & Xmpp.ErrorAdvice.RETRY, 'advice for an error made here');
}

// Says that it will answer, and forgets the question.
const Forgetful = GObject.registerClass(class Forgetful extends Xmpp.Credential {
    vfunc_request() {
        return true;
    }
});

async function testForgotten() {
    const collect = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => {
        gc();
        return GLib.SOURCE_CONTINUE;
    });
    await rejects(Xmpp.SaslError, Xmpp.SaslError.NEED_CREDENTIAL,
        makeClient('answer', new Forgetful()).open_async(), 'a question that nobody answers');
    GLib.source_remove(collect);
}

async function testSettings() {
    for (const policy of [{allowed: ['SCRAM-SHA-256']}, {denied: ['PLAIN']}, {require_mutual: true}]) {
        const client = makeClient('answer');
        client.policy = new Xmpp.SaslPolicy(policy);
        const error = await client.open_async().catch(caught => caught);
        ok(error instanceof GLib.Error && client.report.get_failed_step() === 'sasl' &&
            /PLAIN +not used: /.test(`${client.report}`), 'a policy', client.report);
    }
    const client = makeClient('answer');
    client.proxy_resolver = Gio.SimpleProxyResolver.new('socks5://127.0.0.1:1', null);
    const error = await client.open_async().catch(caught => caught);
    ok(error instanceof GLib.Error && error.message.includes('proxy'), 'a proxy', error);
}

function testValues() {
    equal(`${Xmpp.Jid.new('Romeo@Example.NET')}`, 'romeo@example.net', 'an address as text');
    const message = Xmpp.Stanza.new_message(CHAT, 'juliet@example.net', 'Hello');
    ok(`${message}`.includes("to='juliet@example.net'"), 'a string for an address', message);
    message.set_to('nurse@example.net');
    equal(`${message.get_to()}`, 'nurse@example.net', 'and in a setter');
    const element = Xmpp.Element.new_from_string('<a xmlns="urn:x"><b/>text<c/></a>');
    equal([...element].map(child => child.get_name()), ['b', 'c'], 'the children of an element');
    try {
        Xmpp.Stanza.new_message(CHAT, '@', 'Hello');
        ok(false, 'a malformed address throws');
    } catch (error) {
        ok(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_DATA),
            'a malformed address throws', error);
    }
}

async function testStore() {
    const store = Xmpp.MemoryStateStore.new();
    await store.save_async('a@b', new GLib.Variant('a{sv}', {}));
    equal((await store.load_async('a@b')).deepUnpack(), {}, 'other classes have promises too');
}

try {
    testValues();
    await testOperations();
    await testCallbacks();
    await testIteration();
    await testCancelling();
    await testErrors();
    await testStore();
    await testForgotten();
    await testSettings();
} catch (error) {
    ok(false, 'no exception', `${error}\n${error.stack}`);
}
finish();
