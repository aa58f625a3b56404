"""Known answers, run from the installed package: what a laboratory does before it uses a version.

Nothing is read from the network or from outside a temporary folder. Every check compares with an answer that stands here or in the
labels of a practice story, and a wrong one is a row that says what was expected.
"""

from __future__ import annotations

import json
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from ctforensics import hashing
from ctforensics.case import custody
from ctforensics.case.folder import CaseFolder
from ctforensics.known import CHECKS, Known

STORIES = ("leaked_key", "quiet_week", "tampered_log", "trail_stopped", "s3_ransom")


def run(progress: Callable[[str], None] | None = None) -> Iterator[Known]:
    """Every known answer in turn; under two minutes on two cores."""
    with tempfile.TemporaryDirectory(prefix="ctforensics-selftest-") as folder:
        place = Path(folder)
        for check in CHECKS:
            yield from _timed(check)
        for story in STORIES:
            if progress:
                progress(story)
            yield from _timed(lambda story=story: _story(story, place / story))  # type: ignore[misc]


def record(folder: CaseFolder, answers: list[Known]) -> str:
    """Notes a run in a case's custody: how many answers were right, a hash over them, and what they ran on; returns the head."""
    said = "\n".join(f"{known.name}\t{known.expected}\t{known.found}" for known in answers)
    wrong = sum(not known.ok for known in answers)
    facts = {"right": len(answers) - wrong, "wrong": wrong, "sha256": hashing.sha256_hex(said.encode())}
    return custody.record(
        folder, "selftest", **facts, python=platform.python_version(), duckdb=metadata.version("duckdb")
    )


def _timed(check: Callable[[], Iterator[Known]]) -> Iterator[Known]:
    started = time.perf_counter()
    for known in check():
        yield Known(known.name, known.expected, known.found, round(time.perf_counter() - started, 3))
        started = time.perf_counter()


_VERDICTS = {
    "leaked_key": ("ok", True),
    "quiet_week": ("ok", True),
    "tampered_log": ("fail", False),
    "trail_stopped": ("ok", False),
    "s3_ransom": ("ok", True),
}


def _story(story: str, place: Path) -> Iterator[Known]:
    """A practice archive written, verified, loaded and asked; every answer that its labels know is found."""
    from ctforensics import practice
    from ctforensics.investigation import new_case

    archive = practice.write(story, place / "archive")
    case = new_case(place / "case")
    case.add_evidence(archive.bucket, label="mirror")
    judged = case.verify(
        public_keys=archive.public_keys,
        metadata=archive.metadata,
        expect=archive.expect,
        since=archive.since,
        until=archive.until,
    )
    authentic, complete = _VERDICTS[story]
    yield Known(f"{story}: authentic", authentic, str(judged.authentic))
    yield Known(f"{story}: complete", str(complete), str(judged.complete))
    yield Known(f"{story}: whose keys", "practice", str(judged.keys_from))
    case.load()
    status = case.status()
    balance = status["events"] + status["duplicates"] + status["poorer_copies"] + status["rejected_records"]
    yield Known(f"{story}: the ledger balances", str(status["records"]), str(balance))
    held = {event_id for (event_id,) in case.room.cursor().execute("SELECT event_id FROM events").fetchall()}
    for name, fact in archive.facts.items():
        wanted = sorted(set(fact["answer"]) & held)
        found = _found(case, fact, wanted)
        yield Known(f"{story}: {name} by {fact['question']}", _short(wanted), _short(sorted(found)))
    case.close()


# What one would ask with, read off the labelled events themselves: expressions over ``events`` for each entity.
_ENTITY_VALUES = {
    "access_key": ("access_key_id", "issued_access_key_id", "request_parameters ->> '$.accessKeyId'"),
    "principal": ("principal_arn", "actor"),
    "address": ("source_ip_address",),
    "bucket": ("bucket_name",),
    "resource": ("coalesce(bucket_name, request_parameters ->> '$.keyId', target)",),
}


def _found(case: Any, fact: dict[str, Any], wanted: list[str]) -> set[str]:
    """Which of the wanted events the labelled question answers, asked with every value that the events give for it."""
    found: set[str] = set()
    question = case.catalog.get(fact["question"])
    for params in _params(case, question, wanted):
        text = json.dumps(case.ask(question.name, **params).to_dict("records"), default=str)
        found |= {event_id for event_id in wanted if event_id in text}
    return found


def _params(case: Any, question: Any, wanted: list[str]) -> list[dict[str, Any]]:
    pivot = question.pivot
    if pivot is None or not (pivot.required or pivot.name == "ips"):
        return [{}]
    values = set()
    for expression in _ENTITY_VALUES[pivot.entity]:
        rows = case.room.cursor().execute(
            f"SELECT DISTINCT {expression} FROM events WHERE list_contains(?, event_id)", [wanted]
        )
        values |= {value for (value,) in rows.fetchall() if value}
    return [{pivot.name: [value] if pivot.type.endswith("[]") else value} for value in sorted(values)]


def _short(ids: list[str]) -> str:
    return f"{len(ids)} events: {', '.join(ids[:3])}{' ...' if len(ids) > 3 else ''}"
