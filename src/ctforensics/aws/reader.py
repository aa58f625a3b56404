"""Reading many small objects of one bucket: boto3 finds the place and signs, its parsing is left out.

boto3 spends more time on asking for and parsing an answer than S3 on sending a log file of two kilobytes. The first object is
read through boto3 as usual, which settles address style, region and redirects; after that GETs of the same place are signed
with the same credentials and sent over a connection of each thread's own. Any answer but 200 goes back to boto3, which knows
retries, redirects and errors; so does everything behind a proxy.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from ctforensics import clock
from ctforensics.aws.signing import Signer
from ctforensics.aws.wire import Place, Unusual, Wire

CHUNK = 1 << 18
_REGION = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/s3/")
# Segments that HTTP clients tidy away before sending: such keys stay with boto3.
_UNTIDY = re.compile(r"/\.{0,2}/")
_META = "x-amz-meta-"
_SESSION_SIGNED = "--x-s3"  # directory buckets sign with session credentials of their own; they stay with boto3


@dataclass(frozen=True, slots=True)
class Answer:
    """An object on its way: what its headers say, and its bytes in chunks (which raises where the connection is cut)."""

    etag: str
    last_modified: datetime
    version_id: str | None
    storage_class: str
    metadata: dict[str, str]
    encryption: str | None
    chunks: Callable[[], Iterator[bytes]]


class Reader:
    """GETs from one bucket, from many threads. ``slow`` counts those that went through boto3, ``direct`` the others."""

    def __init__(self, client: Any, bucket: str, extra: dict[str, str]) -> None:
        self.client, self.bucket, self.extra = client, bucket, extra
        self.slow = self.direct = 0
        self._lock = threading.Lock()
        self._local = threading.local()
        self._place: _Direct | None = None
        self._wires: list[Wire] = []
        client.meta.events.register("before-send.s3.GetObject", self._learn)

    def get(self, key: str, version_id: str | None = None) -> Answer:
        """The object; raises what boto3 raises."""
        if self._place is not None and version_id is None and not _UNTIDY.search(f"/{key}/"):
            answer = self._direct(self._place, key)
            if answer is not None:
                with self._lock:
                    self.direct += 1
                return answer
        with self._lock:
            self.slow += 1
        return self._through_boto3(key, version_id)

    def close(self) -> None:
        """Ends the connections. No thread may be reading any more."""
        with self._lock:
            wires, self._wires = self._wires, []
        for wire in wires:
            wire.close()

    def _through_boto3(self, key: str, version_id: str | None) -> Answer:
        version = {"VersionId": version_id} if version_id else {}
        self._local.key, self._local.place = key, None
        got = self.client.get_object(Bucket=self.bucket, Key=key, **version, **self.extra)
        found = got.get("VersionId")
        encryption = " ".join(filter(None, (got.get("ServerSideEncryption"), got.get("SSEKMSKeyId"))))
        return Answer(
            etag=got["ETag"].strip('"'),
            last_modified=clock.parse_instant(got["LastModified"]),
            version_id=None if found in (None, "null") else found,
            storage_class=got.get("StorageClass", "STANDARD"),
            metadata=got.get("Metadata") or {},
            encryption=encryption or None,
            chunks=lambda: got["Body"].iter_chunks(CHUNK),
        )

    def _learn(self, request: Any, **_: Any) -> None:
        """Notes where boto3 sends its GET and for which region it signs; after a redirect that is the right place."""
        asked = getattr(self._local, "key", None)
        signed = _REGION.search(_text(request.headers.get("Authorization")))
        url = str(request.url).split("?", 1)[0]
        if asked is not None and signed and url.endswith(f"/{_quoted(asked)}"):
            self._local.place = (url[: -len(_quoted(asked))], signed[1])

    def confirm(self) -> None:
        """Call after an object was read: from now on the place that boto3 used for it is used directly."""
        learned: tuple[str, str] | None = getattr(self._local, "place", None)
        if self._place is None and learned is not None and not self.bucket.endswith(_SESSION_SIGNED):
            self._place = _direct_place(self.client, learned[0], learned[1], self.extra)

    def _direct(self, place: _Direct, key: str) -> Answer | None:
        """One signed GET over a connection of this thread's own; None for anything but a plain 200, and boto3 takes over."""
        wire: Wire | None = getattr(self._local, "wire", None)
        if wire is None:
            wire = self._local.wire = Wire(place.place)
            with self._lock:
                self._wires.append(wire)
        path = place.path + _quoted(key)
        try:
            status, headers = wire.get(
                f"GET {path} HTTP/1.1\r\nuser-agent: {self._user_agent()}\r\n{place.signer.headers(path)}\r\n".encode()
            )
        except (OSError, EOFError, Unusual):
            return None
        if status != 200 or "etag" not in headers or "last-modified" not in headers or "content-encoding" in headers:
            wire.close()
            return None
        try:
            return _answer(headers, wire)
        except (ValueError, OverflowError):  # a date that is none
            wire.close()
            return None

    def _user_agent(self) -> str:
        return str(self.client.meta.config.user_agent)


@dataclass(frozen=True, slots=True)
class _Direct:
    """Where to connect, the path before the keys, and who signs."""

    place: Place
    path: str
    signer: Signer


def _direct_place(client: Any, base: str, region: str, extra: dict[str, str]) -> _Direct | None:
    """The direct way to where boto3 went; None behind a proxy, without credentials or certificates, or with unknown extras."""
    from botocore.httpsession import get_cert_path

    session, credentials = client._endpoint.http_session, client._request_signer._credentials
    url = urlsplit(base)
    if credentials is None or not set(extra) <= {"RequestPayer"} or session._proxy_config.proxy_url_for(base):
        return None
    tls = None
    if url.scheme == "https":
        if not session._verify or session._cert_file:
            return None
        tls = ssl.create_default_context(cafile=get_cert_path(session._verify))
    config = client.meta.config
    place = Place(
        str(url.hostname), url.port or (443 if tls else 80), tls, (config.connect_timeout, config.read_timeout)
    )
    payer = {"x-amz-request-payer": extra["RequestPayer"]} if extra else {}
    return _Direct(place, url.path, Signer(credentials.get_frozen_credentials, region, url.netloc, payer))


def _quoted(key: str) -> str:
    return quote(key, safe="/~")


def _text(value: str | bytes | None) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value or ""


def _answer(headers: dict[str, str], wire: Wire) -> Answer:
    promised = int(headers["content-length"])
    version = headers.get("x-amz-version-id")
    encryption = (
        headers.get("x-amz-server-side-encryption"),
        headers.get("x-amz-server-side-encryption-aws-kms-key-id"),
    )

    def chunks() -> Iterator[bytes]:
        """A connection that is cut just ends: only the length that was promised tells."""
        received = 0
        for chunk in wire.body():
            received += len(chunk)
            yield chunk
        if received != promised:
            from botocore.exceptions import IncompleteReadError

            raise IncompleteReadError(actual_bytes=received, expected_bytes=promised)

    return Answer(
        etag=headers["etag"].strip('"'),
        last_modified=clock.parse_instant(parsedate_to_datetime(headers["last-modified"])),
        version_id=None if version in (None, "null") else version,
        storage_class=headers.get("x-amz-storage-class", "STANDARD"),
        metadata={n[len(_META) :]: v for n, v in headers.items() if n.startswith(_META)},
        encryption=" ".join(filter(None, encryption)) or None,
        chunks=chunks,
    )
