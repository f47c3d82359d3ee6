#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Subclasses in Python: what a step may return and throw (L4), and credentials and authenticators
that answer at once, later, wrongly, or never."""

import asyncio
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, GObject, Xmpp  # noqa: E402

SECRET = "open sesame"
COMPLETE = Xmpp.SaslStatus.COMPLETE
BOTH = Xmpp.SaslRole.CLIENT | Xmpp.SaslRole.SERVER


def create(kind, credential=None, authenticator=None, facts=Xmpp.SaslFacts.NONE):
    """A mechanism of this class: with an authenticator on the server's side"""
    registry = Xmpp.SaslRegistry.new()
    registry.register(Xmpp.SaslMechanismInfo.new("X-TEST", BOTH, facts, 1, []), kind)
    role = Xmpp.SaslRole.SERVER if authenticator else Xmpp.SaslRole.CLIENT
    context = GObject.new(Xmpp.SaslContext, role=role, domain="example.org", secure=True,
                          authenticator=authenticator)
    return registry.create("X-TEST", context, credential)


def step(mechanism, data=None):
    """Bytes and status of one step. It ends within the time given, or it hangs."""
    async def wait():
        async with asyncio.timeout(10):
            given = None if data is None else GLib.Bytes.new(data)
            output, status = await mechanism.step_async(given)
            return None if output is None else output.get_data(), status
    return Xmpp.run(wait())


class Steps(Xmpp.SaslMechanism):
    """Ends its step as the function @ending does."""

    ending = None

    def do_step(self, data, cancellable):
        return type(self).ending(self)


class Later(Xmpp.SaslMechanism):
    """Answers in a coroutine."""

    async def do_begin_step(self, step):
        await asyncio.sleep(0.01)
        password = self.get_secret("password")
        await asyncio.sleep(0.01)
        step.reply(password[::-1], COMPLETE)


class Stumbles(Xmpp.SaslMechanism):
    async def do_begin_step(self, step):
        await asyncio.sleep(0)
        int(SECRET)


class StumblesAtOnce(Xmpp.SaslMechanism):
    def do_begin_step(self, step):
        return int(SECRET)


class Forgets(Xmpp.SaslMechanism):
    async def do_begin_step(self, step):
        await asyncio.sleep(0)


class Client(Xmpp.SaslMechanism):
    def do_step(self, data, cancellable):
        return self.get_secret("password"), COMPLETE


class Server(Xmpp.SaslMechanism):
    """Verifies the password, and lets romeo be whoever the authenticator says."""

    def do_step(self, data, cancellable):
        password, authzid = data.get_data().decode().split("\0")
        self.set_identity("romeo", authzid)
        self.verify_secret("password", password)
        return self.get_secret("greeting"), COMPLETE


async def coroutine(mechanism):
    return b"", COMPLETE


def sasl_error(code):
    def throw(*unused):
        raise Xmpp.SaslError("As it was thrown", code)
    return throw


class Case(unittest.TestCase):
    def check_error(self, code, *arguments):
        """The step fails with this code of Xmpp.SaslError; the error."""
        with self.assertRaises(Xmpp.SaslError) as caught:
            step(*arguments)
        self.assertEqual(caught.exception.code, code, caught.exception)
        self.assertNotIn(SECRET, caught.exception.message)
        return caught.exception


