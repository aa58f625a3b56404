"""Filters of the timeline as a small tree, and the SQL that each stands for.

A filter is a list of conditions that all hold. One condition is a dict: ``{"field": "actor", "is": ["arn:..."]}`` (None is
"no value"), ``{"text": "payroll"}`` (in any of the searched fields), ``{"starred": True}``,
``{"flag": "late"}`` or ``"duplicate"``; any of them with ``"not": True``;
or ``{"any": [conditions]}``. Values are always bound; a field that is not known is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from ctforensics.errors import ParameterError, UnknownName
from ctforensics.show import flags
from ctforensics.show.access import rows
from ctforensics.show.flags import FLAGS
from ctforensics.trail.tables import DIMENSIONS, KIND_SQL

KINDS = ("error", "write", "read")
FIELDS = ("kind", *DIMENSIONS)
SEARCHED = ("event_name", "actor", "session", "access_key", "address", "agent", "service", "error", "target")
_FEW = 4  # numbers that stand in the statement
_MEMBERS = {"field", "is", "not", "text", "starred", "flag", "any"}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition in SQL with the values bound to its names."""

    sql: str
    values: dict[str, Any]


def checked(where: Any) -> list[dict[str, Any]]:
    """A filter as typed by a person or sent by the browser, in its one canonical form. Raises ParameterError."""
    if where is None:
        return []
    if isinstance(where, dict):
        if where and not (where.keys() & _MEMBERS):  # {"actor": "arn:..."}: the short form
            return [_condition({"field": k, "is": v}) for k, v in where.items()]
        where = [where]
    if not isinstance(where, list | tuple):
        raise ParameterError(f"A filter is a list of conditions, not {type(where).__name__}.", hint=_HINT)
    return [_condition(each) for each in where]


_HINT = 'Write for example [{"field": "actor", "is": ["arn:..."]}, {"text": "payroll", "not": True}].'


