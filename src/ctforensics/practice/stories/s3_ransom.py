"""Objects held to ransom: read, encrypted anew with a key of the attacker, recovery cut off, a note left.

An organization trail with a prefix. The shape follows public reports of SSE-C ransom cases.
"""

from __future__ import annotations

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, DATA, HOME, OFFICE, PAYROLL, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

KEYS = [f"2026/02/slip-{2000 + n}.pdf" for n in range(12)]
NOTE = "READ_ME_TO_RECOVER_YOUR_FILES.txt"
_SSE_C = "x-amz-server-side-encryption-customer-algorithm"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    _decoy(stage)
    thief = _stolen_session(stage)
    stage.clue = thief.key
    _look(stage, thief)
    _encrypt(stage, thief)
    _cut_off_recovery(stage, thief)


def _decoy(stage: Stage) -> None:
    carol = stage.company.user("carol", DATA, OFFICE)
    rule = {"ID": "expire-old-reports", "Status": "Enabled", "Prefix": "", "Expiration": {"Days": 365}}
    tidy = stage.s3(
        stage.at(1, "11:44:02"), carol, "PutBucketLifecycle", "example-reports", sent=311,
        params={"lifecycle": "", "LifecycleConfiguration": {"Rule": rule}},
    )  # fmt: skip
    stage.fact("benign_lifecycle", "actions_by_resource", "Carol lets reports expire after a year.", tidy)


def _stolen_session(stage: Stage) -> Actor:
    """Credentials of the data account's web server, used from outside."""
    at, instance = stage.at(2, "00:40:03"), stage.company.instance(DATA)
    key = stage.ids.key("ASIA", DATA, "stolen")
    role = "backup-agent"
    issued = stage.play(
        at, identities.service("ec2.amazonaws.com"), "sts", "AssumeRole", account=DATA, shared=stage.ids.event(),
        params=_everyday.role_params(DATA, role, instance), response=_everyday.issued(stage, at, DATA, role, instance, key, 6),
        resources=[{"accountId": DATA, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{DATA}:role/{role}"}],
    )  # fmt: skip
    stage.fact(
        "session_issued", "role_assumption_chain", "The instance gets the session that is stolen from it.", issued
    )
    return stage.company.session(
        role, instance, key, instant(at), ATTACKER, DATA, identities.CLI, ec2RoleDelivery="1.0"
    )


def _look(stage: Stage, thief: Actor) -> None:
    first = stage.play(stage.at(2, "01:10:00"), thief, "sts", "GetCallerIdentity")
    seen = [
        stage.s3(stage.at(2, "01:10:44"), thief, "ListBuckets", None, received=2107),
        stage.s3(stage.at(2, "01:11:20"), thief, "GetBucketVersioning", PAYROLL, params={"versioning": ""}),
        stage.s3(stage.at(2, "01:11:52"), thief, "ListObjects", PAYROLL, params={"list-type": "2"}, category="Data"),
    ]
    refused = stage.s3(stage.at(2, "01:12:15"), thief, "GetBucketLogging", PAYROLL, params={"logging": ""}, denied=True)
    stage.fact(
        "first_use", "actions_by_source_ip", "Instance credentials are used from a foreign address.", first, *seen
    )
    stage.fact("refused", "authorization_failures", "One call is refused.", refused)
    read = [
        stage.s3(stage.at(2, f"01:20:{n * 4:02}"), thief, "GetObject", PAYROLL, key=key, received=91_000 + 53 * n)
        for n, key in enumerate(KEYS)
    ]
    stage.fact("objects_read", "actions_by_resource", "Twelve objects are read.", *read)


def _encrypt(stage: Stage, thief: Actor) -> None:
    copied = [
        stage.s3(
            stage.at(2, f"01:40:{n * 4:02}"), thief, "CopyObject", PAYROLL, key=key,
            params={"x-amz-copy-source": f"{PAYROLL}/{key}", _SSE_C: "AES256"},
            response={_SSE_C: "AES256", "x-amz-version-id": stage.ids.s3_request()},
            more_data={"SSEApplied": "SSE_C"},
        )
        for n, key in enumerate(KEYS)
    ]  # fmt: skip
    stage.fact(
        "objects_encrypted",
        "actions_by_resource",
        "The same objects are written anew under a key that only the attacker has.",
        *copied,
    )


def _cut_off_recovery(stage: Stage, thief: Actor) -> None:
    suspended = stage.s3(
        stage.at(2, "01:35:10"), thief, "PutBucketVersioning", PAYROLL, sent=124,
        params={"versioning": "", "VersioningConfiguration": {"Status": "Suspended", "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"}},
    )  # fmt: skip
    rule = {
        "ID": "x",
        "Status": "Enabled",
        "Prefix": "",
        "Expiration": {"Days": 1},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }
    shortened = stage.s3(
        stage.at(2, "01:50:36"), thief, "PutBucketLifecycle", PAYROLL, sent=402,
        params={"lifecycle": "", "LifecycleConfiguration": {"Rule": rule}},
    )  # fmt: skip
    deleted = [
        stage.s3(stage.at(2, f"01:55:{n * 7:02}"), thief, "DeleteObject", PAYROLL, key=f"2026/01/slip-{1500 + n}.pdf")
        for n in range(6)
    ]
    note = stage.s3(stage.at(2, "02:01:00"), thief, "PutObject", PAYROLL, key=NOTE, sent=1204)
    key = f"arn:aws:kms:{HOME}:{DATA}:key/5c4d3e2f-3333-4444-8555-666677778888"
    scheduled = stage.play(
        stage.at(2, "02:04:48"), thief, "kms", "ScheduleKeyDeletion", params={"keyId": key, "pendingWindowInDays": 7},
        response={"keyId": key, "deletionDate": us_date(stage.at(9, "02:04:48")), "keyState": "PendingDeletion", "pendingWindowInDays": 7},
        resources=[{"accountId": DATA, "type": "AWS::KMS::Key", "ARN": key}],
    )  # fmt: skip
    stage.fact(
        "versioning_suspended",
        "actions_by_resource",
        "Versioning is suspended before the objects are written anew.",
        suspended,
    )
    stage.fact("lifecycle_shortened", "actions_by_resource", "Everything expires after a day.", shortened)
    stage.fact("objects_deleted", "actions_by_resource", "Older objects are deleted.", *deleted)
    stage.fact("ransom_note", "actions_by_resource", "A note is left.", note)
    stage.fact(
        "key_deletion_scheduled",
        "actions_by_resource",
        "The KMS key of the bucket is to be deleted in seven days.",
        scheduled,
    )


STORY = Story(
    name="s3_ransom",
    title="Objects held to ransom",
    about="An organization trail, two days: stolen instance credentials, objects encrypted anew and deleted, a note.",
    script=script,
    hours=48,
    events=2500,
    accounts=(PRODUCTION, DATA),
    regions=("us-east-1", "eu-west-1"),
    organization="o-exampleorg1",
    prefix="audit",
    trail="org-trail",
    bucket="example-org-trail",
)
