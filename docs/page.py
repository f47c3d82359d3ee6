# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: page.py INPUT OUTPUT

A page as gi-docgen wants it: the first heading as its title, links to pages as they are named
in the manual.
"""

import re
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        text = stream.read()
    heading, rest = text.split("\n", 1)
    rest = re.sub(r"\]\((?!https?:)([\w-]+)\.md\)", r"](\1.html)", rest)
    with open(sys.argv[2], "w", encoding="utf-8") as stream:
        stream.write(f"Title: {heading.lstrip('# ')}\n\n{rest}")


if __name__ == "__main__":
    main()
