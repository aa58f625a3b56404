"""Every failing command says one sentence on standard error and exits with 2."""

from pathlib import Path

import pytest

from ctforensics.cli import main, parser


def test_a_missing_case_is_one_sentence_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["status", str(tmp_path / "nowhere")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such folder" in told.err
    assert "ctforensics new" in told.err
    assert "Traceback" not in told.err


def test_a_new_case_is_made_and_counts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["new", str(tmp_path / "c"), "--title", "T"]) == 0
    assert main(["status", str(tmp_path / "c")]) == 0
    assert "nothing is loaded yet" in capsys.readouterr().out


def test_every_command_has_help_with_an_example():
    (commands,) = [action for action in parser()._actions if action.dest == "command"]
    for name, command in commands.choices.items():
        assert command.description, name
        assert "Example" in (command.epilog or ""), name


def test_an_unknown_command_exits_with_2(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(["conjure"])
    assert stopped.value.code == 2


def test_files_that_no_digest_lists_are_told_as_such_and_no_further_run_is_asked_for(story_case, capsys):
    assert main(["status", str(story_case("leaked_key").path)]) == 0
    told = capsys.readouterr().out
    assert "2 files of Insights" in told and "nothing proves them" in told
    assert "no verification has seen" not in told
    assert "posing" not in told


def test_custody_says_what_was_verified_and_loaded(story_case, capsys):
    assert main(["custody", str(story_case("leaked_key").path), "show"]) == 0
    told = capsys.readouterr().out
    assert "authentic ok, 1," in told and "files proven" in told
    assert "6,000 records, 6,000 events" in told


def test_a_playbook_ends_with_what_was_searched(story_case, capsys):
    assert main(["query", str(story_case("quiet_week").path), "--playbook", "logging_attacked"]) == 0
    assert capsys.readouterr().out.splitlines()[-2].startswith("Searched ")


def test_an_argument_that_a_command_does_not_take_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["status", "case", "p/bucket"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ctforensics: `ctforensics status` does not take p/bucket. `ctforensics status --help`")
    assert said.count("\n") == 1
