"""Case databases made by SQL for the screen: exact tables of trail/tables.py, with gaps, tampered hours and hostile text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ctforensics.load import screen
from ctforensics.trail.tables import DDL

START = "2026-03-02 00:00:00"
DAYS = 30
# Hours after START without logs in eu-west-1, and the hour whose file was altered.
MISSING_HOURS = range(200, 230)
TAMPERED_HOURS = range(300, 302)
UNVERIFIED_HOURS = range(400, 424)
DUPLICATES = 30  # events that stand in two files
LATE_HOUR = 32  # hour after START whose files were delivered late
HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "javascript:document.title='owned'",
    "<style>*{display:none}</style>",
    "abc\u202egnp.exe\u2066\u200b",
    "bell\x07escape\x1b[2J\x01",
    "=cmd|' /C calc'!A0",
    "`${document.title='owned'}`{{7*7}}",
    "[link](javascript:alert(1)) **md** <b>bold</b>",
    "A" * 1_000_000,
]


class Access:
    """The case read-only behind an in-memory session that is locked, as the asking room gives it."""

    def __init__(self, path: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"ATTACH '{path}' AS evidence (READ_ONLY)")
        self.connection.execute("USE evidence")
        self.connection.execute("SET enable_external_access=false")
        self.connection.execute("SET lock_configuration=true")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self.connection.cursor()
        cursor.execute("USE evidence")
        return cursor

    def close(self) -> None:
        self.connection.close()


def make(path: Path, *, events: int = 200_000, seed: int = 7, hostile: int = 40, rows: str | None = None) -> Path:
    """Writes a case database. ``rows`` is SQL that gives (n, event_time) where the usual month of traffic will not do."""
    path.unlink(missing_ok=True)
    con = duckdb.connect(str(path))
    for statement in DDL.values():
        con.execute(statement)
    con.execute(f"SELECT setseed({(seed % 1000) / 1000})")
    con.execute(
        "CREATE TEMP TABLE hostile AS SELECT row_number() OVER () - 1 AS i, text FROM (SELECT unnest(?) AS text)",
        [HOSTILE],
    )
    con.execute("CREATE TEMP TABLE stamps AS " + (rows or _month(events, seed)))
    con.execute(_EVENTS, {"seed": seed, "hostile": hostile})
    _sources(con)
    _coverage(con)
    screen.build(con)
    con.execute("INSERT INTO case_facts VALUES ('schema_version', '1'), ('tool_version', 'synthetic')")
    con.execute("CHECKPOINT")
    con.close()
    return path


def _month(events: int, seed: int) -> str:
    """A month with office hours, a silence where logs are missing, and whole seconds (so that ties exist)."""
    gap = f"{MISSING_HOURS.start}", f"{MISSING_HOURS.stop}"
    return f"""
    SELECT n, event_time FROM (
      SELECT n, TIMESTAMP '{START}' + to_seconds((
        (hash(n * 31 + {seed}) % {DAYS}) * 86400
        + CASE WHEN hash(n * 17 + {seed}) % 10 < 8 THEN 25200 + hash(n * 13 + {seed}) % 36000 ELSE hash(n * 13 + {seed}) % 86400 END
      )::BIGINT) AS event_time
      FROM range({events * 2}) t(n))
    WHERE event_time < TIMESTAMP '{START}' + INTERVAL {gap[0]} HOUR OR event_time >= TIMESTAMP '{START}' + INTERVAL {gap[1]} HOUR
    ORDER BY n LIMIT {events}"""


_EVENTS = """
INSERT INTO events BY NAME
SELECT
  md5(concat('k', n, $seed))::UUID AS event_key, event_time, 'eventTime' AS event_time_basis,
  md5(concat('id', n, $seed))::UUID::VARCHAR AS event_id,
  CASE WHEN n < $hostile THEN h.text ELSE
    ['GetObject','ListBuckets','DescribeInstances','AssumeRole','PutObject','GetCallerIdentity','CreateUser','PutBucketPolicy'][1 + (x % 8)::INT] END AS event_name,
  ['s3','s3','ec2','sts','s3','sts','iam','s3'][1 + (x % 8)::INT] || '.amazonaws.com' AS event_source,
  ['eu-west-1','us-east-1','ap-south-1'][1 + (y % 3)::INT] AS aws_region,
  ['111122223333','444455556666'][1 + (y % 7 = 0)::INT] AS recipient_account_id,
  CASE WHEN n < $hostile THEN h.text WHEN y % 50 = 0 THEN NULL ELSE '203.0.113.' || (y % 90) END AS source_ip_address,
  CASE WHEN n < $hostile THEN h.text ELSE ['aws-cli/2.15','Boto3/1.34','console.amazonaws.com'][1 + (y % 3)::INT] END AS user_agent,
  CASE WHEN x % 23 = 0 THEN 'AccessDenied' WHEN x % 41 = 0 THEN 'NoSuchBucket' END AS error_code,
  CASE WHEN x % 23 = 0 THEN 'denied' WHEN x % 41 = 0 THEN 'failed' ELSE 'success' END AS outcome,
  error_code AS error_class,
  CASE WHEN x % 8 IN (0) THEN 'read' WHEN x % 8 IN (1, 2, 5) THEN 'list' ELSE 'write' END AS event_class,
  CASE WHEN n < $hostile THEN h.text WHEN y % 97 = 0 THEN NULL ELSE 'arn:aws:iam::111122223333:role/role-' || (y % 40) END AS actor,
  CASE WHEN y % 97 = 0 THEN NULL ELSE 'arn:aws:sts::111122223333:assumed-role/role-' || (y % 40) || '/session-' || (y % 200) END AS principal_arn,
  'AssumedRole' AS user_identity_type,
  CASE WHEN y % 97 = 0 THEN NULL ELSE 'ASIA' || upper(substr(md5((y % 200)::VARCHAR), 1, 16)) END AS access_key_id,
  CASE WHEN x % 8 IN (0, 1, 4, 7) THEN 'bucket-' || (y % 25) END AS target,
  CASE WHEN n < $hostile THEN 'fail' WHEN y % 11 = 0 THEN 'not_checked' ELSE 'ok' END AS verification,
  CASE WHEN n < $hostile THEN 'L_HASH_MISMATCH' ELSE 'L_OK' END AS verification_code,
  json_object('type', 'AssumedRole', 'arn', principal_arn) AS user_identity,
  json_object('bucketName', target, 'note', CASE WHEN n < $hostile THEN h.text END) AS request_parameters,
  'full' AS fidelity
