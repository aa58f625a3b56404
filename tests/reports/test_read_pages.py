"""What was read: named on the first page, refused reads apart, silence beside what the trail does not record."""

import json

import pytest

from ctforensics.reports import CaseReport, catalog
from ctforensics.reports.held import Held
from ctforensics.reports.read_pages import found, in_short
from ctforensics.reports.story_pages import Seeds
from tests.reports.report_samples import texts
from tests.support import report_matrix, small_case

ASKED = {
    "backup_destruction",
    "database_and_storage_deletions",
    "mass_deletions",
    "object_reencryption",
    "bucket_recovery_weakened",
    "objects_deleted",
    "ransom_note_objects",
    "escalate_then_assume",
    "instance_credentials_off_host",
    "secrets_read",
    "windows_password_reads",
}


@pytest.mark.parametrize("report", ["incident", "daily_review"])
def test_reading_removal_ransom_and_gained_rights_are_asked_about(report):
    lists = {p.name: p.default for p in catalog.find(report).parameters}
    assert {*lists["questions"], *lists["also"]} >= ASKED


def test_the_first_page_names_the_secrets_that_were_read_and_those_that_were_refused(story_case):
    case = story_case("secrets_theft")
    labels = json.loads((case.path.parent / "labels.json").read_text("utf-8"))["facts"]["secrets_listed"]["answer"]
    made = CaseReport(case, title="t").first_page(reads=True, **report_matrix.parameters(case, "incident"))
    said = next(p for p in made.items if p.data.get("label") == "Records").data["sentences"]
    line = next(line for line in said if line.startswith("Read by them: "))
    assert line.startswith("Read by them: 7 secrets (payroll/db, ") and "1 password of a machine (i-" in line
    assert "only what the trail records as data events" in line
    assert "Asked for and not given: 1 secret (admin/break-glass)" in line
    rows = found(Held(case), Seeds([report_matrix.parameters(case, "incident")["access_keys"][0]])).dicts()
    assert set(labels) <= {event for row in rows if row["kind"] == "secret" for event in row["event_ids"]}


def test_objects_are_counted_with_their_bytes_and_a_bucket_seed_tells_what_strangers_read(story_case):
    case = story_case("leaked_key")
    given = report_matrix.parameters(case, "incident")
    (line,) = in_short(Held(case), Seeds(given["access_keys"], buckets=given["buckets"]))
    assert line.startswith("Read by them or from outside: ") and "example-exports" in line and "bytes)" in line
    (row,) = found(Held(case), Seeds(buckets=given["buckets"])).dicts()
    assert row["actors"] == ["anonymous"] and row["bytes_out"] > 0


def test_nothing_read_is_said_only_as_far_as_the_evidence_shows(story_case):
    case = story_case("compute_abuse")
    given = report_matrix.parameters(case, "incident")
    (line,) = in_short(Held(case), Seeds(given["access_keys"]))
    assert "snapshots or tables by them is recorded" in line and "as far as this evidence can show" in line
    assert "Coverage of the whole case" in texts(CaseReport(case, title="t").reads(**given))


def test_a_secret_called_by_name_and_by_arn_is_one_and_a_path_is_all_below_it(tmp_path):
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:web/db-a1B2c3"
    reads = [("secretsmanager", "GetSecretValue", {"secretId": secret}) for secret in ("web/db", arn)]
    reads += [("secretsmanager", "BatchGetSecretValue", {"secretIdList": [arn, "payroll"]})]
    reads += [("secretsmanager", "BatchGetSecretValue", {"filters": [{"key": "name"}]})]
    reads += [("ssm", "GetParametersByPath", {"path": "/web", "withDecryption": True})]
    made = [
        small_case.record(n, eventSource=f"{service}.amazonaws.com", eventName=name, requestParameters=params)
        for n, (service, name, params) in enumerate(reads)
    ]
    case = small_case.make(tmp_path, events=0)
    case.load(small_case.add(tmp_path / "evidence", "reads.json", *made))
    (line,) = in_short(Held(case), Seeds())
    assert line.startswith(
        "Read by anybody: 2 secrets (web/db, payroll) and others that no record names, parameters (all"
    )
    assert "parameters (all below /web) (S1)" in line
    case.close()


def test_a_review_names_the_silent_questions_whose_events_are_not_recorded_at_all(tmp_path):
    case = small_case.make(tmp_path)
    made = CaseReport(case, title="t").review("objects_deleted", "backup_destruction")
    (said,) = [p.data["text"] for p in made.items if p.data.get("kind") == "callout"]
    assert "No rows: Objects deleted; Backups" in said
    assert "no s3 data events for this window: silence proves nothing here. This holds for Objects deleted." in said
    case.close()
