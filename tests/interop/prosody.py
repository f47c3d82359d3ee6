# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Prosody for the tests."""

import hashlib
import hmac
import os
import re
import shutil
import time

import lab
import prosody_cyrus


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
            raise lab.LabError(f"Prosody's launcher sets CFG_{name} {count} times")
    launcher = os.path.join(root, "prosody")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(launcher, 0o755)
    return launcher


def find_prosody(version, cache):
    """The program "0.12" or "13" (or later); on Debian 12 the latter is fetched into @cache,
    and the result is a directory."""
    installed = lab.installed_version()
    match = re.match(r"(\d+)\.(\d+)", installed)
    found = tuple(int(each) for each in match.groups()) if match else (0, 0)
    if found == (0, 12) and version == "0.12" or found >= (13, 0) and version == "13":
        return shutil.which("prosody", path="/usr/bin:/usr/sbin:/usr/local/bin")
    if version != "13":
        raise lab.LabError(f"Prosody {version} is wanted, and '{installed}' is installed: "
                       "see tools/packages")
    return lab.fetch(cache, "backports", "prosody", "prosody-modules")


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
    salted = hashlib.pbkdf2_hmac(name, lab.PASSWORD.encode(), salt.encode(), count)
    client_key = hmac.digest(salted, b"Client Key", name)
    return {
        "salt": salt,
        "iteration_count": count,
        "stored_key": hashlib.new(name, client_key).hexdigest(),
        "server_key": hmac.digest(salted, b"Server Key", name).hex(),
    }


# Asks for the client's certificate, and leaves what is wrong with it to SASL
ASKING = {"verify": ["peer"], "verifyext": ["lsec_continue", "lsec_ignore_purpose"]}

# Where whoever is refused is sent for a token
OPENID_CONFIGURATION = "https://tokens.test/.well-known/openid-configuration"
TOKEN_SCOPE = "xmpp"

# Makes what an application would get elsewhere: two tokens for alice, one of them too old
TOKENS_MODULE = f"""
local tokens = module:depends("tokenauth");
local what_is_said = module:shared("tokenauth/oauthbearer_config");
what_is_said.oidc_discovery_url = {lua(OPENID_CONFIGURATION)};
what_is_said.scope = {lua(TOKEN_SCOPE)};

module:hook_global("server-started", function ()
  local jid = "alice@"..module.host;
  local grant = assert(tokens.create_grant(jid, jid, 3600, {{}}));
  local function make(ttl)
    return (assert(tokens.create_token(jid, grant, nil, ttl, "oauth2", {{}})));
  end
  local file = assert(io.open(module:get_option_string("test_tokens"), "w"));
  file:write(make(3600), "\\n", make(-1), "\\n", "end\\n");
  file:close();
end);
"""


