"""The parameters of a report notebook: read from its ``parameters`` cell, converted from text, written back for a run.

The cell is plain Python, one literal assignment a line; the annotation is the type and the comment is the help::

    access_key_id: str = ""  # Access key to follow
    since: str = "-infinity"  # Events at or after this instant, UTC
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctforensics.errors import ForensicsError, ParameterError, UnknownName

TAG = "parameters"
INJECTED = "injected-parameters"
_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
_YES, _NO = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the name of its type (str, int, float, bool, list), its default and its help."""

    name: str
    type: str
    default: Any
    help: str = ""

    def convert(self, value: Any) -> Any:
        """A value, typed by a person or given by a program, as this parameter's type. Raises ParameterError."""
        if isinstance(value, str) and self.type != "str":
            return self._from_text(value)
        if self.type == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, _TYPES[self.type]) or (self.type == "int" and isinstance(value, bool)):
            raise ParameterError(f"The parameter {self.name} takes a {self.type}, not {value!r}.", hint=self.help)
        return value

    def _from_text(self, text: str) -> Any:
        if self.type == "bool" and text.lower() in _YES + _NO:
            return text.lower() in _YES
        if self.type == "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        try:
            return {"int": int, "float": float}[self.type](text)
        except (KeyError, ValueError) as error:
            raise ParameterError(
                f"The parameter {self.name} takes a {self.type}, not {text!r}.", hint=self.help
            ) from error


def read(notebook: Mapping[str, Any], where: str) -> list[Parameter]:
    """The parameters that a notebook declares; none where it has no such cell. Raises ForensicsError naming the place."""
    cells = [c for c in notebook["cells"] if TAG in c.get("metadata", {}).get("tags", [])]
    return _of_source(cells[0]["source"], where) if cells else []


def _of_source(source: str, where: str) -> list[Parameter]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ForensicsError(f"The parameters cell is not Python: {error.msg}.", where=where) from error
    lines, found = source.splitlines(), []
    for node in tree.body:
        target = _target(node)
        if target is None:
            continue
        name, annotation, value = target
        try:
            default = ast.literal_eval(value)
        except ValueError as error:
            raise ForensicsError(f"The default of the parameter {name} is not a literal.", where=where) from error
        kind = annotation or type(default).__name__
        if kind not in _TYPES:
            raise ForensicsError(
                f"The parameter {name} has the type {kind}.", where=where, hint=f"Types: {', '.join(_TYPES)}."
            )
        found.append(Parameter(name, kind, default, _comment(lines, node)))
    return found


def _target(node: ast.stmt) -> tuple[str, str, ast.expr] | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return node.target.id, ast.unparse(node.annotation).split("[")[0], node.value
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, "", node.value
    return None


def _comment(lines: list[str], node: ast.stmt) -> str:
    """The comment behind the statement: everything after its last character (a ``#`` inside a string is not one)."""
    line = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :].decode()
    return line.partition("#")[2].strip()


def convert(parameters: list[Parameter], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The values given, each as its parameter's type. Raises UnknownName for a surplus one."""
    known = {p.name: p for p in parameters}
    for name in values:
        if name not in known:
            raise UnknownName("parameter", name, known, where=where)
    return {name: known[name].convert(value) for name, value in values.items()}


def from_environment(text: str | None) -> dict[str, Any]:
    """What ``CTFORENSICS_PARAMS`` holds: one JSON object, or nothing. Raises ParameterError."""
    try:
        values = json.loads(text or "{}")
    except ValueError as error:
        raise ParameterError(f"CTFORENSICS_PARAMS is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise ParameterError("CTFORENSICS_PARAMS is not a JSON object.", hint='Write {"name": "value"}.')
    return values


def inject(notebook: Any, values: Mapping[str, Any]) -> None:
    """Puts a cell with the values behind the ``parameters`` cell (in place of an older one), as papermill does."""
    from nbformat.v4 import new_code_cell

    cells = [c for c in notebook.cells if INJECTED not in c.metadata.get("tags", [])]
    at = next((i + 1 for i, c in enumerate(cells) if TAG in c.metadata.get("tags", [])), 0)
    if values:
        source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
        cells.insert(at, new_code_cell(source, id="injected-parameters", metadata={"tags": [INJECTED]}))
    notebook.cells = cells
