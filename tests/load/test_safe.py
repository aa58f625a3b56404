"""Loads that meet each other, kills, changing evidence, and other orders of files."""

import json
import os
import random
import subprocess
import sys

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.case import generation
from ctforensics.errors import CaseBusy, EvidenceError
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.load.scope import Scope
from tests.load.loading_desk import record

NAME = "AWSLogs/111122223333/CloudTrail/{region}/2024/05/{day:02d}/111122223333_CloudTrail_{region}_202405{day:02d}T0615Z_{n:016d}.json"
PROMISED = {
    "events": "SELECT * FROM events ORDER BY event_key",
    "sources": """SELECT s.* EXCLUDE (file_no), f.root, f.path, f.file_no FROM event_sources s JOIN files f USING (file_no)
        ORDER BY f.path, record_index""",
    "files": "SELECT * EXCLUDE (generation, modified_at) FROM files ORDER BY file_no",
    "rejects": "SELECT * FROM rejects ORDER BY ALL",
    "index": "SELECT * EXCLUDE (event_row) FROM event_index ORDER BY seq",
    "minutes": "SELECT * FROM minute_counts ORDER BY ALL",
}


def rows_of(case):
    with duckdb.connect(str(case.database), read_only=True) as con:
        return {name: con.execute(sql).fetchall() for name, sql in PROMISED.items()}


def fill(desk, files=40, records=30):
    for n in range(files):
        name = NAME.format(region="us-east-1" if n % 2 else "eu-west-1", day=n % 28 + 1, n=n)
        desk.put(name, json.dumps({"Records": [record(n * 20 + k) for k in range(records)]}, separators=(",", ":")))
    desk.put("broken.json", b'{"Records":[' + json.dumps(record(9999)).encode() + b',{"eventVersion"')


def test_a_load_in_worker_processes_gives_the_same_rows_as_one_in_this_process(desk, tmp_path):
    fill(desk, files=60)
    desk.load(jobs=1)
    other = case_folder.create(tmp_path / "other")
    add_root(other, desk.evidence, "mirror")
    from ctforensics.load import plan, run

    size, few = plan.CHUNK_BYTES, run.FEW_CHUNKS
    plan.CHUNK_BYTES, run.FEW_CHUNKS = 20_000, 2
    try:
        load(other, jobs=2)
    finally:
        plan.CHUNK_BYTES, run.FEW_CHUNKS = size, few
    assert rows_of(other) == rows_of(desk.case)


def test_files_that_come_in_another_order_give_the_same_rows(desk, tmp_path):
    fill(desk)
    desk.load()
    other = case_folder.create(tmp_path / "other")
    moved = tmp_path / "slowly"
    moved.mkdir()
    add_root(other, moved, "mirror")
    files = [f for f in desk.evidence.rglob("*") if f.is_file()]
    random.Random(7).shuffle(files)
    for part in (files[:13], files[13:14], files[14:]):
        for file in part:
            target = moved / file.relative_to(desk.evidence)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, target)
        load(other)
    assert rows_of(other) == rows_of(desk.case)


def test_two_loads_at_once_are_one_load_and_one_refusal(desk):
    fill(desk, files=2)
    with generation.writer(desk.case, "load"), pytest.raises(CaseBusy, match="Another process"):
        desk.load()


