"""Events leave the house as they are: records equal to the originals, spreadsheets without formulas, every event there."""

import csv
import json

import pytest

from ctforensics.ask import timesketch
from ctforensics.errors import ParameterError, QueryError
from ctforensics.export import events, selection
from ctforensics.export.events import export


def test_json_lines_are_equal_to_the_original_records(story_case, tmp_path):
    case = story_case("quiet_week")
    made = export(case.folder, case.room, tmp_path / "out.jsonl", format="jsonl")
    lines = [json.loads(line) for line in made.path.read_bytes().splitlines()]
    assert made.events == len(lines) == case.status()["events"]
    originals = [o.record for o in selection.records(case.folder, None)]
    assert lines == originals and made.rebuilt == 0


def test_a_condition_chooses_and_is_judged_in_the_locked_room(story_case, tmp_path):
    case = story_case("leaked_key")
    made = export(case.folder, case.room, tmp_path / "out.jsonl", format="jsonl", where="outcome = 'denied'")
    lines = [json.loads(line) for line in made.path.read_text("utf-8").splitlines()]
    assert lines and all("errorCode" in line for line in lines)
    for wrong in ("1=1); DROP TABLE events; --", "read_text('/etc/passwd') IS NOT NULL", "nothing_here = 1"):
        with pytest.raises(QueryError):
            export(case.folder, case.room, tmp_path / "wrong.csv", format="csv", where=wrong)
    assert not list(tmp_path.glob("*wrong*"))


def test_parquet_holds_every_event_with_its_types(story_case, tmp_path):
    import pyarrow.parquet

    case = story_case("quiet_week")
    made = export(case.folder, case.room, tmp_path / "out.parquet", format="parquet")
    table = pyarrow.parquet.read_table(made.path)
    assert table.num_rows == case.status()["events"]
    assert str(table.schema.field("event_time").type).startswith("timestamp")


def test_csv_cells_cannot_become_formulas(story_case, tmp_path):
    case = story_case("leaked_key")
    made = export(case.folder, case.room, tmp_path / "out.csv", format="csv")
    with made.path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == made.events + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_timesketch_lines_have_what_timesketch_asks_for(story_case, tmp_path):
    case = story_case("quiet_week")
    made = export(case.folder, case.room, tmp_path / "out.jsonl", format="timesketch")
    lines = [json.loads(line) for line in made.path.read_text("utf-8").splitlines()]
    assert len(lines) == case.status()["events"]
    assert all({"message", "datetime", "timestamp_desc", "timestamp"} <= set(line) for line in lines)
    assert all(line["datetime"].endswith("+00:00") for line in lines)
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)


def test_a_message_shows_hidden_characters_and_says_what_happened():
    from datetime import datetime

    row = dict.fromkeys(("event_id", "error_code", "target", "source_ip_address"), None)
    row |= {
        "event_time": datetime(2024, 5, 2),
        "event_time_basis": "eventTime",
        "actor": "eve\x1b[31m",
        "event_name": "GetObject",
    }
    line = timesketch.as_dict(row | {"outcome": "success"})
    assert line["message"] == "eve\\x1b[31m called GetObject (success)"


def test_an_unknown_format_names_the_known_ones(story_case, tmp_path):
    case = story_case("quiet_week")
    with pytest.raises(ParameterError) as caught:
        export(case.folder, case.room, tmp_path / "x", format="xml")
    assert all(name in caught.value.hint for name in events.FORMATS)


def test_an_event_that_is_not_there_is_named(story_case):
    case = story_case("quiet_week")
    with pytest.raises(ParameterError, match="no-such-id"):
        selection.of_ids(case.room, ["no-such-id"])
