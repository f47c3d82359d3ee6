#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool against peers that are no XMPP server, or a bad one. Every run ends with the exit
status of the step that failed, and says so in its JSON."""

import os
import shutil
import sys
import tempfile
import threading

import lab
import peer
from tool import Account

JID = "alice@p.test"


def silent(link):
    link.drain()


def http(link):
    link.socket.recv(4096)
    link.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def close_at_once(link):
    """The connection is closed after the accept."""


def close_after_hello(link):
    link.socket.recv(4096)


def no_starttls(link):
    """The client asks all the same: the offer may have been taken out on the way."""
    link.greet(peer.PLAIN)
    link.read_until(r"<starttls[^>]*>")
    link.send("<stream:error><unsupported-stanza-type "
              "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
    link.drain()


def refuse_starttls(link):
    link.greet(peer.STARTTLS)
    link.read_until(r"<starttls[^>]*>")
    link.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")
    link.drain()


def drop_handshake(link):
    link.greet(peer.STARTTLS)
    link.read_until(r"<starttls[^>]*>")
    link.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    link.socket.recv(16)


def inject(link):
    link.greet(peer.STARTTLS)
    link.read_until(r"<starttls[^>]*>")
    link.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + peer.HEADER
              + peer.features(peer.PLAIN))
    link.drain()


def stream_error(link):
    link.start_tls()
    link.read_until(r"<stream:stream [^>]*>")
    link.send(peer.HEADER + "<stream:error><host-unknown "
              "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
    link.drain()


def no_mechanism(link):
    link.start_tls()
    link.greet()
    link.drain()


def refuse_bind(link):
    link.authenticate()
    link.refuse_bind("not-allowed")
    link.drain()


# Name, script, direct TLS, exit status (None: 4 or 6), code
LOGINS = (
    ("a silent port", silent, False, 7, None),
    ("a silent port, direct TLS", silent, True, 7, None),
    ("HTTP on the port", http, False, 6, None),
    ("HTTP on the port, direct TLS", http, True, 4, None),
    ("closed at once", close_at_once, False, 6, None),
    ("closed in the handshake, direct TLS", close_after_hello, True, 4, None),
    ("STARTTLS not offered", no_starttls, False, 4, None),
    ("STARTTLS refused", refuse_starttls, False, 4, None),
    ("closed in the handshake", drop_handshake, False, 4, None),
    ("bytes behind the answer to STARTTLS", inject, False, None, None),
    ("a stream error", stream_error, True, 6, "host-unknown"),
    ("no mechanism", no_mechanism, True, 5, None),
    ("the resource refused", refuse_bind, True, 6, "not-allowed"),
)


class Tests:
    def __init__(self, certificates):
        self.certificates = certificates
        self.tap = lab.Tap()

    def account(self, port, direct_tls):
        return Account(JID, lab.PASSWORD, port, direct_tls, self.certificates.ca)

    def check(self, result, status, code, name):
        good = result.get("ok") is False and bool(result.get("error", "message"))
        good = good and (result.status == status if status is not None
                         else result.status in (4, 6))
        good = good and (code is None or result.get("error", "code") == code)
        good = good and lab.PASSWORD not in result.output + result.errors
        self.tap.ok(good, name, f"expected exit {status}, {code}\n{result}")

    def refused(self):
        port, = lab.free_ports(1)
        for direct_tls in (False, True):
            self.check(self.account(port, direct_tls).run("login"), 3, None,
                       "a port where nobody listens")

    def logins(self):
        for name, script, direct_tls, status, code in LOGINS:
            with peer.Peer(script, self.certificates) as server:
                result = self.account(server.port, direct_tls).run(
                    "login", options=["--timeout", "2"])
                self.check(result, status, code, name)

    def last_messages(self):
        """All in one piece with the closing tag and the end of the connection"""
        count = 100

        def script(link):
            link.log_in()
            link.send("".join(f"<message from='bob@p.test/x'><body>n{index}</body></message>"
                              for index in range(count)) + "</stream:stream>")

        with peer.Peer(script, self.certificates) as server:
            with self.account(server.port, True).listen() as listener:
                status = listener.finish()
                bodies = [line.split("\t")[-1] for line in listener.lines]
                self.tap.equal(bodies, [f"n{index}" for index in range(count)],
                               "messages sent just before the peer closes arrive", listener)
                self.tap.ok(status is not None, "and the listener ends", listener)

    def half_a_stanza(self):
        def script(link):
            link.log_in()
            link.send("<message from='bob@p.test/x'><body>whole</body></message>"
                      "<message from='bob@p.test/x'><body>ha")

        with peer.Peer(script, self.certificates) as server:
            with self.account(server.port, True).listen() as listener:
                status = listener.finish()
                bodies = [line.split("\t")[-1] for line in listener.lines]
                self.tap.equal(bodies, ["whole"], "half a message is no message", listener)
                self.tap.equal(status, 6, "the end in the middle is an error", listener)

    def departure(self):
        """The status text, then the closing tag, in this order"""
        seen = []
        done = threading.Event()

        def script(link):
            link.log_in()
            text = link.read_until(r"<presence[^>]*type=['\"]unavailable.*</stream:stream>")
            seen.append(text.group())
            done.set()
            link.send("</stream:stream>")
            link.drain()

        with peer.Peer(script, self.certificates) as server:
            result = self.account(server.port, True).run("login", options=["--status", "Bye"])
            done.wait(10)
            self.tap.equal(result.status, 0, "logged in and out", result)
            self.tap.ok(seen and "<status>Bye</status>" in seen[0],
                        "the departure has the status text", f"{seen}\n{result}")


def main():
    directory = tempfile.mkdtemp(prefix="xmpp-misfits-")
    try:
        certificates = lab.Certificates(os.path.join(directory, "certs"))
        certificates.issue("p.test")
        tests = Tests(certificates)
        for test in (tests.refused, tests.logins, tests.last_messages, tests.half_a_stanza,
                     tests.departure):
            test()
        return tests.tap.finish()
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
