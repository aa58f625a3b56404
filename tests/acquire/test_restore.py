import json
from types import SimpleNamespace

import pytest
from support import fault_proxy, trail_files
from support.fault_proxy import Fault

from ctforensics.acquire import price, restore
from ctforensics.case import folder as folders
from ctforensics.case import register
from ctforensics.cli import main


@pytest.fixture
def frozen(aws):
    """A trail of which one log lies in GLACIER."""
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    key = min(trail.objects)
    aws.client("s3").put_object(Bucket="trail-bucket", Key=key, Body=trail.objects[key], StorageClass="GLACIER")
    return key


def test_archived_objects_are_restored_when_asked_for_and_picked_up_later(aws, frozen, acquire, tmp_path):
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--restore", "bulk", "--days", "3")
    assert code == 1
    assert "1 archived: in an archive class: GLACIER" in out and "Restore: 1 requested" in out
    assert "Restore" in aws.client("s3").head_object(Bucket="trail-bucket", Key=frozen)
    code, out, _ = acquire("s3://trail-bucket", "--objects-only")
    assert code == 0 and "3 planned = 1 acquired + 2 present" in out
    case = folders.open_folder(tmp_path / "case")
    assert {line.key for line in register.read(case)} >= {frozen}
    asked = [json.loads(line) for line in case.custody_file.read_text().splitlines() if '"restore"' in line]
    assert asked[0]["tier"] == "bulk" and asked[0]["days"] == 3


def test_a_dry_run_prices_archives_requests_and_egress(aws, frozen, acquire):
    code, out, _ = acquire("s3://trail-bucket", "--dry-run")
    assert code == 0
    assert "--restore bulk: 1 objects in GLACIER" in out
    table = {tuple(line.split()[:2]) for line in out.splitlines()}
    assert {("GLACIER", "1"), ("STANDARD", "2"), ("digest", "1"), ("log", "2")} <= table
    assert (
        "3 objects, " in out
        and " minutes; list prices: requests $" in out
        and "retrieval $" in out
        and "egress $" in out
    )
    _, told, _ = acquire("s3://trail-bucket", "--dry-run", "--json")
    estimate = json.loads(told)["estimate"]
    assert set(estimate) == {"requests_usd", "retrieval_usd", "egress_usd", "seconds", "restore_usd"}
    assert set(estimate["restore_usd"]) == {"GLACIER expedited", "GLACIER standard", "GLACIER bulk"}


def test_prices_add_up():
    cost = price.estimate({"GLACIER": 2000, "STANDARD": 1000}, {"GLACIER": 3 << 30, "STANDARD": 1 << 30}, 1000)
    assert cost.restore["GLACIER", "expedited"] == pytest.approx(2 * 10 + 3 * 0.03)
    assert cost.egress == pytest.approx(4 * 0.09)
    assert cost.requests == pytest.approx(0.005 + 3 * 0.0004)


def test_intelligent_tiering_is_asked_for_without_days(tmp_path):
    """Source: S3 API reference, RestoreObject: Days is not allowed for the archive tiers of Intelligent-Tiering."""
    asked = []
    client = SimpleNamespace(restore_object=lambda **arguments: asked.append(arguments))
    lines = [
        {"bucket": "b", "key": name, "outcome": outcome, "storage_class": name, "version_id": version}
        for name, outcome, version in (
            ("INTELLIGENT_TIERING", "archived", None),
            ("DEEP_ARCHIVE", "archived", "v1"),
            ("STANDARD", "refused", None),
        )
    ]
    wanted = tmp_path / "wanted.jsonl"
    wanted.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert restore.request_all(client, wanted, restore.Request("bulk", 3), 1) == {"requested": 2}
    first, second = sorted(asked, key=lambda one: one["Key"], reverse=True)
    assert first["RestoreRequest"] == {"GlacierJobParameters": {"Tier": "Bulk"}}
    assert second["RestoreRequest"] == {"GlacierJobParameters": {"Tier": "Bulk"}, "Days": 3}
    assert second["VersionId"] == "v1"


def test_an_object_in_an_archive_tier_that_no_listing_shows_is_archived_and_not_refused(aws, tmp_path, capsys):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    key = max(trail.objects)
    s3 = aws.client("s3")
    s3.put_object(Bucket="trail-bucket", Key=key, Body=b"x", StorageClass="INTELLIGENT_TIERING")
    with fault_proxy.running(aws.url) as proxy:
        proxy.rule = lambda method, path, before: Fault(403, "InvalidObjectState") if path.endswith(key) else None
        source = ["s3://trail-bucket", "--endpoint-url", proxy.url, "--objects-only"]
        assert main(["acquire", str(tmp_path / "case"), *source]) == 1
    assert "1 archived: in an archive class: INTELLIGENT_TIERING" in capsys.readouterr().out
