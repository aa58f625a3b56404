"""What a load says when it is done."""

from pathlib import Path

import pytest

from ctforensics.cli import main


def test_a_folder_without_any_cloudtrail_is_one_clear_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "holiday.txt").write_text("sun and sea")
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "wrong")]) == 1
    assert "Nothing here is CloudTrail. Name the folder" in capsys.readouterr().out


def test_an_empty_folder_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "wrong").mkdir()
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "wrong")]) == 1
    assert "Nothing here is CloudTrail" in capsys.readouterr().out
