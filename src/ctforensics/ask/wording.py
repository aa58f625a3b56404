"""Pieces of DuckDB SQL in the words of Athena and Spark, where sqlglot has none or would say something else.

A rule that says the same piece otherwise must give the same rows: the tests ask a real Spark and DuckDB side by side. What has no
rule is named by ``untranslated``, so that nobody takes a text for runnable that is not.
"""

from __future__ import annotations

import re
from typing import Any

DIALECTS = ("athena", "spark")

# Functions that sqlglot does not know, and which of the engines has them under the same name.
_ELSEWHERE = {
    "url_decode": DIALECTS,
    "arrays_overlap": DIALECTS,
    "array_intersect": DIALECTS,
    "slice": DIALECTS,
    "min_by": ("athena",),
    "histogram": ("athena",),
    "map_from_entries": ("spark",),
    "weekday": ("spark",),
}
# Addresses as numbers fit 38 digits up to 4b3b:4ca8:5a86::, which no address in use exceeds.
_NUMBERS = {"UINT128": "DECIMAL(38, 0)", "UBIGINT": "DECIMAL(20, 0)", "UINT": "BIGINT"}
_STRETCHES = {"to_seconds": "SECOND", "to_minutes": "MINUTE", "to_hours": "HOUR", "to_days": "DAY"}
_LISTED = {
    "sorted": "NULLIF(ARRAY_SORT(COLLECT_SET(p_x) FILTER (WHERE p_if)), ARRAY())",
    "ordered": "NULLIF(TRANSFORM(ARRAY_SORT(COLLECT_LIST(STRUCT(p_x)) FILTER (WHERE p_if)), s -> s.v), ARRAY())",
    "listed": "NULLIF(COLLECT_LIST(p_x) FILTER (WHERE p_if), ARRAY())",
    "counted": "MAP_FROM_ENTRIES(TRANSFORM(ARRAY_SORT(COLLECT_SET(p_x) FILTER (WHERE p_if)), "
    "k -> STRUCT(k, SIZE(FILTER(COLLECT_LIST(p_x) FILTER (WHERE p_if), x -> x = k)))))",
}


def readable(sql: str) -> str:
    """A DuckDB text in which the length of a list and that of a text have two names, as other engines want them."""
    return re.sub(r"\blen\(", "array_length(", sql)


def reworded(tree: Any, dialect: str) -> Any:
    """A DuckDB statement (a tree of sqlglot) with the pieces replaced that ``dialect`` says in another way."""
    for node in reversed(list(tree.dfs())):  # what stands inside comes first
        said = _everywhere(node)
        said = _in_spark(said) if dialect == "spark" else _in_athena(said)
        if said is not node:
            node.replace(said)
    return tree


def untranslated(tree: Any, dialect: str) -> list[str]:
    """What a reworded statement holds that the engine has no word for."""
    from sqlglot import exp

    found = {node.name.lower() for node in tree.find_all(exp.Anonymous)}
    found = {name for name in found if dialect not in _ELSEWHERE.get(name, ())}
    found |= {"json_type"} if tree.find(exp.JSONType) else set()
    found |= {
        "UNION in a recursion" for union in _recursions(tree) if dialect == "spark" and union.args.get("distinct")
    }
    found |= {"a slice" for part in tree.find_all(exp.Slice)}
    if dialect == "spark":
        found |= {"list(ORDER BY ... DESC)" for made in tree.find_all(exp.ArrayAgg) if isinstance(made.this, exp.Order)}
    found |= {"max of several" for most in tree.find_all(exp.Max, exp.ArgMax) if most.args.get("count")}
    found |= {"unnest(recursive)" for explode in tree.find_all(exp.Explode) if explode.expressions}
    found |= {"ASOF JOIN" for join in tree.find_all(exp.Join) if join.args.get("method") == "ASOF"}
    for window in tree.find_all(exp.Window):
        spec = window.args.get("spec")
        if dialect == "spark" and spec and spec.find(exp.Parameter, exp.Placeholder):
            found.add("RANGE of a parameter")
        if window.this.find(exp.Distinct):
            found.add("count(DISTINCT) OVER")
    return sorted(found)


