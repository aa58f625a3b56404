"""Known answers that need no practice archive: keys, records as they really come, containers, the text that a signature covers.

Every check compares with an answer that stands here; a wrong one says what was expected. They take well under a second, so that
each report runs them; ``selftest`` runs them and the practice stories.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ctforensics.trail import canonical, fast


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


CHECKS = (_keys, _quirks, _door, _signature)


def answers() -> list[Known]:
    """Every one of them, in turn."""
    return [known for check in CHECKS for known in check()]
