"""A week in which nothing happened: the negative case for every question."""

from __future__ import annotations

from ctforensics.practice.company import ASSETS, PRODUCTION
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday


def script(stage: Stage) -> None:
    stage.clue = stage.company.user("ben").key
    _everyday.workdays(stage, 7)
    _everyday.operations(stage)
    root = _everyday.root_sign_in(stage, stage.at(3, "10:05:44"))
    stage.fact("benign_root_sign_in", "root_activity", "The root user signed in with MFA to read the bill.", root)
    anna = stage.company.console("anna", instant(stage.at(4, "08:30:00")))
    statement = {
        "Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{ASSETS}", f"arn:aws:s3:::{ASSETS}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    changed = stage.s3(
        stage.at(4, "14:31:08"), anna, "PutBucketPolicy", ASSETS, owner=PRODUCTION, sent=352,
        params={"bucketPolicy": {"Version": "2012-10-17", "Statement": [statement]}, "policy": ""},
    )  # fmt: skip
    stage.fact(
        "benign_bucket_policy", "who_changed_bucket_policy", "An administrator forbade plain HTTP; nobody gained access.", changed
    )  # fmt: skip


STORY = Story(
    name="quiet_week",
    title="A quiet week",
    about="One account, two regions, seven days of ordinary work. Nothing happened.",
    script=script,
    hours=7 * 24,
    events=3000,
    regions=("us-east-1", "eu-west-1"),
)
