"""A question as text that runs elsewhere: in the duckdb shell on a case, in Athena, in Spark.

The duckdb text is complete: the macros that the question uses, its empty input tables, and the wrapper
``PREPARE`` / ``EXECUTE`` with the example's values.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from ctforensics import content
from ctforensics.ask.inputs import empty_ddl
from ctforensics.ask.params import Param, bind
from ctforensics.ask.question import Question

_MACRO = re.compile(r"^CREATE MACRO (\w+)\(", re.MULTILINE)


@cache
def macros(path: Path | None = None) -> dict[str, str]:
    """The shared macros by name, each as its CREATE statement with the comment above it left out."""
    text = (path or content.folder("queries") / "_macros.sql").read_text("utf-8")
    statements = [s.query.strip() for s in duckdb.extract_statements(text)]
    found = {}
    for statement in statements:
        plain = re.sub(r"^\s*--.*$", "", statement, flags=re.MULTILINE).strip().rstrip(";")
        match = _MACRO.search(plain)
        if match:
            found[match[1]] = plain
    return found


def used_macros(sql: str) -> list[str]:
    """Names of the macros that a text uses, directly or through others, those that others need first."""
    known = macros()
    ordered: list[str] = []

    def visit(text: str) -> None:
        for name in known:
            if name not in ordered and re.search(rf"\b{name}\s*\(", text):
                body = known[name].split("(", 1)[1]
                visit(body)
                if name not in ordered:
                    ordered.append(name)

    visit(sql)
    return ordered


def script(question: Question, params: dict[str, Any] | None = None) -> str:
    """Text for ``duckdb -readonly CASE/case.duckdb``. Without ``params`` the example's values stand in it."""
    values = bind(question.all_params, params if params is not None else _example(question), question.name)
    names = used_macros(question.sql)
    bodies = [macros()[name] for name in names]
    used = duckdb.extract_statements(question.sql)[0].named_parameters
    everything = "\n".join([question.sql, *bodies])
    inputs = [ddl for name, ddl in empty_ddl().items() if re.search(rf"\b{name}\b", everything)]
    given = ", ".join(f"{p.name} := {_literal(p, values[p.name])}" for p in question.all_params if p.name in used)
    return "\n".join(
        [
            f"-- {question.title}. {question.question}",
            "-- Run it with: duckdb -readonly CASE/case.duckdb",
            *inputs,
            *(body.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1) + ";" for body in bodies),
            f"PREPARE {question.name} AS",
            f"{question.sql.strip().rstrip(';')};",
            f"EXECUTE {question.name}({given});",
        ]
    )


def _example(question: Question) -> dict[str, Any]:
    given = question.example_params
    return given | {p.name: _sample(p) for p in question.params if p.required and p.name not in given}


def _sample(param: Param) -> Any:
    return {"VARCHAR": "VALUE", "BIGINT": 1, "DOUBLE": 1.0, "BOOLEAN": True, "TIMESTAMP": "2024-01-01"}.get(
        param.type, ["VALUE"]
    )


def _literal(param: Param, value: Any) -> str:
    """A bound value as an SQL literal; quotes inside are doubled."""
    if isinstance(value, list):
        return f"[{', '.join(_literal(param, item) for item in value)}]" + (f"::{param.type}" if not value else "")
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, datetime):
        text = {datetime.max: "infinity", datetime.min: "-infinity"}.get(value, value.isoformat(sep=" "))
        return f"'{text}'"
    return "'" + str(value).replace("'", "''") + "'"
