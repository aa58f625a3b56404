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