def _recursions(tree: Any) -> list[Any]:
    from sqlglot import exp

    return [u for w in tree.find_all(exp.With) if w.args.get("recursive") for u in w.find_all(exp.Union) if _walks(u)]


def _walks(union: Any) -> bool:
    """Whether a union is the body of an expression that reads itself."""
    from sqlglot import exp

    parent = union.parent
    return isinstance(parent, exp.CTE) and any(table.name == parent.alias for table in union.find_all(exp.Table))


def _everywhere(node: Any) -> Any:
    """A piece in words that both engines have."""
    from sqlglot import exp

    if isinstance(node, exp.DataType) and node.this.name in _NUMBERS:
        return exp.DataType.build(_NUMBERS[node.this.name])
    if isinstance(node, exp.CTE) and node.args.get("materialized") is not None:
        node.set("materialized", None)
    if isinstance(node, exp.SimilarTo | exp.RegexpFullMatch):
        return exp.RegexpLike(this=node.this, expression=_affixed(node.expression, "^(?:", ")$"))
    if isinstance(node, exp.RegexpLike) and node.args.get("flag"):
        return exp.RegexpLike(this=node.this, expression=_affixed(node.expression, f"(?{node.args['flag'].name})", ""))
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="arrays_overlap", expressions=[node.this, node.expression])
    if isinstance(node, exp.Bracket) and isinstance(node.expressions[0], exp.Slice):
        return _slice(node)
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous) and node.this.name == "query_table":
        return exp.to_table(node.this.expressions[0].name, alias=node.alias or None)
    return _function(node)


def _function(node: Any) -> Any:
    from sqlglot import exp

    name = node.name.lower() if isinstance(node, exp.Anonymous) else "to_days" if isinstance(node, exp.ToDays) else ""
    if name in _STRETCHES:
        amount = node.this if isinstance(node, exp.ToDays) else node.expressions[0]
        unit = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(_STRETCHES[name]))
        return exp.Paren(this=exp.Mul(this=exp.Paren(this=amount), expression=unit))
    if name == "json_exists":
        found = exp.JSONExtract(this=node.expressions[0], expression=_path(node.expressions[1]))
        return exp.Paren(this=exp.Not(this=exp.Is(this=found, expression=exp.Null())))
    if name == "list_intersect":
        return exp.Anonymous(this="array_intersect", expressions=node.expressions)
    return node


def _in_athena(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.ArgMin) and node.args.get("count"):
        return exp.Anonymous(this="min_by", expressions=[node.this, node.expression, node.args["count"]])
    return node


def _in_spark(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.DateDiff) and node.args.get(
        "unit"
    ):  # DuckDB counts the borders between two times, Spark whole stretches
        for part in ("this", "expression"):
            node.set(part, exp.TimestampTrunc(this=node.args[part], unit=node.args["unit"].copy()))
    if isinstance(node, exp.Explode) and node.expressions:  # unnest(..., recursive := true): a column for each member
        return exp.Inline(this=node.this)
    if isinstance(node, exp.In) and node.args.get("query") and isinstance(node.this, exp.Tuple):
        select = node.args["query"].this
        if isinstance(select.expressions[0], exp.Tuple):
            select.set("expressions", select.expressions[0].expressions)
    if isinstance(node, exp.DayOfWeekIso):
        return _filled("WEEKDAY(p_x) + 1", x=node.this)
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this.this, exp.Order):
        return _first_known(node)
    if isinstance(node, exp.Filter):
        return _collected(node.this, node.expression.this) or node
    if not isinstance(node.parent, exp.Filter):
        return _collected(node, exp.true()) or node
    return node


def _first_known(node: Any) -> Any:
    """The first value of a group in an order that is known; in a mixed order it stays, and Spark refuses it."""
    from sqlglot import exp

    order = node.this.this
    downward = {bool(key.args.get("desc")) for key in order.expressions}
    if len(downward) != 1:
        return node
    pick = exp.ArgMax if downward.pop() else exp.ArgMin
    known = exp.Not(this=exp.Is(this=order.this.copy(), expression=exp.Null()))
    found = pick(this=order.this, expression=exp.Tuple(expressions=[key.this for key in order.expressions]))
    return exp.Filter(this=found, expression=exp.Where(this=known))


