"""The executed notebook as it may leave the house: outputs kept, everything that tells of the machine taken out."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from ctforensics.reports import pictures, pieces


def scrubbed(notebook: dict[str, Any], private: Mapping[str, str]) -> dict[str, Any]:
    """The notebook in which each private place (a path) is replaced by its public word, in whatever its author wrote or printed.

    Pieces of ours stay as they are. They name no place of this machine, but they hold evidence, in which an object key may well
    begin like a folder here: a report must not change it, nor say something else where the case stands elsewhere.
    """
    places = [(re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w-])"), word) for text, word in private.items()]
    for cell in notebook["cells"]:
        cell["source"] = _replaced(cell["source"], places)
        if "outputs" in cell:
            cell["outputs"] = [o if _is_ours(o) else _replaced(o, places) for o in cell["outputs"]]
    return notebook


def _is_ours(output: Mapping[str, Any]) -> bool:
    return not set(pieces.MIME_TYPES).isdisjoint(output.get("data", ()))


def _replaced(value: Any, places: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(value, str):
        for place, word in places:
            value = place.sub(word, value)
        return value
    if isinstance(value, dict):
        return {name: _replaced(part, places) for name, part in value.items()}
    return [_replaced(part, places) for part in value] if isinstance(value, list) else value


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
