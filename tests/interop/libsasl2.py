# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Cyrus SASL's library, as much of it as is needed to play a side of a mechanism. (What gsasl.py is
for GNU SASL.)"""

import ctypes

OK = 0
CONTINUE = 1
FAIL = -1

_CB_USER = 0x4001
_CB_AUTHNAME = 0x4002
_USERNAME = 0
_CHANNEL_BINDING = 21
_SECURITY = 101
_SUCCESS_DATA = 4

_HANDLE = ctypes.c_void_p
_ANSWER = ctypes.CFUNCTYPE(ctypes.c_int, _HANDLE, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p),
                           ctypes.POINTER(ctypes.c_uint))


class _Callback(ctypes.Structure):
    _fields_ = [("id", ctypes.c_ulong), ("function", _ANSWER), ("context", _HANDLE)]


class _Security(ctypes.Structure):
    _fields_ = [("min_ssf", ctypes.c_uint), ("max_ssf", ctypes.c_uint),
                ("max_buffer", ctypes.c_uint), ("flags", ctypes.c_uint),
                ("names", _HANDLE), ("values", _HANDLE)]


class _Binding(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("critical", ctypes.c_int), ("length", ctypes.c_ulong),
                ("data", ctypes.c_char_p)]


class Refused(Exception):
    """What Cyrus SASL says where it does not go on"""


def _load():
    library = ctypes.CDLL("libsasl2.so.2")
    library.sasl_errdetail.restype = ctypes.c_char_p
    library.sasl_errdetail.argtypes = [_HANDLE]
    library.sasl_dispose.restype = None
    # It counts, and is never ended: others in this process may use it.
    for name, *arguments in (("sasl_client_init", None), ("sasl_server_init", None, None)):
        if getattr(library, name)(*arguments) != OK:
            raise Refused(name)
    return library


class Session:
    """One side of one authentication. Use it as a context: it holds memory of C. @layers: how
    strong a security layer it may offer or want; @binding: type and data"""

    _library = None

    def __init__(self, mechanism, server, host, authzid="", binding=None, layers=0):
        if Session._library is None:
            Session._library = _load()
        self.complete = False
        self._mechanism = mechanism.encode()
        self._server = server
        self._started = False
        self._authzid = authzid.encode()
        self._connection = _HANDLE()
        self._answer = _ANSWER(self._asked)
        self._callbacks = (_Callback * 3)(_Callback(_CB_USER, self._answer),
                                          _Callback(_CB_AUTHNAME, self._answer), _Callback())
        if server:
            code = self._library.sasl_server_new(b"xmpp", host.encode(), None, None, None, None,
                                                 _SUCCESS_DATA, ctypes.byref(self._connection))
        else:
            code = self._library.sasl_client_new(b"xmpp", host.encode(), None, None,
                                                 self._callbacks, _SUCCESS_DATA,
                                                 ctypes.byref(self._connection))
        self._check(code)
        security = _Security(0, layers, 65536 if layers else 0, 0, None, None)
        self._check(self._library.sasl_setprop(self._connection, _SECURITY,
                                               ctypes.byref(security)))
        if binding is not None:
            name, data = binding
            self._binding = _Binding(name.encode(), 0, len(data), data)
            self._check(self._library.sasl_setprop(self._connection, _CHANNEL_BINDING,
                                                   ctypes.byref(self._binding)))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._library.sasl_dispose(ctypes.byref(self._connection))

    def _asked(self, _context, question, result, length):
        """Whom to act as; the name comes from the ticket."""
        answer = self._authzid if question == _CB_USER else b""
        result[0] = answer
        if length:
            length[0] = len(answer)
        return OK

    def _check(self, code):
        if code not in (OK, CONTINUE):
            detail = self._library.sasl_errdetail(self._connection) if self._connection else b""
            raise Refused(f"{code}: {(detail or b'').decode(errors='replace')}")
        return code

    def get_username(self):
        value = ctypes.c_char_p()
        self._check(self._library.sasl_getprop(self._connection, _USERNAME, ctypes.byref(value)))
        return value.value.decode()

    def step(self, data):
        output = _HANDLE()
        length = ctypes.c_uint()
        result = (ctypes.byref(output), ctypes.byref(length))
        size = len(data or b"")
        if self._server and not self._started:
            code = self._library.sasl_server_start(self._connection, self._mechanism, data, size,
                                                   *result)
        elif self._server:
            code = self._library.sasl_server_step(self._connection, data, size, *result)
        elif not self._started:
            code = self._library.sasl_client_start(self._connection, self._mechanism, None,
                                                   *result, None)
        else:
            code = self._library.sasl_client_step(self._connection, data, size, None, *result)
        self._started = True
        self.complete = self._check(code) == OK
        return ctypes.string_at(output, length.value) if output else None
