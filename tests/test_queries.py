"""Every question of the library: what it declares is what it uses, and its text runs in the duckdb shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ctforensics.ask import shell
from ctforensics.ask.catalog import Catalog, engine_faults
from ctforensics.ask.scope import SCOPE_NAMES
from ctforensics.trail import tables

CATALOG = Catalog.of_case()
QUESTIONS = list(CATALOG)
SUMS = {"event_id", "event_ids", "first_event_id", "last_event_id", "event_key", "event_keys"}


def names(question):
    return question.name


@pytest.fixture(scope="module")
def empty_case(tmp_path_factory) -> Path:
    """A case database without a single event."""
    path = tmp_path_factory.mktemp("empty") / "case.duckdb"
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS made (STORAGE_VERSION 'v1.5.0')")
        con.execute("USE made")
        for statement in (*tables.DDL.values(), *tables.VIEWS.values()):
            con.execute(statement)
    return path


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
def test_every_row_leads_back_to_events_and_the_shell_takes_the_text(question, empty_case, shell_program):
    script = f".headers on\n.mode csv\nCREATE TEMP TABLE _x AS SELECT 1;\n{shell.script(question)}\n"
    done = subprocess.run(
        [shell_program, "-readonly", "-bail", "-batch", str(empty_case)], input=script, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    header = done.stdout.splitlines()[0].split(",") if done.stdout else []
    assert not header or SUMS & set(header) or question.topic == "coverage", header