def _condition(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or raw.keys() - _MEMBERS:
        raise ParameterError(f"{str(raw)[:200]!r} is not a condition.", hint=_HINT)
    kinds = raw.keys() & {"field", "text", "starred", "flag", "any"}
    if len(kinds) != 1:
        raise ParameterError("A condition has exactly one of field, text, starred, flag, any.", hint=_HINT)
    negated = {"not": True} if raw.get("not") else {}
    if "any" in raw:
        return {"any": checked(list(raw["any"])), **negated}
    if "text" in raw:
        return {"text": str(raw["text"])[:1000], **negated}
    if "starred" in raw:
        return {"starred": True, **negated}
    if "flag" in raw:
        if raw["flag"] not in FLAGS:
            raise UnknownName("flag", str(raw["flag"]), tuple(FLAGS))
        return {"flag": raw["flag"], **negated}
    if raw["field"] not in FIELDS:
        raise UnknownName("field to filter by", str(raw["field"]), FIELDS)
    values = raw.get("is")
    values = [values] if values is None or isinstance(values, str) else list(values)
    return {"field": raw["field"], "is": [None if v is None else str(v) for v in values], **negated}


def key(where: list[dict[str, Any]]) -> str:
    """A text that is equal for equal filters."""
    return json.dumps(where, sort_keys=True)


def words(where: list[dict[str, Any]], joint: str = " and ") -> str:
    """The filter as a person says it."""
    return joint.join(_words(each) for each in where) if where else "no filter"


def _words(condition: dict[str, Any]) -> str:
    no = "not " if condition.get("not") else ""
    if "any" in condition:
        return f"{no}({words(condition['any'], ' or ')})"
    if "text" in condition:
        return f"{no}text {condition['text']!r}"
    if "starred" in condition:
        return f"{no}starred"
    if "flag" in condition:
        return f"{no}{condition['flag']}: {FLAGS[condition['flag']]}"
    values = [str(v) if v is not None else "(none)" for v in condition["is"]]
    return f"{no}{condition['field']} = {' or '.join(v[:80] for v in values)}"


_STARRED = "SELECT seq FROM event_index WHERE event_key IN (SELECT unnest($stars::UUID[])) ORDER BY seq"


class _Names:
    """Hands out parameter names."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        name = f"w{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def on_index(cursor: duckdb.DuckDBPyConnection, where: list[dict[str, Any]], starred: Iterable[str] = ()) -> Predicate:
    """The filter over ``event_index i``: values are looked up in ``dim_*`` once, rows are compared by number."""
    names, stars = _Names(), sorted(starred)
    return Predicate(_all([_index(cursor, each, names, stars) for each in where]), names.values)


def _all(parts: list[str], joint: str = " AND ") -> str:
    return "(" + joint.join(parts) + ")" if parts else "true"


def _index(cursor: duckdb.DuckDBPyConnection, condition: dict[str, Any], names: _Names, stars: list[str]) -> str:
    if "any" in condition:
        sql = _all([_index(cursor, each, names, stars) for each in condition["any"]], " OR ")
    elif "text" in condition:
        sql = _text(cursor, condition["text"], names)
    elif "starred" in condition:
        sql = _seqs([seq for (seq,) in rows(cursor, _STARRED, {"stars": stars})], names)
    elif "flag" in condition:
        sql = _seqs(flags.numbers(cursor, condition["flag"]), names)
    elif condition["field"] == "kind":
        sql = _numbers(cursor, "kind", _kind_numbers(condition["is"]), names)
    else:
        sql = _numbers(cursor, condition["field"], numbers_of(cursor, condition["field"], condition["is"]), names)
    return f"(NOT {sql})" if condition.get("not") else sql


def _seqs(numbers: list[int], names: _Names) -> str:
    """Rows at those places of the index."""
    if len(numbers) <= flags.FEW:
        return f"i.seq IN (SELECT unnest({names.bind(numbers)}::BIGINT[]))" if numbers else "false"
    between = f"i.seq BETWEEN {numbers[0]} AND {numbers[-1]}"
    return f"({between} AND get_bit({names.bind(flags.bits(numbers))}::BIT, least(i.seq, {numbers[-1]})::INTEGER) = 1)"


def kinds_of(where: list[dict[str, Any]]) -> list[int] | None:
    """The kinds that a filter lets through where it says nothing else, so that the rollup can answer; else None."""
    kept = set(range(len(KINDS)))
    for condition in where:
        if condition.get("field") != "kind":
            return None
        named = set(_kind_numbers(condition["is"]))
        kept = kept - named if condition.get("not") else kept & named
    return sorted(kept)


def _kind_numbers(values: list[str | None]) -> list[int]:
    unknown = [v for v in values if v not in KINDS]
    if unknown:
        raise UnknownName("kind of event", str(unknown[0]), KINDS)
    return [KINDS.index(v) for v in values if v]


def _numbers(cursor: duckdb.DuckDBPyConnection, field: str, numbers: list[int], names: _Names) -> str:
    """Rows whose number is one of those.

    A few numbers (they are ours) stand in the text, so that the scan itself skips rows; many are a string of bits, one for each
    value of the field, which takes a fourth of the time of a list.
    """
    if field == "kind" or len(numbers) <= _FEW:
        column = "i.kind" if field == "kind" else f"i.{field}_no"
        return f"{column} IN ({', '.join(str(int(number)) for number in numbers)})" if numbers else "false"
    return f"({_bit(cursor, field, numbers, names)} = 1)"


def _bit(cursor: duckdb.DuckDBPyConnection, field: str, numbers: list[int], names: _Names) -> str:
    """1 for rows whose number is one of those, else 0."""
    (highest,) = rows(cursor, f"SELECT coalesce(max(no), 0) FROM dim_{field}")[0]
    bits = flags.bits(numbers).ljust(highest + 1, "0")
    return f"get_bit({names.bind(bits)}::BIT, i.{field}_no)"


def _text(cursor: duckdb.DuckDBPyConnection, text: str, names: _Names) -> str:
    """Rows where any searched field holds a text. Bits are joined by ``|``: half the time of as many conditions with OR."""
    held = {field: _holding(cursor, field, text) for field in SEARCHED}
    bits = [_bit(cursor, field, numbers, names) for field, numbers in held.items() if numbers]
    return f"({' | '.join(bits)} = 1)" if bits else "false"


def _holding(cursor: duckdb.DuckDBPyConnection, field: str, text: str) -> list[int]:
    sql = f"SELECT no FROM dim_{field} WHERE contains(lower(value), lower($text))"
    return [n for (n,) in rows(cursor, sql, {"text": text})]


def numbers_of(cursor: duckdb.DuckDBPyConnection, field: str, values: list[str | None]) -> list[int]:
    """Numbers of values in ``dim_*``; 0 stands for no value, an unknown value has none."""
    if field == "kind":
        return _kind_numbers(values)
    sql = f"SELECT no FROM dim_{field} WHERE value IN (SELECT unnest($values::VARCHAR[]))"
    found = [n for (n,) in rows(cursor, sql, {"values": [v for v in values if v is not None]})]
    return found + ([0] if None in values else [])


def on_events(where: list[dict[str, Any]], starred: Iterable[str] = ()) -> Predicate:
    """The same filter over ``events``, for a person to read, paste and run."""
    names, stars = _Names(), sorted(starred)
    return Predicate(_all([_event(each, names, stars) for each in where]), names.values)


def _event(condition: dict[str, Any], names: _Names, stars: list[str]) -> str:
    if "any" in condition:
        sql = _all([_event(each, names, stars) for each in condition["any"]], " OR ")
    elif "text" in condition:
        text = names.bind(condition["text"])
        parts = [f"coalesce(contains(lower({DIMENSIONS[f]}), lower({text})), false)" for f in SEARCHED]
        sql = _all(parts, " OR ")
    elif "starred" in condition:
        sql = f"event_key IN (SELECT unnest({names.bind(stars)}::UUID[]))"
    elif "flag" in condition:
        sql = f"event_key IN ({flags.KEYS[condition['flag']]})"
    elif condition["field"] == "kind":
        sql = f"list_contains({names.bind(_kind_numbers(condition['is']))}, {KIND_SQL})"
    else:
        expression = DIMENSIONS[condition["field"]]
        some = [v for v in condition["is"] if v is not None]
        parts = [f"coalesce(list_contains({names.bind(some)}::VARCHAR[], {expression}), false)"]
        parts += [f"{expression} IS NULL"] if None in condition["is"] else []
        sql = _all(parts, " OR ")
    return f"(NOT {sql})" if condition.get("not") else sql
