"""The wanted list: a letter to whoever holds the bucket, saying exactly what to send and how to get it without losing metadata."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from ctforensics.clock import utc_text
from ctforensics.verify.digests import is_unsafe
from ctforensics.verify.outcome import FileOutcome, Finding
from ctforensics.verify.result import Verification
from ctforensics.visible import visible

_MOST = 500
_ABSENT = ("D_MISSING", "L_MISSING", "L_MISSING_UNVERIFIED")
_DAMAGED = (
    "L_FORMAT",
    "L_HASH",
    "L_MISMATCH_UNVERIFIED",
    "L_TRAILING",
    "D_BAD_FORMAT",
    "D_BAD_SIGNATURE",
    "D_LINK_MISMATCH",
)


def letter(result: Verification) -> str:
    """The letter as text; it says so where nothing is wanted."""
    parts = [
        *_keys(result.files),
        *_heads(result.files),
        *_objects(result.files),
        *_digests(result.findings),
        *_expectation(result),
    ]
    if not parts:
        return "Nothing is wanted: everything that was asked is proven, and nothing is known to be missing.\n"
    start = [
        "To whoever holds the CloudTrail bucket:",
        "",
        "Please run the commands below with read access and send us what they write, unchanged.",
        "They only read. Do not copy digest files with tools that drop object metadata without also saving the heads.",
    ]
    return "\n".join([*start, *parts]) + "\n"


def _keys(files: Iterable[FileOutcome]) -> Iterator[str]:
    spans: dict[str, tuple[datetime, datetime]] = {}
    for outcome in files:
        if (
            outcome.code in ("D_NO_KEY", "D_KEY_MISMATCH", "D_KEY_REGION")
            and outcome.region
            and outcome.since
            and outcome.until
        ):
            lo, hi = spans.get(outcome.region, (outcome.since, outcome.until))
            spans[outcome.region] = min(lo, outcome.since), max(hi, outcome.until)
    if spans:
        yield from _heading("Public keys of CloudTrail", "Without them no digest of these regions can be proven.")
        for region, (since, until) in sorted(spans.items()):
            day = timedelta(days=1)
            yield (
                f"aws cloudtrail list-public-keys --region {_quoted(region)} --start-time {utc_text(since - day)} "
                f"--end-time {utc_text(until + day)} > {_quoted(f'keys-{region}.json')}"
            )


def _heads(files: Iterable[FileOutcome]) -> Iterator[str]:
    wanted = [o for o in files if o.code == "D_NO_SIGNATURE"]
    if wanted:
        yield from _heading(
            "Metadata of digest files",
            "The signature of the newest digest of each chain stands only in the metadata of the object.",
            "Then: ctforensics verify ... --metadata heads.jsonl",
        )
        yield from _limited(wanted, _head_command)


def _head_command(outcome: FileOutcome) -> str:
    bucket, _, key = outcome.key.partition("/")
    head = f"aws s3api head-object --bucket {_quoted(bucket)} --key {_quoted(key)} --output json | tr -d '\\n'"
    name = outcome.key.replace("\\", "\\\\").replace('"', '\\"')
    return f'printf \'{{"%s": %s}}\\n\' {_quoted(name)} "$({head})" >> heads.jsonl'


def _objects(files: Iterable[FileOutcome]) -> Iterator[str]:
    named = [o for o in files if o.code in _ABSENT or o.code in _DAMAGED]
    wanted = [o for o in named if not is_unsafe(o.key.partition("/")[2])]
    if wanted:
        yield from _heading(
            "Files that are missing or not as delivered",
            "Where the bucket has versions, older versions and delete markers are evidence: the second command lists them.",
            "An object in an archive class must be restored first (aws s3api restore-object).",
        )
        yield from _limited(wanted, _object_commands)


def _object_commands(outcome: FileOutcome) -> str:
    bucket, _, key = outcome.key.partition("/")
    target = f"send/{bucket}/{key}"
    versions = f"aws s3api list-object-versions --bucket {_quoted(bucket)} --prefix {_quoted(key)} >> versions.json"
    return f"aws s3 cp {_quoted(f's3://{outcome.key}')} {_quoted(target)}   # {outcome.code}\n{versions}"


def _digests(findings: Iterable[Finding]) -> Iterator[str]:
    wanted = [f for f in findings if f.code in ("G_GAP", "G_HEAD_SHORT", "G_LATE_START", "G_NO_DIGESTS")]
    if wanted:
        yield from _heading(
            "Digests and log files of these times",
            "Set BUCKET (and PREFIX, with its slash; an organisation's trail has its id behind AWSLogs/) first.",
        )
        for finding in wanted[:_MOST]:
            account, region = finding.account or "ACCOUNT", finding.region or "REGION"
            yield f"# {visible(finding.sentence())}"
            for kind in ("CloudTrail-Digest", "CloudTrail"):
                for day in _days(finding):
                    path = f"AWSLogs/{account}/{kind}/{region}/{day}"
                    yield f'aws s3 sync "s3://$BUCKET/${{PREFIX}}"{_quoted(path)} "send/$BUCKET/${{PREFIX}}"{_quoted(path)}'


def _days(finding: Finding) -> list[str]:
    if finding.since is None or finding.until is None or finding.until - finding.since > timedelta(days=14):
        return [""]
    count = (finding.until.date() - finding.since.date()).days
    return [f"{finding.since + timedelta(days=n):%Y/%m/%d}/" for n in range(count + 1)]


def _expectation(result: Verification) -> Iterator[str]:
    if result.complete is None:
        yield from _heading(
            "What should be here",
            "Whether the evidence is complete can only be said against a list of trails, accounts and regions.",
            "Put trailList, Accounts and Regions into one JSON object: ctforensics verify ... --expect expect.json",
        )
        yield "aws cloudtrail describe-trails > trails.json"
        yield "aws organizations list-accounts > accounts.json"
        yield "aws account list-regions --region-opt-status-contains ENABLED ENABLED_BY_DEFAULT > regions.json"
        yield "aws cloudtrail get-trail-status --name TRAIL_ARN > status.json"


def _heading(title: str, *said: str) -> list[str]:
    return ["", title, "-" * len(title), *said, ""]


def _limited(wanted: list[FileOutcome], command: Callable[[FileOutcome], str]) -> Iterator[str]:
    for outcome in wanted[:_MOST]:
        yield command(outcome)
    if len(wanted) > _MOST:
        yield f"# and {len(wanted) - _MOST:,} more: ctforensics verify ... -o all.jsonl lists them"


def _quoted(text: str) -> str:
    """Text from evidence as one word of a POSIX shell; what is not printable stands escaped, and is then no command to run."""
    return shlex.quote(visible(text))
