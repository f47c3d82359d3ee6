#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Inside the handler of each signal: closing, dropping the last reference, sending, a main loop.
// tests/python/test_reentrancy.py has the same rows.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import {gc} from 'system';
import {JULIET, equal, finish, heard, makeClient, ok, until} from './tap.js';

const SIGNALS = ['message', 'presence', 'iq', 'opened', 'closed', 'undelivered', 'element-sent',
    'element-received', 'notify::state', 'request'];
const STANZAS = ['message', 'presence', 'iq'];
const NEVER_OPEN = ['closed', 'undelivered'];

// Has no password until it is asked for one; then it calls what it was given.
const Asking = GObject.registerClass(class Asking extends Xmpp.Credential {
    vfunc_request(request) {
        request.set_field('password', 'secret');
        request.reply();
        this.then();
        return true;
    }
});

function message(text) {
    return Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, text);
}

// One client, whose handler of one signal does something once
class Row {
    constructor(signal, act) {
        this.fired = false;
        this.seen = [];
        this.closed = [];
        this.opened = null;
        this.sent = null;

        const onSignal = () => {
            if (!this.fired) {
                this.fired = true;
                act(this);
            }
            return false;
        };
        if (signal === 'request') {
            const credential = new Asking();
            credential.then = onSignal;
            this.client = makeClient('three', credential);
        } else {
            this.client = makeClient('three');
        }
        this.account = this.client.account;
        for (const name of STANZAS)
            this.client.connect(name, () => this.seen.push(name) && false);
        if (signal !== 'request')
            this.client.connect(signal, onSignal);
        this.client.open_async().then(value => (this.opened = value), error => (this.opened = error));
    }

    close() {
        this.client.close_async('Good night').then(value => this.closed.push(value),
            error => this.closed.push(error));
    }

    drop() {
        this.client = null;
    }

    send() {
        try {
            this.sent = this.client.send(message('marker'));
        } catch (error) {
            this.sent = error;
        }
    }

    nest() {
        for (let i = 0; i < 20; i++)
            GLib.MainContext.default().iteration(false);
    }

    // The signals that do not come by themselves, once the connection is open
    async provoke(signal) {
        if (this.client === null)
            return;
        if (signal === 'closed') {
            await until(() => this.seen.length === 3, 'stanzas');
            this.client.close_async().then(value => this.closed.push(value));
        } else if (signal === 'undelivered') {
            this.client.send(message('lost'));
            this.client.abort();
        }
    }
}

async function checkClose(row, signal, name) {
    await until(() => row.closed.length > 0, 'closing');
    ok(row.closed.every(value => value === true), `${name}: closed`, row.closed);
    equal(row.client.state, Xmpp.ConnectionState.CLOSED, `${name}: and is closed`);
    if (STANZAS.includes(signal)) {
        equal(row.seen, STANZAS, `${name}: what was in the packet arrives`);
        const text = await heard(row.account);
        ok(text.includes('<status>Good night</status>'), `${name}: politely`, text);
    }
}

async function checkDrop(row, signal, name) {
    const collect = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => {
        gc();
        return GLib.SOURCE_CONTINUE;
    });
    const text = await heard(row.account);
    ok(!text.includes('Good night'), `${name}: the connection ends`, text);
    GLib.source_remove(collect);
}

async function checkSend(row, signal, name) {
    if (row.sent !== true || !NEVER_OPEN.includes(signal)) {
        ok(row.sent === true || row.sent.matches(Xmpp.ConnectionError, row.sent.code),
            `${name}: sent, or an error that says why not`, row.sent);
    }
    if (['message', 'presence', 'iq', 'opened'].includes(signal))
        equal(row.sent, true, `${name}: sent`);
    if (!NEVER_OPEN.includes(signal)) {
        await until(() => row.seen.length === 3, 'stanzas');
        row.close();
        await until(() => row.closed.length > 0, 'closing');
    }
    if (!NEVER_OPEN.includes(signal)) {
        const text = await heard(row.account);
        equal(text.split('marker').length - 1, row.sent === true ? 1 : 0,
            `${name}: arrives once where it was sent`);
    }
}

async function checkNest(row, signal, name) {
    if (!NEVER_OPEN.includes(signal)) {
        await until(() => row.seen.length === 3, 'stanzas');
        equal(row.seen, STANZAS, `${name}: each stanza once, in order`);
        row.close();
    }
    if (signal !== 'undelivered') {
        await until(() => row.closed.length > 0, 'closing');
        equal(row.closed, [true], `${name}: closed`);
    }
    equal(row.client.state, Xmpp.ConnectionState.CLOSED, `${name}: and is closed`);
}

async function rows(action, act, check) {
    for (const signal of SIGNALS) {
        const row = new Row(signal, act);
        await until(() => row.opened !== null, `${action} in ${signal}: the login`);
        await row.provoke(signal);
        await until(() => row.fired, `${action} in ${signal}`);
        await check(row, signal, `${action} in ${signal}`);
    }
}

try {
    await rows('close', row => row.close(), checkClose);
    await rows('drop', row => row.drop(), checkDrop);
    await rows('send', row => row.send(), checkSend);
    await rows('main loop', row => row.nest(), checkNest);
} catch (error) {
    ok(false, 'no exception', `${error}\n${error.stack}`);
}
finish();
