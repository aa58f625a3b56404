"""A case as an analyst holds it: what it says when its answers are behind."""

import json

import pytest

import ctforensics as ctf
from ctforensics.case import generation
from ctforensics.cli import main
from tests.ask.conftest import event


@pytest.fixture
def case(tmp_path):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "log.json").write_text(json.dumps({"Records": [event("iam", "ListUsers")]}))
    made = ctf.open_case(tmp_path / "case", create=True)
    made.load(tmp_path / "mirror")
    yield made
    made.close()


def test_a_verification_that_answers_do_not_know_yet_says_so(case):
    case.folder.next_database.write_bytes(b"")
    said = "\n".join(case.verify().summary())
    assert "answers and coverage still show the one before it: a load stands unfinished" in said
    case.load()
    assert "still show" not in "\n".join(case.verify().summary())


def test_a_verification_beside_a_running_load_is_told_and_not_lost(case):
    with generation.writer(case.folder, "load"):
        said = "\n".join(case.verify().summary())
    assert "answers and coverage still show the one before it:" in said


def test_a_load_that_stands_unfinished_is_said_by_status_and_by_every_answer(case, capsys):
    assert "not published" not in case.ask("root_activity").footer()
    case.folder.next_database.write_bytes(b"")
    assert "A load was begun and is not published yet" in case.ask("root_activity").footer()
    assert main(["status", str(case.path)]) == 0
    assert "a load was begun and is not published" in capsys.readouterr().out


def test_a_playbook_names_the_questions_that_it_did_not_ask(case, capsys):
    assert main(["query", str(case.path), "--playbook", "leaked_access_key"]) == 0
    assert "Not asked: session_key_descendants, which needs access_key_id (-p)." in capsys.readouterr().out