class Returns(Case):
    def test_values(self):
        for value, expected in ((b"\0x", b"\0x"), ("\u00fc", b"\xc3\xbc"), (bytearray(b"x"), b"x"),
                                (memoryview(b"xyz")[1:], b"yz"), (GLib.Bytes.new(b"x"), b"x"),
                                (b"", b""), (None, None)):
            for facts in (Xmpp.SaslFacts.NONE, Xmpp.SaslFacts.BLOCKS):
                Steps.ending = lambda _self, value=value: (value, COMPLETE)
                self.assertEqual(step(create(Steps, facts=facts)), (expected, COMPLETE))

    def test_wrong(self):
        for ending, text in (
                (lambda _: None, "NoneType"), (lambda _: b"x", "bytes"), (lambda _: [], "list"),
                (lambda _: (b"x", COMPLETE, 1), "tuple"), (lambda _: (3, COMPLETE), "int"),
                (lambda _: (b"x", 2), "int"), (lambda _: (b"x", None), "NoneType"),
                (coroutine, "do_begin_step()")):
            Steps.ending = ending
            for facts in (Xmpp.SaslFacts.NONE, Xmpp.SaslFacts.BLOCKS):
                error = self.check_error(Xmpp.SaslError.MODULE, create(Steps, facts=facts))
                self.assertRegex(error.message, r"^Steps\.do_step\(\) ")
                self.assertIn(text, error.message)
        # FAILED is for who has written nothing.
        Steps.ending = lambda _: (b"x", Xmpp.SaslStatus.FAILED)
        self.check_error(Xmpp.SaslError.INTERNAL, create(Steps))

    def test_thrown(self):
        """What happened and where, and not a word of the exception: it may quote a secret."""
        for ending, text in ((lambda _: int(SECRET), "ValueError"),
                             (lambda _: {}[SECRET], "KeyError"), (lambda _: 1 / 0, "ZeroDivision"),
                             (lambda self: self.nothing, "AttributeError")):
            Steps.ending = ending
            error = self.check_error(Xmpp.SaslError.MODULE, create(Steps))
            self.assertIn(f"Steps.do_step(): {text}", error.message)
            self.assertRegex(error.message, r" in test_plugins\.py, line \d+$")
        for code in (Xmpp.SaslError.UNAVAILABLE, Xmpp.SaslError.SERVER_NOT_TRUSTED):
            Steps.ending = sasl_error(code)
            self.assertEqual(self.check_error(code, create(Steps)).message, "As it was thrown")

    def test_later(self):
        mechanism = create(Later, Xmpp.Credential.new("romeo", "abc"))
        self.assertEqual(step(mechanism), (b"cba", COMPLETE))

    def test_later_not(self):
        for kind, code, text in ((Stumbles, Xmpp.SaslError.MODULE, "Stumbles.do_begin_step(): ValueError"),
                                 (StumblesAtOnce, Xmpp.SaslError.MODULE, "do_begin_step(): ValueError"),
                                 (Forgets, Xmpp.SaslError.INTERNAL, "Nobody answered")):
            self.assertIn(text, self.check_error(code, create(kind)).message)