class Prosody(lab.Server):
    """One running server; alice and bob know each other. Kinds of hosts that it has not by itself
    are those of prosody_cyrus.py, some of them with a running KDC only."""

    name = "prosody"
    kinds = tuple(kind for kind in lab.KINDS if kind != "hash512")

    def __init__(self, version, cache, settings=(), kdc=None, **options):
        super().__init__(**options)
        self.version = version
        self.settings = settings
        self.kdc = kdc
        self.program = find_prosody(version, cache)

    def set_up(self):
        if os.path.isdir(self.program):
            # Whoever the server runs as may not be able to read the build directory
            shutil.copytree(self.program, self.path("root"), symlinks=True)
            self.program = _unpacked_launcher(self.path("root"))
        self.log = self.path("log")
        os.makedirs(self.path("cyrus"))
        self.cyrus = prosody_cyrus.Cyrus(self.path("cyrus"), self.kdc)
        self._write_accounts()
        os.makedirs(self.path("modules"))
        self.write("modules/mod_test_tokens.lua", TOKENS_MODULE)
        self.write("modules/mod_test_service_host.lua", prosody_cyrus.NAME_MODULE)
        self._write_config()

    def command(self):
        return [self.program, "-F", "--config", self.config], self.cyrus.environment()

    def logs(self):
        return [self.path("output"), self.path("log")]

    def some_tokens(self):
        """For alice: the kind of host, a token that has expired and a good one (None: there are
        none), the mechanism that takes them, and what the server says of a bad one"""
        said = {"scope": TOKEN_SCOPE, "openid_configuration": OPENID_CONFIGURATION}
        if self.version != "13":
            return "", None, None, None, said
        for _ in range(100):
            if os.path.exists(self.path("tokens")):
                with open(self.path("tokens"), encoding="ascii") as file:
                    lines = file.read().split()
                if len(lines) == 3:
                    return "hash", lines[1], lines[0], "OAUTHBEARER", said
            time.sleep(0.05)
        raise lab.LabError("Prosody has made no tokens")

    def _data(self, host, store, user, table):
        def escape(text):
            return re.sub(rb"[^A-Za-z0-9]", lambda match: b"%%%02x" % ord(match.group()),
                          text.encode()).decode()
        directory = self.path("data", escape(host), store)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, escape(user) + ".dat")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"return {table};\n")

    def _write_accounts(self):
        accounts = {digest: hashed_account(digest) for digest in ("sha1", "sha256")}
        for host, kind in self.hosts.items():
            account = accounts.get(lab.DIGESTS.get(kind), {"password": lab.PASSWORD})
            for user in lab.USERS:
                if kind in prosody_cyrus.KINDS:
                    self.cyrus.add_account(user, host)
                else:
                    self._data(host, "accounts", user, lua(account))
                others = {f"{other}@{host}": {"subscription": "both", "groups": {}}
                          for other in lab.USERS if other != user}
                contacts = lua(others)[1:-1].strip()
                self._data(host, "roster", user,
                           "{ [false] = { version = 1; pending = {} }; " + contacts + " }")

    def _host_config(self, host, kind):
        certificate, key = self.certificate(host)
        ssl = {"certificate": certificate, "key": key, "cafile": self.ca}
        if kind == "tls12":
            ssl["protocol"] = "tlsv1_2"
        lines = [f"VirtualHost {lua(host)}", f"  ssl = {lua(ssl)}"]
        if kind in lab.DIGESTS:
            lines.append('  authentication = "internal_hashed"')
            digest = "SHA-256" if kind == "hash256" else "SHA-1"
            lines.append(f"  password_hash = {lua(digest)}")
            if kind == "hash" and self.version == "13":
                lines.append('  modules_enabled = { "test_tokens" }')
        elif kind in prosody_cyrus.KINDS:
            lines += [f"  {name} = {lua(value)}"
                      for name, value in self.cyrus.settings(host, kind).items()]
        elif kind == "cert":
            lines += ['  authentication = "ccert"',
                      f"  c2s_ssl = {lua({**ssl, **ASKING})}"]
        elif kind == "anon":
            lines.append('  authentication = "anonymous"')
        else:
            lines.append('  authentication = "internal_plain"')
        if self.version == "13":
            digest = self.certificates.end_point_hash(host)
            lines.append(f"  tls_server_end_point_hash = {lua(digest)}")
        return lines

    def _write_config(self):
        # The port for direct TLS picks by the names inside, from all that is in the
        # directory: only good ones may be there.
        shown = self.path("shown")
        os.makedirs(shown)
        for host, kind in self.hosts.items():
            if kind not in ("othername", "tls12"):
                for path in self.certificate(host):
                    shutil.copy(path, shown)
        modules = ["roster", "saslauth", "tls", "disco", "ping"]
        if self.version == "0.12":
            modules.append("posix")
        lines = [
            "daemonize = false",
            f"pidfile = {lua(self.path('pid'))}",
            f"data_path = {lua(self.path('data'))}",
            f"admin_socket = {lua(self.path('socket'))}",
            f"plugin_paths = {{ {lua(self.path('modules'))} }}",
            f"test_tokens = {lua(self.path('tokens'))}",
            f"interfaces = {lua(self.addresses)}",
            f"c2s_ports = {{ {self.port} }}",
            f"c2s_direct_tls_ports = {{ {self.tls_port} }}",
            f"certificates = {lua(shown)}",
            f"ssl = {{ cafile = {lua(self.ca)}; capath = nil }}",
            # Whoever calls is asked for a certificate there, whatever the host.
            f"c2s_direct_tls_ssl = {lua({'cafile': self.ca, **ASKING})}",
            "c2s_require_encryption = true",
            "allow_registration = false",
            f"modules_enabled = {lua(modules)}",
            'modules_disabled = { "limits"; "s2s"; "http"; "https" }',
            'log = { { levels = { min = "debug" }; to = "file"; '
            f"filename = {lua(self.log)} }} }}",
            *self.settings,
        ]
        for host, kind in self.hosts.items():
            lines += [""] + self._host_config(host, kind)
        self.config = self.write("prosody.cfg.lua", "\n".join(lines) + "\n")
