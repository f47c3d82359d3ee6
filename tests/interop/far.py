#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A network that is far away: what leaves it arrives only after a while, each way.

Unlike a proxy this delays all there is of TCP: handshakes, acknowledgements, what waits for them.
Inside the sandbox there are two networks, each with a tun device; this file, run as a program with
both devices, carries the packets, and says when somebody far away has begun a connection.
"""

import collections
import errno
import fcntl
import os
import selectors
import socket
import struct
import subprocess
import sys
import time

import sandbox

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
DEVICE = "/dev/net/tun"
PACKET = 65536


def _open_device(name, address, peer):
    """A device in the network of this thread"""
    try:
        device = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise sandbox.Unavailable(f"{DEVICE}: {error.strerror}") from error
    sandbox.set_address(name, address, peer)
    sandbox.bring_up(name)
    return device


class Far:
    """As a context, inside the sandbox: what is started there reaches @address, and nothing
    else, and needs @seconds each way. Each one has another @number."""

    def __init__(self, address, seconds, number):
        self.round_trip = 2 * seconds
        self._network = sandbox.OtherNetwork()
        away = f"{sandbox.FAR_NETWORK}{number}"
        here = _open_device(f"to-far{number}", address, away)
        with self._network:
            there = _open_device("far", away, address)
        self._carrier = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), str(here), str(there), str(seconds)],
            pass_fds=(here, there), stdout=subprocess.PIPE, text=True)
        os.close(here)
        os.close(there)

    def __enter__(self):
        self._network.__enter__()
        return self

    def __exit__(self, *unused):
        self._network.__exit__()

    def next_start(self):
        """When the next connection, of those begun, was begun (as time.time())"""
        return float(self._carrier.stdout.readline())

    def close(self):
        self._carrier.kill()
        self._carrier.wait()
        self._carrier.stdout.close()


def begins_connection(packet):
    """A SYN of TCP over IPv4"""
    header = 4 * (packet[0] & 0xF)
    return (packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_TCP
            and packet[header + 13] & 0x12 == 0x02)


class Way:
    """From one device to the other; packets keep their order."""

    def __init__(self, source, target, seconds, listening):
        self._source = source
        self._target = target
        self._seconds = seconds
        self._listening = listening
        self._waiting = collections.deque()

    def take(self):
        """All that has come"""
        while True:
            try:
                packet = os.read(self._source, PACKET)
            except BlockingIOError:
                return
            if self._listening and begins_connection(packet):
                print(time.time(), flush=True)
            self._waiting.append((time.monotonic() + self._seconds, packet))

    def deliver(self):
        """What is due; seconds until more will be, or None."""
        while self._waiting:
            due, packet = self._waiting[0]
            left = due - time.monotonic()
            if left > 0:
                return left
            self._waiting.popleft()
            try:
                os.write(self._target, packet)
            except OSError as error:
                # As on any network, a packet can get lost.
                if error.errno not in (errno.EAGAIN, errno.EINVAL, errno.EIO):
                    raise
        return None


def carry(here, there, seconds):
    ways = {here: Way(here, there, seconds, False), there: Way(there, here, seconds, True)}
    with selectors.DefaultSelector() as selector:
        for device in ways:
            selector.register(device, selectors.EVENT_READ)
        while True:
            left = [each for each in (way.deliver() for way in ways.values()) if each is not None]
            for key, _ in selector.select(min(left, default=None)):
                ways[key.fd].take()


if __name__ == "__main__":
    carry(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