class Credential(Xmpp.Credential):
    """Answers as the coroutine or function @answer does."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def do_request(self, request):
        return self.answer(request)


class AsyncCredential(Credential):
    async def do_request(self, request):
        await asyncio.sleep(0.01)
        await self.answer(request)


def give(request):
    request.set_field("password", SECRET)
    request.reply()


def give_soon(request):
    GLib.timeout_add(10, lambda: give(request))
    return True


async def give_async(request):
    await asyncio.sleep(0.01)
    give(request)


async def stumble(request):
    int(SECRET)


async def say_no(request):
    request.fail(Xmpp.SaslError("No token", Xmpp.SaslError.UNAVAILABLE))


async def forget(request):
    await asyncio.sleep(0)


class Credentials(Case):
    def test_answers(self):
        for credential in (Credential(give), Credential(give_soon), AsyncCredential(give_async)):
            self.assertEqual(step(create(Client, credential)), (SECRET.encode(), COMPLETE))

    def test_no_answer(self):
        for credential, code, text in (
                (Credential(lambda _: int(SECRET)), Xmpp.SaslError.MODULE,
                 "Credential.do_request(): ValueError"),
                (AsyncCredential(stumble), Xmpp.SaslError.MODULE,
                 "AsyncCredential.do_request(): ValueError"),
                (AsyncCredential(say_no), Xmpp.SaslError.UNAVAILABLE, "No token"),
                (AsyncCredential(forget), Xmpp.SaslError.NEED_CREDENTIAL, "Nobody answered"),
                (Credential(lambda _: True), Xmpp.SaslError.NEED_CREDENTIAL, "Nobody answered"),
                (Credential(lambda _: False), Xmpp.SaslError.NEED_CREDENTIAL, "Nobody handles")):
            error = self.check_error(code, create(Client, credential))
            self.assertIn(text, error.message)

    def test_without_loop(self):
        """A coroutine needs the loop of Xmpp.run(), and says so."""
        results = []
        mechanism = create(Client, AsyncCredential(give_async))
        mechanism.step_async(None, None, lambda _source, result: results.append(result))
        while not results:
            GLib.MainContext.default().iteration(True)
        with self.assertRaises(Xmpp.SaslError) as caught:
            mechanism.step_finish(results[0])
        self.assertEqual(caught.exception.code, Xmpp.SaslError.MODULE)
        self.assertIn("RuntimeError", caught.exception.message)


class Handlers(Case):
    """Coroutine functions as handlers of signals"""

    def test_request(self):
        async def handle(_credential, request, value):
            await asyncio.sleep(0.005)
            request.set_field("password", value)
            request.reply()

        for connect in ("connect", "connect_after"):
            credential = Xmpp.Credential.new("romeo", None)
            getattr(credential, connect)("request", handle, SECRET)
            self.assertEqual(step(create(Client, credential)), (SECRET.encode(), COMPLETE))

    def test_raises(self):
        async def handle(_credential, _request):
            int(SECRET)

        credential = Xmpp.Credential.new("romeo", None)
        credential.connect("request", handle)
        error = self.check_error(Xmpp.SaslError.MODULE, create(Client, credential))
        self.assertIn("handle(): ValueError", error.message)

    def test_others(self):
        async def handle(*_arguments):
            pass

        for object_, signal in ((Xmpp.Client("romeo@example.net"), "message"),
                                (Xmpp.Client("romeo@example.net"), "notify::state"),
                                (Xmpp.Credential.new("romeo", None), "obtained")):
            with self.assertRaises(TypeError) as caught:
                object_.connect(signal, handle)
            self.assertIn(f"waits for a handler of {signal}", str(caught.exception))


class Users(Xmpp.Authenticator):
    """Answers later: from a timeout, from coroutines."""

    def do_lookup(self, request):
        def answer():
            request.reply("Welcome" if request.get_field() == "greeting" else None)
        GLib.timeout_add(5, answer)
        return True

    async def do_verify(self, request):
        await asyncio.sleep(0.005)
        if request.get_value() == SECRET:
            request.allow()
        else:
            request.refuse()

    async def do_authorize(self, request):
        await asyncio.sleep(0.005)
        if request.get_authzid() == "mercutio@example.org":
            request.allow()
        else:
            int(SECRET)


class Forgetful(Xmpp.Authenticator):
    async def do_verify(self, request):
        await asyncio.sleep(0)


class Broken(Xmpp.Authenticator):
    def do_verify(self, request):
        raise KeyError(SECRET)


class Authenticators(Case):
    def test_answers(self):
        for authzid, user in (("", "romeo"), ("mercutio@example.org", "mercutio")):
            server = create(Server, authenticator=Users())
            self.assertEqual(step(server, f"{SECRET}\0{authzid}".encode()), (b"Welcome", COMPLETE))
            self.assertEqual(server.get_username(), user)

    def test_no_answer(self):
        right = f"{SECRET}\0".encode()
        for authenticator, message, code, text in (
                (Users(), b"other\0", Xmpp.SaslError.NOT_AUTHORIZED, ""),
                (Users(), right + b"tybalt@example.org", Xmpp.SaslError.MODULE,
                 "Users.do_authorize(): ValueError"),
                (Forgetful(), right, Xmpp.SaslError.TEMPORARY_AUTH_FAILURE, "Nobody answered"),
                (Broken(), right, Xmpp.SaslError.MODULE, "Broken.do_verify(): KeyError")):
            error = self.check_error(code, create(Server, authenticator=authenticator), message)
            self.assertIn(text, error.message)


class Cancelled(unittest.TestCase):
    def test_waiting(self):
        """Nobody waits for a credential whose login was given up."""
        async def wait():
            asked = asyncio.Event()
            requests = []

            async def keep(request):
                requests.append(request)
                asked.set()

            mechanism = create(Client, AsyncCredential(keep))
            task = asyncio.ensure_future(mechanism.step_async(None))
            await asked.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertTrue(requests[0].get_cancellable().is_cancelled())
            give(requests[0])
        Xmpp.run(wait())


if __name__ == "__main__":
    unittest.main()
