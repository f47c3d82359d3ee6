# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_clients.py CACHE NAME COMMAND… [-- NAME COMMAND…]…

The example client in each language talks to the one in the next, on a real server: each has both
parts once.
"""

import sys

from programs import programs

import lab
import prosody
import talk


def main():
    clients = list(programs(sys.argv[2:]))
    tap = lab.Tap()
    version = "0.12" if lab.installed_version().startswith("0.12") else "13"
    with prosody.Prosody(version, sys.argv[1]) as server:
        for (bob, answers), (alice, asks) in zip(clients, clients[1:] + clients[:1]):
            done = talk.talk(talk.by_port(answers, server, True), talk.by_port(asks, server, False))
            tap.ok(done, f"{bob} answers {alice}", server.last_words())
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
