# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A server that lets in whom a mechanism of the library lets in, on the receiving side."""

import base64
import pathlib
import sys
import threading

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, GObject, Xmpp  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "languages"))
import programs  # noqa: E402, F401
import server  # noqa: E402

NAMESPACE = "urn:ietf:params:xml:ns:xmpp-sasl"
CONTENT = r"[^>]*?(?:/>|>([^<]*)</{}>)|</stream:stream>"
AUTH = rf"<auth\b[^>]*?\bmechanism=['\"]([^'\"]*)['\"]{CONTENT.format('auth')}"
RESPONSE = rf"<response\b{CONTENT.format('response')}"


class Users(Xmpp.Authenticator):
    """Answers from another thread, and later. Everybody's password and badge number are known."""

    SECRETS = {"password": "secret", "badge-number": "4711"}

    def do_lookup(self, request):
        known = request.get_username() != "nobody"
        value = self.SECRETS.get(request.get_field()) if known else None
        threading.Timer(0.005, request.reply, [value]).start()
        return True


class BadgeServer(Xmpp.SaslMechanism):
    """The receiving side of X-BADGE"""

    def do_step(self, data, cancellable):
        username, number = data.get_data().decode().split(" ")
        self.set_identity(username, None)
        self.verify_secret("badge-number", number)
        return None, Xmpp.SaslStatus.COMPLETE


def create(registry, name, role, credential=None):
    context = GObject.new(Xmpp.SaslContext, role=role, domain="example.net", secure=True,
                          authenticator=Users() if role == Xmpp.SaslRole.SERVER else None)
    return registry.create(name, context, credential)


def step(mechanism, data):
    """One step in this thread: bytes or None in, (bytes or None, status) out"""
    results = []
    mechanism.step_async(None if data is None else GLib.Bytes.new(data), None,
                         lambda _source, result: results.append(result))
    context = GLib.MainContext.ref_thread_default()
    while not results:
        context.iteration(True)
    output, status = mechanism.step_finish(results[0])
    return None if output is None else output.get_data(), status


def _decode(text):
    """RFC 6120 §6.4.2: an empty message is "="; nothing at all is none."""
    if not text:
        return None
    return b"" if text == "=" else base64.b64decode(text)


class Session(server.Session):
    """Wants one of the mechanisms of its server, and lets a client try again."""

    def authenticate(self):
        context = GLib.MainContext.new()
        context.push_thread_default()
        try:
            self.greet(f"<mechanisms xmlns='{NAMESPACE}'><mechanism>{self.server.mechanism}"
                       "</mechanism></mechanisms>")
            while not self._attempt():
                pass
        finally:
            context.pop_thread_default()

    def _read(self, pattern):
        match = self.read_until(pattern)
        if match.group() == "</stream:stream>":
            self.send("</stream:stream>")
            raise EOFError
        return match

    def _attempt(self):
        match = self._read(AUTH)
        try:
            mechanism = create(self.server.registry, match.group(1), Xmpp.SaslRole.SERVER)
            output, status = step(mechanism, _decode(match.group(2)))
            while status == Xmpp.SaslStatus.CONTINUE:
                text = base64.b64encode(output or b"").decode()
                self.send(f"<challenge xmlns='{NAMESPACE}'>{text}</challenge>")
                output, status = step(mechanism, _decode(self._read(RESPONSE).group(1)))
        except Xmpp.SaslError as error:
            self.send(f"<failure xmlns='{NAMESPACE}'><{error.nick}/></failure>")
            return False
        self.user = mechanism.get_username()
        self.send(f"<success xmlns='{NAMESPACE}'/>")
        return True


class Server(server.Server):
    def __init__(self, registry, mechanism, session=Session, **options):
        super().__init__(lambda each: each.leave(), session=session, **options)
        self.registry = registry
        self.mechanism = mechanism


def badge_server():
    registry = Xmpp.SaslRegistry.new()
    registry.register(Xmpp.SaslMechanismInfo.new("X-BADGE", Xmpp.SaslRole.SERVER,
                                                 Xmpp.SaslFacts.NONE, 1, []), BadgeServer)
    return Server(registry, "X-BADGE")