FROM (SELECT n, event_time, hash(n * 7 + $seed) % 100003 AS x, hash(n * 11 + $seed) % 99991 AS y FROM stamps)
LEFT JOIN hostile h ON h.i = n % 10 AND n < $hostile
ORDER BY event_time, event_id, event_key
"""


def _sources(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
    CREATE TEMP TABLE placed AS SELECT event_key, dense_rank() OVER (ORDER BY date_trunc('hour', event_time), aws_region, recipient_account_id) AS file_no,
      row_number() OVER (PARTITION BY date_trunc('hour', event_time), aws_region, recipient_account_id ORDER BY event_time, event_id) - 1 AS record_index,
      event_time, aws_region, recipient_account_id, verification FROM events""")
    con.execute("""
    INSERT INTO event_sources BY NAME SELECT event_key, file_no, record_index, 12 + record_index * 900 AS byte_offset, 899 AS byte_length, 'plain' AS container, 'full' AS fidelity FROM placed""")
    # Some records stand in a second file as well; the files of one hour came five hours late.
    con.execute(f"""
    INSERT INTO event_sources BY NAME SELECT event_key, file_no + 1 AS file_no, 0 AS record_index, 12 AS byte_offset, 899 AS byte_length, 'plain' AS container, 'full' AS fidelity FROM placed ORDER BY event_key LIMIT {DUPLICATES}""")
    con.execute(f"""
    INSERT INTO files BY NAME SELECT file_no, 'mirror' AS root, concat('AWSLogs/', a, '/CloudTrail/', r, '/', file_no, '.json.gz') AS path,
      concat('AWSLogs/', a, '/CloudTrail/', r, '/', file_no, '.json.gz') AS object_key, 'trail-bucket' AS bucket, n * 120 AS size,
      sha256(file_no::VARCHAR) AS sha256, sha256('c' || file_no) AS content_sha256, 'log' AS kind, 'gzip' AS container, a AS account, r AS region,
      'loaded' AS outcome, n AS records, n AS events, 0 AS duplicates, 0 AS poorer_copies, 0 AS rejected, 0 AS sifted,
      s AS first_event_time, u AS last_event_time, u + CASE WHEN date_trunc('hour', u) = TIMESTAMP '{START}' + INTERVAL {LATE_HOUR} HOUR THEN INTERVAL 5 HOUR ELSE INTERVAL 0 HOUR END AS delivered_at, CASE WHEN f > 0 THEN 'fail' ELSE 'ok' END AS verification,
      CASE WHEN f > 0 THEN 'L_HASH_MISMATCH' ELSE 'L_OK' END AS verification_code
    FROM (SELECT file_no, any_value(recipient_account_id) AS a, any_value(aws_region) AS r, count(*) AS n, min(event_time) AS s, max(event_time) AS u,
      count(*) FILTER (WHERE verification = 'fail') AS f FROM placed GROUP BY file_no) ORDER BY file_no""")


