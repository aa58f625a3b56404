"""What was read: secrets, parameters, passwords of machines, objects, snapshots, tables. By those who are followed, else by anybody."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ctforensics.reports import coverage_pages, pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held, Rows
from ctforensics.reports.pieces import Piece
from ctforensics.reports.story_pages import MINE, Seeds

MOST_THINGS = 2  # secrets, buckets and the like of one kind that a first page names
_OBJECTS, _BELOW = "objects of a bucket", "all below "  # a path that is asked for stands for whatever lies below it
_KIND = f"""CASE
  WHEN e.event_source = 'secretsmanager.amazonaws.com' AND e.event_base_name IN ('GetSecretValue', 'BatchGetSecretValue') THEN 'secret'
  WHEN e.event_source = 'ssm.amazonaws.com' AND e.event_base_name IN ('GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory') THEN 'parameter'
  WHEN e.event_base_name IN ('GetPasswordData', 'GetInstanceAccessDetails') THEN 'password of a machine'
  WHEN e.event_source = 's3.amazonaws.com' AND e.event_base_name IN ('GetObject', 'SelectObjectContent', 'GetObjectTorrent') THEN '{_OBJECTS}'
  WHEN e.event_source = 'ebs.amazonaws.com' AND e.event_base_name IN ('ListSnapshotBlocks', 'ListChangedBlocks', 'GetSnapshotBlock') THEN 'snapshot'
  WHEN e.event_base_name IN ('SharedSnapshotCopyInitiated', 'SharedSnapshotVolumeCreated') THEN 'snapshot used by others'
  WHEN e.event_source = 'dynamodb.amazonaws.com' AND e.event_class = 'data' AND e.event_base_name IN ('GetItem', 'BatchGetItem', 'Query', 'Scan') THEN 'table'
END"""
# A secret is called by its name or by its ARN, which ends in six letters of chance: both are one secret.
_SECRET = "regexp_replace(x, '^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$', '\\1')"
_THINGS = f"""CASE e.kind
  WHEN 'secret' THEN list_transform(list_concat(as_texts(json_extract(e.request_parameters, '$.secretIdList')),
    [coalesce(e.request_parameters ->> '$.secretId', denied_resource(e.error_message))]), lambda x: {_SECRET})
  WHEN 'parameter' THEN list_concat(as_texts(json_extract(e.request_parameters, '$.names')),
    [coalesce(e.request_parameters ->> '$.name', '{_BELOW}' || (e.request_parameters ->> '$.path'), denied_resource(e.error_message))])
  WHEN 'password of a machine' THEN [coalesce(e.request_parameters ->> '$.instanceId', e.request_parameters ->> '$.instanceName')]
  WHEN '{_OBJECTS}' THEN [e.bucket_name]
  WHEN 'table' THEN [coalesce(e.request_parameters ->> '$.tableName', e.target)]
  ELSE [coalesce(e.request_parameters ->> '$.snapshotId', e.request_parameters ->> '$.secondSnapshotId', e.service_event_details ->> '$.snapshotId', e.target)] END"""
_SUMS = f"""calls AS MATERIALIZED (SELECT * FROM (SELECT e.*, {_KIND} AS kind FROM read_by AS e) WHERE kind IS NOT NULL),
each AS (SELECT e.*, unnest(coalesce(nullif(list_distinct(list_filter({_THINGS}, lambda x: x IS NOT NULL)), []), [NULL])) AS thing FROM calls AS e)
SELECT kind, thing, recipient_account_id AS account, count(*) FILTER (outcome = 'success') AS reads,
  count(*) FILTER (outcome IN ('denied', 'failed')) AS refused_or_failed, nullif(count(DISTINCT object_key) FILTER (outcome = 'success'), 0) AS objects,
  CAST(sum(TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE)) FILTER (kind = '{_OBJECTS}' AND outcome = 'success') AS BIGINT) AS bytes_out,
  min(event_time) AS first_seen, max(event_time) AS last_seen, some_of(actor) AS actors, some_of(source_ip_address) AS addresses,
  first_ids(event_id, event_time) AS event_ids, histogram(verification) AS verification_classes
