# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors

import asyncio
import signal
import sys
import gi
gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, Xmpp

def answer(connection, message):
    reply = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, message.get_from(), "I hear you")
    reply.set_from("example.net")
    return connection.send(reply)

def opened(server, connection):
    print(connection.get_jid(), "has come", flush=True)
    connection.connect("message", answer)

async def main(certificate, port):
    users = Xmpp.MemoryAuthenticator()
    users.add_user("romeo@example.net", "secret")
    users.add_user("juliet@example.net", "secret")

    server = Xmpp.Server()
    server.connect("opened", opened)
    server.add_domain("example.net", Gio.TlsCertificate.new_from_file(certificate), users)
    async with server:
        port = server.listen(Xmpp.ListenKind.CLIENTS, "127.0.0.1", int(port))
        print("example.net is at port", port, flush=True)
        interrupted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
        await interrupted.wait()

Xmpp.run(main(*sys.argv[1:]))
