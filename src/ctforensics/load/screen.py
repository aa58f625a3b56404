"""Tables for the screen: numbered dimensions, the narrow index in time order, and counts by minute."""

from __future__ import annotations

import duckdb

from ctforensics.trail.tables import DIMENSIONS, KIND_SQL


def build(con: duckdb.DuckDBPyConnection) -> None:
    """Makes ``dim_*``, ``event_index`` and ``minute_counts`` from ``events`` anew."""
    con.execute("BEGIN")
    for name, expression in DIMENSIONS.items():
        con.execute(f"DELETE FROM dim_{name}")
        con.execute(f"""INSERT INTO dim_{name}
            SELECT row_number() OVER (ORDER BY count(*) DESC, v), v, count(*)
            FROM (SELECT {expression} AS v FROM events) WHERE v IS NOT NULL GROUP BY v ORDER BY 1""")
    numbers = ", ".join(f"coalesce({_alias(n)}.no, 0) AS {n}_no" for n in DIMENSIONS)
    joins = " ".join(f"LEFT JOIN dim_{n} {_alias(n)} ON {_alias(n)}.value = e.{n}_value" for n in DIMENSIONS)
    values = ", ".join(f"{expression} AS {n}_value" for n, expression in DIMENSIONS.items())
    con.execute("DELETE FROM event_index")
    con.execute(f"""INSERT INTO event_index BY NAME
        SELECT row_number() OVER (ORDER BY event_time, event_id NULLS FIRST, event_key) AS seq,
            event_time, event_key, event_row, kind, {numbers}
        FROM (SELECT rowid AS event_row, event_time, event_id, event_key, {KIND_SQL} AS kind, {values} FROM events) e {joins}
        ORDER BY seq""")
    con.execute("DELETE FROM minute_counts")
    con.execute("""INSERT INTO minute_counts SELECT date_trunc('minute', event_time), kind, count(*) FROM event_index
        GROUP BY 1, 2 ORDER BY 1, 2""")
    con.execute("COMMIT")


def _alias(name: str) -> str:
    return f"d_{name}"
