# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A server that logs one account in and then follows a script, for programs of any language."""

import base64
import queue
import random
import re
import socket
import ssl
import threading

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='{number}' "
          "xmlns:stream='http://etherx.jabber.org/streams' from='{domain}'>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
PLAIN = ("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
         "<mechanism>PLAIN</mechanism></mechanisms>")
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
SECONDS = 20


class Session:
    """One connection. What the client says behind its first presence is in @heard."""

    def __init__(self, server, connection):
        self.server = server
        self.socket = connection
        self.socket.settimeout(SECONDS)
        self.buffer = ""
        self.heard = ""
        self.user = None
        self.jid = None
        self.header = 0

    def send(self, text):
        self.socket.sendall(text.encode())

    def read_until(self, pattern):
        """The match; what stands behind it is kept."""
        while True:
            match = re.search(pattern, self.buffer, re.S)
            if match:
                self.heard += self.buffer[:match.end()]
                self.buffer = self.buffer[match.end():]
                return match
            data = self.socket.recv(4096)
            if not data:
                self.heard += self.buffer
                raise EOFError
            self.buffer += data.decode()

    def greet(self, *offers):
        self.read_until(r"<stream:stream [^>]*>")
        self.header += 1
        self.send(HEADER.format(number=self.header, domain=self.server.domain)
                  + f"<stream:features>{''.join(offers)}</stream:features>")

    def log_in(self):
        if self.server.tls is not None:
            self.greet(STARTTLS)
            self.read_until(r"<starttls[^>]*/>")
            self.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        self.authenticate()
        self.greet(BIND)
        request = self.read_until(r"<iq [^>]*>.*?</iq>").group()
        identity = re.search(r"\bid=['\"]([^'\"]*)", request).group(1)
        self.jid = f"{self.user}@{self.server.domain}/home"
        self.send(f"<iq type='result' id='{identity}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  f"<jid>{self.jid}</jid></bind></iq>")
        self.read_until(r"<presence\b[^>]*/>")
        self.heard = ""

    def authenticate(self):
        """Any password will do."""
        self.greet(PLAIN)
        proof = self.read_until(r"<auth [^>]*>(.*?)</auth>").group(1)
        self.user = base64.b64decode(proof).split(b"\0")[1].decode()
        self.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")

    def message(self, sender, body, kind="chat"):
        self.send(f"<message from='{sender}' to='{self.jid}' type='{kind}'><body>{body}</body></message>")

    def body(self):
        """Addressee and text of the next message."""
        text = self.read_until(r"<message\b.*?</message>").group()
        to = re.search(r"<message\b[^>]*\bto=['\"]([^'\"]*)", text)
        return to and to.group(1), re.search(r"<body>(.*?)</body>", text, re.S).group(1)

    def leave(self):
        """Waits for the client's closing tag, and answers it. True: there was one."""
        try:
            self.read_until(r"</stream:stream>")
            self.send("</stream:stream>")
            while self.socket.recv(4096):
                pass
        except (OSError, EOFError):
            return self.heard.endswith("</stream:stream>")
        return True


def answer(session):
    """A script: answers requests until the client leaves; those for "nothing" with an error."""
    while True:
        request = session.read_until(r"<iq\b[^>]*\btype=['\"][gs]et[^>]*>.*?</iq>|</stream:stream>").group()
        if request == "</stream:stream>":
            session.send(request)
            return
        identity = re.search(r"\bid=['\"]([^'\"]*)", request).group(1)
        if "<nothing" in request:
            session.send(f"<iq type='error' id='{identity}' from='{session.server.domain}'>"
                         "<error type='cancel'><item-not-found "
                         "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
        else:
            session.send(f"<iq type='result' id='{identity}' from='{session.server.domain}'/>")


class Server:
    """Runs @script for each session, once it is logged in or at once. Use as a context.

    With a certificate and its key it wants STARTTLS, else it has none.
    """

    def __init__(self, script, paths=None, domain="example.net",
                 address=("127.0.0.1", 0), log_in=True, session=Session):
        self.script = script
        self.session = session
        self.log_in = log_in
        self.domain = domain
        self._ended = queue.Queue()
        self.tls = None
        if paths is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*paths)
        self._listener = socket.create_server(address)
        self.address, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *unused):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(SECONDS)

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        session = self.session(self, connection)
        try:
            if self.log_in:
                session.log_in()
            self.script(session)
        except (OSError, EOFError):
            pass
        session.socket.close()
        self._ended.put(session)

    def wait(self):
        """The next session that has ended."""
        return self._ended.get(timeout=SECONDS)


def at_port_5222(*arguments, kind=Server, **options):
    """A server at an address of this machine that hardly anybody uses: there the port is free."""
    while True:
        address = "127." + ".".join(str(random.randint(1, 254)) for _ in range(3))
        try:
            return kind(*arguments, address=(address, 5222), **options)
        except OSError:
            continue
