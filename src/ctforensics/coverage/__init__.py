"""Verification joined with what is loaded: the class of every event, what the trail's own records explain, every hour's state.

Verification judges files alone; loading reads them; only here do the two meet, through the hash of the content. Everything
is computed anew from the newest saved run, so the order of verify and load does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from ctforensics.case.folder import CaseFolder
from ctforensics.coverage import changes, hours, judgement, second
from ctforensics.verify import saved


def refresh_case(con: duckdb.DuckDBPyConnection, folder: CaseFolder) -> None:
    """Brings verification and coverage of a case's next database up to its newest saved run.

    Nothing verified yet: the tables are emptied and every event is ``not_checked``.
    """
    run = saved.newest(folder)
    _mark(con, run.head.get("keys_from") if run else None)
    if run is None:
        refresh(con, "", (), ())
    else:
        refresh(con, run.run, run.files(), run.findings())


def _mark(con: duckdb.DuckDBPyConnection, keys_from: str | None) -> None:
    """Says in the database whose keys were trusted, so that every answer from practice evidence can be marked as such."""
    con.execute("DELETE FROM case_facts WHERE name IN ('keys_from', 'practice')")
    if keys_from is not None:
        facts = [("keys_from", keys_from), ("practice", "true" if keys_from == "practice" else "false")]
        con.executemany("INSERT INTO case_facts VALUES (?, ?)", facts)


def refresh(
    con: duckdb.DuckDBPyConnection,
    run: str,
    files: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
) -> None:
    """Fills verifications, findings, trail_changes and coverage, and the verification of files and events.

    ``files`` and ``findings`` are the lines of a saved run. ``con`` is the writable next database with the tables of
    ``trail.tables``; the caller publishes it.
    """
    judgement.publish(con, run, files, findings)
    judgement.judge_files(con)
    judgement.judge_events(con)
    changes.refresh(con)
    hours.refresh(con, bool(run))
    second.refresh(con)
