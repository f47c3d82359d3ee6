# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A network and a few files of /etc that only this process and its children see.

A program that uses GLib asks the name servers of /etc/resolv.conf, on port 53, and trusts the CAs
of the system's bundle; neither can be changed from outside. So the test program moves itself
into a network namespace (all ports are free there, and nothing leaves it) and a mount namespace
(other files lie over those of /etc). Root may do that; whoever is not first becomes the owner of
a user namespace, keeping their user id. Where neither is allowed (a container without
CAP_SYS_ADMIN that forbids user namespaces too), Unavailable says so.

Nothing needs to be undone: the namespaces end with the last process in them.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
import tempfile

# 198.18.0.0/15 is for tests (RFC 2544): the first /24 of it is local, the second is far away
# (far.py).
NETWORK = "198.18.0."
FAR_NETWORK = "198.18.1."
IPV6 = "fd00::1"

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
SIOCSIFADDR = 0x8916
SIOCSIFDSTADDR = 0x8918
SIOCGIFINDEX = 0x8933
IFF_UP = 0x1

_libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """This machine does not allow what is needed."""


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _mount(source, target, flags):
    _check(_libc.mount(source.encode(), target.encode(), None, ctypes.c_ulong(flags), None),
           f"mount {target}")


def _request(call, interface, value):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        return fcntl.ioctl(control, call, struct.pack("16s24s", interface.encode(), value))


def bring_up(interface):
    flags, = struct.unpack_from("H", _request(SIOCGIFFLAGS, interface, b""), 16)
    _request(SIOCSIFFLAGS, interface, struct.pack("H", flags | IFF_UP))


def set_address(interface, address, peer=None):
    for call, each in ((SIOCSIFADDR, address), (SIOCSIFDSTADDR, peer)):
        if each is not None:
            _request(call, interface,
                     struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(each)))


def _add_ipv6(interface, address):
    index, = struct.unpack_from("i", _request(SIOCGIFINDEX, interface, b""), 16)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFADDR,
                    struct.pack("16sIi", socket.inet_pton(socket.AF_INET6, address), 128, index))


def _bring_up_loopback():
    """Beside 127.0.0.1: the resolver asks for no address of a family (AI_ADDRCONFIG) of which the
    machine has none but loopback's."""
    bring_up("lo")
    set_address("lo:1", NETWORK + "1")
    with contextlib.suppress(OSError):
        _add_ipv6("lo", IPV6)


def enter():
    """Call it before any thread is started."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWNET
    try:
        _check(_libc.unshare(flags if user == 0 else flags | CLONE_NEWUSER), "unshare")
        if user != 0:
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{user} {user} 1")
            _write("/proc/self/gid_map", f"{group} {group} 1")
    except OSError as error:
        raise Unavailable(f"no namespaces here: {error}") from error
    try:
        _mount("none", "/", MS_REC | MS_PRIVATE)
    except OSError as error:
        # The root of a chroot is not a mount; whoever made it has seen to this.
        if error.errno != errno.EINVAL:
            raise
    _bring_up_loopback()
    _write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0")


def overlay(path, text):
    """Lets the file at @path have other contents. Where there is none, there is nothing to hide: a
    resolver without its configuration asks 127.0.0.1 too."""
    if not os.path.exists(path):
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.chmod(file.name, 0o644)
        _mount(file.name, os.path.realpath(path), MS_BIND)


def _network():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


class OtherNetwork:
    """A second network; as a context: what this thread does, and the processes it starts, are
    in there."""

    def __init__(self):
        self._here = _network()
        _check(_libc.unshare(CLONE_NEWNET), "unshare")
        self._there = _network()
        _check(_libc.setns(self._here, CLONE_NEWNET), "setns")

    def __enter__(self):
        _check(_libc.setns(self._there, CLONE_NEWNET), "setns")
        return self

    def __exit__(self, *unused):
        _check(_libc.setns(self._here, CLONE_NEWNET), "setns")


def tcp_attempts():
    """How many TCP connections anybody in this network has begun."""
    with open("/proc/thread-self/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("ActiveOpens")])
