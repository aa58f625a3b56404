"""A question in the SQL of Athena or Spark, through sqlglot: macros written out, parameters in the other engine's manner.

The tables are the same (design: one schema everywhere). What an engine has no word for is left as it stands.
"""

from __future__ import annotations

import re
from typing import Any

from ctforensics.ask.question import Question
from ctforensics.ask.shell import macros, used_macros
from ctforensics.errors import NotInstalled, QueryError

DIALECTS = ("athena", "spark")
_MARK = re.compile(r"\bparam_(\w+?)_marked\b")


def translated(question: Question, dialect: str) -> str:
    """The question's text for ``athena`` or ``spark``. Raises NotInstalled without sqlglot, QueryError where it cannot."""
    try:
        import sqlglot
    except ImportError as error:
        raise NotInstalled("sqlglot", "spark") from error
    try:
        tree = _expand(sqlglot.parse_one(question.sql, read="duckdb"), _bodies(question.sql))
        tree = tree.transform(_said_elsewhere)
        _mark_params(tree)
        marked = tree.sql(dialect=dialect, pretty=True, unsupported_level=sqlglot.ErrorLevel.IGNORE)
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        raise QueryError(f"{question.name} cannot be translated: {str(error).splitlines()[0]}") from error
    left = untranslated(tree, dialect)
    order = _MARK.findall(marked)
    text = _MARK.sub("?" if dialect == "athena" else r":\1", marked)
    how = f"parameters in order: {', '.join(order)}" if dialect == "athena" else "parameters are named, such as :since"
    return "\n".join(
        [
            f"-- {question.title}. {question.question}",
            f"-- Translated from DuckDB SQL for {dialect.capitalize()}; {how}.",
            "-- List parameters are arrays of text; an empty one means all.",
            *([f"-- Left as they are in DuckDB, write them anew: {', '.join(left)}."] if left else []),
            f"{text};",
        ]
    )


def _bodies(sql: str) -> dict[str, tuple[list[str], Any]]:
    """Every macro that a text uses: its parameters and its parsed body."""
    import sqlglot

    found = {}
    for name in used_macros(sql):
        head, body = macros()[name].split(") AS", 1)
        params = [p.strip() for p in head.split("(", 1)[1].split(",") if p.strip()]
        found[name] = (params, sqlglot.parse_one(body.removeprefix(" TABLE").strip(), read="duckdb"))
    return found


def _expand(tree: Any, bodies: dict[str, tuple[list[str], Any]], depth: int = 0) -> Any:
    from sqlglot import exp

    if depth > 40:
        raise ValueError("macros call one another without end")

    def replace(node: Any) -> Any:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous) and node.this.name in bodies:
            inner = _filled(node.this, bodies, depth)
            return exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(node.alias or node.this.name)))
        if isinstance(node, exp.Anonymous) and node.name in bodies:
            return exp.Paren(this=_filled(node, bodies, depth))
        return node

    return tree.transform(replace)


def _filled(call: Any, bodies: dict[str, tuple[list[str], Any]], depth: int) -> Any:
    from sqlglot import exp

    params, body = bodies[call.name]
    given = dict(zip(params, call.expressions, strict=True))

    def fill(node: Any) -> Any:
        if isinstance(node, exp.Column) and not node.table and node.name in given:
            return given[node.name].copy()
        return node

    return _expand(body.copy().transform(fill), bodies, depth + 1)


# Functions that sqlglot does not know, and which of the engines has them under the same name.
_ELSEWHERE = {"url_decode": DIALECTS, "arrays_overlap": DIALECTS, "histogram": ("athena",)}


def untranslated(tree: Any, dialect: str) -> list[str]:
    """Functions in a translated question that the engine does not have under that name."""
    from sqlglot import exp

    names = {node.name.lower() for node in tree.find_all(exp.Anonymous)}
    names |= {"json_type"} if tree.find(exp.JSONType) else set()
    return sorted(name for name in names if dialect not in _ELSEWHERE.get(name, ()))


# What DuckDB has and the others have not. Addresses as numbers fit 38 digits up to 4b3b:4ca8:5a86::, which no address in use exceeds.
_NUMBERS = {"UINT128": "DECIMAL(38, 0)", "UBIGINT": "DECIMAL(20, 0)", "UINT": "BIGINT"}
_STRETCHES = {"to_minutes": "MINUTE", "to_hours": "HOUR", "to_days": "DAY"}


def _said_elsewhere(node: Any) -> Any:
    """A piece of DuckDB SQL in words that every engine has."""
    from sqlglot import exp

    if isinstance(node, exp.DataType) and node.this.name in _NUMBERS:
        return exp.DataType.build(_NUMBERS[node.this.name])
    name = node.name.lower() if isinstance(node, exp.Anonymous) else "to_days" if isinstance(node, exp.ToDays) else ""
    if name in _STRETCHES:
        amount = node.this if isinstance(node, exp.ToDays) else node.expressions[0]
        unit = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(_STRETCHES[name]))
        return exp.Paren(this=exp.Mul(this=exp.Paren(this=amount.copy()), expression=unit))
    if name == "json_exists":
        found = exp.JSONExtract(this=node.expressions[0].copy(), expression=_path(node.expressions[1]))
        return exp.Paren(this=exp.Not(this=exp.Is(this=found, expression=exp.Null())))
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="arrays_overlap", expressions=[node.this.copy(), node.expression.copy()])
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous) and node.this.name == "query_table":
        return exp.to_table(node.this.expressions[0].name, alias=node.alias or None)
    return node


def _path(literal: Any) -> Any:
    """A JSON path as sqlglot holds it: read from a statement, because members may be quoted in it."""
    import sqlglot
    from sqlglot import exp

    read = sqlglot.parse_one(f"SELECT x -> {literal.sql(dialect='duckdb')}", read="duckdb")
    found = read.find(exp.JSONExtract)
    return found.expression.copy() if found else literal.copy()


def _mark_params(tree: Any) -> None:
    """Puts a mark for each ``$name``, which becomes ``?`` or ``:name`` once the text and so their order is known."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        node.replace(exp.column(f"param_{node.name}_marked"))
