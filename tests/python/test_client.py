#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_client.py CACHE

XmppClient from Python, against a real server: callbacks, a subclass, handlers, the queue.
"""

import pathlib
import sys
import tempfile
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))

import lab  # noqa: E402
import prosody  # noqa: E402

SECONDS = 30
SERVER = None


def wait(start):
    """Runs the main loop until the callback that start() is given has been called."""
    loop = GLib.MainLoop()
    results = []

    def done(source, result):
        results.append(result)
        loop.quit()

    guard = GLib.timeout_add_seconds(SECONDS, loop.quit)
    start(done)
    loop.run()
    if not results:
        raise TimeoutError(f"nothing within {SECONDS} s")
    GLib.source_remove(guard)
    return results[0]


def wait_until(condition):
    context = GLib.MainContext.default()
    late = []
    guard = GLib.timeout_add_seconds(SECONDS, lambda: late.append(True))
    while not condition() and not late:
        context.iteration(True)
    if late:
        raise TimeoutError(f"not within {SECONDS} s")
    GLib.source_remove(guard)


class Bot(Xmpp.Client):
    """Sends every message back, and remembers."""

    def __init__(self, account, credential):
        super().__init__(account=Xmpp.Jid.new(account), credential=credential)
        self.bodies = []

    def do_message(self, message):
        self.bodies.append(message.get_body())
        self.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, message.get_from(),
                                          message.get_body()))
        return True


def set_up(client):
    client.props.server_host = "127.0.0.1"
    client.props.server_port = SERVER.port
    database = Gio.TlsFileDatabase.new(SERVER.ca)
    client.props.tls_database = database
    return client


def make(name, password=lab.PASSWORD):
    return set_up(Xmpp.Client.new(f"{name}@{lab.PLAIN}", Xmpp.Credential.new(None, password)))


def open_client(client):
    client.open_finish(wait(lambda done: client.open_async(None, done)))
    return client


def close_client(client, status=None):
    client.close_finish(wait(lambda done: client.close_async(status, None, done)))


class Client(unittest.TestCase):
    def test_properties(self):
        client = open_client(make("alice"))
        self.assertEqual(client.get_state(), Xmpp.ConnectionState.OPEN)
        self.assertEqual(client.get_jid().dup_bare().to_string(), f"alice@{lab.PLAIN}")
        self.assertTrue(client.is_secure())
        self.assertIsInstance(client.get_tls_connection(), Gio.TlsConnection)
        self.assertIn("sasl", client.get_report().to_string())
        close_client(client)
        self.assertEqual(client.get_state(), Xmpp.ConnectionState.CLOSED)
        self.assertIsNone(client.get_error())

    def test_subclass_answers(self):
        bot = open_client(set_up(Bot(f"bob@{lab.PLAIN}", Xmpp.Credential.new(None, lab.PASSWORD))))
        alice = make("alice")
        heard = []

        def on_message(client, message):
            heard.append(message)
            return True

        alice.connect("message", on_message)
        open_client(alice)
        alice.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, bot.get_jid(), "Grüße"))
        wait_until(lambda: heard)
        self.assertEqual(bot.bodies, ["Grüße"])
        # Kept beyond the handler
        self.assertEqual(heard[0].get_body(), "Grüße")
        close_client(bot)
        close_client(alice)

    def test_request(self):
        client = open_client(make("alice"))
        domain = Xmpp.Jid.new(lab.PLAIN)
        ping = Xmpp.Stanza.new_iq(Xmpp.StanzaType.GET, domain,
                                  Xmpp.Element.new("ping", "urn:xmpp:ping"))
        result = wait(lambda done: client.request_async(ping, None, done))
        reply = client.request_finish(result)
        self.assertEqual(reply.get_stanza_type(), Xmpp.StanzaType.RESULT)
        unknown = Xmpp.Stanza.new_iq(Xmpp.StanzaType.GET, domain,
                                     Xmpp.Element.new("query", "urn:example:nothing"))
        result = wait(lambda done: client.request_async(unknown, None, done))
        with self.assertRaises(GLib.Error) as caught:
            client.request_finish(result)
        self.assertTrue(caught.exception.matches(Xmpp.stanza_error_quark(),
                                                 Xmpp.StanzaError.SERVICE_UNAVAILABLE))
        close_client(client)

    def test_departure(self):
        """The other one sees the status text."""
        alice = make("alice")
        seen = []

        def on_presence(client, presence, _data):
            # The server says of a contact who is not there that he is not, without a resource.
            if (presence.get_stanza_type() == Xmpp.StanzaType.UNAVAILABLE
                    and presence.get_from().get_local() == "bob"
                    and presence.get_from().get_resource() is not None):
                seen.append(presence.get_status())
            return False

        alice.add_handler(Xmpp.StanzaKind.PRESENCE, None, None, on_presence, None)
        open_client(alice)
        close_client(open_client(make("bob")), "Gone fishing")
        wait_until(lambda: seen)
        self.assertEqual(seen, ["Gone fishing"])
        close_client(alice)

    def test_queue(self):
        client = make("alice")
        client.set_queue_kinds(Xmpp.StanzaKind.MESSAGE)
        open_client(client)
        for text in ("one", "two"):
            client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, client.get_jid(), text))
        bodies = []
        for _ in range(2):
            result = wait(lambda done: client.receive_async(Xmpp.StanzaKind.MESSAGE, None, done))
            bodies.append(client.receive_finish(result).get_body())
        self.assertEqual(bodies, ["one", "two"])
        close_client(client)
        result = wait(lambda done: client.receive_async(Xmpp.StanzaKind.MESSAGE, None, done))
        self.assertIsNone(client.receive_finish(result))

    def test_second_login(self):
        """What the first login left in the store: no password, and fewer round trips.

        A server that stores the password itself makes up a new salt each time.
        """
        with tempfile.TemporaryDirectory() as folder:
            memory = Xmpp.MemoryStateStore.new()
            self.check_second_login(memory, memory)
            self.check_second_login(Xmpp.FileStateStore.new(folder),
                                    Xmpp.FileStateStore.new(folder))

    def check_second_login(self, *stores):
        account = f"alice@{lab.HASHED_256}"
        first = set_up(Xmpp.Client.new(account, Xmpp.Credential.new(None, lab.PASSWORD)))
        second = set_up(Xmpp.Client.new(account, Xmpp.Credential.new(None, None)))
        trips = []
        for client, store in zip((first, second), stores):
            client.props.state_store = store
            open_client(client)
            trips.append(client.get_report().to_variant().unpack()["stream"]["round_trips"])
            close_client(client)
        self.assertLess(trips[1], trips[0])

    def test_wrong_password(self):
        client = make("alice", "wrong")
        result = wait(lambda done: client.open_async(None, done))
        with self.assertRaises(GLib.Error) as caught:
            client.open_finish(result)
        self.assertTrue(caught.exception.matches(Xmpp.sasl_error_quark(),
                                                 Xmpp.SaslError.NOT_AUTHORIZED))
        self.assertEqual(client.get_report().get_failed_step(), "sasl")

    def test_unknown_authority(self):
        client = make("alice")
        client.props.tls_database = None
        result = wait(lambda done: client.open_async(None, done))
        with self.assertRaises(GLib.Error) as caught:
            client.open_finish(result)
        self.assertTrue(caught.exception.matches(Gio.tls_error_quark(),
                                                 Gio.TlsError.BAD_CERTIFICATE))

    def test_cancelled(self):
        client = make("alice")
        cancellable = Gio.Cancellable.new()
        cancellable.cancel()
        result = wait(lambda done: client.open_async(cancellable, done))
        with self.assertRaises(GLib.Error) as caught:
            client.open_finish(result)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.CANCELLED))


if __name__ == "__main__":
    version = "0.12" if lab.installed_version().startswith("0.12") else "13"
    with prosody.Prosody(version, sys.argv.pop(1)) as SERVER:
        good = unittest.main(exit=False).result.wasSuccessful()
    sys.exit(0 if good else 1)
