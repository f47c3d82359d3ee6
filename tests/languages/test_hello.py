# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_hello.py WORLD NAME COMMAND… [-- NAME COMMAND…]…

The programs that README shows, as they stand, in a world that has one server: what arrives there,
and that they leave as one should.
"""

import os
import subprocess
import sys
import tempfile

from programs import programs

import lab
import server

JULIET = "juliet@example.org"


class Talk:
    """What Juliet's side hears, and the ways in which it ends."""

    def __init__(self, last):
        self.last = last
        self.heard = []
        self.polite = False

    def __call__(self, session):
        self.heard.append(session.body())
        for text in ("Who is there?", "Grüße &amp; Küsse"):
            session.message(f"{JULIET}/balcony", text)
            self.heard.append(session.body())
        session.send(self.last.format(to=session.jid))
        self.polite = session.leave()
        self.unavailable = "<presence type='unavailable'" in session.heard.replace('"', "'")


BYE = f"<message from='{JULIET}/balcony' to='{{to}}' type='chat'><body>Bye</body></message>"
BOUNCE = (f"<message from='{JULIET}' to='{{to}}' type='error'><body>Hello</body><error type='cancel'>"
          "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
EXPECTED = [(JULIET, "Hello"), (f"{JULIET}/balcony", "Who is there?"),
            (f"{JULIET}/balcony", "Grüße &amp; Küsse")]


def run(command, world, authority, address):
    environment = dict(os.environ, LD_PRELOAD=world, XMPP_TEST_AUTHORITY=authority,
                       XMPP_TEST_ADDRESS=address)
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def main():
    world = os.path.abspath(sys.argv[1])
    tap = lab.Tap()
    with tempfile.TemporaryDirectory() as folder:
        certificates = lab.Certificates(os.path.join(folder, "certificates"))
        certificates.issue("example.net")
        paths = certificates.paths("example.net")
        for name, command in programs(sys.argv[2:]):
            for last, why in ((BYE, "Bye"), (BOUNCE, "an error")):
                talk = Talk(last)
                with server.at_port_5222(talk, paths=paths) as host:
                    result = run(command, world, certificates.ca, host.address)
                tap.equal((result.returncode, result.stdout), (0, ""), f"{name}: up to {why}")
                tap.equal(talk.heard, EXPECTED, f"{name}: says hello and sends back what comes")
                tap.ok(talk.polite and talk.unavailable, f"{name}: leaves politely")
        other = lab.Certificates(os.path.join(folder, "other"))
        for name, command in programs(sys.argv[2:]):
            talk = Talk(BYE)
            with server.at_port_5222(talk, paths=paths) as host:
                result = run(command, world, other.ca, host.address)
            tap.ok("certificate" in result.stdout and talk.heard == [],
                   f"{name}: says why it cannot log in", result.stdout)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
