# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""docs/sasl-module.md: its commands, one after the other, up to the login."""

import os
import pathlib
import re
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp  # noqa: E402

import receiving  # noqa: E402
import stage  # noqa: E402
import lab  # noqa: E402
import server  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/sasl-module.md").read_text(encoding="utf-8")

TOOL = """#!/bin/sh
LD_PRELOAD={world} XMPP_TEST_ADDRESS={address} XMPP_TEST_AUTHORITY={authority} exec {tool} "$@"
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


class Session(receiving.Session):
    """Looks for the module when it is needed: by then the reader has built it."""

    def authenticate(self):
        self.server.registry.add_directory(self.server.folder)
        super().authenticate()


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = stage.shared()
        cls.folder = made.make_folder("guide")
        os.symlink(ROOT / "examples", os.path.join(cls.folder, "examples"))
        certificates = lab.Certificates(os.path.join(cls.folder, "certificates"))
        certificates.issue("example.net")
        cls.host = server.at_port_5222(Xmpp.SaslRegistry.new(), "X-LOCK", kind=receiving.Server,
                                       session=Session, paths=certificates.paths("example.net"))
        cls.host.folder = os.path.join(cls.folder, "lock")
        tool = os.path.join(made.make_folder("guide/bin"), "xmpp-tool")
        with open(tool, "w", encoding="utf-8") as file:
            file.write(TOOL.format(world=os.environ["WORLD"], address=cls.host.address,
                                   authority=certificates.ca, tool=f"{made.prefix}/bin/xmpp-tool"))
        os.chmod(tool, 0o755)
        environment = dict(made.environment, G_DEBUG="fatal-criticals",
                           PATH=f"{os.path.dirname(tool)}:{made.environment['PATH']}")
        with cls.host:
            cls.said = made.run("sh", "-euxc", "\n".join(blocks("sh")), cwd=cls.folder,
                                env=environment)
            cls.session = cls.host.wait()

    def test_test(self):
        """The test of the template ran, and all of it"""
        self.assertEqual(re.findall(r"(?m)^(not )?ok \d+", self.said), [""] * 4)

    def test_listed(self):
        """As the page shows it"""
        shown = re.search(r"(?m)^    (X-LOCK .*)\u2026(/lock/lock\.sasl)$", PAGE)
        self.assertRegex(self.said, rf"(?m)^{shown.group(1)}.*{shown.group(2)}$")
        self.assertNotIn("broken:", self.said)

    def test_logged_in(self):
        self.assertEqual(self.session.user, "romeo")
        self.assertTrue(self.session.heard.endswith("</stream:stream>"), self.session.heard)
        self.assertNotIn("warning", self.said)

    def test_description(self):
        self.assertEqual(blocks("ini"), [(ROOT / "examples/plugins/badge/badge.sasl")
                                         .read_text(encoding="utf-8")])

    def test_programs(self):
        """The programs that the page shows are those that the other tests run."""
        for suffix, language in (("c", "c"), ("vala", "vala"), ("py", "python"), ("js", "js")):
            self.assertEqual(blocks(language), [f"@include examples/plugins/badge/badge.{suffix}\n"])

    def test_places(self):
        """The template has the three places that the page speaks of."""
        template = ROOT / "examples/plugins/template"
        text = "".join((template / name).read_text(encoding="utf-8")
                       for name in ("template.c", "template.sasl"))
        self.assertEqual(re.findall(r"(?m)^(?:/\*|#) (\d)\. ", text), ["1", "2", "3"])
