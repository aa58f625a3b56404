"""The timeline from Python: two-way, with stars that outlive the database, and evidence that changes under it."""

from __future__ import annotations

import ast
import json
import shutil
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ctforensics.errors import ParameterError
from ctforensics.investigation import Case, new_case, open_case
from ctforensics.show.where import SEARCHED


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::111122223333:user/ana",
            "accessKeyId": "AKIAEXAMPLEANA01",
        },
        "eventTime": f"2024-05-02T06:{number:02d}:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetBucketAcl" if number % 2 else "DeleteBucket",
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"198.51.100.{number}",
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "eventType": "AwsApiCall",
        "readOnly": bool(number % 2),
        "recipientAccountId": "111122223333",
        **more,
    }


def archive(folder: Path, numbers: range, name: str = "log.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"Records": [record(n) for n in numbers]}), "utf-8")
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = new_case(tmp_path / "mycase", title="Night shift")
    made.load(archive(tmp_path / "first", range(20)))
    return made


def test_range_filter_selection_and_statement_are_one_thing(case):
    timeline = case.timeline()
    timeline.range = ("2024-05-02T06:05:00Z", "2024-05-02T06:15:00Z")
    timeline.where = {"event_name": "DeleteBucket"}
    assert timeline.range == (datetime(2024, 5, 2, 6, 5), datetime(2024, 5, 2, 6, 15))
    assert timeline.count == 5
    assert timeline.selection.aggregate("count(*)").fetchall() == [(5,)]
    assert len(case.sql(str(timeline.sql), **timeline.sql.values)) == 5
    timeline.close()


def test_as_a_cell_gives_the_code_that_shows_the_same_view(case):
    timeline = case.timeline(since="2024-05-02T06:05:00Z", until="2024-05-02T06:15:00Z", where=[{"text": "delete"}])
    names: dict[str, Any] = {"case": case}
    exec(timeline.as_cell().rsplit("\n", 1)[0], names)  # noqa: S102 - our own code, which is what this promises
    assert (names["timeline"].range, names["timeline"].where) == (timeline.range, timeline.where)


def test_python_is_told_of_changes_until_it_does_not_want_to(case):
    timeline, heard = case.timeline(), []
    off = timeline.on_change(lambda changed: heard.append(changed.count))
    timeline.where = {"event_name": "DeleteBucket"}
    off()
    timeline.where = []
    assert heard == [10]


def test_goto_takes_an_instant_or_an_event_id(case):
    timeline = case.timeline()
    timeline.goto("00000000-0000-4000-8000-000000000007")
    assert timeline.current is not None
    since, until = timeline.range
    assert since < datetime(2024, 5, 2, 6, 7) < until
    with pytest.raises(ParameterError):
        timeline.goto("tomorrow")


def test_a_snapshot_keeps_statement_count_and_coverage_in_the_notes(case):
    timeline = case.timeline(where={"event_name": "DeleteBucket"})
    kept = timeline.snapshot("the deletions")
    (note,) = [n for n in case.notes.living() if n.id == kept]
    assert note.data["count"] == 10
    assert "SELECT" in note.data["sql"]
    assert note.data["coverage"]


def test_what_remains_without_a_kernel_states_count_range_and_coverage(case):
    data, _ = case.timeline()._repr_mimebundle_()
    assert "20 events from 2024-05-02T06:00:00Z" in data["text/plain"]
    assert "coverage" in data["text/plain"]
    assert len(data["image/png"]) < 100_000


def test_a_record_is_read_again_from_the_evidence_byte_for_byte(case):
    timeline = case.timeline()
    row = timeline.desk.answer({"type": "page", "id": 1, "first": 3})["rows"][0]
    answer = timeline.desk.answer({"type": "origin", "id": 2, "key": row["key"], "t": row["t"]})
    assert answer["basis"].startswith("read again from the evidence")
    assert json.loads(answer["record"]) == record(3)
    assert answer["provenance"][0]["path"] == "log.json"


def test_stars_stay_on_their_events_when_database_and_evidence_are_replaced(case, tmp_path):
    desk = case.timeline().desk
    rows = desk.answer({"type": "page", "id": 1, "first": 0})["rows"]
    for at in (2, 5, 11):
        assert "error" not in desk.answer({"type": "note", "id": 2, "act": "star", "key": rows[at]["key"]})
    starred = {rows[at]["key"] for at in (2, 5, 11)}
    case.close()
    case.folder.database.unlink()
    (root,) = case.folder.manifest().evidence
    moved = tmp_path / "elsewhere"
    shutil.move(tmp_path / "first", moved)
    again = open_case(case.path)
    again.folder.manifest().with_root(replace(root, where=str(moved))).write(again.folder.manifest_file)
    again.load(archive(tmp_path / "second", range(20, 40), "other.json"))
    page = again.timeline().desk.answer({"type": "page", "id": 1, "first": 0})
    assert len(page["rows"]) == 40
    assert {row["key"] for row in page["rows"] if row["star"]} == starred


def test_changed_evidence_makes_open_timelines_stale(case, tmp_path):
    timeline = case.timeline()
    file = tmp_path / "first" / "log.json"
    file.write_bytes(file.read_bytes().replace(b"DeleteBucket", b"CreateBucket", 1))
    assert case.recheck().changed
    assert "STALE" in repr(timeline)
    made = timeline.export("csv")
    assert "STALE" in made.name
    key = timeline.desk.answer({"type": "page", "id": 1, "first": 0})["rows"][0]["key"]
    assert "error" in timeline.desk.answer({"type": "note", "id": 1, "act": "star", "key": key})


def test_a_newer_load_is_said_and_can_be_opened_in_place(case, tmp_path):
    timeline = case.timeline()
    case.load(archive(tmp_path / "second", range(20, 40), "other.json"))
    assert len(case.ask("deadlines").params) > 0  # the case itself goes over to the newer load
    before = timeline.desk.answer({"type": "page", "id": 1, "first": 0})
    assert "newer load" in before["stale"]
    assert len(before["rows"]) == 20
    answer = timeline.desk.answer({"type": "reopen", "id": 2})
    assert answer["hello"]["events"] == 40
    assert answer["hello"]["searched"] == list(SEARCHED)  # said where the box is
    assert answer["stale"] == ""


def test_exports_carry_every_row_a_hash_and_a_manifest(case):
    timeline = case.timeline(where={"event_name": "DeleteBucket"})
    for form in ("csv", "jsonl", "timesketch", "parquet", "html"):
        made = timeline.export(form)
        manifest = json.loads((case.folder.exhibits / f"{made.name}.manifest.json").read_text("utf-8"))
        assert made.events == manifest["events"] == 10
        assert manifest["sha256"] == made.sha256
    assert timeline.export("csv").name.endswith("-2.csv")


def test_records_are_exported_byte_for_byte(tmp_path):
    odd = [json.dumps(record(n), separators=(" , ", " :  ")).replace("/", "\\/") for n in range(6)]
    folder = tmp_path / "first"
    folder.mkdir()
    (folder / "log.json").write_text('{"Records":[' + ",\n".join(odd) + "]}", "utf-8")
    case = new_case(tmp_path / "mycase")
    case.load(folder)
    timeline = case.timeline(where={"event_name": "DeleteBucket"})
    made = timeline.export("jsonl")
    written = (case.folder.exhibits / made.name).read_text("utf-8").splitlines()
    assert written == [odd[n] for n in (0, 2, 4)]
    timeline.where = []
    timeline.range = ("2024-05-02T06:01:00Z", "2024-05-02T06:03:00Z")
    made = timeline.export("jsonl")
    assert (case.folder.exhibits / made.name).read_text("utf-8").splitlines() == odd[1:3]


def test_opening_a_newer_load_does_not_make_changed_evidence_good(case, tmp_path):
    timeline = case.timeline()
    file = tmp_path / "first" / "log.json"
    file.write_bytes(file.read_bytes().replace(b"DeleteBucket", b"CreateBucket", 1))
    assert case.recheck().changed
    answer = timeline.desk.answer({"type": "reopen", "id": 1})
    assert "not what they were" in answer["stale"]
    key = timeline.desk.answer({"type": "page", "id": 1, "first": 0})["rows"][0]["key"]
    assert "error" in timeline.desk.answer({"type": "note", "id": 1, "act": "star", "key": key})


def test_a_file_that_is_replaced_while_open_is_not_shown_as_the_record(case, tmp_path):
    timeline = case.timeline()
    row = timeline.desk.answer({"type": "page", "id": 1, "first": 3})["rows"][0]
    before = timeline.desk.answer({"type": "origin", "id": 2, "key": row["key"], "t": row["t"]})
    assert before["basis"].startswith("read again from the evidence")
    file = tmp_path / "first" / "log.json"
    file.write_bytes(file.read_bytes().replace(b"198.51.100.3", b"203.0.113.66"))
    after = timeline.desk.answer({"type": "origin", "id": 3, "key": row["key"], "t": row["t"]})
    assert after["basis"].startswith("rebuilt from the columns")
    assert "203.0.113.66" not in after["record"]
    file.unlink()
    assert "rebuilt" in timeline.desk.answer({"type": "origin", "id": 4, "key": row["key"]})["basis"]


def test_two_timelines_and_a_load_at_once_never_show_a_wrong_count(case, tmp_path):
    lines = [case.timeline(), case.timeline()]
    wrong: list[Any] = []
    seen: set[int] = set()
    done = threading.Event()

    def brush(timeline: Any, turn: int) -> None:
        while not done.is_set():
            desk = timeline.desk
            answer = desk.answer({"type": "view", "id": 1, "lo": 0, "hi": 4_000_000_000_000, "where": []})
            bars = sum(bar[4] for bar in answer.get("bars", []))
            if "error" in answer or bars != answer["count"] or answer["count"] not in (20, 40):
                wrong.append(answer.get("error") or (bars, answer["count"]))
            seen.add(answer.get("count", 0))
            if answer.get("stale") and turn:
                desk.answer({"type": "reopen", "id": 2})

    threads = [threading.Thread(target=brush, args=(line, turn)) for turn, line in enumerate(lines)]
    for thread in threads:
        thread.start()
    try:
        case.load(archive(tmp_path / "second", range(20, 40), "other.json"))
        for _ in range(400):
            if 40 in seen:
                break
            time.sleep(0.05)
    finally:
        done.set()
        for thread in threads:
            thread.join(30)
    assert wrong == []
    assert seen == {20, 40}
    assert lines[0].count == 20 and "newer load" in lines[0].desk._stale()
    assert lines[1].count == 40


def test_a_timeline_that_nobody_shows_gives_its_thread_and_cursor_back(case, monkeypatch):
    timeline = case.timeline()
    sent: list[Any] = []
    monkeypatch.setattr(timeline, "send", sent.append)

    def until(there: Any) -> None:
        for _ in range(400):
            if there():
                return
            time.sleep(0.02)
        raise AssertionError("not within eight seconds")

    for number in range(3):
        timeline._receive(timeline, {"type": "hello", "id": number, "view": f"place{number}"}, None)
        until(lambda number=number: len(sent) > number)
    for number in range(3):
        assert timeline.desk.session._cursor is not None
        timeline._receive(timeline, {"type": "gone", "view": f"place{number}"}, None)
    until(lambda: timeline._worker is None)
    assert timeline.desk.session._cursor is None
    timeline._receive(timeline, {"type": "view", "id": 9}, None)
    until(lambda: len(sent) == 4)
    assert sent[-1]["count"] == 20
    timeline.close()


def test_a_cancelled_search_leaves_a_timeline_that_works(case, monkeypatch):
    timeline = case.timeline()
    sent: list[Any] = []
    monkeypatch.setattr(timeline, "send", sent.append)
    running = threading.Event()
    bars = timeline.desk.session.bars

    def endless() -> Any:
        with timeline.desk.session.held() as cursor:
            running.set()
            cursor.execute("SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE a.range * b.range % 7 = 3")
        return bars()

    monkeypatch.setattr(timeline.desk.session, "bars", endless)
    timeline._receive(timeline, {"type": "view", "id": 1}, None)
    assert running.wait(20)
    for _ in range(400):  # asked until it is heard: the statement may not have begun
        timeline._receive(timeline, {"type": "cancel"}, None)
        if sent:
            break
        time.sleep(0.02)
    assert sent[0]["cause"] == "Interrupted"
    monkeypatch.setattr(timeline.desk.session, "bars", bars)
    assert timeline.desk.answer({"type": "view", "id": 2})["count"] == 20
    timeline.close()


HOSTILE = [
    'a"b',
    "a'b",
    "a\\",
    'x""" + __import__("os").system("true") + """',
    "line\nbreak\r",
    "\u202egnp.exe",
    "\x00\x1b[2J",
    "$until",
    "{0}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_cell_of_hostile_values_is_one_expression_that_gives_them_back(case, value):
    timeline = case.timeline(where=[{"field": "actor", "is": [value]}, {"text": value}])
    code = timeline.as_cell()
    assert (code.isascii() and code.isprintable()) or set(code) <= {*map(chr, range(32, 127)), "\n"}
    tree = ast.parse(code)
    assert [type(each).__name__ for each in tree.body] == ["Assign", "Expr"]
    call = tree.body[0].value
    assert ast.literal_eval(next(k.value for k in call.keywords if k.arg == "where")) == timeline.where
    bound = timeline.desk.answer({"type": "cell", "id": 1, "magic": True})["text"].split("\n# next cell:")[0]
    values = {each.targets[0].id: ast.literal_eval(each.value) for each in ast.parse(bound).body}
    assert value in str(list(values.values())) or [value] in values.values()
    timeline.close()


def test_what_somebody_waits_for_is_answered_before_what_may_come_later(case, monkeypatch):
    timeline, begun, go_on, done = case.timeline(), threading.Event(), threading.Event(), threading.Event()
    asked = ["page", "facets", "ahead", "origin", "view", "event"]
    answered: list[str] = []

    def answer(request):
        begun.set()
        go_on.wait(60)
        answered.append(request["type"])
        if len(answered) == len(asked):
            done.set()
        return {}

    monkeypatch.setattr(timeline.desk, "answer", answer)
    monkeypatch.setattr(timeline, "send", lambda answer: None)
    timeline._receive(None, {"type": asked[0]}, [])
    assert begun.wait(60)
    for kind in asked[1:]:
        timeline._receive(None, {"type": kind}, [])
    assert timeline.desk.waiting()
    go_on.set()
    assert done.wait(60)
    assert answered == ["page", "view", "event", "facets", "origin", "ahead"]
    assert not timeline.desk.waiting()
    timeline.close()
