"""CloudTrail in every JSON shape: which shape a content has, and its records with the place where each stood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ctforensics.evidence.door import USUAL, Limits
from ctforensics.logs import aggregated, copies, elements, tables
from ctforensics.trail import fast, object_keys
from ctforensics.unwrap import envelope, salvage
from ctforensics.unwrap.json_text import Fault, Part

# Bytes of which at least one stands in every content that holds CloudTrail, however damaged.
_MARKS = (
    b"eventVersion",
    b"eventSource",
    b"CloudTrailEvent",
    b'"Records"',
    b"eventName",
    b"digestS3Bucket",
    b"aws:",
    b"s3ObjectKey",
)
# What is in none of the records, copies and envelopes that we know, in any spelling, is looked at no further.
_OURS = re.compile(
    rb'event[ _]?(?:version|source|name|time|id|type)|useridentity|cloudtrail|"records"|digests3|rawdata|awslogs|aws:|s3objectkey|\\u',
    re.I,
)
# How text of 16 or 32 bits begins, with a mark of it or as JSON without one.
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"{\0\"\0", "utf-16-le"), (b"[\0{\0", "utf-16-le"), (b"\0{\0\"", "utf-16-be"), (b"\0[\0{", "utf-16-be"),
)  # fmt: skip
# An export task of CloudWatch Logs, or `aws logs tail`, which names the stream too.
_TIMED_LINE = re.compile(rb"(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{13}) (?:\S+ )?(?=\{)")
# An element beyond the bound of a record may still be an envelope of many: its list begins near its head.
_WRAPS = re.compile(rb'"(?:hits|logEvents|results|events|Logs|QueryResultRows)"\s*:\s*[\[{]')
_HEAD = 4096
PORTION = 5000  # records that are handed on at once
_FRONT = 500  # of so many bytes may be what stands in front of a file of records
# How poor a copy of each form is; the order, best first, is that of trail.tables.
FIDELITY = {"athena_csv": "athena_csv", "athena_parquet": "athena_csv", "lake_results": "lake"}


@dataclass(slots=True)
class Record:
    """One record of a file: its number in the file, its place in the content, and its canonical form."""

    index: int
    offset: int
    length: int
    form: str
    parsed: fast.Parsed
    fidelity: str = "full"
    raw: bytes = b""
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reject:
    """A part of a file that could not be loaded, where it stood, and why."""

    index: int | None
    offset: int
    length: int
    reason: str
    detail: str = ""
    excerpt: str = ""


@dataclass(slots=True)
class Reading:
    """What a content turned out to be: ``kind`` cloudtrail, digest, another kind, or None; its records; what was rejected.

    ``most`` is how many bytes a record may have. Where somebody takes them (``take``), records are handed on in portions as they come
    and not kept: ``count`` says how many there were, and ``first`` in which form the first one stood.
    """

    most: int = USUAL.record
    kind: str | None = None
    form: str | None = None
    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    aggregated: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    purse: envelope.Purse = field(default_factory=lambda: envelope.Purse(0))
    take: Callable[[list[Record]], None] | None = None
    count: int = 0
    first: str | None = None

    def add(self, record: Record) -> None:
        """Takes a record in."""
        self.records.append(record)
        self.count, self.first = self.count + 1, self.first or record.form
        if self.take and len(self.records) >= PORTION:
            self.hand_on()

    def hand_on(self) -> None:
        """Gives the records that are here to who takes them."""
        if self.take:
            self.take(self.records)
            self.records = []


def read(
    content: bytes, path: str = "", limits: Limits = USUAL, take: Callable[[list[Record]], None] | None = None
) -> Reading:
    """All records of a content of any shape (``path`` is only a hint). Never raises for what the content holds."""
    reading = _read(content, path, Reading(limits.record, purse=envelope.Purse(len(content)), take=take))
    reading.hand_on()
    return reading


def _read(content: bytes, path: str, reading: Reading) -> Reading:
    coding = _coding(content)
    if coding:
        content = as_utf8(content)
        reading.flags.add("utf16" if "16" in coding else "utf32")
    if not (object_keys.parse(path) or content.startswith(tables.PARQUET) or _OURS.search(content)):
        reading.kind = None if content.strip() not in (b"", b"[]") else "empty"
        return reading
    if content.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] not in (b"{", b"["):
        _other_text(content, reading, path)
        return reading
    index = 0
    for form, part in elements.parts(content, reading):
        if isinstance(part, Fault):
            end = len(content) if part.end is None else part.end
            index = _spoiled(reading, form, Part(part.offset, content[part.offset : end]), part.reason, index)
        else:
            index = _element(reading, form, part, index)
    _settle(reading, content, path)
    return reading


def as_utf8(content: bytes) -> bytes:
    """A text of UTF-16 or UTF-32 (PowerShell writes so, and spreadsheets) as UTF-8: places are counted in this form."""
    coding = _coding(content)
    return content.decode(coding, "replace").encode() if coding else content


def _coding(content: bytes) -> str | None:
    return next((coding for begin, coding in _WIDE if content.startswith(begin)), None)


def _other_text(content: bytes, reading: Reading, path: str) -> None:
    """What does not begin as JSON: a table of records, lines with a time before a record, or nothing of ours."""
    table = tables.parquet_table(content) if content.startswith(tables.PARQUET) else tables.csv_table(content)
    if table is not None:
        _table(reading, table)
    elif _TIMED_LINE.match(content):
        _timed_lines(reading, content)
    elif elements.MARK in content and _is_mostly_records(reading, content):
        _spoiled(reading, "bare", Part(0, content), "text that is no JSON", 0)
    _settle(reading, content, path)


def _is_mostly_records(reading: Reading, content: bytes) -> bool:
    """Whether a text that does not begin as JSON (after a hole of zeros, or a line in front) is a file of records all the same.

    A page, a rule or a program that quotes one is not.
    """
    found = list(salvage.objects(content, 0, len(content), partial(_is_wanted, reading)))
    if not found or len(content[: found[0].offset].strip(b"\0")) > _FRONT:
        return False
    return sum(len(part.raw) for part in found) >= 0.9 * (len(content) - content.count(b"\0"))


def _table(reading: Reading, table: tables.Table) -> None:
    reading.form, reading.kind = table.form, "cloudtrail"
    raw_column = copies.raw_column(table.names) if table.form == "raw" else None
    for index, row in enumerate(table.rows):
        if row.fault:
            shown = str(row.cells)[:200]
            reading.rejects.append(Reject(index, row.offset, row.length, "malformed_row", row.fault, shown))
        elif raw_column:
            _raw_cell(reading, index, row, str(row.cells.get(raw_column) or ""))
        else:
            ocsf = table.form == "ocsf"
            made, flags = copies.record_of_ocsf(row.cells) if ocsf else copies.record_of(row.cells, table.form)
            _copy(reading, index, row.offset, row.length, table.form, made, flags)
    if raw_column and copies.fold(raw_column) in ("raw", "message") and not reading.count:
        _no_records(reading)


def _no_records(reading: Reading) -> None:
    """A table of other messages, not one of them a record or the beginning of one: another kind of log, and nothing was refused."""
    if not any("eventVersion" in reject.excerpt for reject in reading.rejects):
        reading.kind, reading.form, reading.rejects = None, None, []


def _raw_cell(reading: Reading, index: int, row: tables.Row, text: str) -> None:
    """A cell that holds a whole record as text: as good as the record itself."""
    try:
        found = list(envelope.records_in(fast.parse(text.encode("utf-8", "surrogatepass")), "raw_column"))
    except ValueError as error:
        found, reason = [], str(error)[:200]
    else:
        reason = "no CloudTrail record in the cell"
    if not found:
        reading.rejects.append(Reject(index, row.offset, row.length, "not_a_record", reason, text[:200]))
    for form, parsed in found:
        reading.add(Record(index, row.offset, row.length, form, parsed))


def _copy(
    reading: Reading, index: int, offset: int, length: int, form: str, made: dict[str, Any], flags: set[str]
) -> None:
    """A record at second hand."""
    parsed = fast.parse(
        json.dumps(made, default=str, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    )
    reading.add(Record(index, offset, length, form, parsed, FIDELITY.get(form, form), flags=frozenset(flags)))


def _timed_lines(reading: Reading, content: bytes) -> None:
    """A CloudWatch Logs export task: each line an ISO time, a blank, and the message."""
    at = index = 0
    for line in content.splitlines(keepends=True):
        match = _TIMED_LINE.match(line)
        part = Part(at + match.end(), line[match.end() :].rstrip(b"\r\n")) if match else Part(at, line.rstrip(b"\r\n"))
        if part.raw.strip():
            index = _element(reading, "cloudwatch", part, index)
        at += len(line)


def _spoiled(reading: Reading, form: str, part: Part, reason: str, index: int) -> int:
    """Text that is no JSON: the whole records behind its fault (the file says so), and a reject for what stands before and between them."""

    def reject(begin: int, end: int) -> int:
        known, shown = _reason(reason), excerpt(part.raw[begin : min(end, begin + _HEAD)])
        reading.rejects.append(Reject(index, part.offset + begin, end - begin, known, reason[:200], shown))
        return index + 1

    at, told = 0, bool(reading.rejects) and not salvage.says_something(part.raw)
    for found in salvage.objects(part.raw, 0, len(part.raw), partial(_is_wanted, reading)):
        if not told or salvage.says_something(part.raw[at : found.offset]):
            index, told = reject(at, found.offset), True
        reading.flags.add("after_fault")  # of the file: the record itself is as good as one that stands elsewhere too
        for shape, inner in elements.document(Part(part.offset + found.offset, found.raw), reading):
            if isinstance(inner, Part):  # what is wanted is whole
                inner_form = form if shape == "bare" else shape
                index = _element(reading, inner_form, inner, index)
        at = found.end
    if not told or salvage.says_something(part.raw[at:]):
        index = reject(at, len(part.raw))
    return index


def _is_wanted(reading: Reading, raw: bytes) -> bool:
    """Whether an object that was found in spoiled text holds a record."""
    try:
        return len(raw) <= reading.most and any(_records_of(fast.parse(raw), "bare", reading.purse))
    except (ValueError, RecursionError):
        return False


def _element(reading: Reading, form: str, part: Part, index: int) -> int:
    """Adds the records of one element; returns the next record number."""
    if len(part.raw) > reading.most and not _WRAPS.search(part.raw, 0, _HEAD):
        return _too_large(reading, part, index, len(part.raw))
    try:
        parsed = fast.parse(part.raw)
        found = list(_records_of(parsed, form, reading.purse))
    except (ValueError, RecursionError) as error:
        return _spoiled(reading, form, part, str(error), index)
    if not found and envelope.is_control(parsed.record):
        reading.flags.add("control_message")
        return index
    if not found:
        named = envelope.look_alike(parsed.record)
        copied = [] if named else _copies(parsed.record)
        for inner_form, made, odd in copied:
            _copy(reading, index, part.offset, len(part.raw), inner_form, made, odd)
            index += 1
        if copied:
            return index
        reading.kind = reading.kind or named
        reason = named or "not_a_record"
        reading.rejects.append(
            Reject(index, part.offset, len(part.raw), reason, "not a CloudTrail record", excerpt(part.raw))
        )
        reading.flags.add("foreign" if named or form in ("bare", "array") else "odd")
        return index + 1
    for inner_form, inner in found:
        if len(inner.form) > reading.most:
            index = _too_large(reading, part, index, len(inner.form))
            continue
        if aggregated.is_aggregated(inner.record):
            counts = aggregated.rows(inner.record, inner.form.decode("utf-8", "replace"))
            reading.aggregated += [(index, row) for row in counts]
            index += 1
            continue
        reading.add(Record(index, part.offset, len(part.raw), inner_form, inner, raw=part.raw))
        index += 1
    return index


def _records_of(parsed: fast.Parsed, form: str, purse: envelope.Purse) -> Iterator[tuple[str, fast.Parsed]]:
    """The records in an element. What OCSF took apart is none, only the original that it may carry."""
    if form != "wrapped" and envelope.is_record(parsed.record):
        yield form, parsed
    elif envelope.is_record(parsed.record) or not copies.is_ocsf(parsed.record):
        yield from envelope.records_in(parsed, form, purse=purse)
    elif isinstance(original := parsed.record.get("raw_data"), str) and original.lstrip()[:1] == "{":
        yield from envelope.records_in(fast.parse(original.encode("utf-8", "surrogatepass")), "ocsf_raw_data")


def _too_large(reading: Reading, part: Part, index: int, size: int) -> int:
    """A record beyond the bound is told with its place and not parsed: it would take several times its size in memory."""
    detail = f"a record of {size} bytes; the limit is {reading.most} (--max-record)"
    reading.rejects.append(
        Reject(index, part.offset, len(part.raw), "record_too_large", detail, excerpt(part.raw[:1000]))
    )
    return index + 1


def _copies(value: Any) -> list[tuple[str, dict[str, Any], set[str]]]:
    """The records that an object repeats at second hand: OCSF, Elastic, flattened rows, the rows of a Lake answer."""
    if not isinstance(value, dict):
        return []
    if copies.is_ocsf(value):
        return [("ocsf", *copies.record_of_ocsf(value))]
    hits = value.get("hits")
    listed = hits.get("hits") if isinstance(hits, dict) else value.get("results")
    if isinstance(listed, list):
        return [copy for entry in listed for copy in _copies(entry)]
    source, result = value.get("_source"), value.get("result")
    inner = source if isinstance(source, dict) else value
    if copies.is_elastic(inner):
        return [("elastic", *copies.record_of_elastic(inner))]
    if isinstance(value.get("QueryResultRows"), list):
        rows = [
            {k: v for cell in row if isinstance(cell, dict) for k, v in cell.items()}
            for row in value["QueryResultRows"]
            if isinstance(row, list)
        ]
        return [("lake_results", *copies.record_of(row, "lake")) for row in rows if copies.form_of(list(row))]
    flat = result if isinstance(result, dict) else value
    form = copies.form_of(list(flat))
    if (
        form
        and form != "raw"
        and any("amazonaws.com" in str(v) for k, v in flat.items() if copies.fold(k) == "eventsource")
    ):
        return [("sentinel" if form == "sentinel" else "flattened", *copies.record_of(flat, form))]
    return []


def _settle(reading: Reading, content: bytes, path: str) -> None:
    """The kind and shape of the whole, once its parts are known."""
    if reading.count:
        reading.kind, reading.form = "cloudtrail", reading.form or reading.first
    elif reading.aggregated:
        reading.kind, reading.form = "aggregated", "records"
    elif "has_list" in reading.flags and not reading.rejects:
        reading.kind = "cloudtrail"
    elif reading.purse.left >= 0 and not object_keys.parse(path) and not any(mark in content for mark in _MARKS):
        reading.kind, reading.rejects = None if content.strip() not in (b"", b"[]") else "empty", []
    elif "foreign" in reading.flags and "odd" not in reading.flags:
        # Whole objects of another kind, and none of ours: not a damaged trail file but another file.
        reading.rejects = [r for r in reading.rejects if r.detail != "not a CloudTrail record"]
    elif not content.strip() or content.strip() == b"[]":
        reading.kind = "empty"
    reading.flags -= {"has_list", "foreign", "odd"}
    if reading.kind is None and not reading.rejects and elements.MARK in content:
        reading.flags.add("names_cloudtrail")


def _reason(text: str) -> str:
    for known in ("truncated", "nested deeper", "not UTF-8"):
        if known in text:
            return {"nested deeper": "nested_too_deep"}.get(known, known)
    return "malformed_json"


def excerpt(raw: bytes) -> str:
    """The beginning of some bytes as text, for a person to recognise."""
    return raw[:200].decode("utf-8", "replace")
