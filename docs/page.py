# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: page.py INPUT OUTPUT

A page as gi-docgen wants it: the first heading as its title, links to pages as they are named
in the manual. A line "@include FILE" becomes that file of the tree, without its licence.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def include(match):
    lines = (ROOT / match.group(1)).read_text(encoding="utf-8").split("\n")
    return "\n".join(line for line in lines
                     if "SPDX-License-Identifier" not in line and "Copyright (C)" not in line).strip()


def convert(text):
    """The text with its links and includes resolved."""
    text = re.sub(r"\]\((?!https?:)([\w-]+)\.md([)#])", r"](\1.html\2", text)
    return re.sub(r"^@include (\S+)$", include, text, flags=re.MULTILINE)


def main():
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    heading, rest = text.split("\n", 1)
    pathlib.Path(sys.argv[2]).write_text(f"Title: {heading.lstrip('# ')}\n\n{convert(rest)}",
                                         encoding="utf-8")


if __name__ == "__main__":
    main()
