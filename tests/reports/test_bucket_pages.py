"""Buckets one by one: what matters stands before everyday reads, with the bytes that left; accounts that are no strangers."""

import pytest

from ctforensics.reports import CaseReport, catalog, question_pages
from tests.reports.report_samples import texts
from tests.support import small_case


def call(number, name, **more):
    """A call on an object of the bucket payroll."""
    asked = {"bucketName": "payroll", "key": f"{number}.csv"}
    given = {
        "eventCategory": "Data",
        "managementEvent": False,
        "requestParameters": asked,
        "readOnly": name == "GetObject",
    }
    return small_case.record(number, eventName=name, **{**given, **more})


@pytest.fixture
def touched(tmp_path):
    """The report on a bucket that was read by its user, refused, written, and read by nobody known."""
    stranger = {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    records = [
        call(1, "GetObject", additionalEventData={"bytesTransferredOut": 5000}),
        call(2, "GetObject", additionalEventData={"bytesTransferredOut": 70}),
        call(3, "DeleteObject"),
        call(4, "GetObject", errorCode="AccessDenied", errorMessage="Access Denied"),
        call(5, "GetObject", userIdentity=stranger, additionalEventData={"bytesTransferredOut": 900}),
    ]
    case = small_case.make(tmp_path, events=0)
    case.load(small_case.add(tmp_path / "evidence", "touched.json", *records))
    yield CaseReport(case, title="t")
    case.close()


def test_what_came_from_outside_was_refused_or_changed_something_stands_before_everyday_reads(touched):
    made = touched.bucket("payroll")
    table = made.items[-1].data
    names = [column["name"] for column in table["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    assert [row["what"] for row in rows] == ["from outside", "refused or failed", "changed", "read"]
    assert [row["bytes_out"] for row in rows] == [900, None, None, 5070]
    assert "5,970 bytes were read out, 900 of them from outside, 1 call refused or failed, 1 change" in table["note"]
    headings = [p.data["text"] for p in made.items if p.data.get("kind") == "heading"]
    assert len(headings) == 2 and all(text.endswith(": payroll") for text in headings)


def test_every_caller_of_every_bucket_stands_in_one_table_outsiders_first_with_the_sum_of_bytes(touched):
    table = touched.bucket_readers().items[0].data
    names = [column["name"] for column in table["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    assert [(r["what"], r["calls"], r["refused_or_failed"], r["changes"], r["bytes_out"]) for r in rows] == [
        ("from outside", 1, 0, 0, 900),
        ("not from outside", 4, 1, 1, 5070),
    ]
    assert "5,970 bytes were read out, 900 of them from outside." in table["note"]


def test_a_report_without_named_buckets_looks_at_those_that_were_changed_or_touched_from_outside(touched, story_case):
    assert touched.buckets_of_interest() == ["payroll"]
    case = story_case("quiet_week")
    report = CaseReport(case, title="t")
    assert report.buckets_of_interest() == ["example-web-assets"]
    said = texts(report.first_page(reads=True, buckets=report.buckets_of_interest()))
    assert "PutBucketPolicy" in said and "No read of" not in said
    assert "Objects of example-web-assets: 6,078,076,483 bytes were read out, 0 of them from outside" in said
    assert "report.buckets_of_interest()" in catalog.find("s3_exposure").path.read_text("utf-8")


def test_an_account_whose_trails_are_here_is_told_apart_from_outside_accounts(story_case):
    report = CaseReport(story_case("leaked_key"), title="t")
    (said,) = question_pages.in_short(report.held, ["bucket_opened_to_outsiders"])
    assert "; outside accounts: 777788889999; accounts whose trails are here, not listed as owned: 111122223333" in said
    assert "No list of owned accounts was supplied" in texts(report.ask("bucket_opened_to_outsiders"))
    assert "No list of owned accounts" not in texts(report.ask("trail_tampering"))
