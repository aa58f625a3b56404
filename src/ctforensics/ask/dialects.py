"""A question in the SQL of Athena or Spark, through sqlglot: macros written out, parameters in the other engine's manner.

The tables are the same (design: one schema everywhere). What an engine has no word for is left as it stands.
"""

from __future__ import annotations

import re
from typing import Any

from ctforensics.ask.question import Question
from ctforensics.ask.shell import macros, used_macros
from ctforensics.ask.wording import DIALECTS, readable, reworded, untranslated
from ctforensics.errors import NotInstalled, QueryError

__all__ = ["DIALECTS", "translated"]

_MARK = re.compile(r"\bparam_(\w+?)_marked\b")


def translated(question: Question, dialect: str) -> str:
    """The question's text for ``athena`` or ``spark``. Raises NotInstalled without sqlglot, QueryError where it cannot."""
    try:
        import sqlglot
    except ImportError as error:
        raise NotInstalled("sqlglot", "spark") from error
    try:
        tree = _expand(sqlglot.parse_one(readable(question.sql), read="duckdb"), _bodies(question.sql))
        left = untranslated(reworded(tree, dialect), dialect)
        _mark_params(tree)
        marked = tree.sql(dialect=dialect, pretty=True, unsupported_level=sqlglot.ErrorLevel.IGNORE)
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        raise QueryError(f"{question.name} cannot be translated: {str(error).splitlines()[0]}") from error
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
        found[name] = (params, sqlglot.parse_one(readable(body.removeprefix(" TABLE").strip()), read="duckdb"))
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


def _mark_params(tree: Any) -> None:
    """Puts a mark for each ``$name``, which becomes ``?`` or ``:name`` once the text and so their order is known."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        node.replace(exp.column(f"param_{node.name}_marked"))
