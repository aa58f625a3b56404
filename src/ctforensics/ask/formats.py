"""Rows written as table, CSV, JSON, JSON lines, Parquet or Markdown. Evidence text stays text in all of them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.ask.query import FIRST_TIME, Rows
from ctforensics.errors import ParameterError
from ctforensics.visible import visible

FORMATS = ("table", "csv", "json", "jsonl", "markdown", "parquet")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def shown(value: Any) -> str:
    """A value as a person reads it: instants in UTC with Z, lists joined, hidden characters made visible."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return clock.utc_text(value)
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return visible(json.dumps(plain(value), ensure_ascii=False))
    if isinstance(value, float):
        return f"{value:g}"
    return visible(str(value))


def plain(value: Any, type_: str = "") -> Any:
    """A value as JSON holds it: JSON columns as what they say, instants as UTC text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return _parsed(value) if type_ == "JSON" else value
    if isinstance(value, datetime):
        return clock.utc_text(value)
    if isinstance(value, list | tuple):
        return [plain(item, type_.removesuffix("[]")) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date) else str(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def records(rows: Rows) -> Iterator[dict[str, Any]]:
    """The rows as JSON objects."""
    for row in rows.rows:
        yield {name: plain(value, type_) for name, type_, value in zip(rows.columns, rows.types, row, strict=True)}


def neutral(text: str) -> str:
    """A CSV cell that no spreadsheet reads as a formula: an apostrophe stands before what could begin one."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def as_csv(rows: Rows) -> str:
    """Rows as CSV (RFC 4180) with formulas neutralised."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.columns)
    for row in rows.rows:
        writer.writerow([value if _number(value) else neutral(shown(value)) for value in row])
    return out.getvalue()


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_json(rows: Rows) -> str:
    """Rows as an array of objects."""
    return json.dumps(list(records(rows)), indent=2, ensure_ascii=True) + "\n"


def as_jsonl(rows: Rows) -> str:
    """Rows as one object a line."""
    return "".join(json.dumps(record, ensure_ascii=True) + "\n" for record in records(rows))


def as_markdown(rows: Rows) -> str:
    """Rows as a Markdown table in which no cell can become markup."""
    lines = ["| " + " | ".join(rows.columns) + " |", "|" + " --- |" * len(rows.columns)]
    lines += ["| " + " | ".join(markdown_text(shown(value)) for value in row) + " |" for row in rows.rows]
    return "\n".join(lines) + "\n"


# All at once: sign by sign, the signs of one escape would be escaped by the next.
_MARKDOWN = str.maketrans(
    {sign: f"&#{ord(sign)};" if sign in "<>|&" else f"\\{sign}" for sign in "\\`*_{}[]<>()#|!~$&"} | {"\n": " "}
)


def markdown_text(text: str) -> str:
    """Text as Markdown in which nothing is markup."""
    return text.translate(_MARKDOWN)


def write_parquet(rows: Rows, path: Path) -> None:
    """Rows as a Parquet file; values keep their types, JSON stands as text."""
    import pyarrow
    import pyarrow.parquet

    columns = [[_arrow(row[i]) for row in rows.rows] for i in range(len(rows.columns))]
    table = pyarrow.table({name: _array(values) for name, values in zip(rows.columns, columns, strict=True)})
    pyarrow.parquet.write_table(table, path)


def _arrow(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | datetime | list | None) else str(value)


def _array(values: list[Any]) -> Any:
    import pyarrow

    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([None if v is None else shown(v) for v in values])


def with_timeless(rows: Rows, timeless: Rows | None) -> Rows:
    """All rows for a machine: those of records without any time behind the others, told apart by the column ``without_time``.

    Their instants are null: the one under which they are kept (1970-01-01) is no time of theirs. Without such rows nothing changes.
    """
    if not timeless or not timeless.rows:
        return rows
    columns = list(dict.fromkeys([*rows.columns, *timeless.columns]))
    types = dict(zip(timeless.columns, timeless.types, strict=True)) | dict(zip(rows.columns, rows.types, strict=True))
    apart = [{name: _timed(value) for name, value in row.items()} for row in timeless.dicts()]
    everything = [(row, False) for row in rows.dicts()] + [(row, True) for row in apart]
    return Rows(
        [*columns, "without_time"],
        [*(types[name] for name in columns), "BOOLEAN"],
        [(*(row.get(name) for name in columns), without) for row, without in everything],
        rows.sql,
        rows.bound,
        rows.more or timeless.more,
    )


def _timed(value: Any) -> Any:
    return None if isinstance(value, datetime) and value < FIRST_TIME else value


def text(rows: Rows, form: str) -> str:
    """Rows in one of the text formats. Raises ParameterError for an unknown one."""
    writers = {"csv": as_csv, "json": as_json, "jsonl": as_jsonl, "markdown": as_markdown}
    if form not in writers:
        raise ParameterError(f"There is no text format {form!r}.", hint=f"Formats: {', '.join(FORMATS)}.")
    return writers[form](rows)
