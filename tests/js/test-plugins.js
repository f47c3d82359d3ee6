#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Subclasses in JavaScript: what a step may return and throw (L4), and credentials and
// authenticators that answer at once, later, wrongly, or never. tests/python/test_plugins.py has the
// same rows.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import {gc} from 'system';
import {equal, finish, ok, sleep} from './tap.js';

const SECRET = 'open sesame';
const {COMPLETE} = Xmpp.SaslStatus;
const BOTH = Xmpp.SaslRole.CLIENT | Xmpp.SaslRole.SERVER;

function describe(facts = Xmpp.SaslFacts.NONE) {
    return Xmpp.SaslMechanismInfo.new('X-TEST', BOTH, facts, 1, []);
}

// A mechanism of this class: with an authenticator on the server's side
function create(kind, credential = null, authenticator = null) {
    const registry = Xmpp.SaslRegistry.new();
    registry.register(describe(), kind);
    const role = authenticator ? Xmpp.SaslRole.SERVER : Xmpp.SaslRole.CLIENT;
    const context = new Xmpp.SaslContext({role, domain: 'example.org', secure: true, authenticator});
    return registry.create('X-TEST', context, credential);
}

function text(bytes) {
    return bytes && new TextDecoder().decode(bytes.toArray());
}

async function step(mechanism, data = null) {
    const [output, status] = await mechanism.step_async(data && new TextEncoder().encode(data));
    return [text(output), status];
}

async function fails(code, part, name, mechanism, data = null) {
    try {
        const [output, status] = await step(mechanism, data);
        ok(false, name, `no error: ${output}, ${status}`);
    } catch (error) {
        ok(error instanceof Xmpp.SaslError && error.code === code && error.message.includes(part) &&
            !error.message.includes(SECRET), name, `${error.code} ${error.message}`);
    }
}

// Ends its step as the function ending does
const Steps = GObject.registerClass(class Steps extends Xmpp.SaslMechanism {
    vfunc_step(_input, _cancellable) {
        return Steps.ending(this);
    }
});

const Later = GObject.registerClass(class Later extends Xmpp.SaslMechanism {
    async vfunc_begin_step(request) {
        await sleep(5);
        const password = this.get_secret('password');
        await sleep(5);
        request.reply(password.toUpperCase(), COMPLETE);
    }
});

const Stumbles = GObject.registerClass(class Stumbles extends Xmpp.SaslMechanism {
    async vfunc_begin_step(_step) {
        await sleep(1);
        throw new Error(SECRET);
    }
});

const StumblesAtOnce = GObject.registerClass(class StumblesAtOnce extends Xmpp.SaslMechanism {
    vfunc_begin_step(_step) {
        throw new Error(SECRET);
    }
});

const Client = GObject.registerClass(class Client extends Xmpp.SaslMechanism {
    vfunc_step(_input, _cancellable) {
        return [this.get_secret('password'), COMPLETE];
    }
});

// Verifies the password, and lets romeo be whoever the authenticator says
const Server = GObject.registerClass(class Server extends Xmpp.SaslMechanism {
    vfunc_step(input, _cancellable) {
        const [password, authzid] = text(input).split('\0');
        this.set_identity('romeo', authzid);
        this.verify_secret('password', password);
        return [this.get_secret('greeting'), COMPLETE];
    }
});

async function testReturns() {
    for (const [value, expected] of [
        ['\u00fc', '\u00fc'], [new Uint8Array([0, 120]), '\0x'], [new GLib.Bytes([120]), 'x'],
        ['', ''], [new Uint8Array(0), ''], [null, null], [undefined, null],
    ]) {
        Steps.ending = () => [value, COMPLETE];
        equal(await step(create(Steps)), [expected, COMPLETE], `returned: ${typeof value}`);
    }
    for (const [value, part] of [
        [undefined, 'undefined'], ['x', 'String'], [[], 'Array'], [['x', COMPLETE, 1], 'Array'],
        [[3, COMPLETE], 'Number'], [[{}, COMPLETE], 'Object'], [['x', '2'], 'String'],
        [['x', 0], 'Number'], [['x', 7], 'Number'],
        [async () => ['x', COMPLETE], 'vfunc_begin_step()'],
        [async () => {
            throw new Error(SECRET);
        }, 'vfunc_begin_step()'],
    ]) {
        Steps.ending = typeof value === 'function' ? value : () => value;
        await fails(Xmpp.SaslError.MODULE, part, `wrong: ${part}`, create(Steps));
    }
}

async function testThrown() {
    for (const [error, part] of [
        [new Error(SECRET), 'Steps.vfunc_step(): Error in test-plugins.js, line '],
        [new RangeError(SECRET), 'RangeError'], [SECRET, 'string'], [null, 'object'],
    ]) {
        Steps.ending = () => {
            throw error;
        };
        await fails(Xmpp.SaslError.MODULE, part, `thrown: ${part}`, create(Steps));
    }
    Steps.ending = self => self.nothing.at.all;
    await fails(Xmpp.SaslError.MODULE, 'TypeError', 'a mistake', create(Steps));
    for (const code of [Xmpp.SaslError.UNAVAILABLE, Xmpp.SaslError.SERVER_NOT_TRUSTED]) {
        Steps.ending = () => {
            throw new Xmpp.SaslError({code, message: 'As it was thrown'});
        };
        await fails(code, 'As it was thrown', `thrown with a code: ${code}`, create(Steps));
    }
}

async function testLater() {
    const mechanism = create(Later, Xmpp.Credential.new('romeo', 'abc'));
    equal(await step(mechanism), ['ABC', COMPLETE], 'an async step');
    await fails(Xmpp.SaslError.MODULE, 'Stumbles.vfunc_begin_step(): Error', 'an async step that throws',
        create(Stumbles));
    await fails(Xmpp.SaslError.MODULE, 'vfunc_begin_step(): Error', 'a step that throws',
        create(StumblesAtOnce));
}

