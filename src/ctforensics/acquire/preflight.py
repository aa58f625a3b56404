"""Before the bulk: one byte of one object for each account, region and kind, every other question once, and what is missing
as a policy that the client can attach. It takes seconds; a KMS key that is denied is known before anything was copied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ctforensics import clock
from ctforensics.acquire.account import BUCKET_QUESTIONS
from ctforensics.acquire.scope import Branch, Branches, Scope
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import Refusal, judge

_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_UNREACHABLE = "the service cannot be reached"
_S3_ACTIONS = dict(BUCKET_QUESTIONS)
# What one probe each shows: service, operation, arguments that keep the answer small.
_ACCOUNT_PROBES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("cloudtrail", "DescribeTrails", {}),
    ("cloudtrail", "ListPublicKeys", {}),
    ("cloudtrail", "LookupEvents", {"MaxResults": 1}),
    ("account", "ListRegions", {"MaxResults": 1}),
    ("organizations", "DescribeOrganization", {}),
    ("organizations", "ListAccounts", {"MaxResults": 1}),
    ("iam", "ListAccountAliases", {}),
    ("iam", "GetAccountAuthorizationDetails", {"MaxItems": 1}),
    ("iam", "GenerateCredentialReport", {}),
    ("guardduty", "ListDetectors", {"MaxResults": 1}),
)
# Rights that no cheap probe shows, wherever the probe beside them is denied.
_TOGETHER = {
    "iam:GenerateCredentialReport": ["iam:GetCredentialReport"],
    "iam:GetAccountAuthorizationDetails": ["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:GetAccountSummary"],
    "guardduty:ListDetectors": ["guardduty:ListFindings", "guardduty:GetFindings"],
    "cloudtrail:DescribeTrails": [
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
    ],
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One right that is needed, and whether it is there. ``state``: granted, denied, archived, empty (nothing to try) or failed."""

    action: str
    resource: str
    what: str
    state: str
    reason: str = ""


@dataclass(slots=True)
class Preflight:
    """All probes; ``policy`` is empty where nothing is missing."""

    probes: list[Probe] = field(default_factory=list)

    @property
    def denied(self) -> list[Probe]:
        return [probe for probe in self.probes if probe.state == "denied"]

    @property
    def policy(self) -> dict[str, Any]:
        """The missing rights as a minimal read-only policy."""
        return policy([(probe.action, probe.resource) for probe in self.denied])


def probe_objects(access: Access, scope: Scope, branches: Branches, *, requester_pays: bool = False) -> list[Probe]:
    """One byte of the first object of each branch."""
    extra = {"RequestPayer": "requester"} if requester_pays else {}
    with ThreadPoolExecutor(8) as pool:
        return [p for found in pool.map(lambda b: _branch(access, scope, b, extra), branches.found) for p in found]


def _branch(access: Access, scope: Scope, branch: Branch, extra: dict[str, str]) -> list[Probe]:
    client, what = access.client("s3"), " ".join(filter(None, (branch.kind, branch.account, branch.region)))
    bucket_arn = f"{_partition(branch.region)}:s3:::{scope.bucket}"
    first, _ = scope.days(branch.kind)
    after = f"{branch.prefix}{first:%Y/%m/%d}" if branch.dated and first else ""
    try:
        listed = client.list_objects_v2(
            Bucket=scope.bucket, Prefix=branch.prefix, StartAfter=after, MaxKeys=20, **extra
        )
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        return [_refused(judge(error), "s3:ListBucket", bucket_arn, what)]
    keys = [entry["Key"] for entry in listed.get("Contents", ()) if entry["Size"]]
    if not keys:
        return [Probe("s3:GetObject", f"{bucket_arn}/{branch.prefix}*", what, "empty")]
    try:
        client.get_object(Bucket=scope.bucket, Key=keys[0], Range="bytes=0-0", **extra)["Body"].read()
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        refusal = judge(error)
        if "KMS" in refusal.reason:
            arn = _KEY_ARN.search(refusal.detail)
            return [Probe("kms:Decrypt", arn[0] if arn else "*", what, "denied", refusal.reason)]
        return [_refused(refusal, "s3:GetObject", f"{bucket_arn}/{scope.prefix}*", what)]
    return [Probe("s3:GetObject", f"{bucket_arn}/{branch.prefix}*", what, "granted")]


