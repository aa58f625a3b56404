"""A small static S3 server for benchmarks: any number of synthetic log files, one body, answers made in advance.

It speaks just enough of the protocol for listing and reading (and sts:GetCallerIdentity), without signatures. Start it with
``python benchmarks/static_s3.py PORT OBJECTS BODY_BYTES``.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import sys
from bisect import bisect_right
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET = "bench"
WHEN = "2024-05-02T06:11:09.000Z"
WHO = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/bench</Arn>"
    "<UserId>AIDABENCH</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def keys(count: int) -> list[str]:
    """Keys of log files as CloudTrail names them, spread over days, in order."""
    return sorted(
        f"AWSLogs/111122223333/CloudTrail/us-east-1/2024/05/{1 + n % 28:02}/"
        f"111122223333_CloudTrail_us-east-1_202405{1 + n % 28:02}T0615Z_{n:016d}.json.gz"
        for n in range(count)
    )


def body(size: int) -> bytes:
    """A gzip of about that size (of random text, so that it does not shrink)."""
    return gzip.compress(b'{"Records":[{"x":"' + os.urandom(size).hex()[:size].encode() + b'"}]}', mtime=0)


class Server(asyncio.Protocol):
    """One connection; requests on it are answered in turn."""

    listed: tuple[str, ...] = ()
    answer = b""
    etag = ""
    size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.data = transport, b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end].decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0
            )
            if len(self.data) < end + 4 + length:
                return
            self.data = self.data[end + 4 + length :]
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            self.transport.write(self._answer(method, target))

    def _answer(self, method: str, target: str) -> bytes:
        url = urlsplit(target)
        if method == "POST":
            return _http(WHO.encode())
        if "list-type" in url.query:
            return _http(self._list(parse_qs(url.query)).encode())
        if url.path.count("/") > 1:
            return self.answer
        return _http(b"<LocationConstraint/>")

    def _list(self, asked: dict[str, list[str]]) -> str:
        prefix = asked.get("prefix", [""])[0]
        after = unquote(asked.get("continuation-token", asked.get("start-after", [""]))[0])
        start = max(bisect_right(self.listed, after), bisect_right(self.listed, prefix))
        if "delimiter" in asked:
            return self._folders(prefix, start)
        entries = []
        for key in self.listed[start : start + 1000]:
            if not key.startswith(prefix):
                break
            entries.append(
                f"<Contents><Key>{key}</Key><LastModified>{WHEN}</LastModified><ETag>&quot;{self.etag}&quot;</ETag>"
                f"<Size>{self.size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        more = len(entries) == 1000
        token = f"<NextContinuationToken>{self.listed[start + 999]}</NextContinuationToken>" if more else ""
        return (
            f"<ListBucketResult><Name>{BUCKET}</Name><KeyCount>{len(entries)}</KeyCount>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(entries)}</ListBucketResult>"
        )

    def _folders(self, prefix: str, start: int) -> str:
        """Folders directly below a prefix: in this bucket there is one at each level until the days."""
        found, at = [], start
        while at < len(self.listed) and self.listed[at].startswith(prefix):
            name = self.listed[at][len(prefix) :].split("/")[0]
            found.append(f"<CommonPrefixes><Prefix>{prefix}{name}/</Prefix></CommonPrefixes>")
            at = bisect_right(self.listed, f"{prefix}{name}/\U0010ffff")
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>"


def _http(content: bytes) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content
    )


def main() -> None:
    port, count, size = (int(value) for value in sys.argv[1:4])
    content = body(size)
    Server.listed, Server.size = tuple(keys(count)), len(content)
    Server.etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    Server.answer = (
        f'HTTP/1.1 200 OK\r\ncontent-type: application/gzip\r\ncontent-length: {len(content)}\r\nETag: "{Server.etag}"\r\n'
        "Last-Modified: Thu, 02 May 2024 06:11:09 GMT\r\naccept-ranges: bytes\r\n\r\n"
    ).encode() + content

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", port)
        print("ready", flush=True)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
