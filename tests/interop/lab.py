# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Real servers for the tests: Prosody on loopback, as an unprivileged process.

Nothing on the system changes: certificates, configuration, accounts and logs are in a
directory of their own, which goes with the server. Only processes started here are stopped.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSWORD = "Kq7-pencil-9Zx"
USERS = ("alice", "bob")

# Each host has what one kind of test needs: how accounts are stored, and the certificate.
PLAIN = "p.test"
HASHED = "hash.p.test"
HASHED_256 = "hash256.p.test"
TLS_12 = "tls12.p.test"
SELF_SIGNED = "selfsigned.p.test"
EXPIRED = "expired.p.test"
OTHER_NAME = "othername.p.test"
HOSTS = (PLAIN, HASHED, HASHED_256, TLS_12, SELF_SIGNED, EXPIRED, OTHER_NAME)


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


class Certificates:
    """A CA, and for each host a certificate that is right or wrong in one way."""

    def __init__(self, directory):
        self.directory = directory
        self.ca = os.path.join(directory, "ca.crt")
        self.ca_key = os.path.join(directory, "ca.key")
        os.makedirs(directory)
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-subj", "/CN=Test CA", "-keyout", self.ca_key, "-out", self.ca,
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def paths(self, host):
        return (os.path.join(self.directory, host + ".crt"),
                os.path.join(self.directory, host + ".key"))

    def _extensions(self, name):
        path = os.path.join(self.directory, "extensions")
        with open(path, "w", encoding="utf-8") as file:
            file.write("basicConstraints=critical,CA:FALSE\n"
                       "keyUsage=critical,digitalSignature,keyEncipherment\n"
                       "extendedKeyUsage=serverAuth,clientAuth\n"
                       f"subjectAltName=DNS:{name}\n")
        return path

    def issue(self, host, name=None, expired=False):
        """A certificate of the CA; the server of @host shows it."""
        name = name or host
        certificate, key = self.paths(host)
        request = certificate + ".csr"
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", key, "-out", request)
        if expired:
            self._issue_expired(request, certificate, name)
        else:
            run("openssl", "x509", "-req", "-in", request, "-CA", self.ca,
                "-CAkey", self.ca_key, "-CAcreateserial", "-days", "30",
                "-extfile", self._extensions(name), "-out", certificate)
        os.unlink(request)

    def _issue_expired(self, request, certificate, name):
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
                "-extfile", self._extensions(name))

    def self_sign(self, host):
        certificate, key = self.paths(host)
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-subj", f"/CN={host}", "-keyout", key, "-out", certificate,
            "-addext", f"subjectAltName=DNS:{host}")

    def make_all(self):
        for host in HOSTS:
            if host == SELF_SIGNED:
                self.self_sign(host)
            elif host == OTHER_NAME:
                self.issue(host, name="elsewhere.test")
            else:
                self.issue(host, expired=host == EXPIRED)

    def end_point_hash(self, host):
        """What tls-server-end-point says of the host's certificate, in hex."""
        with open(self.paths(host)[0], encoding="ascii") as file:
            body = re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END", file.read(), re.S)
        return hashlib.sha256(base64.b64decode(body.group(1))).hexdigest()


def installed_version():
    try:
        return run("dpkg-query", "-W", "-f", "${Version}", "prosody")
    except (LabError, FileNotFoundError):
        return ""


def _unpacked_launcher(root):
    """The launcher of the unpacked package, told where its parts are."""
    with open(os.path.join(root, "usr/bin/prosody"), encoding="utf-8") as file:
        text = file.read()
    for name, path in (("SOURCEDIR", "usr/lib/prosody"), ("CONFIGDIR", "etc/prosody"),
                       ("PLUGINDIR", "usr/lib/prosody/modules/"),
                       ("DATADIR", "var/lib/prosody")):
        text, count = re.subn(rf"^CFG_{name}=.*$", f"CFG_{name}='{root}/{path}';", text,
                              flags=re.M)
        if count != 1:
            raise LabError(f"Prosody's launcher sets CFG_{name} {count} times")
    launcher = os.path.join(root, "prosody")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(launcher, 0o755)
    return launcher


def find_prosody(version, cache):
    """The program "0.12" or "13" (or later); on Debian 12 the latter is fetched into @cache,
    and the result is a directory."""
    installed = installed_version()
    match = re.match(r"(\d+)\.(\d+)", installed)
    found = tuple(int(each) for each in match.groups()) if match else (0, 0)
    if found == (0, 12) and version == "0.12" or found >= (13, 0) and version == "13":
        return shutil.which("prosody", path="/usr/bin:/usr/sbin:/usr/local/bin")
    if version != "13":
        raise LabError(f"Prosody {version} is wanted, and '{installed}' is installed: "
                       "see tools/packages")
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        directory = os.path.join(cache, "backports")
        run(os.path.join(ROOT, "tools", "fetch-backports"), directory, "prosody")
    return directory


