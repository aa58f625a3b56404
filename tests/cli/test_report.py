"""The commands reports, report, export and exhibit: what they print and how they end."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from ctforensics.case import journal
from ctforensics.cli import main

pytestmark = pytest.mark.timeout(180)


def test_reports_list_as_json_names_every_parameter_with_its_help(capsys):
    assert main(["reports", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    incident = next(r for r in told["reports"] if r["name"] == "incident")
    assert {"summary", "access_keys", "final"} <= {p["name"] for p in incident["parameters"]}
    assert all(p["help"] for p in incident["parameters"])


def test_reports_show_prints_parameters_and_an_unknown_name_offers_the_nearest(capsys):
    assert main(["reports", "show", "daily_review"]) == 0
    assert "exit code 1" in capsys.readouterr().out
    assert main(["reports", "show", "dayly_review"]) == 2
    assert "daily_review" in capsys.readouterr().err


def test_report_ends_with_two_for_unknown_names_missing_cases_and_bad_parameters(story_case, tmp_path, capsys):
    case = str(story_case("quiet_week").path)
    target = str(tmp_path / "o.html")
    assert main(["report", case, "nothing", "-o", target]) == 2
    assert main(["report", str(tmp_path / "absent"), "incident", "-o", target]) == 2
    assert main(["report", case, "incident", "-p", "final", "-o", target]) == 2
    assert main(["report", case, "incident", "-p", "finale=true", "-o", target]) == 2
    (tmp_path / "file").write_text("in the way")
    assert main(["report", case, "incident", "-o", str(tmp_path / "file" / "o.html")]) == 2
    said = capsys.readouterr().err
    assert "Did you mean: final" in said and "NAME=VALUE" in said and "cannot be written there" in said
    assert not (tmp_path / "o.html").exists()


def test_a_case_without_events_is_said_to_be_empty(tmp_path, capsys):
    assert main(["new", str(tmp_path / "empty")]) == 0
    assert main(["report", str(tmp_path / "empty"), "incident", "-o", str(tmp_path / "o.html")]) == 2
    assert "Nothing" in capsys.readouterr().err and not (tmp_path / "o.html").exists()


def test_daily_review_ends_with_one_where_the_trail_was_tampered_with(story_case, tmp_path, capsys):
    case = shutil.copytree(story_case("tampered_log").path, tmp_path / "case")
    before = list(journal.read(case / "custody.jsonl"))
    assert main(["report", str(case), "daily_review", "-o", str(tmp_path / "o.html"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["found"] >= 1
    *kept, noted = journal.read(case / "custody.jsonl")
    assert kept == before and (noted["action"], noted["report"], noted["of"]) == (
        "report",
        "daily_review",
        before[-1]["hash"],
    )
    files = [tmp_path / "o.html", *map(Path, told["attachments"])]
    assert noted["files"] == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert journal.verify(case / "custody.jsonl").ok


def test_an_exhibit_is_made_and_checked_and_a_changed_one_ends_with_one(story_case, tmp_path, capsys):
    case = story_case("quiet_week")
    event = case.room.sql("SELECT event_id FROM events ORDER BY event_time LIMIT 1", {})[2][0][0]
    file = tmp_path / "e.zip"
    from ctforensics.export import exhibits

    exhibits.make(case.folder, case.room, [event], file, record=False)
    assert main(["exhibit", "verify", str(file)]) == 0
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "bad.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b" " if name.startswith("records/") else b""))
    assert main(["exhibit", "verify", str(tmp_path / "bad.zip"), "--json"]) == 1
    assert not json.loads(capsys.readouterr().out.split("open.")[-1])["ok"]


def test_export_says_how_many_events_and_their_hash(story_case, tmp_path, capsys):
    case = story_case("quiet_week")
    assert main(["export", str(case.path), "--format", "csv", "-o", str(tmp_path / "e.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["events"] == case.status()["events"] and len(told["sha256"]) == 64
    assert main(["export", str(case.path), "--where", "no_such_column = 1", "-o", str(tmp_path / "x.jsonl")]) == 2