function testBlocks() {
    const registry = Xmpp.SaslRegistry.new();
    const Derived = GObject.registerClass({GTypeName: 'DerivedSteps'}, class extends Steps {});
    for (const kind of [Steps, Steps.$gtype, Derived]) {
        try {
            registry.register(describe(Xmpp.SaslFacts.BLOCKS), kind);
            ok(false, 'blocks: not refused');
        } catch (error) {
            ok(/X-TEST: .*thread.*vfunc_begin_step\(\)/.test(error.message), 'blocks: refused', error);
        }
    }
    ok(registry.find('X-TEST') === null, 'blocks: not there');
}

// Answers as the function given does
const Credential = GObject.registerClass(class Credential extends Xmpp.Credential {
    constructor(answer) {
        super();
        this.answer = answer;
    }

    vfunc_request(request) {
        return this.answer(request);
    }
});

function give(request) {
    request.set_field('password', SECRET);
    request.reply();
    return true;
}

async function testCredentials() {
    for (const [answer, name] of [
        [give, 'now'],
        [request => GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => !give(request)) > 0, 'later'],
        [request => Boolean(sleep(5).then(() => give(request))), 'from a promise'],
        [async request => {
            await sleep(5);
            give(request);
        }, 'async'],
    ]) {
        equal(await step(create(Client, new Credential(answer))), [SECRET, COMPLETE],
            `a credential answers ${name}`);
    }
    const {MODULE, NEED_CREDENTIAL, UNAVAILABLE} = Xmpp.SaslError;
    for (const [answer, code, part] of [
        [() => {
            throw new Error(SECRET);
        }, MODULE, 'Credential.vfunc_request(): Error'],
        [async () => {
            await sleep(1);
            throw new Error(SECRET);
        }, MODULE, 'Credential.vfunc_request(): Error'],
        [async request => request.fail(new Xmpp.SaslError({code: UNAVAILABLE, message: 'No token'})),
            UNAVAILABLE, 'No token'],
        [() => false, NEED_CREDENTIAL, 'Nobody handles'],
        [() => true, NEED_CREDENTIAL, 'Nobody answered'],
        [async () => {}, NEED_CREDENTIAL, 'Nobody answered'],
    ]) {
        await fails(code, part, `a credential does not answer: ${part}`,
            create(Client, new Credential(answer)));
    }
}

// Answers later: from a timeout, from promises
const Users = GObject.registerClass(class Users extends Xmpp.Authenticator {
    vfunc_lookup(request) {
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => {
            request.reply(request.get_field() === 'greeting' ? 'Welcome' : null);
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }

    async vfunc_verify(request) {
        await sleep(5);
        if (request.get_value() === SECRET)
            request.allow();
        else
            request.refuse();
    }

    async vfunc_authorize(request) {
        await sleep(5);
        if (request.get_authzid() !== 'mercutio@example.org')
            throw new Error(SECRET);
        request.allow();
    }
});

const Forgetful = GObject.registerClass(class Forgetful extends Xmpp.Authenticator {
    async vfunc_verify(_request) {
        await sleep(1);
    }
});

const Broken = GObject.registerClass(class Broken extends Xmpp.Authenticator {
    vfunc_verify(_request) {
        throw new Error(SECRET);
    }
});

async function testAuthenticators() {
    for (const [authzid, user] of [['', 'romeo'], ['mercutio@example.org', 'mercutio']]) {
        const server = create(Server, null, new Users());
        equal(await step(server, `${SECRET}\0${authzid}`), ['Welcome', COMPLETE], 'verified later');
        equal(server.get_username(), user, 'who it is');
    }
    const {MODULE, NOT_AUTHORIZED, TEMPORARY_AUTH_FAILURE} = Xmpp.SaslError;
    for (const [authenticator, message, code, part] of [
        [new Users(), 'other\0', NOT_AUTHORIZED, ''],
        [new Users(), `${SECRET}\0tybalt@example.org`, MODULE, 'Users.vfunc_authorize(): Error'],
        [new Forgetful(), `${SECRET}\0`, TEMPORARY_AUTH_FAILURE, 'Nobody answered'],
        [new Broken(), `${SECRET}\0`, MODULE, 'Broken.vfunc_verify(): Error'],
    ])
        await fails(code, part, `not let in: ${part}`, create(Server, null, authenticator), message);
}

// A20: C would take them for shorter ones without a word.
function testNul() {
    const users = new Users();
    const calls = {
        'Credential.new': value => Xmpp.Credential.new('romeo', value),
        'Credential.set_field': value => Xmpp.Credential.new('romeo', null).set_field('token', value),
        'Authenticator.set_decoy': value => users.set_decoy(value),
    };
    for (const [name, call] of Object.entries(calls)) {
        call('abc');
        try {
            call('abc\0def');
            ok(false, `${name}: U+0000`, 'no error');
        } catch (error) {
            ok(error.code === Xmpp.SaslError.MALFORMED_REQUEST && !error.message.includes('abc'),
                `${name}: U+0000`, error.message);
        }
    }
    equal(users.dup_decoy(), 'abc', 'nothing of it was taken');
}

try {
    // What is dropped answers itself once it is collected.
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
        gc();
        return GLib.SOURCE_CONTINUE;
    });
    await testReturns();
    await testThrown();
    await testLater();
    testBlocks();
    testNul();
    await testCredentials();
    await testAuthenticators();
} catch (error) {
    ok(false, 'no exception', `${error}\n${error.stack}`);
}
finish();
