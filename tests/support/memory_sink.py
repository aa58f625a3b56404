"""A practice trail in memory, for tests that change single objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ctforensics.practice.sinks import pack, unpack


class MemorySink:
    """Objects in a dictionary: (bucket, key) to stored bytes."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.metadata: dict[str, Any] = {}

    def put(self, bucket: str, key: str, content: bytes, metadata: dict[str, str] | None = None) -> None:
        self.objects[bucket, key] = pack(content)
        if metadata is not None:
            self.metadata[f"{bucket}/{key}"] = {"Metadata": metadata}

    def content(self, bucket: str, key: str) -> bytes:
        """The inflated content of an object."""
        return unpack(self.objects[bucket, key])

    def write_to(self, folder: Path, *, bucket_folders: bool = False) -> None:
        """Writes every object below ``folder``; with ``bucket_folders`` each bucket gets a folder of its own."""
        for (bucket, key), stored in self.objects.items():
            path = (folder / bucket if bucket_folders else folder) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stored)
