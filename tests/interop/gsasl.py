# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""GNU SASL's library, as much of it as is needed to play a side of a mechanism."""

import ctypes
import enum


class Property(enum.IntEnum):
    """What a session can be told"""

    AUTHID = 1
    AUTHZID = 2
    PASSWORD = 3
    ANONYMOUS_TOKEN = 4
    SERVICE = 5
    HOSTNAME = 6
    REALM = 11
    QOPS = 13
    QOP = 14
    CB_TLS_UNIQUE = 18
    CB_TLS_EXPORTER = 25


OK = 0
NEEDS_MORE = 1
NO_CALLBACK = 51
VALIDATE_EXTERNAL = 501
VALIDATE_ANONYMOUS = 502
VALIDATE_GSSAPI = 503

_HANDLE = ctypes.c_void_p
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, _HANDLE, _HANDLE, ctypes.c_int)


class Refused(Exception):
    """What GNU SASL says where it does not go on"""


def _load():
    library = ctypes.CDLL("libgsasl.so.18")
    for name, result, *arguments in (
            ("gsasl_init", ctypes.c_int, ctypes.POINTER(_HANDLE)),
            ("gsasl_done", None, _HANDLE),
            ("gsasl_callback_set", None, _HANDLE, _CALLBACK),
            ("gsasl_client_start", ctypes.c_int, _HANDLE, ctypes.c_char_p,
             ctypes.POINTER(_HANDLE)),
            ("gsasl_server_start", ctypes.c_int, _HANDLE, ctypes.c_char_p,
             ctypes.POINTER(_HANDLE)),
            ("gsasl_finish", None, _HANDLE),
            ("gsasl_property_set", ctypes.c_int, _HANDLE, ctypes.c_int, ctypes.c_char_p),
            ("gsasl_property_fast", ctypes.c_char_p, _HANDLE, ctypes.c_int),
            ("gsasl_step", ctypes.c_int, _HANDLE, ctypes.c_char_p, ctypes.c_size_t,
             ctypes.POINTER(_HANDLE), ctypes.POINTER(ctypes.c_size_t)),
            ("gsasl_free", None, _HANDLE),
            ("gsasl_strerror", ctypes.c_char_p, ctypes.c_int)):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


class Session:
    """One side of one authentication. Use it as a context: it holds memory of C."""

    def __init__(self, mechanism, server, properties):
        self.complete = False
        self._properties = properties
        self._library = _load()
        self._callback = _CALLBACK(self._asked)
        self._context = _HANDLE()
        self._session = _HANDLE()
        self._check(self._library.gsasl_init(ctypes.byref(self._context)))
        self._library.gsasl_callback_set(self._context, self._callback)
        start = self._library.gsasl_server_start if server else self._library.gsasl_client_start
        self._check(start(self._context, mechanism.encode(), ctypes.byref(self._session)))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self._session:
            self._library.gsasl_finish(self._session)
        self._library.gsasl_done(self._context)

    def _asked(self, _context, session, question):
        """A property that is needed now, or whom to let in where no secret says so."""
        if question in (VALIDATE_ANONYMOUS, VALIDATE_EXTERNAL, VALIDATE_GSSAPI):
            return OK
        value = self._properties.get(question)
        if value is None:
            return NO_CALLBACK
        return self._library.gsasl_property_set(session, question, value.encode())

    def _check(self, code):
        if code not in (OK, NEEDS_MORE):
            raise Refused(self._library.gsasl_strerror(code).decode())
        return code

    def get(self, name):
        value = self._library.gsasl_property_fast(self._session, name)
        return None if value is None else value.decode()

    def step(self, data):
        output = _HANDLE()
        length = ctypes.c_size_t()
        code = self._library.gsasl_step(self._session, data, len(data or b""),
                                        ctypes.byref(output), ctypes.byref(length))
        said = ctypes.string_at(output, length.value) if output else b""
        self._library.gsasl_free(output)
        self.complete = self._check(code) == OK
        return said or None
