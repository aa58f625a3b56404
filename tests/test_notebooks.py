"""The notebooks run top to bottom on the practice case, and are committed without outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ctforensics import content

NOTEBOOKS = sorted(content.folder("notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", sorted(content.folder("notebooks").rglob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_is_committed_without_outputs(path: Path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_has_one_parameters_cell_and_more_prose_than_code(path: Path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(len(cell["source"]) <= 8 for cell in code)
    assert "What silence would mean" in json.dumps(cells)


# What an incident's notebook must lead to: facts of its story (labels.json) whose events stand in what it shows.
REACHED = {
    "11_leaked_key": (
        "first_use",
        "refused_enumeration",
        "escalation",
        "role_hop",
        "second_key_planted",
        "password_planted",
    )
    + ("bucket_opened", "anonymous_reads", "logging_attacked", "port_opened", "keys_disabled"),
    "12_s3_exposure": (
        "block_lifted",
        "bucket_opened",
        "object_acl",
        "refused_before",
        "anonymous_reads",
        "bucket_closed",
    )
    + ("block_restored",),
    "13_role_hop": ("entry", "trust_changed", "hops", "hop_received", "first_calls", "objects_read"),
    "14_trail_tampering": ("altered_record", "injected_record"),
}


def story_of(path: Path) -> str:
    """The practice story that a notebook is about."""
    return json.loads(path.read_text("utf-8"))["metadata"].get("ctforensics", {}).get("story", "leaked_key")


def run(path: Path, story_case, monkeypatch: pytest.MonkeyPatch, story: str = ""):
    """Executes a notebook on a case of its story (or of another one)."""
    import nbformat
    from nbclient import NotebookClient

    case = story_case(story or story_of(path))
    monkeypatch.setenv("CTFORENSICS_CASE", str(case.path))
    source = str(Path(__file__).parents[1] / "src")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(case.path)}}
    NotebookClient(notebook, timeout=180, kernel_name="python3", resources=resources).execute()
    return notebook


def test_every_notebook_of_an_incident_says_what_it_must_reach():
    about = {path.stem for path in NOTEBOOKS if "ctforensics" in json.loads(path.read_text("utf-8"))["metadata"]}
    assert set(REACHED) <= about


@pytest.mark.slow
@pytest.mark.parametrize("name", REACHED)
def test_a_notebook_leads_to_the_facts_of_its_incident(name: str, story_case, monkeypatch: pytest.MonkeyPatch):
    path = next(p for p in NOTEBOOKS if p.stem == name)
    shown = json.dumps(run(path, story_case, monkeypatch).cells)
    facts = json.loads((story_case(story_of(path)).path.parent / "labels.json").read_text("utf-8"))["facts"]
    unreached = [fact for fact in REACHED[name] if not any(event in shown for event in facts[fact]["answer"])]
    assert not unreached


@pytest.mark.slow
@pytest.mark.parametrize("name", REACHED)
def test_a_notebook_of_an_incident_also_runs_where_nothing_happened(
    name: str, story_case, monkeypatch: pytest.MonkeyPatch
):
    path = next(p for p in NOTEBOOKS if p.stem == name)
    cells = run(path, story_case, monkeypatch, "quiet_week").cells
    assert not [o for c in cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_top_to_bottom(path: Path, story_case, monkeypatch: pytest.MonkeyPatch):
    notebook = run(path, story_case, monkeypatch)
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error"]
