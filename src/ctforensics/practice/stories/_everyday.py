"""What happens in every story: people sign in, work, mistype a password. All of it benign; decoys for the questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ctforensics.practice import identities
from ctforensics.practice.company import HOME, OFFICE, OFFICE_BEN, PRODUCTION, VPN
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage

CONSOLE = "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_us-east-1_a1b2c3d4e5f60718"


def sign_in(
    stage: Stage, at: datetime, who: Actor, *, ok: bool = True, mfa: str = "Yes", reason: str = "Failed authentication"
) -> str:
    """A console sign-in. A failed one has no error code, only a message and ``ConsoleLogin`` = ``Failure``."""
    identity: dict[str, Any] = {k: v for k, v in who.identity.items() if k not in ("accessKeyId", "sessionContext")}
    if not ok:
        identity.pop("arn", None)
        identity["accessKeyId"] = ""
    additional = {"LoginTo": CONSOLE, "MobileVersion": "No", "MFAUsed": mfa}
    if mfa == "Yes":
        device = identity.get("userName", "root-account-mfa-device")
        additional["MFAIdentifier"] = f"arn:aws:iam::{who.account}:mfa/{device}"
    return stage.play(
        at,
        identities.Actor(identity, who.address, identities.BROWSER),
        "signin",
        "ConsoleLogin",
        account=who.account,
        response={"ConsoleLogin": "Success" if ok else "Failure"},
        message=None if ok else reason,
        additional=additional,
        event_type="AwsConsoleSignIn",
        read_only=False,
        host=f"{HOME}.signin.aws.amazon.com",
    )


def unknown_user(account: str, address: str) -> Actor:
    """Somebody who types a user name that does not exist: CloudTrail hides the name."""
    identity = {
        "type": "IAMUser",
        "principalId": "",
        "accountId": account,
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    return Actor(identity, address, identities.BROWSER)


def role_params(account: str, role: str, session: str) -> dict[str, str]:
    """What AssumeRole is asked."""
    return {"roleArn": f"arn:aws:iam::{account}:role/{role}", "roleSessionName": session}


def issued(
    stage: Stage, at: datetime, account: str, role: str, session: str, key: str, hours: int = 1
) -> dict[str, Any]:
    """What AssumeRole answers."""
    until = at.replace(hour=(at.hour + hours) % 24)
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
            "expiration": us_date(until),
        },
        "assumedRoleUser": {
            "assumedRoleId": f"{stage.company.role_id(role, account)}:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
        },
    }


def workdays(stage: Stage, days: int) -> None:
    """People sign in each working day; ben mistypes his password on the first."""
    company = stage.company
    for day in range(1, days + 1):
        if stage.at(day, "00:00:00").weekday() > 4:
            continue
        sign_in(stage, stage.at(day, f"08:{(day * 7) % 30:02}:12"), company.user("anna"))
        sign_in(stage, stage.at(day, f"08:{(day * 11) % 30 + 20:02}:41"), company.user("ben", address=OFFICE_BEN))
        _dana(stage, stage.at(day, f"09:{(day * 5) % 40:02}:03"))
    sign_in(stage, stage.at(1, "08:29:55"), company.user("ben", address=OFFICE_BEN), ok=False, mfa="No")


def _dana(stage: Stage, at: datetime) -> None:
    from ctforensics.practice.company import SSO_PATH, SSO_ROLE

    key = stage.company.ids.key("ASIA", PRODUCTION, "sso", "dana", at)
    who = identities.saml("https://portal.sso.eu-west-1.amazonaws.com/saml/assertion", "dana@example.com", VPN)
    provider = f"arn:aws:iam::{PRODUCTION}:saml-provider/AWSSSO_0a1b2c3d4e5f6a7b_DO_NOT_DELETE"
    stage.play(
        at,
        who,
        "sts",
        "AssumeRoleWithSAML",
        account=PRODUCTION,
        read_only=True,
        params={
            "roleArn": f"arn:aws:iam::{PRODUCTION}:role{SSO_PATH}{SSO_ROLE}",
            "roleSessionName": "dana@example.com",
            "principalArn": provider,
            "durationSeconds": 3600,
        },
        response=issued(stage, at, PRODUCTION, SSO_ROLE, "dana@example.com", key),
    )


def operations(stage: Stage) -> None:
    """Ordinary changes of the first two days: a security group, an instance, a bucket policy, a key, a refused call."""
    company, day = stage.company, 1
    created = instant(stage.at(day, "08:30:00"))
    anna = company.console("anna", created)
    group = company.ids.resource("sg", "web")
    stage.play(
        stage.at(day, "09:12:40"), anna, "ec2", "AuthorizeSecurityGroupIngress",
        params={"groupId": group, "ipPermissions": {"items": [_rule("tcp", 443, "203.0.113.0/24", "office")]}},
        response={
            "requestId": stage.ids.event(), "_return": True,
            "securityGroupRuleSet": {"items": [_rule_made(stage, group, 443, "203.0.113.0/24")]},
        },
    )  # fmt: skip
    instance = company.ids.resource("i", "batch")
    stage.play(
        stage.at(day, "09:40:02"), anna, "ec2", "RunInstances",
        params={
            "instancesSet": {"items": [{"imageId": "ami-0a1b2c3d4e5f60718", "minCount": 1, "maxCount": 1}]},
            "instanceType": "t3.small", "blockDeviceMapping": {}, "monitoring": {"enabled": False},
            "groupSet": {"items": [{"groupId": group}]}, "iamInstanceProfile": {"name": "web-server"},
        },
        response={
            "requestId": stage.ids.event(), "reservationId": company.ids.resource("r", "batch"),
            "ownerId": PRODUCTION, "groupSet": {},
            "instancesSet": {"items": [{
                "instanceId": instance, "imageId": "ami-0a1b2c3d4e5f60718", "instanceType": "t3.small",
                "instanceState": {"code": 0, "name": "pending"}, "privateDnsName": "ip-10-0-1-10.ec2.internal",
            }]},
        },
    )  # fmt: skip
    stage.play(
        stage.at(day, "16:55:19"), anna, "ec2", "StopInstances",
        params={"instancesSet": {"items": [{"instanceId": instance}]}, "force": False},
        response={"requestId": stage.ids.event(), "instancesSet": {"items": [{
            "instanceId": instance, "currentState": {"code": 64, "name": "stopping"},
            "previousState": {"code": 16, "name": "running"}}]}},
    )  # fmt: skip
    ben = company.user("ben", address=OFFICE_BEN)
    stage.play(
        stage.at(day, "11:03:27"), ben, "iam", "ListRoles",
        denied="iam:ListRoles", denied_on=f"arn:aws:iam::{PRODUCTION}:role/",
    )  # fmt: skip
    key = f"arn:aws:kms:{HOME}:{PRODUCTION}:key/9f8e7d6c-2222-4333-8444-555566667777"
    stage.play(
        stage.at(2, "10:20:31"), company.console("anna", instant(stage.at(2, "08:30:00"))), "kms", "ScheduleKeyDeletion",
        params={"keyId": key, "pendingWindowInDays": 30},
        response={"keyId": key, "deletionDate": us_date(stage.at(32, "10:20:31")), "keyState": "PendingDeletion", "pendingWindowInDays": 30},
        resources=[{"accountId": PRODUCTION, "type": "AWS::KMS::Key", "ARN": key}],
    )  # fmt: skip


def root_sign_in(stage: Stage, at: datetime) -> str:
    """The root user signs in with MFA from the office and reads the bill."""
    who = identities.root(PRODUCTION, stage.company.ids.key("ASIA", PRODUCTION, "root", at), instant(at), OFFICE)
    event = sign_in(stage, at, who)
    stage.play(at.replace(minute=(at.minute + 2) % 60), who, "billingconsole", "GetBillingPreferences", read_only=True)
    return event


def _rule(protocol: str, port: int, network: str, description: str) -> dict[str, Any]:
    ranges = {"items": [{"cidrIp": network, "description": description}]}
    return {
        "ipProtocol": protocol, "fromPort": port, "toPort": port, "groups": {}, "ipRanges": ranges, "ipv6Ranges": {},
        "prefixListIds": {},
    }  # fmt: skip


def _rule_made(stage: Stage, group: str, port: int, network: str) -> dict[str, Any]:
    return {
        "groupOwnerId": PRODUCTION, "groupId": group, "securityGroupRuleId": stage.ids.resource("sgr", group, port),
        "isEgress": False, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": network,
    }  # fmt: skip


def open_port(stage: Stage, at: datetime, who: Actor, group: str, port: int, network: str, region: str = HOME) -> str:
    """AuthorizeSecurityGroupIngress."""
    return stage.play(
        at, who, "ec2", "AuthorizeSecurityGroupIngress", region=region,
        params={"groupId": group, "ipPermissions": {"items": [_rule("tcp", port, network, "")]}},
        response={
            "requestId": stage.ids.event(), "_return": True,
            "securityGroupRuleSet": {"items": [_rule_made(stage, group, port, network)]},
        },
    )  # fmt: skip
