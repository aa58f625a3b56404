import json

import pytest
from support import trail_files

from ctforensics.acquire import rehash
from ctforensics.case import folder as folders
from ctforensics.case import register


@pytest.fixture
def organisation(aws):
    """A log bucket, a multi-region trail that delivers to it, a second account, a user with a key, and the signing keys."""
    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    aws.public_keys = trail_files.KEYS.public_keys()["Regions"]
    cloudtrail = aws.client("cloudtrail")
    cloudtrail.create_trail(
        Name="main", S3BucketName="trail-bucket", IsMultiRegionTrail=True, EnableLogFileValidation=True
    )
    cloudtrail.start_logging(Name="main")
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.create_account(AccountName="payroll", Email="payroll@example.com")
    iam = aws.client("iam")
    iam.create_user(UserName="alice")
    iam.create_access_key(UserName="alice")
    return aws


def answers_below(case):
    (folder,) = [p for p in (case.evidence / "_aws").iterdir() if p.is_dir()]
    return folder, {(q["operation"], q["region"]): q for q in json.loads((folder / "questions.json").read_text())}


def test_public_keys_of_every_region_lie_in_the_case_raw_and_with_their_source(organisation, acquire, tmp_path):
    acquire("s3://trail-bucket", "--region", "us-east-1", "--region", "ap-south-1")
    case = folders.open_folder(tmp_path / "case")
    keys = json.loads((case.keys / "us-east-1.json").read_text())["Regions"]["us-east-1"]
    assert keys == organisation.public_keys["us-east-1"]
    assert json.loads((case.keys / "ap-south-1.json").read_text()) == {"Regions": {"ap-south-1": []}}
    facts = [json.loads(line) for line in (case.keys / "provenance.jsonl").read_text().splitlines()]
    one = next(f for f in facts if f["region"] == "us-east-1")
    assert one["keys"] == 1 and one["wrong_fingerprints"] == [] and one["source"] == "endpoint"
    assert "PublicKeyList" in json.loads((case.keys / one["received"]).read_text())
    assert '"public_keys"' in case.custody_file.read_text()


def test_a_second_acquisition_keeps_the_keys_of_the_first(organisation, acquire, tmp_path):
    acquire("s3://trail-bucket", "--region", "us-east-1")
    first = organisation.public_keys["us-east-1"][0]
    organisation.public_keys = {"us-east-1": []}
    acquire("s3://trail-bucket", "--region", "us-east-1")
    kept = json.loads((tmp_path / "case" / "keys" / "us-east-1.json").read_text())["Regions"]["us-east-1"]
    assert kept == [first]


def test_trails_their_state_and_selectors_are_saved_as_received(organisation, acquire, tmp_path):
    acquire("s3://trail-bucket", "--region", "us-east-1")
    case = folders.open_folder(tmp_path / "case")
    _, asked = answers_below(case)
    for operation in ("DescribeTrails", "GetTrailStatus", "GetEventSelectors"):
        entry = asked[operation, "us-east-1"]
        assert entry["outcome"] == "obtained"
        assert json.loads((case.evidence / entry["files"][0]).read_text())
    assert asked["GetBucketPolicy", ""]["outcome"] == "absent"
    assert asked["GetCredentialReport", ""]["outcome"] == "obtained"
    assert asked["GetAccessKeyLastUsed", ""]["outcome"] == "obtained"
    registered = {line.path for line in register.read(case)}
    assert {f for q in asked.values() for f in q["files"] if not f.startswith("keys/")} <= registered


def test_what_should_be_there_is_written_for_verification(organisation, acquire, tmp_path):
    acquire("s3://trail-bucket", "--region", "us-east-1", "--account", "111122223333")
    told = json.loads((tmp_path / "case" / "evidence" / "_aws" / "expect.json").read_text())
    assert [trail["Name"] for trail in told["trailList"]] == ["main"]
    assert [account["Id"] for account in told["Accounts"]] == ["111122223333"]
    assert [region["RegionName"] for region in told["Regions"]] == ["us-east-1"]


