import hashlib
import json

import pytest
from support import trail_files

from ctforensics.case import custody, register
from ctforensics.case import folder as folders


@pytest.fixture
def acquire(acquire):
    """Objects alone: what only the access gives has its own tests."""
    return lambda source, *options, **named: acquire(source, "--objects-only", *options, **named)


def lines_of(case):
    return {line.key: line for line in register.read(folders.open_folder(case))}


def test_everything_in_the_bucket_lies_in_the_case_with_hashes_and_metadata(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    code, out, _ = acquire("s3://trail-bucket")
    assert code == 0
    assert "12 planned = 12 acquired + 0 present + 0 missing + 0 refused + 0 archived" in out
    lines = lines_of(tmp_path / "case")
    assert set(lines) == set(trail.objects)
    for key, body in trail.objects.items():
        line = lines[key]
        stored = tmp_path / "case" / "evidence" / line.path
        assert stored.read_bytes() == body
        assert line.sha256 == hashlib.sha256(body).hexdigest()
        assert line.size == len(body) and line.bucket == "trail-bucket" and line.etag and line.last_modified
        assert line.metadata == trail.metadata.get(key)
        assert stored.stat().st_mode & 0o222 == 0


def test_a_second_run_copies_nothing_and_says_so(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    acquire("s3://trail-bucket")
    before = (tmp_path / "case" / "evidence.jsonl").read_bytes()
    code, out, _ = acquire("s3://trail-bucket")
    assert code == 0
    assert "12 planned = 0 acquired + 12 present" in out
    assert (tmp_path / "case" / "evidence.jsonl").read_bytes() == before


def test_an_object_that_changed_in_the_bucket_never_replaces_what_was_acquired(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    acquire("s3://trail-bucket")
    key = next(iter(trail.objects))
    aws.client("s3").put_object(Bucket="trail-bucket", Key=key, Body=b"rewritten by somebody")
    for _ in range(2):
        acquire("s3://trail-bucket")
    case = folders.open_folder(tmp_path / "case")
    copies = [(case.evidence / line.path).read_bytes() for line in register.read(case) if line.key == key]
    assert copies == [trail.objects[key], b"rewritten by somebody"]


def test_a_file_that_somebody_put_into_the_evidence_is_never_overwritten(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    stranger = tmp_path / "case" / "evidence" / "trail-bucket" / min(trail.objects)
    acquire("s3://trail-bucket", "--kind", "insight")
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"not from S3")
    code, out, _ = acquire("s3://trail-bucket")
    assert code == 0 and "3 acquired" in out
    assert stranger.read_bytes() == b"not from S3"
    line = lines_of(tmp_path / "case")[min(trail.objects)]
    assert (tmp_path / "case" / "evidence" / line.path).read_bytes() == trail.objects[min(trail.objects)]


def test_a_server_that_is_only_an_s3_is_enough(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    aws.denied.add("GetCallerIdentity")
    code, _, _ = acquire("s3://trail-bucket")
    assert code == 0
    assert '"not_obtained":"access denied"' in (tmp_path / "case" / "custody.jsonl").read_text()


def test_a_window_takes_its_neighbouring_days_and_the_digests_after_it(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=18, every=12, logs=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    code, _, _ = acquire("s3://trail-bucket", "--since", "2024-05-04", "--until", "2024-05-05")
    assert code == 0
    from ctforensics.trail import object_keys

    days = {"log": set(), "digest": set()}
    for key in lines_of(tmp_path / "case"):
        parsed = object_keys.parse(key)
        days["digest" if parsed.is_digest else "log"].add(parsed.stamp.day)
    assert days["log"] == {3, 4, 5, 6, 7}
    assert days["digest"] == {3, 4, 5, 6, 7, 8}


def test_an_organisation_trail_under_a_prefix_is_found_by_listing(aws, acquire, tmp_path):
    objects, metadata = {}, {}
    for account in ("111122223333", "444455556666"):
        for region in ("us-east-1", "eu-west-1"):
            one = trail_files.make(
                "org", account=account, region=region, hours=2, prefix="audit/all", organization="o-abcdefghij"
            )
            objects |= one.objects
            metadata |= one.metadata
    aws.fill("org", {**objects, "readme.txt": b"hello", "audit/other/x.bin": b"1"}, metadata)
    code, out, _ = acquire("s3://org", "--account", "444455556666", "--region", "eu-west-1", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ledger"]["acquired"] == 6
    assert set(lines_of(tmp_path / "case")) == {k for k in objects if "/444455556666/" in k and "/eu-west-1/" in k}
    assert {"prefix": "audit/all/AWSLogs/o-abcdefghij/111122223333/", "reason": "another account"} in told["left_out"]


def test_an_account_that_has_no_folder_is_named(aws, acquire):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    code, out, _ = acquire("s3://trail-bucket", "--account", "999988887777", "--account", "111122223333")
    assert code == 1
    assert "asked for and not in the bucket: account 999988887777" in out


def test_a_dry_run_counts_and_writes_nothing(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    code, out, _ = acquire("s3://trail-bucket", "--dry-run")
    assert code == 0
    assert "12 objects" in out
    assert not (tmp_path / "case").exists()


def test_a_bucket_without_awslogs_is_taken_whole(aws, acquire, tmp_path):
    aws.fill("mirror", {"flat/one.json.gz": b"1", "flat/deep/er/two.json": b"22"})
    code, _, _ = acquire("s3://mirror/flat")
    assert code == 0
    assert set(lines_of(tmp_path / "case")) == {"flat/one.json.gz", "flat/deep/er/two.json"}


def test_no_such_bucket_is_one_sentence(acquire):
    code, _, err = acquire("s3://nobody-has-this")
    assert code == 2
    assert "There is no such bucket" in err and "Traceback" not in err


def test_custody_tells_who_asked_for_what_and_what_came(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    _, out, _ = acquire("s3://trail-bucket", "--since", "2024-05-02")
    case = folders.open_folder(tmp_path / "case")
    report = custody.verify(case)
    assert report.ok and report.head in out
    begun, done = [json.loads(line) for line in case.custody_file.read_text().splitlines() if '"acquire"' in line]
    assert begun["state"] == "begun" and begun["since"] == "2024-05-02T00:00:00Z"
    assert done["state"] == "done" and done["ledger"]["acquired"] == 3
    assert done["sessions"][0]["arn"].startswith("arn:aws:") and done["clock_offset"] is not None
    examiner = json.loads((case.inputs / "examiner.json").read_text())
    assert "case/case-" in examiner["sessions"][0]["user_agent_contains"]
    assert [root.label for root in case.manifest().evidence] == ["evidence"]


def test_archived_objects_are_named_and_never_asked_for(aws, acquire):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    key = next(iter(trail.objects))
    aws.client("s3").put_object(Bucket="trail-bucket", Key=key, Body=b"x", StorageClass="GLACIER")
    code, out, _ = acquire("s3://trail-bucket")
    assert code == 1
    assert "3 planned = 2 acquired + 0 present + 0 missing + 0 refused + 1 archived" in out
    assert "Restore" not in aws.client("s3").head_object(Bucket="trail-bucket", Key=key)


def test_query_results_of_cloudtrail_lake_come_with_their_sign_file(aws, acquire, tmp_path):
    trail = trail_files.make("trail-bucket", hours=1)
    query = "AWSLogs/111122223333/CloudTrail-Lake/Query/2026/01/02/1234abcd-12ab-34cd-56ef-1234567890ab/"
    results = {f"{query}result_1.csv.gz": b"x", f"{query}result_sign.json": b"{}"}
    aws.fill("trail-bucket", trail.objects | results, trail.metadata)
    code, _, _ = acquire("s3://trail-bucket", "--since", "2024-05-02", "--until", "2024-05-03")
    assert code == 0 and set(results) < set(lines_of(tmp_path / "case"))
    code, _, _ = acquire("s3://trail-bucket", "--kind", "digest", case="other")
    assert not set(results) & set(lines_of(tmp_path / "other"))
