// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// What makes Xmpp native in JavaScript; GJS loads it with the namespace. Every method
// NAME_async() that is called without a callback returns a promise, and what is left out at its
// end is null. Connections can be iterated over with "for await".

/* exported _init */

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

function _init() {
    const Xmpp = this;

    for (const kind of [Xmpp.Connection, Xmpp.SaslMechanism, Xmpp.StateStore]) {
        Object.getOwnPropertyNames(kind.prototype).filter(name => name.endsWith('_async'))
            .forEach(name => promisify(kind.prototype, name));
    }
    adaptConnection(Xmpp);
    adaptValues(Xmpp);
}
