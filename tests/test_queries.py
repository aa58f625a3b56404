"""Every question of the library: what it declares is what it uses, and its text runs in the duckdb shell."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ctforensics.ask import shell
from ctforensics.ask.catalog import Catalog, engine_faults
from ctforensics.ask.query import run
from ctforensics.ask.scope import SCOPE_NAMES

CATALOG = Catalog.of_case()
QUESTIONS = list(CATALOG)
SUMS = {"event_id", "event_ids", "first_event_id", "last_event_id", "event_key", "event_keys"}
NEEDS_INPUTS = ("impossible_travel", "watched_assets_touched")
csv.field_size_limit(10**9)


def names(question):
    return question.name


def test_the_library_has_no_faults():
    CATALOG.check()


@pytest.mark.parametrize("question", QUESTIONS, ids=names)
def test_declared_parameters_are_the_used_ones_and_all_scope_is_used(question):
    assert engine_faults(question) == []
    used = duckdb.extract_statements(question.sql)[0].named_parameters
    assert used == {p.name for p in question.params} | set(SCOPE_NAMES)


@pytest.mark.parametrize("question", QUESTIONS, ids=names)
def test_metadata_is_whole(question):
    assert question.question.endswith("?") and question.empty and question.look
    assert question.references and question.example.get("trail")
    assert not question.title.endswith(".")


@pytest.fixture(scope="module")
def shell_program() -> str:
    found = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or shutil.which("duckdb")
    assert found, "the duckdb shell (package duckdb-cli) is part of the development set-up"
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=names)
def test_every_row_leads_back_to_events(question, story_case):
    columns = run(story_case("exercise").room, question, question.example_params).columns
    assert SUMS & set(columns) or question.topic == "coverage", columns
    assert len(set(columns)) == len(columns), "a column stands there twice"


@pytest.mark.parametrize("question", QUESTIONS, ids=names)
def test_the_shell_answers_on_a_case_what_the_room_answers(question, story_case, shell_program):
    case = story_case("exercise")
    script = f".headers on\n.mode csv\n{shell.script(question, question.example_params)}\n"
    done = subprocess.run(
        [shell_program, "-readonly", "-bail", "-batch", str(case.folder.database)],
        input=script,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    if question.name in NEEDS_INPUTS:
        return  # the shell has the investigator's inputs as empty tables
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    answer = run(case.room, question, question.example_params)
    assert len(rows) == len(answer.rows)
    assert not rows or list(rows[0]) == answer.columns
