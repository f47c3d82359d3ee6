#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""accept-certificate and pins in Python: answered now, later, never, and by mistake.

test-certificate.js has the same rows.
"""

import asyncio
import contextlib
import io
import pathlib
import re
import sys
import tempfile
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "languages"), str(TESTS / "interop")]

import lab  # noqa: E402
import server  # noqa: E402

SECONDS = 20


class Deciding(Xmpp.Client):
    """A subclass may override the question."""

    def do_accept_certificate(self, request):
        request.accept()
        return True


class Certificate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificates = lab.Certificates(cls.folder.name + "/certificates")
        cls.certificates.issue("example.net")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def open(self, handler=None, kind=Xmpp.Client, **properties):
        """The error of the login, or None."""
        async def login(host):
            client = kind("romeo@example.net", "secret", server_host="127.0.0.1",
                          server_port=host.port, **properties)
            if handler is not None:
                client.connect("accept-certificate", handler)
            try:
                async with asyncio.timeout(SECONDS):
                    await client.open_async()
            except GLib.Error as error:
                self.assertEqual(client.get_report().get_failed_step(), "tls")
                return error
            self.assertTrue(client.is_secure())
            await client.close_async()
            return None
        paths = self.certificates.paths("example.net")
        with server.Server(server.Session.leave, paths) as host:
            return Xmpp.run(login(host))

    def refused(self, error):
        self.assertIsNotNone(error)
        self.assertTrue(error.matches(Gio.tls_error_quark(), Gio.TlsError.BAD_CERTIFICATE), error)

    def test_accept_now(self):
        seen = []

        def handler(_client, request):
            seen.append(request)
            request.accept()
            return True
        self.assertIsNone(self.open(handler))
        # The request tells a person all of it, also afterwards.
        request, = seen
        self.assertEqual(request.get_domain(), "example.net")
        self.assertEqual(request.get_flags(), Gio.TlsCertificateFlags.UNKNOWN_CA)
        self.assertTrue(any("example.net" in name for name in request.get_names()))
        self.assertIn("Test CA", request.get_issuer())
        self.assertLess(request.get_not_valid_before().compare(request.get_not_valid_after()), 0)
        self.assertRegex(request.get_fingerprint(), "^([0-9A-F]{2}:){31}[0-9A-F]{2}$")
        self.assertIn(request.get_fingerprint(), request.get_text())
        self.assertIsInstance(request.get_certificate(), Gio.TlsCertificate)

    def test_accept_later(self):
        def handler(_client, request):
            GLib.timeout_add(50, request.accept)
            return True
        self.assertIsNone(self.open(handler))

    def test_accept_by_a_task(self):
        async def ask(request):
            await asyncio.sleep(0.05)
            request.accept()

        def handler(_client, request):
            asyncio.ensure_future(ask(request))
            return True
        self.assertIsNone(self.open(handler))

    def test_subclass(self):
        self.assertIsNone(self.open(kind=Deciding))

    def test_refuse(self):
        def now(_client, request):
            request.reject()
            return True

        def later(_client, request):
            GLib.timeout_add(20, request.reject)
            return True
        for handler in (None, now, later):
            self.refused(self.open(handler))

    def test_no_answer(self):
        for value in (True, False, None):
            self.refused(self.open(lambda _client, _request, value=value: value))

    def test_exception(self):
        """It is printed, and is no answer."""
        def handler(_client, _request):
            raise ValueError("by mistake")
        text = io.StringIO()
        with contextlib.redirect_stderr(text):
            self.refused(self.open(handler))
        self.assertIn("by mistake", text.getvalue())

    def test_pins(self):
        """The pin that the question names is the one that lets the server in."""
        pins = []
        self.refused(self.open(lambda _client, request: pins.append(request.get_pin())))
        self.assertTrue(re.fullmatch("SHA256:[A-Za-z0-9+/]{43}=", pins[0]), pins)
        database = Gio.TlsFileDatabase.new(self.certificates.ca)
        self.assertIsNone(self.open(pins=pins, tls_database=database))
        other = ["SHA256:" + "A" * 43 + "="]
        self.assertIsNotNone(self.open(pins=other, tls_database=database))


if __name__ == "__main__":
    unittest.main()
