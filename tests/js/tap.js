// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// What the tests share: results for meson, waiting, a client of the server beside them.

import GLib from 'gi://GLib';
import Xmpp from 'gi://Xmpp?version=1.0';
import {exit, programArgs} from 'system';

const SECONDS = 20;
let count = 0;
let failures = 0;
let clients = 0;

export const JULIET = 'juliet@example.net/balcony';

export function ok(good, name, diagnosis = '') {
    count++;
    failures += good ? 0 : 1;
    print(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
    if (!good)
        print(`# ${diagnosis}`.replaceAll('\n', '\n# '));
    return good;
}

export function equal(value, expected, name) {
    const [a, b] = [JSON.stringify(value), JSON.stringify(expected)];
    return ok(a === b, name, `got ${a}, expected ${b}`);
}

export async function rejects(domain, code, promise, name) {
    try {
        await promise;
        ok(false, name, 'no error');
        return null;
    } catch (error) {
        ok(error instanceof GLib.Error && error.matches(domain, code), name, error);
        return error;
    }
}

export function finish() {
    print(`1..${count}`);
    exit(failures > 0 || count === 0 ? 1 : 0);
}

export function sleep(milliseconds) {
    return new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

export async function until(condition, what) {
    const end = GLib.get_monotonic_time() + SECONDS * 1000000;
    while (!condition()) {
        if (GLib.get_monotonic_time() > end)
            throw new Error(`not within ${SECONDS} s: ${what}`);
        await sleep(2);
    }
}

// A client of the server that tests/languages/beside_server.py starts, which follows the script
export function makeClient(script, credential = Xmpp.Credential.new(null, 'secret')) {
    const client = Xmpp.Client.new(`${script}.${++clients}@example.net`, credential);
    client.server_host = '127.0.0.1';
    client.server_port = Number(programArgs.at(-1));
    client.insecure_loopback = true;
    return client;
}

// What the server has heard from the client with this account, once that one has left
export async function heard(account) {
    const client = makeClient(`heard.${account.get_local()}`);
    const messages = client.messages();
    await client.open_async();
    const {value} = await messages.next();
    await client.close_async();
    return value.get_body();
}
