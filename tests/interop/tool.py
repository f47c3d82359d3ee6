# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool, as the tests drive it: arguments in, exit status and JSON out."""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time

TOOL = os.environ["XMPP_TOOL"]
TIMEOUT = 60


class Result:
    """What one run has left."""

    def __init__(self, arguments, status, output, errors):
        self.arguments = arguments
        self.status = status
        self.output = output
        self.errors = errors
        try:
            self.json = json.loads(output)
        except ValueError:
            self.json = {}

    def get(self, *path):
        value = self.json
        for name in path:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    def reasons(self):
        """What the report says of each mechanism that the server offers: why it was not used"""
        return {row.get("name"): row.get("why") or "" for row in self.get("mechanisms") or []}

    def __str__(self):
        return (f"xmpp-tool {' '.join(self.arguments)}\nexit {self.status}\n"
                f"{self.output}\n{self.errors}")


class Account:
    """A JID, its password (None: nobody gives one) or token, and where its server is; without a
    port the DNS knows."""

    def __init__(self, jid, password, port=None, direct_tls=False, ca=None, host="127.0.0.1",
                 secret="password"):
        self.jid = jid
        self.password = password
        self.secret = secret
        self.options = []
        if port is not None:
            self.options += ["--host", host, "--port", str(port),
                             "--direct-tls" if direct_tls else "--starttls"]
        if ca is not None:
            self.options += ["--ca", ca]

    def arguments(self, command, words, options):
        secret = [] if self.password is None else [f"--{self.secret}-file", "-"]
        return [command, *self.options, *options, *secret, self.jid, *words]

    def run(self, command, *words, options=(), timeout=TIMEOUT, interrupt=None, text=False,
            **environment):
        """Runs to the end, with --json unless it is to be @text. @interrupt: seconds after which
        somebody presses Ctrl-C"""
        form = [] if text else ["--json"]
        arguments = self.arguments(command, words, [*form, "--timeout", "20", *options])
        with subprocess.Popen([TOOL, *arguments], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **environment}) as process:
            try:
                output, errors = self._talk(process, timeout, interrupt)
            except BaseException:
                process.kill()
                raise
        return Result(arguments, process.returncode, output, errors)

    def _talk(self, process, timeout, interrupt):
        if interrupt is None:
            return process.communicate(self.password or "", timeout)
        try:
            return process.communicate(self.password or "", interrupt)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        return process.communicate(timeout=timeout)

    def listen(self, *options):
        return Listener(self, options)


class Listener:
    """A running "xmpp-tool listen", and its lines as they come."""

    def __init__(self, account, options):
        self.lines = []
        self._queue = queue.Queue()
        self._errors = tempfile.TemporaryFile(mode="w+")
        self.arguments = account.arguments("listen", [], options)
        self.process = subprocess.Popen([TOOL, *self.arguments], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self._errors)
        self.process.stdin.write(account.password)
        self.process.stdin.close()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._errors.close()

    def _read(self):
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def wait_for(self, predicate, timeout=20):
        """The first line, of those read and those to come, that is the right one."""
        for line in self.lines:
            if predicate(line):
                return line
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                line = self._queue.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                self._queue.put(None)
                return None
            self.lines.append(line)
            if predicate(line):
                return line
        return None

    def finish(self, timeout=20):
        """All lines and the exit status; None: it went on running."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self.wait_for(lambda line: False, 5)
        return self.process.returncode

    def __str__(self):
        self._errors.seek(0)
        return (f"xmpp-tool {' '.join(self.arguments)}\nexit {self.process.poll()}\n"
                + "\n".join(self.lines) + "\n" + self._errors.read())
