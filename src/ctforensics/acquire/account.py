"""What only access gives: trails and their state, organisation and account names, regions, identities, findings, buckets, keys.

Nothing here is needed to copy objects. It is asked first, because the access may end, and it is what verification, coverage
and reports want later. Every question ends in ``answers`` as obtained, absent, denied or failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ctforensics.acquire.answers import FOLDER, Answers
from ctforensics.acquire.scope import Scope
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge

# S3's questions about a bucket, and the permission where it is not named like the question.
BUCKET_QUESTIONS = (
    ("GetBucketPolicy", "s3:GetBucketPolicy"),
    ("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"),
    ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("GetBucketAcl", "s3:GetBucketAcl"),
    ("GetBucketVersioning", "s3:GetBucketVersioning"),
    ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("GetBucketLogging", "s3:GetBucketLogging"),
    ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
    ("GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("GetBucketRequestPayment", "s3:GetBucketRequestPayment"),
    ("GetBucketLocation", "s3:GetBucketLocation"),
)
TRAIL_QUESTIONS = (
    ("GetTrailStatus", "Name"),
    ("GetEventSelectors", "TrailName"),
    ("GetInsightSelectors", "TrailName"),
)
KEY_QUESTIONS = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants")
MOST_KEYS = 5000  # access keys whose last use is asked for
MOST_FINDINGS = 5000  # GuardDuty findings fetched in each region


@dataclass(slots=True)
class Facts:
    """What the questions told, for the rest of the acquisition."""

    regions: list[str] = field(default_factory=list)
    enabled: list[dict[str, Any]] = field(default_factory=list)
    trails: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)


def ask_first(accesses: list[Access], answers: Answers, scope: Scope) -> Facts:
    """Regions, trails and accounts: what public keys and expectations hang on."""
    facts = Facts()
    for access in accesses:
        access.who()
        answers.ask(access, "sts", "GetCallerIdentity")
        _regions(access, answers, scope, facts)
        _accounts(access, answers, facts)
    for access in accesses:
        _trails(access, answers, facts)
    return facts


def ask_rest(accesses: list[Access], answers: Answers, scope: Scope, facts: Facts, buckets: Iterable[str]) -> None:
    """Trail states and selectors, log and victim buckets, KMS keys, identities and findings."""
    asked_buckets = list(dict.fromkeys([scope.bucket, *buckets]))
    keys: set[tuple[str, str]] = set()
    for trail in facts.trails:
        if trail.get("KmsKeyId"):
            keys.add((str(trail["KmsKeyId"]), str(trail.get("HomeRegion", ""))))
    access = accesses[0]
    _trail_states(accesses, answers, facts)
    for bucket in asked_buckets:
        keys |= _bucket(_reader_of(accesses, bucket), answers, bucket)
    for key, region in sorted(keys):
        _kms_key(access, answers, key, region)
    for access in accesses:
        _identities(access, answers)
        _findings(access, answers, facts.regions)


def _regions(access: Access, answers: Answers, scope: Scope, facts: Facts) -> None:
    """Enabled regions: the account API's answer, else EC2's, else what the SDK knows; narrowed to those asked for."""
    pages = answers.ask(access, "account", "ListRegions", RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
    if pages is not None:
        facts.enabled += [region for page in pages for region in page.get("Regions", [])]
    else:
        pages = answers.ask(access, "ec2", "DescribeRegions", access.region)
        named = [region for page in pages or [] for region in page.get("Regions", [])]
        facts.enabled += [
            {"RegionName": region["RegionName"], "RegionOptStatus": region.get("OptInStatus")} for region in named
        ]
    names = {str(region["RegionName"]) for region in facts.enabled} or set(access.enabled_regions("cloudtrail"))
    facts.regions = sorted((names & scope.regions) if scope.regions else names | set(facts.regions))


def _accounts(access: Access, answers: Answers, facts: Facts) -> None:
    answers.ask(access, "organizations", "DescribeOrganization")
    pages = answers.ask(access, "organizations", "ListAccounts")
    known = {account["Id"] for account in facts.accounts}
    facts.accounts += [a for page in pages or [] for a in page.get("Accounts", []) if a["Id"] not in known]
    answers.ask(access, "iam", "ListAccountAliases")


def _trails(access: Access, answers: Answers, facts: Facts) -> None:
    """Trails of every region; a multi-region trail shows in all of them and counts once."""

    def one(region: str) -> list[dict[str, Any]]:
        pages = answers.ask(access, "cloudtrail", "DescribeTrails", region)
        return [trail for page in pages or [] for trail in page.get("trailList", [])]

    with ThreadPoolExecutor(8) as pool:
        for trails in pool.map(one, facts.regions):
            known = {trail.get("TrailARN") for trail in facts.trails}
            facts.trails += [trail for trail in trails if trail.get("TrailARN") not in known]


def _trail_states(accesses: list[Access], answers: Answers, facts: Facts) -> None:
    """State and selectors of each trail, asked by whoever belongs to the trail's account."""
    for trail in facts.trails:
        arn = str(trail["TrailARN"])
        owner = arn.split(":")[4] if arn.count(":") >= 5 else ""
        access = next((a for a in accesses if a.caller.get("account") == owner), accesses[0])
        for operation, parameter in TRAIL_QUESTIONS:
            answers.ask(access, "cloudtrail", operation, trail.get("HomeRegion", ""), arn, **{parameter: arn})


