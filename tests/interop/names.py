# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The domain name system of the tests: dnsmasq, inside the sandbox, with names below .test"""

import lab
import sandbox


def srv(service, domain, host="", port=0, priority=0, weight=0):
    """A line for dnsmasq; without a host the target is ".": no such service (RFC 2782)."""
    target = f",{host},{port},{priority},{weight}" if host else ""
    return f"srv-host=_{service}._tcp.{domain}{target}"


def address(name, *numeric):
    return f"host-record={','.join((name, *numeric))}"


def alias(name, target):
    return f"cname={name},{target}"


def client_services(domain, host, port, tls_port):
    """Direct TLS first, then STARTTLS"""
    return [srv("xmpps-client", domain, host, tls_port, priority=1),
            srv("xmpp-client", domain, host, port, priority=2)]


class NameServer(lab.Server):
    """The only one that programs in the sandbox know."""

    name = "dnsmasq"

    def __init__(self, lines):
        super().__init__(ports=(53, 53))
        self._lines = lines

    def make_certificates(self):
        """It needs none."""

    def set_up(self):
        self.write("names", "\n".join([
            "no-resolv", "no-hosts", "no-poll", "bind-interfaces", "listen-address=127.0.0.1",
            "local=/#/", "cache-size=0", "log-queries", "log-facility=-", "pid-file=",
            *self._lines]) + "\n")
        sandbox.overlay("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n")
        sandbox.overlay("/etc/nsswitch.conf", "hosts: files dns\n")

    def command(self):
        return ["dnsmasq", "--keep-in-foreground", "--conf-file=" + self.path("names")], {}
