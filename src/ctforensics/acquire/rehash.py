"""Checking custody: the chain of custody.jsonl, an expected head, and every registered object hashed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ctforensics import hashing
from ctforensics.acquire.registered import Registered
from ctforensics.case import custody, journal, register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import EvidenceError
from ctforensics.evidence import roots


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was registered: ``changed``, ``missing``, ``unreadable``, ``unregistered``, ``no_root``."""

    word: str
    root: str
    path: str
    detail: str = ""


@dataclass(slots=True)
class Checked:
    """``anchored``: True where the expected head stands in the chain, False where it does not, None where none was given."""

    chain: journal.ChainReport
    anchored: bool | None = None
    lines_since: int = 0
    objects: int = 0
    bytes: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing differs. It does not say that the chain is anchored."""
        return self.chain.ok and not self.differences and self.anchored is not False


def check(folder: CaseFolder, expect: str | None = None, told: Callable[[int], None] = lambda done: None) -> Checked:
    """Everything that custody can prove by itself. ``expect``: a head hash that somebody wrote down earlier."""
    result = Checked(custody.verify(folder))
    if expect is not None:
        _anchor(folder, expect.strip().lower(), result)
    _check_register(folder, result)
    lines = Registered(register.read(folder))
    known = {root.label: root for root in folder.manifest().evidence}
    for label in lines.roots():
        if label not in known:
            detail = f"{lines.count(label):,} objects of a root that is not in case.toml"
            result.differences.append(Difference("no_root", label, "", detail))
            continue
        _check_root(folder, known[label], lines, result, told)
    return result


def _check_register(folder: CaseFolder, result: Checked) -> None:
    """The register against what custody recorded of it: its hashes are worth no more than itself."""
    if result.chain.faults:
        return  # a journal that cannot be trusted, perhaps not even read, vouches for nothing
    states = [
        (n, line["register"]) for n, line in enumerate(journal.read(folder.custody_file), 1) if "register" in line
    ]
    for number in register.altered(folder, states):
        detail = f"not as custody line {number} recorded it"
        result.differences.append(Difference("changed", "", folder.register_file.name, detail))


def _anchor(folder: CaseFolder, expect: str, result: Checked) -> None:
    result.anchored = False
    for number, line in enumerate(_hashes(folder.custody_file), 1):
        if line == expect:
            result.anchored, result.lines_since = True, result.chain.lines - number


def _hashes(file: Path) -> list[str]:
    if not file.exists():
        return []
    found = []
    for raw in file.read_bytes().splitlines():
        try:
            found.append(str(json.loads(raw)["hash"]))
        except (ValueError, KeyError, TypeError):
            found.append("")  # a torn line has no hash; the chain report names it
    return found


def _check_root(
    folder: CaseFolder, root: Root, lines: Registered, result: Checked, told: Callable[[int], None]
) -> None:
    """Walks a root once: each object is compared with its line; what has no line below the case is reported."""
    place = folder.where(root)
    whole_file = place.is_file()
    if whole_file:
        _compare_file(place, root, lines, result, told)
    try:
        for located in roots.walk(place, root.label) if not whole_file or lines.any_members(root.label) else ():
            expected = lines.pop(root.label, located.path)
            if expected is None:
                if not whole_file and not Path(root.where).is_absolute():
                    result.differences.append(
                        Difference("unregistered", root.label, located.path, located.refused or "")
                    )
                continue
            _compare(located, expected, result, told)
            if not whole_file and lines.has_members(root.label, located.path):
                _check_members(located, lines, result, told)
    except EvidenceError as error:
        result.differences.append(Difference("unreadable", root.label, "", str(error)))
        return
    result.differences += [Difference("missing", root.label, path) for path in lines.left(root.label)]


def _check_members(container: roots.Located, lines: Registered, result: Checked, told: Callable[[int], None]) -> None:
    """The members of a container that have lines of their own."""
    for member in roots.expand(container):
        expected = lines.pop(container.root, member.path)
        if expected is not None:
            _compare(member, expected, result, told)
        elif member.path != container.path or member.refused:
            detail = member.refused or ""
            result.differences.append(Difference("unregistered", container.root, member.path, detail))


def _compare_file(place: Path, root: Root, lines: Registered, result: Checked, told: Callable[[int], None]) -> None:
    """A container as received: the file itself against its line, or against the hash in case.toml."""
    expected = lines.pop(root.label, place.name)
    if expected is None:
        if not root.sha256:
            return
        expected = (root.sha256, place.stat().st_size)
    _compare(
        roots.Located(root.label, place.name, place.stat().st_size, file=place, open=lambda: place.open("rb")),
        expected,
        result,
        told,
    )


def _compare(located: roots.Located, expected: tuple[str, int], result: Checked, told: Callable[[int], None]) -> None:
    result.objects += 1
    told(result.objects)
    if located.refused or located.open is None:
        result.differences.append(Difference("unreadable", located.root, located.path, located.refused or ""))
        return
    try:
        with located.open() as stream:
            sha256, size = hashing.sha256_stream(stream)
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        result.differences.append(Difference("unreadable", located.root, located.path, str(error)))
        return
    result.bytes += size
    if sha256 != expected[0]:
        detail = f"{expected[1]:,} bytes with {expected[0]} registered, {size:,} bytes with {sha256} found"
        result.differences.append(Difference("changed", located.root, located.path, detail))
