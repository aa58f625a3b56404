"""What is lost first is asked for first: an access that ends early leaves the best part behind."""

import json
import time
from datetime import UTC, datetime

import pytest
from support import fault_proxy, trail_files

from ctforensics.acquire import event_history
from ctforensics.cli import main
from ctforensics.trail import object_keys

SINCE, UNTIL = datetime(2024, 5, 4), datetime(2024, 5, 5)


@pytest.fixture
def asked(aws, tmp_path, capsys, monkeypatch):
    """Everything that an acquisition with a budget asks for, in order: object keys, and operations by name."""
    monkeypatch.setattr(event_history, "PACE", 0)
    trail = trail_files.make("trail-bucket", hours=18, every=12, logs=1)
    lake = "AWSLogs/111122223333/CloudTrail-Lake/Query/2024/05/04/1234abcd/result_1.csv.gz"
    aws.fill("trail-bucket", {**trail.objects, lake: b"x"}, trail.metadata)
    found = []

    def hear(method, path, headers):
        if method == "GET" and path.endswith(".gz") and "range" not in headers:
            found.append(path.split("/", 2)[2])
        elif "x-amz-target" in headers:
            found.append(headers["x-amz-target"].rsplit(".", 1)[1])

    with fault_proxy.running(aws.url) as proxy:
        proxy.inspect = hear

        def run(*options):
            window = ("--since", "2024-05-04", "--until", "2024-05-05", "--region", "us-east-1", "--jobs", "1")
            source = ("s3://trail-bucket", "--endpoint-url", proxy.url, "--budget", "2h", "--kind", "all")
            assert main(["acquire", str(tmp_path / "case"), *source, *window, *options]) == 0
            printed = capsys.readouterr()
            return found, printed.out

        yield run


def places(found):
    """Where in the order stand: digests, the window's logs, the margins' logs, everything else."""
    groups = {"digest": [], "window": [], "margin": [], "other": []}
    for number, name in enumerate(found):
        key = object_keys.parse(name) if name.endswith(".gz") else None
        if key is not None:
            inside = SINCE <= key.stamp < UNTIL
            groups["digest" if key.is_digest else "window" if inside else "margin"].append((number, key.stamp))
        elif name.endswith(".gz"):
            groups["other"].append((number, None))
    return groups


def test_newest_digests_then_configuration_the_window_named_keys_context_bulk(asked):
    found, _ = asked("--lookup", "AccessKeyId=AKIAIOSFODNN7EXAMPLE")
    groups = places(found)
    assert all(groups.values()), groups
    assert found.index("ListPublicKeys") < groups["digest"][0][0]
    stamps = [stamp for _, stamp in groups["digest"]]
    assert stamps == sorted(stamps, reverse=True)
    order = [groups["digest"][-1][0], groups["window"][0][0], groups["window"][-1][0]]
    order += [len(found) - 1 - found[::-1].index("LookupEvents"), groups["margin"][0][0], groups["other"][0][0]]
    assert order == sorted(order)
    assert "GetTrailStatus" not in found[: groups["digest"][0][0]]


def test_a_history_of_everything_waits_until_the_context_is_here(asked):
    found, out = asked("--event-history")
    groups = places(found)
    last = len(found) - 1 - found[::-1].index("LookupEvents")
    assert groups["margin"][-1][0] < last < groups["other"][0][0]
    assert "Event history: 0 events of 1 regions" in out


def test_the_list_of_what_the_client_should_send_later_names_every_object(aws, acquire, tmp_path, monkeypatch):
    from ctforensics.acquire import bucket

    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    monkeypatch.setattr(bucket, "_now", lambda: float("inf"))
    code, out, err = acquire("s3://trail-bucket", "--objects-only", "--budget", "1m")
    assert code == 2 and "time budget ended" in err
    (file,) = (tmp_path / "case" / "acquisition").glob("wanted-*.jsonl")
    assert f"What is not here, to ask for later: {file}" in out
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["key"] for line in lines} == set(trail.objects)
    assert {line["reason"] for line in lines} == {"the time budget ended"}


def test_a_last_sweep_before_the_budget_ends_brings_what_was_delivered_meanwhile(aws, tmp_path, capsys, monkeypatch):
    from ctforensics.acquire import bucket

    now = datetime.now(UTC).replace(tzinfo=None)
    late = object_keys.log_key("111122223333", "us-east-1", now, "A" * 16)
    trail = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", trail.objects, trail.metadata)

    def deliver(method, path, before):
        if proxy.gets() == 8:
            aws.client("s3").put_object(Bucket="trail-bucket", Key=late, Body=b"delivered late")

    with fault_proxy.running(aws.url) as proxy:
        proxy.rule = deliver
        # After eight objects the copier's clock stands a minute before the end of the hour: in the time kept back.
        monkeypatch.setattr(bucket, "_now", lambda: time.monotonic() + (3540 if proxy.gets() >= 8 else 0))
        source = ["s3://trail-bucket", "--endpoint-url", proxy.url, "--objects-only", "--jobs", "1"]
        code = main(["acquire", str(tmp_path / "case"), *source, "--budget", "1h"])
    printed = capsys.readouterr()
    assert code == 2 and "time budget ended" in printed.err and "13 planned = " in printed.out
    assert list((tmp_path / "case" / "evidence").rglob(late.rsplit("/", 1)[1]))
