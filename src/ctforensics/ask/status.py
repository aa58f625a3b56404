"""What is in a case, counted from its tables."""

from __future__ import annotations

import json
from typing import Any

from ctforensics.ask.room import Room
from ctforensics.ask.searched import UNJUDGED

EMPTY: dict[str, Any] = {
    "loaded": False,
    "practice": False,
    "files": 0,
    "records": 0,
    "events": 0,
    "duplicates": 0,
    "rejects": 0,
    "since": None,
    "until": None,
    "accounts": [],
    "regions": [],
    "integrity": {},
    "coverage": {},
    "verification": {},
    "verification_runs": [],
    "files_never_verified": 0,
    "files_beyond_digests": 0,
    "files_posing_as_other_kinds": 0,
    "events_of_accounts_not_judged": {},
    "findings": [],
}

_COUNTS = """
SELECT count(*) AS files, coalesce(sum(records), 0)::BIGINT AS records, coalesce(sum(duplicates), 0)::BIGINT AS duplicates,
    coalesce(sum(poorer_copies), 0)::BIGINT AS poorer_copies, coalesce(sum(rejected), 0)::BIGINT AS rejected,
    coalesce(sum(sifted), 0)::BIGINT AS sifted
FROM files"""


_RUNS = "SELECT value FROM case_facts WHERE name = 'verification_runs'"

# What a trail delivers and no run has judged: loaded, and its content is not among the verdicts that stand.
_NEVER = """SELECT count(*) FROM files
WHERE kind = 'cloudtrail' AND source_form = 'records' AND content_sha256 IS NOT NULL AND coalesce(verification, 'not_checked') = 'not_checked'
    AND NOT {beyond}"""
# What a trail delivers beside its log files, and digests are not known to list: no run of verify judges it.
_BEYOND = "regexp_matches(replace(path, '\\', '/'), '(^|/)CloudTrail-(Insight|NetworkActivity|Aggregated)/')"
_BEYOND_DIGESTS = f"""SELECT count(*) FROM files
WHERE kind = 'cloudtrail' AND source_form = 'records' AND coalesce(verification, 'not_checked') = 'not_checked' AND {_BEYOND}"""
# Whoever forges a log file may name it so, for nobody misses a digest of it. What such a file holds gives it away.
_POSING = f"""SELECT count(DISTINCT file_no) FROM files JOIN event_sources USING (file_no) JOIN events e USING (event_key)
WHERE files.kind = 'cloudtrail' AND files.source_form = 'records' AND coalesce(files.verification, 'not_checked') = 'not_checked' AND {_BEYOND.replace("path", "files.path")}
    AND e.event_class NOT IN ('insight', 'network')"""


def nothing_loaded() -> dict[str, Any]:
    """The status of a case without a database."""
    return dict(EMPTY)


def status(room: Room) -> dict[str, Any]:
    """Files by outcome, records, events, duplicates, rejects, window, accounts, regions, integrity, coverage, findings."""
    cursor = room.cursor()

    def one(sql: str) -> tuple[Any, ...]:
        return cursor.execute(sql).fetchone() or ()

    def pairs(sql: str) -> dict[str, int]:
        return {str(name): count for name, count in cursor.execute(sql).fetchall()}

    def column(sql: str) -> list[str]:
        return [value for (value,) in cursor.execute(sql).fetchall()]

    files, records, duplicates, poorer, rejected, sifted = one(_COUNTS)
    beyond = one(_BEYOND_DIGESTS)[0]
    timed = "FROM events WHERE event_time_basis <> 'none'"
    since, until = one(f"SELECT min(event_time), max(event_time) {timed}")
    return {
        "loaded": True,
        "practice": bool(one("SELECT count(*) FROM case_facts WHERE name = 'practice' AND value = 'true'")[0]),
        "files": files,
        "files_by_outcome": pairs("SELECT outcome, count(*) FROM files GROUP BY ALL ORDER BY ALL"),
        "records": records,
        "events": one("SELECT count(*) FROM events")[0],
        "duplicates": duplicates,
        "poorer_copies": poorer,
        "sifted": sifted,
        "rejects": one("SELECT count(*) FROM rejects")[0],
        "rejected_records": rejected,
        "rejects_by_reason": pairs("SELECT reason, count(*) FROM rejects GROUP BY ALL ORDER BY ALL"),
        "conflicts": one("SELECT count(*) FROM conflicts")[0],
        "since": since,
        "until": until,
        "without_time": one("SELECT count(*) FROM events WHERE event_time_basis = 'none'")[0],
        "accounts": column(
            "SELECT DISTINCT recipient_account_id FROM events WHERE recipient_account_id IS NOT NULL ORDER BY ALL"
        ),
        "regions": column("SELECT DISTINCT aws_region FROM events WHERE aws_region IS NOT NULL ORDER BY ALL"),
        "integrity": pairs("SELECT verification, count(*) FROM events GROUP BY ALL ORDER BY ALL"),
        "integrity_of_files": pairs(
            "SELECT coalesce(verification, 'not_checked'), count(*) FROM files GROUP BY ALL ORDER BY ALL"
        ),
        "verification": pairs(
            "SELECT code || ' (' || class || ')', count(*) FROM verifications GROUP BY ALL ORDER BY ALL"
        ),
        "verification_runs": json.loads((one(_RUNS) or ("[]",))[0]),
        "files_never_verified": one(_NEVER.format(beyond=_BEYOND))[0],
        "files_beyond_digests": beyond,
        "files_posing_as_other_kinds": one(_POSING)[0] if beyond else 0,
        "events_of_accounts_not_judged": pairs(UNJUDGED),
        "coverage": pairs("SELECT state, count(*) FROM coverage GROUP BY ALL ORDER BY ALL"),
        "findings": [
            dict(zip(("code", "class", "account", "region", "trail", "since", "until", "detail"), row, strict=True))
            for row in cursor.execute(
                "SELECT code, class, account, region, trail, since, until, detail FROM findings ORDER BY ALL LIMIT 200"
            ).fetchall()
        ],
    }
