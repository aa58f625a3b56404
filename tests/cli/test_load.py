"""``ctforensics load`` from the command line."""

import json

import pytest

from ctforensics.cli import main
from tests.load.loading_desk import record


@pytest.fixture
def evidence(tmp_path):
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"Records": [record(1), record(2)]}))
    return folder


def test_it_makes_the_case_and_says_so_and_prints_the_ledger(tmp_path, evidence, capsys):
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 0
    said = capsys.readouterr()
    assert "Made the case" in said.err
    assert "Records: 2 = 2 events + 0 duplicates + 0 poorer copies + 0 rejected." in said.out


def test_what_was_rejected_is_printed_and_gives_exit_code_one(tmp_path, evidence, capsys):
    (evidence / "cut.json").write_text(json.dumps({"Records": [record(3), record(4)]})[:-30])
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 1
    assert "Rejected: 1 truncated." in capsys.readouterr().out


def test_json_stands_alone_on_standard_output(tmp_path, evidence, capsys):
    assert main(["load", str(tmp_path / "case"), str(evidence), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["records"], said["events"], said["balanced"]) == (1, 2, 2, True)


def test_what_scope_left_out_is_printed(tmp_path, capsys):
    name = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/05/02/111122223333_CloudTrail_us-east-1_20240502T0615Z_abcdefghijklmnop.json"
    file = tmp_path / "incoming" / name
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"Records": [record(1)]}))
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "incoming"), "--since", "2024-06-01"]) == 0
    assert "Left out by scope: 1 before." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments,sentence",
    [
        (["CASE", "NOWHERE"], "There is nothing at"),
        (["CASE"], "no such folder"),
        (["CASE", "EVIDENCE", "--since", "yesterday"], "is not an instant"),
        (["CASE", "EVIDENCE", "--since", "2024-06-01", "--until", "2024-05-01"], "The window is empty"),
        (["CASE", "EVIDENCE", "--late", "-1"], "--late is negative"),
        (["CASE", "EVIDENCE", "--jobs", "0"], "at least one process"),
        (["CASE", "EVIDENCE", "--matching", "NOWHERE"], "The list cannot be read"),
        (["CASE", "EVIDENCE", "--only-verified"], "No file of this case is verified yet"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(tmp_path, evidence, capsys, arguments, sentence):
    places = {"CASE": str(tmp_path / "case"), "EVIDENCE": str(evidence), "NOWHERE": str(tmp_path / "nowhere")}
    assert main(["load", *(places.get(a, a) for a in arguments)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
