# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What the tests with real servers share: certificates, accounts, a process that is started and
stopped, results.

Nothing on the system changes: certificates, configuration, accounts and logs are in a directory
of their own, which goes with the server. Only processes started here are stopped.
"""

import base64
import concurrent.futures
import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSWORD = "Kq7-pencil-9Zx"
USERS = ("alice", "bob")

# Each host of a server has what one kind of test needs: how accounts are stored, and the
# certificate. The words stand before the server's domain.
KINDS = ("", "hash", "hash256", "hash512", "tls12", "selfsigned", "expired", "othername",
         "cert", "anon")
# What accounts are stored as, where that is not the password itself
DIGESTS = {"hash": "sha1", "hash256": "sha256", "hash512": "sha512"}


def host_name(domain, kind):
    return f"{kind}.{domain}" if kind else domain


# The domain of a server that is alone
DOMAIN = "p.test"
PLAIN = DOMAIN
HASHED = host_name(DOMAIN, "hash")
HASHED_256 = host_name(DOMAIN, "hash256")
TLS_12 = host_name(DOMAIN, "tls12")
SELF_SIGNED = host_name(DOMAIN, "selfsigned")
EXPIRED = host_name(DOMAIN, "expired")
OTHER_NAME = host_name(DOMAIN, "othername")


# Meson ends with it what takes too long: even then no server stays behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))


class LabError(Exception):
    """Something that the tests need is not there."""


def run(*command, **options):
    """Runs a program; what it said is in the exception where it fails."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False, **options)
    if result.returncode != 0:
        raise LabError(f"{' '.join(command)}: {result.stdout}")
    return result.stdout


def free_ports(count):
    """Ports of 127.0.0.1 that nobody has now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def servant():
    """Whom a server runs as: a server must not be root, and Prosody refuses to."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def installed_version(package="prosody"):
    """The version without its epoch; "" where the package is not installed."""
    try:
        said = run("dpkg-query", "-W", "-f", "${Status} ${Version}", package)
    except (LabError, FileNotFoundError):
        return ""
    return said.split()[-1].split(":")[-1] if " installed " in said else ""


def fetch(cache, name, *packages):
    """The directory in @cache that has newer packages than the system, for Debian 12."""
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, f"lock-{name}"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        directory = os.path.join(cache, name)
        run(os.path.join(ROOT, "tools", "fetch-backports"), directory, *packages)
    return directory