def _coverage(con: duckdb.DuckDBPyConnection) -> None:
    def between(hours: range) -> str:
        return f"h >= {hours.start} AND h < {hours.stop}"

    con.execute(f"""
    INSERT INTO coverage BY NAME
    SELECT a AS account, r AS region, 'main' AS trail, TIMESTAMP '{START}' + to_hours(h) AS hour,
      CASE WHEN {between(MISSING_HOURS)} THEN 'missing'
           WHEN {between(TAMPERED_HOURS)} AND r = 'eu-west-1' THEN 'tampered'
           WHEN {between(UNVERIFIED_HOURS)} AND r = 'us-east-1' THEN 'unverified'
           WHEN coalesce(e.n, 0) = 0 THEN 'verified_empty' ELSE 'verified' END AS state,
      CASE WHEN {between(MISSING_HOURS)} THEN 'listed by a digest, not here' END AS reason, 1 AS files, coalesce(e.n, 0) AS events
    FROM range({DAYS * 24}) t(h), (SELECT unnest(['111122223333','444455556666']) AS a), (SELECT unnest(['eu-west-1','us-east-1','ap-south-1']) AS r)
    LEFT JOIN (SELECT recipient_account_id, aws_region, date_trunc('hour', event_time) AS hour, count(*) AS n FROM events GROUP BY ALL) e
      ON e.recipient_account_id = a AND e.aws_region = r AND e.hour = TIMESTAMP '{START}' + to_hours(h)""")
    con.execute(f"""
    INSERT INTO findings VALUES
      ('L_HASH_MISMATCH', 'fail', '111122223333', 'eu-west-1', 'main', TIMESTAMP '{START}' + INTERVAL {TAMPERED_HOURS.start} HOUR,
       TIMESTAMP '{START}' + INTERVAL {TAMPERED_HOURS.stop} HOUR, 'AWSLogs/x.json.gz', 'The file does not have the hash that its digest lists.', 'verify'),
      ('G_GAP', 'fail', '111122223333', 'eu-west-1', 'main', TIMESTAMP '{START}' + INTERVAL {MISSING_HOURS.start} HOUR,
       TIMESTAMP '{START}' + INTERVAL {MISSING_HOURS.stop} HOUR, 'main', 'No digest and no log for 30 hours.', 'verify')""")


def scalar(path: Path, sql: str, *values: Any) -> Any:
    """One value by plain SQL, for what tests compare with."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        return con.execute(sql, list(values)).fetchone()[0]
    finally:
        con.close()
