"""Where files of an acquisition lie: temporary ones inside the case and outside of the evidence, finished ones read-only in their places."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ctforensics.case.folder import CaseFolder

ROOT = "evidence"


def place_file(temporary: Path, evidence: Path, path: str) -> None:
    """Moves a finished file to its place below the evidence folder, read-only."""
    make_read_only(temporary)
    place_read_only(str(temporary), f"{evidence}/{path}")


def place_read_only(temporary: str, target: str) -> None:
    """Moves a finished file that is read-only already."""
    try:
        os.replace(temporary, target)
    except FileNotFoundError:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, target)


def make_read_only(file: Path) -> None:
    """Takes the right to write away from everybody: evidence is never written again."""
    if file.stat().st_mode & 0o222:
        file.chmod(0o444)


def fresh_partial(folder: CaseFolder) -> Path:
    """An empty folder for temporary files, inside the case and outside the evidence."""
    partial = folder.path / "acquisition" / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial
