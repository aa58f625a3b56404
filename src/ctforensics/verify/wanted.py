"""The wanted list: a letter to whoever holds the bucket, saying exactly what to send and how to get it without losing metadata."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from ctforensics.case.outstanding import Outstanding
from ctforensics.clock import utc_text
from ctforensics.verify.digests import is_unsafe
from ctforensics.verify.outcome import FileOutcome, Finding, class_of
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
    "D_BAD_SCHEMA",
    "D_BAD_SIGNATURE",
    "D_MISPLACED",
    "D_UNSUPPORTED_ALGO",
    "D_LINK_MISMATCH",
)


def letter(result: Verification, left: Iterable[Outstanding] = ()) -> str:
    """The letter as text; it says so where nothing is wanted. ``left`` is what an acquisition could not bring."""
    parts = [
        *_keys(result.files.notable()),
        *_heads(result.files.notable()),
        *_objects(result.files.notable()),
        *_left(list(left)),
        *_digests(result.findings),
        *_expectation(result),
    ]
    if not parts:
        return _nothing(result)
    restore = any("restore-object --bucket" in part for part in parts)
    start = [
        "To whoever holds the CloudTrail bucket:",
        "",
        "Please run the commands below with read access and send us what they write, unchanged.",
        "They only read, but for restore-object, which asks for readable copies of archived objects and is charged for."
        if restore
        else "They only read.",
        "Do not copy digest files with tools that drop object metadata without also saving the heads.",
    ]
    return "\n".join([*start, *parts]) + "\n"


def _nothing(result: Verification) -> str:
    """That nothing can be asked for, which does not mean that everything is proven."""
    unproven = result.counts["unproven"]
    if unproven or result.authentic not in ("ok", "anomaly"):
        codes = ", ".join(c for c in result.counts["codes"] if class_of(c) in ("unknown", "fail"))
        return (
            f"Nothing is known to be missing, and nothing that could be sent would help: {unproven:,} files are not proven "
            f"({codes or 'see the findings'}).\n"
        )
    return "Nothing is wanted: everything that was asked is proven, and nothing is known to be missing.\n"


def _keys(files: Iterable[FileOutcome]) -> Iterator[str]:
    spans: dict[str, tuple[datetime, datetime]] = {}
    for outcome in files:
        if (
            outcome.code in ("D_NO_KEY", "D_KEY_MISMATCH", "D_KEY_REGION", "Q_NO_KEY")
            and outcome.region
            and outcome.since
            and outcome.until
        ):
            lo, hi = spans.get(outcome.region, (outcome.since, outcome.until))
            spans[outcome.region] = min(lo, outcome.since), max(hi, outcome.until)
    if spans:
        yield from _heading(
            "Public keys of CloudTrail", "Without them no digest and no query result of these regions can be proven."
        )
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
    return _head_of(bucket, key)


def _head_of(bucket: str, key: str) -> str:
    head = f"aws s3api head-object --bucket {_quoted(bucket)} --key {_quoted(key)} --output json | tr -d '\\n'"
    name = f"{bucket}/{key}".replace("\\", "\\\\").replace('"', '\\"')
    return f'printf \'{{"%s": %s}}\\n\' {_quoted(name)} "$({head})" >> heads.jsonl'


_LEFT = {
    "archived": (
        "Objects in an archive class",
        "Ask for readable copies first; when they are there (minutes to two days), run the second command of each.",
        "A case that can reach the bucket does the same: ctforensics acquire CASE s3://BUCKET/PREFIX --restore",
    ),
    "refused": (
        "Objects that could not be read",
        "The reason stands behind each. Access denied: s3:GetObject is wanted, and kms:Decrypt on the key of an encrypted object.",
    ),
    "missing": (
        "Objects that were listed and were gone when they were fetched",
        "Older versions and delete markers say who removed them and when, where the bucket has versions.",
    ),
}


def _left(left: list[Outstanding]) -> Iterator[str]:
    for outcome, (title, *said) in _LEFT.items():
        found = [one for one in left if one.outcome == outcome and not is_unsafe(one.key)]
        if found:
            yield from _heading(title, *said)
            for one in found[:_MOST]:
                yield from _left_commands(one)
            if len(found) > _MOST:
                yield f"# and {len(found) - _MOST:,} more: acquisition/wanted-*.jsonl in the case lists them"


def _left_commands(one: Outstanding) -> Iterator[str]:
    place = f"--bucket {_quoted(one.bucket)} --key {_quoted(one.key)}"
    yield f"# {visible(one.bucket)}/{visible(one.key)}: {visible(one.reason)}"
    if one.outcome == "missing":
        yield f"aws s3api list-object-versions --bucket {_quoted(one.bucket)} --prefix {_quoted(one.key)} >> versions.json"
        return
    if one.outcome == "archived":
        tier = '{"Days": 14, "GlacierJobParameters": {"Tier": "Standard"}}'
        yield f"aws s3api restore-object {place} --restore-request {shlex.quote(tier)}"
    yield from _copy(one.bucket, one.key)


def _copy(bucket: str, key: str) -> Iterator[str]:
    """The commands that bring one object, and of a digest file its metadata, which a copy loses."""
    yield f"aws s3 cp {_quoted(f's3://{bucket}/{key}')} {_quoted(f'send/{bucket}/{key}')}"
    if "CloudTrail-Digest" in key:
        yield _head_of(bucket, key)


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
    versions = f"aws s3api list-object-versions --bucket {_quoted(bucket)} --prefix {_quoted(key)} >> versions.json"
    first, *others = _copy(bucket, key)
    return "\n".join([f"{first}   # {outcome.code}", *others, versions])


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
                    if kind == "CloudTrail-Digest":
                        yield _heads_below(path)


def _heads_below(path: str) -> str:
    """The command that saves the metadata of every digest file below a path."""
    keys = f"""aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "${{PREFIX}}"{_quoted(path)} --query 'Contents[].[Key]' --output text"""
    head = """aws s3api head-object --bucket "$BUCKET" --key "$key" --output json | tr -d '\\n'"""
    line = f"""printf '{{"%s": %s}}\\n' "$BUCKET/$key" "$({head})" >> heads.jsonl"""
    return f"{keys} | grep -v '^None$' | while IFS= read -r key; do {line}; done"


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
