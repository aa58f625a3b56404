"""Copying one object: streamed to a temporary file, both hashes taken, read-only, tried again when the connection is cut."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ctforensics import clock
from ctforensics.acquire.plan import Wanted
from ctforensics.aws import refusals
from ctforensics.aws.reader import Answer, Reader
from ctforensics.aws.refusals import Refusal
from ctforensics.case.register import EvidenceLine
from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.evidence.clean import GZIP_MAGIC

IN_MEMORY = 8 << 20
CHUNK = 1 << 18
TRIES = 4
SMALL = 1 << 16  # bytes of an object that goes into a tar from memory
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = Refusal("refused", "the disk is full", "Make room, then run the same command to go on.", fatal=True)


@dataclass(frozen=True, slots=True)
class Copied:
    """One object in a temporary file or in memory, described as the register will have it."""

    line: EvidenceLine
    temporary: str | None
    body: bytes | None = None


class Fetcher:
    """Fetches objects of a bucket into a folder of temporary files; called from many threads.

    ``in_memory``: objects of up to so many bytes are not written at all.
    """

    def __init__(self, reader: Reader, partial: Path, root: str, *, in_memory: int = 0, patience: float = 0.5) -> None:
        self.reader, self.partial, self.root = reader, str(partial), root
        self.in_memory, self.patience = in_memory, patience

    def __call__(self, number: int, wanted: Wanted, path: str) -> Copied | Refusal:
        """The object, or why it could not be had. Raises nothing that a single object can cause."""
        refusal = Refusal("refused", "not tried")
        for attempt in range(TRIES):
            if attempt:
                time.sleep(self.patience * 2**attempt)
            try:
                return self._once(f"{self.partial}/{number}", wanted, path)
            except OSError as error:
                if error.errno in FULL:
                    return DISK_FULL
                refusal = _judge(error)
            except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
                refusal = _judge(error)
            if not refusal.retry:
                break
        return refusal

    def _once(self, temporary: str, wanted: Wanted, path: str) -> Copied:
        answer = self.reader.get(wanted.key, wanted.version_id)
        chunks, body = answer.chunks(), b""
        if wanted.size <= self.in_memory:
            for chunk in chunks:
                body += chunk
                if len(body) > self.in_memory:  # it grew since it was listed
                    break
            else:
                self._accept(wanted, answer, len(body))
                sha256, content = hashlib.sha256(body).hexdigest(), content_sha256(body, wanted.key)
                return Copied(_line(wanted, answer, self.root, path, len(body), sha256, content), None, body)
        return self._to_file(temporary, wanted, answer, path, chain([body], chunks))

    def _to_file(self, temporary: str, wanted: Wanted, answer: Answer, path: str, chunks: Iterable[bytes]) -> Copied:
        stored, kept, size = hashlib.sha256(), bytearray(), 0
        out = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o444)
        try:
            for chunk in chunks:
                stored.update(chunk)
                size += len(chunk)
                _write(out, chunk)
                if size <= IN_MEMORY:
                    kept += chunk
            self._accept(wanted, answer, size)
        except BaseException:
            os.close(out)
            Path(temporary).unlink(missing_ok=True)
            raise
        os.close(out)
        small = size <= IN_MEMORY
        content = content_sha256(bytes(kept), wanted.key) if small else streamed_content_sha256(Path(temporary))
        return Copied(_line(wanted, answer, self.root, path, size, stored.hexdigest(), content), temporary)

    def _accept(self, wanted: Wanted, answer: Answer, size: int) -> None:
        """The object was read: it has the size that was listed, unless it is another one by now (an inventory may not say the size)."""
        if wanted.size and size != wanted.size and answer.etag == wanted.etag:
            from botocore.exceptions import IncompleteReadError

            raise IncompleteReadError(actual_bytes=size, expected_bytes=wanted.size)
        self.reader.confirm()


def _write(out: int, data: bytes) -> None:
    """All of it to a plain descriptor: a file object asks the system twice as often, for every one of a million files."""
    done = os.write(out, data)
    while done < len(data):
        done += os.write(out, data[done:])


def _judge(error: Exception) -> Refusal:
    """Cut bodies and broken connections count as trouble on the way, whatever library they come from."""
    from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
    from urllib3.exceptions import HTTPError

    if isinstance(error, IncompleteReadError | HTTPError) or (
        isinstance(error, OSError) and not isinstance(error, BotoCoreError | ClientError)
    ):
        return Refusal("refused", "the connection was cut", "Run the same command again to go on.", retry=True)
    return refusals.judge(error)


def _line(wanted: Wanted, answer: Answer, root: str, path: str, size: int, sha256: str, content: str) -> EvidenceLine:
    return EvidenceLine(
        root=root,
        path=path,
        size=size,
        sha256=sha256,
        content_sha256=content,
        bucket=wanted.bucket,
        key=wanted.key,
        version_id=answer.version_id,
        etag=answer.etag,
        last_modified=clock.utc_text(answer.last_modified),
        storage_class=answer.storage_class,
        metadata=answer.metadata or None,
        encryption=answer.encryption,
        acquired_at=clock.utc_text(clock.now().replace(microsecond=0)),
    )


def content_sha256(data: bytes, name: str) -> str:
    """SHA-256 of the inflated content, as the door to the evidence gives it; empty for what the door refuses (a bomb)."""
    try:
        return hashlib.sha256(door.inflate(data, gz_name=name.endswith(".gz")).content).hexdigest()
    except EvidenceError:
        return ""


def streamed_content_sha256(file: Path) -> str:
    """The same for a file too large for memory: the first gzip member, or the plain bytes."""
    with file.open("rb") as stream:
        if stream.read(2) != GZIP_MAGIC:
            stream.seek(0)
            return hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        return _first_member(stream)


def _first_member(stream: BinaryIO, bound: int = 1 << 36) -> str:
    engine, digest, total = zlib.decompressobj(zlib.MAX_WBITS | 16), hashlib.sha256(), 0
    try:
        while not engine.eof and (chunk := stream.read(CHUNK)):
            while chunk and not engine.eof:
                content = engine.decompress(chunk, 1 << 22)
                digest.update(content)
                total += len(content)
                chunk = engine.unconsumed_tail
                if total > bound:
                    return ""
    except zlib.error:
        pass  # damaged: the hash of what came out before, as the door has it
    return digest.hexdigest()
