"""Verifying a case, a folder or a container: where objects, keys, metadata and expectation come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from ctforensics.case import custody, journal, register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.outstanding import is_older
from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.evidence import roots
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import Located
from ctforensics.verify import expect as expected
from ctforensics.verify import kept, saved
from ctforensics.verify.heads import from_head, proposed
from ctforensics.verify.keys import KeyStore, PublicKey, read_keys
from ctforensics.verify.ledger import Signature
from ctforensics.verify.reading import LIMITS
from ctforensics.verify.result import Verification
from ctforensics.verify.run import verify

_USUAL = ".json.gz"
Progress = Callable[[int], None] | None


def verify_case(
    folder: CaseFolder,
    *,
    public_keys: Path | Iterable[Path] | None = None,
    metadata: Path | None = None,
    expect: Path | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    accounts: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    trails: Iterable[str] | None = None,
    jobs: int = 2,
    progress: Progress = None,
    limits: Limits = LIMITS,
    save: bool = True,
) -> Verification:
    """Verifies all evidence of a case, saves the run in ``verification/`` and adds a line to custody.

    Keys are those in ``keys/`` and in ``public_keys``; signatures come from the register and ``metadata``; the expectation
    from ``expect``, else as acquired. Keys and metadata that are given stay in ``keys/``, so that a later run can repeat this one. Raises ForensicsError where a file that was named cannot be used.
    """
    given = _paths(public_keys)
    keys = case_keys(folder)
    _add_keys(keys, given)
    heads = [*kept.metadata_files(folder), *([metadata] if metadata else [])]
    result = verify(
        _objects(folder),
        keys=keys,
        places=_places(folder),
        signatures=chain(_signatures(folder), *map(proposed, heads)),
        expectation=_expectation(folder, expect),
        since=since,
        until=until,
        accounts=accounts,
        regions=regions,
        trails=trails,
        jobs=jobs,
        progress=progress,
        limits=limits,
    )
    if save:
        kept.keep(folder, given, metadata)
        run = saved.save(folder, result)
        custody.record(
            folder,
            "verify",
            run=run.run,
            sha256=hashlib.sha256(run.path.read_bytes()).hexdigest(),
            authentic=result.authentic,
            complete=result.complete,
            keys_from=result.keys_from,
            window=result.window,
            counts=result.counts,
            findings=len(result.findings),
            inputs=_inputs(public_keys, metadata, expect),
        )
    return result


def verify_path(
    place: Path,
    *,
    public_keys: Path | Iterable[Path] | None = None,
    metadata: Path | None = None,
    expect: Path | None = None,
    fetched: Iterable[PublicKey] = (),
    **options: Any,
) -> Verification:
    """Verifies a folder, zip or tar that is no case; nothing is written. Further options as in ``run.verify``.

    ``fetched`` are keys that the caller has asked AWS for.
    """
    keys = KeyStore()
    keys.add(fetched, "asked online")
    _add_keys(keys, _paths(public_keys))
    return verify(
        everything(place, place.name or "evidence"),
        keys=keys,
        signatures=proposed(metadata) if metadata else (),
        expectation=expected.read(expect) if expect else None,
        **options,
    )


def everything(place: Path, label: str) -> Iterator[Located]:
    """Every object below a root, also inside zip and tar files that stand in it."""
    for located in roots.walk(place, label):
        path = located.path
        if path.endswith(_USUAL) or not path.lower().endswith(roots.CONTAINER_SUFFIXES):
            yield located
        else:
            yield from roots.expand(located)


def case_keys(folder: CaseFolder) -> KeyStore:
    """The keys in a case's ``keys/``: from AWS where a custody line says that we fetched exactly this file, else supplied."""
    keys = KeyStore()
    fetched = _fetched(folder)
    for file in sorted(folder.keys.glob("*.json")) if folder.keys.is_dir() else []:
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        origin = "aws" if sha256 in fetched else "supplied"
        keys.add(read_keys(file, origin), f"keys/{file.name} ({origin})")
    return keys


def _fetched(folder: CaseFolder) -> set[str]:
    """Hashes of key files that custody says came from AWS itself; none where the custody chain is broken."""
    if not custody.verify(folder).ok:
        return set()
    found: set[str] = set()
    for line in journal.read(folder.custody_file):
        files = line.get("files")
        if line.get("action") == "public_keys" and line.get("source") == "aws" and isinstance(files, dict):
            found.update(str(sha256) for sha256 in files.values())
    return found


def _paths(files: Path | str | Iterable[Path | str] | None) -> list[Path]:
    return [Path(file) for file in ([files] if isinstance(files, str | Path) else files or ())]


def _add_keys(keys: KeyStore, files: Iterable[Path]) -> None:
    for file in files:
        keys.add(read_keys(file), f"{file} (supplied)")


def _objects(folder: CaseFolder) -> Iterator[Located]:
    for root in roots.roots_of(folder):
        try:
            yield from everything(folder.where(root), root.label)
        except ForensicsError as error:
            # Evidence that is not at hand is named, and the rest is verified all the same.
            yield Located(root.label, root.where, 0, refused=str(error))


def _places(folder: CaseFolder) -> Iterator[tuple[str, str, str]]:
    for line in register.read(folder):
        if is_older(line.path):
            continue  # an older version no longer stands at its key: what stands there now is judged for that place
        if line.bucket and line.key and line.path != f"{line.bucket}/{line.key}":
            yield line.root, line.path, f"{line.bucket}/{line.key}"


def _signatures(folder: CaseFolder) -> Iterator[tuple[str, Signature]]:
    for line in register.read(folder):
        if line.metadata and line.bucket and line.key:
            signature = from_head(line.metadata)
            if signature:
                yield f"{line.bucket}/{line.key}", signature


def _expectation(folder: CaseFolder, file: Path | None) -> expected.Expectation | None:
    if file:
        return expected.read(Path(file))
    acquired = folder.evidence / "_aws" / "expect.json"
    if not acquired.is_file():
        return None
    try:
        return expected.read(acquired, "acquisition")
    except ParameterError:
        return None  # AWS told nothing: the acquisition's questions.json says what was denied


def _inputs(public_keys: Any, metadata: Path | None, expect: Path | None) -> dict[str, str]:
    files = [public_keys] if isinstance(public_keys, str | Path) else list(public_keys or ())
    named = [Path(f) for f in (*files, metadata, expect) if f]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in named}
