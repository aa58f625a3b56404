"""Keys and metadata that were given to a run stay with the case, with where they came from: a verdict must be repeatable."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ctforensics import clock
from ctforensics.case import custody, journal
from ctforensics.case.folder import CaseFolder
from ctforensics.verify.keys import region_in

_ODD = re.compile(r"[^A-Za-z0-9_.-]+")


def keep(folder: CaseFolder, public_keys: Iterable[Path], metadata: Path | None) -> None:
    """Copies what the case does not hold yet into ``keys/`` (metadata into ``keys/metadata/``) and says so in custody.

    The files were read before: what cannot be used has raised its error by now.
    """
    _keep(folder, public_keys, folder.keys, "public_keys")
    _keep(folder, [metadata] if metadata else [], folder.keys / "metadata", "metadata")


def metadata_files(folder: CaseFolder) -> list[Path]:
    """The metadata files that earlier runs were given."""
    place = folder.keys / "metadata"
    return sorted(place.glob("*.json")) if place.is_dir() else []


def _keep(folder: CaseFolder, files: Iterable[Path], place: Path, action: str) -> None:
    held = set(_hashes(place))
    for file in files:
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in held:
            continue
        held.add(sha256)
        place.mkdir(parents=True, exist_ok=True)
        target = place / _name(file.name, sha256)
        waiting = target.with_suffix(".new")
        waiting.write_bytes(data)
        waiting.chmod(0o444)
        os.replace(waiting, target)
        facts = {"file": target.relative_to(folder.keys).as_posix(), "sha256": sha256, "given_as": file.name}
        at = clock.utc_text(clock.now().replace(microsecond=0))
        journal.append(
            folder.keys / "provenance.jsonl", [{**facts, "source": "supplied", "kept_at": at}], chained=False
        )
        custody.record(folder, action, source="supplied", files={facts["file"]: sha256}, given_as=file.name)


def _name(given: str, sha256: str) -> str:
    """A name for the copy from which the same region is read as from the name that was given: it decides what a key may prove."""
    stem = _ODD.sub("_", given).removesuffix(".json").removesuffix(".jsonl")[-80:]
    name, region = f"supplied-{sha256[:12]}_{stem}.json", region_in(given)
    return name if region_in(name) == region else f"supplied-{sha256[:12]}_{region or 'keys'}.json"


def _hashes(place: Path) -> Iterator[str]:
    for file in place.glob("*.json") if place.is_dir() else ():
        yield hashlib.sha256(file.read_bytes()).hexdigest()
