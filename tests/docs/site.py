#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: site.py SITE SOURCE-OF-PAGES

The manual as it was built: every local link and picture leads somewhere, to a place on the page
too; every page of docs/ is there, and the front page leads to each.
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    """What a page refers to, and the places on it that can be referred to."""

    def __init__(self, path):
        super().__init__()
        self.links = []
        self.places = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if values.get("id"):
            self.places.add(values["id"])
        if tag == "a" and values.get("name"):
            self.places.add(values["name"])
        for name in ("href", "src"):
            if values.get(name):
                self.links.append(values[name])


def check_link(site, pages, page, link):
    """What is wrong with it, or None."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        return None if parts.scheme in ("https", "data", "javascript") else "is no link to a page"
    target = site / urllib.parse.unquote(parts.path) if parts.path else page
    if not target.is_file():
        return "is not there"
    if parts.fragment and target in pages:
        places = pages[target].places
        if urllib.parse.unquote(parts.fragment) not in places:
            return "is no place on that page"
    return None


def main():
    site, source = (pathlib.Path(word) for word in sys.argv[1:3])
    pages = {path: Page(path) for path in sorted(site.glob("*.html"))}
    offences = []
    links = 0
    for path, page in pages.items():
        for link in page.links:
            links += 1
            why = check_link(site, pages, path, link)
            if why is not None:
                offences.append(f"{path.name}: {link} {why}")
    front = pages[site / "index.html"].links
    for name in sorted(path.stem + ".html" for path in source.glob("*.md")):
        if not (site / name).is_file():
            offences.append(f"{name}: not in the manual")
        elif name not in front:
            offences.append(f"{name}: the front page does not lead there")
    for offence in sorted(set(offences)):
        print(offence)
    print(f"{len(pages)} pages, {links} links, {len(set(offences))} offences")
    return 1 if offences or len(pages) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
