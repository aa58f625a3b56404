"""Six ways in which one key tries to gain rights: four work, two are refused. Two changes by an administrator look alike."""

from __future__ import annotations

import json
from typing import Any

from ctforensics.practice.company import ATTACKER, PRODUCTION
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    _decoys(stage)
    thief = stage.company.user("build-legacy", address=ATTACKER)
    stage.clue = thief.key
    refused = [
        stage.play(
            stage.at(1, "21:02:10"), thief, "iam", "PutUserPolicy",
            denied="iam:PutUserPolicy", denied_on=f"arn:aws:iam::{PRODUCTION}:user/build-legacy",
        ),
        stage.play(
            stage.at(1, "21:03:44"), thief, "iam", "AddUserToGroup",
            denied="iam:AddUserToGroup", denied_on=f"arn:aws:iam::{PRODUCTION}:group/admins",
        ),
    ]  # fmt: skip
    stage.fact("refused_paths", "authorization_failures", "Two ways to more rights are refused.", *refused)
    paths: list[tuple[str, str, str, dict[str, Any], Any]] = [
        ("21:10:00", "iam", "CreatePolicyVersion",
         {"policyArn": f"arn:aws:iam::{PRODUCTION}:policy/build", "policyDocument": _ALL, "setAsDefault": True},
         {"policyVersion": {"versionId": "v3", "isDefaultVersion": True, "createDate": us_date(stage.at(1, "21:10:00"))}}),
        ("21:14:20", "lambda", "CreateFunction20150331",
         {"functionName": "cleanup", "runtime": "python3.12", "role": f"arn:aws:iam::{PRODUCTION}:role/release-admin", "handler": "index.handler", "code": {}},
         {"functionName": "cleanup", "functionArn": f"arn:aws:lambda:us-east-1:{PRODUCTION}:function:cleanup"}),
        ("21:20:31", "iam", "PutRolePolicy", {"roleName": "web-server", "policyName": "s3", "policyDocument": _ALL}, None),
        ("21:26:08", "iam", "AttachRolePolicy",
         {"roleName": "nightly-report", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, None),
    ]  # fmt: skip
    for clock, service, name, params, response in paths:
        done = stage.play(stage.at(1, clock), thief, service, name, params=params, response=response)
        about = "A function gets an administrator's role." if service == "lambda" else "Rights are widened."
        fact, question = (
            ("function_with_role", "actions_by_access_key") if service == "lambda" else ("escalation", "iam_changes")
        )
        stage.fact(fact, question, about, done)


def _decoys(stage: Stage) -> None:
    anna = stage.company.console("anna", instant(stage.at(1, "08:30:00")))
    narrowed = stage.play(
        stage.at(1, "13:11:15"), anna, "iam", "CreatePolicyVersion",
        params={"policyArn": f"arn:aws:iam::{PRODUCTION}:policy/reporting-read", "setAsDefault": True, "policyDocument": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example-reports/*"}]})},
        response={"policyVersion": {"versionId": "v2", "isDefaultVersion": True, "createDate": us_date(stage.at(1, "13:11:15"))}},
    )  # fmt: skip
    attached = stage.play(
        stage.at(1, "13:15:40"), anna, "iam", "AttachUserPolicy",
        params={"userName": "ben", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    )  # fmt: skip
    stage.fact(
        "benign_changes", "iam_changes", "An administrator narrows a policy and lets ben read.", narrowed, attached
    )


STORY = Story(
    name="privilege_escalation",
    title="Ways to more rights",
    about="One account, two days: six ways to gain rights, four of which worked, between an administrator's changes.",
    script=script,
    hours=36,
    events=900,
)
