# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""ejabberd for the tests.

Its start script wants root, or a user of its own, and fixed folders; here Erlang is started
directly, as one that belongs to no cluster. The accounts are made by the server itself once it
runs, and then it says that it is ready.
"""

import glob
import json
import os
import re

import lab

# All that it knows but DIGEST-MD5
OTHER_MECHANISMS = ["PLAIN", "X-OAUTH2", "EXTERNAL",
                    *(f"SCRAM-SHA-{each}{plus}" for each in (1, 256, 512) for plus in ("", "-PLUS"))]

READY = "ejabberd has its accounts"

# What 24.12 needs that is newer than in Debian 12
PACKAGES = ("ejabberd", "erlang-jose",
            *(f"erlang-p1-{name}" for name in (
                "acme", "cache-tab", "eimp", "mqtree", "pkix", "stringprep", "stun", "tls", "utils",
                "xml", "xmpp", "yaml", "yconf", "zlib")))


def find_ejabberd(version, cache):
    """Where the modules of "23" or "24" (or later) are; on Debian 12 the latter is fetched into
    @cache."""
    installed = lab.installed_version("ejabberd")
    match = re.match(r"\d+", installed)
    found = int(match.group()) if match else 0
    root = "/"
    if not (found == 23 and version == "23" or found >= 24 and version == "24"):
        if version != "24":
            raise lab.LabError(f"ejabberd {version} is wanted, and '{installed}' is installed: "
                               "see tools/packages")
        root = lab.fetch(cache, "backports-ejabberd", *PACKAGES)
    places = glob.glob(os.path.join(root, "usr/lib/*/ejabberd-*/ebin"))
    if root != "/":
        places += glob.glob(os.path.join(root, "usr/lib/erlang/lib/*/ebin"))
    if not places:
        raise lab.LabError(f"no ejabberd below {root}")
    return places


class Ejabberd(lab.Server):
    """One running server"""

    name = "ejabberd"
    kinds = (*lab.KINDS, "digest")

    def __init__(self, version, cache, **options):
        super().__init__(**options)
        self.version = version
        self._modules = find_ejabberd(version, cache)

    def set_up(self):
        shown = []
        for host, kind in self.hosts.items():
            if kind == "othername":
                continue    # gets one of the others
            certificate, key = self.certificate(host)
            both = ""
            for path in (certificate, key):
                with open(path, encoding="ascii") as file:
                    both += file.read()
            shown.append(self.write(f"{host}.pem", both))
        os.makedirs(self.path("spool"))
        self._write_config(shown)
        self._write_accounts()

    def _write_config(self, shown):
        own = {}
        for host, kind in self.hosts.items():
            if kind in lab.DIGESTS:
                own[host] = {"auth_password_format": "scram",
                             "auth_scram_hash": lab.DIGESTS[kind].replace("sha1", "sha")}
            elif kind == "anon":
                own[host] = {"auth_method": ["anonymous"], "anonymous_protocol": "sasl_anon"}
            elif kind == "tls12":
                own[host] = {"c2s_protocol_options": ["no_sslv3", "no_tlsv1_3"]}
            elif kind == "digest":
                own[host] = {"disable_sasl_mechanisms": OTHER_MECHANISMS}
        listeners = []
        for address in self.addresses:
            listeners += [
                {"port": self.port, "ip": address, "module": "ejabberd_c2s",
                 "starttls_required": True, "tls_verify": True, "cafile": self.ca},
                {"port": self.tls_port, "ip": address, "module": "ejabberd_c2s", "tls": True,
                 "tls_verify": True, "cafile": self.ca},
            ]
        # JSON is YAML, too.
        self.config = self.write("ejabberd.yml", json.dumps({
            "hosts": list(self.hosts), "loglevel": "info", "log_rotate_count": 0,
            "ca_file": self.ca, "certfiles": shown, "auth_password_format": "plain",
            "disable_sasl_mechanisms": [], "host_config": own, "listen": listeners,
            "oauth_access": "all",
            "modules": {"mod_roster": {}, "mod_disco": {}, "mod_ping": {}},
        }, indent=1))

    def _write_accounts(self):
        accounts = ", ".join(f'{{<<"{user}">>, <<"{host}">>}}' for host in self.hosts
                             for user in lab.USERS if self.hosts[host] != "anon")
        # What the command of the administrator calls; newer ones take scopes one by one.
        scopes = '"sasl_auth"' if self.version == "23" else '[<<"sasl_auth">>]'
        self.write("accounts", f"""
            [ok = ejabberd_auth:try_register(User, Host, <<"{lab.PASSWORD}">>)
             || {{User, Host}} <- [{accounts}]],
            {{Token, _, _}} =
                ejabberd_oauth:oauth_issue_token("alice@{self.domain}", 3600, {scopes}),
            ok = file:write_file("{self.path("token")}", Token),
            io:format("{READY}~n").
        """)

    def some_tokens(self):
        """For alice: the kind of host, a bad token and a good one, the mechanism that takes them,
        and what the server says of a bad one"""
        with open(self.path("token"), encoding="ascii") as file:
            return ("", "bad", file.read(), "X-OAUTH2",
                    {"scope": None, "openid_configuration": None})

    def command(self):
        paths = [word for place in self._modules for word in ("-pa", place)]
        return ["erl", "-noinput", *paths, "-mnesia", "dir", json.dumps(self.path("spool")),
                "-s", "ejabberd", "-eval",
                f'ok = file:eval("{self.path("accounts")}").'], {
                    "EJABBERD_CONFIG_PATH": self.config,
                    "EJABBERD_LOG_PATH": self.path("log"),
                    "ERL_CRASH_DUMP": "/dev/null",
                }

    def is_ready(self):
        with open(self.path("output"), encoding="utf-8", errors="replace") as file:
            return READY in file.read()
