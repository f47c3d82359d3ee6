# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""X-QUIZ in Python, for both sides: the client says who it is, the server asks, and the answer is
the question under the user's password (HMAC-SHA-256).

The program that imports this has the mechanism.
"""

import hmac
import secrets

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp  # noqa: E402


def read_text(data):
    """The text of a message; there has to be one."""
    text = data.get_data().decode(errors="replace") if data is not None else ""
    if not text or not text.isprintable() or "\ufffd" in text:
        raise Xmpp.SaslError("This is no message of X-QUIZ", Xmpp.SaslError.MALFORMED_REQUEST)
    return text


class Quiz(Xmpp.SaslMechanism):
    def __init__(self, **properties):
        super().__init__(**properties)
        self.said_who = False
        self.question = None

    def answer(self, question):
        return hmac.digest(self.get_secret("password").encode(), question.encode(), "sha256").hex()

    # Secrets first, state after: without the secret the step is made again.
    def do_step(self, data, cancellable):
        if self.get_context().get_role() == Xmpp.SaslRole.SERVER:
            return self.step_as_server(read_text(data))
        if self.said_who:
            return self.answer(read_text(data)), Xmpp.SaslStatus.COMPLETE
        username = self.get_secret("username")
        self.said_who = True
        return username, Xmpp.SaslStatus.CONTINUE

    def step_as_server(self, text):
        if self.question is None:
            self.set_identity(text, None)
            self.question = secrets.token_hex(16)
            return self.question, Xmpp.SaslStatus.CONTINUE
        if not hmac.compare_digest(text.encode(), self.answer(self.question).encode()):
            raise Xmpp.SaslError("The answer is wrong", Xmpp.SaslError.NOT_AUTHORIZED)
        return None, Xmpp.SaslStatus.COMPLETE


Xmpp.SaslRegistry.get_default().register(
    Xmpp.SaslMechanismInfo.new("X-QUIZ", Xmpp.SaslRole.CLIENT | Xmpp.SaslRole.SERVER,
                               Xmpp.SaslFacts.NEEDS_TLS, 30, ["username", "password"]),
    Quiz)
