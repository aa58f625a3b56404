import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.fault_proxy import Fault
from support.trail_files import whole

from ctforensics.acquire import fetch, rehash
from ctforensics.aws.reader import Reader
from ctforensics.case import custody, register
from ctforensics.case import folder as folders
from ctforensics.cli import main
from ctforensics.trail import object_keys

SOURCE = Path(fetch.__file__).parents[2]


@pytest.fixture
def run(proxy, trail, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(fetch.Fetcher.__init__, "__kwdefaults__", {"patience": 0.01})

    def acquire(*options):
        source = ["s3://trail-bucket", "--endpoint-url", proxy.url, "--objects-only", "--jobs", "4", *options]
        code = main(["acquire", str(tmp_path / "case"), *source])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return acquire


def objects(*, only="", fault, times=10**9):
    """A rule that breaks GETs of objects whose key holds ``only``, so many times each."""
    return lambda method, path, before: (
        fault if method == "GET" and "/AWSLogs/" in path and only in path and before < times else None
    )


@pytest.mark.parametrize("fault", [Fault(503, "SlowDown"), Fault(500, "InternalError"), Fault(502, "BadGateway")])
def test_throttling_and_faults_of_the_service_are_waited_out(run, proxy, trail, tmp_path, fault):
    proxy.rule = objects(only="T0600Z", fault=fault, times=2)
    code, _, _ = run()
    assert code == 0 and whole(tmp_path, trail)


def test_a_body_that_is_shorter_than_listed_is_not_taken_for_the_object_whatever_its_length_says(
    run, proxy, trail, tmp_path
):
    proxy.rule = objects(fault=Fault(short=True), times=1)
    code, _, err = run()
    assert code == 0, err
    assert whole(tmp_path, trail)


def test_an_answer_that_cannot_be_read_costs_its_object_and_not_the_acquisition(run, proxy, trail, tmp_path):
    proxy.rule = objects(only="T0600Z", fault=Fault(headers=(("last-modified", "never"),)))
    code, out, _ = run()
    assert code == 1 and "1 refused" in out, out
    assert "cannot be read" in (tmp_path / "case" / "custody.jsonl").read_text()
    proxy.rule = lambda *_: None
    assert run()[0] == 0 and whole(tmp_path, trail)


def test_connections_cut_in_the_middle_of_objects_leave_no_half_object(run, proxy, trail, tmp_path):
    proxy.rule = objects(fault=Fault(cut=True), times=1)
    code, _, _ = run()
    assert code == 0 and whole(tmp_path, trail)


def test_an_object_that_always_breaks_is_refused_and_comes_with_a_later_run(run, proxy, trail, tmp_path):
    proxy.rule = objects(only="T0605Z", fault=Fault(cut=True))
    code, out, _ = run()
    assert code == 1
    assert "12 planned = 11 acquired + 0 present + 0 missing + 1 refused + 0 archived" in out
    assert "the connection was cut" in out
    (wanted,) = (tmp_path / "case" / "acquisition").glob("wanted-*.jsonl")
    assert "T0605Z" in json.loads(wanted.read_text())["key"]
    proxy.rule = lambda *_: None
    code, out, _ = run()
    assert code == 0 and "1 acquired + 11 present" in out and whole(tmp_path, trail)


def test_a_network_that_goes_down_ends_it_and_is_gone_on_with(run, proxy, trail, tmp_path, monkeypatch):
    from botocore.exceptions import EndpointConnectionError

    from ctforensics.acquire import bucket

    genuine, asked = Reader.get, []

    def get(self, key, version_id=None):
        asked.append(key)
        if len(asked) > 5:
            raise EndpointConnectionError(endpoint_url="https://s3.amazonaws.com")
        return genuine(self, key, version_id)

    monkeypatch.setattr(Reader, "get", get)
    monkeypatch.setattr(bucket, "MOST_FAILING", 2)
    code, out, err = run("--jobs", "1")
    assert code == 2 and "connection failed" in err and "same command again" in err
    assert "12 planned = 5 acquired + 0 present + 0 missing + 7 refused" in out
    assert len(set(asked)) < 12, "it does not try a million objects against a network that is down"
    monkeypatch.setattr(Reader, "get", genuine)
    assert run()[0] == 0 and whole(tmp_path, trail)


def test_credentials_that_expire_in_the_middle_end_it_with_a_balanced_ledger(run, proxy, trail, tmp_path):
    expired = Fault(400, "ExpiredToken", "The provided token has expired.")
    proxy.rule = lambda method, path, before: (
        expired if method == "GET" and "/AWSLogs/" in path and proxy.gets() > 5 else None
    )
    code, out, err = run()
    assert code == 2
    assert "credentials expired" in err and "same command again" in err
    assert "12 planned = " in out and " 0 acquired" not in out and "refused: the credentials expired" in out
    proxy.rule = lambda *_: None
    code, _, _ = run()
    assert code == 0 and whole(tmp_path, trail)


def test_a_prefix_that_may_not_be_listed_is_named(run, proxy, trail, tmp_path):
    proxy.rule = lambda method, path, before: (
        Fault(403, "AccessDenied")
        if "list-type" in path and "prefix=AWSLogs/111122223333/CloudTrail-Digest/us" in path
        else None
    )
    code, out, _ = run()
    assert code == 1
    assert "not listed: s3://trail-bucket/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/: access denied" in out
    assert "8 planned = 8 acquired" in out


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(403, "AccessDenied"), "access denied"),
        (Fault(403, "AccessDenied", "not authorized to perform: kms:Decrypt on resource"), "the KMS key is denied"),
        (Fault(400, "KMS.DisabledException"), "the KMS key is denied"),
        (Fault(404, "NoSuchKey"), "listed, but no longer there"),
        (Fault(403, "InvalidObjectState"), "in an archive class"),
    ],
)
def test_one_object_that_cannot_be_read_does_not_stop_the_others(run, proxy, trail, fault, reason):
    proxy.rule = objects(only="T0605Z", fault=fault)
    code, out, _ = run()
    assert code == 1
    assert "12 planned = 11 acquired" in out and reason in out


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(403, "RequestTimeTooSkewed"), "clock is wrong"),
        (Fault(403, "AccessDenied"), "requester-pays"),
        (Fault(400, "AuthorizationHeaderMalformed"), "--bucket-region"),
        (Fault(403, "InvalidAccessKeyId"), "not valid"),
    ],
)
def test_a_bucket_that_cannot_be_listed_is_one_sentence_with_a_way_out(run, proxy, fault, sentence):
    proxy.rule = lambda method, path, before: fault if "list-type" in path else None
    code, _, err = run()
    assert code == 2
    assert sentence in err and "Traceback" not in err and err.count("\n") <= 2


