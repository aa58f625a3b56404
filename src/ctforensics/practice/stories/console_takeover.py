"""Passwords sprayed at the console, one fits; MFA is moved to the intruder's device."""

from __future__ import annotations

from ctforensics.practice.company import ATTACKER, ATTACKER_EXIT, OFFICE, OFFICE_BEN, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

_SPRAYED = ("anna", "ben", "build-legacy", "svc-reporting", "dana", "eva")
_UNKNOWN = {"dana", "eva"}


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    stage.clue = ATTACKER
    _spray(stage)
    intruder = _entry(stage)
    _move_mfa(stage, intruder)
    _answer(stage)


def _spray(stage: Stage) -> None:
    tried = []
    for n in range(18):
        name, address = _SPRAYED[n % len(_SPRAYED)], (ATTACKER, ATTACKER_EXIT)[n % 2]
        known = stage.company.user(name, address=address)
        who = _everyday.unknown_user(PRODUCTION, address) if name in _UNKNOWN else known
        reason = "No username found in supplied account" if name in _UNKNOWN else "Failed authentication"
        at = stage.at(1, f"22:{n * 2:02}:{n * 3:02}")
        tried.append(_everyday.sign_in(stage, at, who, ok=False, mfa="No", reason=reason))
    stage.fact(
        "password_spray", "console_login_failures", "Eighteen failed sign-ins for six names from two addresses.", *tried
    )


def _entry(stage: Stage) -> Actor:
    at, ben = stage.at(1, "22:41:30"), stage.company.user("ben", address=ATTACKER)
    entered = _everyday.sign_in(stage, at, ben, mfa="No")
    stage.fact(
        "console_entry",
        "console_logins",
        "Ben's password opens the console from a foreign address, without MFA.",
        entered,
    )
    intruder = stage.company.console("ben", instant(at), address=ATTACKER)
    intruder.identity["sessionContext"]["attributes"]["mfaAuthenticated"] = "false"
    seen = [
        stage.play(stage.at(1, "22:43:02"), intruder, "iam", "ListUsers"),
        stage.play(stage.at(1, "22:43:40"), intruder, "iam", "ListMFADevices", params={"userName": "anna"}),
        stage.play(stage.at(1, "22:44:15"), intruder, "iam", "GetAccountSummary"),
    ]
    stage.fact("enumeration", "actions_by_source_ip", "The intruder looks around in the console.", *seen)
    return intruder


def _move_mfa(stage: Stage, intruder: Actor) -> None:
    device = f"arn:aws:iam::{PRODUCTION}:mfa/anna"
    off = stage.play(
        stage.at(1, "22:50:11"), intruder, "iam", "DeactivateMFADevice",
        params={"userName": "anna", "serialNumber": device},
    )  # fmt: skip
    gone = stage.play(
        stage.at(1, "22:50:40"), intruder, "iam", "DeleteVirtualMFADevice", params={"serialNumber": device}
    )
    at = stage.at(1, "22:52:05")
    password = stage.play(
        at, intruder, "iam", "UpdateLoginProfile", params={"userName": "anna", "passwordResetRequired": False}
    )
    own = f"arn:aws:iam::{PRODUCTION}:mfa/phone2"
    made = stage.play(
        stage.at(1, "22:55:31"), intruder, "iam", "CreateVirtualMFADevice",
        params={"virtualMFADeviceName": "phone2", "path": "/"}, response={"virtualMFADevice": {"serialNumber": own}},
    )  # fmt: skip
    on = stage.play(
        stage.at(1, "22:56:20"), intruder, "iam", "EnableMFADevice", params={"userName": "anna", "serialNumber": own}
    )
    stage.fact("mfa_moved", "iam_changes", "Anna's MFA device is replaced by another.", off, gone, made, on)
    stage.fact("password_set", "iam_changes", "Anna gets a new password.", password)
    anna = stage.company.user("anna", address=ATTACKER_EXIT)
    second = _everyday.sign_in(stage, stage.at(1, "23:04:09"), anna)
    stage.fact("second_entry", "console_logins", "The intruder signs in as Anna, with the new device.", second)
    session = stage.company.console("anna", instant(stage.at(1, "23:04:09")), address=ATTACKER_EXIT)
    key_at = stage.at(1, "23:11:45")
    created = stage.play(
        key_at, session, "iam", "CreateAccessKey", params={"userName": "anna"},
        response={"accessKey": {
            "userName": "anna", "accessKeyId": stage.ids.key("AKIA", PRODUCTION, "anna", "second"),
            "status": "Active", "createDate": us_date(key_at)}},
    )  # fmt: skip
    stage.fact("key_planted", "access_key_lifecycle", "A second key for Anna that was never used.", created)


def _answer(stage: Stage) -> None:
    root = _everyday.root_sign_in(stage, stage.at(2, "08:50:00"))
    stage.fact("root_rescue", "root_activity", "The owner signs in as root, with MFA from the office, to help.", root)
    refused = _everyday.sign_in(stage, stage.at(2, "08:31:20"), stage.company.user("anna", address=OFFICE), ok=False)
    stage.fact("locked_out", "console_login_failures", "The real Anna cannot sign in any more.", refused)
    late = _everyday.sign_in(
        stage, stage.at(2, "08:33:10"), stage.company.user("ben", address=OFFICE_BEN), ok=False, mfa="No"
    )
    stage.fact("benign_failure", "console_login_failures", "Ben mistypes his password in the office.", late)


STORY = Story(
    name="console_takeover",
    title="The console was taken over",
    about="One account, two days: sprayed passwords, a sign-in without MFA, an MFA device replaced.",
    script=script,
    hours=36,
    events=900,
    regions=("us-east-1",),
)
