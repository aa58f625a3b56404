"""A leaked access key: the full incident over two accounts and three regions, with decoys.

Who reads it knows the solution. The labels name the events behind each fact.
"""

from __future__ import annotations

import json
from datetime import timedelta

from ctforensics.practice import identities
from ctforensics.practice.company import (
    ATTACKER,
    ATTACKER_EXIT,
    DATA,
    EXPORTS,
    OFFICE,
    PAYROLL,
    PRODUCTION,
)
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday, _other_kinds

TOOL = "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.6.9-amd64 md/arch#x86_64 lang/python#3.11.8"
POLICY = f"arn:aws:iam::{PRODUCTION}:policy/reporting-read"
HOP_SESSION = "reporting-sync"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 4)
    _everyday.operations(stage)
    stage.fact(
        "benign_root_sign_in", "root_activity", "The root user signed in with MFA from the office: no part of it.",
        _everyday.root_sign_in(stage, stage.at(1, "08:40:10")),
    )  # fmt: skip
    _before(stage)
    thief = stage.company.user("svc-reporting", address=ATTACKER, agent=TOOL)
    stage.clue = thief.key
    _reconnaissance(stage, thief)
    _escalation(stage, thief)
    visitor = _hop(stage, thief)
    _theft(stage, visitor)
    _second_key(stage, thief)
    _response(stage)
    _other_kinds.insight(stage, stage.at(2, "02:15:00"), PRODUCTION, "AccessDenied")
    _other_kinds.endpoint_denial(stage, stage.at(2, "15:07:33"), DATA)


def _statement(principal: object, bucket: str) -> dict[str, object]:
    return {
        "Sid": "Read", "Effect": "Allow", "Principal": principal, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }  # fmt: skip


def _set_policy(stage: Stage, day: int, clock: str, who: Actor, bucket: str, principal: object) -> str:
    document = {"Version": "2012-10-17", "Statement": [_statement(principal, bucket)]}
    return stage.s3(
        stage.at(day, clock), who, "PutBucketPolicy", bucket, sent=len(json.dumps(document)),
        params={"bucketPolicy": document, "policy": ""},
    )  # fmt: skip


def _before(stage: Stage) -> None:
    """The day before: the exports bucket gets its proper policy, another bucket too, the reporting key works as it should."""
    carol = stage.company.user("carol", DATA, OFFICE)
    proper = _set_policy(stage, 1, "10:20:05", carol, EXPORTS, {"AWS": f"arn:aws:iam::{PRODUCTION}:root"})
    decoy = _set_policy(stage, 1, "15:02:48", carol, "example-partner-drop", {"AWS": "arn:aws:iam::777788889999:root"})
    stage.fact("policy_before", "who_changed_bucket_policy", "Carol set the policy that was in force before.", proper)
    stage.fact("benign_policy_change", "who_changed_bucket_policy", "A partner's bucket, changed on purpose.", decoy)
    owner = stage.company.user("svc-reporting", address="203.0.113.140", agent=identities.BOTO)
    for hour in (6, 12, 18):
        stage.s3(
            stage.at(1, f"{hour:02}:30:02"), owner, "GetObject", "example-reports", owner=PRODUCTION,
            key=f"daily/2026-03-01-{hour:02}.csv", received=48213,
        )  # fmt: skip