def test_what_was_denied_is_recorded_as_not_obtained(organisation, acquire, tmp_path):
    organisation.denied |= {"ListAccounts", "GetTrailStatus", "ListPublicKeys"}
    code, out, _ = acquire("s3://trail-bucket", "--region", "us-east-1")
    assert code == 0
    assert "not obtained: organizations:ListAccounts (AccessDeniedException)" in out
    _, asked = answers_below(folders.open_folder(tmp_path / "case"))
    assert asked["GetTrailStatus", "us-east-1"]["outcome"] == "denied"
    assert asked["ListPublicKeys", "us-east-1"]["outcome"] == "denied"
    assert not (tmp_path / "case" / "keys" / "us-east-1.json").exists()


def test_custody_agrees_with_everything_that_was_asked_and_copied(organisation, acquire, tmp_path):
    acquire("s3://trail-bucket", "--region", "us-east-1")
    acquire("s3://trail-bucket", "--region", "us-east-1")
    result = rehash.check(folders.open_folder(tmp_path / "case"))
    assert result.ok and result.objects > 12


ONLY_ACCESS_GIVES = {
    "ListPublicKeys", "DescribeTrails", "GetTrailStatus", "GetEventSelectors", "GetInsightSelectors",
    "DescribeOrganization", "ListAccounts", "ListRegions", "GetCredentialReport", "GetAccountAuthorizationDetails",
    "GetAccessKeyLastUsed", "ListDetectors", "DescribeKey", "GetKeyPolicy", "GetBucketPolicy", "GetPublicAccessBlock",
    "GetBucketLifecycleConfiguration", "GetBucketVersioning", "GetObjectLockConfiguration", "GetBucketLogging",
}  # fmt: skip


def test_everything_that_only_access_gives_is_asked_for_log_and_victim_buckets(organisation, acquire, tmp_path):
    key = organisation.client("kms").create_key()["KeyMetadata"]["Arn"]
    organisation.client("cloudtrail").create_trail(Name="locked", S3BucketName="trail-bucket", KmsKeyId=key)
    organisation.client("s3").create_bucket(Bucket="payroll")
    acquire("s3://trail-bucket", "--region", "us-east-1", "--victim-bucket", "payroll")
    case = folders.open_folder(tmp_path / "case")
    folder, _ = answers_below(case)
    asked = json.loads((folder / "questions.json").read_text())
    assert {question["operation"] for question in asked} >= ONLY_ACCESS_GIVES
    assert {q["outcome"] for q in asked} <= {"obtained", "absent", "denied", "failed"}
    assert {q["subject"] for q in asked if q["operation"] == "GetBucketVersioning"} == {"trail-bucket", "payroll"}
    (described,) = [q for q in asked if q["operation"] == "DescribeKey"]
    assert described["subject"] == key and "KeyState" in (case.evidence / described["files"][0]).read_text()
    session = json.loads((case.inputs / "examiner.json").read_text())["sessions"][0]
    assert session["arn"] and session["addresses"] and session["calls"], (
        "our own traces, to be labelled as the examiner's"
    )


def test_a_service_that_cannot_be_reached_is_asked_once_and_every_question_has_an_outcome(tmp_path):
    from types import SimpleNamespace

    from botocore.exceptions import ConnectTimeoutError

    from ctforensics.acquire.answers import Answers

    asked = []

    def pages(service, operation, region, **arguments):
        asked.append(operation)
        raise ConnectTimeoutError(endpoint_url="https://iam.amazonaws.com")

    access = SimpleNamespace(caller={"account": "111122223333"}, pages=pages, raw_error=b"")
    answers = Answers.begin(folders.create(tmp_path / "case"))
    for operation in ("ListUsers", "GetAccountSummary"):
        assert answers.ask(access, "iam", operation) is None
    assert asked == ["ListUsers"]
    told = answers.finish()
    assert told["asked"] == 2 and [entry["question"] for entry in told["not_obtained"]] == [
        "iam:ListUsers",
        "iam:GetAccountSummary",
    ]
