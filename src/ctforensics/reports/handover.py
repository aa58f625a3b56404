"""The executed notebook as it may leave the house: outputs kept, everything that tells of the machine taken out."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from typing import Any

from ctforensics.reports import pictures, pieces


def scrubbed(value: Any, private: Mapping[str, str]) -> Any:
    """A JSON value in which each private text (a path) is replaced by its public word."""
    if isinstance(value, str):
        for text, word in private.items():
            value = value.replace(text, word)
        return value
    if isinstance(value, dict):
        return {name: scrubbed(part, private) for name, part in value.items()}
    return [scrubbed(part, private) for part in value] if isinstance(value, list) else value


def notebook_text(notebook: Any) -> str:
    """The notebook as JSON text: no metadata but tags, no error streams, charts with a picture for JupyterLab."""
    held = copy.deepcopy(json.loads(json.dumps(notebook)))
    held["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(held["cells"]):
        cell["metadata"] = {"tags": cell["metadata"]["tags"]} if cell.get("metadata", {}).get("tags") else {}
        cell["id"] = f"cell-{number:03d}"
        if cell["cell_type"] == "code":
            cell["outputs"] = [_with_picture(o) for o in cell["outputs"] if o.get("name") != "stderr"]
    return json.dumps(held, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _with_picture(output: dict[str, Any]) -> dict[str, Any]:
    output["metadata"] = {}
    chart = output.get("data", {}).get(pieces.CHART)
    if chart:
        output["data"]["image/png"] = base64.b64encode(pictures.png(chart["spec"], scale=1.5)).decode()
    return output
