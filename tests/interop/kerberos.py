# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A realm of Kerberos for the tests: a KDC on loopback, its principals, keytabs and tickets.

usage: kerberos.py PROGRAM [ARGUMENT…]

runs a test of C in it (tests/plugins/gssapi-fixture.h). XMPP_TEST_KERBEROS is a directory with
- tickets of alice, which count by themselves, and of bob; expired ones of alice: *.cache
- keytabs of alice and bob, and of services: *.keytab. "service" counts by itself, and has a.test
  and a former key of renewed.test; the present one of that is in "unknown"; "elsewhere" has
  elsewhere.test.
- for KRB5_CONFIG: silent.conf, a KDC that never answers; plain.conf, for libraries that would ask
  the DNS what else a host may be called.

Nothing of the system is read or changed: the environment names all the files.
"""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import lab

REALM = "LAB.TEST"
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


@contextlib.contextmanager
def _sockets():
    """One for UDP and one for TCP, and the port that both have"""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
                socket.socket() as stream:
            datagrams.bind(("127.0.0.1", 0))
            port = datagrams.getsockname()[1]
            try:
                stream.bind(("127.0.0.1", port))
            except OSError:
                continue
            yield datagrams, stream, port
            return


class Kdc:
    """A running KDC. Use it as a context. It knows lab.USERS, and a service for each of
    @hosts, whose keys are in one keytab."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.directory = None
        self.process = None
        self.has_other_clocks = bool(glob.glob(FAKETIME))

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def _write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def write_config(self, name, port, canonicalize=True):
        """A krb5.conf that has the KDC at this port; @canonicalize: what a library does by
        itself, and our names must stand"""
        canonical = "true" if canonicalize else "false"
        return self._write(name, "[libdefaults]\n"
                           f"  default_realm = {REALM}\n"
                           "  dns_lookup_kdc = false\n"
                           "  dns_lookup_realm = false\n"
                           f"  dns_canonicalize_hostname = {canonical}\n"
                           f"  rdns = {canonical}\n"
                           "[realms]\n"
                           f"  {REALM} = {{\n    kdc = 127.0.0.1:{port}\n  }}\n"
                           f"[domain_realm]\n  .test = {REALM}\n")

    def environment(self, config="krb5.conf"):
        """What all of Kerberos reads"""
        return {"KRB5_CONFIG": self.path(config), "KRB5_KDC_PROFILE": self.path("kdc.conf"),
                "KRB5RCACHENAME": f"dfl:{self.path('rcache')}", "KRB5RCACHEDIR": self.directory,
                "KRB5_CLIENT_KTNAME": self.path("none.keytab")}

    def server_environment(self):
        return {**self.environment(), "KRB5_KTNAME": "FILE:" + self.path("service.keytab")}

    def client_environment(self, cache="none", config="krb5.conf"):
        """Of somebody who has the tickets of kinit()"""
        return {**self.environment(config), "KRB5CCNAME": self.cache(cache)}

    def cache(self, name):
        return "FILE:" + self.path(name + ".cache")

    def _whole_environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.directory,
                **self.environment()}

    def _run(self, *words, environment=(), **options):
        return lab.run(*words, env={**self._whole_environment(), **dict(environment)}, **options)

    def _administer(self, *requests):
        self._run("kadmin.local", "-r", REALM, input="\n".join(requests) + "\n", **lab.servant())

    def kinit(self, user, cache=None, lifetime="1h", config="krb5.conf"):
        """Tickets by password. The words are the way kinit spells a lifetime."""
        self._run("kinit", "-l", lifetime, "-c", self.cache(cache or user), user,
                  input=lab.PASSWORD + "\n", environment=self.environment(config))

    def kinit_by_keytab(self, user, cache):
        self._run("kinit", "-k", "-t", self.keytab(user), "-c", self.cache(cache), user)

    def collect(self, name):
        """A collection that has tickets of each of lab.USERS, for client_environment()"""
        os.makedirs(self.path(name))
        environment = {"KRB5CCNAME": "DIR:" + self.path(name)}
        for user in lab.USERS:
            self._run("kinit", user, input=lab.PASSWORD + "\n", environment=environment)
        return environment

    def keytab(self, name):
        return "FILE:" + self.path(name + ".keytab")

    def _set_up(self):
        with _sockets() as (_, _, port):
            self.port = port
        self.write_config("krb5.conf", port)
        self._write("kdc.conf", "[kdcdefaults]\n"
                    f"  kdc_listen = 127.0.0.1:{port}\n  kdc_tcp_listen = 127.0.0.1:{port}\n"
                    f"[realms]\n  {REALM} = {{\n"
                    f"    database_name = {self.path('principal')}\n"
                    f"    key_stash_file = {self.path('stash')}\n"
                    f"    acl_file = {self.path('acl')}\n"
                    "    supported_enctypes = aes256-cts:normal\n  }\n")
        owner = lab.servant()
        if owner:
            os.chown(self.directory, owner["user"], owner["group"])
        self._run("kdb5_util", "-r", REALM, "-P", "master", "create", "-s", **owner)
        requests = [f"addprinc -pw {lab.PASSWORD} {user}" for user in lab.USERS]
        requests += [f"ktadd -norandkey -k {self.path(user + '.keytab')} {user}"
                     for user in lab.USERS]
        for host in self.hosts:
            requests += [f"addprinc -randkey xmpp/{host}",
                         f"ktadd -k {self.path('service.keytab')} xmpp/{host}"]
        self._administer(*requests)

    def add_service(self, host, keytab):
        """A service whose key is in another keytab than the server's"""
        self._administer(f"addprinc -randkey xmpp/{host}",
                         f"ktadd -k {self.path(keytab + '.keytab')} xmpp/{host}")

    def change_key(self, host, keytab):
        """Makes the service another key, which goes to another keytab"""
        self._administer(f"ktadd -k {self.path(keytab + '.keytab')} xmpp/{host}")

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="xmpp-kdc-")
        os.chmod(self.directory, 0o755)
        try:
            self._set_up()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.process = self._run_kdc("kdc.conf", self.port)

    def _run_kdc(self, profile, port, **environment):
        with open(self.path("output"), "ab") as output:
            process = subprocess.Popen(
                ["krb5kdc", "-n", "-r", REALM], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, **lab.servant(),
                env={**self._whole_environment(), "KRB5_KDC_PROFILE": self.path(profile),
                     **environment})
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
            time.sleep(0.05)
        with open(self.path("output"), encoding="utf-8", errors="replace") as file:
            raise lab.LabError(f"krb5kdc does not answer:\n{file.read()}")

    @contextlib.contextmanager
    def other_clocks(self):
        """Two more KDCs of the realm, with clocks an hour behind and an hour ahead: slow.conf and
        fast.conf, and alice's tickets from there in the caches "slow" and "fast". Where there
        is no faketime there is none of it."""
        with contextlib.ExitStack() as stack:
            if self.has_other_clocks:
                for name, shift in (("slow", "-1h"), ("fast", "+1h")):
                    stack.enter_context(self._other_clock(name, shift))
            yield

    @contextlib.contextmanager
    def _other_clock(self, name, shift):
        port, = lab.free_ports(1)
        config = name + ".conf"
        profile = name + "-kdc.conf"
        with open(self.path("kdc.conf"), encoding="ascii") as file:
            self._write(profile, file.read().replace(f":{self.port}", f":{port}"))
        self.write_config(config, port)
        process = self._run_kdc(profile, port, LD_PRELOAD=glob.glob(FAKETIME)[0], FAKETIME=shift)
        try:
            self.kinit("alice", name, "5h", config=config)
            yield
        finally:
            process.terminate()
            process.wait(10)

    def __exit__(self, *unused):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        shutil.rmtree(self.directory)


@contextlib.contextmanager
def silent_kdc():
    """The port of one that takes everything and answers nothing"""
    with _sockets() as (_, stream, port):
        stream.listen(100)
        yield port


def main():
    with Kdc(["a.test", "auth.x.test", "p.test", "renewed.test"]) as kdc, silent_kdc() as port, \
            kdc.other_clocks():
        kdc.write_config("silent.conf", port)
        kdc.write_config("plain.conf", kdc.port, canonicalize=False)
        kdc.kinit("alice", "expired", "1s")
        # Kerberos counts whole seconds: only then has it expired.
        end = time.monotonic() + 2
        for user in lab.USERS:
            kdc.kinit(user)
        # This one has no ticket for a service, and gets none.
        kdc.kinit("alice", "fresh", "5h")
        kdc.add_service("elsewhere.test", "elsewhere")
        kdc.change_key("renewed.test", "unknown")
        time.sleep(max(0, end - time.monotonic()))
        return subprocess.run(sys.argv[1:], check=False,
                              env={**os.environ, **kdc.server_environment(),
                                   **kdc.client_environment("alice"),
                                   "XMPP_TEST_KERBEROS": kdc.directory}).returncode


if __name__ == "__main__":
    sys.exit(main())
