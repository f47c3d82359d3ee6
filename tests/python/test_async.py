#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Xmpp with async and await: operations, iteration, cancellation, errors, the event loop."""

import asyncio
import os
import pathlib
import signal
import sys
import threading
import unittest

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "languages"))

import server  # noqa: E402

JULIET = "juliet@example.net/balcony"
SECONDS = 20


def client_of(host, credential="secret"):
    return Xmpp.Client("romeo@example.net", credential, server_host="127.0.0.1",
                       server_port=host.port, insecure_loopback=True)


def run(test, script=server.Session.leave):
    """Runs test (client, host) beside a server that follows the script."""
    async def limited(host):
        async with asyncio.timeout(SECONDS):
            return await test(client_of(host), host)
    with server.Server(script) as host:
        return Xmpp.run(limited(host))


def say(*texts, last=None):
    """A script: says the texts, then @last as it stands, and waits for the end."""
    def script(session):
        for text in texts:
            session.message(JULIET, text)
        if last is not None:
            session.send(last)
        session.leave()
    return script


def ask(name):
    return Xmpp.Stanza.new_iq(Xmpp.StanzaType.GET, "example.net",
                              Xmpp.Element.new(name, "urn:example:test"))


class Operations(unittest.TestCase):
    def test_open_send_close(self):
        async def test(client, host):
            self.assertIs(await client.open_async(), True)
            self.assertEqual(client.props.state, Xmpp.ConnectionState.OPEN)
            text = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "Hello")
            self.assertIs(await client.send_async(text), True)
            self.assertIs(await client.close_async("Good night"), True)
            self.assertEqual(client.props.state, Xmpp.ConnectionState.CLOSED)
            return host.wait()
        session = run(test)
        self.assertIn("<body>Hello</body>", session.heard)
        self.assertIn("<status>Good night</status>", session.heard)

    def test_requests_at_once(self):
        async def test(client, _host):
            async with client:
                replies = await asyncio.gather(*(client.request_async(ask("a")) for _ in range(20)))
                self.assertEqual({reply.get_stanza_type() for reply in replies},
                                 {Xmpp.StanzaType.RESULT})
                with self.assertRaises(Xmpp.StanzaError) as caught:
                    await client.request_async(ask("nothing"))
                self.assertEqual(caught.exception.code, Xmpp.StanzaError.ITEM_NOT_FOUND)
        run(test, server.answer)

    def test_callbacks_as_before(self):
        async def test(client, _host):
            opened = asyncio.get_running_loop().create_future()

            def done(source, result, *data):
                opened.set_result((source.open_finish(result), data))

            self.assertIsNone(client.open_async(None, done, "data"))
            self.assertEqual(await opened, (True, ("data",)))
            self.assertIsNone(client.close_async(None, None, callback=lambda *unused: None))
            while client.props.state != Xmpp.ConnectionState.CLOSED:
                await asyncio.sleep(0.01)
        run(test)

    def test_without_a_loop(self):
        client = Xmpp.Client("romeo@example.net", "secret")
        self.assertIsNone(client.close_async())
        self.assertIsNone(client.close_async("Good night", None, None))
        while GLib.MainContext.default().iteration(False):
            pass

    def test_wrong_arguments(self):
        async def test(client, _host):
            for arguments, named in (((), {"nonsense": 1}), (("a", None, None, None, None), {})):
                with self.assertRaises(TypeError):
                    client.close_async(*arguments, **named)
        run(test)

    def test_mechanism_and_store(self):
        async def test(_client, _host):
            store = Xmpp.MemoryStateStore.new()
            self.assertIs(await store.save_async("a@b", GLib.Variant("a{sv}", {})), True)
            self.assertEqual((await store.load_async("a@b")).unpack(), {})
            context = Xmpp.SaslContext(role=Xmpp.SaslRole.CLIENT, domain="example.net", secure=True)
            mechanism = Xmpp.SaslRegistry.get_default().create(
                "PLAIN", context, Xmpp.Credential.new("romeo", "secret"))
            output, status = await mechanism.step_async(None)
            self.assertEqual(output.get_data(), b"\0romeo\0secret")
            self.assertEqual(status, Xmpp.SaslStatus.COMPLETE)
        run(test)