def test_a_full_disk_ends_it_and_the_rest_comes_later(run, trail, tmp_path, monkeypatch):
    genuine, calls = fetch.Fetcher._once, []

    def full(self, temporary, wanted, path):
        calls.append(path)
        if len(calls) > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return genuine(self, temporary, wanted, path)

    monkeypatch.setattr(fetch.Fetcher, "_once", full)
    code, out, err = run()
    assert code == 2 and "the disk is full" in err
    assert "12 planned = 4 acquired + 0 present + 0 missing + 8 refused" in out
    monkeypatch.setattr(fetch.Fetcher, "_once", genuine)
    assert run()[0] == 0 and whole(tmp_path, trail)


def test_a_plan_that_cannot_fit_is_refused_before_anything_is_copied(run, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 10, 0))
    code, _, err = run()
    assert code == 2 and "0 are free" in err
    assert not list((tmp_path / "case" / "evidence").iterdir())


def test_what_is_delivered_while_copying_comes_with_a_last_sweep(run, aws, proxy, trail, tmp_path):
    now = datetime.now(UTC).replace(tzinfo=None)
    late = object_keys.log_key("111122223333", "us-east-1", now, "A" * 16)

    def deliver(method, path, before):
        if "T0605Z" in path and late not in trail.objects:
            trail.objects[late] = b"delivered late"
            aws.client("s3").put_object(Bucket="trail-bucket", Key=late, Body=b"delivered late")

    proxy.rule = deliver
    code, out, _ = run()
    assert code == 0 and "13 planned = 13 acquired" in out and whole(tmp_path, trail)


def started(proxy, tmp_path):
    arguments = ["acquire", str(tmp_path / "case"), "s3://trail-bucket", "--endpoint-url", proxy.url]
    command = [sys.executable, "-m", "ctforensics", *arguments, "--objects-only", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_acquisition_goes_on_where_it_was(run, proxy, trail, tmp_path):
    proxy.rule = objects(fault=Fault(pause=0.4))
    process = started(proxy, tmp_path)
    wait_for(lambda: any((tmp_path / "case" / "evidence").rglob("*.gz")), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    proxy.rule = lambda *_: None
    code, out, _ = run()
    assert code == 0 and " 0 present" not in out and whole(tmp_path, trail)
    assert not (tmp_path / "case" / "acquisition" / "partial").exists()
    assert custody.verify(folders.open_folder(tmp_path / "case")).ok


def test_a_second_acquisition_at_the_same_time_is_told_who_is_at_work(run, proxy, trail, tmp_path):
    proxy.rule = objects(fault=Fault(pause=0.3))
    process = started(proxy, tmp_path)
    wait_for(lambda: proxy.gets() > 0, process)
    code, _, err = run()
    assert code == 2 and f"process {process.pid} on" in err
    proxy.rule = lambda *_: None
    assert process.wait(60) == 0 and whole(tmp_path, trail)
    process.communicate()


def test_hostile_keys_never_leave_the_case(aws, proxy, tmp_path, capsys):
    hostile = [
        "../../escape.json",
        "a//b",
        "a/../../../c",
        "x" * 900,
        "ün/ïcode",
        "Log",
        "log",
        "Log/below",
        "CON.json",
        "end. ",
    ]
    aws.fill("hostile", {key: f"{number}".encode() for number, key in enumerate(hostile)})
    before = set(tmp_path.rglob("*"))
    code = main(["acquire", str(tmp_path / "case"), "s3://hostile", "--endpoint-url", aws.url, "--objects-only"])
    out = capsys.readouterr().out
    listed = {o["Key"] for o in aws.client("s3").list_objects_v2(Bucket="hostile")["Contents"]}
    assert code == 0 and f"{len(listed)} planned = {len(listed)} acquired" in out
    case = folders.open_folder(tmp_path / "case")
    lines = list(register.read(case))
    assert {line.key for line in lines} == listed and len({line.path.casefold() for line in lines}) == len(listed)
    assert rehash.check(case).ok
    assert set(tmp_path.iterdir()) - before == {tmp_path / "case"}
