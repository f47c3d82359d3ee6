#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool mechanisms: what there is, and one line for each module, file and directory that is
not as it should be (L3, L4)."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

TOOL = os.environ["XMPP_TOOL"]
MODULES = os.environ["TEST_MODULES"]
# Of a library that is installed, which the tool looks into as well
INSTALLED = os.environ["INSTALLED_MODULES"] + "/"
PLAIN = next(folder for folder in os.environ["XMPP_SASL_MODULE_PATH"].split(":")
             if os.path.exists(os.path.join(folder, "plain.sasl")))

MODULE = "[SASL Module]\nApi=1\nLibrary=libtest-good.so\n"
GROUP = "[{}]\nRoles=client\nFacts=\nStrength=5\nFields=\n"
GOOD = ["PLAIN", "X-GOOD", "X-GOOD-FIELDS", "X-GOOD-TOO"]

# In the directory with the modules: mechanism, what is at fault, the reason
FAULTY = [
    ("X-ABSTRACT", "libtest-good.so", "The type XmppSaslMechanism for X-ABSTRACT is abstract"),
    ("X-MISSING", "libtest-missing.so", "It cannot be opened: No such file or directory"),
    ("X-NO-ENTRY", "libtest-no-entry.so",
     "The module has no function xmpp_sasl_module_get_type()"),
    ("X-OBJECT", "libtest-good.so", "The type XmppCredential for X-OBJECT is no XmppSaslMechanism"),
    ("X-OLD", "libtest-old.so", "GObject refuses the type for X-OLD: specified class size"),
    ("X-ONE-SIDED", "libtest-good.so",
     "The module does not play the server's side of X-ONE-SIDED, as its description says"),
    ("X-STRANGER", "libtest-good.so", "The module does not know X-STRANGER"),
    ("X-TAKEN", "libtest-taken.so",
     "GObject refuses the type for X-TAKEN: cannot register existing type 'TestGood'"),
    ("X-TEXT", "libtest-text.so", "file too short"),
    ("X-UNDEFINED", "libtest-undefined.so", "undefined symbol: test_function_of_a_later_library"),
]

# Descriptions: name, text, the reason
DESCRIPTIONS = [
    ("api", "[SASL Module]\nApi=2\nLibrary=libtest-good.so\n",
     "Api=2, and this library has the module interface 1"),
    ("lies", MODULE.replace("test-good", "xmpp-sasl-plain") + GROUP.format("PLAIN"),
     "[PLAIN] The description is corrected: it is plain-text, it is needs-tls"),
    ("text", "no key file\n", "Key file"),
    ("twice", MODULE + GROUP.format("X-GOOD"),
     "X-GOOD is also in {modules}/good.sasl, which comes first"),
]


