"""Copies of one event: poorer ones give way to better ones, and whatever differs between copies is kept as a conflict."""

from __future__ import annotations

import duckdb

# Best first: of several copies of an event the one furthest left is the event, the others are its sources.
RANKS = ("full", "lake", "athena_csv", "elastic", "flattened", "sentinel", "ocsf", "history_csv")
# What a poorer copy is compared in: members that every export repeats as they are.
_COMPARED = (
    "event_time",
    "event_name",
    "event_source",
    "aws_region",
    "source_ip_address",
    "user_agent",
    "error_code",
    "access_key_id",
)
# What two full records of one id are compared in: everything that the record says.
_SAID = (
    *_COMPARED[:-1],
    "error_message", "read_only", "event_type", "event_category", "management_event", "request_id", "shared_event_id",
    "event_version", "api_version", "vpc_endpoint_id", "vpc_endpoint_account_id", "session_credential_from_console",
    "user_identity", "request_parameters", "response_elements", "additional_event_data", "service_event_details", "resources",
    "tls_details", "addendum", "insight_details", "edge_device_details", "event_context", "unknown_fields",
)  # fmt: skip
_RANK = (
    "CASE {0} " + " ".join(f"WHEN '{name}' THEN {rank}" for rank, name in enumerate(RANKS)) + f" ELSE {len(RANKS)} END"
)
# How much a record says, for copies of one rank; and when two of them may be one event though they say different things.
_SAYS = " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in _SAID if column != "event_time")
_LIKE = """p.event_source IS NOT DISTINCT FROM b.event_source AND p.event_name IS NOT DISTINCT FROM b.event_name
    AND date_trunc('second', p.event_time) = date_trunc('second', b.event_time)"""
_SAME = """p.event_source IS NOT DISTINCT FROM b.event_source AND p.event_name = b.event_name AND p.event_time = b.event_time
    AND p.source_ip_address IS NOT DISTINCT FROM b.source_ip_address AND p.aws_region IS NOT DISTINCT FROM b.aws_region"""


def resolve(con: duckdb.DuckDBPyConnection) -> None:
    """Takes poorer copies out of ``events`` where a better one is there, and finds the conflicts."""
    if con.execute("SELECT 1 FROM event_sources WHERE fidelity <> 'full' LIMIT 1").fetchall():
        _best_containers(con)
        _give_way(con)
        _best_containers(con)
    _differences(con)
    _same_id(con)


def _best_containers(con: duckdb.DuckDBPyConnection) -> None:
    """The same record may have come out of several containers: it is as good as the best of them, whichever was loaded first."""
    for table, key in (("events", "event_key"), ("poorer_copies", "copy_key")):
        con.execute(f"""UPDATE {table} SET fidelity = f.best FROM (
                SELECT coalesce(copy_key, event_key) AS said, arg_min(fidelity, {_RANK.format("fidelity")}) AS best
                FROM event_sources WHERE event_key IN (SELECT event_key FROM event_sources WHERE fidelity <> 'full')
                GROUP BY 1) f
            WHERE {table}.{key} = f.said AND {table}.fidelity <> f.best""")


