"""GETs over one connection that stays open, with as little around them as HTTP/1.1 allows.

It knows what S3 sends for an object (a status line, headers, a body of a promised length) and gives up on anything else
(``Unusual``): then the caller goes through boto3. TLS is Python's own, with the certificates that boto3 trusts.
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

CHUNK = 1 << 18
BUFFER = 1 << 16
MOST_LINE = 1 << 16
MOST_HEADERS = 200
MOST_DIGITS = 15  # of a length: a petabyte, and far below what Python refuses to read as a number


class Unusual(Exception):
    """The server answered with something that is not read here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect. ``tls`` is None for plain HTTP; ``timeouts``: seconds to connect and to wait for bytes."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    timeouts: tuple[float, float]


class Wire:
    """One connection, for one thread."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._socket: socket.socket | None = None
        self._file: BinaryIO | None = None
        self._left = 0
        self._used = False

    def get(self, request: bytes) -> tuple[int, dict[str, str]]:
        """Sends a request; status and headers, names in lower case. Raises OSError or Unusual, the connection closed."""
        fresh = self._left > 0 or self._file is None
        try:
            return self._ask(request, fresh)
        except (OSError, EOFError):
            self.close()
            if fresh:
                raise
        # A connection that rested may have been closed by the server: that is no fault of this request.
        try:
            return self._ask(request, True)
        except BaseException:
            self.close()
            raise

    def body(self) -> Iterator[bytes]:
        """The body in chunks; it ends early where the connection is cut. Read all of it, or the connection is given up."""
        while self._left and self._file is not None:
            chunk = self._file.read(min(CHUNK, self._left))
            if not chunk:
                self.close()
                return
            self._left -= len(chunk)
            yield chunk
        if not self._used:
            self.close()

    def close(self) -> None:
        """Ends the connection; the next request makes another."""
        if self._file is not None:
            self._file.close()
        if self._socket is not None:
            self._socket.close()
        self._file = self._socket = None
        self._left = 0

    def _ask(self, request: bytes, fresh: bool) -> tuple[int, dict[str, str]]:
        if fresh:
            self.close()
            self._connect()
        assert self._socket is not None and self._file is not None
        self._socket.sendall(request)
        status = self._line(self._file).split(b" ", 2)
        good = len(status) > 1 and status[0] in (b"HTTP/1.1", b"HTTP/1.0")
        if not good or len(status[1]) != 3 or not status[1].isdigit():
            raise self._unusual("no status line of HTTP/1.1")
        headers = self._headers(self._file)
        length = headers.get("content-length", "")
        promised = length.isascii() and length.isdigit() and len(length) <= MOST_DIGITS
        if int(status[1]) < 200 or "transfer-encoding" in headers or not promised:
            raise self._unusual("no body of a promised length")
        self._left = int(length)
        self._used = status[0] == b"HTTP/1.1" and headers.get("connection", "").lower() != "close"
        return int(status[1]), headers

    def _headers(self, stream: BinaryIO) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self._line(stream)
            if not line:
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or line[:1] in b" \t":
                raise self._unusual("a header without a name")
            name, value = name.lower(), value.strip(" \t")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        raise self._unusual("too many headers")

    def _line(self, stream: BinaryIO) -> bytes:
        line = stream.readline(MOST_LINE)
        if not line:
            raise EOFError("the connection was closed")
        if not line.endswith(b"\r\n"):
            raise self._unusual("a line without an end")
        return line[:-2]

    def _unusual(self, what: str) -> Unusual:
        self.close()
        return Unusual(what)

    def _connect(self) -> None:
        place, (connect, read) = self.place, self.place.timeouts
        connection = socket.create_connection((place.host, place.port), connect)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if place.tls is not None:
                connection = place.tls.wrap_socket(connection, server_hostname=place.host)
            _bound(connection, read)
        except BaseException:
            connection.close()
            raise
        self._socket, self._file = connection, cast(BinaryIO, connection.makefile("rb", BUFFER))


def _bound(connection: socket.socket, seconds: float) -> None:
    """A bound on waiting. The system's own where there is one: Python's asks for readiness before each call."""
    if sys.platform == "win32" or isinstance(connection, ssl.SSLSocket):
        connection.settimeout(seconds)
        return
    connection.settimeout(None)
    for name in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, name, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))
