"""A load from beginning to end: roots walked, new files read, rows stored, settled, judged, indexed, published."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import duckdb

from ctforensics import __version__, clock
from ctforensics.case import custody, generation
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import CaseError, ParameterError
from ctforensics.evidence.door import USUAL, Limits
from ctforensics.load import compiled, plan, reader, screen, settle, store, workers
from ctforensics.load.options import Options, values_in
from ctforensics.load.result import LoadResult
from ctforensics.load.roots import roots_of
from ctforensics.load.scope import Scope
from ctforensics.load.task import Task
from ctforensics.trail.tables import SCHEMA_VERSION
from ctforensics.verify.standing import standing

# From so many chunks on: readers in processes of their own, the walk where it is compiled already, the walk with its compilation.
FEW_CHUNKS, SOME_CHUNKS, MANY_CHUNKS = 8, 16, 32
LARGE = 1 << 20  # stored bytes of a file whose records the compiled walk reads in half the memory
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
    limits: Limits = USUAL,
    jobs: int | None = None,
    progress: Reports | None = None,
    judge: Judge | None = None,
) -> LoadResult:
    """Loads what is new in the roots of a case (all of them unless some are named) and publishes the next generation.

    ``judge`` is called on the finished tables, before those for the screen are built: it brings verification and coverage.
    Raises CaseBusy where another process writes, ConservationError where the ledger does not balance (nothing is published then).
    """
    if jobs is not None and jobs < 1:
        raise ParameterError("A load needs at least one process.", hint="Leave --jobs out, or say 1 or more.")
    options = Options(
        scope=scope,
        keep_raw=keep_raw,
        limits=limits,
        verified=_verified(folder) if only_verified else None,
        values=values_in(matching) if matching else None,
    )
    with generation.writer(folder, "load") as writer, _said_plainly(folder):
        con, options = _begin(writer, options)
        try:
            tell = progress or _nobody
            opened, slow = _fill(con, folder, roots, options, jobs, tell)
            tell(opened, note="all read; sorting out copies and the ledger")
            settle.settle(con)
            tell(opened, note="all read; verification and coverage")
            if judge:
                judge(con)
            tell(opened, note="all read; the index of the timeline")
            screen.build(con)
            result = _result(con, scope, opened, slow)
            con.execute("BEGIN")
            _facts(con, options)
            con.execute("COMMIT")
            con.execute("CHECKPOINT nextgen")
        finally:
            con.close()
        writer.publish()
    custody.record(
        folder, "load", scope=scope.to_json(), files=result.files, records=result.records, events=result.events
    )
    return result


def _nobody(done: int, total: int | None = None, note: str = "") -> None:
    """Whom a load tells where nobody listens."""


@contextmanager
def _said_plainly(folder: CaseFolder) -> Iterator[None]:
    """Faults of the database as one sentence: no space left, out of memory."""
    try:
        yield
    except duckdb.Error as error:
        raise CaseError(
            f"The database cannot be written: {str(error).splitlines()[0]}",
            where=str(folder.path),
            hint=f"Nothing was published and nothing finished is lost: {_remedy(str(error))}, and run the load again.",
        ) from error


def _remedy(fault: str) -> str:
    if "No space left" in fault or "File too large" in fault:
        return "make room on the disk of the case"
    if "memory" in fault.lower() or "failed to pin" in fault:
        return "say --max-record 1M, so that records of many megabytes are listed as rejects"
    return "mend this"


def _begin(writer: generation.Writer, options: Options) -> tuple[duckdb.DuckDBPyConnection, Options]:
    """Goes on in the unfinished next generation where it was begun in the same way, or begins one from what is published.

    Values that earlier loads sifted by are looked for as well: what they brought in must stay.
    """
    if writer.resume():
        try:
            con = store.connect(str(writer.path))
            store.prepare(con)
            whole = _with_earlier_values(con, options)
            if store.read_fact(con, "loading") == _manner(whole):
                store.forget_unfinished(con)
                return con, whole
            con.close()
        except duckdb.Error:
            pass  # a next generation that was torn in the middle of a write: it is only derived, and made anew
    writer.start_from_current()
    con = store.connect(str(writer.path))
    store.prepare(con)
    whole = _with_earlier_values(con, options)
    store.fact(con, "loading", _manner(whole))
    return con, whole


def _manner(options: Options) -> str:
    """What a load must have in common with an unfinished one to go on in it."""
    said = [options.scope.to_json(), options.keep_raw, options.values, options.verified is not None]
    return json.dumps([*said, asdict(options.limits)])


def _with_earlier_values(con: duckdb.DuckDBPyConnection, options: Options) -> Options:
    if options.values is None:
        return options
    earlier = json.loads(store.read_fact(con, "matching") or "[]")
    return replace(options, values=tuple(dict.fromkeys([*earlier, *options.values])))


def _fill(
    con: duckdb.DuckDBPyConnection,
    folder: CaseFolder,
    roots: list[Root] | None,
    options: Options,
    jobs: int | None,
    progress: Reports,
) -> tuple[int, str]:
    """Reads and stores everything that is new; returns how many files that were, and why they were read slowly, if they were."""
    planned = plan.Plan.begin(
        con, options, _generation(con), store.read_fact(con, "matching"), store.read_fact(con, "limits")
    )
    stored = store.Store(con, _generation(con))
    wanted = roots if roots is not None else roots_of(folder)
    chunks = plan.chunks(planned.tasks(folder, wanted))
    first, done, slow = list(islice(chunks, MANY_CHUNKS)), 0, ""
    many = len(first) >= SOME_CHUNKS or any(task.size >= LARGE for chunk in first for task in chunk)
    if len(first) == MANY_CHUNKS or (many and compiled.is_ready()):
        progress(0, note="starting the compiled reader (its very first start takes up to a minute)")
        slow = compiled.why_not() or ""
        options = replace(options, compiled=not slow)
    for chunk in _read(folder, first, chunks, options, jobs):
        _note_changes(con, planned, chunk)
        stored.add(chunk, _replaced(planned, chunk))
        done += chunk.files.num_rows
        progress(done)
    stored.flush()
    _note_missing(con, planned, None if roots is None else {root.label for root in roots})
    return done, slow


def _read(
    folder: CaseFolder, first: list[list[Task]], chunks: Iterator[list[Task]], options: Options, jobs: int | None
) -> Iterator[reader.Chunk]:
    """Small loads are read here: a worker costs half a second to start, and two with the compiled walk."""
    count = jobs if jobs is not None else os.cpu_count() or 1
    if count <= 1 or len(first) < FEW_CHUNKS:
        return workers.here(folder, chain(first, chunks), options)
    return workers.apart(folder, chain(first, chunks), options, count)


def _replaced(planned: plan.Plan, chunk: reader.Chunk) -> list[int]:
    """The numbers of files that were read again in a wider way: their rows give way; events that stand keep standing.

    Where the file is not what it was, or could not be opened this time, what it brought before stays.
    """
    if not planned.replaced:
        return []
    numbers: list[int] = []
    for row in chunk.files.select(["root", "path", "sha256"]).to_pylist():
        path = (row["root"], row["path"])
        old = planned.replaced.pop(path, [])
        if old and planned.known[path].sha256 in (None, row["sha256"]):
            numbers += old
    return numbers


def _verified(folder: CaseFolder) -> frozenset[str]:
    """The content hashes of all log files that are proven by the newest verdict on each: those of class ok and anomaly.

    Of an anomaly the content is proven and something else is not as delivered; every mirror of a bucket is full of them.
    """
    verdicts = standing(folder)
    if not verdicts.runs:
        raise CaseError(
            "No file of this case is verified yet.",
            where=str(folder.path),
            hint="Run `ctforensics verify` first, or load without --only-verified.",
        )
    return frozenset(
        file["content_sha256"]
        for file in verdicts.files()
        if file.get("class") in ("ok", "anomaly") and file.get("content_sha256")
    )


def _note_changes(con: duckdb.DuckDBPyConnection, planned: plan.Plan, chunk: reader.Chunk) -> None:
    """Evidence whose bytes are not those of the last load is a finding; untouched bytes with a new time are not."""
    if not planned.known:
        return
    for row in chunk.files.select(["root", "path", "sha256", "outcome"]).to_pylist():
        before = planned.known.get((row["root"], row["path"]))
        if (
            before is None
            or before.sha256 is None
            or row["sha256"] == before.sha256
            or row["outcome"] == "out_of_scope"
        ):
            continue
        subject = f"{row['root']}/{row['path']}"
        if not _came_back(con, subject, row["sha256"]):
            detail = f"SHA-256 was {before.sha256}, is {row['sha256']}; the rows of both are kept"
            store.finding(con, "EVIDENCE_CHANGED", subject, detail)


def _came_back(con: duckdb.DuckDBPyConnection, subject: str, sha256: str) -> bool:
    """Whether evidence that had changed is again what it was: the finding then says so, and is no alarm any more."""
    back = con.execute(
        """UPDATE findings SET class = 'anomaly', detail = detail || '; it is back to what it was'
        WHERE code = 'EVIDENCE_CHANGED' AND subject = $1 AND starts_with(detail, $2) AND NOT ends_with(detail, 'what it was')
        RETURNING 1""",
        [subject, f"SHA-256 was {sha256}, is "],
    ).fetchall()
    return bool(back)


def _note_missing(con: duckdb.DuckDBPyConnection, planned: plan.Plan, labels: set[str] | None) -> None:
    """Evidence that was loaded and is gone is a finding; its rows stay. ``labels`` are the roots that were walked, None all:
    then a root that is no longer in the case, or an ``evidence/`` that was emptied, is gone as well. What came back is gone no more.
    """
    gone = con.execute("SELECT subject FROM findings WHERE code = 'EVIDENCE_GONE'").fetchall()
    here = {f"{root}/{path}" for root, path in planned.seen} if gone else set()
    for (subject,) in gone:
        if here & {subject, subject.split("!/", 1)[0]}:
            con.execute("DELETE FROM findings WHERE code = 'EVIDENCE_GONE' AND subject = ?", [subject])
    for (root, path), before in planned.known.items():
        outer = path.split("!/", 1)[0]
        if (labels is None or root in labels) and before.sha256 and not {(root, path), (root, outer)} & planned.seen:
            store.finding(con, "EVIDENCE_GONE", f"{root}/{path}", "it was loaded before and is no longer there")


def _generation(con: duckdb.DuckDBPyConnection) -> int:
    return int(store.read_fact(con, "generation") or 0) + 1


def _facts(con: duckdb.DuckDBPyConnection, options: Options) -> None:
    run = _generation(con)
    con.execute("DELETE FROM case_facts WHERE name = 'loading'")
    for name, value in (
        ("schema_version", SCHEMA_VERSION),
        ("tool_version", __version__),
        ("generation", run),
        ("loaded_at", clock.utc_text(clock.now().replace(microsecond=0))),
        ("scope", json.dumps(options.scope.to_json())),
        ("limits", json.dumps(asdict(options.limits))),
        *([("matching", json.dumps(options.values))] if options.values else ()),
    ):
        store.fact(con, name, value)


def _result(con: duckdb.DuckDBPyConnection, scope: Scope, opened: int, slow: str) -> LoadResult:
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
        conflicts=con.execute("SELECT count(*) FROM conflicts WHERE kind <> 'addendum'").fetchall()[0][0],
        findings=tuple(dict(zip(("code", "class", "subject", "detail"), row, strict=True)) for row in findings),
        scope=scope.to_json(),
        read_slowly=slow,
    )
