"""Triage: deadlines first, then what stands out with its reason, then what was silent."""

import json

import pytest

from ctforensics.ask.triage import _ASKED, triage
from tests.ask.conftest import event


@pytest.fixture
def page(case_of, monkeypatch):
    monkeypatch.setenv("CTFORENSICS_NOW", "2024-05-03T00:00:00Z")
    asker = case_of(
        event("kms", "ScheduleKeyDeletion", requestParameters={"keyId": "key-1", "pendingWindowInDays": 7}, minute=0),
        event(
            "secretsmanager",
            "DeleteSecret",
            requestParameters={"secretId": "s-1", "recoveryWindowInDays": 30},
            minute=1,
        ),
        event("secretsmanager", "DeleteSecret", requestParameters={"secretId": "s-2"}, minute=2),
        event("secretsmanager", "RestoreSecret", requestParameters={"secretId": "s-2"}, minute=3),
        event("cloudtrail", "StopLogging", requestParameters={"name": "main"}, minute=4),
    )
    return triage(asker.room, asker.catalog)


def test_deadlines_stand_on_top_nearest_first_and_without_what_was_undone(page):
    due = [(row["what"], row["subject"]) for row in page.deadlines.rows.dicts()]
    assert due[:2] == [("KMS key is deleted", "key-1"), ("secret is deleted", "s-1")]
    assert ("secret is deleted", "s-2") not in due
    assert page.text()[0].startswith("Deadlines, as of 2024-05-03") and "2024-05-09T06:00:00Z (6 d)" in page.text()[1]


def test_what_stands_out_comes_with_its_reason(page):
    said = {line.question: line.reason for line in page.lines}
    assert "turned against logging" in said["trail_tampering"]
    assert "root_activity" in page.silent


def test_the_page_is_json_and_html(page):
    assert json.loads(json.dumps(page.as_dict()))["deadlines"][0]["what"] == "KMS key is deleted"
    assert "What stands out" in page._repr_html_()


def test_every_question_of_triage_exists_and_has_its_parameters(case_of):
    catalog = case_of(event("s3", "ListBuckets")).catalog
    for name, _, params in _ASKED:
        assert name in catalog
        assert set(params) <= {p.name for p in catalog.get(name).params}, name


def test_a_record_without_any_time_that_answers_is_not_silent(case_of):
    root = {"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"}
    timeless = event("iam", "ListUsers", userIdentity=root)
    del timeless["eventTime"]
    asker = case_of(timeless, event("iam", "ListUsers"))
    page = triage(asker.room, asker.catalog)
    assert "root_activity" not in page.silent
    assert "0 and 1 without any time" in "\n".join(page.text())


def test_a_trail_that_is_started_is_no_act_against_logging(case_of):
    started = case_of(event("cloudtrail", "StartLogging", requestParameters={"name": "main"}))
    assert "trail_tampering" in triage(started.room, started.catalog).silent
    assert len(started("trail_tampering")) == 1


def test_what_is_named_most_is_what_to_open_next(case_of):
    asker = case_of(
        event("cloudtrail", "StopLogging", requestParameters={"name": "main"}),
        event("cloudtrail", "DeleteTrail", requestParameters={"name": "main"}, minute=1),
        event("iam", "CreateAccessKey", requestParameters={"userName": "bob"}, minute=2),
    )
    page = triage(asker.room, asker.catalog)
    most = page.onward()[0]
    assert most[1] in ("principal", "access_key", "address") and most[2] >= 2
    assert f"  {most[0]}  ({most[1].replace('_', ' ')}, in {most[2]} lines)" in page.text()
    assert page.as_dict()["onward"][0] == {"value": most[0], "kind": most[1], "lines": most[2]}
    assert "Named most often" in page._repr_html_()


def test_a_page_on_which_nothing_stands_out_says_that_this_is_no_proof(case_of):
    asker = case_of(event("s3", "ListBuckets"))
    page = triage(asker.room, asker.catalog)
    page.lines.clear()
    assert "no proof that nothing happened" in str(page) and "no proof" in page._repr_html_()
    assert "Named most often" not in str(page)


def test_how_far_triage_is_can_be_followed(case_of):
    asker, told = case_of(event("s3", "ListBuckets")), []
    triage(asker.room, asker.catalog, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, len(_ASKED)) and told[-1] == (len(_ASKED) - 1, len(_ASKED))


def test_logs_that_could_not_be_delivered_are_told(case_of):
    service = {"type": "AWSService", "invokedBy": "delivery.logs.amazonaws.com"}
    asker = case_of(
        *(
            event("s3", "PutObject", userIdentity=service, errorCode="AccessDenied", minute=minute,
                  requestParameters={"bucketName": "logs", "key": f"AWSLogs/1/vpcflowlogs/{minute}.gz"})
            for minute in range(3)
        ),
        event("s3", "PutObject", errorCode="AccessDenied", requestParameters={"bucketName": "logs", "key": "k"}, minute=9),
    )  # fmt: skip
    rows = asker("log_deliveries_refused")
    assert [(row["bucket_name"], row["refused"], row["actor"]) for row in rows] == [
        ("logs", 3, "delivery.logs.amazonaws.com")
    ]
    assert rows[0]["first_key"].endswith("/0.gz") and rows[0]["last_key"].endswith("/2.gz")
    assert "log_deliveries_refused" in [line.question for line in triage(asker.room, asker.catalog).lines]
