#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// accept-certificate and pins in JavaScript: answered now, later, never, and by mistake.
// tests/python/test_certificate.py has the same rows.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import {gc} from 'system';
import {equal, finish, makeClient, ok, rejects, sleep} from './tap.js';

// A subclass may override the question.
const Deciding = GObject.registerClass(class Deciding extends Xmpp.Client {
    vfunc_accept_certificate(request) {
        request.accept();
        return true;
    }
});

function make(handler) {
    const client = makeClient('answer');
    client.insecure_loopback = false;
    if (handler)
        client.connect('accept-certificate', (_client, request) => handler(request));
    return client;
}

async function accepted(handler, name) {
    const client = make(handler);
    ok(await client.open_async() && client.is_secure(), name);
    await client.close_async();
}

async function refused(handler, name) {
    const client = make(handler);
    await rejects(Gio.TlsError, Gio.TlsError.BAD_CERTIFICATE, client.open_async(), name);
    equal(client.report.get_failed_step(), 'tls', `${name}: the step`);
}

function later(milliseconds, func) {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        func();
        return GLib.SOURCE_REMOVE;
    });
    return true;
}

async function testAccept() {
    let seen = null;
    await accepted(request => {
        seen = request;
        request.accept();
        return true;
    }, 'accepted now');
    equal([seen.get_domain(), seen.get_flags()],
        ['example.net', Gio.TlsCertificateFlags.UNKNOWN_CA], 'domain and reason');
    ok(seen.get_names().some(name => name.includes('example.net')), 'the names');
    ok(seen.get_issuer().includes('Test CA'), 'the issuer', seen.get_issuer());
    ok(seen.get_text().includes(seen.get_fingerprint()), 'the text has the fingerprint');
    await accepted(request => later(50, () => request.accept()), 'accepted later');
    await accepted(request => {
        sleep(20).then(() => request.accept());
        return true;
    }, 'accepted from a promise');

    const plain = make(null);
    const client = new Deciding({
        account: plain.account,
        credential: plain.credential,
        server_host: plain.server_host,
        server_port: plain.server_port,
    });
    ok(await client.open_async(), 'accepted by a subclass');
    await client.close_async();
}

async function testRefuse() {
    await refused(null, 'nobody asked');
    await refused(request => {
        request.reject();
        return true;
    }, 'refused now');
    await refused(request => later(20, () => request.reject()), 'refused later');
    await refused(() => false, 'left to others');
    // GJS logs it as critical, which must not end the test.
    const fatal = GLib.log_set_always_fatal(GLib.LogLevelFlags.LEVEL_ERROR);
    await refused(() => {
        throw new Error('by mistake');
    }, 'an exception');
    GLib.log_set_always_fatal(fatal);
    // Nobody holds the question any more: it answers itself once it is collected.
    const collect = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
        gc();
        return GLib.SOURCE_CONTINUE;
    });
    await refused(() => true, 'dropped without an answer');
    GLib.source_remove(collect);
}

async function testPins() {
    let pin = null;
    await refused(request => {
        pin = request.get_pin();
        return false;
    }, 'asked for its key');
    const client = make(null);
    client.pins = [pin];
    client.pin_only = true;
    ok(await client.open_async(), 'the key alone may do');
    await client.close_async();
    client.pins = [`SHA256:${'A'.repeat(43)}=`];
    await rejects(Gio.TlsError, Gio.TlsError.BAD_CERTIFICATE, client.open_async(), 'another key');
}

try {
    await testAccept();
    await testRefuse();
    await testPins();
} catch (error) {
    ok(false, 'no exception', `${error}\n${error.stack}`);
}
finish();
