"""The verdicts that stand, in tables, and its word on every loaded file and event, joined on the hash of the content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa

_BATCH = 50_000
_TEXT = ("code", "class", "account", "region", "trail", "since", "until", "detail")
_FILE = pa.schema(
    [
        (name, pa.string())
        for name in (
            *_TEXT,
            "run",
            "key",
            "root",
            "path",
            "kind",
            "content_sha256",
            "digest",
            "events_since",
            "events_until",
        )
    ]
)
_FINDING = pa.schema([(name, pa.string()) for name in _TEXT])
RANK = "list_position(['ok', 'anomaly', 'unknown', 'fail', 'not_checked'], {})"
FOUND_BY_VERIFY, FOUND_BY_COVERAGE = "verify", "coverage"


def publish(
    con: duckdb.DuckDBPyConnection,
    run: str,
    files: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
) -> None:
    """Replaces what an earlier run said."""
    con.execute("DELETE FROM verifications")
    con.execute("DELETE FROM findings WHERE found_by IN (?, ?)", [FOUND_BY_VERIFY, FOUND_BY_COVERAGE])
    for batch in _batches(files, _FILE):
        con.register("coverage_batch", batch)
        con.execute(
            """INSERT INTO verifications BY NAME
            SELECT coalesce(run, ?) AS run, key AS object, root, path, kind, code, class, detail, content_sha256, account, region, trail, digest,
              since::TIMESTAMP AS since, until::TIMESTAMP AS until,
              events_since::TIMESTAMP AS events_since, events_until::TIMESTAMP AS events_until
            FROM coverage_batch""",
            [run],
        )
        con.unregister("coverage_batch")
    for batch in _batches(findings, _FINDING):
        con.register("coverage_batch", batch)
        con.execute(
            """INSERT INTO findings BY NAME
            SELECT code, class, account, region, trail, since::TIMESTAMP AS since, until::TIMESTAMP AS until, detail, ? AS found_by
            FROM coverage_batch""",
            [FOUND_BY_VERIFY],
        )
        con.unregister("coverage_batch")


def _batches(lines: Iterable[Mapping[str, Any]], schema: pa.Schema) -> Iterator[pa.Table]:
    source = iter(lines)
    while batch := list(islice(source, _BATCH)):
        yield pa.Table.from_pylist([{name: line.get(name) for name in schema.names} for line in batch], schema=schema)


def judge_files(con: duckdb.DuckDBPyConnection) -> None:
    """Every loaded file gets the outcome of its own place if the content is still the same, else the best of its content."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE coverage_judged AS
        WITH judged AS (
          SELECT f.file_no, v.class, v.code, (v.root = f.root AND v.path = f.path) AS own
          FROM files f JOIN verifications v ON v.content_sha256 = f.content_sha256
          WHERE v.content_sha256 IS NOT NULL)
        SELECT file_no, arg_min(class, (NOT coalesce(own, false), {RANK.format("class")}, code)) AS class,
          arg_min(code, (NOT coalesce(own, false), {RANK.format("class")}, code)) AS code
        FROM judged GROUP BY file_no"""
    )
    con.execute(
        """UPDATE files SET verification = coalesce(j.class, 'not_checked'), verification_code = j.code
        FROM (SELECT f.file_no, j.class, j.code FROM files f LEFT JOIN coverage_judged j USING (file_no)) j
        WHERE files.file_no = j.file_no
          AND (files.verification IS DISTINCT FROM coalesce(j.class, 'not_checked')
            OR files.verification_code IS DISTINCT FROM j.code)"""
    )
    con.execute("DROP TABLE coverage_judged")


def judge_events(con: duckdb.DuckDBPyConnection) -> None:
    """Every event gets the best class among its sources. Most events share one verdict: only the others are joined."""
    usual = con.execute(
        """SELECT verification, verification_code FROM files WHERE records > 0
        GROUP BY ALL ORDER BY sum(records) DESC, verification, verification_code LIMIT 1"""
    ).fetchone()
    if usual is None:
        return
    con.execute(
        """UPDATE events SET verification = $class, verification_code = $code
        WHERE verification IS DISTINCT FROM $class OR verification_code IS DISTINCT FROM $code""",
        {"class": usual[0], "code": usual[1]},
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE coverage_best AS
        WITH odd AS (
          SELECT DISTINCT s.event_key FROM event_sources s JOIN files f USING (file_no)
          WHERE f.verification IS DISTINCT FROM $class OR f.verification_code IS DISTINCT FROM $code)
        SELECT s.event_key, arg_min(f.verification, ({RANK.format("f.verification")}, coalesce(f.verification_code, ''))) AS class,
          arg_min(f.verification_code, ({RANK.format("f.verification")}, coalesce(f.verification_code, ''))) AS code
        FROM odd JOIN event_sources s USING (event_key) JOIN files f USING (file_no) GROUP BY s.event_key""",
        {"class": usual[0], "code": usual[1]},
    )
    con.execute(
        """UPDATE events SET verification = b.class, verification_code = b.code FROM coverage_best b
        WHERE events.event_key = b.event_key"""
    )
    con.execute("DROP TABLE coverage_best")
