"""Trail health: what good trail keeping asks for, read from the answers of AWS, each with state, evidence and why it matters.

``good``, ``weak`` or ``unknown`` (the answer was denied or never asked). What may destroy evidence soon stands first.
Source of the controls: AWS CloudTrail user guide, "Security best practices in AWS CloudTrail"; CIS AWS Foundations, section 3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ctforensics.acquire.answers import Answers

# How soon a weak state costs evidence: 0 may destroy it now, 1 lets it be altered, 2 leaves it out, 3 is worth mending.
URGENCY = ("may destroy evidence soon", "lets evidence be altered", "leaves events out", "worth mending")


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what it is about, its state, what was seen, in which saved answers, and why it matters."""

    name: str
    subject: str
    state: str
    seen: str
    why: str
    urgency: int
    evidence: tuple[str, ...] = ()


def read(answers: Answers, bucket: str, trails: list[dict[str, Any]]) -> list[Control]:
    """All controls of a log bucket and the trails; weak ones first, the most urgent before the others."""
    found = list(_bucket(answers, bucket))
    for trail in trails:
        found += _trail(answers, trail)
    order = {"weak": 0, "unknown": 1, "good": 2}
    return sorted(found, key=lambda c: (order[c.state], c.urgency, c.subject, c.name))


def _bucket(answers: Answers, bucket: str) -> Iterator[Control]:
    def look(
        name: str, operation: str, judge: Callable[[dict[str, Any]], tuple[bool, str]], why: str, urgency: int
    ) -> Control:
        return _control(answers, name, operation, bucket, judge, why, urgency)

    yield look("lifecycle", "GetBucketLifecycleConfiguration", _lifecycle, "Expired log files are gone for good.", 0)
    yield look(
        "versioning",
        "GetBucketVersioning",
        _versioning,
        "Without versions an overwritten or deleted log leaves no trace.",
        0,
    )
    yield look("MFA delete", "GetBucketVersioning", _mfa_delete, "Without it stolen keys alone can remove versions.", 1)
    yield look(
        "object lock", "GetObjectLockConfiguration", _object_lock, "A lock keeps even the owner from deleting logs.", 0
    )
    yield look(
        "public access block", "GetPublicAccessBlock", _access_block, "Logs name people, addresses and resources.", 1
    )
    yield look("bucket policy", "GetBucketPolicy", _policy, "It says who can read, write, delete and alter.", 1)
    yield look("access logging", "GetBucketLogging", _logging, "It would show who read or deleted the logs.", 2)
    yield look(
        "encryption", "GetBucketEncryption", _encryption, "A KMS key adds a second gate, and its own records.", 3
    )


def _trail(answers: Answers, trail: dict[str, Any]) -> Iterator[Control]:
    arn = str(trail.get("TrailARN", trail.get("Name", "?")))
    source = answers.outcome("DescribeTrails", "")
    files = source.files if source else ()
    facts = (
        ("multi-region", "IsMultiRegionTrail", "Other regions go unseen otherwise.", 2),
        ("global service events", "IncludeGlobalServiceEvents", "IAM and STS are recorded there.", 2),
        ("log file validation", "LogFileValidationEnabled", "Without digests nothing can be proven authentic.", 1),
        ("KMS encryption", "KmsKeyId", "A KMS key adds a second gate, and its own records.", 3),
        ("SNS delivery", "SnsTopicARN", "A second place hears of every log file.", 3),
        ("CloudWatch delivery", "CloudWatchLogsLogGroupArn", "A second copy outside of the bucket.", 3),
    )
    for name, member, why, urgency in facts:
        value = trail.get(member)
        yield Control(name, arn, "good" if value else "weak", f"{member}: {value or 'no'}", why, urgency, files)
    why = "A stopped trail records nothing."
    yield _control(answers, "logging", "GetTrailStatus", arn, _is_logging, why, 0)
    yield _control(answers, "delivery errors", "GetTrailStatus", arn, _delivery, "Log files may be missing since.", 0)
    yield _control(
        answers, "selectors", "GetEventSelectors", arn, _selectors, "What is not selected is never recorded.", 2
    )
    yield _control(answers, "insight selectors", "GetInsightSelectors", arn, _insights, "They show unusual rates.", 3)


def _control(
    answers: Answers,
    name: str,
    operation: str,
    subject: str,
    judge: Callable[[dict[str, Any]], tuple[bool, str]],
    why: str,
    urgency: int,
) -> Control:
    """One control from one answer: ``absent`` is an answer too (there is no policy), ``denied`` is unknown."""
    outcome = answers.outcome(operation, subject)
    if outcome is None or outcome.outcome in ("denied", "failed"):
        seen = "not asked" if outcome is None else f"not obtained: {outcome.code}"
        return Control(name, subject, "unknown", seen, why, urgency)
    pages = answers.kept.get((operation, subject)) or [{}]
    good, seen = judge(pages[0])
    return Control(name, subject, "good" if good else "weak", seen, why, urgency, outcome.files)