class Certificates:
    """A CA, and for each host a certificate that is right or wrong in one way."""

    def __init__(self, directory):
        self.directory = directory
        self.ca = os.path.join(directory, "ca.crt")
        self.ca_key = os.path.join(directory, "ca.key")
        os.makedirs(directory)
        run("openssl", "req", "-x509", *self._new_key(self.ca_key), "-days", "30",
            "-subj", "/CN=Test CA", "-out", self.ca,
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", path)

    def paths(self, host):
        return (os.path.join(self.directory, host + ".crt"),
                os.path.join(self.directory, host + ".key"))

    @staticmethod
    def _extensions(request, names):
        path = request + ".ext"
        with open(path, "w", encoding="utf-8") as file:
            file.write("basicConstraints=critical,CA:FALSE\n"
                       "keyUsage=critical,digitalSignature\n"
                       "extendedKeyUsage=serverAuth,clientAuth\n"
                       f"subjectAltName={names}\n")
        return path

    def issue(self, host, name=None, expired=False):
        """A certificate of the CA; the server of @host shows it."""
        name = (name or host).encode("idna").decode()
        certificate, key = self.paths(host)
        self._issue(certificate, key, name, f"DNS:{name}", expired)

    def _issue(self, certificate, key, subject, names, expired=False):
        request = certificate + ".csr"
        run("openssl", "req", *self._new_key(key), "-subj", f"/CN={subject}", "-out", request)
        extensions = self._extensions(request, names)
        if expired:
            self._issue_expired(request, certificate, extensions)
        else:
            run("openssl", "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key,
                "-set_serial", str(int.from_bytes(os.urandom(15), "big")), "-days", "30",
                "-extfile", extensions, "-out", certificate)
        os.unlink(request)
        os.unlink(extensions)

    def issue_client(self, name, addresses, trusted=True):
        """A file with certificate and key for a client that has these accounts"""
        certificate, key = self.paths(name)
        names = ",".join(f"otherName:1.3.6.1.5.5.7.8.5;UTF8:{address}" for address in addresses)
        if trusted:
            self._issue(certificate, key, name, names)
        else:
            run("openssl", "req", "-x509", *self._new_key(key), "-days", "30", "-subj",
                f"/CN={name}", "-out", certificate, "-addext", f"subjectAltName={names}")
        path = os.path.join(self.directory, name + ".pem")
        with open(path, "w", encoding="ascii") as both:
            for part in (certificate, key):
                with open(part, encoding="ascii") as file:
                    both.write(file.read())
        return path

    def _issue_expired(self, request, certificate, extensions):
        """Only "openssl ca" takes dates that have gone by, and it wants a database."""
        with tempfile.TemporaryDirectory() as directory:
            config = os.path.join(directory, "ca.cnf")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"[ca]\ndefault_ca=test\n[test]\ndatabase={directory}/index\n"
                           f"new_certs_dir={directory}\nserial={directory}/serial\n"
                           "default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
            with open(os.path.join(directory, "index"), "w", encoding="utf-8"):
                pass
            with open(os.path.join(directory, "serial"), "w", encoding="utf-8") as file:
                file.write("1000\n")
            run("openssl", "ca", "-batch", "-config", config, "-in", request,
                "-cert", self.ca, "-keyfile", self.ca_key, "-out", certificate, "-notext",
                "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                "-extfile", extensions)

    def self_sign(self, host):
        certificate, key = self.paths(host)
        run("openssl", "req", "-x509", *self._new_key(key), "-days", "30",
            "-subj", f"/CN={host}", "-out", certificate, "-addext", f"subjectAltName=DNS:{host}")

    def make(self, host, kind=""):
        """What a host of this kind shows"""
        if kind == "selfsigned":
            self.self_sign(host)
        elif kind == "othername":
            self.issue(host, name="elsewhere.test")
        else:
            self.issue(host, expired=kind == "expired")

    def end_point_hash(self, host):
        """What tls-server-end-point says of the host's certificate, in hex."""
        with open(self.paths(host)[0], encoding="ascii") as file:
            body = re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END", file.read(), re.S)
        return hashlib.sha256(base64.b64decode(body.group(1))).hexdigest()


class Server:
    """A server in a directory of its own, as an unprivileged process. Use it as a context.

    Its hosts are one for each of @kinds below @domain, by itself those of the class, and @more,
    names with their kinds. @addresses are numeric; without @ports they are free ones, without
    @certificates it has a CA of its own. A subclass sets up directory and command.
    """

    name = "server"
    kinds = KINDS

    def __init__(self, domain=DOMAIN, kinds=None, more=(), addresses=("127.0.0.1",), ports=None,
                 certificates=None):
        self.domain = domain
        self.kinds = kinds or self.kinds
        self.hosts = {host_name(domain, kind): kind for kind in self.kinds}
        self.hosts.update(more)
        self.addresses = addresses
        self.port, self.tls_port = ports or free_ports(2)
        self.certificates = certificates
        self.process = None
        self.directory = None

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def make_certificates(self):
        """Those of a CA that others have too are copied: they must belong to the server."""
        folder = self.path("certs")
        shared = self.certificates is not None
        if not shared:
            self.certificates = Certificates(folder)
        for host, kind in self.hosts.items():
            self.certificates.make(host, kind)
        if shared:
            os.makedirs(folder)
            for path in [self.certificates.ca,
                         *(path for host in self.hosts for path in self.certificates.paths(host))]:
                shutil.copy(path, folder)
        self.ca = os.path.join(folder, "ca.crt")

    def certificate(self, host):
        """Certificate and key that the server can read"""
        return [self.path("certs", os.path.basename(path))
                for path in self.certificates.paths(host)]

    def set_up(self):
        """Writes all that the server reads."""
        raise NotImplementedError

    def command(self):
        """The words, and what the environment has besides HOME."""
        raise NotImplementedError

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix=f"xmpp-{self.name}-")
        os.chmod(self.directory, 0o755)
        try:
            self.make_certificates()
            self.set_up()
            self._give_away()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self.stop()
        shutil.rmtree(self.directory)

    def _give_away(self):
        owner = servant()
        if not owner:
            return
        for folder, _, files in os.walk(self.directory):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                os.chown(path, owner["user"], owner["group"], follow_symlinks=False)

    def start(self):
        words, environment = self.command()
        with open(self.path("output"), "wb") as output:
            self.process = subprocess.Popen(
                words, cwd=self.directory,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.directory,
                     "LANG": "C.UTF-8", **environment},
                **servant())
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.05)
        raise LabError(f"{self.name} does not answer:\n{self.last_words()}")

    def is_ready(self):
        try:
            for port in (self.port, self.tls_port):
                socket.create_connection((self.addresses[0], port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        """By the process that was started, and no other."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def logs(self):
        return [self.path("output")]

    def last_words(self, lines=40):
        text = ""
        for path in self.logs():
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text += "".join(file.readlines()[-lines:])
        return text


@contextlib.contextmanager
def together(servers):
    """Starts them at the same time, and stops all that were started."""
    with contextlib.ExitStack() as stack, \
            concurrent.futures.ThreadPoolExecutor(len(servers)) as pool:
        started = [pool.submit(server.__enter__) for server in servers]
        concurrent.futures.wait(started)
        for server, future in zip(servers, started):
            if future.exception() is None:
                stack.push(server.__exit__)
        for future in started:
            future.result()
        yield servers


class Tap:
    """Results for meson, from any thread; the last thing to call is finish()."""

    def __init__(self):
        self.count = 0
        self.failures = 0
        self._lock = threading.Lock()

    def ok(self, good, name, diagnosis=""):
        with self._lock:
            self.count += 1
            print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
            if not good:
                self.failures += 1
                for line in str(diagnosis).splitlines():
                    print(f"# {line}")
            sys.stdout.flush()
        return good

    @staticmethod
    def skip_all(reason):
        """In place of all results"""
        print(f"1..0 # SKIP {reason}")
        return 0

    def equal(self, value, expected, name, diagnosis=""):
        return self.ok(value == expected, name,
                       f"got {value!r}, expected {expected!r}\n{diagnosis}")

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failures > 0 or self.count == 0 else 0