class Contexts(unittest.TestCase):
    def test_closes_politely(self):
        async def test(client, host):
            async with client as same:
                self.assertIs(same, client)
            self.assertEqual(client.props.state, Xmpp.ConnectionState.CLOSED)
            return host.wait()
        self.assertTrue(run(test).heard.endswith("</stream:stream>"))

    def test_error_inside(self):
        async def test(client, host):
            with self.assertRaises(ZeroDivisionError):
                async with client:
                    print(1 // 0)
            return host.wait()
        self.assertTrue(run(test).heard.endswith("</stream:stream>"))

    def test_cancelled_inside(self):
        async def test(client, host):
            async def stay():
                async with client:
                    await asyncio.sleep(SECONDS)
            task = asyncio.ensure_future(stay())
            while client.props.state != Xmpp.ConnectionState.OPEN:
                await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            return host.wait()
        self.assertTrue(run(test).heard.endswith("</stream:stream>"))


class Iteration(unittest.TestCase):
    def test_until_closed(self):
        async def test(client, _host):
            bodies = []
            messages = client.messages()
            async with client:
                async for message in messages:
                    bodies.append(message.get_body())
                    if len(bodies) == 2:
                        client.close_async()
            return bodies
        self.assertEqual(run(test, say("one", "two")), ["one", "two"])

    def test_error_ends_it(self):
        fault = ("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                 "</stream:error></stream:stream>")

        async def test(client, _host):
            bodies = []
            messages = client.messages()
            await client.open_async()
            with self.assertRaises(Xmpp.StreamError) as caught:
                async for message in messages:
                    bodies.append(message.get_body())
            self.assertEqual(caught.exception.code, Xmpp.StreamError.CONFLICT)
            self.assertEqual(client.get_error().nick, "conflict")
            return bodies
        self.assertEqual(run(test, say("one", "two", last=fault)), ["one", "two"])

    def test_other_kinds(self):
        async def test(client, _host):
            stanzas = client.stanzas(Xmpp.StanzaKind.PRESENCE)
            async with client:
                async for presence in stanzas:
                    return presence.get_status()
        script = say("not asked for", last=f"<presence from='{JULIET}'><status>here</status></presence>")
        self.assertEqual(run(test, script), "here")

    def test_requests_while_iterating(self):
        def script(session):
            for number in range(3):
                session.message(JULIET, str(number))
            server.answer(session)

        async def test(client, _host):
            types = []
            messages = client.messages()
            async with client:
                async for message in messages:
                    types.append((message.get_body(),
                                  (await client.request_async(ask("a"))).get_stanza_type()))
                    if len(types) == 3:
                        break
            return types
        self.assertEqual(run(test, script), [(str(number), Xmpp.StanzaType.RESULT)
                                             for number in range(3)])


class Cancelling(unittest.TestCase):
    def test_open(self):
        """The await ends when the attempt has ended: it can be made again at once."""
        async def test(_client, _host):
            with server.Server(server.Session.leave, log_in=False) as silent:
                client = client_of(silent)
                task = asyncio.ensure_future(client.open_async())
                await asyncio.sleep(0.1)
                client.props.server_port = 1
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertEqual(client.props.state, Xmpp.ConnectionState.CLOSED)
                with self.assertRaises(GLib.Error):
                    await client.open_async()
        run(test)

    def test_time_limit(self):
        def script(session):
            session.body()
            session.message(JULIET, "late")
            session.leave()

        async def test(client, _host):
            client.set_queue_kinds(Xmpp.StanzaKind.MESSAGE)
            async with client:
                with self.assertRaises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await client.receive_async(Xmpp.StanzaKind.MESSAGE)
                with self.assertRaises(TimeoutError):
                    await asyncio.wait_for(client.receive_async(Xmpp.StanzaKind.MESSAGE), 0.05)
                client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "Now"))
                return (await client.receive_async(Xmpp.StanzaKind.MESSAGE)).get_body()
        self.assertEqual(run(test, script), "late")

    def test_no_stanza_is_lost(self):
        """Two have arrived when the task is cancelled; it has been given the first, unseen."""
        def script(session):
            session.body()
            session.send(2 * f"<message from='{JULIET}'><body>x</body></message>")
            session.message(JULIET, "last")
            session.leave()

        async def test(client, _host):
            seen = []

            def on_element(_client, element):
                seen.append(element.get_name())
                if seen == ["message", "message"]:
                    task.cancel()

            async def receive():
                return (await client.receive_async(Xmpp.StanzaKind.MESSAGE)).get_body()

            client.set_queue_kinds(Xmpp.StanzaKind.MESSAGE)
            async with client:
                task = asyncio.ensure_future(receive())
                client.connect("element-received", on_element)
                client.send(Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "Go"))
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertEqual([await receive() for _ in range(3)], ["x", "x", "last"])
        run(test, script)

    def test_none_is_lost_that_waited(self):
        """It was in the queue, is on its way out, and nobody wants it any more."""
        async def test(client, _host):
            client.set_queue_kinds(Xmpp.StanzaKind.MESSAGE)
            async with client:
                await client.request_async(ask("a"))
                operation = client.receive_async(Xmpp.StanzaKind.MESSAGE)
                self.assertTrue(operation.cancel())
                with self.assertRaises(asyncio.CancelledError):
                    await operation
                return [(await client.receive_async(Xmpp.StanzaKind.MESSAGE, cancellable))
                        .get_body() for cancellable in (Gio.Cancellable.new(), None)]

        def script(session):
            session.message(JULIET, "one")
            session.message(JULIET, "two")
            server.answer(session)
        self.assertEqual(run(test, script), ["one", "two"])

    def test_cancellable_of_the_caller(self):
        async def test(client, _host):
            client.set_queue_kinds(Xmpp.StanzaKind.MESSAGE)
            async with client:
                cancellable = Gio.Cancellable.new()
                GLib.timeout_add(20, cancellable.cancel)
                with self.assertRaises(GLib.Error) as caught:
                    await client.receive_async(Xmpp.StanzaKind.MESSAGE, cancellable)
                self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                         Gio.IOErrorEnum.CANCELLED))
                # Another task's end is not this one's.
                cancellable = Gio.Cancellable.new()
                task = asyncio.ensure_future(
                    client.receive_async(Xmpp.StanzaKind.MESSAGE, cancellable))
                await asyncio.sleep(0)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertFalse(cancellable.is_cancelled())
        run(test)


