"""What buckets, clocks, disks and hostile keys do to an acquisition: a sentence, a balanced ledger, and it can go on."""

import errno
import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fault_proxy import Fault
from support.trail_files import whole

from ctforensics.acquire import bucket, rehash
from ctforensics.acquire.ledger import OUTCOMES, Ledger
from ctforensics.case import folder as folders
from ctforensics.case import journal, register
from ctforensics.cli import main
from ctforensics.errors import ConservationError


@pytest.fixture
def run(proxy, trail, tmp_path, capsys):
    def acquire(*options, source="s3://trail-bucket"):
        code = main(
            ["acquire", str(tmp_path / "case"), source, "--endpoint-url", proxy.url, "--objects-only", *options]
        )
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return acquire


def test_a_requester_pays_bucket_is_read_by_who_agrees_to_pay(run, proxy, trail, tmp_path):
    paid = []

    def unpaid(method, path, headers):
        paid.append(headers.get("x-amz-request-payer") == "requester")
        return None if paid[-1] else Fault(403, "AccessDenied")

    proxy.inspect = lambda method, path, headers: unpaid(method, path, headers) if "trail-bucket" in path else None
    code, _, err = run()
    assert code == 2 and "--requester-pays" in err
    paid.clear()
    code, out, _ = run("--requester-pays")
    assert code == 0 and "12 planned = 12 acquired" in out and whole(tmp_path, trail)
    assert all(paid)


def test_a_bucket_in_another_region_is_followed_there(run, proxy, trail, tmp_path):
    """S3 refuses a signature for the wrong region and names the right one; every object then comes from there at once."""
    refused = []

    def elsewhere(method, path, headers):
        if "trail-bucket" not in path or "/eu-west-1/s3/" in headers.get("authorization", ""):
            return None
        refused.append(path)
        code = "<Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region>"
        return Fault(400, headers=(("x-amz-bucket-region", "eu-west-1"),), whole=f"<Error>{code}</Error>".encode())

    proxy.inspect = elsewhere
    code, out, err = run()
    assert code == 0, err
    assert "12 planned = 12 acquired" in out and whole(tmp_path, trail)
    assert 0 < len(refused) < 12


def test_a_clock_that_is_wrong_is_told_and_kept_in_custody(run, proxy, tmp_path):
    proxy.clock_offset = 600
    code, out, _ = run()
    assert code == 0 and re.search(r"clock differs from AWS's by -(599|60[01]) seconds; custody notes it", out)
    case = folders.open_folder(tmp_path / "case")
    (done,) = [line for line in journal.read(case.custody_file) if line.get("state") == "done"]
    assert 590 < done["clock_offset"] < 610


def test_a_rate_is_kept_however_many_objects_are_small(run, trail, monkeypatch):
    naps, now = [], [0.0]

    def sleep(seconds):
        naps.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(bucket, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: now[0]))
    code, _, _ = run("--rate", "2")
    assert code == 0 and sum(naps) == pytest.approx(12 / 2) and max(naps) == pytest.approx(0.5)


def test_a_register_that_cannot_be_written_stops_before_any_object_takes_its_place(run, trail, tmp_path, monkeypatch):
    genuine = journal.append

    def full(path, lines, *, chained):
        if path.name == "evidence.jsonl":
            from ctforensics.errors import CaseError

            raise CaseError("Cannot write evidence.jsonl: No space left on device.", where=str(path.parent))
        return genuine(path, lines, chained=chained)

    monkeypatch.setattr(journal, "append", full)
    code, _, err = run()
    assert code == 2 and "No space left" in err and "Traceback" not in err
    assert not list((tmp_path / "case" / "evidence").rglob("*.gz"))
    monkeypatch.setattr(journal, "append", genuine)
    assert run()[0] == 0 and whole(tmp_path, trail)
    states = [line.get("state") for line in journal.read(tmp_path / "case" / "custody.jsonl")]
    assert states[1:] == ["begun", "stopped", "begun", "done"]


