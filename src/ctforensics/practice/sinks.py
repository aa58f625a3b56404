"""Where a practice trail is written: a folder that mirrors the buckets."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, Protocol

from isal import igzip

# The layout of the members is fixed, the compressed bytes are not: they may differ between builds of the compressor.
_FAST = 1


def pack(content: bytes) -> bytes:
    """The content as one gzip member without name and time."""
    return igzip.compress(content, compresslevel=_FAST, mtime=0)


def unpack(stored: bytes) -> bytes:
    """The content of stored bytes that this module packed."""
    return gzip.decompress(stored)


class Sink(Protocol):
    """Takes objects as S3 would; ``metadata`` collects the HEAD answers of digests for a ``--metadata`` file."""

    metadata: dict[str, Any]

    def put(self, bucket: str, key: str, content: bytes, metadata: dict[str, str] | None = None) -> None:
        """Stores the content, gzipped, under that key."""


class FolderSink:
    """Objects as files below a folder, written at once: nothing but the metadata of digests stays in memory."""

    def __init__(self, folder: Path, *, bucket_folders: bool = False) -> None:
        self.folder, self.bucket_folders = folder, bucket_folders
        self.metadata: dict[str, Any] = {}
        self.files = self.stored_bytes = self.content_bytes = 0
        self._made: set[Path] = set()

    def path(self, bucket: str, key: str) -> Path:
        """Where an object stands."""
        return (self.folder / bucket if self.bucket_folders else self.folder) / key

    def put(self, bucket: str, key: str, content: bytes, metadata: dict[str, str] | None = None) -> None:
        path, stored = self.path(bucket, key), pack(content)
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        path.write_bytes(stored)
        self.files += 1
        self.stored_bytes += len(stored)
        self.content_bytes += len(content)
        if metadata is not None:
            self.metadata[f"{bucket}/{key}"] = {"Metadata": metadata}

    def read(self, bucket: str, key: str) -> bytes:
        """The inflated content of an object."""
        return unpack(self.path(bucket, key).read_bytes())

    def tamper(self, bucket: str, key: str, content: bytes | None) -> None:
        """Puts other content where an object stands, or (None) takes the object away."""
        if content is None:
            self.path(bucket, key).unlink()
            self.files -= 1
        else:
            self.path(bucket, key).write_bytes(pack(content))