def lua(value):
    """A Lua table constructor for strings, numbers, booleans, and dictionaries of them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "{ " + "; ".join(lua(each) for each in value) + " }"
    return "{ " + "; ".join(f"[{lua(key)}] = {lua(each)}" for key, each in value.items()) + " }"


def hashed_account(name):
    """What Prosody stores of a password: RFC 5802 §3, in its own spelling."""
    salt = "0123456789abcdef"
    count = 10000
    salted = hashlib.pbkdf2_hmac(name, PASSWORD.encode(), salt.encode(), count)
    client_key = hmac.digest(salted, b"Client Key", name)
    return {
        "salt": salt,
        "iteration_count": count,
        "stored_key": hashlib.new(name, client_key).hexdigest(),
        "server_key": hmac.digest(salted, b"Server Key", name).hex(),
    }


class Prosody:
    """One running server. Its hosts are those above; alice and bob know each other."""

    def __init__(self, version, cache):
        self.version = version
        self.program = find_prosody(version, cache)
        self.directory = tempfile.mkdtemp(prefix="xmpp-prosody-")
        os.chmod(self.directory, 0o755)
        if os.path.isdir(self.program):
            # Whoever the server runs as may not be able to read the build directory
            root = os.path.join(self.directory, "root")
            shutil.copytree(self.program, root, symlinks=True)
            self.program = _unpacked_launcher(root)
        self.certificates = Certificates(os.path.join(self.directory, "certs"))
        self.certificates.make_all()
        self.ca = self.certificates.ca
        self.port, self.tls_port = free_ports(2)
        self.log = os.path.join(self.directory, "log")
        self._write_accounts()
        self._write_config()
        self._give_away()
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self.stop()
        shutil.rmtree(self.directory)

    def _data(self, host, store, user, table):
        def escape(text):
            return re.sub(r"[^A-Za-z0-9]", lambda match: f"%{ord(match.group()):02x}", text)
        directory = os.path.join(self.directory, "data", escape(host), store)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, escape(user) + ".dat")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"return {table};\n")

    def _write_accounts(self):
        for host in HOSTS:
            for user in USERS:
                account = {"password": PASSWORD}
                if host == HASHED:
                    account = hashed_account("sha1")
                elif host == HASHED_256:
                    account = hashed_account("sha256")
                self._data(host, "accounts", user, lua(account))
                others = {f"{other}@{host}": {"subscription": "both", "groups": {}}
                          for other in USERS if other != user}
                contacts = lua(others)[1:-1].strip()
                self._data(host, "roster", user,
                           "{ [false] = { version = 1; pending = {} }; " + contacts + " }")

    def _host_config(self, host):
        certificate, key = self.certificates.paths(host)
        ssl = {"certificate": certificate, "key": key, "cafile": self.ca}
        if host == TLS_12:
            ssl["protocol"] = "tlsv1_2"
        lines = [f"VirtualHost {lua(host)}", f"  ssl = {lua(ssl)}"]
        if host in (HASHED, HASHED_256):
            lines.append('  authentication = "internal_hashed"')
            digest = "SHA-256" if host == HASHED_256 else "SHA-1"
            lines.append(f"  password_hash = {lua(digest)}")
        else:
            lines.append('  authentication = "internal_plain"')
        if self.version == "13":
            digest = self.certificates.end_point_hash(host)
            lines.append(f"  tls_server_end_point_hash = {lua(digest)}")
        return lines

    def _write_config(self):
        # The port for direct TLS picks by the names inside, from all that is in the
        # directory: only good ones may be there.
        shown = os.path.join(self.directory, "shown")
        os.makedirs(shown)
        for host in (PLAIN, HASHED, HASHED_256, SELF_SIGNED, EXPIRED):
            for path in self.certificates.paths(host):
                shutil.copy(path, shown)
        modules = ["roster", "saslauth", "tls", "disco", "ping"]
        if self.version == "0.12":
            modules.append("posix")
        lines = [
            "daemonize = false",
            f"pidfile = {lua(self.directory + '/pid')}",
            f"data_path = {lua(self.directory + '/data')}",
            f"admin_socket = {lua(self.directory + '/socket')}",
            'interfaces = { "127.0.0.1" }',
            f"c2s_ports = {{ {self.port} }}",
            f"c2s_direct_tls_ports = {{ {self.tls_port} }}",
            f"certificates = {lua(shown)}",
            f"ssl = {{ cafile = {lua(self.ca)}; capath = nil }}",
            "c2s_require_encryption = true",
            "allow_registration = false",
            f"modules_enabled = {lua(modules)}",
            'modules_disabled = { "limits"; "s2s"; "http"; "https" }',
            'log = { { levels = { min = "debug" }; to = "file"; '
            f"filename = {lua(self.log)} }} }}",
        ]
        for host in HOSTS:
            lines += [""] + self._host_config(host)
        self.config = os.path.join(self.directory, "prosody.cfg.lua")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def _give_away(self):
        owner = servant()
        if not owner:
            return
        for folder, _, files in os.walk(self.directory):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                os.chown(path, owner["user"], owner["group"])

    def start(self):
        with open(os.path.join(self.directory, "output"), "wb") as output:
            self.process = subprocess.Popen(
                [self.program, "-F", "--config", self.config], cwd=self.directory,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={"PATH": "/usr/bin:/bin", "HOME": self.directory, "LANG": "C.UTF-8"},
                **servant())
        for port in (self.port, self.tls_port):
            self._wait_for(port)

    def _wait_for(self, port):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise LabError(f"Prosody {self.version} does not answer:\n{self.last_words()}")

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

    def last_words(self, lines=40):
        text = ""
        for path in (os.path.join(self.directory, "output"), self.log):
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text += "".join(file.readlines()[-lines:])
        return text


class Tap:
    """Results for meson; the last thing to call is finish()."""

    def __init__(self):
        self.count = 0
        self.failures = 0

    def ok(self, good, name, diagnosis=""):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            self.failures += 1
            for line in str(diagnosis).splitlines():
                print(f"# {line}")
        sys.stdout.flush()
        return good

    def equal(self, value, expected, name, diagnosis=""):
        return self.ok(value == expected, name,
                       f"got {value!r}, expected {expected!r}\n{diagnosis}")

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failures > 0 or self.count == 0 else 0
