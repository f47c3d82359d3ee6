# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""X-BADGE in Python, a mechanism of one message: who it is, and the number of the badge.

The program that imports this has the mechanism.
"""

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp  # noqa: E402


class Badge(Xmpp.SaslMechanism):
    def do_step(self, data, cancellable):
        username = self.get_secret("username")
        number = int(self.get_secret("badge-number"))
        return f"{username} {number}", Xmpp.SaslStatus.COMPLETE


Xmpp.SaslRegistry.get_default().register(
    Xmpp.SaslMechanismInfo.new(
        "X-BADGE", Xmpp.SaslRole.CLIENT, Xmpp.SaslFacts.PLAIN_TEXT | Xmpp.SaslFacts.NEEDS_TLS, 15,
        ["username", "badge-number"]),
    Badge)
