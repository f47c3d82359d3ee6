# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: manual.py GI-DOCGEN PAGES CONFIG GIR FRONT-PAGE OUTPUT

Builds the manual with gi-docgen, and puts a page of our own before its list of symbols.
"""

import pathlib
import re
import subprocess
import sys

import markdown

import page

DESCRIPTION = re.compile(r'<div class="description">.*?</div>', re.DOTALL)
# Rows of the table on top for which there is no address
EMPTY = re.compile(r'\s*<tr><td><em>\w+</em></td><td><a href="" class="external"></a></td></tr>')
STYLE = """<style>
  .front table { border-collapse: collapse; margin: 1em 0; }
  .front td, .front th { padding: .35em .8em .35em 0; text-align: left; vertical-align: top; }
  .front td:first-child { white-space: nowrap; }
  .front p { max-width: 48em; }
</style>"""


def main():
    gi_docgen, pages, config, gir, front, output = sys.argv[1:]
    subprocess.run([gi_docgen, "generate", "--quiet", "--fatal-warnings", f"--config={config}",
                    f"--output-dir={output}", "--no-namespace-dir", f"--content-dir={pages}", gir],
                   check=True)
    text = page.convert(pathlib.Path(front).read_text(encoding="utf-8"))
    body = markdown.markdown(text, extensions=["tables", "fenced_code", "codehilite"])
    index = pathlib.Path(output, "index.html")
    html, count = DESCRIPTION.subn(lambda _match: f'<div class="description docblock front">{body}</div>',
                                   index.read_text(encoding="utf-8"), count=1)
    if count != 1:
        sys.exit("gi-docgen's front page has no description")
    index.write_text(EMPTY.sub("", html).replace("</head>", f"{STYLE}</head>"), encoding="utf-8")


if __name__ == "__main__":
    main()
