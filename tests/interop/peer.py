# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A peer that does what a real server would not: one script for each connection."""

import re
import socket
import ssl
import threading

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
          "id='peer' from='p.test'>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
PLAIN = (f"<mechanisms xmlns='{SASL}'>"
         "<mechanism>PLAIN</mechanism></mechanisms>")
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"


def features(*offers):
    return "<stream:features>" + "".join(offers) + "</stream:features>"


class Link:
    """One connection: text in and out, TLS where wanted."""

    def __init__(self, connection, certificate, key):
        self.socket = connection
        self.socket.settimeout(20)
        self.buffer = ""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)

    def ask_for_certificate(self, authority):
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.load_verify_locations(authority)

    def start_tls(self):
        self.socket = self._context.wrap_socket(self.socket, server_side=True)

    def send(self, text):
        self.socket.sendall(text.encode())

    def read_until(self, pattern):
        """The match; what comes behind it stays for the next call."""
        while True:
            match = re.search(pattern, self.buffer, re.S)
            if match:
                self.buffer = self.buffer[match.end():]
                return match
            data = self.socket.recv(4096)
            if not data:
                raise EOFError(self.buffer)
            self.buffer += data.decode()

    def drain(self):
        """Until the other side has had enough"""
        try:
            while self.socket.recv(4096):
                pass
        except OSError:
            pass

    def close(self):
        """Politely, after the other side"""
        self.read_until(r"</stream:stream>")
        self.send("</stream:stream>")
        self.drain()

    def greet(self, *offers):
        self.read_until(r"<stream:stream [^>]*>")
        self.send(HEADER + features(*offers))

    def log_in(self):
        """Up to the bound session, over direct TLS."""
        self.authenticate()
        self.bind()

    def authenticate(self):
        self.start_tls()
        self.greet(PLAIN)
        self.read_until(r"<auth .*?</auth>")
        self.send(f"<success xmlns='{SASL}'/>")

    def _read_bind_request(self):
        """Its id"""
        self.greet(BIND)
        request = self.read_until(r"<iq [^>]*>.*?</iq>").group()
        return re.search(r"\bid=['\"]([^'\"]*)", request).group(1)

    def refuse_bind(self, condition):
        identity = self._read_bind_request()
        self.send(f"<iq type='error' id='{identity}'><error type='cancel'><{condition} "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")

    def bind(self):
        identity = self._read_bind_request()
        self.send(f"<iq type='result' id='{identity}'>"
                  "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  "<jid>alice@p.test/x</jid></bind></iq>")
        self.read_until(r"<presence[^>]*>")


class Peer:
    """Runs a script for each connection. Use as a context."""

    def __init__(self, script, certificates, host="p.test"):
        self._script = script
        self._paths = certificates.paths(host)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.received = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *unused):
        # As long as accept() waits, the port would go on listening.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            link = Link(connection, *self._paths)
            try:
                self._script(link)
            except (OSError, EOFError, UnicodeDecodeError):
                pass
            finally:
                self.received.append(link.buffer)
                link.socket.close()
