// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// What makes Xmpp native in JavaScript; GJS loads it with the namespace. Every method
// NAME_async() that is called without a callback returns a promise, and what is left out at its
// end is null. Connections can be iterated over with "for await". In subclasses of mechanisms,
// credentials and authenticators an exception ends the login with an error that names class and
// line, and what answers later may be async; throw new Xmpp.SaslError({code, message}) to say more.
// Text with U+0000 in it, which C would take for a shorter one, is refused wherever it is given:
// Gio.IOErrorEnum.INVALID_DATA, and an Xmpp.SaslError where it is about secrets.

/* exported _init */

const {Gio, GLib, GObject} = imports.gi;

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
    takeJid(Xmpp, Xmpp.Server.prototype, 'find_connection', 0);
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

// Text, which C would take to end at its first U+0000
function refuse(Xmpp, secret) {
    if (secret) {
        throw new Xmpp.SaslError({
            code: Xmpp.SaslError.MALFORMED_REQUEST,
            message: 'A field with U+0000 in it can be no secret and no name',
        });
    }
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_DATA,
        'U+0000 cannot be part of any text');
}

function isCut(value) {
    return typeof value === 'string' ? value.includes('\0') : Array.isArray(value) && value.some(isCut);
}

// What stands at a name, with its arguments looked at; a function keeps how many it takes.
function takeWhole(Xmpp, owner, name, secret) {
    const described = Object.getOwnPropertyDescriptor(owner, name);
    const {value: start, set} = described;
    if (set) {
        const setWhole = function (value) {
            if (isCut(value))
                refuse(Xmpp, secret);
            set.call(this, value);
        };
        // The ways to write it are properties of their own.
        const camel = name.replace(/_(\w)/g, (_match, letter) => letter.toUpperCase());
        for (const written of [name, camel, name.replaceAll('_', '-')])
            Object.defineProperty(owner, written, {...described, set: setWhole});
    } else if (typeof start === 'function' && start.length > 0 && name !== 'constructor') {
        owner[name] = function (...args) {
            for (const value of args) {
                if (isCut(value))
                    refuse(Xmpp, secret);
            }
            return start.apply(this, args);
        };
        Object.defineProperty(owner[name], 'length', {value: start.length});
    }
}

function adaptTexts(Xmpp) {
    const secrets = [Xmpp.Credential, Xmpp.CredentialRequest, Xmpp.Authenticator,
        Xmpp.AuthenticatorRequest, Xmpp.MemoryAuthenticator, Xmpp.SaslMechanism];

    for (const name of Object.keys(Xmpp).filter(key => !key.endsWith('Class'))) {
        const kind = Xmpp[name];
        if (typeof kind !== 'function' || kind.prototype instanceof GLib.Error)
            continue;
        if (!kind.$gtype) {
            takeWhole(Xmpp, Xmpp, name, false);
            continue;
        }
        const secret = secrets.includes(kind);
        for (const owner of [kind, kind.prototype]) {
            for (const part of Object.getOwnPropertyNames(owner))
                takeWhole(Xmpp, owner, part, secret);
        }
        if (kind.prototype instanceof GObject.Object) {
            for (const name of ['_init', 'set']) {
                const start = GObject.Object.prototype[name];
                kind.prototype[name] = function (properties = {}, ...more) {
                    if (Object.values(properties).some(isCut))
                        refuse(Xmpp, secret);
                    return start.call(this, properties, ...more);
                };
            }
            kind.prototype.set_property = function (name, value) {
                if (isCut(value))
                    refuse(Xmpp, secret);
                GObject.Object.prototype.set_property.call(this, name, value);
            };
        }
    }
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

    adaptTexts(Xmpp);
    for (const kind of [Xmpp.Connection, Xmpp.SaslMechanism, Xmpp.Server, Xmpp.StateStore]) {
        Object.getOwnPropertyNames(kind.prototype).filter(name => name.endsWith('_async'))
            .forEach(name => promisify(kind.prototype, name));
    }
    adaptConnection(Xmpp);
    adaptValues(Xmpp);
    adaptSasl(Xmpp);
}
