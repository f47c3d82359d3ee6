# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The library as one side of a mechanism, and what two sides send each other."""

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, GObject, Xmpp  # noqa: E402

MAX_TURNS = 10


class Own:
    """A side that the library plays; @context: properties of its context"""

    def __init__(self, mechanism, server, context, credential):
        role = Xmpp.SaslRole.SERVER if server else Xmpp.SaslRole.CLIENT
        properties = {"role": role, "secure": True, **context}
        self.complete = False
        self.mechanism = Xmpp.SaslRegistry.get_default().create(
            mechanism, GObject.new(Xmpp.SaslContext, **properties), credential)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        pass

    async def _step(self, data):
        output, status = await self.mechanism.step_async(data)
        self.complete = status == Xmpp.SaslStatus.COMPLETE
        return None if output is None else output.get_data()

    def step(self, data):
        return Xmpp.run(self._step(None if data is None else GLib.Bytes.new(data)))


def exchange(client, server, refused):
    """Until both are complete, or one of them refuses; who that was, and why. @refused: the
    exception that the other side throws"""
    message = None
    for _ in range(MAX_TURNS):
        for side in (client, server):
            try:
                message = None if side.complete else side.step(message)
            except (GLib.Error, refused) as error:
                return side, error
        if client.complete and server.complete:
            return None, None
    return server, RuntimeError("The two do not come to an end")
