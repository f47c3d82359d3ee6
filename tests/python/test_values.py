#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Values through the typelib: what the C tests say of them, seen from Python."""

import os
import tempfile
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402


class Jid(unittest.TestCase):
    def test_parts(self):
        jid = Xmpp.Jid.new("Romeo@Example.NET/Orchard")
        self.assertEqual(jid.get_local(), "romeo")
        self.assertEqual(jid.get_domain(), "example.net")
        self.assertEqual(jid.get_resource(), "Orchard")
        self.assertEqual(jid.to_string(), "romeo@example.net/Orchard")
        self.assertFalse(jid.is_bare())
        self.assertEqual(jid.dup_bare().to_string(), "romeo@example.net")
        self.assertTrue(jid.equal_bare(Xmpp.Jid.new("romeo@example.net")))
        self.assertIsNone(Xmpp.Jid.new("example.net").get_local())
        self.assertEqual(Xmpp.Jid.escape_local("d'artagnan"), "d\\27artagnan")

    def test_malformed(self):
        for text in ("", "@example.net", "a@b@c", "romeo@example.net/"):
            with self.assertRaises(GLib.Error) as caught:
                Xmpp.Jid.new(text)
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                     Gio.IOErrorEnum.INVALID_DATA), text)


class Texts(unittest.TestCase):
    """C would take a text to end at its first U+0000, and nobody would be told."""

    def assert_refused(self, call, *arguments, **named):
        with self.assertRaises(GLib.Error) as caught:
            call(*arguments, **named)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.INVALID_DATA), caught.exception)

    def test_functions(self):
        to = "juliet@example.net"
        chat = Xmpp.StanzaType.CHAT
        for call, *arguments in ((Xmpp.Jid.new, to + "/x\0y"),
                                 (Xmpp.Jid.new_from_parts, "juliet\0", "example.net", None),
                                 (Xmpp.Element.new, "a\0b", None),
                                 (Xmpp.Element.new_from_string, "<a/>\0<b/>"),
                                 (Xmpp.Stanza.new_message, chat, to, "Hello\0"),
                                 (Xmpp.Stanza.new_message, chat, to + "\0", "Hello"),
                                 (Xmpp.Stanza.new_presence, Xmpp.StanzaType.AVAILABLE, to, "\0"),
                                 (Xmpp.sasl_prepare, "a\0b", False),
                                 (Xmpp.jid_escape_local, "a\0b")):
            self.assert_refused(call, *arguments)
        self.assert_refused(Xmpp.Stanza.new_message, stanza_type=chat, to=to, body="a\0b")

    def test_methods(self):
        element = Xmpp.Element.new("a", None)
        stanza = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, None, "Hello")
        client = Xmpp.Client("romeo@example.net")
        for call, *arguments in ((element.set_text, "a\0b"), (element.append_text, "a\0b"),
                                 (element.set_attribute, "name", "a\0b"),
                                 (element.append_child, "b", None, "a\0b"),
                                 (stanza.set_id, "a\0b"), (stanza.set_to, "example.net\0"),
                                 (client.set_resource, "a\0b"), (client.set_pins, ["\0"]),
                                 (client.close_async, "Goodbye\0", None, print)):
            self.assert_refused(call, *arguments)
        self.assertEqual(element.to_string(), "<a/>")
        self.assertEqual(stanza.get_body(), "Hello")
        self.assertIsNone(stanza.get_to())

    def test_properties(self):
        for name, value in (("resource", "a\0b"), ("pins", ["a\0b"])):
            self.assert_refused(Xmpp.Client, "romeo@example.net", **{name: value})
        client = Xmpp.Client("romeo@example.net", lang="en")
        self.assert_refused(client.set_property, "lang", "de\0")
        self.assert_refused(client.set_properties, lang="de\0")
        self.assert_refused(setattr, client.props, "lang", "de\0")
        self.assertEqual(client.props.lang, "en")
        client.props.lang = "de"
        self.assertEqual(client.get_lang(), "de")
        self.assertIn("lang", [parameter.name for parameter in client.props])


