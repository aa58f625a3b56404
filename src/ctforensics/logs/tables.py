"""Tables of records: CSV of the console, Athena, Lake, Sentinel and Splunk; Parquet of Athena and Security Lake."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from ctforensics.logs import copies

PARQUET = b"PAR1"
_CELL_LIMIT = 64 << 20


class Row(NamedTuple):
    """One row by column name, where its bytes stand (Parquet: length 0 and the row's number), and what is wrong with it."""

    offset: int
    length: int
    cells: dict[str, Any]
    fault: str | None = None


class Table(NamedTuple):
    """A recognised table: the name of its form, its column names, and its rows."""

    form: str
    names: list[str]
    rows: Iterator[Row]


def csv_table(content: bytes) -> Table | None:
    """A CSV whose header is that of a CloudTrail export, or None."""
    text = content[3:] if content.startswith(b"\xef\xbb\xbf") else content
    base = len(content) - len(text)
    head = text[:20000].split(b"\n", 1)[0]
    if len(head) > 10_000 or head.lstrip()[:1] in (b"{", b"["):
        return None
    delimiter = max(",;\t", key=lambda mark: head.count(mark.encode()))
    try:
        names = next(csv.reader([head.decode("utf-8").rstrip("\r")], delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        return None
    form = copies.form_of(names)
    if form is None or len(set(names)) != len(names):
        return None
    return Table(form, names, _rows(text, base, names, delimiter))


def _rows(text: bytes, base: int, names: list[str], delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_CELL_LIMIT)
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for line in io.BytesIO(text):
            at += len(line)
            yield line.decode("utf-8", "replace").replace("\0", "\ufffd")

    reader = csv.reader(lines(), delimiter=delimiter, strict=False)
    next(reader, None)
    begin = at
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(base + begin, at - begin, {}, str(error))
            begin = at
            continue
        if any(cells):
            fault = None if len(cells) == len(names) else f"{len(cells)} cells under {len(names)} headings"
            extra = {"extra cells": cells[len(names) :]} if len(cells) > len(names) else {}
            row = {**dict(zip(names, cells, strict=False)), **extra}
            yield Row(base + begin, at - begin, row, fault)
        begin = at


def parquet_table(content: bytes) -> Table | None:
    """A Parquet file with the columns of a CloudTrail table or of OCSF, or None."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = list(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError):
        return None
    form = "ocsf" if {"class_uid", "metadata", "time"} <= set(names) else copies.form_of(names)
    if form is None:
        return None
    return Table("athena_parquet" if form == "athena_csv" else form, names, _parquet_rows(file))


def _parquet_rows(file: Any) -> Iterator[Row]:
    import pyarrow as pa

    number = 0
    try:
        for batch in file.iter_batches(batch_size=4096):
            for row in batch.to_pylist():
                yield Row(number, 0, row)
                number += 1
    except (pa.ArrowException, OSError, ValueError) as error:
        yield Row(number, 0, {}, str(error))
