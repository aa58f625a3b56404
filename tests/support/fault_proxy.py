"""A proxy on loopback that injects faults between a client and S3: throttling, errors, cut bodies, slowness."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Fault:
    """What to do in place of a plain answer: an error of S3, a body cut in half or another one, or a pause before the answer.

    ``short``: half of the body under a length that fits it. ``headers`` stand in place of those of the same names.
    """

    status: int = 0
    code: str = ""
    message: str = "injected"
    cut: bool = False
    short: bool = False
    pause: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    whole: bytes = b""


@dataclass
class Proxy:
    """``rule(method, path with query, how often this path was asked before)`` gives the fault, or None; so does
    ``inspect(method, path, headers)``, names in lower case. ``clock_offset`` is what its Date header is wrong by, seconds."""

    url: str = ""
    rule: Callable[[str, str, int], Fault | None] = lambda method, path, before: None
    inspect: Callable[[str, str, dict[str, str]], Fault | None] = lambda method, path, headers: None
    clock_offset: float = 0.0
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def gets(self) -> int:
        """How many objects were asked for."""
        with self.lock:
            return sum(count for (method, path), count in self.seen.items() if method == "GET" and _is_object(path))


def _is_object(path: str) -> bool:
    return urlsplit(path).path.count("/") > 1 and "list-type" not in path


@contextmanager
def running(target: str) -> Iterator[Proxy]:
    """A proxy before ``target``, on a port of its own, stopped at the end."""
    proxy = Proxy()
    host = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            path = unquote(self.path)
            with proxy.lock:
                before = proxy.seen[self.command, path]
                proxy.seen[self.command, path] += 1
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fault = proxy.inspect(self.command, path, headers) or proxy.rule(self.command, path, before) or Fault()
            time.sleep(fault.pause)
            if fault.status:
                return self._refuse(fault)
            return self._forward(body, fault)

        def _refuse(self, fault: Fault) -> None:
            error = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
            text = fault.whole or error.encode()
            self.send_response(fault.status)
            self.send_header("content-type", "application/xml")
            self.send_header("content-length", str(len(text)))
            for name, value in fault.headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        def _forward(self, body: bytes, fault: Fault) -> None:
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            data = answer.read()
            data = data[: len(data) // 2] if fault.short else data
            self.send_response(answer.status)
            given = {name.lower() for name, _ in fault.headers}
            for name, value in fault.headers:
                self.send_header(name, value)
            for name, value in answer.getheaders():
                if name.lower() not in given and name.lower() not in (
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "server",
                    "date",
                ):
                    self.send_header(name, value)
            head = self.command == "HEAD"
            self.send_header("content-length", answer.getheader("content-length") or "0" if head else str(len(data)))
            self.end_headers()
            if not head:
                self.wfile.write(data[: len(data) // 2] if fault.cut else data)
            connection.close()
            if fault.cut:
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + proxy.clock_offset)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
