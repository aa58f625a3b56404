"""A bucket was opened by mistake and read by strangers; another one looks public and is not."""

from __future__ import annotations

from typing import Any

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, ATTACKER_EXIT, EXPORTS, OFFICE_BEN, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

LANDING = "example-landing-page"


def _policy(bucket: str, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }  # fmt: skip
    if condition:
        statement["Condition"] = condition
    return {"bucketPolicy": {"Version": "2012-10-17", "Statement": [statement]}, "policy": ""}


def _block(on: bool) -> dict[str, Any]:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {"publicAccessBlock": "", "PublicAccessBlockConfiguration": dict.fromkeys(names, on)}


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    stage.clue = EXPORTS
    ben = stage.company.user("ben", address=OFFICE_BEN)
    within = _policy(LANDING, {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}})
    decoy = stage.s3(stage.at(1, "10:11:20"), ben, "PutBucketPolicy", LANDING, params=within, sent=290)
    stage.fact(
        "benign_policy",
        "who_changed_bucket_policy",
        "Looks public, but a condition keeps it in the organization.",
        decoy,
    )
    opened = [
        stage.s3(stage.at(1, "13:20:02"), ben, "PutBucketPublicAccessBlock", EXPORTS, params=_block(False), sent=219),
        stage.s3(stage.at(1, "13:20:31"), ben, "PutBucketPolicy", EXPORTS, params=_policy(EXPORTS), sent=241),
    ]
    stage.fact("bucket_opened", "who_changed_bucket_policy", "The exports bucket is opened to everybody.", opened[1])
    stage.fact("block_lifted", "actions_by_resource", "Its public access block is lifted first.", opened[0])
    _acl(stage, ben)
    _strangers(stage)
    closed = [
        stage.s3(stage.at(2, "09:02:10"), ben, "DeleteBucketPolicy", EXPORTS, params={"policy": ""}),
        stage.s3(stage.at(2, "09:02:44"), ben, "PutBucketPublicAccessBlock", EXPORTS, params=_block(True), sent=219),
    ]
    stage.fact("bucket_closed", "who_changed_bucket_policy", "Ben closes the bucket.", closed[0])
    stage.fact("block_restored", "actions_by_resource", "The public access block is back.", closed[1])


def _acl(stage: Stage, who: Actor) -> None:
    listed = stage.s3(
        stage.at(1, "13:24:50"), who, "PutObjectAcl", EXPORTS, key="customers/part-0001.csv.gz",
        params={"acl": "", "x-amz-acl": ["public-read"]},
    )  # fmt: skip
    stage.fact("object_acl", "actions_by_resource", "One object is made readable by its own access list, too.", listed)


def _strangers(stage: Stage) -> None:
    bots = [identities.anonymous(ATTACKER, "curl/8.5.0"), identities.anonymous(ATTACKER_EXIT, "python-requests/2.32.3")]
    early = stage.s3(
        stage.at(1, "12:58:00"), bots[0], "GetObject", EXPORTS, key="customers/part-0000.csv.gz", owner=PRODUCTION,
        error="AccessDenied", message="Access Denied",
    )  # fmt: skip
    stage.fact(
        "refused_before", "authorization_failures", "A stranger was refused before the bucket was opened.", early
    )
    taken = [
        stage.s3(
            stage.at(1, f"14:{n * 3:02}:{n * 7 % 60:02}"), bots[n % 2], "GetObject", EXPORTS,
            key=f"customers/part-{n:04}.csv.gz", received=7_000_000 + 13 * n,
        )
        for n in range(10)
    ]  # fmt: skip
    stage.fact("anonymous_reads", "actions_by_resource", "Ten objects are read without credentials.", *taken)


STORY = Story(
    name="s3_exposure",
    title="A bucket was opened",
    about="One account, two days: a bucket opened by mistake, read by strangers, closed again.",
    script=script,
    hours=36,
    events=900,
)
