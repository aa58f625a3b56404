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
_SAME = """p.event_source IS NOT DISTINCT FROM b.event_source AND p.event_name = b.event_name AND p.event_time = b.event_time
    AND p.source_ip_address IS NOT DISTINCT FROM b.source_ip_address AND p.aws_region IS NOT DISTINCT FROM b.aws_region"""


def resolve(con: duckdb.DuckDBPyConnection) -> None:
    """Takes poorer copies out of ``events`` where a better one is there, and finds the conflicts."""
    if con.execute("SELECT 1 FROM events WHERE fidelity <> 'full' LIMIT 1").fetchall():
        _give_way(con)
    _same_id(con)


def _give_way(con: duckdb.DuckDBPyConnection) -> None:
    rank = _RANK.format("fidelity")
    con.execute(f"""CREATE TEMP TABLE copies AS
        WITH c AS (SELECT *, {rank} AS rank FROM events),
        p AS (SELECT * FROM c WHERE rank > 0),
        pairs AS (
            SELECT p.event_key AS poorer, b.event_key AS better, b.rank FROM p JOIN c b
                ON b.event_id = p.event_id AND b.rank < p.rank
                AND (p.recipient_account_id IS NULL OR b.recipient_account_id IS NULL
                     OR p.recipient_account_id = b.recipient_account_id
                     OR list_contains(p.parse_flags, 'spoiled_id:recipientAccountId'))
            UNION ALL
            SELECT p.event_key, b.event_key, b.rank FROM p JOIN c b
                ON p.event_id IS NULL AND b.rank < p.rank AND {_SAME})
        SELECT poorer, arg_min(better, (rank, better)) AS better FROM pairs GROUP BY poorer""")
    # A chain ends at the best: a better copy that gives way itself hands its own copies on.
    for _ in RANKS:
        con.execute("UPDATE temp.copies SET better = n.better FROM temp.copies n WHERE copies.better = n.poorer")
    for column in _COMPARED:
        con.execute(f"""INSERT INTO conflicts
            SELECT b.event_id, coalesce(b.recipient_account_id, p.recipient_account_id), b.event_key, p.event_key, 'copy_differs',
                '{column}', b.{column}::VARCHAR, p.{column}::VARCHAR,
                (SELECT min(file_no) FROM event_sources s WHERE s.event_key = p.event_key)
            FROM temp.copies c JOIN events p ON p.event_key = c.poorer JOIN events b ON b.event_key = c.better
            WHERE p.{column} <> b.{column} {_TOLERANCE.get(column, "")}""")
    con.execute("DELETE FROM events WHERE event_key IN (SELECT poorer FROM temp.copies)")
    con.execute(
        "UPDATE event_sources SET event_key = c.better FROM temp.copies c WHERE event_sources.event_key = c.poorer"
    )
    con.execute("DROP TABLE temp.copies")


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
