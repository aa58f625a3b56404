"""A tar that claims more than its size allows is refused before it is read to its end."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ctforensics.evidence import roots, tars


def tar_of(*sizes: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, size in enumerate(sizes):
            info = tarfile.TarInfo(f"{number}")
            info.size = size
            archive.addfile(info, io.BytesIO(bytes(size)))
    return out.getvalue()


def refusals(place: Path, data: bytes) -> list[str]:
    place.write_bytes(data)
    return [found.refused for found in roots.walk(place, "mirror") if found.refused]


def test_a_compressed_tar_is_bounded_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = gzip.compress(tar_of(*[60_000] * 20))
    assert refusals(tmp_path / "a.tar.gz", data) == []
    monkeypatch.setattr(tars, "_LEAST", 1 << 20)
    (said,) = refusals(tmp_path / "b.tar.gz", data)
    assert "inflates to more than 1048576 bytes" in said
    assert refusals(tmp_path / "c.tar", tar_of(*[60_000] * 20)) == [], "what is not compressed is as large as it is"


def test_a_tar_of_more_members_than_its_size_allows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = gzip.compress(tar_of(*[0] * 300))
    assert refusals(tmp_path / "a.tar.gz", data) == []
    monkeypatch.setattr(tars, "_MEMBERS", 10)
    (said,) = refusals(tmp_path / "b.tar.gz", data)
    assert "claims more than" in said
    assert refusals(tmp_path / "c.tar", tar_of(*[0] * 300)) == []
