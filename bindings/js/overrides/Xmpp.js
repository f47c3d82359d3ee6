// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// What makes Xmpp native in JavaScript; GJS loads it with the namespace. Every method
// NAME_async() that is called without a callback returns a promise, and what is left out at its
// end is null. Connections can be iterated over with "for await". In subclasses of mechanisms,
// credentials and authenticators an exception ends the login with an error that names class and
// line, and what answers later may be async; throw new Xmpp.SaslError({code, message}) to say more.

/* exported _init */

const {GLib, GObject} = imports.gi;

// The method, or with nothing but missing arguments before its callback a promise
function promisify(prototype, name) {
    const start = prototype[name];
    const finish = prototype[name.replace(/async$/, 'finish')];

    // What GJS counts are the arguments up to the callback.
    const before = start.length - 1;
    prototype[name] = function (...args) {
        if (args.length > before || args.some(value => typeof value === 'function'))
            return start.apply(this, args);
        while (args.length < before)
            args.push(null);
        const called = new Error().stack.split('\n').slice(1).join('\n');
        return new Promise((resolve, reject) => {
            start.call(this, ...args, (source, result) => {
                try {
                    resolve(finish.call(this, result));
                } catch (error) {
                    error.stack = error.stack ? `${error.stack}### Promise ###\n${called}` : called;
                    reject(error);
                }
            });
        });
    };
}

// What comes, one after the other; ends with the connection, with its error if it has one
class Stanzas {
    constructor(connection, kinds) {
        this._connection = connection;
        this._kinds = kinds;
        connection.set_queue_kinds(connection.get_queue_kinds() | kinds);
    }

    [Symbol.asyncIterator]() {
        return this;
    }

    async next() {
        const value = await this._connection.receive_async(this._kinds);
        if (value)
            return {value, done: false};
        const error = this._connection.get_error();
        if (error)
            throw error;
        return {value: undefined, done: true};
    }
}

// The function, whose argument at a place may be a string
function takeJid(Xmpp, owner, name, place) {
    const original = owner[name];
    owner[name] = function (...args) {
        if (typeof args[place] === 'string')
            args[place] = Xmpp.Jid.new(args[place]);
        return original.apply(this, args);
    };
}

function adaptConnection(Xmpp) {
    const proto = Xmpp.Connection.prototype;

    // Stanzas that no handler takes wait in the queue from this call on: call it before the
    // connection is opened.
    proto.stanzas = function (kinds) {
        return new Stanzas(this, kinds);
    };
    proto.messages = function () {
        return new Stanzas(this, Xmpp.StanzaKind.MESSAGE);
    };
}

function adaptValues(Xmpp) {
    for (const kind of [Xmpp.Jid, Xmpp.Element, Xmpp.Report]) {
        kind.prototype.toString = function () {
            return this.to_string();
        };
    }
    Xmpp.Stanza.prototype.toString = function () {
        return this.get_element().to_string();
    };
    Xmpp.Element.prototype[Symbol.iterator] = function* () {
        for (let child = this.get_first_child(); child; child = child.get_next_sibling())
            yield child;
    };
    for (const name of ['new_message', 'new_presence', 'new_iq'])
        takeJid(Xmpp, Xmpp.Stanza, name, 1);
    for (const name of ['set_to', 'set_from'])
        takeJid(Xmpp, Xmpp.Stanza.prototype, name, 0);
}

// What happened and where. Not what the exception says: that may quote a secret.
function makeFailure(Xmpp, place, error) {
    if (error instanceof GLib.Error)
        return error;
    const what = error?.name ?? typeof error;
    const line = error?.fileName
        ? ` in ${GLib.path_get_basename(error.fileName)}, line ${error.lineNumber}` : '';
    return new Xmpp.SaslError({
        code: Xmpp.SaslError.MODULE,
        message: `${place}(): ${what}${line}`,
    });
}

// What is sent, as the library wants it. Null is nothing, and no bytes are an empty message.
function toBytes(value) {
    if (typeof value === 'string')
        return new GLib.Bytes(new TextEncoder().encode(value));
    return value instanceof Uint8Array ? new GLib.Bytes(value) : value ?? null;
}

function describe(value) {
    return value?.constructor?.name ?? String(value);
}

// What is wrong with what a step has returned, or null
function checkAnswer(Xmpp, answer) {
    if (answer instanceof Promise) {
        answer.catch(() => {});
        return 'cannot wait; override vfunc_begin_step() for that';
    }
    if (!Array.isArray(answer) || answer.length !== 2)
        return `must return [bytes or null, Xmpp.SaslStatus], not ${describe(answer)}`;
    const [output, status] = answer;
    if (![GLib.Bytes, Uint8Array].some(kind => output instanceof kind) &&
        !['string', 'undefined'].includes(typeof output) && output !== null)
        return `must return bytes or null, not ${describe(output)}`;
    if (![Xmpp.SaslStatus.CONTINUE, Xmpp.SaslStatus.COMPLETE, Xmpp.SaslStatus.SATISFIED]
        .includes(status))
        return `must return an Xmpp.SaslStatus, not ${describe(status)}`;
    return null;
}