def _collected(node: Any, condition: Any) -> Any:
    """A list, a map of counts or the first few of a group, of the rows that meet a condition; None for any other aggregate."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and node.name.lower() == "histogram":
        return _filled(_LISTED["counted"], x=node.expressions[0], **{"if": condition})
    if isinstance(node, exp.ArgMin) and node.args.get("count"):
        keys = node.expression.expressions if isinstance(node.expression, exp.Tuple) else [node.expression]
        known = exp.and_(condition.copy(), exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null())))
        return _sliced(_ordered(node.this, keys, known), exp.Literal.number(1), node.args["count"])
    if isinstance(node, exp.Min) and node.args.get("count"):
        if isinstance(node.this, exp.Distinct):
            least = _filled(_LISTED["sorted"], x=node.this.expressions[0], **{"if": condition})
        else:
            least = _ordered(node.this, [node.this], condition)
        return _sliced(least, exp.Literal.number(1), node.args["count"])
    if not isinstance(node, exp.ArrayAgg):
        return None
    order = node.this if isinstance(node.this, exp.Order) else None
    what = order.this if order else node.this
    upward = not order or not any(key.args.get("desc") for key in order.expressions)
    if isinstance(what, exp.Distinct):
        itself = not order or [key.this for key in order.expressions] == what.expressions
        return _filled(_LISTED["sorted"], x=what.expressions[0], **{"if": condition}) if upward and itself else None
    if order and upward:
        return _ordered(what, [key.this for key in order.expressions], condition)
    return None if order else _filled(_LISTED["listed"], x=what, **{"if": condition})


def _ordered(what: Any, keys: list[Any], condition: Any) -> Any:
    """A list sorted by the given keys: of structures, because Spark sorts a list by what is in it."""
    from sqlglot import exp

    named = [*((f"k{number}", key) for number, key in enumerate(keys)), ("v", what)]
    made = _filled(_LISTED["ordered"], **{"if": condition})
    for struct in list(made.find_all(exp.Struct)):
        struct.set("expressions", [exp.PropertyEQ(this=exp.to_identifier(n), expression=e.copy()) for n, e in named])
    return made


def _slice(node: Any) -> Any:
    """A part of a list by fixed bounds; with any other bounds it stays, and is named."""
    from sqlglot import exp

    span = node.expressions[0]
    first = span.this if span.this is not None else exp.Literal.number(1)
    if not all(isinstance(bound, exp.Literal) and bound.is_int for bound in (first, span.expression)):
        return node
    count = exp.Literal.number(int(span.expression.name) - int(first.name) + 1)
    return _sliced(node.this, first, count)


def _sliced(what: Any, first: Any, count: Any) -> Any:
    from sqlglot import exp

    return exp.Anonymous(this="slice", expressions=[what.copy(), first.copy(), count.copy()])


def _affixed(text: Any, before: str, after: str) -> Any:
    from sqlglot import exp

    if isinstance(text, exp.Literal):
        return exp.Literal.string(f"{before}{text.name}{after}")
    begun = exp.DPipe(this=exp.Literal.string(before), expression=exp.Paren(this=text.copy()))
    return exp.DPipe(this=begun, expression=exp.Literal.string(after)) if after else begun


def _path(literal: Any) -> Any:
    """A JSON path as sqlglot holds it: read from a statement, because members may be quoted in it."""
    import sqlglot
    from sqlglot import exp

    read = sqlglot.parse_one(f"SELECT x -> {literal.sql(dialect='duckdb')}", read="duckdb")
    found = read.find(exp.JSONExtract)
    return found.expression.copy() if found else literal.copy()


def _filled(text: str, **parts: Any) -> Any:
    """A piece of Spark SQL in which every ``p_name`` is replaced by the part of that name."""
    import sqlglot
    from sqlglot import exp

    made = sqlglot.parse_one(f"SELECT {text}", read="spark").expressions[0]
    for column in list(made.find_all(exp.Column)):
        if column.name.removeprefix("p_") in parts and column.name.startswith("p_"):
            column.replace(parts[column.name.removeprefix("p_")].copy())
    return made
