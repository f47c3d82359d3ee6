# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The plug-ins of examples/plugins/: each is as short as it is said to be, is built with nothing but
what is installed, and logs in to a server; or is refused, or throws, with a named error."""

import asyncio
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp  # noqa: E402

import receiving  # noqa: E402
import stage  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "examples/plugins"
BADGE = PLUGINS / "badge"
QUIZ = PLUGINS / "quiz"

for folder in (BADGE, QUIZ):
    sys.path.append(str(folder))
import badge  # noqa: E402, F401
import quiz  # noqa: E402, F401

CLIENT, SERVER = Xmpp.SaslRole.CLIENT, Xmpp.SaslRole.SERVER
COMPLETE = Xmpp.SaslStatus.COMPLETE
NOT_AUTHORIZED, MODULE = Xmpp.SaslError.NOT_AUTHORIZED, Xmpp.SaslError.MODULE


def registry_of(folder):
    registry = Xmpp.SaslRegistry.new()
    registry.add_directory(folder)
    return registry


def setUpModule():
    """Modules by language, each in a directory with its description; what Python has itself is in
    the default registry."""
    global BADGES, QUIZZES
    made = stage.shared()
    own = Xmpp.SaslRegistry.get_default()
    folder = made.make_folder("c", BADGE / "badge.sasl", QUIZ / "quiz.sasl")
    builds = [(made.build_c, folder, str(BADGE / "badge.c"), "libxmpp-sasl-badge.so"),
              (made.build_c, folder, str(QUIZ / "quiz.c"), "libxmpp-sasl-quiz.so")]
    BADGES = {"Python": own, "C": registry_of(folder)}
    QUIZZES = {"Python": own, "C": registry_of(folder)}
    if shutil.which("valac") and os.environ["VAPI"] == "true":
        folder = made.make_folder("vala", BADGE / "badge.sasl")
        builds.append((made.build_vala, folder, str(BADGE / "badge.vala"), "libxmpp-sasl-badge.so"))
        BADGES["Vala"] = registry_of(folder)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for build in [pool.submit(*words) for words in builds]:
            build.result()


def code_lines(path):
    """Lines without blanks and comments"""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        text = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
        text = re.sub(r"(?m)^\s*#.*$", "", text)
    else:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"(?m)^\s*//.*$", "", text)
    return sum(1 for line in text.splitlines() if line.strip())


class Sizes(unittest.TestCase):
    def test_lines(self):
        for name, most in (("badge.c", 60), ("badge.vala", 40), ("badge.py", 25), ("badge.js", 25)):
            lines = code_lines(BADGE / name)
            self.assertLessEqual(lines, most, name)
            self.assertGreater(lines, 10, name)


def client(registry, port, credential):
    made = Xmpp.Client("romeo@example.net", credential)
    made.props.registry = registry
    made.props.server_host = "127.0.0.1"
    made.props.server_port = port
    made.props.insecure_loopback = True
    return made


async def log_in(registry, port, credential):
    """Whom the server has let in"""
    made = client(registry, port, credential)
    async with asyncio.timeout(20):
        async with made:
            return made.get_jid().get_local()


def with_badge(number):
    credential = Xmpp.Credential.new(None, None)
    credential.set_field("badge-number", number)
    return credential


class Asked(Xmpp.Credential):
    """Gives its badge number when it is asked, and later."""

    def __init__(self, number):
        super().__init__()
        self.number = number
        self.asked = []

    async def do_request(self, request):
        self.asked.append((request.get_mechanism(), request.get_fields()))
        await asyncio.sleep(0.01)
        request.set_field("badge-number", self.number)
        request.reply()


class Badge(unittest.TestCase):
    """The mechanism of one message, on a stream, in C, Vala and Python"""

    THROWN = {"C": (NOT_AUTHORIZED, "digits only"), "Vala": (NOT_AUTHORIZED, "digits only"),
              "Python": (MODULE, "Badge.do_step(): ValueError in badge.py, line ")}

    def setUp(self):
        self.server = self.enterContext(receiving.badge_server())

    def test_success(self):
        for language, registry in BADGES.items():
            with self.subTest(language):
                self.assertEqual(Xmpp.run(log_in(registry, self.server.port, with_badge("4711"))),
                                 "romeo")
                self.assertEqual(self.server.wait().user, "romeo")

    def test_asked(self):
        for language, registry in BADGES.items():
            with self.subTest(language):
                credential = Asked("4711")
                Xmpp.run(log_in(registry, self.server.port, credential))
                self.assertEqual(credential.asked, [("X-BADGE", ["badge-number"])])

    def fail(self, registry, number):
        with self.assertRaises(Xmpp.SaslError) as caught:
            Xmpp.run(log_in(registry, self.server.port, with_badge(number)))
        self.assertIsNone(self.server.wait().user)
        self.assertNotIn(number, caught.exception.message)
        return caught.exception

    def test_refused(self):
        for language, registry in BADGES.items():
            with self.subTest(language):
                self.assertEqual(self.fail(registry, "9876").code, NOT_AUTHORIZED)

    def test_thrown(self):
        for language, registry in BADGES.items():
            with self.subTest(language):
                code, text = self.THROWN[language]
                error = self.fail(registry, "98x76")
                self.assertEqual(error.code, code, error)
                self.assertIn(text, error.message)

    def test_javascript(self):
        """All of this once more, in a program in JavaScript"""
        if not os.environ["GJS"]:
            self.skipTest("gjs is not installed")
        result = subprocess.run([os.environ["GJS"], "-m", str(ROOT / "tests/outsiders/test-badge.js"),
                                 str(self.server.port)], capture_output=True, text=True, timeout=60,
                                check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)


class Quiz(unittest.TestCase):
    """The mechanism of question and answer, client and server, in C and Python, crosswise"""

    @staticmethod
    def talk(ours, theirs, username, password):
        credential = Xmpp.Credential.new(username, password)
        client_side = receiving.create(ours, "X-QUIZ", CLIENT, credential)
        server_side = receiving.create(theirs, "X-QUIZ", SERVER)
        message = None
        while server_side.get_status() != COMPLETE:
            message, _ = receiving.step(client_side, message)
            message, _ = receiving.step(server_side, message)
        return client_side.get_status(), message, server_side.get_username()

    def pairs(self):
        for here, ours in QUIZZES.items():
            for there, theirs in QUIZZES.items():
                with self.subTest(f"{here} to {there}"):
                    yield ours, theirs

    def test_both_sides(self):
        for ours, theirs in self.pairs():
            self.assertEqual(self.talk(ours, theirs, "romeo", "secret"), (COMPLETE, None, "romeo"))

    def test_refused(self):
        for ours, theirs in self.pairs():
            for username, password in (("romeo", "wrong"), ("nobody", "secret")):
                with self.assertRaises(Xmpp.SaslError) as caught:
                    self.talk(ours, theirs, username, password)
                self.assertEqual(caught.exception.code, NOT_AUTHORIZED)

    def test_malformed(self):
        for registry in QUIZZES.values():
            for messages in ([None], [b""], [b"\xff"], [b"ro\0meo"], [b"romeo", None],
                             [b"romeo", b""], [b"romeo", b"\xff\xff"]):
                side = receiving.create(registry, "X-QUIZ", SERVER)
                for message in messages[:-1]:
                    receiving.step(side, message)
                with self.assertRaises(Xmpp.SaslError) as caught:
                    receiving.step(side, messages[-1])
                self.assertEqual(caught.exception.code, Xmpp.SaslError.MALFORMED_REQUEST, messages)

    def test_stream(self):
        for ours, theirs in self.pairs():
            with receiving.Server(theirs, "X-QUIZ") as host:
                right, wrong = (Xmpp.Credential.new(None, word) for word in ("secret", "wrong"))
                self.assertEqual(Xmpp.run(log_in(ours, host.port, right)), "romeo")
                with self.assertRaises(Xmpp.SaslError) as caught:
                    Xmpp.run(log_in(ours, host.port, wrong))
                self.assertEqual(caught.exception.code, NOT_AUTHORIZED)