class Errors(unittest.TestCase):
    def test_from_functions(self):
        with self.assertRaises(Xmpp.StreamError) as caught:
            Xmpp.Element.new_from_string("<a><b></a>")
        error = caught.exception
        self.assertIsInstance(error, GLib.Error)
        self.assertEqual((error.code, error.nick),
                         (Xmpp.StreamError.NOT_WELL_FORMED, "not-well-formed"))
        self.assertTrue(error.matches(Xmpp.stream_error_quark(), Xmpp.StreamError.NOT_WELL_FORMED))
        with self.assertRaises(Xmpp.ConnectionError) as caught:
            Xmpp.Client("romeo@example.net", "secret").send(
                Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, JULIET, "Hello"))
        self.assertEqual(caught.exception.code, Xmpp.ConnectionError.NOT_OPEN)
        # Other domains are as they were.
        with self.assertRaises(GLib.Error) as caught:
            Xmpp.Jid.new("@")
        self.assertEqual(type(caught.exception), GLib.Error)

    def test_advice(self):
        refused = Xmpp.SaslError("wrong", Xmpp.SaslError.NOT_AUTHORIZED)
        self.assertTrue(refused.advice & Xmpp.ErrorAdvice.ASK_CREDENTIAL)
        busy = Xmpp.SaslError("busy", Xmpp.SaslError.TEMPORARY_AUTH_FAILURE)
        self.assertTrue(busy.advice & Xmpp.ErrorAdvice.RETRY)
        self.assertEqual(repr(busy), "Xmpp.SaslError('busy', 'temporary-auth-failure')")

    def test_all_domains(self):
        for kind in (Xmpp.ConnectionError, Xmpp.SaslError, Xmpp.StanzaError, Xmpp.StreamError):
            self.assertTrue(issubclass(kind, GLib.Error))
            self.assertEqual(kind("text", 1).message, "text")

    def test_raised_by_an_application(self):
        """What a credential in Python raises arrives as the error of the login."""
        class Broken(Xmpp.Credential):
            def do_request(self, request):
                request.fail(Xmpp.SaslError("no key ring", Xmpp.SaslError.UNAVAILABLE))
                return True

        async def test(client, host):
            client = client_of(host, Broken())
            with self.assertRaises(GLib.Error) as caught:
                await client.open_async()
            self.assertIn("no key ring", caught.exception.message)
        run(test)


class Settings(unittest.TestCase):
    def failed(self, **properties):
        async def test(client, _host):
            for name, value in properties.items():
                client.set_property(name.replace("_", "-"), value)
            with self.assertRaises(GLib.Error) as caught:
                await client.open_async()
            return caught.exception, client.get_report()
        return run(test)

    def test_policy(self):
        for policy in (Xmpp.SaslPolicy(allowed=["SCRAM-SHA-256"]),
                       Xmpp.SaslPolicy(denied=["PLAIN"]), Xmpp.SaslPolicy(require_mutual=True)):
            _error, report = self.failed(policy=policy)
            self.assertEqual(report.get_failed_step(), "sasl")
            self.assertRegex(str(report), "PLAIN +not used: ")

    def test_proxy(self):
        proxy = Gio.SimpleProxyResolver.new("socks5://127.0.0.1:1", None)
        error, report = self.failed(proxy_resolver=proxy)
        self.assertIn(report.get_failed_step(), ("connect", "proxy"))
        self.assertIn("proxy", error.message)


