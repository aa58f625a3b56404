"""The timeline from Python: two-way, with stars that outlive the database, and evidence that changes under it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ctforensics.errors import ParameterError
from ctforensics.investigation import Case, new_case, open_case


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
    answer = timeline.desk.answer({"type": "event", "id": 2, "key": row["key"], "t": row["t"]})
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
    assert "newer load" in timeline.desk.answer({"type": "page", "id": 1, "first": 0})["stale"]
    answer = timeline.desk.answer({"type": "reopen", "id": 2})
    assert answer["hello"]["events"] == 40
    assert answer["stale"] == ""


def test_exports_carry_every_row_a_hash_and_a_manifest(case):
    timeline = case.timeline(where={"event_name": "DeleteBucket"})
    for form in ("csv", "timesketch", "parquet", "html"):
        made = timeline.export(form)
        manifest = json.loads((case.folder.exhibits / f"{made.name}.manifest.json").read_text("utf-8"))
        assert made.events == manifest["events"] == 10
        assert manifest["sha256"] == made.sha256
    assert timeline.export("csv").name.endswith("-2.csv")