def _reconnaissance(stage: Stage, thief: Actor) -> None:
    first = stage.play(stage.at(2, "02:11:09"), thief, "sts", "GetCallerIdentity")
    stage.fact(
        "first_use", "actions_by_access_key", "The leaked key answers from a foreign address for the first time.", first
    )
    refused = [
        ("iam", "ListUsers", f"arn:aws:iam::{PRODUCTION}:user/"),
        ("iam", "GetAccountAuthorizationDetails", "*"),
        ("iam", "ListRoles", f"arn:aws:iam::{PRODUCTION}:role/"),
        ("secretsmanager", "ListSecrets", None),
        ("organizations", "DescribeOrganization", "*"),
        ("cloudtrail", "DescribeTrails", None),
        ("lambda", "ListFunctions20150331", "*"),
        ("rds", "DescribeDBInstances", f"arn:aws:rds:us-east-1:{PRODUCTION}:db:*"),
    ]
    denied = [
        stage.play(
            stage.at(2, f"02:12:{n * 6:02}"), thief, service, name, denied=f"{service}:{name.removesuffix('20150331')}", denied_on=on
        )
        for n, (service, name, on) in enumerate(refused)
    ]  # fmt: skip
    for region in ("us-east-1", "eu-west-1", "ap-southeast-2"):
        denied.append(
            stage.play(
                stage.at(2, f"02:13:{len(denied) * 4:02}"), thief, "ec2", "DescribeInstances", region=region,
                params={"instancesSet": {}, "filterSet": {}}, denied="ec2:DescribeInstances",
            )
        )  # fmt: skip
    stage.fact(
        "refused_enumeration", "authorization_failures", "Enumeration that was refused, in three regions.", *denied
    )
    told = [
        stage.s3(stage.at(2, "02:14:02"), thief, "ListBuckets", None, owner=PRODUCTION, received=4211),
        stage.play(
            stage.at(2, "02:14:31"), thief, "iam", "ListAttachedUserPolicies", params={"userName": "svc-reporting"}
        ),
        stage.play(stage.at(2, "02:14:50"), thief, "iam", "GetPolicy", params={"policyArn": POLICY}),
        stage.play(
            stage.at(2, "02:15:12"), thief, "iam", "GetPolicyVersion", params={"policyArn": POLICY, "versionId": "v1"}
        ),
    ]
    stage.fact("granted_enumeration", "actions_by_access_key", "Enumeration that was granted.", *told)


