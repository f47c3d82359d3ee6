# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: where.py PREFIX FALLBACK

The folder below the prefix where this Python looks for modules; Debian's has two for /usr/local
and /usr. Where it looks nowhere there, the fallback.
"""

import site
import sys

folders = [folder for folder in site.getsitepackages() if folder.startswith(sys.argv[1] + "/lib")]
print(folders[0] if folders else sys.argv[2])
