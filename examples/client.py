#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logs in, sends a message, prints what comes, and leaves politely on Ctrl-C.

The same program in C, JavaScript and Vala is client.c, client.js and client.vala.
"""

import argparse
import asyncio
import getpass
import signal
import sys

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jid", metavar="JID")
    parser.add_argument("to", metavar="TO", nargs="?")
    parser.add_argument("text", metavar="TEXT", nargs="?", default="Hello")
    parser.add_argument("--password-file", metavar="FILE", help="its first line; else a prompt")
    parser.add_argument("--host", help="skip the DNS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--direct-tls", action="store_true")
    parser.add_argument("--ca", metavar="FILE", help="trust these certificates only")
    parser.add_argument("--count", type=int, default=0, help="leave after so many messages")
    parser.add_argument("--echo", action="store_true", help="send each message back")
    parser.add_argument("--status", default="Good night", help="the last word")
    parser.add_argument("--report", action="store_true", help="say how the login went")
    return parser.parse_args()


def read_password(options):
    if options.password_file is None:
        return getpass.getpass(f"Password of {options.jid}: ")
    with open(options.password_file, encoding="utf-8") as stream:
        return stream.readline().rstrip("\n")


def make_client(options):
    client = Xmpp.Client(options.jid, read_password(options), server_host=options.host,
                         server_port=options.port)
    if options.direct_tls:
        client.set_tls_mode(Xmpp.TlsMode.DIRECT)
    if options.ca is not None:
        client.set_tls_database(Gio.TlsFileDatabase.new(options.ca))
    return client


def send_chat(client, to, text):
    client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, text))


async def talk(client, messages, options):
    await client.open_async()
    print("online as", client.get_jid(), flush=True)
    if options.to is not None:
        send_chat(client, options.to, options.text)
    left = options.count
    async for message in messages:
        sender, body = message.get_from(), message.get_body()
        if body is None or message.get_stanza_type() == Xmpp.StanzaType.ERROR:
            continue
        print(f"{sender}: {body}", flush=True)
        if options.echo:
            send_chat(client, sender, body)
        left -= 1
        if left == 0:
            return


async def main(options):
    client = make_client(options)
    messages = client.messages()
    task = asyncio.ensure_future(talk(client, messages, options))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        await client.close_async(options.status)
        if options.report:
            print(client.get_report(), flush=True)


if __name__ == "__main__":
    try:
        Xmpp.run(main(parse_arguments()))
    except GLib.Error as failure:
        sys.exit(failure.message)
