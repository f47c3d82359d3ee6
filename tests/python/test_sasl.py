#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A mechanism, a credential and an authenticator written in Python."""

import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, GObject, Xmpp  # noqa: E402


class Toy(Xmpp.SaslMechanism):
    """Two steps: the client proves the token backwards, the server sends it back."""

    def __init__(self, **properties):
        super().__init__(**properties)
        self.token = None

    def do_step(self, data, cancellable):
        if self.get_context().get_role() == Xmpp.SaslRole.SERVER:
            return self.serve(data)
        if self.token is None:
            username = self.get_secret("username")
            token = self.get_secret("token")
            self.token = token
            return GLib.Bytes.new(f"{username} {token[::-1]}".encode()), Xmpp.SaslStatus.CONTINUE
        if data is None or data.get_data().decode() != self.token:
            raise GLib.Error.new_literal(Xmpp.sasl_error_quark(), "The server knows no token",
                                         Xmpp.SaslError.SERVER_NOT_TRUSTED)
        self.keep_secret("toy-token", self.token)
        return None, Xmpp.SaslStatus.COMPLETE

    def serve(self, data):
        username, proof = data.get_data().decode().split(" ")
        self.set_identity(username, None)
        token = self.get_secret("token")
        if proof != token[::-1]:
            raise GLib.Error.new_literal(Xmpp.sasl_error_quark(), "Refused",
                                         Xmpp.SaslError.NOT_AUTHORIZED)
        return GLib.Bytes.new(token.encode()), Xmpp.SaslStatus.COMPLETE


class Raises(Xmpp.SaslMechanism):
    def do_step(self, data, cancellable):
        raise GLib.Error.new_literal(Xmpp.sasl_error_quark(), "No ticket",
                                     Xmpp.SaslError.UNAVAILABLE)


class Later(Xmpp.SaslMechanism):
    """Answers its step object in a later turn of the main loop."""

    def do_begin_step(self, step):
        def answer():
            step.reply(GLib.Bytes.new(b"later"), Xmpp.SaslStatus.COMPLETE)
            return GLib.SOURCE_REMOVE
        GLib.idle_add(answer)
        return True