def _lifecycle(answer: dict[str, Any]) -> tuple[bool, str]:
    days = [
        f"{rule.get('ID', 'a rule')} {what} after {rule[member].get('Days') or rule[member].get('NoncurrentDays') or rule[member].get('Date')} days"
        for rule in answer.get("Rules", [])
        if rule.get("Status") == "Enabled"
        for member, what in (("Expiration", "deletes"), ("NoncurrentVersionExpiration", "deletes older versions"))
        if member in rule
    ]
    return not days, "; ".join(days) or "nothing expires"


def _versioning(answer: dict[str, Any]) -> tuple[bool, str]:
    return answer.get("Status") == "Enabled", f"versioning: {answer.get('Status', 'off')}"


def _mfa_delete(answer: dict[str, Any]) -> tuple[bool, str]:
    return answer.get("MFADelete") == "Enabled", f"MFA delete: {answer.get('MFADelete', 'off')}"


def _object_lock(answer: dict[str, Any]) -> tuple[bool, str]:
    lock = answer.get("ObjectLockConfiguration", {})
    retention = lock.get("Rule", {}).get("DefaultRetention", {})
    held = " ".join(str(retention[name]) for name in ("Mode", "Days", "Years") if name in retention)
    return lock.get("ObjectLockEnabled") == "Enabled" and bool(held), f"object lock: {held or 'none'}"


def _access_block(answer: dict[str, Any]) -> tuple[bool, str]:
    block = answer.get("PublicAccessBlockConfiguration", {})
    off = [
        name
        for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        if not block.get(name)
    ]
    return not off, f"off: {', '.join(off)}" if off else "all four on"


def _policy(answer: dict[str, Any]) -> tuple[bool, str]:
    """Names every principal but CloudTrail's service that may do anything; what a policy means in full stays with the reader."""
    text = answer.get("Policy")
    if not text:
        return True, "no bucket policy: the account's identities decide"
    try:
        statements = json.loads(text).get("Statement", [])
    except (ValueError, AttributeError):
        return False, "the policy cannot be read"
    listed = statements if isinstance(statements, list) else [statements]
    allowed = [s for s in listed if isinstance(s, dict) and s.get("Effect") == "Allow" and not _only_cloudtrail(s)]
    seen = [f"{json.dumps(s.get('Principal'))} may {json.dumps(s.get('Action', s.get('NotAction')))}" for s in allowed]
    return not seen, "; ".join(seen) or "only CloudTrail's service is allowed"


def _only_cloudtrail(statement: dict[str, Any]) -> bool:
    return statement.get("Principal") in (
        {"Service": "cloudtrail.amazonaws.com"},
        {"Service": ["cloudtrail.amazonaws.com"]},
    )


def _logging(answer: dict[str, Any]) -> tuple[bool, str]:
    target = answer.get("LoggingEnabled", {}).get("TargetBucket")
    return bool(target), f"access logs go to {target}" if target else "no server access logs"


def _encryption(answer: dict[str, Any]) -> tuple[bool, str]:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    names = [str(rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")) for rule in rules]
    return any(name.startswith("aws:kms") for name in names), f"encryption: {', '.join(names) or 'none set'}"


def _is_logging(answer: dict[str, Any]) -> tuple[bool, str]:
    seen = {
        name: answer.get(name)
        for name in ("IsLogging", "StartLoggingTime", "StopLoggingTime", "LatestDigestDeliveryTime")
    }
    return bool(answer.get("IsLogging")), "; ".join(
        f"{name}: {value}" for name, value in seen.items() if value is not None
    )


def _delivery(answer: dict[str, Any]) -> tuple[bool, str]:
    errors = {
        name: answer[name]
        for name in (
            "LatestDeliveryError",
            "LatestDigestDeliveryError",
            "LatestNotificationError",
            "LatestCloudWatchLogsDeliveryError",
        )
        if answer.get(name)
    }
    return not errors, "; ".join(f"{name}: {value}" for name, value in errors.items()) or "no error reported"


def _selectors(answer: dict[str, Any]) -> tuple[bool, str]:
    advanced = answer.get("AdvancedEventSelectors") or []
    if advanced:
        return True, f"{len(advanced)} advanced selectors: {', '.join(str(a.get('Name', 'unnamed')) for a in advanced)}"
    selectors = answer.get("EventSelectors") or []
    data = [r.get("Type") for s in selectors for r in s.get("DataResources", [])]
    excluded = [source for s in selectors for source in s.get("ExcludeManagementEventSources", [])]
    whole = (
        any(s.get("IncludeManagementEvents") and s.get("ReadWriteType") == "All" for s in selectors) and not excluded
    )
    return (
        whole,
        f"management events: {'all' if whole else 'in part'}; data events: {', '.join(map(str, data)) or 'none'}"
        + (f"; excluded: {', '.join(excluded)}" if excluded else ""),
    )


def _insights(answer: dict[str, Any]) -> tuple[bool, str]:
    names = [str(s.get("InsightType")) for s in answer.get("InsightSelectors", [])]
    return bool(names), f"insights: {', '.join(names) or 'none'}"


def as_json(controls: list[Control]) -> str:
    """The exhibit as JSON."""
    listed = [{**asdict(control), "urgency": URGENCY[control.urgency]} for control in controls]
    return json.dumps({"schema": 1, "title": "Trail health", "controls": listed}, indent=1, default=str)
