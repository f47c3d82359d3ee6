# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What makes Xmpp native in Python; PyGObject loads it with the namespace.

Every method NAME_async() that is called without a callback, inside a coroutine, gives something
to await. Cancelling the task cancels the operation, and the await ends when the operation has
ended. Xmpp.run() is asyncio.run() with GLib's main loop inside. Errors of the library's own
domains are exceptions of their own, all of them subclasses of GLib.Error; raise one the same way:
Xmpp.SaslError("Refused", Xmpp.SaslError.NOT_AUTHORIZED). In subclasses of mechanisms, credentials
and authenticators any other exception ends the login with an error that names class and line, and
what answers later may be a coroutine, as may a handler of "request". Text with U+0000 in it, which
C would take for a shorter one, is refused wherever it is given: by GLib.Error with
Gio.IOErrorEnum.INVALID_DATA, by Xmpp.SaslError where it is about secrets.
"""

import asyncio
import collections.abc
import functools
import inspect
import math
import os
import selectors
import traceback

from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject

Xmpp = get_introspection_module("Xmpp")

__all__ = ["EventLoop", "run"]


# Errors: one exception for each domain, with the codes as its attributes


class _Error(GLib.Error):
    """An error of one of the library's domains: @code is one of the class's own constants."""

    def __init__(self, message="", code=0):
        super().__init__(message, self._domain, code)

    def __repr__(self):
        return f"Xmpp.{type(self).__name__}({self.message!r}, {self.nick!r})"

    @property
    def nick(self):
        """The code as it is written on the wire: "not-authorized"."""
        return Xmpp.error_dup_nick(self)

    @property
    def advice(self):
        """Whether trying again, or asking for the password again, makes sense."""
        return Xmpp.error_get_advice(self)


_errors = {}


def _add_error(name, quark):
    codes = getattr(Xmpp, name)
    domain = GLib.quark_to_string(quark())
    members = {code.value_nick.upper().replace("-", "_"): code
               for code in codes.__enum_values__.values()}
    doc = f"{codes.__name__}: {', '.join(members)}"
    error = type(name, (_Error,), {"_domain": domain, "__doc__": doc, "__module__": "Xmpp",
                                   "__gtype__": codes.__gtype__, **members})
    _errors[domain] = globals()[name] = error
    __all__.append(name)


for _name, _quark in (("ConnectionError", Xmpp.connection_error_quark),
                      ("SaslError", Xmpp.sasl_error_quark),
                      ("StanzaError", Xmpp.stanza_error_quark),
                      ("StreamError", Xmpp.stream_error_quark)):
    _add_error(_name, _quark)


_SaslError = _errors[GLib.quark_to_string(Xmpp.sasl_error_quark())]


def _own(error):
    """@error as the exception of its domain."""
    kind = _errors.get(error.domain)
    if kind is None or isinstance(error, kind):
        return error
    return kind(error.message, error.code)


def _guard(function):
    @functools.wraps(function)
    def call(*arguments, **named):
        try:
            return function(*arguments, **named)
        except GLib.Error as error:
            raise _own(error) from None
    return call


# Text, which C would take to end at its first U+0000


_CONTAINERS = (list, tuple)
_secret_kinds = (Xmpp.Credential, Xmpp.CredentialRequest, Xmpp.Authenticator,
                 Xmpp.AuthenticatorRequest, Xmpp.MemoryAuthenticator, Xmpp.SaslMechanism)


def _refuse(kind):
    if kind in _secret_kinds:
        raise _SaslError("A field with U+0000 in it can be no secret and no name",
                         _SaslError.MALFORMED_REQUEST)
    raise GLib.Error.new_literal(Gio.io_error_quark(), "U+0000 cannot be part of any text",
                                 Gio.IOErrorEnum.INVALID_DATA)


def _check_texts(kind, values):
    for value in values:
        if isinstance(value, str):
            if "\0" in value:
                _refuse(kind)
        elif isinstance(value, _CONTAINERS):
            _check_texts(kind, value)


def _is_text(kind):
    tag = kind.get_tag_as_string()
    return tag in ("utf8", "filename") or tag == "array" and _is_text(kind.get_param_type(0))


def _takes_text(info):
    return any(_is_text(argument.get_type()) for argument in info.get_arguments())


def _take_whole(function, kind=None):
    """@function, which hands text on to C."""
    @functools.wraps(function)
    def call(*arguments, **named):
        _check_texts(kind, arguments)
        if named:
            _check_texts(kind, named.values())
        return function(*arguments, **named)
    return call


class _Properties:
    """The properties of an object, as attributes"""

    def __init__(self, properties, kind):
        vars(self).update(_properties=properties, _kind=kind)

    def __getattr__(self, name):
        return getattr(self._properties, name)

    def __setattr__(self, name, value):
        _check_texts(self._kind, (value,))
        setattr(self._properties, name, value)

    def __dir__(self):
        return dir(self._properties)

    def __iter__(self):
        return iter(self._properties)

    def __len__(self):
        return len(self._properties)


_native_props = inspect.getattr_static(GObject.Object, "props")


class _PropertiesOf:
    """The attribute "props" of a class and of its objects"""

    def __init__(self, kind):
        self._kind = kind

    def __get__(self, instance, owner):
        properties = _native_props.__get__(instance, owner)
        return properties if instance is None else _Properties(properties, self._kind)


# Operations that are awaited


def _running_loop():
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    if type(getattr(loop, "_selector", None)).__module__ == "selectors":
        raise RuntimeError("asyncio's own event loop does not run GLib's main loop, so that "
                           "nothing would ever arrive: use Xmpp.run() instead of asyncio.run()")
    return loop


class _Operation(asyncio.Future):
    """A running operation. Cancelling it stops the operation; it is done once that has ended."""

    def __init__(self, loop, finish, given, unclaimed):
        super().__init__(loop=loop)
        self.cancellable = Gio.Cancellable.new()
        self._finish = finish
        self._given = given
        self._unclaimed = unclaimed
        self._asked = None
        self._link = 0
        if given is not None:
            self._link = given.connect(lambda *unused: self.cancellable.cancel())

    def cancel(self, msg=None):
        if self.done():
            return False
        self._asked = (msg,)
        self.cancellable.cancel()
        return True

    def __await__(self):
        try:
            return (yield from super().__await__())
        except asyncio.CancelledError:
            # The task was cancelled before it saw what had arrived for it.
            if self.done() and not self.cancelled() and self.exception() is None:
                self._save(self.result())
            raise

    def _save(self, value):
        if self._unclaimed is not None and value is not None:
            self._unclaimed(value)

    def end(self, source, result, *unused):
        if self._link:
            self._given.disconnect(self._link)
        try:
            value = self._finish(source, result)
        except GLib.Error as error:
            stopped = error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
            if self._asked and stopped:
                super().cancel(*self._asked)
            else:
                self.set_exception(_own(error))
            return
        if self._asked:
            # It was faster than being stopped.
            self._save(value)
            super().cancel(*self._asked)
        else:
            self.set_result(value)


def _awaitable(start, finish, names, unclaimed=None):
    """The method @start, to be awaited where no callback is given."""
    places = names.index("callback")

    @functools.wraps(start)
    def method(self, *arguments, **named):
        given = len(arguments) > places and arguments[places] or named.get("callback")
        loop = None if given else _running_loop()
        if loop is None:
            arguments += (None,) * (places - len(arguments) - len(named))
            return start(self, *arguments, **named)
        values = dict(zip(names, arguments), **named)
        unknown = set(values) - set(names)
        if unknown or len(arguments) > len(names):
            raise TypeError(f"{start.__name__}() takes {', '.join(names)}")
        keep = functools.partial(unclaimed, self) if unclaimed else None
        operation = _Operation(loop, finish, values.get("cancellable"), keep)
        values["cancellable"] = operation.cancellable
        start(self, *(values.get(name) for name in names[:places]), operation.end)
        return operation
    return method


def _keep(connection, stanza):
    """A stanza that arrived while its receiver was cancelled waits for the next one."""
    connection.__dict__.setdefault("_unclaimed", []).append(stanza)


def _adapt_connect(connect):
    """The method @connect, which knows what to do with a coroutine function."""
    @functools.wraps(connect)
    def adapted(self, signal, handler, *arguments):
        if inspect.iscoroutinefunction(handler):
            if not isinstance(self, Xmpp.Credential) or signal != "request":
                raise TypeError(f"{handler.__qualname__}() is a coroutine function, and nobody "
                                f"waits for a handler of {signal}: start a task in a plain one")
            handler = _adapt_answer(handler)
        return connect(self, signal, handler, *arguments)
    return adapted


def _is_function(value):
    return type(value).__name__ == "FunctionInfo"


def _adapt_class(kind):
    for name, info in list(vars(kind).items()):
        if not _is_function(info):
            continue
        finish = vars(kind).get(name.removesuffix("async") + "finish")
        function = info if info.is_method() else getattr(kind, name)
        if _takes_text(info):
            function = _take_whole(function, kind)
        if name.endswith("_async") and finish is not None:
            names = [argument.get_name() for argument in info.get_arguments()]
            keep = _keep if name == "receive_async" else None
            function = _awaitable(function, finish, names, keep)
        elif info.can_throw_gerror():
            function = _guard(function)
        if function is not info:
            setattr(kind, name, function if info.is_method() else staticmethod(function))
    if issubclass(kind, GObject.Object):
        kind.props = _PropertiesOf(kind)
        for name in ("__init__", "set_property", "set_properties"):
            setattr(kind, name, _take_whole(getattr(GObject.Object, name), kind))
        for name in ("connect", "connect_after"):
            setattr(kind, name, _adapt_connect(getattr(GObject.Object, name)))


for _name in dir(Xmpp):
    _value = getattr(Xmpp, _name)
    if isinstance(_value, type):
        _adapt_class(_value)
    elif _is_function(_value):
        globals()[_name] = _guard(_take_whole(_value))
        __all__.append(_name)


# Connections


class _Stanzas:
    """What comes, one after the other; ends with the connection, with its error if it has one."""

    def __init__(self, connection, kinds):
        self._connection = connection
        self._kinds = kinds
        connection.set_queue_kinds(connection.get_queue_kinds() | kinds)

    def __aiter__(self):
        return self

    async def __anext__(self):
        stanza = await self._connection.receive_async(self._kinds)
        if stanza is not None:
            return stanza
        error = self._connection.get_error()
        if error is not None:
            raise error
        raise StopAsyncIteration


def _stanzas(self, kinds):
    """An asynchronous iterator over the stanzas of some kinds that no handler takes.

    They wait in the queue from now on: call this before the connection is opened.
    """
    return _Stanzas(self, kinds)


def _messages(self):
    """stanzas() of the kind message."""
    return _Stanzas(self, Xmpp.StanzaKind.MESSAGE)


_native_receive = Xmpp.Connection.receive_async


@functools.wraps(_native_receive)
def _receive_async(self, kinds, cancellable=None, *arguments, **named):
    unclaimed = self.__dict__.get("_unclaimed", ())
    if arguments or named or cancellable is not None and cancellable.is_cancelled():
        unclaimed = ()
    for place, stanza in enumerate(unclaimed):
        if stanza.get_kind() & kinds:
            operation = asyncio.get_running_loop().create_future()
            operation.set_result(unclaimed.pop(place))
            return operation
    return _native_receive(self, kinds, cancellable, *arguments, **named)


async def _enter(self):
    await self.open_async()
    return self


async def _exit(self, kind, error, trace):
    """Closes politely. An error of the body is more telling than one of closing."""
    try:
        await self.close_async()
    except GLib.Error:
        if error is None:
            raise


_get_error = Xmpp.Connection.get_error


def _get_own_error(self):
    error = _get_error(self)
    return None if error is None else _own(error)


_native_init = Xmpp.Client.__init__


def _init_client(self, account=None, credential=None, **properties):
    """@account is a JID or a string, @credential a credential or a password."""
    if isinstance(account, str):
        account = Xmpp.Jid.new(account)
        properties.setdefault("resource", account.get_resource())
    if isinstance(credential, str):
        credential = Xmpp.Credential.new(None, credential)
    _native_init(self, account=account, credential=credential, **properties)


Xmpp.Connection.stanzas = _stanzas
Xmpp.Connection.messages = _messages
Xmpp.Connection.receive_async = _receive_async
Xmpp.Connection.get_error = _get_own_error
Xmpp.Connection.__aenter__ = _enter
Xmpp.Connection.__aexit__ = _exit
Xmpp.Client.__init__ = _init_client


# Servers


async def _enter_server(self):
    return self


async def _exit_server(self, kind, error, trace):
    """Takes leave of all connections. An error of the body is more telling than one of that."""
    try:
        await self.stop_async()
    except GLib.Error:
        if error is None:
            raise


Xmpp.Server.__aenter__ = _enter_server
Xmpp.Server.__aexit__ = _exit_server


# Mechanisms, credentials and authenticators written in Python


def _failure(function, error):
    """What happened and where. Not what the exception says: that may quote a secret."""
    if isinstance(error, GLib.Error):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    place = (own or frames)[-1]
    return _SaslError(f"{function.__qualname__}(): {type(error).__name__} in "
                      f"{os.path.basename(place.filename)}, line {place.lineno}", _SaslError.MODULE)


_BYTES = (bytes, bytearray, memoryview, str)


def _bytes(value):
    """What is sent, as the library wants it. None is nothing, and b"" an empty message."""
    if isinstance(value, str):
        value = value.encode()
    return GLib.Bytes.new(bytes(value)) if isinstance(value, _BYTES) else value


def _check_answer(answer):
    """What is wrong with what a step has returned, or None"""
    if inspect.iscoroutine(answer):
        answer.close()
        return "cannot wait; override do_begin_step() for that"
    if not isinstance(answer, tuple) or len(answer) != 2:
        return f"must return bytes (or None) and an Xmpp.SaslStatus, not {type(answer).__name__}"
    if not isinstance(answer[0], (type(None), GLib.Bytes, *_BYTES)):
        return f"must return bytes or None, not {type(answer[0]).__name__}"
    if not isinstance(answer[1], Xmpp.SaslStatus):
        return f"must return an Xmpp.SaslStatus, not {type(answer[1]).__name__}"
    return None


def _adapt_step(function):
    @functools.wraps(function)
    def do_step(self, data, cancellable):
        try:
            answer = function(self, data, cancellable)
            wrong = _check_answer(answer)
            if wrong is None:
                return _bytes(answer[0]), answer[1]
        except Exception as error:
            raise _failure(function, error) from error
        raise _SaslError(f"{function.__qualname__}() {wrong}", _SaslError.MODULE)
    return do_step


_running = set()


async def _wait(function, answer, request):
    try:
        await answer
    except Exception as error:
        request.fail(_failure(function, error))


def _adapt_answer(function):
    """@function answers its request now or later, and may be a coroutine."""
    @functools.wraps(function)
    def answer(self, request, *more):
        try:
            given = function(self, request, *more)
            if not inspect.iscoroutine(given):
                return given is None or given
            loop = _running_loop()
            if loop is None:
                given.close()
                raise RuntimeError("no event loop")
            task = loop.create_task(_wait(function, given, request))
            _running.add(task)
            task.add_done_callback(_running.discard)
        except Exception as error:
            request.fail(_failure(function, error))
        return True
    return answer


def _adapt_subclasses(kind, **adapters):
    """Each subclass of @kind has the functions of these names adapted before GObject sees them."""
    def adapt(cls, **named):
        super(kind, cls).__init_subclass__(**named)
        for name, adapter in adapters.items():
            if name in vars(cls):
                setattr(cls, name, adapter(vars(cls)[name]))
    kind.__init_subclass__ = classmethod(adapt)


_adapt_subclasses(Xmpp.SaslMechanism, do_step=_adapt_step, do_begin_step=_adapt_answer)
_adapt_subclasses(Xmpp.Credential, do_request=_adapt_answer)
_adapt_subclasses(Xmpp.Authenticator, do_lookup=_adapt_answer, do_verify=_adapt_answer,
                  do_authorize=_adapt_answer)


_reply_to_step = Xmpp.SaslStep.reply
Xmpp.SaslStep.reply = functools.wraps(_reply_to_step)(
    lambda self, output, status: _reply_to_step(self, _bytes(output), status))


# Values


def _jid(value):
    return Xmpp.Jid.new(value) if isinstance(value, str) else value


def _takes_jid(function, place):
    """@function, whose argument at @place may be a string."""
    @functools.wraps(function)
    def call(*arguments, **named):
        arguments = list(arguments)
        if len(arguments) > place:
            arguments[place] = _jid(arguments[place])
        elif "to" in named:
            named["to"] = _jid(named["to"])
        return function(*arguments, **named)
    return call


def _describe(self):
    return f"<Xmpp.{type(self).__name__} {self.to_string()}>"


def _describe_stanza(self):
    return f"<Xmpp.Stanza {self.get_element().to_string()}>"


def _children(self):
    child = self.get_first_child()
    while child is not None:
        yield child
        child = child.get_next_sibling()


for _name in ("new_message", "new_presence", "new_iq"):
    setattr(Xmpp.Stanza, _name, staticmethod(_takes_jid(getattr(Xmpp.Stanza, _name), 1)))
for _name in ("set_to", "set_from"):
    setattr(Xmpp.Stanza, _name, _takes_jid(getattr(Xmpp.Stanza, _name), 1))

Xmpp.Server.find_connection = _takes_jid(Xmpp.Server.find_connection, 1)

for _value in (Xmpp.Jid, Xmpp.Element, Xmpp.Report):
    _value.__str__ = _value.to_string
Xmpp.Stanza.__str__ = lambda self: self.get_element().to_string()
Xmpp.Jid.__repr__ = Xmpp.Element.__repr__ = _describe
Xmpp.Stanza.__repr__ = _describe_stanza
Xmpp.Jid.__eq__ = lambda self, other: isinstance(other, Xmpp.Jid) and self.equal(other)
Xmpp.Jid.__lt__ = lambda self, other: self.compare(other) < 0
Xmpp.Jid.__hash__ = Xmpp.Jid.hash
Xmpp.Element.__iter__ = _children


# asyncio with GLib's main loop inside


class _Keys(collections.abc.Mapping):
    """What a selector watches, by descriptor; found by file object too."""

    def __init__(self, keys):
        self._keys = keys

    def __getitem__(self, fileobj):
        if fileobj in self._keys:
            return self._keys[fileobj]
        for key in self._keys.values():
            if key.fileobj == fileobj:
                return key
        raise KeyError(f"{fileobj!r} is not registered")

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)


class _Selector(selectors.BaseSelector):
    """Asks GLib which descriptors are ready, so that what GLib has to do is done meanwhile."""

    def __init__(self):
        self._keys = {}
        self._map = _Keys(self._keys)
        self._sources = {}
        self._ready = {}

    def _got(self, descriptor, condition):
        ready = 0
        if condition & (GLib.IOCondition.IN | GLib.IOCondition.HUP | GLib.IOCondition.ERR):
            ready |= selectors.EVENT_READ
        if condition & (GLib.IOCondition.OUT | GLib.IOCondition.HUP | GLib.IOCondition.ERR):
            ready |= selectors.EVENT_WRITE
        self._ready[descriptor] = ready
        return GLib.SOURCE_CONTINUE

    def register(self, fileobj, events, data=None):
        descriptor = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        if descriptor in self._keys:
            raise KeyError(f"{descriptor} is registered already")
        condition = GLib.IOCondition.HUP | GLib.IOCondition.ERR
        if events & selectors.EVENT_READ:
            condition |= GLib.IOCondition.IN
        if events & selectors.EVENT_WRITE:
            condition |= GLib.IOCondition.OUT
        key = selectors.SelectorKey(fileobj, descriptor, events, data)
        self._keys[descriptor] = key
        self._sources[descriptor] = GLib.io_add_watch(descriptor, GLib.PRIORITY_DEFAULT, condition,
                                                      self._got)
        return key

    def unregister(self, fileobj):
        key = self._map[fileobj]
        del self._keys[key.fd]
        self._ready.pop(key.fd, None)
        GLib.source_remove(self._sources.pop(key.fd))
        return key

    def select(self, timeout=None):
        timer = 0
        if timeout is not None and timeout > 0:
            timer = GLib.timeout_add(math.ceil(timeout * 1000), lambda: GLib.SOURCE_CONTINUE)
        self._ready.clear()
        GLib.MainContext.default().iteration(timeout is None or timeout > 0)
        if timer:
            GLib.source_remove(timer)
        return [(self._keys[descriptor], ready & self._keys[descriptor].events)
                for descriptor, ready in self._ready.items() if descriptor in self._keys]

    def get_map(self):
        return self._map

    def close(self):
        for descriptor in list(self._keys):
            self.unregister(descriptor)


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio that runs GLib's default main context; for the main thread."""

    def __init__(self):
        super().__init__(_Selector())


def run(main, *, debug=None):
    """Runs a coroutine to its end and returns its result, like asyncio.run()."""
    with asyncio.Runner(debug=debug, loop_factory=EventLoop) as runner:
        return runner.run(main)