def probe_questions(accesses: list[Access], buckets: Iterable[str]) -> list[Probe]:
    """Every other question once, by every identity; a right counts as there where one of them has it for its account.

    Services are asked at the same time, and one that cannot be reached is asked once: some networks let only S3 through.
    """
    for access in accesses:
        access.who()
    services = list(dict.fromkeys(service for service, _, _ in _ACCOUNT_PROBES))
    groups: list[tuple[Access, str, str]] = [(access, service, "") for access in accesses for service in services]
    groups += [(accesses[0], "s3", bucket) for bucket in buckets]
    with ThreadPoolExecutor(8) as pool:
        return [probe for found in pool.map(lambda group: _group(*group), groups) for probe in found]


def _group(access: Access, service: str, bucket: str) -> list[Probe]:
    """The questions of one service, or about one bucket."""
    if bucket:
        resource = f"arn:aws:s3:::{bucket}"
        asked = [(operation, action, {"Bucket": bucket}) for operation, action in BUCKET_QUESTIONS]
    else:
        resource = "*"
        asked = [(name, f"{service}:{name}", arguments) for of, name, arguments in _ACCOUNT_PROBES if of == service]
    probes: list[Probe] = []
    for operation, action, arguments in asked:
        if probes and probes[-1].reason == _UNREACHABLE:
            probes.append(Probe(action, resource, probes[-1].what, "failed", _UNREACHABLE))
            continue
        found = _question(access, service, operation, resource, arguments)
        probes += [replace(probe, action=action) for probe in found] if bucket else found
    return probes


def _question(access: Access, service: str, operation: str, resource: str, arguments: dict[str, Any]) -> list[Probe]:
    what = f"{operation} as {access.caller.get('account', '?')}"
    action = f"{service}:{operation}"
    if operation == "ListPublicKeys":
        arguments = {"StartTime": clock.now() - timedelta(days=1), "EndTime": clock.now()}
    try:
        next(iter(access.pages(service, operation, None, **arguments)), None)
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
        refusal = judge(error)
        if refusal.reason == "access denied":
            together = [action, *_TOGETHER.get(action, [])]
            return [Probe(name, resource, what, "denied", refusal.reason) for name in together]
        # Any other answer shows that the question may be asked: there is no policy, no organisation, no lifecycle.
        if not code:
            return [Probe(action, resource, what, "failed", _UNREACHABLE)]
        return [Probe(action, resource, what, "failed" if refusal.fatal or refusal.retry else "granted", code)]
    return [Probe(action, resource, what, "granted")]


def _refused(refusal: Refusal, action: str, resource: str, what: str) -> Probe:
    state = "archived" if refusal.outcome == "archived" else "denied" if refusal.reason == "access denied" else "failed"
    return Probe(action, resource, what, state, refusal.reason)


def action_of(service: str, operation: str) -> str:
    """The IAM action behind an operation; S3 names some of its own otherwise."""
    return _S3_ACTIONS.get(operation, f"{service}:{operation}")


def policy(rights: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """An IAM policy that allows exactly these actions on these resources; empty for none."""
    by_resource: dict[str, set[str]] = {}
    for action, resource in rights:
        by_resource.setdefault(resource, set()).add(action)
    statements = [
        {"Sid": f"Forensics{n}", "Effect": "Allow", "Action": sorted(actions), "Resource": resource}
        for n, (resource, actions) in enumerate(sorted(by_resource.items()), 1)
    ]
    return {"Version": "2012-10-17", "Statement": statements} if statements else {}


def whole_policy(scope: Scope, buckets: Iterable[str] = ()) -> dict[str, Any]:
    """Everything that an acquisition of this scope may ask for: what a client can attach before there is any access."""
    arn = f"arn:aws:s3:::{scope.bucket}"
    rights = [("s3:ListBucket", arn), ("s3:ListBucketVersions", arn), ("s3:GetObject", f"{arn}/{scope.prefix}*")]
    rights += [("s3:GetObjectVersion", f"{arn}/{scope.prefix}*"), ("kms:Decrypt", "*")]
    for bucket in dict.fromkeys([scope.bucket, *buckets]):
        rights += [(action, f"arn:aws:s3:::{bucket}") for _, action in BUCKET_QUESTIONS]
    for service, operation, _ in _ACCOUNT_PROBES:
        action = f"{service}:{operation}"
        rights += [(name, "*") for name in (action, *_TOGETHER.get(action, []))]
    rights += [(f"kms:{name}", "*") for name in ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants")]
    return policy(rights)


def text(document: dict[str, Any]) -> str:
    """A policy as it is mailed."""
    return json.dumps(document, indent=2)


def _partition(region: str) -> str:
    return "arn:aws-us-gov" if region.startswith("us-gov-") else "arn:aws-cn" if region.startswith("cn-") else "arn:aws"
