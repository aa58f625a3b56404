"""``evidence.jsonl``: one line per evidence object, written before anything in it is parsed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ctforensics import hashing
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """What is known of one object as stored. ``sha256`` is of the stored bytes, ``content_sha256`` of the inflated content.

    ``path`` is relative to the root, with ``!/`` between a container and its member. ``metadata`` is the object's user
    metadata (a digest's signature stands there), ``acquired_at`` UTC text.
    """

    root: str
    path: str
    size: int
    sha256: str
    content_sha256: str = ""
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    storage_class: str | None = None
    metadata: dict[str, str] | None = None
    encryption: str | None = None
    acquired_at: str | None = None

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> EvidenceLine:
        return cls(**{name: line[name] for name in cls.__slots__ if name in line})

    def as_json(self) -> dict[str, Any]:
        """What the register holds of it: nothing for what is not known."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


_quoted = json.encoder.encode_basestring_ascii


def line(root: str, path: str, size: int, sha256: str, content_sha256: str, last_modified: str | None) -> bytes:
    """The line of an object with these facts, to be added with ``journal.append_text``: a load writes one for every file."""
    said = f'{{"root":{_quoted(root)},"path":{_quoted(path)},"size":{size},"sha256":{_quoted(sha256)}'
    said += f',"content_sha256":{_quoted(content_sha256)}'
    if last_modified is not None:
        said += f',"last_modified":{_quoted(last_modified)}'
    return said.encode() + b"}\n"


def append(folder: CaseFolder, lines: Iterable[EvidenceLine]) -> None:
    """Adds lines to the register, synced before this returns."""
    journal.append(
        folder.register_file,
        (line.as_json() for line in lines),
        chained=False,
    )


def state(folder: CaseFolder) -> dict[str, Any]:
    """How long the register is and SHA-256 over it: a custody line that carries this anchors every line before it."""
    if not folder.register_file.exists():
        return {"bytes": 0, "sha256": hashlib.sha256().hexdigest()}
    with folder.register_file.open("rb") as stream:
        sha256, size = hashing.sha256_stream(stream)
    return {"bytes": size, "sha256": sha256}


def altered(folder: CaseFolder, states: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[int]:
    """Of numbered states that custody recorded: the numbers of those that the register's beginning no longer has."""
    digest, done = hashlib.sha256(), 0
    ordered = sorted(((int(told["bytes"]), str(told["sha256"]), number) for number, told in states))
    if not folder.register_file.exists():
        yield from (number for size, _, number in ordered if size)
        return
    with folder.register_file.open("rb") as stream:
        for size, sha256, number in ordered:
            while done < size and (chunk := stream.read(min(hashing.CHUNK, size - done))):
                digest.update(chunk)
                done += len(chunk)
            if done != size or digest.hexdigest() != sha256:
                yield number


def read(folder: CaseFolder) -> Iterator[EvidenceLine]:
    """All lines, oldest first: a later line for the same root and path is what was seen later."""
    for line in journal.read(folder.register_file):
        yield EvidenceLine.from_json(line)
