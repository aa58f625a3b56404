"""The trail was stopped and started again; what happened meanwhile stands in Event history alone."""

from __future__ import annotations

from ctforensics.practice.company import ATTACKER, HOME, PRODUCTION
from ctforensics.practice.maker import instant
from ctforensics.practice.noise import us_date
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    thief = stage.company.user("anna", address=ATTACKER)
    stage.clue = thief.key
    trail = f"arn:aws:cloudtrail:{HOME}:{PRODUCTION}:trail/{stage.story.trail}"
    since, until = stage.at(2, "01:14:22"), stage.at(2, "05:41:09")
    seen = [
        stage.play(stage.at(2, "01:02:40"), thief, "sts", "GetCallerIdentity"),
        stage.play(stage.at(2, "01:05:13"), thief, "cloudtrail", "DescribeTrails", params={"trailNameList": []}),
        stage.play(stage.at(2, "01:06:02"), thief, "cloudtrail", "GetTrailStatus", params={"name": trail}),
    ]
    stage.fact("foreign_use", "actions_by_source_ip", "Anna's key is used from a foreign address.", *seen)
    stopped = stage.play(since, thief, "cloudtrail", "StopLogging", params={"name": trail}, read_only=False)
    started = stage.play(until, thief, "cloudtrail", "StartLogging", params={"name": trail}, read_only=False)
    stage.fact("logging_stopped", "trail_tampering", "Logging is stopped.", stopped)
    stage.fact("logging_started", "trail_tampering", "Logging is started again, by the same key.", started)
    stage.stop(PRODUCTION, since, until)
    stage.files["gap"] = {"since": instant(since), "until": instant(until), "account": PRODUCTION}
    _meanwhile(stage)
    found = stage.play(stage.at(2, "09:12:05"), stage.company.console("anna", instant(stage.at(2, "08:30:00"))), "cloudtrail", "GetTrailStatus", params={"name": trail})  # fmt: skip
    stage.fact("noticed", "actions_by_resource", "The real Anna looks after the trail in the morning.", found)


def _meanwhile(stage: Stage) -> None:
    thief, name = stage.company.user("anna", address=ATTACKER), "svc-backup-sync"
    company, at = stage.company, stage.at(2, "02:03:30")
    hidden = [
        stage.play(
            at, thief, "iam", "CreateUser", params={"userName": name},
            response={"user": {
                "path": "/", "userName": name, "userId": company.ids.unique("AIDA", PRODUCTION, "user", name),
                "arn": f"arn:aws:iam::{PRODUCTION}:user/{name}", "createDate": us_date(at)}},
        ),
        stage.play(
            stage.at(2, "02:04:11"), thief, "iam", "AttachUserPolicy",
            params={"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        stage.play(
            stage.at(2, "02:05:44"), thief, "iam", "CreateAccessKey", params={"userName": name},
            response={"accessKey": {
                "userName": name, "accessKeyId": company.user(name).key, "status": "Active",
                "createDate": us_date(stage.at(2, "02:05:44"))}},
        ),
    ]  # fmt: skip
    stage.fact(
        "hidden_activity",
        "access_key_lifecycle",
        "What was done while nothing was logged: only Event history shows it.",
        *hidden,
    )
    late = company.user(name, address=ATTACKER)
    used = [
        stage.play(stage.at(2, "06:20:31"), late, "sts", "GetCallerIdentity"),
        stage.play(stage.at(2, "06:21:07"), late, "ec2", "DescribeSnapshots", params={"maxResults": 1000, "ownersSet": {"items": [{"owner": "self"}]}}),
    ]  # fmt: skip
    stage.fact("unexplained_key", "actions_by_access_key", "A key acts whose creation no log shows.", *used)


STORY = Story(
    name="trail_stopped",
    title="The trail was stopped",
    about="One account, two days: logging stopped for four and a half hours, and what Event history shows of them.",
    script=script,
    hours=48,
    events=1500,
    regions=("us-east-1", "eu-west-1"),
)
