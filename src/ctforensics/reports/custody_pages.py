"""Custody in a report: acquisition, verification and load up to the head that the report rests on, under the declared examiner.

Users and hosts stand in the case and are nobody else's business; places on a machine are named by their last part.
"""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from ctforensics import __version__, clock, known
from ctforensics.case import custody, journal
from ctforensics.reports import pieces
from ctforensics.reports.cells import counted, in_words
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece

_LIBRARIES = ("duckdb", "nbconvert", "vl-convert-python")


def section(held: Held) -> list[Piece]:
    """The declared examiner, the head, whether the chain is whole, and every line that changed what the case knows."""
    as_of = held.as_of
    facts = [
        ("Declared examiner", held.manifest.examiner or "not declared"),
        ("Custody head of this report", as_of.head or "none"),
        ("Chain of custody record", broken(held) or "whole"),
    ]
    rows = [
        [line.get("at"), line.get("action"), told(line), line.get("version"), line.get("hash")] for line in as_of.lines
    ]
    note = f"Lines up to the head that this report rests on, made under the declared examiner {held.manifest.examiner or '(none declared)'}."
    columns = ["at", "action", "what", "version", "hash"]
    table = pieces.table(
        columns, rows, caption="Custody record", note=note, detail=["hash"], labels={"version": "with version"}
    )
    return [pieces.heading("Custody", level=3), pieces.facts(facts), table]


def broken(held: Held) -> str:
    """What is wrong with the chain of the custody record; empty where it is whole."""
    chain = custody.verify(held.folder)
    return "" if chain.ok else f"BROKEN: line {chain.faults[0][0]} {chain.faults[0][1]}"


def told(line: dict[str, Any]) -> str:
    """What a custody line records, in a few words without a user, a host or a folder of a machine."""
    tell = _TOLD.get(str(line.get("action")))
    return tell(line) if tell else ""


def place(text: str) -> str:
    """A place without the folders of the machine it was on."""
    if ("://" in text and not text.startswith("file:")) or not any(sign in text for sign in "/\\"):
        return text
    return text.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _part(line: dict[str, Any], name: str) -> dict[str, Any]:
    held = line.get(name)
    return held if isinstance(held, dict) else {}


def _made(line: dict[str, Any]) -> str:
    return f"case made: {line.get('title') or 'without a title'}"


def _acquired(line: dict[str, Any]) -> str:
    ledger = _part(line, "ledger")
    said = [str(line.get("state") or ""), f"from {place(str(line['source']))}" if line.get("source") else ""]
    said += [f"why: {line['why']}"] if line.get("why") else []
    said += [f"{name} {ledger[name]:,}" for name in ledger if isinstance(ledger[name], int) and ledger[name]]
    said += [f"as received sha256 {line['sha256']}"] if line.get("sha256") else []
    return ", ".join(part for part in said if part)


def _keys(line: dict[str, Any]) -> str:
    given = _part(line, "keys")
    regions = ", ".join(f"{counted(int(keys), 'key')} of {region}" for region, keys in sorted(given.items()))
    return f"public keys from {line.get('source') or 'an unnamed source'}: {regions}" if regions else _supplied(line)


def _supplied(line: dict[str, Any]) -> str:
    """What an investigator brought: the file's name as given, and the hash of what is kept."""
    hashes = ", ".join(str(sha256) for sha256 in _part(line, "files").values())
    what = str(line.get("action")).replace("_", " ")
    return f"{what} {line.get('source') or ''} as {place(str(line.get('given_as') or 'no file'))}, sha256 {hashes or 'not stated'}"


def _verified(line: dict[str, Any]) -> str:
    counts = _part(line, "counts")
    window = _part(line, "window")
    complete = {True: "yes", False: "no", None: "not known"}.get(line.get("complete"), "not known")
    said = [
        f"authentic {line.get('authentic') or 'not stated'}",
        f"complete {complete}",
        f"keys {line.get('keys_from') or 'none'}",
    ]
    said += [f"{counted(counts['proven'], 'file')} proven"] if isinstance(counts.get("proven"), int) else []
    said += [f"window {window['since']} to {window['until']}"] if window.get("since") and window.get("until") else []
    said += (
        [f"run {line['run']}", f"its file sha256 {line['sha256']}"] if line.get("run") and line.get("sha256") else []
    )
    return ", ".join(said)


def _loaded(line: dict[str, Any]) -> str:
    files = _part(line, "files")
    scope = _part(line, "scope")
    said = [f"files {in_words('outcome', outcome).replace('_', ' ')} {count:,}" for outcome, count in files.items()]
    said += [f"{name} {line[name]:,}" for name in ("records", "events") if isinstance(line.get(name), int)]
    narrowed = [f"{name} {value}" for name, value in scope.items() if value and name != "late_seconds"]
    return ", ".join([*said, f"scope {', '.join(narrowed)}" if narrowed else "scope everything"])


def _handed(line: dict[str, Any]) -> str:
    return ", ".join(str(line[name]) for name in ("party", "how", "note") if line.get(name))


_TOLD = {
    "new": _made,
    "acquire": _acquired,
    "public_keys": _keys,
    "metadata": _supplied,
    "verify": _verified,
    "load": _loaded,
    "receive": _handed,
    "restore": lambda line: f"{line.get('requests') or 'no'} objects asked back from archive storage",
}


def versions(held: Held) -> list[Piece]:
    """The versions that made the report, and how this version of the tool stood up to its known answers."""
    facts: list[tuple[str, Any]] = [("ctforensics", __version__), ("Python", platform.python_version())]
    for name in _LIBRARIES:
        try:
            facts.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            facts.append((name, "not installed"))
    return [pieces.heading("Versions and selftest", level=3), pieces.facts(facts), *_selftest(held)]


def _selftest(held: Held) -> list[Piece]:
    """The short selftest, run for this report, and the full one that the custody record holds of this version."""
    short = known.answers()
    wrong = [each.name for each in short if not each.ok]
    made = [
        pieces.callout(
            "fail", f"WRONG answers of the selftest: {', '.join(wrong)}. Nothing in this report may be relied on."
        )
        if wrong
        else pieces.callout("ok", f"Short selftest, run for this report: all {len(short)} known answers are right.")
    ]
    return [*made, _full(held)]


def _full(held: Held) -> Piece:
    ran = [line for line in journal.read(held.folder.custody_file) if line.get("action") == "selftest"]
    same = [line for line in ran if line.get("version") == __version__]
    if not same:
        said = f"No full selftest of ctforensics {__version__} is recorded in this case; “ctforensics selftest --case CASE” runs and records it."
        return pieces.callout("note", said)
    line = same[-1]
    said = (
        f"Full selftest of ctforensics {__version__}, recorded {clock.utc_text(clock.parse_instant(str(line['at'])))}"
    )
    told = f"{said}: {line.get('right', 0):,} known answers right, {line.get('wrong', 0):,} wrong (Python {line.get('python')}, DuckDB {line.get('duckdb')}; sha256 of the answers {line.get('sha256')})."
    return pieces.callout("fail" if line.get("wrong") else "ok", told)
