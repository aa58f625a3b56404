"""The tables of ``case.duckdb``: one place where every room looks up what stands where.

Everything here is derived: delete the database, load again, and the documented views hold the same rows. Columns that
hold clocks or run numbers are named ``*_at`` and ``generation`` and are left out of that promise.
"""

from __future__ import annotations

from ctforensics.trail.columns import EVENT_COLUMNS

_EVENTS = ",\n  ".join(
    f"{c.name} {c.type}{' NOT NULL' if c.name in ('event_key', 'event_time') else ''}" for c in EVENT_COLUMNS
)

DDL: dict[str, str] = {
    # What this database is: schema version, tool version, scope of each load. One row a fact.
    "case_facts": "CREATE TABLE case_facts (name VARCHAR NOT NULL, value VARCHAR)",
    "events": f"CREATE TABLE events (\n  {_EVENTS}\n)",
    # Every place where a record stood. byte_offset and byte_length are in the inflated content of the file (or member). copy_key is
    # the key of what stood there where that is a poorer copy of the event.
    "event_sources": """CREATE TABLE event_sources (
  event_key UUID NOT NULL, file_no INTEGER NOT NULL, record_index INTEGER NOT NULL,
  byte_offset BIGINT, byte_length INTEGER, container VARCHAR, fidelity VARCHAR, copy_key UUID)""",
    # One row per listed file or container member; outcome: loaded, partial, empty, duplicate, rejected, out_of_scope, other_kind.
    # For every opened file: records = events + duplicates + poorer_copies + rejected (+ sifted with --matching).
    "files": """CREATE TABLE files (
  file_no INTEGER NOT NULL, root VARCHAR NOT NULL, path VARCHAR NOT NULL, bucket VARCHAR, object_key VARCHAR,
  size BIGINT, sha256 VARCHAR, content_sha256 VARCHAR, kind VARCHAR, container VARCHAR, source_form VARCHAR,
  account VARCHAR, region VARCHAR, organization VARCHAR, delivered_at TIMESTAMP,
  outcome VARCHAR NOT NULL, reason VARCHAR, flags VARCHAR[],
  records BIGINT, events BIGINT, duplicates BIGINT, poorer_copies BIGINT, rejected BIGINT, sifted BIGINT,
  first_event_time TIMESTAMP, last_event_time TIMESTAMP,
  verification VARCHAR, verification_code VARCHAR, modified_at TIMESTAMP, generation INTEGER)""",
    "rejects": """CREATE TABLE rejects (
  file_no INTEGER NOT NULL, record_index INTEGER, byte_offset BIGINT, byte_length BIGINT,
  reason VARCHAR NOT NULL, detail VARCHAR, excerpt VARCHAR)""",
    # The newest verdict on every file, out of the saved verification runs, one row per file that one of them judged (listed but missing files included).
    "verifications": """CREATE TABLE verifications (
  run VARCHAR NOT NULL, object VARCHAR, root VARCHAR, path VARCHAR, kind VARCHAR, code VARCHAR, class VARCHAR, detail VARCHAR,
  content_sha256 VARCHAR, account VARCHAR, region VARCHAR, trail VARCHAR, digest VARCHAR,
  since TIMESTAMP, until TIMESTAMP, events_since TIMESTAMP, events_until TIMESTAMP)""",
    # What verification, coverage and the loader established about the evidence; G_* codes of verification among them.
    "findings": """CREATE TABLE findings (
  code VARCHAR NOT NULL, class VARCHAR NOT NULL, account VARCHAR, region VARCHAR, trail VARCHAR,
  since TIMESTAMP, until TIMESTAMP, subject VARCHAR, detail VARCHAR, found_by VARCHAR)""",
    # Same event id and recipient under another key, fields that differ between copies of one event.
    "conflicts": """CREATE TABLE conflicts (
  event_id VARCHAR, recipient_account_id VARCHAR, event_key UUID, other_event_key UUID, kind VARCHAR,
  field VARCHAR, value VARCHAR, other_value VARCHAR, file_no INTEGER)""",
    # What exports say of events of which something better is loaded, in what copies are compared in. event_key is the event's.
    "poorer_copies": """CREATE TABLE poorer_copies (
  event_key UUID NOT NULL, copy_key UUID NOT NULL, fidelity VARCHAR, parse_flags VARCHAR[], recipient_account_id VARCHAR,
  event_time TIMESTAMP, event_name VARCHAR, event_source VARCHAR, aws_region VARCHAR, source_ip_address VARCHAR,
  user_agent VARCHAR, error_code VARCHAR, access_key_id VARCHAR)""",
    # state: verified, verified_empty, unverified, tampered, missing (also in part: a trail off for a minute), outside.
    "coverage": """CREATE TABLE coverage (
  account VARCHAR, region VARCHAR, trail VARCHAR, hour TIMESTAMP NOT NULL, state VARCHAR NOT NULL, reason VARCHAR,
  files INTEGER, events BIGINT)""",
    # When authentic records show that a trail was stopped, started, deleted or narrowed.
    "trail_changes": """CREATE TABLE trail_changes (
  event_time TIMESTAMP, account VARCHAR, region VARCHAR, trail VARCHAR, change VARCHAR, outcome VARCHAR,
  event_key UUID, verification VARCHAR)""",
    "aggregated_activity": """CREATE TABLE aggregated_activity (
  window_start TIMESTAMP, window_end TIMESTAMP, account_id VARCHAR, aws_region VARCHAR, event_source VARCHAR, event_id VARCHAR,
  template VARCHAR, dimension VARCHAR, name VARCHAR, value BIGINT, is_primary BOOLEAN, record JSON,
  file_no INTEGER, record_index INTEGER)""",
    # For the screen, in time order: ORDER BY event_time, event_id, event_key. Numbers refer to dim_* (0 = null).
    # kind: 0 error (denied or failed), 1 write, 2 read. event_row is events.rowid of this generation.
    "event_index": """CREATE TABLE event_index (
  seq BIGINT NOT NULL, event_time TIMESTAMP NOT NULL, event_key UUID NOT NULL, event_row BIGINT NOT NULL,
  kind UTINYINT NOT NULL, outcome_no INTEGER, service_no INTEGER, event_name_no INTEGER, actor_no INTEGER,
  session_no INTEGER, access_key_no INTEGER, address_no INTEGER, agent_no INTEGER, account_no INTEGER, region_no INTEGER,
  error_no INTEGER, target_no INTEGER, verification_no INTEGER)""",
    "minute_counts": """CREATE TABLE minute_counts (
  minute TIMESTAMP NOT NULL, kind UTINYINT NOT NULL, events BIGINT NOT NULL)""",
}