def test_a_reader_keeps_what_it_opened_while_a_load_publishes(desk):
    fill(desk, files=2)
    desk.load()
    with duckdb.connect(str(desk.case.database), read_only=True) as reader:
        before = reader.execute("SELECT count(*) FROM events").fetchall()
        desk.put("more.json", {"Records": [record(5000)]})
        script = (
            "from pathlib import Path; from ctforensics.case.folder import CaseFolder; from ctforensics.load.run import load;"
            f"print(load(CaseFolder(Path({str(desk.case.path)!r}))).events)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert int(done.stdout) == before[0][0] + 1
        assert reader.execute("SELECT count(*) FROM events").fetchall() == before


def test_evidence_that_changed_under_our_feet_is_a_finding_and_both_contents_stay(desk):
    file = desk.put("a.json", {"Records": [record(1)]})
    desk.load()
    file.write_text(json.dumps({"Records": [record(2), record(3)]}))
    result = desk.load()
    assert [f["code"] for f in result.findings] == ["EVIDENCE_CHANGED"]
    assert (result.events, result.found) == (3, True)
    assert desk.load().new_files == 0


def test_evidence_that_is_again_what_it_was_is_no_alarm_any_more_and_stays_told(desk):
    file = desk.put("a.json", {"Records": [record(1)]})
    first = file.read_text()
    desk.load()
    file.write_text(json.dumps({"Records": [record(2)]}))
    desk.load()
    file.write_text(first)
    (finding,) = [f for f in desk.load().findings if f["code"] == "EVIDENCE_CHANGED"]
    assert (finding["class"], finding["detail"].endswith("it is back to what it was")) == ("anomaly", True)


def test_evidence_that_came_back_is_gone_no_more(desk):
    file = desk.put("a.json", {"Records": [record(1)]})
    first = file.read_text()
    desk.load()
    file.unlink()
    assert [f["code"] for f in desk.load().findings] == ["EVIDENCE_GONE"]
    file.write_text(first)
    assert desk.load().findings == ()


def test_a_file_that_was_only_touched_is_no_finding(desk):
    file = desk.put("a.json", {"Records": [record(1)]})
    desk.load()
    os.utime(file, (1, 1))
    assert desk.load().findings == ()
    again = desk.load()
    assert (again.new_files, again.events, again.files) == (0, 1, {"loaded": 1})


def test_evidence_that_is_gone_is_a_finding_and_its_rows_stay(desk):
    file = desk.put("a.json", {"Records": [record(1)]})
    desk.load()
    file.unlink()
    result = desk.load()
    assert ([f["code"] for f in result.findings], result.events) == (["EVIDENCE_GONE"], 1)


def test_the_register_has_a_line_for_every_object_with_both_hashes(desk):
    import gzip
    import hashlib

    data = json.dumps({"Records": [record(1)]}).encode()
    packed = gzip.compress(data)
    desk.put("a.json.gz", packed)
    desk.load()
    desk.load()
    lines = [json.loads(line) for line in desk.case.register_file.read_text().splitlines()]
    assert [(line["path"], line["sha256"], line["content_sha256"]) for line in lines] == [
        ("a.json.gz", hashlib.sha256(packed).hexdigest(), hashlib.sha256(data).hexdigest())
    ]


def test_scope_leaves_out_whole_files_and_a_wider_load_opens_just_those(desk):
    fill(desk, files=20)
    narrow = desk.load(scope=Scope(regions=("us-east-1",)))
    assert narrow.left_out == {"region": 10}
    wide = desk.load()
    assert (wide.new_files, wide.left_out) == (10, {})
    other = case_folder.create(desk.case.path.parent / "whole")
    add_root(other, desk.evidence, "mirror")
    load(other)
    assert rows_of(other) == rows_of(desk.case)


def test_a_file_whose_folder_and_name_disagree_is_never_left_out(desk):
    desk.put(
        NAME.format(region="us-east-1", day=3, n=1).replace("/us-east-1/", "/us-west-2/"), {"Records": [record(1)]}
    )
    assert desk.load(scope=Scope(regions=("eu-west-1",))).events == 1


def test_sifting_counts_everything_and_loads_what_matches(desk, tmp_path):
    fill(desk, files=4)
    wanted = tmp_path / "keys.txt"
    wanted.write_text("# one request\nuser-25\n")
    result = desk.load(matching=wanted)
    assert (result.records, result.sifted) == (122, 122 - result.events - result.duplicates - result.rejected)
    assert desk.rows("SELECT DISTINCT target FROM events") == [("user-25",)]
    whole = desk.load()
    assert whole.sifted == 0
    assert whole.events == len({n * 20 + k for n in range(4) for k in range(30)}) + 1


def test_a_second_list_of_values_reads_sifted_files_again_and_keeps_what_the_first_brought(desk, tmp_path):
    fill(desk, files=4)
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("user-25\n")
    second.write_text("user-31\n")
    desk.load(matching=first)
    assert desk.load(matching=first).new_files == 0
    desk.load(matching=second)
    assert desk.rows("SELECT DISTINCT target FROM events ORDER BY 1") == [("user-25",), ("user-31",)]
    assert desk.load(matching=first).new_files == 0


def test_evidence_of_the_case_that_was_emptied_is_gone_not_unknown(desk):
    kept = desk.case.evidence / "a.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"Records": [record(1)]}))
    desk.load()
    kept.unlink()
    result = desk.load()
    assert ([f["code"] for f in result.findings], result.events) == (["EVIDENCE_GONE"], 1)


def test_a_root_that_is_not_there_stops_the_load_and_is_never_taken_for_empty(desk):
    desk.put("a.json", {"Records": [record(1)]})
    desk.load()
    desk.evidence.rename(desk.evidence.with_name("elsewhere"))
    with pytest.raises(EvidenceError, match="nothing there"):
        desk.load()
    assert desk.rows("SELECT count(*) FROM events") == [(1,)]


def test_an_addendum_is_linked_to_what_it_corrects_and_is_no_conflict(desk):
    note = {"reason": "UPDATED_DATA", "updatedFields": "x", "originalEventID": "id-1", "originalRequestID": "req-1"}
    desk.put("a.json", {"Records": [record(1), record(2, addendum=note)]})
    result = desk.load()
    assert (result.events, result.conflicts) == (2, 0)
    assert desk.rows("SELECT event_id, original_event_id, original_event_key IS NOT NULL FROM addenda") == [
        ("id-2", "id-1", True)
    ]


def test_one_action_in_two_accounts_is_linked_by_its_shared_id(desk):
    desk.put(
        "a.json",
        {"Records": [record(1, sharedEventID="s"), record(2, sharedEventID="s", recipientAccountId="999988887777")]},
    )
    desk.load()
    assert desk.rows("SELECT shared_event_id, copies FROM shared_events") == [("s", 2)]


@pytest.mark.parametrize("proven_as", ["ok", "anomaly"])
def test_only_verified_files_load_where_that_is_asked_and_the_rest_later(desk, proven_as):
    import hashlib

    good = json.dumps({"Records": [record(1)]}).encode()
    desk.put("good.json", good)
    desk.put("other.json", {"Records": [record(2)]})
    line = {
        "line": "file",
        "key": "b/good.json",
        "kind": "log",
        "class": proven_as,
        "content_sha256": hashlib.sha256(good).hexdigest(),
    }
    run = "\n".join(json.dumps(part) for part in ({"line": "head", "schema": 1}, line))
    (desk.case.verification / "20240502T061500Z.jsonl").write_text(run + "\n")
    proven = desk.load(only_verified=True)
    assert (proven.events, proven.left_out) == (1, {"not_verified": 1})
    assert desk.load().events == 2


def test_a_record_without_time_has_that_of_its_first_delivery_whichever_file_came_first(desk):
    timeless = {k: v for k, v in record(1).items() if k != "eventTime"}
    desk.put(NAME.format(region="us-east-1", day=9, n=1), {"Records": [timeless]})
    desk.load()
    desk.put(NAME.format(region="us-east-1", day=3, n=2), {"Records": [timeless]})
    desk.load()
    assert desk.rows("SELECT event_time::VARCHAR, event_time_basis FROM events") == [
        ("2024-05-03 06:15:00", "delivery")
    ]
