"""Verification joined with what is loaded: the class of every event, what the trail's own records explain, every hour's state.

Verification judges files alone; loading reads them; only here do the two meet, through the hash of the content. Everything
is computed anew from the saved runs, so the order of verify and load does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from ctforensics.case.folder import CaseFolder
from ctforensics.coverage import changes, hours, judgement, second
from ctforensics.verify import standing


def refresh_case(con: duckdb.DuckDBPyConnection, folder: CaseFolder) -> None:
    """Brings verification and coverage of a case's next database up to its saved runs: of every file the newest verdict.

    Nothing verified yet: the tables are emptied and every event is ``not_checked``.
    """
    verdicts = standing.standing(folder)
    _mark(con, verdicts)
    refresh(con, verdicts.runs[0].run if verdicts.runs else "", verdicts.files(), verdicts.findings())


def _mark(con: duckdb.DuckDBPyConnection, verdicts: standing.Standing) -> None:
    """Says in the database which runs count and whose keys were trusted, so that answers from practice evidence are marked."""
    con.execute("DELETE FROM case_facts WHERE name IN ('keys_from', 'practice', 'verification_runs')")
    if verdicts.runs:
        practice = "true" if verdicts.keys_from == "practice" else "false"
        facts = [("keys_from", verdicts.keys_from), ("practice", practice)]
        facts.append(("verification_runs", json.dumps(verdicts.sentences())))
        con.executemany("INSERT INTO case_facts VALUES (?, ?)", facts)


def refresh(
    con: duckdb.DuckDBPyConnection,
    run: str,
    files: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
) -> None:
    """Fills verifications, findings, trail_changes and coverage, and the verification of files and events.

    ``files`` and ``findings`` are lines of saved runs, ``run`` the name of those that do not name their own. ``con`` is the writable next database with the tables of
    ``trail.tables``; the caller publishes it.
    """
    judgement.publish(con, run, files, findings)
    judgement.judge_files(con)
    judgement.judge_events(con)
    changes.refresh(con)
    hours.refresh(con, bool(run))
    second.refresh(con)
