#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Xmpp.Server from Python: authenticators that answer later, the application among the stanzas."""

import asyncio
import pathlib
import tempfile
import unittest

from host import DOMAIN, Host

from gi.repository import Gio, GLib, Xmpp

SECONDS = 20
ROMEO = f"romeo@{DOMAIN}"
JULIET = f"juliet@{DOMAIN}"


def run(host, test):
    async def limited():
        async with asyncio.timeout(SECONDS):
            return await test()
    with host:
        return Xmpp.run(limited())


def message(to, text):
    return Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, text)


class Later(Xmpp.Authenticator):
    """Answers after a while: what is looked up in a coroutine, what is verified by a timer."""

    def __init__(self):
        super().__init__()
        self.asked = []

    async def do_lookup(self, request):
        await asyncio.sleep(0.01)
        self.asked.append(("lookup", request.get_field(), request.get_domain()))
        known = request.get_username() == "romeo" and request.get_field() == "password"
        request.reply("secret" if known else None)

    def do_verify(self, request):
        def answer():
            self.asked.append(("verify", request.get_field(), request.get_domain()))
            if (request.get_username(), request.get_value()) == ("romeo", "secret"):
                request.allow()
            else:
                request.refuse()
            return GLib.SOURCE_REMOVE
        GLib.timeout_add(10, answer)


class Broken(Xmpp.Authenticator):
    def do_lookup(self, request):
        raise ValueError("Geheimnis")


class Secretaries(Xmpp.MemoryAuthenticator):
    """Juliet may act as Romeo."""

    def do_authorize(self, request):
        if request.get_authzid() == ROMEO and request.get_username() == "juliet":
            request.allow()
            return True
        return Xmpp.MemoryAuthenticator.do_authorize(self, request)


class Authenticators(unittest.TestCase):
    def log_in(self, host, account, password, mechanism=None, **fields):
        allowed = [mechanism] if mechanism is not None else None

        async def test():
            client = host.client(account, password, policy=Xmpp.SaslPolicy(allowed=allowed))
            for name, value in fields.items():
                client.get_credential().set_field(name, value)
            async with client:
                return str(client.get_jid()).split("/")[0]
        return run(host, test)

    def refuse(self, *arguments, code=Xmpp.SaslError.NOT_AUTHORIZED, **fields):
        with self.assertRaises(Xmpp.SaslError) as caught:
            self.log_in(*arguments, **fields)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_later(self):
        users = Later()
        self.assertEqual(self.log_in(Host(users), ROMEO, "secret"), ROMEO)
        self.assertIn(("lookup", "password", DOMAIN), users.asked)
        self.refuse(Host(Later()), ROMEO, "wrong")
        self.refuse(Host(Later()), JULIET, "secret")

    def test_broken(self):
        """An exception costs this login, and the client does not hear what it says."""
        error = self.refuse(Host(Broken()), ROMEO, "secret",
                            code=Xmpp.SaslError.TEMPORARY_AUTH_FAILURE)
        self.assertNotIn("Geheimnis", error.message)

    def test_memory(self):
        users = {"romeo": "secret", "juliet": "nightingale"}
        for mechanism in ("SCRAM-SHA-512", "SCRAM-SHA-1", None):
            self.assertEqual(self.log_in(Host(**users), ROMEO, "secret", mechanism), ROMEO)
        self.refuse(Host(**users), ROMEO, "nightingale")
        with self.assertRaises(GLib.Error):
            Host(romeo="")
        with self.assertRaises(Xmpp.SaslError):
            Host(romeo="sec\0ret")

    def test_lines(self):
        line = Xmpp.MemoryAuthenticator.make_line(ROMEO, "secret")
        self.assertNotIn("secret", line)
        users = Xmpp.MemoryAuthenticator()
        users.add_line(line)
        self.assertTrue(users.has_user(ROMEO))
        self.assertEqual(self.log_in(Host(users), ROMEO, "secret"), ROMEO)
        with self.assertRaisesRegex(GLib.Error, "romeo"):
            users.add_line(ROMEO + "=")

    def test_users_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "users")
            path.touch(0o600)
            path.write_text(f"[users]\n{ROMEO}=secret\n", encoding="utf-8")
            users = Xmpp.UsersFile.new(Gio.File.new_for_path(str(path)))
            self.assertEqual(self.log_in(Host(users), ROMEO, "secret"), ROMEO)
            path.write_text("[users]\nromeo\n", encoding="utf-8")
            with self.assertRaisesRegex(GLib.Error, "line 2"):
                Xmpp.UsersFile.new(Gio.File.new_for_path(str(path)))

    def test_authorize(self):
        def host():
            return Host(Secretaries(), romeo="secret", juliet="nightingale")
        self.assertEqual(self.log_in(host(), ROMEO, "secret"), ROMEO)
        self.assertEqual(self.log_in(host(), JULIET, "nightingale", authzid=ROMEO), ROMEO)
        self.refuse(host(), ROMEO, "secret", authzid=JULIET, code=Xmpp.SaslError.INVALID_AUTHZID)


