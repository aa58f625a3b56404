"""The magic of the notebook: values are bound, answers say what they rest on, an interrupt ends the query."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctforensics.case import journal
from ctforensics.errors import ParameterError, QueryError, UnknownName
from ctforensics.investigation import Case
from tests.support import small_case

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return small_case.make(tmp_path)


@pytest.fixture
def shell(case: Case) -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "ctforensics")
    made.user_ns["case"] = case
    yield made
    InteractiveShell.clear_instance()


def failure(run: Callable[[], Any]) -> BaseException:
    with pytest.raises((ParameterError, QueryError, UnknownName)) as caught:
        run()
    return caught.value


def test_a_variable_is_bound_and_never_becomes_sql(shell: Any):
    shell.user_ns["who"] = "x' OR 1=1 --"
    assert len(shell.run_cell_magic("ct", "", "SELECT * FROM events WHERE user_name = $who")) == 0
    shell.user_ns["keys"] = ("AKIAEXAMPLEANA000001", "AKIANONE")
    found = shell.run_cell_magic("ct", "", "SELECT count(*) AS n FROM events WHERE list_contains($keys, access_key_id)")
    assert found.n[0] == 5


def test_an_answer_is_kept_under_the_name_that_was_asked_for(shell: Any):
    shown = shell.run_cell_magic("ct", "--as acls --limit 2", "SELECT event_id, user_agent FROM events ORDER BY 1;")
    assert shell.user_ns["acls"] is shown and len(shown) == 2
    assert "2 of 5 rows" in shown._repr_html_()


def test_the_whole_answer_counts_its_rows(shell: Any):
    assert "5 of 5 rows" in shell.run_cell_magic("ct", "", "SELECT event_id FROM events -- all")._repr_html_()


def test_evidence_in_an_answer_is_text_with_nothing_hidden(shell: Any):
    shown = shell.run_cell_magic("ct", "", "SELECT user_agent FROM events")._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown
    assert "\u202e" not in shown and "\\u202e" in shown


def test_a_question_takes_its_parameters_from_line_and_notebook(shell: Any):
    shell.user_ns["key"] = "AKIAEXAMPLEANA000001"
    answer = shell.run_line_magic("ct", "actions_by_access_key access_key_id=$key since=2024-05-02T06:01Z --limit 3")
    assert len(answer) == 3 and answer.params["access_key_id"] == "AKIAEXAMPLEANA000001"
    shown = answer._repr_html_()
    for said in (answer.question.title, "3 of 4 rows", "AKIAEXAMPLEANA000001", "2024-05-02T06:01:00Z", "Searched"):
        assert said in shown


def test_what_was_asked_stands_in_the_log_of_questions(shell: Any, case: Case):
    shell.user_ns["n"] = 3
    shell.run_cell_magic("ct", "", "SELECT event_id FROM events LIMIT $n")
    shell.run_line_magic("ct", "event_coverage")
    asked = list(journal.read(case.folder.question_log))
    assert [line["asked"] for line in asked] == ["sql", "event_coverage"]
    assert asked[0]["params"] == {"n": 3} and asked[0]["rows"] == 3 and "LIMIT $n" in asked[0]["sql"]


def test_a_note_keeps_the_answer_with_a_hash_of_its_rows(shell: Any, case: Case):
    shell.run_line_magic("ct", "actions_by_source_ip ips=198.51.100.7 --note 'the exit node'")
    (kept,) = case.notes.living()
    assert kept.text == "the exit node" and kept.subject.kind == "answer"
    assert kept.data["rows"] == 5 and len(kept.data["rows_sha256"]) == 64


def test_mistakes_are_told_in_one_sentence_with_a_hint(shell: Any):
    shell.user_ns["bucket"] = "payroll"
    told = failure(lambda: shell.run_cell_magic("ct", "", "SELECT $buckt"))
    assert "buckt" in str(told) and "$bucket" in told.hint
    for line, cell in (
        ("--limit many", "SELECT 1"),
        ("--colour red", "SELECT 1"),
        ("", "DROP TABLE events"),
        ("", " "),
    ):
        assert failure(lambda line=line, cell=cell: shell.run_cell_magic("ct", line, cell))
    assert "actions_by_access_key" in failure(lambda: shell.run_line_magic("ct", "actions_by_acces_key")).hint
    shell.user_ns["shape"] = object()
    assert "cannot be bound" in str(failure(lambda: shell.run_cell_magic("ct", "", "SELECT $shape")))


def test_the_case_is_named_by_variable_folder_or_environment(shell: Any, case: Case, monkeypatch: pytest.MonkeyPatch):
    shell.user_ns["other"] = shell.user_ns.pop("case")
    for named in ("other", f"'{case.path}'"):
        assert len(shell.run_cell_magic("ct", named, "SELECT event_id FROM events")) == 5
    monkeypatch.setenv("CTFORENSICS_CASE", str(case.path))
    assert len(shell.run_cell_magic("ct", "", "SELECT event_id FROM events")) == 5
    assert shell.run_line_magic("ct", "").path == case.path


@pytest.mark.skipif(os.name == "nt", reason="Windows only: signals reach no process by number there")
def test_an_interrupt_ends_the_query_and_the_next_one_works(shell: Any):
    endless = "SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE a.range * b.range % 7 = 3"

    def stop() -> None:  # once the query runs: a signal before that would end the test run itself
        while not any(t.name == "ctforensics magic" for t in threading.enumerate()):
            time.sleep(0.02)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop, daemon=True).start()
    told = failure(lambda: shell.run_cell_magic("ct", "", endless))
    assert "Stopped" in str(told)
    for thread in [t for t in threading.enumerate() if t.name == "ctforensics magic"]:
        thread.join(5)
        assert not thread.is_alive()
    assert len(shell.run_cell_magic("ct", "", "SELECT event_id FROM events")) == 5


def test_the_magic_works_in_a_notebook_that_is_run(case: Case, monkeypatch: pytest.MonkeyPatch):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("CTFORENSICS_CASE", str(case.path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")]))
    case.close()
    cells = [
        "%load_ext ctforensics\nagent = '%script%'",
        "%%ct --limit 2\nSELECT * FROM events WHERE user_agent LIKE $agent",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = notebook.cells[1].outputs[0]["data"]
    assert "2 of 5 rows" in shown["text/html"] and "2 of 5 rows" in shown["text/plain"]


def test_the_stop_button_of_a_notebook_ends_the_query(case: Case, monkeypatch: pytest.MonkeyPatch):
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("CTFORENSICS_CASE", str(case.path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")]))
    case.close()
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("%load_ext ctforensics", timeout=60)
        endless = "%%ct\nSELECT count(*) FROM range(3000000) a, range(3000000) b WHERE a.range * b.range % 7 = 3"
        threading.Timer(3, manager.interrupt_kernel).start()
        told = client.execute_interactive(endless, timeout=60, output_hook=lambda _: None)["content"]
        assert told["status"] == "error" and "Stopped" in told["evalue"]
        after = client.execute_interactive("%%ct\nSELECT event_id FROM events", timeout=60, output_hook=lambda _: None)
        assert after["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