def run(*arguments, path=None, debug="fatal-criticals"):
    environment = dict(os.environ, G_DEBUG=debug)
    if path is not None:
        environment["XMPP_SASL_MODULE_PATH"] = ":".join(path)
    return subprocess.run([TOOL, *arguments], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


def list_mechanisms(path=None, debug="fatal-criticals"):
    """(mechanisms, broken) of the tool's JSON"""
    result = run("mechanisms", "--json", path=path, debug=debug)
    assert (result.returncode, result.stderr) == (0, ""), result
    listing = json.loads(result.stdout)
    assert list(listing) == ["mechanisms", "broken"]
    return [[each for each in rows if not each["file"].startswith(INSTALLED)]
            for rows in listing.values()]


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Folders:
    """Directories of every kind, and what is to be said of them: (file, reason)"""

    def __init__(self, top):
        self.expected = [(f"{MODULES}/{library}", reason) for _, library, reason in FAULTY]
        self.path = [MODULES]
        descriptions = self._make(top, "descriptions")
        shutil.copy(os.path.join(PLAIN, "libxmpp-sasl-plain.so"), descriptions)
        for name, text, reason in DESCRIPTIONS:
            self.expected.append((write(descriptions, name + ".sasl", text),
                                  reason.format(modules=MODULES)))
        self._expect(self._open(top, "open"), "Everybody can write to the directory")
        target = self._open(top, "target")
        os.symlink(target, os.path.join(top, "link"))
        self._expect(os.path.join(top, "link"), "Everybody can write to the directory")
        self._expect("relative/directory", "The directory is not an absolute path without “..”")
        self._expect(os.path.join(top, "nowhere"), "The directory cannot be opened")
        # The file is no one else's, but what it leads to may be exchanged.
        led = self._make(top, "led")
        shutil.copy(os.path.join(MODULES, "libtest-good.so"), target)
        os.symlink(os.path.join(target, "libtest-good.so"), os.path.join(led, "libtest-good.so"))
        write(led, "led.sasl", MODULE + GROUP.format("X-LED"))
        self.expected.append((os.path.join(led, "libtest-good.so"),
                              "Everybody can write to the directory that it leads to"))

    def _make(self, top, name):
        folder = os.path.join(top, name)
        os.mkdir(folder, 0o700)
        self.path.append(folder)
        return folder

    def _open(self, top, name):
        folder = os.path.join(top, name)
        os.mkdir(folder)
        write(folder, "open.sasl", MODULE + GROUP.format("X-OPEN"))
        os.chmod(folder, 0o777)
        return folder

    def _expect(self, folder, reason):
        self.path.append(folder)
        self.expected.append((folder, reason))


class Broken(unittest.TestCase):
    """One clear line each, and the others go on. GObject says more, which is not for us to end
    the program for."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.folders = Folders(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, lines):
        """@lines: (file, reason)"""
        for file, reason in self.folders.expected:
            found = [line for line in lines if line[0] == file and reason in line[1]]
            self.assertEqual(len(found), 1, (file, reason, lines))
            lines.remove(found[0])
            self.assertNotIn("\n", found[0][1])
        self.assertEqual(lines, [])

    def test_json(self):
        mechanisms, broken = list_mechanisms(path=self.folders.path, debug="")
        self.check([(each["file"], each["reason"]) for each in broken])
        loaded = {each["name"]: each["loaded"] for each in mechanisms}
        self.assertEqual([name for name in loaded if loaded[name]], GOOD)
        self.assertNotIn("X-OPEN", loaded)
        self.assertLessEqual({name for name, _, _ in FAULTY}, set(loaded))

    def test_text(self):
        result = run("mechanisms", path=self.folders.path, debug="")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = [line for line in result.stdout.splitlines() if INSTALLED not in line]
        prefix = "broken: "
        self.check([tuple(line.removeprefix(prefix).split(": ", 1)) for line in lines
                    if line.startswith(prefix)])
        rest = [line for line in lines if not line.startswith(prefix)]
        self.assertEqual([line.split()[0] for line in rest], GOOD)


class Mechanisms(unittest.TestCase):
    def test_json(self):
        mechanisms, broken = list_mechanisms()
        self.assertEqual(broken, [])
        by_name = {each["name"]: each for each in mechanisms}
        for name in ("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
                     "SCRAM-SHA-256-PLUS"):
            self.assertIn(name, by_name)
            each = by_name[name]
            self.assertEqual(list(each), ["name", "roles", "facts", "strength", "fields",
                                          "file", "loaded"])
            self.assertEqual(each["roles"], ["client", "server"])
            self.assertTrue(each["file"].endswith(".sasl"))
            self.assertIs(each["loaded"], True)
        self.assertIn("plain-text", by_name["PLAIN"]["facts"])
        self.assertIn("mutual", by_name["SCRAM-SHA-1"]["facts"])
        self.assertIn("channel-binding", by_name["SCRAM-SHA-256-PLUS"]["facts"])
        self.assertIn("password", by_name["PLAIN"]["fields"])

    def test_text(self):
        result = run("mechanisms")
        self.assertEqual(result.returncode, 0, result)
        self.assertRegex(result.stdout, r"(?m)^SCRAM-SHA-256 .*scram.*\.sasl$")

    def test_none(self):
        """A build that was not installed says where it has looked."""
        with tempfile.TemporaryDirectory() as folder:
            result = run("mechanisms", path=[folder])
            self.assertEqual(result.returncode, 0 if result.stdout else 1, result)
            self.assertEqual("XMPP_SASL_MODULE_PATH" in result.stderr, result.stdout == "")


if __name__ == "__main__":
    unittest.main()
