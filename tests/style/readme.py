#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""README shows the programs of examples/, which are built, and commands that there are; what the
pages name is there."""

import os
import re
import sys

import tree

FOLDERS = "(?:bindings|docs|examples|gir|libxmpp-glib|plugins|tests|tools)"
SHOWN = {"c": "examples/hello.c", "js": "examples/hello.js", "python": "examples/hello.py",
         "vala": "examples/hello.vala"}

# tools/check runs the first three, and the test "installed" the last one.
MESON = ("setup", "compile", "test", "devenv", "install")
SYSTEM = ("ldconfig",)


def code(path):
    """A program without the lines on its licence."""
    lines = tree.read(path).split("\n")
    return "\n".join(lines[2:]).strip()


def commands(readme):
    """The commands of the indented lines, without what is said of them."""
    prose = re.sub(r"^```.*?^```$", "", readme, flags=re.DOTALL | re.MULTILINE)
    for line in re.findall(r"^    (\S.*)$", prose, re.MULTILINE):
        for command in line.split(" && "):
            yield re.split(r"  |\u2026| JID", command)[0].split()


def check_command(words):
    """What is wrong with a command of README, or None. Those in ```sh the test "installed" runs."""
    if words[0].startswith("tools/"):
        return None if os.access(tree.ROOT / words[0], os.X_OK) else "is no program"
    if words[0] == "xmpp-tool":
        table = tree.read(tree.ROOT / "tools/tool-main.c")
        return None if f'"{words[1]}"' in table else "is no command of xmpp-tool"
    if words[0] == "meson":
        return None if words[1] in MESON else "is unknown to this test"
    return None if words[0] in SYSTEM else "is unknown to this test"


def main():
    offences = []
    readme = tree.read(tree.ROOT / "README.md")
    for language, name in SHOWN.items():
        blocks = re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)
        if [block.strip() for block in blocks] != [code(tree.ROOT / name)]:
            offences.append(f"README.md: the {language} example is not {name}")
    for words in commands(readme):
        why = check_command(words)
        if why is not None:
            offences.append(f"README.md: {' '.join(words)} {why}")
    options = tree.read(tree.ROOT / "meson_options.txt")
    for option in re.findall(r"-D(\w+)=", readme):
        if f"option('{option}'" not in options:
            offences.append(f"README.md: there is no option {option}")
    compile(tree.read(tree.ROOT / SHOWN["python"]), SHOWN["python"], "exec")
    pages = tree.files(".md")
    for path in pages:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", tree.read(path)):
            if not (path.parent / target).exists():
                offences.append(f"{tree.where(path)}: {target} is not there")
        for target in re.findall(rf"`({FOLDERS}/[\w./-]*)[` ]", tree.read(path)):
            if not (tree.ROOT / target).exists():
                offences.append(f"{tree.where(path)}: {target} is not there")
    return tree.verdict(offences, len(pages))


if __name__ == "__main__":
    sys.exit(main())
