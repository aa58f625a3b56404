import json

import pytest

from ctforensics.cli import main
from ctforensics.errors import ForensicsError
from ctforensics.practice.grade import grade

LABELS = {"facts": {"theft": {"question": "actions_by_resource", "about": "Objects were read.", "answer": ["a", "b"]}}}


@pytest.fixture
def files(tmp_path):
    def write(answers):
        (tmp_path / "labels.json").write_text(json.dumps(LABELS))
        (tmp_path / "answers.json").write_text(json.dumps(answers))
        return str(tmp_path / "labels.json"), str(tmp_path / "answers.json")

    return write


def test_a_grade_tells_right_missed_and_wrong(files):
    (found,) = grade(*files({"theft": ["a", "x"]}))
    assert (found.right, found.missed, found.wrong) == (("a",), ("b",), ("x",))


def test_an_answer_that_is_no_fact_is_wrong(files):
    assert grade(*files({"theft": ["a", "b"], "luck": "z"}))[1].wrong == ("z",)


def test_a_missing_event_gives_exit_code_one(files, capsys):
    assert main(["practice", "grade", *files({"theft": ["a"]})]) == 1
    assert "theft: missed b" in capsys.readouterr().out
    assert main(["practice", "grade", *files({"theft": ["b", "a"]})]) == 0


def test_answers_of_another_form_are_refused(files):
    with pytest.raises(ForensicsError, match="no list of event ids"):
        grade(*files({"theft": {"a": 1}}))
    with pytest.raises(ForensicsError, match="one JSON object"):
        grade(*files(["a"]))
