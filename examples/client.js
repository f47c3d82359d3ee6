#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// Logs in, sends a message, prints what comes, and leaves politely on Ctrl-C.
// The same program in C, Python and Vala is client.c, client.py and client.vala.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Xmpp from 'gi://Xmpp?version=1.0';
import {exit, programArgs} from 'system';

const USAGE = `usage: client.js --password-file FILE [OPTION…] JID [TO [TEXT]]
  --host HOST  --port PORT  --direct-tls   skip the DNS
  --ca FILE                                trust these certificates only
  --count N                                leave after so many messages
  --echo                                   send each message back
  --status TEXT                            the last word
  --report                                 say how the login went`;
const VALUES = ['password-file', 'host', 'port', 'ca', 'count', 'status'];
const FLAGS = ['direct-tls', 'echo', 'report'];

function parseArguments(words) {
    const options = {rest: []};
    while (words.length > 0) {
        const word = words.shift();
        const name = word.replace(/^--/, '');
        if (word === name)
            options.rest.push(word);
        else if (FLAGS.includes(name))
            options[name] = true;
        else if (VALUES.includes(name) && words.length > 0)
            options[name] = words.shift();
        else
            return null;
    }
    [options.jid, options.to, options.text] = options.rest;
    return options.jid && options['password-file'] ? options : null;
}

function readPassword(path) {
    const [, bytes] = GLib.file_get_contents(path);
    return new TextDecoder().decode(bytes).split('\n')[0];
}

function makeClient(options) {
    const password = readPassword(options['password-file']);
    const client = Xmpp.Client.new(options.jid, Xmpp.Credential.new(null, password));
    client.server_host = options.host ?? null;
    client.server_port = Number(options.port ?? 0);
    if (options['direct-tls'])
        client.tls_mode = Xmpp.TlsMode.DIRECT;
    if (options.ca)
        client.tls_database = Gio.TlsFileDatabase.new(options.ca);
    return client;
}

function sendChat(client, to, text) {
    client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, text));
}

async function talk(client, messages, options) {
    await client.open_async();
    print(`online as ${client.get_jid()}`);
    if (options.to)
        sendChat(client, options.to, options.text ?? 'Hello');
    let left = Number(options.count ?? 0);
    for await (const message of messages) {
        const sender = message.get_from();
        const body = message.get_body();
        if (body === null || message.get_stanza_type() === Xmpp.StanzaType.ERROR)
            continue;
        print(`${sender}: ${body}`);
        if (options.echo)
            sendChat(client, sender, body);
        if (--left === 0)
            return;
    }
}

async function main(options) {
    const client = makeClient(options);
    const messages = client.messages();
    const leave = () => client.close_async(options.status ?? 'Good night');

    // Closing ends the messages.
    for (const number of [2, 15])
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, () => leave() && GLib.SOURCE_CONTINUE);
    try {
        await talk(client, messages, options);
    } finally {
        await leave();
        if (options.report)
            print(`${client.get_report()}`);
    }
}

if (programArgs.includes('--help')) {
    print(USAGE);
    exit(0);
}
const options = parseArguments(programArgs);
if (options === null) {
    printerr(USAGE);
    exit(1);
}
try {
    await main(options);
} catch (error) {
    printerr(error.message);
    exit(1);
}