def _escalation(stage: Stage, thief: Actor) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    at = stage.at(2, "02:21:44")
    version = stage.play(
        at, thief, "iam", "CreatePolicyVersion",
        params={"policyArn": POLICY, "policyDocument": json.dumps(everything, indent=2), "setAsDefault": True},
        response={"policyVersion": {"versionId": "v2", "isDefaultVersion": True, "createDate": us_date(at)}},
    )  # fmt: skip
    attached = stage.play(
        stage.at(2, "02:23:10"), thief, "iam", "AttachUserPolicy",
        params={"userName": "svc-reporting", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    )  # fmt: skip
    stage.fact(
        "escalation",
        "iam_changes",
        "The key gives itself every right: a policy version, then an attachment.",
        version,
        attached,
    )
    found = stage.play(stage.at(2, "02:24:36"), thief, "iam", "ListRoles", params={"maxItems": 1000})
    stage.fact("granted_enumeration", "actions_by_access_key", "", found)


def _hop(stage: Stage, thief: Actor) -> Actor:
    """AssumeRole into the data account: one event in each account, joined by ``sharedEventID``."""
    at, role = stage.at(2, "02:40:18"), "data-admin"
    key = stage.ids.key("ASIA", DATA, "hop")
    shared, request = stage.ids.event(), stage.ids.event()
    facts = {
        "params": _everyday.role_params(DATA, role, HOP_SESSION),
        "response": _everyday.issued(stage, at, DATA, role, HOP_SESSION, key),
        "resources": [{"accountId": DATA, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{DATA}:role/{role}"}],
        "shared": shared,
        "request_id": request,
    }
    here = stage.play(at, thief, "sts", "AssumeRole", account=PRODUCTION, **facts)
    there = stage.play(at, thief.as_foreigner(), "sts", "AssumeRole", account=DATA, **facts)
    stage.fact("role_hop", "role_assumption_chain", "The leaked key becomes a role session in the data account.", here)
    stage.fact("role_hop_received", "cross_account_access_in", "The same hop as the data account saw it.", there)
    visitor = stage.company.session(role, HOP_SESSION, key, instant(at), ATTACKER, DATA, TOOL)
    who = stage.play(at + timedelta(seconds=9), visitor, "sts", "GetCallerIdentity")
    stage.fact("actions_of_the_session", "actions_by_principal", "What the hopped session did.", who)
    return visitor


def _theft(stage: Stage, visitor: Actor) -> None:
    listed = [
        stage.s3(stage.at(2, "02:42:00"), visitor, "ListBuckets", None, received=2107),
        stage.s3(stage.at(2, "02:43:27"), visitor, "GetBucketPolicy", EXPORTS, params={"policy": ""}, received=301),
    ]
    unblocked = stage.s3(
        stage.at(2, "02:47:50"), visitor, "PutBucketPublicAccessBlock", EXPORTS, sent=219,
        params={"publicAccessBlock": "", "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}},
    )  # fmt: skip
    opened = _set_policy(stage, 2, "02:48:33", visitor, EXPORTS, "*")
    stage.fact("bucket_opened", "who_changed_bucket_policy", "The exports bucket is opened to everybody.", opened)
    stage.fact("public_access_unblocked", "actions_by_resource", "Its public access block is lifted first.", unblocked)
    read = [
        stage.s3(
            stage.at(2, f"02:{50 + n // 6:02}:{n % 6 * 10 + 3:02}"), visitor, "GetObject", PAYROLL,
            key=f"2026/02/slip-{1000 + n}.pdf", received=80_000 + 137 * n,
        )
        for n in range(24)
    ]  # fmt: skip
    stage.fact("objects_read", "actions_by_resource", "Payroll objects read with the hopped session.", *read)
    stranger = identities.anonymous(ATTACKER_EXIT, "curl/8.5.0")
    taken = [
        stage.s3(
            stage.at(2, f"03:05:{n * 20:02}"), stranger, "GetObject", EXPORTS, key=f"customers/part-{n:04}.csv.gz",
            received=9_000_000 + n,
        )
        for n in range(3)
    ]  # fmt: skip
    stage.fact(
        "anonymous_reads",
        "actions_by_resource",
        "Exports read without credentials, after the bucket was opened.",
        *taken,
    )
    stage.fact("actions_of_the_session", "actions_by_principal", "", *listed, unblocked, opened, *read)


def _second_key(stage: Stage, thief: Actor) -> None:
    company, at = stage.company, stage.at(3, "01:04:12")
    new = company.user("build-legacy", address=ATTACKER_EXIT, agent=TOOL)
    made = stage.play(
        at, thief, "iam", "CreateAccessKey", params={"userName": "build-legacy"},
        response={"accessKey": {"userName": "build-legacy", "accessKeyId": new.key, "status": "Active", "createDate": us_date(at)}},
    )  # fmt: skip
    profile = stage.play(
        stage.at(3, "01:06:40"), thief, "iam", "CreateLoginProfile",
        params={"userName": "build-legacy", "passwordResetRequired": False},
        response={"loginProfile": {"userName": "build-legacy", "createDate": us_date(stage.at(3, "01:06:40")), "passwordResetRequired": False}},
    )  # fmt: skip
    stage.fact("second_key_planted", "access_key_lifecycle", "A second key, for a user whom nobody used.", made)
    stage.fact("password_planted", "iam_changes", "A password for the same user.", profile)
    used = [
        stage.play(stage.at(3, "01:20:05"), new, "sts", "GetCallerIdentity"),
        stage.play(stage.at(3, "01:21:33"), new, "ec2", "DescribeInstances", region="eu-west-1", params={"instancesSet": {}, "filterSet": {}}),
    ]  # fmt: skip
    used += _compute(stage, new)
    stage.fact("second_key_used", "actions_by_access_key", "What the second key did.", *used)
    entered = _everyday.sign_in(stage, stage.at(3, "01:41:17"), new, mfa="No")
    stage.fact("console_entry", "console_logins", "The planted password opens the console, without MFA.", entered)
    failed = [
        _everyday.sign_in(stage, stage.at(3, "01:39:02"), new, ok=False, mfa="No"),
        _everyday.sign_in(
            stage, stage.at(3, "01:40:20"), _everyday.unknown_user(PRODUCTION, ATTACKER_EXIT), ok=False, mfa="No",
            reason="No username found in supplied account",
        ),
    ]  # fmt: skip
    stage.fact("failed_entries", "console_login_failures", "Two failed tries just before.", *failed)
    _tampering(stage, new)


def _compute(stage: Stage, who: Actor) -> list[str]:
    region = "ap-southeast-2"
    group = stage.company.ids.resource("sg", "default", region)
    wanted = {
        "instancesSet": {"items": [{"imageId": "ami-0f1e2d3c4b5a69788", "minCount": 4, "maxCount": 8}]},
        "instanceType": "p4d.24xlarge", "blockDeviceMapping": {}, "monitoring": {"enabled": False},
    }  # fmt: skip
    dry = stage.play(
        stage.at(3, "01:23:10"), who, "ec2", "RunInstances", region=region, params=wanted, error="Client.DryRunOperation",
        message="Request would have succeeded, but DryRun flag is set.",
    )  # fmt: skip
    limit = stage.play(
        stage.at(3, "01:23:52"), who, "ec2", "RunInstances", region=region, params=wanted, error="Client.VcpuLimitExceeded",
        message="You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to.",
    )  # fmt: skip
    opened = _everyday.open_port(stage, stage.at(3, "01:25:30"), who, group, 22, "0.0.0.0/0", region)
    stopped = stage.play(
        stage.at(3, "01:28:14"), who, "ec2", "StopInstances",
        params={"instancesSet": {"items": [{"instanceId": stage.company.instance()}]}, "force": True},
        response={"requestId": stage.ids.event(), "instancesSet": {"items": [{
            "instanceId": stage.company.instance(), "currentState": {"code": 64, "name": "stopping"},
            "previousState": {"code": 16, "name": "running"}}]}},
    )  # fmt: skip
    stage.fact(
        "port_opened", "security_group_and_vpc_changes", "SSH opened to the world in a region nobody uses.", opened
    )
    stage.fact(
        "compute",
        "ec2_instance_activity",
        "A dry run, a refused launch for want of quota, a stopped server.",
        dry,
        limit,
        stopped,
    )
    return [dry, limit, opened, stopped]


def _tampering(stage: Stage, who: Actor) -> None:
    trail = f"arn:aws:cloudtrail:us-east-1:{PRODUCTION}:trail/management-events"
    seen = stage.play(
        stage.at(3, "01:50:01"), who, "cloudtrail", "DescribeTrails", params={"includeShadowTrails": True}
    )
    tried = [
        stage.play(
            stage.at(3, f"01:5{n + 1}:40"), who, "cloudtrail", name, read_only=False, params=None,
            error="AccessDeniedException",
            message=f"User: {who.arn} is not authorized to perform: cloudtrail:{name} on resource: {trail} with an explicit deny in a service control policy",
        )
        for n, name in enumerate(("StopLogging", "DeleteTrail", "PutEventSelectors"))
    ]  # fmt: skip
    stage.fact(
        "logging_attacked",
        "trail_tampering",
        "Three tries to blind the trail, all refused by a service control policy.",
        *tried,
    )
    stage.fact("second_key_used", "actions_by_access_key", "", seen, *tried)


def _response(stage: Stage) -> None:
    """The company answers: keys off, password gone, policy back."""
    anna = stage.company.console("anna", instant(stage.at(4, "08:35:00")))
    off = []
    for n, name in enumerate(("svc-reporting", "build-legacy")):
        key = stage.company.user(name).key
        off.append(
            stage.play(
                stage.at(4, f"09:0{n}:15"), anna, "iam", "UpdateAccessKey",
                params={"userName": name, "accessKeyId": key, "status": "Inactive"},
            )
        )  # fmt: skip
    off.append(
        stage.play(
            stage.at(4, "09:04:27"), anna, "iam", "DeleteAccessKey",
            params={"userName": "build-legacy", "accessKeyId": stage.company.user("build-legacy").key},
        )
    )  # fmt: skip
    gone = stage.play(stage.at(4, "09:05:50"), anna, "iam", "DeleteLoginProfile", params={"userName": "build-legacy"})
    stage.fact("keys_disabled", "access_key_lifecycle", "Both keys are switched off, the planted one deleted.", *off)
    stage.fact("password_removed", "iam_changes", "The planted password is removed.", gone)
    carol = stage.company.user("carol", DATA, OFFICE)
    back = _set_policy(stage, 4, "09:20:44", carol, EXPORTS, {"AWS": f"arn:aws:iam::{PRODUCTION}:root"})
    stage.fact("policy_restored", "who_changed_bucket_policy", "Carol puts the old policy back.", back)


STORY = Story(
    name="leaked_key",
    title="A leaked access key",
    about="Two accounts, three regions, four days: a leaked key, escalation, a role hop, stolen objects, a second key.",
    script=script,
    hours=96,
    events=6000,
    accounts=(PRODUCTION, DATA),
    regions=("us-east-1", "eu-west-1", "ap-southeast-2"),
)
