# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_servers.py NAME COMMAND… [-- NAME COMMAND…]…

The servers of docs/server.md, as they stand: clients log in over TLS, write to each other and to
the server, and hear why it ends.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, Xmpp  # noqa: E402

from programs import programs  # noqa: E402

import lab  # noqa: E402

SECONDS = 30
DOMAIN = "example.net"


def message(to, text):
    return Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, text)


async def next_text(messages):
    got = await anext(messages)
    return got.get_from().to_string(), got.get_body()


async def talk(tap, name, process, database):
    said = process.stdout.readline().split()
    tap.equal(said[:-1], [DOMAIN, "is", "at", "port"], f"{name}: says where it is")

    def client(user, password="secret"):
        return Xmpp.Client(f"{user}@{DOMAIN}", password, server_host="127.0.0.1",
                           server_port=int(said[-1]), tls_database=database, resource="x")

    romeo, juliet = client("romeo"), client("juliet")
    to_romeo, to_juliet = romeo.messages(), juliet.messages()
    await juliet.open_async()
    await romeo.open_async()
    tap.ok(romeo.props.secure, f"{name}: TLS")
    romeo.send(message(juliet.get_jid(), "Hello"))
    tap.equal(await next_text(to_juliet), (f"romeo@{DOMAIN}/x", "Hello"), f"{name}: a message")
    romeo.send(message(DOMAIN, "Who is there?"))
    tap.equal(await next_text(to_romeo), (DOMAIN, "I hear you"), f"{name}: answers itself")
    try:
        await client("romeo", "wrong").open_async()
        tap.ok(False, f"{name}: a wrong password")
    except Xmpp.SaslError as error:
        tap.equal(error.nick, "not-authorized", f"{name}: a wrong password")
    await juliet.close_async()

    process.send_signal(signal.SIGINT)
    try:
        await anext(to_romeo)
        tap.ok(False, f"{name}: takes leave")
    except Xmpp.StreamError as error:
        tap.equal(error.nick, "system-shutdown", f"{name}: takes leave")
    output, _ = process.communicate(timeout=SECONDS)
    tap.equal((process.returncode, output.split("\n")),
              (0, [f"juliet@{DOMAIN}/x has come", f"romeo@{DOMAIN}/x has come", ""]),
              f"{name}: tells who came, and ends")


async def limited(*arguments):
    async with asyncio.timeout(SECONDS):
        await talk(*arguments)


def main():
    tap = lab.Tap()
    with tempfile.TemporaryDirectory() as folder:
        certificates = lab.Certificates(os.path.join(folder, "certificates"))
        certificates.issue(DOMAIN)
        both = os.path.join(folder, "both.pem")
        with open(both, "wb") as file:
            for path in certificates.paths(DOMAIN):
                with open(path, "rb") as part:
                    file.write(part.read())
        database = Gio.TlsFileDatabase.new(certificates.ca)
        for name, command in programs(sys.argv[1:]):
            process = subprocess.Popen([*command, both, "0"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, text=True)
            try:
                Xmpp.run(limited(tap, name, process, database))
            finally:
                process.kill()
                process.wait()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
