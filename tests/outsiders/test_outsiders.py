#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What somebody does who has the library installed: the plug-ins of examples/plugins/, and
docs/sasl-module.md from its first command to the last."""

import sys
import unittest

if __name__ == "__main__":
    unittest.main(None, argv=[sys.argv[0], "test_guide", "test_plugins"])