# Dimension tables dim_<name>(no INTEGER, value VARCHAR, events BIGINT): the column of events that each one numbers.
DIMENSIONS: dict[str, str] = {
    "outcome": "outcome",
    "service": "event_source",
    "event_name": "event_name",
    "actor": "actor",
    "session": "coalesce(principal_arn, actor)",
    "access_key": "access_key_id",
    "address": "source_ip_address",
    "agent": "user_agent",
    "account": "recipient_account_id",
    "region": "aws_region",
    "error": "error_class",
    "target": "target",
    "verification": "verification",
}
for _name in DIMENSIONS:
    DDL[f"dim_{_name}"] = f"CREATE TABLE dim_{_name} (no INTEGER NOT NULL, value VARCHAR, events BIGINT NOT NULL)"

# Views that people query beside the tables.
VIEWS: dict[str, str] = {
    "insights": "CREATE VIEW insights AS SELECT * FROM events WHERE event_class = 'insight'",
    # Records that CloudTrail delivered late or corrected, beside what they correct where that is loaded.
    "addenda": """CREATE VIEW addenda AS
SELECT e.event_key, e.event_id, e.event_time, e.addendum ->> '$.reason' AS reason, e.addendum ->> '$.updatedFields' AS updated_fields,
  e.addendum ->> '$.originalEventID' AS original_event_id, o.event_key AS original_event_key
FROM events e LEFT JOIN events o ON o.event_id = (e.addendum ->> '$.originalEventID')
  AND o.recipient_account_id IS NOT DISTINCT FROM e.recipient_account_id AND o.event_key <> e.event_key
WHERE (e.addendum ->> '$.reason') IS NOT NULL""",
    # One action that several accounts recorded: count it once.
    "shared_events": """CREATE VIEW shared_events AS
SELECT shared_event_id, min(event_time) AS event_time, count(*) AS copies, list(recipient_account_id ORDER BY event_key) AS accounts,
  list(event_id ORDER BY event_key) AS event_ids, list(event_key ORDER BY event_key) AS event_keys
FROM events WHERE shared_event_id IS NOT NULL AND event_class <> 'insight' GROUP BY shared_event_id HAVING count(*) > 1""",
    "network_events": "CREATE VIEW network_events AS SELECT * FROM events WHERE event_class = 'network'",
}

SCHEMA_VERSION = "1"
COVERAGE_STATES = (
    "tampered",
    "missing",
    "unverified",
    "verified",
    "verified_empty",
    "outside",
)  # worst first
CLASSES = ("ok", "anomaly", "unknown", "fail", "not_checked")
# A session that only reads (AssumeRole is read-only by CloudTrail's own word) would drown the writes of a timeline.
KIND_SQL = (
    "CASE WHEN outcome IN ('denied', 'failed') THEN 0 "
    "WHEN event_class IN ('read', 'list') OR (event_class IN ('session', 'data') AND read_only) THEN 2 ELSE 1 END"
)