class Stanzas(unittest.TestCase):
    def test_routing(self):
        host = Host(romeo="secret", juliet="nightingale")
        seen = []

        def opened(server, connection):
            seen.append(str(connection.get_jid()))
            connection.connect("message", lambda connection, stanza: connection.send(
                message(stanza.get_from(), "I hear you")))

        def stanza(server, connection, stanza):
            return stanza.get_body() == "taken"

        host.server.connect("opened", opened)
        host.server.connect("stanza", stanza)

        async def test():
            romeo = host.client(ROMEO, "secret", resource="garden")
            juliet = host.client(JULIET, "nightingale", resource="balcony")
            heard = {client: client.messages() for client in (romeo, juliet)}
            async with romeo, juliet:
                while len(seen) < 2:
                    await asyncio.sleep(0.001)
                self.assertEqual(seen, [f"{ROMEO}/garden", f"{JULIET}/balcony"])
                connection = host.server.find_connection(f"{ROMEO}/garden")
                self.assertEqual(str(connection.get_jid()), f"{ROMEO}/garden")
                self.assertEqual(len(host.server.list_connections()), 2)
                romeo.send(message(JULIET, "taken"))
                romeo.send(message(f"{JULIET}/balcony", "Hello"))
                got = await anext(heard[juliet])
                self.assertEqual((str(got.get_from()), got.get_body()),
                                 (f"{ROMEO}/garden", "Hello"))
                romeo.send(message(DOMAIN, "Is anybody there?"))
                got = await anext(heard[romeo])
                self.assertEqual(got.get_body(), "I hear you")
        run(host, test)

    def test_resources(self):
        host = Host(romeo="secret")
        host.server.connect("choose-resource", lambda server, connection, wanted: f"{wanted}-1")

        async def test():
            async with host.client(ROMEO, "secret", resource="garden") as client:
                self.assertEqual(str(client.get_jid()), f"{ROMEO}/garden-1")
        run(host, test)

    def test_stop(self):
        """Whoever is there hears why; who comes later finds nobody."""
        host = Host(romeo="secret")
        closed = []
        host.server.connect("closed", lambda server, connection, error: closed.append(connection))

        async def test():
            client = host.client(ROMEO, "secret")
            messages = client.messages()
            opened = asyncio.Event()
            host.server.connect("opened", lambda *_: opened.set())
            async with host.server:
                await client.open_async()
                await opened.wait()
            with self.assertRaises(Xmpp.StreamError) as caught:
                await anext(messages)
            self.assertEqual(caught.exception.code, Xmpp.StreamError.SYSTEM_SHUTDOWN)
            self.assertEqual(len(closed), 1)
            with self.assertRaises(GLib.Error):
                await host.client(ROMEO, "secret").open_async()
        run(host, test)


if __name__ == "__main__":
    unittest.main()
