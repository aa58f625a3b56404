"""Runs of verification as files of a case: a head line, a line per file, a line per finding, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ctforensics import clock
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError
from ctforensics.verify.result import Verification

_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d+))?\.jsonl")


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One run as it was saved. ``head`` is the answer without files and findings."""

    run: str
    path: Path
    head: dict[str, Any]

    def files(self) -> Iterator[dict[str, Any]]:
        """The outcome of every file, as ``FileOutcome.to_json`` gave it (``content_sha256`` joins it with what is loaded)."""
        return self._lines("file")

    def findings(self) -> Iterator[dict[str, Any]]:
        """The findings, as ``Finding.to_json`` gave them."""
        return self._lines("finding")

    def _lines(self, kind: str) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as stream:
            for raw in stream:
                line = orjson.loads(raw)
                if line.pop("line", None) == kind:
                    yield line


def save(folder: CaseFolder, verification: Verification) -> SavedRun:
    """Writes a run into ``verification/``; the file appears only when it is whole."""
    folder.verification.mkdir(exist_ok=True)
    run = _free_name(folder)
    path = folder.verification / f"{run}.jsonl"
    temporary = path.with_suffix(".new")
    head = verification.head() | {"run": run}
    try:
        with temporary.open("wb") as stream:
            stream.write(orjson.dumps({"line": "head"} | head) + b"\n")
            for outcome in verification.files:
                stream.write(orjson.dumps({"line": "file"} | outcome.to_json()) + b"\n")
            for finding in verification.findings:
                stream.write(orjson.dumps({"line": "finding"} | finding.to_json()) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise CaseError(f"The verification cannot be saved: {error.strerror}.", where=str(folder.path)) from error
    verification.run = run
    return SavedRun(run, path, head)


def newest(folder: CaseFolder) -> SavedRun | None:
    """The newest saved run, or None where nothing was verified yet."""
    found = runs(folder)
    return read(found[-1]) if found else None


def read(path: Path) -> SavedRun:
    """A saved run. Raises CaseError where its file is damaged."""
    with path.open("rb") as stream:
        try:
            head = orjson.loads(stream.readline())
        except orjson.JSONDecodeError as error:
            raise CaseError(
                "A saved verification cannot be read.", where=str(path), hint="Move it away and verify again."
            ) from error
    head.pop("line", None)
    return SavedRun(path.stem, path, head)


def runs(folder: CaseFolder) -> list[Path]:
    """The files of all saved runs, oldest first."""
    if not folder.verification.is_dir():
        return []
    named = [(match, path) for path in folder.verification.iterdir() if (match := _NAME.fullmatch(path.name))]
    return [path for match, path in sorted(named, key=lambda item: (item[0][1], int(item[0][2] or 1)))]


def _free_name(folder: CaseFolder) -> str:
    stamp = f"{clock.now():%Y%m%dT%H%M%SZ}"
    taken = {path.stem for path in runs(folder)}
    return next(n for n in (stamp, *(f"{stamp}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)