def _reader_of(accesses: list[Access], bucket: str) -> Access:
    """The first identity that may see a bucket (a victim's bucket belongs to another account than the log bucket)."""
    for access in accesses[:-1]:
        try:
            access.client("s3").get_bucket_location(Bucket=bucket)
        except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
            judge(error)
            continue
        return access
    return accesses[-1]


def _bucket(access: Access, answers: Answers, bucket: str) -> set[tuple[str, str]]:
    """Everything about one bucket; returns the KMS keys that it names, with no region known."""
    keys = set()
    for operation, _ in BUCKET_QUESTIONS:
        pages = answers.ask(access, "s3", operation, subject=bucket, Bucket=bucket)
        for rule in (pages[0] if pages else {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
            key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
            if key:
                keys.add((key, key.split(":")[3] if key.startswith("arn:") else ""))
    return keys


def _kms_key(access: Access, answers: Answers, key: str, region: str) -> None:
    region = key.split(":")[3] if key.startswith("arn:") else region
    for operation in KEY_QUESTIONS:
        extra = {"PolicyName": "default"} if operation == "GetKeyPolicy" else {}
        answers.ask(access, "kms", operation, region, key, KeyId=key, **extra)


def _identities(access: Access, answers: Answers) -> None:
    """Who may do what, and which keys were used when: the credential report, the authorization details, last use of keys."""
    if answers.ask(access, "iam", "GenerateCredentialReport") is not None:
        answers.ask(access, "iam", "GetCredentialReport")
    pages = answers.ask(access, "iam", "GetAccountAuthorizationDetails")
    answers.ask(access, "iam", "GetAccountSummary")
    users = [user["UserName"] for page in pages or [] for user in page.get("UserDetailList", [])]
    asked = 0
    for user in users:
        listed = answers.ask(access, "iam", "ListAccessKeys", subject=user, UserName=user) or []
        for key in [k["AccessKeyId"] for page in listed for k in page.get("AccessKeyMetadata", [])]:
            asked += 1
            if asked <= MOST_KEYS:
                answers.ask(access, "iam", "GetAccessKeyLastUsed", subject=key, AccessKeyId=key)


def _findings(access: Access, answers: Answers, regions: list[str]) -> None:
    def one(region: str) -> None:
        pages = answers.ask(access, "guardduty", "ListDetectors", region)
        for detector in [d for page in pages or [] for d in page.get("DetectorIds", [])]:
            listed = answers.ask(access, "guardduty", "ListFindings", region, detector, DetectorId=detector) or []
            ids = [i for page in listed for i in page.get("FindingIds", [])][:MOST_FINDINGS]
            for start in range(0, len(ids), 50):
                some = ids[start : start + 50]
                subject = f"{detector}-{start // 50 + 1}"
                answers.ask(access, "guardduty", "GetFindings", region, subject, DetectorId=detector, FindingIds=some)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, regions))


def expectation(scope: Scope, facts: Facts) -> dict[str, Any]:
    """What should be in the bucket, for ``verify --expect``: the trails that deliver to it, accounts and regions.

    A name that the examiner asked for by hand narrows the list. What AWS did not tell is absent, not empty.
    """
    here = [trail for trail in facts.trails if trail.get("S3BucketName") == scope.bucket] or facts.trails
    told: dict[str, Any] = {}
    if here:
        told["trailList"] = here
    if scope.accounts:
        named = {account["Id"]: account for account in facts.accounts}
        told["Accounts"] = [named.get(name, {"Id": name}) for name in sorted(scope.accounts)]
    elif facts.accounts and any(trail.get("IsOrganizationTrail") for trail in here):
        told["Accounts"] = facts.accounts
    regions = [r for r in facts.enabled if not scope.regions or r["RegionName"] in scope.regions]
    if regions:
        told["Regions"] = list({region["RegionName"]: region for region in regions}.values())
    return told


def save_expectation(answers: Answers, scope: Scope, facts: Facts) -> dict[str, Any]:
    """Writes ``evidence/_aws/expect.json`` (and keeps each session's own copy); returns what it says."""
    told = expectation(scope, facts)
    data = json.dumps(told, indent=1, default=_plain).encode()
    answers.save("expect.json", data)
    answers.save_at(f"{FOLDER}/expect.json", data)
    return told


def _plain(value: Any) -> str:
    from ctforensics import clock

    return clock.utc_text(value) if hasattr(value, "isoformat") else str(value)