def _give_way(con: duckdb.DuckDBPyConnection) -> None:
    """Of several copies the best is the event: by rank, then the one that says more. What is taken out is kept in ``poorer_copies``."""
    rank = _RANK.format("fidelity")
    con.execute(f"""CREATE TEMP TABLE copies AS
        WITH c AS (SELECT *, {rank} AS rank, {rank} * 100 - ({_SAYS}) AS place FROM events),
        p AS (SELECT * FROM c WHERE rank > 0),
        pairs AS (
            SELECT p.event_key AS poorer, b.event_key AS better, b.place FROM p JOIN c b
                ON b.event_id = p.event_id AND (b.rank < p.rank OR (b.rank = p.rank AND {_LIKE}
                    AND (b.place < p.place OR (b.place = p.place AND b.event_key < p.event_key))))
                AND (p.recipient_account_id IS NULL OR b.recipient_account_id IS NULL
                     OR p.recipient_account_id = b.recipient_account_id
                     OR list_contains(p.parse_flags, 'spoiled_id:recipientAccountId'))
            UNION ALL
            SELECT p.event_key, b.event_key, b.place FROM p JOIN c b
                ON p.event_id IS NULL AND b.rank < p.rank AND {_SAME})
        SELECT poorer, arg_min(better, (place, better)) AS better FROM pairs GROUP BY poorer""")
    # A chain ends at the best: a better copy that gives way itself hands its own copies on.
    for _ in RANKS:
        con.execute("UPDATE temp.copies SET better = n.better FROM temp.copies n WHERE copies.better = n.poorer")
    con.execute(
        "UPDATE poorer_copies SET event_key = n.better FROM temp.copies n WHERE poorer_copies.event_key = n.poorer"
    )
    con.execute("""UPDATE event_sources SET event_key = c.better, copy_key = coalesce(copy_key, event_sources.event_key)
        FROM temp.copies c WHERE event_sources.event_key = c.poorer""")
    con.execute("DELETE FROM poorer_copies WHERE copy_key IN (SELECT poorer FROM temp.copies)")
    con.execute(f"""INSERT INTO poorer_copies BY NAME
        SELECT c.better AS event_key, p.event_key AS copy_key, p.fidelity, p.parse_flags, p.recipient_account_id,
            {", ".join(f"p.{column}" for column in _COMPARED)}
        FROM temp.copies c JOIN events p ON p.event_key = c.poorer""")
    con.execute("DELETE FROM events WHERE event_key IN (SELECT poorer FROM temp.copies)")
    con.execute("DROP TABLE temp.copies")


def _differences(con: duckdb.DuckDBPyConnection) -> None:
    """What any copy says otherwise than its event, anew each time: an event may have got a better record since."""
    con.execute("DELETE FROM conflicts WHERE kind = 'copy_differs'")
    if not con.execute("SELECT 1 FROM poorer_copies LIMIT 1").fetchall():
        return
    for column in _COMPARED:
        con.execute(f"""INSERT INTO conflicts
            SELECT b.event_id, coalesce(b.recipient_account_id, p.recipient_account_id), b.event_key, p.copy_key, 'copy_differs',
                '{column}', b.{column}::VARCHAR, p.{column}::VARCHAR,
                (SELECT min(s.file_no) FROM event_sources s WHERE s.copy_key = p.copy_key)
            FROM poorer_copies p JOIN events b USING (event_key)
            WHERE p.{column} <> b.{column} {_TOLERANCE.get(column, "")}""")


# Exports cut fractions of seconds, and a spreadsheet cuts the seconds too.
_TOLERANCE = {
    "event_time": "AND NOT list_contains(coalesce(p.parse_flags, []), 'spoiled_time')"
    " AND date_trunc('second', p.event_time) <> date_trunc('second', b.event_time)"
}


def _same_id(con: duckdb.DuckDBPyConnection) -> None:
    """Full records of one id and recipient that are not the same record; an addendum corrects and is no conflict."""
    con.execute("DELETE FROM conflicts WHERE kind IN ('same_id', 'addendum')")
    con.execute("""CREATE TEMP TABLE twins AS SELECT event_id, recipient_account_id, min(event_key) AS first
        FROM events WHERE fidelity = 'full' AND event_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1""")
    if con.execute("SELECT 1 FROM temp.twins LIMIT 1").fetchall():
        for column in _SAID:
            con.execute(f"""INSERT INTO conflicts
                SELECT t.event_id, t.recipient_account_id, t.first, o.event_key,
                    CASE WHEN o.addendum IS NULL AND f.addendum IS NULL THEN 'same_id' ELSE 'addendum' END,
                    '{column}', f.{column}::VARCHAR, o.{column}::VARCHAR,
                    (SELECT min(file_no) FROM event_sources s WHERE s.event_key = o.event_key)
                FROM temp.twins t JOIN events f ON f.event_key = t.first
                JOIN events o ON o.event_id = t.event_id AND o.recipient_account_id IS NOT DISTINCT FROM t.recipient_account_id
                WHERE o.event_key <> t.first AND o.fidelity = 'full' AND f.{column} IS DISTINCT FROM o.{column}""")
    con.execute("DROP TABLE temp.twins")
