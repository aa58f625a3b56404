"""A load from beginning to end: roots walked, new files read, rows stored, settled, judged, indexed, published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import duckdb

from ctforensics import __version__, clock
from ctforensics.case import custody, generation
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.load import plan, reader, screen, settle, store
from ctforensics.load.plan import Task
from ctforensics.load.result import LoadResult
from ctforensics.load.roots import roots_of
from ctforensics.load.scope import Scope
from ctforensics.trail.tables import SCHEMA_VERSION

FILES_AT_ONCE = 400
EVERYTHING = Scope()
Judge = Callable[[duckdb.DuckDBPyConnection], None]


class Reports(Protocol):
    """Whoever is told how far a load is."""

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None: ...


def load(
    folder: CaseFolder,
    roots: list[Root] | None = None,
    *,
    scope: Scope = EVERYTHING,
    only_verified: bool = False,
    matching: Path | None = None,
    keep_raw: bool = False,
    jobs: int | None = None,
    progress: Reports | None = None,
    judge: Judge | None = None,
) -> LoadResult:
    """Loads what is new in the roots of a case (all of them unless some are named) and publishes the next generation.

    ``judge`` is called on the finished tables, before those for the screen are built: it brings verification and coverage.
    Raises CaseBusy where another process writes, ConservationError where the ledger does not balance (nothing is published then).
    """
    with generation.writer(folder, "load") as writer:
        _begin(writer, scope)
        con = store.connect(str(writer.path))
        try:
            store.prepare(con)
            opened = _fill(con, folder, roots, scope, keep_raw, progress)
            settle.settle(con)
            if judge:
                judge(con)
            screen.build(con)
            result = _result(con, scope, opened)
            _facts(con, scope)
            con.execute("CHECKPOINT nextgen")
        finally:
            con.close()
        writer.publish()
    custody.record(
        folder, "load", scope=scope.to_json(), files=result.files, records=result.records, events=result.events
    )
    return result


def _begin(writer: generation.Writer, scope: Scope) -> None:
    """Goes on in the unfinished next generation, or begins one from what is published."""
    if not writer.resume():
        writer.start_from_current()


def _fill(
    con: duckdb.DuckDBPyConnection,
    folder: CaseFolder,
    roots: list[Root] | None,
    scope: Scope,
    keep_raw: bool,
    progress: Reports | None,
) -> int:
    """Reads and stores everything that is new; returns how many files that were."""
    known = store.known(con)
    next_no = max((k.file_no for k in known.values()), default=0) + 1
    run = _generation(con)
    found = plan.located(folder, roots if roots is not None else roots_of(folder))
    done = 0
    for chunk in _chunks(plan.tasks(found, scope, known)):
        batch = reader.read_all(folder, chunk, keep_raw=keep_raw)
        stale = [t.known.file_no for t in chunk if t.known and t.known.outcome == "out_of_scope"]
        if stale:
            con.execute("DELETE FROM files WHERE list_contains(?, file_no)", [stale])
        _note_changes(con, batch)
        store.insert(con, batch, next_no + done, run)
        done += len(batch)
        if progress:
            progress(done)
    return done


def _note_changes(con: duckdb.DuckDBPyConnection, batch: list[reader.FileRead]) -> None:
    """Evidence whose bytes are not those of the last load is a finding; untouched bytes with a new time are not."""
    for read in batch:
        before = read.task.known
        if before is None or before.outcome == "out_of_scope" or before.sha256 == read.file.get("sha256"):
            continue
        con.execute(
            "INSERT INTO findings (code, class, subject, detail, found_by) VALUES ('EVIDENCE_CHANGED', 'fail', ?, ?, 'load')",
            [
                f"{read.file['root']}/{read.file['path']}",
                f"SHA-256 was {before.sha256}, is {read.file.get('sha256')}; the rows of both are kept",
            ],
        )


def _chunks(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while chunk := list(islice(tasks, FILES_AT_ONCE)):
        yield chunk


def _generation(con: duckdb.DuckDBPyConnection) -> int:
    rows = con.execute("SELECT value FROM case_facts WHERE name = 'generation'").fetchall()
    return int(rows[0][0]) + 1 if rows else 1


def _facts(con: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    run = _generation(con)
    for name, value in (
        ("schema_version", SCHEMA_VERSION),
        ("tool_version", __version__),
        ("generation", run),
        ("loaded_at", clock.utc_text(clock.now().replace(microsecond=0))),
        ("scope", json.dumps(scope.to_json())),
    ):
        store.fact(con, name, value)


def _result(con: duckdb.DuckDBPyConnection, scope: Scope, opened: int) -> LoadResult:
    def counts(sql: str) -> dict[str, Any]:
        return dict(con.execute(sql).fetchall())

    sums = con.execute("""SELECT coalesce(sum(records), 0), coalesce(sum(events), 0), coalesce(sum(duplicates), 0),
        coalesce(sum(poorer_copies), 0), coalesce(sum(rejected), 0), coalesce(sum(sifted), 0) FROM files
        WHERE outcome <> 'other_kind'""").fetchall()[0]
    findings = con.execute("SELECT code, class, subject, detail FROM findings WHERE found_by = 'load'").fetchall()
    return LoadResult(
        files=counts("SELECT outcome, count(*) FROM files GROUP BY 1 ORDER BY 1"),
        records=int(sums[0]),
        events=int(sums[1]),
        duplicates=int(sums[2]),
        poorer_copies=int(sums[3]),
        rejected=int(sums[4]),
        sifted=int(sums[5]),
        new_files=opened,
        rejects=counts("SELECT reason, count(*) FROM rejects GROUP BY 1 ORDER BY 1"),
        left_out=counts("SELECT reason, count(*) FROM files WHERE outcome = 'out_of_scope' GROUP BY 1 ORDER BY 1"),
        other_kinds=counts("SELECT kind, count(*) FROM files WHERE outcome = 'other_kind' GROUP BY 1 ORDER BY 1"),
        conflicts=con.execute("SELECT count(*) FROM conflicts").fetchall()[0][0],
        findings=tuple(dict(zip(("code", "class", "subject", "detail"), row, strict=True)) for row in findings),
        scope=scope.to_json(),
    )
