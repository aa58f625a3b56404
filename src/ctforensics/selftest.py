"""Known answers, run from the installed package: what a laboratory does before it uses a version.

Nothing is read from the network or from outside a temporary folder. Every check compares with an answer that stands here or in the
labels of a practice story, and a wrong one is a row that says what was expected.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics.trail import canonical, fast

STORIES = ("leaked_key", "quiet_week", "tampered_log", "trail_stopped", "s3_ransom")


@dataclass(frozen=True, slots=True)
class Known:
    """One known answer: ``expected`` and ``found`` as text; they agree or the check fails. ``seconds`` it took."""

    name: str
    expected: str
    found: str
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.expected == self.found


def run(progress: Callable[[str], None] | None = None) -> Iterator[Known]:
    """Every known answer in turn; under two minutes on two cores."""
    with tempfile.TemporaryDirectory(prefix="ctforensics-selftest-") as folder:
        place = Path(folder)
        for check in (_keys, _quirks, _door, _signature):
            yield from _timed(check)
        for story in STORIES:
            if progress:
                progress(story)
            yield from _timed(lambda story=story: _story(story, place / story))  # type: ignore[misc]


def _timed(check: Callable[[], Iterator[Known]]) -> Iterator[Known]:
    started = time.perf_counter()
    for known in check():
        yield Known(known.name, known.expected, known.found, round(time.perf_counter() - started, 3))
        started = time.perf_counter()


def _keys() -> Iterator[Known]:
    """The key of an event never changes between versions: notes and findings refer to it."""
    record = b'{"eventVersion":"1.08","eventID":"x","n":1.50}'
    expected = "42a4f30e8e730ac649d0a3a6a605a23d"
    yield Known("event_key of a record", expected, canonical.event_key(record).hex())
    spaced = b'{ "n" : 1.50, "eventID":"\\u0078", "eventVersion" : "1.08" }'
    yield Known("the same record spelled otherwise", expected, canonical.event_key(spaced).hex())
    yield Known("the same by the fast way", expected, canonical.key_of(fast.parse(spaced).form).hex())


# Records as they really come, each with what must be concluded from it.
_QUIRKS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    (
        "a failed sign-in has no error code",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "errorMessage": "Failed authentication",
            "responseElements": {"ConsoleLogin": "Failure"},
            "additionalEventData": {"MFAUsed": "No"},
            "userIdentity": {
                "type": "IAMUser",
                "accountId": "111122223333",
                "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
            },
        },
        {"outcome": "failed", "mfa": False},
    ),
    (
        "EC2 prefixes its error codes, and a denial is a denial",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "ec2.amazonaws.com",
            "eventName": "RunInstances",
            "errorCode": "Client.UnauthorizedOperation",
        },
        {"outcome": "denied", "error_class": "UnauthorizedOperation"},
    ),
    (
        "a dry run that would have succeeded",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "ec2.amazonaws.com",
            "eventName": "RunInstances",
            "errorCode": "Client.DryRunOperation",
        },
        {"outcome": "dry_run_ok"},
    ),
    (
        "a role session acts as its role",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "ListBuckets",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": "AROAEXAMPLEEXAMPLE001:someone",
                "arn": "arn:aws:sts::111122223333:assumed-role/Ops/someone",
                "accountId": "111122223333",
                "accessKeyId": "ASIAEXAMPLE000000001",
                "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/path/Ops", "type": "Role"}},
            },
        },
        {"actor": "arn:aws:iam::111122223333:role/path/Ops", "role_session_name": "someone"},
    ),
    (
        "readOnly as text is understood and kept",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "x.amazonaws.com",
            "eventName": "GetX",
            "readOnly": "True",
        },
        {"read_only": True, "unknown_fields": '{"readOnly":"True"}'},
    ),
    (
        "a record without any time is kept and says so",
        {"eventSource": "x.amazonaws.com", "eventName": "GetX"},
        {"event_time_basis": "none"},
    ),
    (
        "names that carry an API date",
        {
            "eventTime": "2024-05-02T06:11:09Z",
            "eventSource": "lambda.amazonaws.com",
            "eventName": "UpdateFunctionCode20150331v2",
        },
        {"event_base_name": "UpdateFunctionCode"},
    ),
)


def _quirks() -> Iterator[Known]:
    from ctforensics.load import row

    for name, record, expected in _QUIRKS:
        made = row.make(fast.parse(json.dumps(record).encode()), delivered=None, fidelity="full", keep_text=None)
        found = {column: made.get(column) for column in expected}
        yield Known(f"record: {name}", repr(expected), repr(found))


def _door() -> Iterator[Known]:
    from ctforensics.evidence import door

    whole = door.gzip_bytes(b'{"Records":[]}')
    cases = {
        "clean": whole,
        "container:no_trailer": whole[:-8],
        "container:padding": whole + b"\0" * 512,
        "trailing_content": whole + door.gzip_bytes(b'{"Records":[{}]}'),
    }
    for expected, data in cases.items():
        opened = door.inflate(data)
        found = ",".join(opened.flags) or "clean"
        yield Known(f"gzip: {expected}", f"{expected}, 14 bytes", f"{found}, {len(opened.content)} bytes")


def _signature() -> Iterator[Known]:
    from ctforensics.trail import digest

    claimed = {
        "digestEndTime": "2024-05-02T07:17:28Z",
        "digestS3Bucket": "b",
        "digestS3Object": "k",
        "previousDigestSignature": None,
    }
    text = digest.signing_text(claimed, "AB" * 32)
    yield Known(
        "the text that a digest's signature covers",
        f"2024-05-02T07:17:28Z|b/k|{'ab' * 32}|null",
        text.decode().replace("\n", "|"),
    )


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
