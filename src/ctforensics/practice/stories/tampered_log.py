"""A short incident whose logs were tampered with afterwards: one altered, one deleted, one injected."""

from __future__ import annotations

import json

from ctforensics.practice import identities, records
from ctforensics.practice.company import ATTACKER, OFFICE_BEN, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant, log_content
from ctforensics.practice.noise import us_date
from ctforensics.practice.production import Production
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

ALTERED, DELETED, INJECTED = "altered_record", "deleted_records", "injected_record"
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    thief = stage.company.user("svc-reporting", address=ATTACKER)
    stage.clue = thief.key
    first = stage.play(stage.at(2, "02:11:09"), thief, "sts", "GetCallerIdentity")
    refused = stage.play(
        stage.at(2, "02:12:31"), thief, "iam", "ListUsers",
        denied="iam:ListUsers", denied_on=f"arn:aws:iam::{PRODUCTION}:user/",
    )  # fmt: skip
    stage.fact("first_use", "actions_by_access_key", "The leaked key answers from a foreign address.", first)
    stage.fact("refused_enumeration", "authorization_failures", "Enumeration that was refused.", refused)
    attached = stage.play(
        stage.at(2, "03:23:10"), thief, "iam", "AttachUserPolicy",
        params={"userName": "svc-reporting", "policyArn": _ADMINISTRATOR},
    )  # fmt: skip
    stage.fact(
        ALTERED,
        "iam_changes",
        "The key made itself administrator; the record was altered to name the office.",
        attached,
    )
    at, new = stage.at(2, "04:41:12"), stage.company.user("build-legacy")
    created = stage.play(
        at, thief, "iam", "CreateAccessKey", params={"userName": "build-legacy"},
        response={"accessKey": {"userName": "build-legacy", "accessKeyId": new.key, "status": "Active", "createDate": us_date(at)}},
    )  # fmt: skip
    stage.fact(
        DELETED,
        "access_key_lifecycle",
        "A second key was planted; its log is gone, Event history still knows it.",
        created,
    )


def tamper(production: Production) -> None:
    """What somebody with write access to the bucket did afterwards; the labels name the files."""
    stage = production.stage
    altered = production.find(*stage.facts[ALTERED]["answer"])
    content = production.sink.read(stage.story.bucket, altered)
    production.sink.tamper(stage.story.bucket, altered, content.replace(ATTACKER.encode(), OFFICE_BEN.encode()))
    deleted = production.find(*stage.facts[DELETED]["answer"])
    production.recorded -= len(json.loads(production.sink.read(stage.story.bucket, deleted))["Records"])
    production.sink.tamper(stage.story.bucket, deleted, None)
    stage.files |= {"altered": altered, "deleted": deleted, "injected": _inject(production)}


def _inject(production: Production) -> str:
    """A forged log in an hour that a digest covers: it accuses somebody else."""
    stage = production.stage
    at = stage.at(2, "05:27:40")
    ben: Actor = stage.company.user("ben", address=OFFICE_BEN, agent=identities.CLI)
    forged = records.build(
        stage.ids, ben, "iam", "CreateAccessKey", at=instant(at), region="us-east-1", account=PRODUCTION,
        params={"userName": "build-legacy"}, response={"accessKey": {"userName": "build-legacy", "status": "Active"}},
    )  # fmt: skip
    stage.fact(
        INJECTED,
        "access_key_lifecycle",
        "A forged record that accuses ben; no digest lists its file.",
        forged["eventID"],
    )
    log = production.trail(PRODUCTION).deliver(
        log_content([json.dumps(forged, separators=(",", ":"))]), stage.at(2, "05:30:00"), listed=False, span=(at, at)
    )
    production.recorded += 1
    return log.key


STORY = Story(
    name="tampered_log",
    title="Tampered logs",
    about="One account, two days: after delivery one log was altered, one deleted, one injected.",
    script=script,
    after=tamper,
    hours=36,
    events=900,
    regions=("us-east-1", "eu-west-1"),
)
