"""Events that stand in several places of the evidence, and events that came late: shown and filtered, never dropped.

CloudTrail delivers within minutes (its guide: "typically within an average of about 5 minutes"); an hour later is late enough to ask why.
"""

from __future__ import annotations

import duckdb

from ctforensics.show.access import rows

LATE = "INTERVAL 1 HOUR"
FLAGS = {"duplicate": "stands in several places", "late": "delivered more than an hour after its time"}
# Which keys of ``events`` carry each flag, as a person may run it too.
KEYS = {
    "duplicate": "SELECT event_key FROM event_sources GROUP BY event_key HAVING count(*) > 1",
    "late": f"""SELECT s.event_key FROM event_sources s JOIN files f USING (file_no) JOIN events e USING (event_key)
    GROUP BY s.event_key, e.event_time HAVING min(f.delivered_at) > e.event_time + {LATE}""",
}
FEW = 2000  # numbers that are listed; more are a string of bits


def numbers(cursor: duckdb.DuckDBPyConnection, flag: str) -> list[int]:
    """The ``seq`` of every event that carries a flag, in time order."""
    sql = f"SELECT seq FROM event_index WHERE event_key IN ({KEYS[flag]}) ORDER BY seq"
    return [seq for (seq,) in rows(cursor, sql)]


def bits(numbers: list[int]) -> str:
    """A string with a 1 at each of those places."""
    held = bytearray(b"0") * (max(numbers, default=0) + 1)
    for number in numbers:
        held[number] = ord("1")
    return held.decode()
