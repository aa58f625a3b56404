"""All events of a view as a file: CSV, JSON lines of the records, Timesketch, Parquet or a page; streamed, hashed, with a manifest."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.ask import timesketch
from ctforensics.ask.formats import neutral, shown
from ctforensics.errors import CaseError, UnknownName
from ctforensics.show import cells, files, page, scale
from ctforensics.show.session import TimelineSession

COLUMNS = (
    "event_time, event_id, event_key, outcome, event_source, event_name, actor, access_key_id, source_ip_address, user_agent, "
    "aws_region, recipient_account_id, error_code, target, verification"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: its name, how many events it holds, its hash."""

    name: str
    events: int
    sha256: str


def export(session: TimelineSession, folder: Path, form: str, *, stale: str = "") -> Exported:
    """Writes the view in force into a folder, with ``<name>.manifest.json`` beside it; never over an earlier file.

    ``form`` is one of FORMS. Where the evidence changed since it was loaded, name and manifest say so (``stale``).
    """
    if form not in FORMS:
        raise UnknownName("format", form, FORMS)
    end, write = FORMS[form]
    view = session.view
    stem = f"timeline-{scale.from_ms(view.lo):%Y%m%dT%H%M%SZ}-{scale.from_ms(view.hi):%Y%m%dT%H%M%SZ}" + (
        "-STALE" if stale else ""
    )
    path = _free(folder, stem, end)
    count = files.written(path, lambda waiting: write(session, waiting))
    try:
        digest = _sha256(path)
        facts = {**cells.facts(session), "file": path.name, "events": count, "sha256": digest, "stale": stale}
        facts["made"] = clock.utc_text(clock.now().replace(microsecond=0))
        path.with_name(path.name + ".manifest.json").write_text(
            json.dumps(facts, indent=1, default=str) + "\n", "utf-8"
        )
    except OSError as error:
        raise CaseError(f"The export cannot be written: {error.strerror}.", where=str(path)) from error
    return Exported(path.name, count, digest)


def _free(folder: Path, stem: str, end: str) -> Path:
    for number in range(1, 10_000):
        path = folder / (f"{stem}{end}" if number == 1 else f"{stem}-{number}{end}")
        if not path.exists():
            return path
    raise CaseError("There are ten thousand exports of this view already.", where=str(folder))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def event_lines(session: TimelineSession, columns: str = COLUMNS) -> Iterator[dict[str, Any]]:
    """All events of the view in force in time order, as dicts of these columns with whole values, read in pieces."""
    statement, values = session.sql()
    cursor = session.cursor()
    cursor.execute(statement.replace("SELECT *", f"SELECT {columns}", 1), values)
    names = [column[0] for column in cursor.description or []]
    while batch := cursor.fetchmany(10_000):
        for each in batch:
            yield dict(zip(names, each, strict=True))
    cursor.close()


def write_csv(session: TimelineSession, path: Path) -> int:
    """All events of the view as CSV, cells that a spreadsheet would run as formulas disarmed; returns their number."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS.split(", "))
        for event in event_lines(session):
            writer.writerow([disarmed(value) for value in event.values()])
            count += 1
    return count


def disarmed(value: Any) -> str:
    """A cell's text with hidden characters visible; an apostrophe before what a spreadsheet would take for a formula."""
    return neutral(shown(value))


def write_timesketch(session: TimelineSession, path: Path) -> int:
    """All events of the view as Timesketch JSON lines (message, datetime, timestamp_desc, ...); returns their number."""
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        for event in event_lines(session, timesketch.COLUMNS):
            stream.write(timesketch.line(event))
            count += 1
    return count


def write_records(session: TimelineSession, path: Path) -> int:
    """The records of all events of the view as they stood in the evidence, one on a line; returns their number."""
    from ctforensics.originals.records import line_of, originals

    if session.folder is None:
        raise CaseError("Records are read from the evidence of a case folder, and this timeline has none.")
    since, until = (scale.ms_text(ms).replace("Z", "") for ms in (session.view.lo, session.view.hi))
    where = f"e.event_time >= TIMESTAMP '{since}' AND e.event_time < TIMESTAMP '{until}'"
    chosen = _keys(session) if session.view.where else None
    count = 0
    with path.open("wb") as stream:
        for original in originals(session.folder, distinct=True, where=where):
            if chosen is None or original.event_key in chosen:
                stream.write(line_of(original) + b"\n")
                count += 1
    return count


def _keys(session: TimelineSession) -> set[str]:
    statement, values = session.sql()
    cursor = session.cursor()
    found = cursor.execute(statement.replace("SELECT *", "SELECT event_key::VARCHAR", 1), values).fetchall()
    cursor.close()
    return {key for (key,) in found}


def write_parquet(session: TimelineSession, path: Path) -> int:
    """All events of the view with every column as Parquet, in batches; returns their number."""
    import pyarrow.parquet as parquet

    statement, values = session.sql()
    cursor = session.cursor()
    reader: Any = cursor.sql(statement, params=values).to_arrow_reader(50_000)
    count = 0
    with parquet.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    cursor.close()
    return count


def write_page(session: TimelineSession, path: Path) -> int:
    """The self-contained page of the view; returns the number of events that its charts count."""
    path.write_text(page.build(session), "utf-8")
    return int(session.bars()["count"])


FORMS: dict[str, tuple[str, Callable[[TimelineSession, Path], int]]] = {
    "csv": (".csv", write_csv),
    "jsonl": (".jsonl", write_records),
    "timesketch": (".timesketch.jsonl", write_timesketch),
    "parquet": (".parquet", write_parquet),
    "html": (".html", write_page),
}
