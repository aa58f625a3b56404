"""What an acquisition saves is what verification wants later, with the network off."""

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from support import aws_service, fault_proxy, trail_files

from ctforensics.acquire import bucket
from ctforensics.cli import main

REGIONS = ("us-east-1", "eu-west-1")
ACCOUNT = "123456789012"  # the account of moto's callers


@pytest.fixture
def trail(aws):
    """A multi-region trail of one account in two regions, with everything that AWS knows of it."""
    objects, metadata = {}, {}
    for region in REGIONS:
        made = trail_files.make("trail-bucket", account=ACCOUNT, region=region, hours=5)
        objects |= made.objects
        metadata |= made.metadata
    aws.fill("trail-bucket", objects, metadata)
    aws.public_keys = trail_files.KEYS.public_keys()["Regions"]
    aws.client("cloudtrail").create_trail(
        Name="main", S3BucketName="trail-bucket", IsMultiRegionTrail=True, EnableLogFileValidation=True
    )
    return objects


@pytest.fixture
def verify(monkeypatch, tmp_path, capsys):
    """Runs ``verify --json`` with every way to the network closed."""

    def run(place, *options):
        def refuse(*_):
            raise AssertionError("verification used the network")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        code = main(["verify", str(place), "--json", *options])
        monkeypatch.undo()
        told = json.loads(capsys.readouterr().out)
        return code, told, Counter(entry["code"] for entry in told["files"])

    return run


@pytest.fixture
def narrowed():
    return [option for region in REGIONS for option in ("--region", region)]


def test_everything_acquired_is_proven_and_complete_with_the_network_off(trail, acquire, narrowed, verify, tmp_path):
    code, _, _ = acquire("s3://trail-bucket", *narrowed)
    assert code == 0
    code, told, codes = verify(tmp_path / "case", "--since", "2024-05-02T06:00Z", "--until", "2024-05-02T11:00Z")
    assert (told["authentic"], told["complete"]) == ("ok", True), told["findings"]
    assert codes == {"D_OK": 10, "L_OK": 20}
    assert code == 0


def test_an_organisation_of_accounts_and_regions_is_proven_and_complete_with_the_network_off(
    aws, acquire, narrowed, verify, tmp_path
):
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.create_account(AccountName="payroll", Email="payroll@example.com")
    accounts = [account["Id"] for account in organizations.list_accounts()["Accounts"]]
    assert len(accounts) == 2
    objects, metadata = {}, {}
    for account in accounts:
        for region in REGIONS:
            made = trail_files.make(
                "org-trail", account=account, region=region, hours=3, prefix="audit", organization="o-abcdefghij"
            )
            objects |= made.objects
            metadata |= made.metadata
    aws.fill("org-trail", objects, metadata)
    aws.public_keys = trail_files.KEYS.public_keys()["Regions"]
    aws.client("cloudtrail").create_trail(
        Name="main",
        S3BucketName="org-trail",
        S3KeyPrefix="audit",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        IsOrganizationTrail=True,
    )
    code, out, _ = acquire("s3://org-trail", *narrowed)
    assert code == 0 and "36 planned = 36 acquired" in out
    aws.client("s3").delete_object(Bucket="org-trail", Key=next(key for key in objects if "/CloudTrail/" in key))
    acquire("s3://org-trail", *narrowed, case="other")
    code, told, codes = verify(tmp_path / "case", "--since", "2024-05-02T06:00Z", "--until", "2024-05-02T09:00Z")
    assert (code, told["authentic"], told["complete"]) == (0, "ok", True), told["findings"]
    assert codes == {"D_OK": 12, "L_OK": 24}
    code, told, codes = verify(tmp_path / "other", "--since", "2024-05-02T06:00Z", "--until", "2024-05-02T09:00Z")
    assert (code, told["complete"], codes["L_MISSING"]) == (1, False, 1)


def test_the_same_bucket_through_a_plain_copy_tool_is_proven_by_chain_alone(
    aws, trail, acquire, narrowed, verify, tmp_path
):
    copy = [sys.executable, "-m", "awscli", "s3", "cp", "--recursive", "s3://trail-bucket", str(tmp_path / "mirror")]
    subprocess.run(
        [*copy, "--endpoint-url", aws.url, "--quiet"], check=True, env=aws_service.environment(), capture_output=True
    )
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(trail_files.KEYS.public_keys()))
    letter = tmp_path / "letter.txt"
    _, told, codes = verify(tmp_path / "mirror", "--public-keys", str(keys), "--wanted", str(letter))
    assert told["authentic"] == "unknown"
    assert codes["D_OK_CHAIN"] == 8 and codes["D_NO_SIGNATURE"] == 2
    newest = [e["key"].split("/", 1)[1] for e in told["files"] if e["code"] == "D_NO_SIGNATURE"]
    heads = [line for line in letter.read_text().splitlines() if "aws s3api head-object" in line]
    assert len(newest) == 2 and all(any(key in line for line in heads) for key in newest)


def test_a_budget_that_ends_leaves_what_is_here_verifiable(
    aws, trail, acquire, narrowed, verify, tmp_path, capsys, monkeypatch
):
    with fault_proxy.running(aws.url) as proxy:
        # The clock of the copier jumps once fourteen objects were asked for: no test waits for real minutes.
        monkeypatch.setattr(bucket, "_now", lambda: float("inf") if proxy.gets() > 14 else 0.0)
        options = ("--endpoint-url", proxy.url, "--budget", "1h", "--jobs", "1", *narrowed)
        code = main(["acquire", str(tmp_path / "case"), "s3://trail-bucket", *options])
    monkeypatch.undo()
    for name, value in aws_service.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    printed = capsys.readouterr()
    assert code == 2 and "time budget ended" in printed.err
    assert "30 planned" in printed.out
    _, told, codes = verify(tmp_path / "case")
    assert codes["D_OK"] == 10, "digests come first"
    assert codes["L_MISSING"] + codes["L_OK"] == 20
    (wanted,) = (tmp_path / "case" / "acquisition").glob("wanted-*.jsonl")
    missing = {json.loads(line)["key"] for line in wanted.read_text().splitlines()}
    assert missing == {e["key"].split("/", 1)[1] for e in told["files"] if e["code"] == "L_MISSING"}


def test_an_overwritten_log_is_a_failure_and_its_older_version_is_not_lost(
    aws, trail, acquire, narrowed, verify, tmp_path
):
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket="trail-bucket", VersioningConfiguration={"Status": "Enabled"})
    key = next(k for k in sorted(trail) if "/CloudTrail/" in k)
    s3.put_object(Bucket="trail-bucket", Key=key, Body=trail[key])
    s3.put_object(Bucket="trail-bucket", Key=key, Body=b"rewritten")
    acquire("s3://trail-bucket", "--versions", "fetch", *narrowed)
    code, told, codes = verify(tmp_path / "case")
    assert code == 1 and told["authentic"] == "fail"
    assert codes["L_FORMAT"] == 1 and codes["L_OK"] == 19
    assert list((Path(tmp_path) / "case" / "evidence" / "_versions").rglob("*.gz"))
