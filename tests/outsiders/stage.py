# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The library installed into a directory of its own, and what somebody builds with it: by
pkg-config, and from nowhere else."""

import atexit
import functools
import os
import re
import shutil
import subprocess
import tempfile


def find(top, name):
    """The directory below @top that has the file @name"""
    for folder, _, names in os.walk(top):
        if name in names:
            return folder
    raise FileNotFoundError(name)


class Stage:
    def __init__(self, meson, build, prefix):
        self._folder = tempfile.TemporaryDirectory()
        self.path = self._folder.name
        self.prefix = os.path.join(self.path, "installed") + prefix
        subprocess.run([meson, "install", "-C", build, "--no-rebuild", "--quiet", "--destdir",
                        os.path.join(self.path, "installed")], check=True,
                       stdout=subprocess.DEVNULL)
        packages = find(self.prefix, "xmpp-glib-1.0.pc")
        package = os.path.join(packages, "xmpp-glib-1.0.pc")
        with open(package, encoding="utf-8") as file:
            text = file.read()
        with open(package, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)^prefix=.*", f"prefix={self.prefix}", text))
        self.libraries = os.path.dirname(packages)
        self.modules = os.path.join(self.libraries, "xmpp-glib-1.0", "sasl")
        self.environment = dict(os.environ, PKG_CONFIG_PATH=packages,
                                LD_LIBRARY_PATH=self.libraries, XMPP_SASL_MODULE_PATH=self.modules,
                                PATH=f"{self.prefix}/bin:{os.environ['PATH']}")
        self.flags = self.run("pkg-config", "--cflags", "--libs", "xmpp-glib-1.0").split()

    def run(self, *command, **options):
        """What a program has printed; where it fails that is in the exception."""
        options.setdefault("env", self.environment)
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, text=True, check=False, **options)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}")
        return result.stdout

    def make_folder(self, name, *files):
        """A directory with copies of files"""
        folder = os.path.join(self.path, name)
        os.makedirs(folder, mode=0o755)
        for file in files:
            shutil.copy(file, folder)
        return folder

    def build_c(self, folder, source, module):
        self.run("cc", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wl,-z,defs",
                 "-shared", "-fPIC", source, "-o", os.path.join(folder, module), *self.flags)

    def build_vala(self, folder, source, module):
        vapis = find(self.prefix, "xmpp-glib-1.0.vapi")
        self.run("valac", "--fatal-warnings", "--vapidir", vapis, "--pkg", "xmpp-glib-1.0",
                 "--library=badge", "-X", "-shared", "-X", "-fPIC", "-X", "-w",
                 *(word for flag in self.flags if flag.startswith(("-I", "-L"))
                   for word in ("-X", flag)),
                 "-o", module, source, cwd=folder)

    def remove(self):
        self._folder.cleanup()


@functools.cache
def shared():
    """One for all tests of a program"""
    made = Stage(os.environ["MESON"], os.environ["BUILD"], os.environ["PREFIX"])
    atexit.register(made.remove)
    return made
