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
