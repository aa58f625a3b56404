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


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_top_to_bottom(path: Path, story_case, monkeypatch: pytest.MonkeyPatch):
    import nbformat
    from nbclient import NotebookClient

    case = story_case("leaked_key")
    monkeypatch.setenv("CTFORENSICS_CASE", str(case.path))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1] / "src"), os.environ.get("PYTHONPATH", "")])
    )
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(case.path)}}
    )
    client.execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error"]