class Values(unittest.TestCase):
    def test_addresses(self):
        jid = Xmpp.Jid.new("Romeo@Example.NET/Orchard")
        self.assertEqual(str(jid), "romeo@example.net/Orchard")
        self.assertEqual({jid: 1}[Xmpp.Jid.new("romeo@example.net/Orchard")], 1)
        self.assertNotEqual(jid, jid.dup_bare())
        self.assertNotEqual(jid, "romeo@example.net/Orchard")
        self.assertEqual(sorted([jid, jid.dup_bare()])[0], jid.dup_bare())

    def test_strings_for_addresses(self):
        for to in ("juliet@example.net", Xmpp.Jid.new("juliet@example.net")):
            message = Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, to, "Hello")
            self.assertEqual(str(message.get_to()), "juliet@example.net")
        message.set_to("nurse@example.net")
        self.assertIn("to='nurse@example.net'", str(message))
        self.assertIsNone(Xmpp.Stanza.new_presence(Xmpp.StanzaType.AVAILABLE, None, None).get_to())
        with self.assertRaises(GLib.Error):
            Xmpp.Stanza.new_message(Xmpp.StanzaType.CHAT, "@", "Hello")

    def test_elements(self):
        element = Xmpp.Element.new_from_string("<a xmlns='urn:x'><b/>text<c/></a>")
        self.assertEqual([child.get_name() for child in element], ["b", "c"])
        self.assertEqual(str(element), element.to_string())

    def test_client(self):
        client = Xmpp.Client("romeo@example.net/orchard", "secret", lang="en")
        self.assertEqual(str(client.props.account), "romeo@example.net/orchard")
        self.assertEqual((client.props.resource, client.props.lang), ("orchard", "en"))
        self.assertEqual(client.props.credential.dup_field("password"), "secret")


class Loop(unittest.TestCase):
    def test_stock_loop_is_refused(self):
        async def test():
            await Xmpp.Client("romeo@example.net", "secret").open_async()
        with self.assertRaisesRegex(RuntimeError, r"Xmpp\.run"):
            asyncio.run(test())

    def test_what_asyncio_can_do(self):
        async def test():
            loop = asyncio.get_running_loop()
            process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE,
                                                           stdout=asyncio.subprocess.PIPE)
            output, _ = await process.communicate(b"x" * 200000)
            self.assertEqual(len(output), 200000)

            async def echo(reader, writer):
                writer.write(await reader.readexactly(3))
                writer.close()
            listener = await asyncio.start_server(echo, "127.0.0.1", 0)
            port = listener.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"abc")
            self.assertEqual(await reader.read(), b"abc")
            writer.close()
            listener.close()
            self.assertEqual(await asyncio.to_thread(threading.active_count), 2)
            reading, writing = os.pipe()
            ready = loop.create_future()
            loop.add_reader(reading, lambda: ready.done() or ready.set_result(os.read(reading, 1)))
            os.write(writing, b"z")
            self.assertEqual(await ready, b"z")
            self.assertTrue(loop.remove_reader(reading))
            self.assertFalse(loop.remove_reader(reading))
            os.close(reading)
            os.close(writing)
        Xmpp.run(test())

    def test_glib_runs_meanwhile(self):
        async def test():
            calls = []
            GLib.timeout_add(5, lambda: calls.append(1) or len(calls) < 5)
            start = asyncio.get_running_loop().time()
            await asyncio.sleep(0.2)
            self.assertGreaterEqual(asyncio.get_running_loop().time() - start, 0.199)
            return len(calls)
        self.assertEqual(Xmpp.run(test()), 5)

    def test_interrupt(self):
        """Ctrl-C cancels the main task, which leaves politely."""
        async def test(client, _host):
            async with client:
                GLib.timeout_add(20, os.kill, os.getpid(), signal.SIGINT)
                await asyncio.sleep(SECONDS)
        with server.Server(server.Session.leave) as host:
            with self.assertRaises(KeyboardInterrupt):
                Xmpp.run(test(client_of(host), host))
            self.assertTrue(host.wait().heard.endswith("</stream:stream>"))


if __name__ == "__main__":
    unittest.main()