FROM each GROUP BY kind, thing, recipient_account_id
ORDER BY list_position(['secret', 'parameter', 'password of a machine', '{_OBJECTS}', 'snapshot', 'snapshot used by others', 'table'], kind), reads = 0, first_seen, thing, account"""
_BY_THEM = f"{MINE}, read_by AS (SELECT * FROM mine), {_SUMS}"
_BY_ANYBODY = f"""WITH read_by AS (SELECT * FROM scoped($since::TIMESTAMP, $until::TIMESTAMP, $accounts::VARCHAR[], $regions::VARCHAR[], 'all')
  WHERE NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address)), {_SUMS}"""
_ONE_AND_MANY = {
    "secret": ("secret", "secrets"),
    "parameter": ("parameter", "parameters"),
    "password of a machine": ("password of a machine", "passwords of machines"),
    "snapshot": ("snapshot", "snapshots"),
    "snapshot used by others": ("snapshot copied or mounted by others", "snapshots copied or mounted by others"),
    "table": ("table", "tables"),
}
_ONLY = "of objects, snapshot blocks and tables only what the trail records as data events"
_NOTHING = "No read of secrets, parameters, machine passwords, objects, snapshots or tables{} is recorded"


def found(held: Held, seeds: Seeds) -> Rows:
    """What was read, a row for each thing: by those who are followed, or where none is, by anybody within the report's window."""
    if seeds:
        return held.rows("What they read", _BY_THEM, **seeds.bound())
    return held.rows("What anybody read", _BY_ANYBODY, **held.window)


def section(held: Held, seeds: Seeds) -> list[Piece]:
    """What was read as a table; that nothing is recorded stands beside what could not have been seen."""
    rows = found(held, seeds)
    if not rows.rows:
        return [pieces.callout("incomplete", f"{_nothing(seeds)}; {_ONLY}. {coverage_pages.statement(held)}")]
    total = sum(row["bytes_out"] or 0 for row in rows.dicts())
    note = f"{total:,} bytes of objects were read out. " if total else ""
    note += "Of objects, snapshot blocks and tables only what the trail records as data events is seen."
    caption = "What they read" if seeds else "What was read, by anybody"
    return [held.table(rows, caption, note=note, detail=["event_ids", "actors", "verification_classes"], limit=60)]


def in_short(held: Held, seeds: Seeds) -> list[str]:
    """For a first page: which secrets, objects and snapshots were read, and that reads may have left no record."""
    rows = found(held, seeds)
    got, refused = (_by_kind([row for row in rows.dicts() if bool(row["reads"]) is read]) for read in (True, False))
    asked = f" Asked for and not given: {refused}." if refused else ""
    said = f"Read{_who(seeds)}: {got} ({rows.statement.label}); {_ONLY}." if got else f"{_nothing(seeds)}."
    return [f"{said}{asked}"]


def _who(seeds: Seeds) -> str:
    if not seeds:
        return " by anybody"
    # Of a bucket only what strangers did belongs to a story.
    outside = "from outside" if seeds.buckets else ""
    return f" {outside}" if seeds.only_buckets else f" by them{f' or {outside}' if outside else ''}"


def _nothing(seeds: Seeds) -> str:
    return f"{_NOTHING.format(_who(seeds))}, as far as this evidence can show (below)"


def _by_kind(rows: list[dict[str, Any]]) -> str:
    """The things that rows name, kind by kind: ``8 secrets (web/db and 7 more), 2 objects of exports (4,096 bytes)``."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return ", ".join(_told(kind, [row for row in rows if row["kind"] == kind]) for kind in kinds)


def _told(kind: str, rows: list[dict[str, Any]]) -> str:
    named = [row for row in rows if row["thing"]]
    if kind == _OBJECTS:
        objects, total = (sum(row[name] or 0 for row in rows) for name in ("objects", "bytes_out"))
        size = f" ({total:,} bytes)" if total else ""
        return f"{counted(objects, 'object') if objects else 'objects'} of {_names(named)}{size}"
    one, many = _ONE_AND_MANY[kind]
    paths = any(str(row["thing"]).startswith(_BELOW) for row in named)
    said = f"{many if paths or not named else counted(len(named), one, many)}"
    others = " and others that no record names" if len(named) < len(rows) else ""
    return f"{said} ({_names(named)}){others}" if named else f"{said} that no record names"


def _names(rows: list[dict[str, Any]]) -> str:
    """The first things, with their account where one name stands in several."""
    seen = Counter(str(row["thing"]) for row in rows)
    names = [str(row["thing"]) + (f" of {row['account']}" if seen[str(row["thing"])] > 1 else "") for row in rows]
    if len(names) <= MOST_THINGS + 1:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_THINGS])} and {len(names) - MOST_THINGS:,} more"
