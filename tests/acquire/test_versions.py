import json
import tarfile

import pytest
from support import trail_files

from ctforensics.acquire import rehash
from ctforensics.case import folder as folders
from ctforensics.case import register
from ctforensics.cli import main


@pytest.fixture
def altered(aws):
    """A versioned bucket in which one log was overwritten and another deleted."""
    trail = trail_files.make("trail-bucket", hours=1)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="trail-bucket")
    s3.put_bucket_versioning(Bucket="trail-bucket", VersioningConfiguration={"Status": "Enabled"})
    for key, body in trail.objects.items():
        s3.put_object(Bucket="trail-bucket", Key=key, Body=body, Metadata=trail.metadata.get(key, {}))
    overwritten, deleted = sorted(k for k in trail.objects if "/CloudTrail/" in k)
    s3.put_object(Bucket="trail-bucket", Key=overwritten, Body=b"rewritten")
    s3.delete_object(Bucket="trail-bucket", Key=deleted)
    return trail, overwritten, deleted


def test_overwritten_and_deleted_logs_are_findings_and_come_along_when_asked_for(altered, acquire, tmp_path):
    trail, overwritten, deleted = altered
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--versions", "fetch")
    assert code == 1
    assert "1 deleted objects, 2 older versions" in out and deleted in out
    case = folders.open_folder(tmp_path / "case")
    older = {line.key: line for line in register.read(case) if line.path.startswith("_versions/")}
    assert {key: (case.evidence / line.path).read_bytes() for key, line in older.items()} == {
        overwritten: trail.objects[overwritten],
        deleted: trail.objects[deleted],
    }
    assert all(line.version_id for line in older.values())
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--versions", "fetch")
    assert "4 planned = 0 acquired + 4 present" in out


def test_older_versions_go_into_tars_and_are_present_afterwards_with_and_without_tars(altered, acquire, tmp_path):
    trail, overwritten, deleted = altered
    options = ("s3://trail-bucket", "--objects-only", "--versions", "fetch")
    code, out, _ = acquire(*options, "--tar")
    assert code == 1 and "4 planned = 4 acquired + 0 present" in out
    case = folders.open_folder(tmp_path / "case")
    found = {}
    for line in (line for line in register.read(case) if line.key):
        tar, _, member = line.path.partition("!/")
        with tarfile.open(case.evidence / tar) as archive:
            found[line.key, member.startswith("_versions/")] = archive.extractfile(member).read()
    assert found.pop((overwritten, False)) == b"rewritten"
    assert found.pop((overwritten, True)) == trail.objects[overwritten]
    assert found.pop((deleted, True)) == trail.objects[deleted]
    assert found == {(key, False): body for key, body in trail.objects.items() if "Digest" in key}
    assert not (case.evidence / "_versions").exists()
    assert rehash.check(case).ok
    for form in (["--tar"], []):
        _, out, _ = acquire(*options, *form)
        assert "4 planned = 0 acquired + 4 present" in out


def test_what_was_fetched_without_tars_is_present_for_an_acquisition_with_them(altered, acquire):
    options = ("s3://trail-bucket", "--objects-only", "--versions", "fetch")
    acquire(*options)
    _, out, _ = acquire(*options, "--tar")
    assert "4 planned = 0 acquired + 4 present" in out


@pytest.mark.parametrize("form", [[], ["--tar"]])
def test_an_overwritten_log_is_a_failure_though_its_older_version_is_proven(form, altered, acquire, tmp_path, capsys):
    _, overwritten, _ = altered
    acquire("s3://trail-bucket", "--objects-only", "--versions", "fetch", *form)
    (tmp_path / "keys.json").write_text(json.dumps(trail_files.KEYS.public_keys()))
    main(["verify", str(tmp_path / "case"), "--public-keys", str(tmp_path / "keys.json"), "--json"])
    told = json.loads(capsys.readouterr().out)
    found = [(entry["code"], entry["path"]) for entry in told["files"] if entry["key"].endswith(overwritten)]
    assert sorted((code, "_versions/" in path) for code, path in found) == [("L_FORMAT", False), ("L_RELOCATED", True)]
    assert told["authentic"] == "fail"


def test_a_listing_alone_fetches_nothing_and_is_saved(altered, acquire, tmp_path):
    _, _, deleted = altered
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--versions", "list", "--json")
    told = json.loads(out)
    assert code == 1 and told["versions"]["trail-bucket"] | {"examples": []} == {
        "entries": 5,
        "deleted": 1,
        "older": 2,
        "examples": [],
    }
    listing = "".join(p.read_text() for p in (tmp_path / "case" / "evidence" / "_aws").rglob("versions/*.jsonl"))
    assert {(e["key"], e["delete_marker"]) for e in map(json.loads, listing.splitlines())} >= {(deleted, True)}


def test_a_victim_bucket_is_listed_too(altered, aws, acquire):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="payroll")
    s3.put_bucket_versioning(Bucket="payroll", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="payroll", Key="salaries.csv", Body=b"1")
    s3.delete_object(Bucket="payroll", Key="salaries.csv")
    options = ("--objects-only", "--versions", "list", "--victim-bucket", "payroll", "--json")
    _, out, _ = acquire("s3://trail-bucket", *options)
    assert json.loads(out)["versions"]["payroll"]["deleted"] == 1
