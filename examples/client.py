#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logs in, sends a message, prints what comes, and leaves politely on Ctrl-C.

The same program in C is client.c.
"""

import argparse
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


class SmallClient:
    def __init__(self, options):
        self.options = options
        self.loop = GLib.MainLoop()
        self.left = options.count
        self.error = None
        self.client = Xmpp.Client.new(options.jid,
                                      Xmpp.Credential.new(None, read_password(options)))
        self.client.props.server_host = options.host
        self.client.props.server_port = options.port
        if options.direct_tls:
            self.client.props.tls_mode = Xmpp.TlsMode.DIRECT
        if options.ca is not None:
            database = Gio.TlsFileDatabase.new(options.ca)
            self.client.props.tls_database = database
        self.client.connect("message", self.on_message)
        self.client.connect("closed", self.on_closed)

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self.leave)
        self.client.open_async(None, self.on_open)
        self.loop.run()
        if self.options.report:
            print(self.client.get_report().to_string(), flush=True)
        if self.error is not None:
            print(self.error.message, file=sys.stderr)
        return 0 if self.error is None else 1

    def on_open(self, client, result):
        try:
            client.open_finish(result)
            print("online as", client.get_jid().to_string(), flush=True)
            if self.options.to is not None:
                to = Xmpp.Jid.new(self.options.to)
                client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to,
                                                    self.options.text))
        except GLib.Error as error:
            self.error = error
            self.leave()

    def on_message(self, client, message):
        sender = message.get_from()
        body = message.get_body()
        if sender is None or body is None or message.get_stanza_type() == Xmpp.StanzaType.ERROR:
            return False
        print(f"{sender.to_string()}: {body}", flush=True)
        if self.options.echo:
            client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, sender, body))
        self.left -= 1
        if self.left == 0:
            self.leave()
        return True

    def leave(self):
        self.client.close_async(self.options.status, None, self.on_left)
        return GLib.SOURCE_REMOVE

    def on_left(self, client, result):
        try:
            client.close_finish(result)
        except GLib.Error as error:
            self.error = self.error or error
        self.loop.quit()

    def on_closed(self, client, error):
        # Comes after every end; with an error where nobody here asked for it.
        self.error = self.error or error
        self.loop.quit()


if __name__ == "__main__":
    try:
        sys.exit(SmallClient(parse_arguments()).run())
    except GLib.Error as failure:
        sys.exit(failure.message)