function adaptStep(Xmpp, place, step) {
    return function (input, cancellable) {
        let wrong;
        try {
            const answer = step.call(this, input, cancellable);
            wrong = checkAnswer(Xmpp, answer);
            if (!wrong)
                return [toBytes(answer[0]), answer[1]];
        } catch (error) {
            throw makeFailure(Xmpp, place, error);
        }
        throw new Xmpp.SaslError({code: Xmpp.SaslError.MODULE, message: `${place}() ${wrong}`});
    };
}

// The function, which answers its request now or later, and may be async
function adaptAnswer(Xmpp, place, func) {
    return function (request) {
        try {
            const answer = func.call(this, request);
            if (!(answer instanceof Promise))
                return Boolean(answer);
            answer.catch(error => request.fail(makeFailure(Xmpp, place, error)));
        } catch (error) {
            request.fail(makeFailure(Xmpp, place, error));
        }
        return true;
    };
}

// Each subclass has the functions of these names adapted before GObject sees them.
function adaptSubclasses(Xmpp, owner, adapters, seen = () => {}) {
    owner._classInit = function (klass) {
        for (const [name, adapt] of Object.entries(adapters)) {
            if (Object.hasOwn(klass.prototype, name)) {
                klass.prototype[name] = adapt(Xmpp, `${klass.name}.${name}`,
                    klass.prototype[name]);
            }
        }
        const adapted = GObject.Object._classInit.call(this, klass);
        seen(adapted);
        return adapted;
    };
}

// The function, which hands secrets on to C, where they would end at the first U+0000
function takeWhole(Xmpp, owner, name) {
    const start = owner[name];
    owner[name] = function (...args) {
        if (args.some(value => typeof value === 'string' && value.includes('\0'))) {
            throw new Xmpp.SaslError({
                code: Xmpp.SaslError.MALFORMED_REQUEST,
                message: 'A field with U+0000 in it can be no secret and no name',
            });
        }
        return start.apply(this, args);
    };
}

function adaptSecrets(Xmpp) {
    takeWhole(Xmpp, Xmpp.Credential, 'new');
    takeWhole(Xmpp, Xmpp.Credential.prototype, 'set_field');
    takeWhole(Xmpp, Xmpp.CredentialRequest.prototype, 'set_field');
    takeWhole(Xmpp, Xmpp.AuthenticatorRequest.prototype, 'reply');
    takeWhole(Xmpp, Xmpp.Authenticator.prototype, 'set_decoy');
}

function adaptSasl(Xmpp) {
    const ours = new Set();
    adaptSubclasses(Xmpp, Xmpp.SaslMechanism, {vfunc_step: adaptStep, vfunc_begin_step: adaptAnswer},
        klass => ours.add(klass.$gtype.name));
    adaptSubclasses(Xmpp, Xmpp.Credential, {vfunc_request: adaptAnswer});
    adaptSubclasses(Xmpp, Xmpp.Authenticator,
        {vfunc_lookup: adaptAnswer, vfunc_verify: adaptAnswer, vfunc_authorize: adaptAnswer});

    const {reply} = Xmpp.SaslStep.prototype;
    Xmpp.SaslStep.prototype.reply = function (output, status) {
        return reply.call(this, toBytes(output), status);
    };

    const {register} = Xmpp.SaslRegistry.prototype;
    Xmpp.SaslRegistry.prototype.register = function (info, type) {
        const {name} = type.$gtype ?? type;
        if (ours.has(name) && info.get_facts() & Xmpp.SaslFacts.BLOCKS) {
            throw new Error(`${info.get_name()}: JavaScript does not run in a worker thread, so ` +
                `${name} cannot be registered with Xmpp.SaslFacts.BLOCKS; wait in ` +
                'vfunc_begin_step() instead');
        }
        return register.call(this, info, type);
    };
}

function _init() {
    const Xmpp = this;

    for (const kind of [Xmpp.Connection, Xmpp.SaslMechanism, Xmpp.StateStore]) {
        Object.getOwnPropertyNames(kind.prototype).filter(name => name.endsWith('_async'))
            .forEach(name => promisify(kind.prototype, name));
    }
    adaptConnection(Xmpp);
    adaptValues(Xmpp);
    adaptSecrets(Xmpp);
    adaptSasl(Xmpp);
}
