"""What an answer rests on: the window, files and hours that were searched, and where the evidence has holes.

A wrong "nothing happened" is the worst answer, so an empty one says all of this.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from ctforensics import clock
from ctforensics.ask.question import Question
from ctforensics.ask.room import Room
from ctforensics.case.folder import NEXT_DATABASE

_GAP_STATES = ("tampered", "missing", "outside")
_WORDS = {
    "tampered": "tampered with",
    "missing": "missing in whole or in part",
    "outside": "outside what was loaded",
    "unverified": "not proven",
    "verified": "proven",
    "verified_empty": "proven empty",
}
_SHOWN_GAPS = 8
EXAMINER = "examiner_too"  # the parameter of questions that leave our own reads out unless asked for
_EXAMINER = """SELECT count(*) FROM scoped($since, $until, $accounts, $regions, 'all')
WHERE by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address)"""

# Consecutive hours of one account, region and trail in one bad state become one gap.
_GAPS = """
WITH bad AS (
    SELECT account, region, trail, state, hour,
        hour - to_hours(row_number() OVER (PARTITION BY account, region, trail, state ORDER BY hour)) AS run
    FROM coverage WHERE state IN ('tampered', 'missing') AND {scope}
)
SELECT state, account, region, trail, min(hour) AS since, max(hour) + INTERVAL 1 HOUR AS until, count(*) AS hours
FROM bad GROUP BY state, account, region, trail, run ORDER BY hours DESC, since, account, region, trail"""
_COVERAGE_SCOPE = """hour + INTERVAL 1 HOUR > $since AND hour < $until
    AND (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
    AND (len($regions::VARCHAR[]) = 0 OR list_contains($regions::VARCHAR[], region))"""
_ACCOUNT = "coalesce(recipient_account_id, actor_account_id)"
_NO_ACCOUNT = f"{_ACCOUNT} IS NULL"
_JUDGED = """SELECT min(hour), max(hour) + INTERVAL 1 HOUR FROM coverage
WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
    AND (len($regions::VARCHAR[]) = 0 OR list_contains($regions::VARCHAR[], region))"""
_HELD = """SELECT min(event_time), max(event_time) + INTERVAL 1 SECOND FROM around_scope($accounts, $regions)
WHERE event_time_basis <> 'none'"""
_KINDS = {
    "data": "event_class = 'data'",
    "network": "event_class = 'network'",
    "insight": "event_class = 'insight'",
}
_NO_INPUT = {
    "input:address_places": (
        "No MaxMind database (such as GeoLite2-City.mmdb) lies in inputs/: where addresses are is not known, and silence proves nothing here."
    )
}

# Events of accounts of which no hour was judged though others were: their files stand under another account's name, or under none.
UNJUDGED = """SELECT recipient_account_id AS account, count(*) AS events FROM events WHERE recipient_account_id IS NOT NULL
  AND recipient_account_id NOT IN (SELECT account FROM coverage WHERE account IS NOT NULL) AND EXISTS (SELECT 1 FROM coverage)
GROUP BY account ORDER BY events DESC, account"""
_NAMED_ACCOUNTS = 3  # accounts that a sentence names


@dataclass(slots=True)
class Gap:
    """A stretch of hours without trustworthy logs."""

    state: str
    account: str | None
    region: str | None
    trail: str | None
    since: datetime
    until: datetime
    hours: int

    def sentence(self) -> str:
        """The gap as a line of text."""
        place = " ".join(part for part in (self.account, self.region, self.trail) if part) or "everywhere"
        window = f"{clock.utc_text(self.since)} to {clock.utc_text(self.until)}"
        return f"{_WORDS[self.state]}: {place}, {window} ({self.hours} h)"


@dataclass(slots=True)
class Searched:
    """What was searched. ``coverage`` counts hours (per account, region and trail) by state inside the window."""

    since: datetime | None
    until: datetime | None
    accounts: list[str]
    regions: list[str]
    files: dict[str, int] = field(default_factory=dict)
    events: int = 0
    coverage: dict[str, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    rejects: int = 0
    sifted: int = 0
    timeless: int = 0
    changed: int = 0
    gone: int = 0
    examiner: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    practice: bool = False
    verified: bool = False
    here: tuple[datetime, datetime] | None = None
    absent: list[str] = field(default_factory=list)
    placeless: int = 0
    loading: bool = False
    unjudged: dict[str, int] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What was searched and what is wrong with it, a sentence each, worst first."""
        return [*self.cautions(), self._searched(), *self._hours()]

    def cautions(self) -> list[str]:
        """What makes this answer less than complete."""
        said = self.unseen()
        said += [f"Nothing at all is here of {name}." for name in self.absent]
        said += self._beyond()
        if self.placeless:
            named = "event names" if self.placeless == 1 else "events name"
            said.append(
                f"{self.placeless:,} {named} no such account or region and {'was' if self.placeless == 1 else 'were'} not searched."
            )
        bad = {state: self.coverage.get(state, 0) for state in _GAP_STATES if self.coverage.get(state)}
        said += self._unjudged()
        if bad:
            told = ", ".join(f"{hours} h {_WORDS[state]}" for state, hours in bad.items())
            said.append(f"Holes inside the window: {told}.")
        if self.files.get("out_of_scope"):
            left = self.files["out_of_scope"]
            said.append(f"{left:,} {'file was' if left == 1 else 'files were'} left out of the load's scope.")
        if self.loading:
            said.append("A load was begun and is not published yet: what it reads was not searched.")
        if self.sifted:
            said.append(
                f"All records were scanned (100 %), but {self.sifted:,} held none of the wanted values and are not loaded "
                "(load --matching)."
            )
        if self.changed:
            said.append(
                f"{self.changed:,} files of evidence changed after they were loaded (finding EVIDENCE_CHANGED)."
            )
        if self.gone:
            said.append(
                f"{self.gone:,} files of evidence were loaded and are gone now; their rows stay (finding EVIDENCE_GONE)."
            )
        if self.examiner:
            said.append(
                f"{self.examiner:,} events of those labelled examiner are left out (examiner_too=true shows them)."
            )
        if self.rejects:
            said.append(f"{self.rejects:,} pieces of evidence could not be read as records (table rejects).")
        if self.timeless:
            said.append(f"{self.timeless:,} records carry no time at all; those that answer stand apart.")
        return said

    def _unjudged(self) -> list[str]:
        """That events are of accounts of which no hour was judged, though others were."""
        found = {a: n for a, n in self.unjudged.items() if not self.accounts or a in self.accounts}
        if not found:
            return []
        names, total = list(found), sum(found.values())
        more = f" and {len(names) - _NAMED_ACCOUNTS:,} more" if len(names) > _NAMED_ACCOUNTS else ""
        of = f"{'account' if len(names) == 1 else 'accounts'} {', '.join(names[:_NAMED_ACCOUNTS])}{more}"
        said = "1 event of the case is" if total == 1 else f"{total:,} events of the case are"
        return [f"{said} of {of}, for which nothing was verified: no hour of theirs is known to be whole."]

    def unseen(self) -> list[str]:
        """The kinds of events or inputs that the question reads and of which nothing is here."""
        said = []
        for kind, events in self.kinds.items():
            if not events and kind.startswith("input:"):
                said.append(_NO_INPUT[kind])
            elif not events:
                said.append(f"The archive holds no {_named(kind)} events for this window: silence proves nothing here.")
        return said

    def _beyond(self) -> list[str]:
        """That the window which was asked for reaches beyond what is here, if it does."""
        if not (self.since or self.until):
            return []
        if self.here is None:
            return ["Of what is here, no hour belongs to what was asked: silence proves nothing."]
        first, last = self.here
        told = f"what is here ({clock.utc_text(first)} to {clock.utc_text(last)})"
        before = self.since is None or self.since < first
        after = self.until is None or self.until > last
        if (self.until and self.until <= first) or (self.since and self.since >= last):
            return [f"The window lies outside of {told}: silence proves nothing."]
        sides = [side for side, asked in (("before", self.since and before), ("after", self.until and after)) if asked]
        return [f"The window reaches beyond {told}: nothing is known {' and '.join(sides)}."] if sides else []

    def _searched(self) -> str:
        files = sum(self.files.get(outcome, 0) for outcome in ("loaded", "partial", "empty", "duplicate"))
        window = "everything that is here"
        if self.since or self.until:
            window = f"{clock.utc_text(self.since or datetime.min)} to {clock.utc_text(self.until or datetime.max)}"
        where = f", accounts {', '.join(self.accounts)}" if self.accounts else ""
        where += f", regions {', '.join(self.regions)}" if self.regions else ""
        return f"Searched {self.events:,} events of {files:,} files; window: {window}{where}."

    def _hours(self) -> list[str]:
        if not self.coverage and self.verified:
            return ["Hours: none of those that were asked for is covered by what was verified."]
        if not self.coverage:
            return ["Coverage is not known: the evidence was not verified (ctforensics verify CASE)."]
        told = ", ".join(f"{hours:,} {_WORDS[state]}" for state, hours in self.coverage.items())
        listed = [f"  {gap.sentence()}" for gap in self.gaps[:_SHOWN_GAPS]]
        if len(self.gaps) > _SHOWN_GAPS:
            listed.append(f"  and {len(self.gaps) - _SHOWN_GAPS} more gaps (question event_coverage)")
        return [f"Hours (account, region, trail): {told}.", *listed]


def _named(kind: str) -> str:
    family, _, service = kind.partition(":")
    return f"{service} {family}".strip() if service else family


def searched(room: Room, question: Question | None, bound: dict[str, Any]) -> Searched:
    """What a question with these bound parameters searched, from the tables of the case."""
    scope = {
        "since": bound.get("since", datetime.min),
        "until": bound.get("until", datetime.max),
        "accounts": list(bound.get("accounts", [])),
        "regions": list(bound.get("regions", [])),
    }
    with room.asking() as cursor:
        facts = _facts(room, cursor)
        states = Counter(dict(_rows(cursor, _by_state(), scope)))
        gaps = [Gap(*row) for row in _rows(cursor, _GAPS.format(scope=_COVERAGE_SCOPE), scope)]
        kinds = {kind: _kind(room, cursor, kind, scope) for kind in (question.needs if question else ())}
        events = _events(cursor, scope)
        places = _places(cursor, scope, facts["verified"])
        leaves_out = bound.get(EXAMINER) is False
        examiner = int(_rows(cursor, _EXAMINER, scope)[0][0]) if leaves_out and _has_examiner(room) else 0
    return Searched(
        since=None if scope["since"] == datetime.min else scope["since"],
        until=None if scope["until"] == datetime.max else scope["until"],
        accounts=scope["accounts"],
        regions=scope["regions"],
        events=events,
        coverage={state: states[state] for state in _WORDS if states[state]},
        gaps=gaps,
        kinds=kinds,
        examiner=examiner,
        loading=room.database.with_name(NEXT_DATABASE).exists(),
        **places,
        **facts,
    )


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    return cursor.execute(sql, params).fetchall()


def _has_examiner(room: Room) -> bool:
    return any(label.strip().lower() == "examiner" for _, label, _ in room.inputs.get("labels", []))


def _by_state() -> str:
    return f"SELECT state, count(*) FROM coverage WHERE {_COVERAGE_SCOPE} GROUP BY state"


def _events(cursor: duckdb.DuckDBPyConnection, scope: dict[str, Any]) -> int:
    sql = "SELECT count(*) FROM scoped($since, $until, $accounts, $regions, 'all') WHERE event_time_basis <> 'none'"
    return int((cursor.execute(sql, scope).fetchone() or (0,))[0])


def _places(cursor: duckdb.DuckDBPyConnection, scope: dict[str, Any], verified: bool) -> dict[str, Any]:
    """How far the evidence of the chosen accounts and regions reaches in time, which of them are not here, what names none.

    What was verified reaches as far as its hours are judged, the rest as far as its events.
    """
    given = {name: scope[name] for name in ("accounts", "regions")}
    here = None
    if scope["since"] != datetime.min or scope["until"] != datetime.max:
        first, last = _rows(cursor, _JUDGED if verified else _HELD, given)[0]
        here = None if first is None else (first, last)
    found: dict[str, Any] = {"absent": [], "placeless": 0}
    for kind, column in (("accounts", _ACCOUNT), ("regions", "aws_region")):
        if scope[kind]:
            name = kind.removesuffix("s")
            sql = f"""SELECT value FROM (SELECT DISTINCT unnest($wanted::VARCHAR[]) AS value)
                WHERE value NOT IN (SELECT {column} FROM events WHERE {column} IS NOT NULL)
                  AND value NOT IN (SELECT {name} FROM coverage WHERE {name} IS NOT NULL) ORDER BY value"""
            found["absent"] += [f"{name} {value}" for (value,) in _rows(cursor, sql, {"wanted": scope[kind]})]
    missing = [sql for kind, sql in (("accounts", _NO_ACCOUNT), ("regions", "aws_region IS NULL")) if scope[kind]]
    if missing:
        window = "event_time >= $since AND event_time < $until AND event_time_basis <> 'none'"
        sql = f"SELECT count(*) FROM events WHERE {window} AND ({' OR '.join(missing)})"
        found["placeless"] = _rows(cursor, sql, {name: scope[name] for name in ("since", "until")})[0][0]
    return {"here": here, **found}


def _kind(room: Room, cursor: duckdb.DuckDBPyConnection, kind: str, scope: dict[str, Any]) -> int:
    """How many events of a kind such as ``data:s3`` the window holds (at most one is looked for); for ``input:`` how many
    files of it the investigator brought."""
    family, _, service = kind.partition(":")
    if kind in _NO_INPUT:
        return len(room.address_databases)
    source = f" AND event_source = '{service}.amazonaws.com'" if service.isalnum() else ""
    sql = f"SELECT 1 FROM scoped($since, $until, $accounts, $regions, 'all') WHERE {_KINDS[family]}{source} LIMIT 1"
    return len(cursor.execute(sql, scope).fetchall())


def _facts(room: Room, cursor: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What is true of the whole case whatever is asked; found out once for each generation."""
    if "searched" not in room.facts:
        files = dict(cursor.execute("SELECT outcome, count(*) FROM files GROUP BY outcome ORDER BY outcome").fetchall())
        sifted = cursor.execute("SELECT coalesce(sum(sifted), 0)::BIGINT FROM files").fetchone()
        rejects = cursor.execute("SELECT count(*) FROM rejects").fetchone()
        timeless = cursor.execute(
            "SELECT count(*) FROM events WHERE event_time = TIMESTAMP '1970-01-01' AND event_time_basis = 'none'"
        ).fetchone()
        marks = cursor.execute("SELECT count(*) FROM case_facts WHERE name = 'practice' AND value = 'true'").fetchone()
        verified = cursor.execute("SELECT count(*) FROM coverage").fetchone()
        found = dict(cursor.execute("SELECT code, count(*) FROM findings GROUP BY code").fetchall())
        room.facts["searched"] = {
            "verified": bool((verified or (0,))[0]),
            "files": files,
            "sifted": (sifted or (0,))[0],
            "rejects": (rejects or (0,))[0],
            "timeless": (timeless or (0,))[0],
            "changed": found.get("EVIDENCE_CHANGED", 0),
            "gone": found.get("EVIDENCE_GONE", 0),
            "practice": bool((marks or (0,))[0]),
            "unjudged": dict(cursor.execute(UNJUDGED).fetchall()),
        }
    return dict(room.facts["searched"])
