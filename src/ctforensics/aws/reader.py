"""Reading many small objects of one bucket: boto3 finds the place and signs, its parsing is left out.

boto3 spends more time on parsing an answer than on fetching a log file of two kilobytes. The first object is read through
boto3 as usual, which settles address style, region and redirects; after that a GET is built from the same place, signed by
botocore's own signer and sent through the client's own connections. Any answer but 200 goes back to boto3, which knows retries,
redirects and errors.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from ctforensics import clock

CHUNK = 1 << 18
_REGION = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/s3/")
# Segments that HTTP clients tidy away before sending: such keys stay with boto3.
_UNTIDY = re.compile(r"/\.{0,2}/")
_META = "x-amz-meta-"


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
        self._base: str | None = None
        self._signer: Any = None
        client.meta.events.register("before-send.s3.GetObject", self._learn)

    def get(self, key: str, version_id: str | None = None) -> Answer:
        """The object; raises what boto3 raises."""
        if self._base is not None and version_id is None and not self.extra and not _UNTIDY.search(f"/{key}/"):
            answer = self._direct(self._base + _quoted(key))
            if answer is not None:
                with self._lock:
                    self.direct += 1
                return answer
        with self._lock:
            self.slow += 1
        return self._through_boto3(key, version_id)

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
        place = getattr(self._local, "place", None)
        if self._base is not None or place is None or self._has_session_quirks():
            return
        from botocore.auth import S3SigV4Auth

        credentials = self.client._request_signer._credentials
        if credentials is None:
            return
        base, region = place
        self._signer = lambda: S3SigV4Auth(credentials.get_frozen_credentials(), "s3", region)
        self._base = base

    def _has_session_quirks(self) -> bool:
        """Directory buckets sign with session credentials of their own; they stay with boto3."""
        return self.bucket.endswith("--x-s3")

    def _direct(self, url: str) -> Answer | None:
        """One signed GET; None for anything but a plain 200, and boto3 takes over."""
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import HTTPClientError

        request = AWSRequest("GET", url, headers={"User-Agent": self._user_agent()}, stream_output=True)
        self._signer().add_auth(request)
        try:
            response = self.client._endpoint.http_session.send(request.prepare())
        except HTTPClientError:
            return None
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code != 200 or "etag" not in headers or "last-modified" not in headers:
            response.raw.drain_conn()
            response.raw.release_conn()
            return None
        return _answer(headers, response.raw)

    def _user_agent(self) -> str:
        return str(self.client.meta.config.user_agent)


def _quoted(key: str) -> str:
    return quote(key, safe="/~")


def _text(value: str | bytes | None) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value or ""


def _answer(headers: dict[str, str], raw: Any) -> Answer:
    version = headers.get("x-amz-version-id")
    encryption = (
        headers.get("x-amz-server-side-encryption"),
        headers.get("x-amz-server-side-encryption-aws-kms-key-id"),
    )

    def chunks() -> Iterator[bytes]:
        """A connection that is cut just ends: only the length that was promised tells."""
        from botocore.exceptions import IncompleteReadError

        received, promised = 0, int(headers.get("content-length", -1))
        for chunk in raw.stream(CHUNK, decode_content=False):
            received += len(chunk)
            yield chunk
        if promised >= 0 and received != promised:
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
