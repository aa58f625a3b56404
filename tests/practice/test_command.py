import json
import os

import pytest

from ctforensics.cli import main


def test_the_command_writes_an_archive_and_says_where(tmp_path, capsys):
    labels = tmp_path / "labels.json"
    assert main(["practice", "quiet_week", str(tmp_path / "a"), "--events", "200", "--labels", str(labels)]) == 0
    said = capsys.readouterr().out
    assert "PRACTICE archive quiet_week: 200 records" in said and str(tmp_path / "a" / "bucket") in said
    assert json.loads(labels.read_text())["story"] == "quiet_week"


def test_json_stands_alone_on_standard_output(tmp_path, capsys):
    assert main(["practice", "quiet_week", str(tmp_path / "a"), "--events", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["story"] == "quiet_week"


def test_the_list_names_every_story(capsys):
    assert main(["practice", "list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("leaked_key", "quiet_week"))


def test_an_unknown_story_gives_one_sentence_with_the_nearest_name(tmp_path, capsys):
    assert main(["practice", "quite_week", str(tmp_path / "a")]) == 2
    assert "Did you mean: quiet_week" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_a_folder_with_content_gives_exit_code_two(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["practice", "quiet_week", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a file in the way: same on Windows only by other means")
def test_a_folder_that_cannot_be_made_gives_exit_code_two(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["practice", "quiet_week", str(tmp_path / "file" / "a")]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_a_missing_folder_argument_is_explained(capsys):
    assert main(["practice", "quiet_week"]) == 2
    assert "takes one folder" in capsys.readouterr().err