class AskingCredential(Xmpp.Credential):
    """Knows nothing until it is asked, and answers a turn later."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers
        self.asked = []

    def do_request(self, request):
        self.asked += request.get_fields()

        def answer():
            if self.answers is None:
                request.fail(GLib.Error.new_literal(Gio.io_error_quark(), "Not now",
                                                    Gio.IOErrorEnum.CANCELLED))
            else:
                for field, value in self.answers.items():
                    request.set_field(field, value)
                request.reply()
            return GLib.SOURCE_REMOVE
        GLib.idle_add(answer)
        return True


class Users(Xmpp.Authenticator):
    def do_lookup(self, request):
        known = {"romeo": "abc"}
        request.reply(known.get(request.get_username()))
        return True


REGISTRY = Xmpp.SaslRegistry.new()


def register(name, mechanism, fields=()):
    info = Xmpp.SaslMechanismInfo.new(name, Xmpp.SaslRole.CLIENT | Xmpp.SaslRole.SERVER,
                                      Xmpp.SaslFacts.NONE, 30, list(fields))
    REGISTRY.register(info, mechanism)


register("X-TOY", Toy, ["username", "token"])
register("X-RAISES", Raises)
register("X-LATER", Later)


def context(role, authenticator=None):
    return GObject.new(Xmpp.SaslContext, role=role, service="xmpp", domain="example.org",
                       host="example.org", secure=True, authenticator=authenticator)


def create(name, credential=None, authenticator=None):
    role = Xmpp.SaslRole.CLIENT if authenticator is None else Xmpp.SaslRole.SERVER
    return REGISTRY.create(name, context(role, authenticator), credential)


def step(mechanism, data=None):
    """One step, waited for; (output, status), or the GLib.Error raised."""
    loop = GLib.MainLoop()
    results = []

    def stepped(mechanism, result):
        try:
            results.append(mechanism.step_finish(result))
        except GLib.Error as error:
            results.append(error)
        loop.quit()

    mechanism.step_async(None if data is None else GLib.Bytes.new(data), None, stepped)
    loop.run()
    if isinstance(results[0], GLib.Error):
        raise results[0]
    output, status = results[0]
    return None if output is None else output.get_data(), status


class Sasl(unittest.TestCase):
    def assert_sasl_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Xmpp.sasl_error_quark(), code),
                        caught.exception)

    def test_listed(self):
        info = REGISTRY.find("X-TOY")
        self.assertEqual(info.get_fields(), ["username", "token"])
        names = [info.get_name() for info in REGISTRY.list(Xmpp.SaslRole.CLIENT)]
        self.assertIn("X-TOY", names)
        self.assertIsNone(REGISTRY.find("X-NOBODY"))

    def test_both_sides(self):
        credential = Xmpp.Credential.new("romeo", None)
        credential.set_field("token", "abc")
        client = create("X-TOY", credential)
        server = create("X-TOY", authenticator=Users())
        output, status = step(client)
        self.assertEqual((output, status), (b"romeo cba", Xmpp.SaslStatus.CONTINUE))
        output, status = step(server, output)
        self.assertEqual((output, status), (b"abc", Xmpp.SaslStatus.COMPLETE))
        self.assertEqual(server.get_username(), "romeo")
        self.assertEqual(step(client, output)[1], Xmpp.SaslStatus.COMPLETE)

    def test_asks(self):
        credential = AskingCredential({"username": "romeo", "token": "abc"})
        self.assertEqual(step(create("X-TOY", credential))[0], b"romeo cba")
        self.assertIn("token", credential.asked)
        with self.assertRaises(GLib.Error) as caught:
            step(create("X-TOY", AskingCredential(None)))
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.CANCELLED))

    def test_signal(self):
        credential = Xmpp.Credential.new("romeo", None)

        def asked(credential, request):
            request.set_field("token", "xyz")
            request.reply()
            return True

        credential.connect("request", asked)
        self.assertEqual(step(create("X-TOY", credential))[0], b"romeo zyx")

    def test_refused(self):
        server = create("X-TOY", authenticator=Users())
        self.assert_sasl_error(Xmpp.SaslError.NOT_AUTHORIZED, step, server, b"romeo xxx")
        client = create("X-TOY", AskingCredential({"username": "romeo", "token": "abc"}))
        step(client)
        self.assert_sasl_error(Xmpp.SaslError.SERVER_NOT_TRUSTED, step, client, b"other")

    def test_nul(self):
        """A20: C would take them for shorter ones without a word."""
        credential = AskingCredential({})
        users = Users()
        for call in (lambda value: Xmpp.Credential.new("romeo", value),
                     lambda value: credential.set_field("token", value),
                     users.set_decoy):
            call("abc")
            self.assert_sasl_error(Xmpp.SaslError.MALFORMED_REQUEST, call, "abc\0def")
        self.assertEqual(users.dup_decoy(), "abc")
        self.assertEqual(credential.dup_field("token"), "abc")

    def test_raises(self):
        self.assert_sasl_error(Xmpp.SaslError.UNAVAILABLE, step, create("X-RAISES"))

    def test_later(self):
        self.assertEqual(step(create("X-LATER")), (b"later", Xmpp.SaslStatus.COMPLETE))

    def test_unknown(self):
        self.assert_sasl_error(Xmpp.SaslError.INVALID_MECHANISM, create, "X-NOBODY")

    def test_modules(self):
        names = [info.get_name()
                 for info in Xmpp.SaslRegistry.get_default().list(Xmpp.SaslRole.CLIENT)]
        self.assertIn("PLAIN", names)
        self.assertIn("SCRAM-SHA-256", names)
        credential = Xmpp.Credential.new("romeo", "secret")
        mechanism = Xmpp.SaslRegistry.get_default().create(
            "PLAIN", context(Xmpp.SaslRole.CLIENT), credential)
        self.assertEqual(step(mechanism), (b"\0romeo\0secret", Xmpp.SaslStatus.COMPLETE))


if __name__ == "__main__":
    unittest.main()
