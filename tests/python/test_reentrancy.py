#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Inside the handler of each signal: closing, dropping the last reference, sending, a main loop.

test-reentrancy.js has the same rows.
"""

import gc
import pathlib
import sys
import threading
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, Xmpp  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "languages"))

import server  # noqa: E402

SIGNALS = ("message", "presence", "iq", "opened", "closed", "undelivered", "element-sent",
           "element-received", "notify::state", "request")
STANZAS = ("message", "presence", "iq")
JULIET = "juliet@example.net/balcony"
SECONDS = 20


def script(session):
    """One of each kind, in one packet; then what the client wants."""
    session.send(f"<message from='{JULIET}'><body>one</body></message><presence from='{JULIET}'/>"
                 f"<iq from='{JULIET}' type='get' id='q'><query xmlns='urn:example:test'/></iq>")
    server.answer(session)


def wait_until(condition, what):
    late = []
    guard = GLib.timeout_add_seconds(SECONDS, lambda: late.append(1))
    while not condition() and not late:
        GLib.MainContext.default().iteration(True)
    if late:
        raise TimeoutError(what)
    GLib.source_remove(guard)


class Asking(Xmpp.Credential):
    """Has no password until it is asked for one; then it calls what it was given."""

    def __init__(self, then):
        super().__init__()
        self.then = then

    def do_request(self, request):
        request.set_field("password", "secret")
        request.reply()
        self.then()
        return True


class Row:
    """One client, whose handler of one signal does something once."""

    def __init__(self, host, signal, act):
        self.act = act
        self.fired = False
        self.gone = False
        self.opened = None
        self.closed = []
        self.sent = None
        self.seen = []
        credential = Asking(self.on_signal) if signal == "request" else "secret"
        self.client = Xmpp.Client("romeo@example.net", credential, server_host="127.0.0.1",
                                  server_port=host.port, insecure_loopback=True)
        self.client.weak_ref(self.on_gone)
        for name in STANZAS:
            self.client.connect(name, self.on_stanza, name)
        if signal != "request":
            self.client.connect(signal, self.on_signal)
        self.client.open_async(None, self.on_open)

    def on_gone(self):
        self.gone = True

    def on_stanza(self, _client, _stanza, name):
        self.seen.append(name)
        return False

    def on_signal(self, *_arguments):
        if not self.fired:
            self.fired = True
            self.act(self)
        return False

    def on_open(self, client, result):
        try:
            self.opened = client.open_finish(result)
        except GLib.Error as error:
            self.opened = error

    def on_close(self, client, result):
        try:
            self.closed.append(client.close_finish(result))
        except GLib.Error as error:
            self.closed.append(error)

    def close(self):
        self.client.close_async("Good night", None, self.on_close)

    def drop(self):
        self.client = None

    def send(self):
        try:
            self.sent = self.client.send(
                Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "marker"))
        except GLib.Error as error:
            self.sent = error

    def nest(self):
        for _ in range(20):
            GLib.MainContext.default().iteration(False)

    def provoke(self, signal):
        """The signals that do not come by themselves, once the connection is open."""
        if self.client is None:
            return
        if signal == "closed":
            wait_until(lambda: len(self.seen) == 3, "stanzas")
            self.client.close_async("Good night", None, self.on_close)
        elif signal == "undelivered":
            self.client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "lost"))
            self.client.abort()


class Reentrancy(unittest.TestCase):
    def begin(self, host, signal, act):
        row = Row(host, signal, act)
        wait_until(lambda: row.opened is not None, "the login")
        row.provoke(signal)
        wait_until(lambda: row.fired, signal)
        return row

    def check_close(self, row, signal, host):
        wait_until(lambda: row.closed, "closing")
        self.assertTrue(all(closed is True for closed in row.closed), row.closed)
        self.assertEqual(row.client.get_state(), Xmpp.ConnectionState.CLOSED)
        if signal in STANZAS:
            # What was in the same packet still arrives.
            self.assertEqual(row.seen, list(STANZAS))
            self.assertIn("<status>Good night</status>", host.wait().heard)
            self.assertIsNone(row.client.get_error())

    def check_drop(self, row, _signal, host):
        gc.collect()
        wait_until(lambda: row.gone, "the end of the client")
        host.wait()

    def check_send(self, row, signal, host):
        if signal in ("closed", "undelivered", "request", "notify::state", "element-sent",
                      "element-received"):
            # Not open yet, or no more: an error that says so, or it is sent
            if row.sent is not True:
                self.assertEqual(row.sent.domain, "xmpp-connection-error-quark")
        else:
            self.assertIs(row.sent, True)
        if signal not in ("closed", "undelivered"):
            wait_until(lambda: len(row.seen) == 3, "stanzas")
            row.close()
            wait_until(lambda: row.closed, "closing")
            self.assertEqual(host.wait().heard.count("marker"), int(row.sent is True))

    def check_nest(self, row, signal, host):
        if signal not in ("closed", "undelivered"):
            wait_until(lambda: len(row.seen) == 3, "stanzas")
            self.assertEqual(row.seen, list(STANZAS))
            row.close()
        if signal != "undelivered":
            wait_until(lambda: row.closed, "closing")
            self.assertEqual(row.closed, [True])
            self.assertIn("<status>Good night</status>", host.wait().heard)
        self.assertEqual(row.client.get_state(), Xmpp.ConnectionState.CLOSED)

    def rows(self, act, check):
        for signal in SIGNALS:
            with self.subTest(signal), server.Server(script) as host:
                check(self.begin(host, signal, act), signal, host)

    def test_close(self):
        self.rows(Row.close, self.check_close)

    def test_drop(self):
        self.rows(Row.drop, self.check_drop)

    def test_drop_in_a_thread(self):
        with server.Server(script) as host:
            row = self.begin(host, "opened", lambda row: None)
            wait_until(lambda: len(row.seen) == 3, "stanzas")
            thread = threading.Thread(target=row.drop)
            thread.start()
            thread.join()
            self.check_drop(row, "opened", host)

    def test_send(self):
        self.rows(Row.send, self.check_send)

    def test_nested_loop(self):
        self.rows(Row.nest, self.check_nest)


if __name__ == "__main__":
    unittest.main()