class Element(unittest.TestCase):
    def test_tree(self):
        query = Xmpp.Element.new("query", "jabber:iq:version")
        name = query.add_child(Xmpp.Element.new("name", None))
        name.set_text("<&>")
        query.set_attribute("node", "a'b")
        again = Xmpp.Element.new_from_string(query.to_string())
        self.assertEqual(again.get_xmlns(), "jabber:iq:version")
        self.assertEqual(again.get_attribute("node"), "a'b")
        self.assertIsNone(again.get_attribute("other"))
        self.assertEqual(again.get_child("name", None).get_text(), "<&>")

    def test_part_outlives_the_whole(self):
        part = Xmpp.Element.new_from_string("<a xmlns='x'><b>text</b></a>").get_child("b", "x")
        self.assertEqual(part.get_text(), "text")

    def test_malformed(self):
        with self.assertRaises(GLib.Error) as caught:
            Xmpp.Element.new_from_string("<a><b></a>")
        self.assertTrue(caught.exception.matches(Xmpp.stream_error_quark(),
                                                 Xmpp.StreamError.NOT_WELL_FORMED))
        with self.assertRaises(GLib.Error):
            Xmpp.Element.new("no name", None).check()


class Stanza(unittest.TestCase):
    def test_message(self):
        to = Xmpp.Jid.new("juliet@example.org")
        message = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, "Hello")
        self.assertEqual(message.get_kind(), Xmpp.StanzaKind.MESSAGE)
        self.assertEqual(message.get_stanza_type(), Xmpp.StanzaType.CHAT)
        self.assertEqual(message.get_body(), "Hello")
        self.assertEqual(message.get_to().to_string(), "juliet@example.org")
        self.assertIsNone(message.get_from())
        self.assertEqual(message.get_element().get_name(), "message")

    def test_reply(self):
        query = Xmpp.Stanza.new_iq(Xmpp.StanzaType.GET, None, Xmpp.Element.new("ping", "urn:xmpp:ping"))
        query.set_from(Xmpp.Jid.new("juliet@example.org/balcony"))
        query.set_id("1")
        reply = query.reply()
        self.assertEqual(reply.get_stanza_type(), Xmpp.StanzaType.RESULT)
        self.assertEqual(reply.get_to().to_string(), "juliet@example.org/balcony")
        self.assertEqual(reply.get_id(), "1")
        with self.assertRaises(GLib.Error):
            reply.reply()
        refusal = query.reply_error(Xmpp.StanzaErrorType.CANCEL,
                                    Xmpp.StanzaError.SERVICE_UNAVAILABLE, None)
        error = refusal.dup_error()
        self.assertTrue(error.matches(Xmpp.stanza_error_quark(),
                                      Xmpp.StanzaError.SERVICE_UNAVAILABLE))
        self.assertEqual(Xmpp.error_dup_nick(error), "service-unavailable")


class Others(unittest.TestCase):
    def test_error_domains(self):
        for quark, name in ((Xmpp.stream_error_quark(), "xmpp-stream-error-quark"),
                            (Xmpp.stanza_error_quark(), "xmpp-stanza-error-quark"),
                            (Xmpp.sasl_error_quark(), "xmpp-sasl-error-quark"),
                            (Xmpp.connection_error_quark(), "xmpp-connection-error-quark")):
            self.assertEqual(GLib.quark_to_string(quark), name)

    def test_advice(self):
        wrong = GLib.Error.new_literal(Xmpp.sasl_error_quark(), "refused",
                                       Xmpp.SaslError.NOT_AUTHORIZED)
        self.assertEqual(Xmpp.error_get_advice(wrong), Xmpp.ErrorAdvice.ASK_CREDENTIAL)

    def test_limits(self):
        limits = Xmpp.Limits.new()
        self.assertEqual(limits.props.sasl_steps, 10)
        limits.props.depth = 32
        self.assertEqual(limits.props.depth, 32)

    def test_random(self):
        self.assertEqual(len(Xmpp.random_new(16).get_data()), 16)
        self.assertNotEqual(Xmpp.random_new(16).get_data(), Xmpp.random_new(16).get_data())

    def test_state_store(self):
        self.check_store(Xmpp.MemoryStateStore.new())

    def test_file_state_store(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check_store(Xmpp.FileStateStore.new(folder))
            path = os.path.join(folder, "file")
            store = Xmpp.FileStateStore.new_for_file(path)
            self.assertIsInstance(store, Xmpp.FileStateStore)
            self.assertEqual(store.props.file, path)
            self.check_store(store)
            self.check_store(Xmpp.FileStateStore(file=path))
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def check_store(self, store):
        loop = GLib.MainLoop()
        found = []

        def loaded(store, result):
            found.append(store.load_finish(result))
            loop.quit()

        def saved(store, result):
            self.assertTrue(store.save_finish(result))
            store.load_async("romeo@example.net", None, loaded)

        state = GLib.Variant("a{sv}", {"token": GLib.Variant("s", "abc")})
        store.save_async("romeo@example.net", state, None, saved)
        loop.run()
        self.assertEqual(found[0].unpack(), {"token": "abc"})


if __name__ == "__main__":
    unittest.main()
