"""What can be said only when all rows are in: the order of files, who is the event and who the copy, and the ledger."""

from __future__ import annotations

import duckdb

from ctforensics.errors import ConservationError
from ctforensics.load import copies

_OUTER = "string_split(string_split(path, '!/')[1], '/')"
_WALK = f"""list_concat(
    list_transform({_OUTER}[:-2], lambda part: '2' || part), ['1' || {_OUTER}[-1]],
    CASE WHEN contains(path, '!/') THEN [substr(path, position('!/' IN path) + 2)] ELSE []::VARCHAR[] END)"""


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Brings the tables into the state that does not depend on the order of loading. Raises ConservationError."""
    _number_files(con)
    _times_of_delivery(con)
    copies.resolve(con)
    _count(con)
    assert_balanced(con)


def _number_files(con: duckdb.DuckDBPyConnection) -> None:
    """Files are numbered in the order of the walk (``evidence.roots``), whatever the order in which they came.

    In a folder that is files by name, then folders by name; the members of a container follow it. A first load has this order
    already, so that nothing is rewritten.
    """
    con.execute(f"""CREATE TEMP TABLE renumbered AS SELECT file_no AS old,
        CAST(row_number() OVER (ORDER BY root, {_WALK}, generation, file_no) AS INTEGER) AS fresh FROM files""")
    if con.execute("SELECT count(*) FROM renumbered WHERE old <> fresh").fetchall()[0][0]:
        for table in ("files", "event_sources", "rejects", "aggregated_activity", "conflicts"):
            con.execute(
                f"UPDATE {table} SET file_no = r.fresh FROM temp.renumbered r WHERE {table}.file_no = r.old AND r.old <> r.fresh"
            )
    con.execute("DROP TABLE temp.renumbered")


def _times_of_delivery(con: duckdb.DuckDBPyConnection) -> None:
    """A record that tells no time has that of its first delivery, whichever file was loaded first."""
    con.execute("""UPDATE events SET event_time = d.first, event_time_basis = 'delivery' FROM (
            SELECT s.event_key, min(f.delivered_at) AS first FROM event_sources s JOIN files f USING (file_no)
            WHERE s.event_key IN (SELECT event_key FROM events WHERE event_time_basis IN ('delivery', 'none'))
            GROUP BY s.event_key) d
        WHERE events.event_key = d.event_key AND d.first IS NOT NULL
          AND (events.event_time <> d.first OR events.event_time_basis = 'none')""")


def _count(con: duckdb.DuckDBPyConnection) -> None:
    """The fate of each record: the first full source of an event is the event, the others are duplicates or poorer copies."""
    con.execute("""CREATE TEMP TABLE fates AS
        WITH ranked AS (
            SELECT s.file_no, s.fidelity = e.fidelity AS same,
                row_number() OVER (PARTITION BY s.event_key ORDER BY s.fidelity <> e.fidelity, s.file_no, s.record_index) AS n
            FROM event_sources s JOIN events e USING (event_key))
        SELECT file_no, count(*) FILTER (n = 1) AS events, count(*) FILTER (n > 1 AND same) AS duplicates,
            count(*) FILTER (n > 1 AND NOT same) AS poorer FROM ranked GROUP BY file_no""")
    con.execute("""UPDATE files SET events = coalesce(f.events, 0), duplicates = coalesce(f.duplicates, 0),
        poorer_copies = coalesce(f.poorer, 0)
        FROM (SELECT g.file_no AS number, x.* FROM files g LEFT JOIN temp.fates x USING (file_no)) f
        WHERE files.file_no = f.number""")
    con.execute("DROP TABLE temp.fates")
    con.execute("""UPDATE files SET outcome = CASE WHEN twin THEN 'duplicate' WHEN rejected > 0 THEN 'partial' ELSE 'loaded' END
        FROM (SELECT file_no AS number, row_number() OVER (PARTITION BY content_sha256 ORDER BY file_no) > 1 AS twin
              FROM files WHERE content_sha256 IS NOT NULL AND outcome IN ('loaded', 'partial', 'duplicate')) t
        WHERE files.file_no = t.number""")


def assert_balanced(con: duckdb.DuckDBPyConnection) -> None:
    """The ledger of every opened file, and of the sources as a whole. Raises ConservationError, naming a file."""
    wrong = con.execute("""SELECT root || '/' || path, records, events, duplicates, poorer_copies, rejected, sifted FROM files
        WHERE outcome NOT IN ('out_of_scope', 'other_kind') AND kind IS DISTINCT FROM 'aggregated'
          AND records <> events + duplicates + poorer_copies + rejected + sifted LIMIT 1""").fetchall()
    if wrong:
        path, records, events, duplicates, poorer, rejected, sifted = wrong[0]
        raise ConservationError(
            f"The ledger does not balance: {records} records, but {events} events, {duplicates} duplicates, {poorer} poorer "
            f"copies, {rejected} rejected, {sifted} sifted out.",
            where=path,
            hint="Nothing was published. Delete case.next.duckdb, load again, and report this.",
        )
    events, keys = con.execute("SELECT (SELECT count(*) FROM events), (SELECT sum(events) FROM files)").fetchall()[0]
    if events != (keys or 0):
        raise ConservationError(f"{events} events but {keys or 0} first sources.", hint="Nothing was published.")
