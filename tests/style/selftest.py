#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The checks find what they are there to find."""

import unittest

import forbidden
import layers
import sizes
import tasks
import tree

PATH = tree.ROOT / "libxmpp-glib" / "core" / "xmpp-jid.c"


class Checks(unittest.TestCase):
    def test_tasks(self):
        for text, offends in [
            ("a_async (self, g_task_get_cancellable (task), cb, g_steal_pointer (&task));", True),
            ("a_async (self, cancellable, cb, g_steal_pointer (&task));", False),
            ("if (g_task_return_error_if_cancelled (task))\n"
             "  a_async (self, cb, g_steal_pointer (&task));", False),
            ("return keep (\n  self,\n  ref (task), g_steal_pointer (&task));", True),
            ("use (self->task, g_steal_pointer (&task));", False),
        ]:
            self.assertEqual(bool(list(tasks.check_steals(PATH, text))), offends, text)
        tagged = "g_task_new (self, c, cb, d);\n  g_task_set_source_tag (task, a);"
        self.assertFalse(list(tasks.check_tags(PATH, f"void\na (void)\n{{\n  {tagged}\n}}\n")))
        untagged = "void\na (void)\n{\n  task = g_task_new (self, c, cb, d);\n}\n"
        self.assertTrue(list(tasks.check_tags(PATH, untagged)))

    def test_layers(self):
        for layer, text, offends in [
            ("core", '#include "stream/xmpp-stream.h"', True),
            ("core", '#include "core/xmpp-jid.h"', False),
            ("core", '#include "xmpp-jid.h"', True),
            ("stream", '#include "core/xmpp-jid.h"', False),
            ("sasl", '#include "tls/xmpp-channel-binding.h"', True),
            ("negotiation", '#include "transport/xmpp-connector.h"', True),
        ]:
            self.assertEqual(bool(list(layers.check_includes(PATH, text, layer))), offends, text)
        self.assertTrue(list(layers.check_words(PATH, "XmppStanza *stanza;", "sasl")))
        self.assertFalse(list(layers.check_words(PATH, "XmppStreamError code;", "sasl")))
        self.assertTrue(list(layers.check_plugin(PATH, '#include "core/xmpp-buffer.h"')))

    def test_forbidden(self):
        for kind, text, offends in [
            ("text", "TO" + "DO: later", True),
            ("text", "see /ho" + "me/me/x", True),
            ("text", "autodoc", False),
            ("c", "xmlCtxtUseOptions (c, XML_PARSE_HUGE);", True),
            ("code", "if (strcmp (password, other) == 0)", True),
            ("code", "g_random_int ()", True),
            ("code", "xmpp_random_bytes (a, 1, e)", False),
        ]:
            self.assertEqual(bool(list(forbidden.check(PATH, text, {kind}))), offends, text)

    def test_sizes(self):
        body = "  a ();\n" * 79
        self.assertTrue(list(sizes.check_functions(PATH, f"void\na (void)\n{{\n{body}}}\n")))
        self.assertFalse(list(sizes.check_functions(PATH, "void\na (void)\n{\n  a ();\n}\n")))
        self.assertTrue(list(sizes.check_file(PATH, "\n" * 801)))

    def test_comments(self):
        text = 'a /* "b */ "c /* d" // e\nf'
        self.assertEqual(tree.without_comments(text).split(), ["a", '"c', "/*", 'd"', "f"])
        self.assertEqual(tree.without_comments(text, strings=False).split(), ["a", '"', '"', "f"])


if __name__ == "__main__":
    unittest.main()
