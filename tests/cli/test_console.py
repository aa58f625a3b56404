"""What reaches a terminal."""

import sys
from pathlib import Path

from ctforensics.cli import console


def test_control_codes_of_the_evidence_never_reach_the_terminal():
    hostile = "a\x1b[2Jb\x07\u202ec\u2066\r\nd\u200b"
    shown = console.safe(hostile)
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown


def test_ordinary_text_in_any_script_stays_as_it_is():
    assert console.safe("Zażółć gęślą jaźń 日本語 ünï") == "Zażółć gęślą jaźń 日本語 ünï"


def test_a_table_cuts_cells_and_keeps_columns_in_line():
    text = console.table(["a", "long"], [["x" * 50, 1], ["y", None]], width=10)
    assert text.splitlines()[2].startswith("xxxxxxxxx…  1")


def test_on_a_terminal_long_lines_fold_between_words_and_are_set_in():
    line = "    2024-05-02T06:11:09Z  arn:aws:iam::111122223333:user/eve  StopLogging  denied"
    assert console.folded(line, 40) == [
        "    2024-05-02T06:11:09Z",
        "        arn:aws:iam::111122223333:user/eve",
        "        StopLogging  denied",
    ]
    assert console.folded(line, 0) == [line] == console.folded(line, 100)


def test_a_page_that_goes_into_a_pipe_or_file_keeps_its_lines(capsys):
    console.page(["x " * 200, "a\x1bb"])
    assert capsys.readouterr().out.splitlines() == ["x " * 200, "a\\x1bb"]


def test_a_command_to_go_on_with_works_where_the_program_is_not_on_the_path(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert console.command().endswith(" -m ctforensics")
    assert Path(console.command().removesuffix(" -m ctforensics")).resolve() == Path(sys.executable).resolve()
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/ctforensics")
    assert console.command() == "ctforensics"