def test_a_disk_that_fills_while_a_file_is_written_leaves_no_half_object(run, trail, tmp_path, monkeypatch):
    import os

    genuine, written = os.write, []

    def full(out, data):
        written.append(out)
        if 3 < len(written) <= 6:
            genuine(out, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return genuine(out, data)

    monkeypatch.setattr("ctforensics.acquire.fetch.os.write", full)
    code, out, err = run("--jobs", "1")
    assert code == 2 and "the disk is full" in err and "12 planned = " in out
    monkeypatch.setattr("ctforensics.acquire.fetch.os.write", genuine)
    assert run()[0] == 0 and whole(tmp_path, trail)


HOSTILE = {
    "dots": "../../escape.json",
    "dots inside": "a/../../../c",
    "nul": "nul\0byte",
    "unicode": "ün/ïcode/日本語",
    "direction": "\u202egpj.exe",
    "a thousand bytes": "x" * 1000,
    "deep": "/".join(["y"] * 400),
    "one name": "Log",
    "the same in another case": "log",
    "also a folder": "Log/below",
    "reserved": "aux.json.gz",
    "a container's member": "x.tar!/y",
}


def test_every_hostile_key_is_fetched_and_nothing_is_written_outside(aws, proxy, run, tmp_path):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="hostile")
    for number, key in enumerate(HOSTILE.values()):
        s3.put_object(Bucket="hostile", Key=key, Body=f"{number}".encode())
    code, out, _ = run(source="s3://hostile")
    listed = {o["Key"] for o in s3.list_objects_v2(Bucket="hostile")["Contents"]}
    assert code == 0 and f"{len(listed)} planned = {len(listed)} acquired" in out
    case = folders.open_folder(tmp_path / "case")
    lines = {line.key: line for line in register.read(case)}
    assert set(lines) == listed
    for number, key in enumerate(HOSTILE.values()):
        if key in lines:
            assert (case.evidence / lines[key].path).read_bytes() == f"{number}".encode()
    assert set(tmp_path.iterdir()) == {tmp_path / "case"}
    assert rehash.check(case).ok and run(source="s3://hostile")[1].startswith(f"{len(listed)} planned = 0 acquired")


def test_versions_named_by_a_hostile_server_stay_inside(run, proxy, tmp_path):
    """Version ids and ETags come from the server, and become part of a name."""
    body = b"<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>AWSLogs/k</Key>"
    body += b"<VersionId>../../../../escape</VersionId><IsLatest>false</IsLatest><Size>1</Size><ETag>e</ETag>"
    body += b"<LastModified>2024-05-02T06:00:00Z</LastModified></Version></ListVersionsResult>"
    older = Fault(200, whole=b"x", headers=(("ETag", '"e"'), ("Last-Modified", "Thu, 02 May 2024 06:00:00 GMT")))
    proxy.inspect = lambda method, path, headers: (
        older if "versionId=" in path else Fault(200, whole=body) if "?versions" in path else None
    )
    run("--versions", "fetch")
    assert set(tmp_path.iterdir()) == {tmp_path / "case"} and not list((tmp_path / "case").glob("*escape*"))
    older_ones = {
        line.path for line in register.read(folders.open_folder(tmp_path / "case")) if line.path.startswith("_versions")
    }
    assert older_ones == {"_versions/trail-bucket/AWSLogs/..%2F..%2F..%2F..%2Fescape~k"}


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(0, 1 << 40)), max_size=40), st.integers(-2, 2))
def test_the_ledger_balances_or_stops(settled, difference):
    ledger = Ledger()
    for outcome, size in settled:
        ledger.plan(size)
        ledger.settle(outcome, size, "because")
    for _ in range(difference):
        ledger.plan(1)
    for _ in range(-difference):
        ledger.settle("missing", 1)
    if difference:
        with pytest.raises(ConservationError):
            ledger.check()
    else:
        ledger.check()
        told = ledger.as_json()
        assert told["planned"] == sum(told[name] for name in OUTCOMES) == len(settled)
        assert ledger.sentence().startswith(f"{len(settled):,} planned = ")


def test_what_is_not_here_is_listed_with_outcome_and_reason_for_whoever_verifies(run, proxy, trail, tmp_path):
    from ctforensics.case import outstanding

    proxy.rule = lambda method, path, before: (
        Fault(403, "AccessDenied") if method == "GET" and "T0605Z" in path and "/AWSLogs/" in path else None
    )
    assert run()[0] == 1
    case = folders.open_folder(tmp_path / "case")
    ((place, one),) = outstanding.read(case).items()
    assert "T0605Z" in place[1] and (one.outcome, one.reason) == ("refused", "access denied")
    (file,) = (case.path / "acquisition").glob("wanted-*.jsonl")
    assert set(json.loads(file.read_text())) == {
        "bucket",
        "key",
        "version_id",
        "size",
        "storage_class",
        "outcome",
        "reason",
    }
    proxy.rule = lambda *_: None
    assert run()[0] == 0 and outstanding.read(case) == {}
