"""What some credentials, addresses, principals and buckets did or underwent, and everything that grew from it, in time order.

What grows from a credential are the keys that it made and the sessions that it opened.

The walk follows identifiers that the records themselves name; it concludes nothing about who held them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctforensics import clock
from ctforensics.reports import pieces, swimlanes
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces

# Of an address or a principal every event belongs to the story; of a bucket its changes, and whatever strangers did with it.
_NAMED = """(list_contains($addresses::VARCHAR[], e.source_ip_address)
    OR list_contains($principals::VARCHAR[], e.actor) OR list_contains($principals::VARCHAR[], e.principal_arn)
    OR (list_contains($buckets::VARCHAR[], e.bucket_name) AND (e.event_class NOT IN ('read', 'list', 'data')
      OR e.actor = 'anonymous' OR e.is_cross_account OR (e.event_name LIKE '%Acl' AND NOT e.read_only IS TRUE))))"""
# Keys reached from what is given: what a call by a known key issued (IAM keys and the temporary keys of sessions).
_GROWN = f"""WITH RECURSIVE grown(access_key_id, from_key, step) AS (
  SELECT * FROM (SELECT unnest($keys::VARCHAR[]), CAST(NULL AS VARCHAR), 0
    UNION ALL SELECT e.issued_access_key_id, e.access_key_id, 1 FROM events e WHERE e.issued_access_key_id IS NOT NULL AND {_NAMED})
  UNION
  SELECT e.issued_access_key_id, g.access_key_id, g.step + 1
  FROM grown g JOIN events e ON e.access_key_id = g.access_key_id
  WHERE e.issued_access_key_id IS NOT NULL AND e.issued_access_key_id <> e.access_key_id AND g.step < 12)"""
_KEYS = f"""{_GROWN}, first AS (SELECT access_key_id, min(step) AS step, arg_min(from_key, step) AS issued_by FROM grown GROUP BY ALL)
SELECT f.step, f.access_key_id, f.issued_by, any_value(e.actor ORDER BY e.event_time, e.event_id) AS actor,
  any_value(e.recipient_account_id ORDER BY e.event_time, e.event_id) AS account,
  (SELECT min(i.event_time) FROM events i WHERE i.issued_access_key_id = f.access_key_id AND i.access_key_id = f.issued_by) AS issued_at,
  min(e.event_time) AS first_used, max(e.event_time) AS last_used, count(e.event_key) AS events,
  count(e.event_key) FILTER (e.outcome IN ('denied', 'failed')) AS refused_or_failed
FROM first f LEFT JOIN events e USING (access_key_id) GROUP BY ALL ORDER BY f.step, first_used NULLS LAST, f.access_key_id"""
# A password that one of them set leads to the sign-ins with it. Reads that follow one another and differ in nothing but their region become one line with its first and last event.
_STEPS = f"""{_GROWN}, planted AS (
  SELECT e.recipient_account_id, e.target AS user_name, min(e.event_time) AS since FROM events e
  WHERE e.event_name IN ('CreateLoginProfile', 'UpdateLoginProfile') AND e.outcome = 'success'
    AND (e.access_key_id IN (SELECT access_key_id FROM grown) OR {_NAMED}) GROUP BY ALL),
mine AS (
  SELECT e.* FROM events e WHERE e.access_key_id IN (SELECT access_key_id FROM grown)
    OR (e.issued_access_key_id IN (SELECT access_key_id FROM grown) AND e.access_key_id IS NULL) OR {_NAMED}
    OR (e.event_name = 'ConsoleLogin' AND EXISTS (SELECT 1 FROM planted p WHERE p.user_name = e.user_name
      AND p.recipient_account_id = e.recipient_account_id AND p.since <= e.event_time))),
marked AS (SELECT *, (event_name, access_key_id, outcome, source_ip_address, target, recipient_account_id, actor,
  CASE WHEN event_class IN ('read', 'list', 'data') THEN 'many' ELSE event_key::VARCHAR END, verification = 'fail') AS same, row_number() OVER (ORDER BY event_time, event_id, event_key) AS place FROM mine),
runs AS (SELECT *, place - row_number() OVER (PARTITION BY same ORDER BY place) AS run FROM marked)
SELECT min(event_time) AS event_time, any_value(event_name) AS event_name, any_value(outcome) AS outcome, count(*) AS events,
  any_value(access_key_id) AS access_key_id, any_value(source_ip_address) AS source_ip_address, any_value(target) AS target,
  any_value(recipient_account_id) AS account, list(DISTINCT aws_region ORDER BY aws_region) AS region,
  any_value(issued_access_key_id ORDER BY place) AS issued_access_key_id, CASE WHEN count(*) > 1 THEN max(event_time) END AS until,
  any_value(actor) AS actor, list(event_id ORDER BY place)[1:20] AS event_ids,
  arg_max(verification, list_position(['ok', 'anomaly', 'unknown', 'not_checked', 'fail'], verification)) AS verification
FROM runs GROUP BY same, run ORDER BY min(place)"""
# What they changed: every kind of call that succeeded and is no reading, in the order of the first of each.
_CHANGED = f"""{_GROWN}
SELECT event_name, min(event_time) AS first, count(*) AS events FROM events e
WHERE (access_key_id IN (SELECT access_key_id FROM grown) OR {_NAMED}) AND outcome = 'success' AND NOT read_only IS TRUE
GROUP BY event_name ORDER BY first, min(event_id), event_name"""
# Without a credential to follow: the changes that matter most in any incident, by rule.
_NOTABLE = """SELECT event_time, event_name, outcome, actor, access_key_id, source_ip_address, target, recipient_account_id AS account,
  aws_region AS region, issued_access_key_id, error_class, event_id, verification FROM events
WHERE event_time_basis <> 'none' AND event_time >= $since::TIMESTAMP AND event_time < $until::TIMESTAMP AND (event_class = 'permissions'
  OR (event_source = 'cloudtrail.amazonaws.com' AND event_class NOT IN ('read', 'list'))
  OR event_name IN ('CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'PutBucketPolicy', 'PutBucketPublicAccessBlock',
    'DeletePublicAccessBlock', 'PutBucketAcl', 'ConsoleLogin', 'GetFederationToken', 'ModifySnapshotAttribute', 'PutKeyPolicy',
    'ScheduleKeyDeletion', 'DeleteDetector', 'StopConfigurationRecorder', 'DeleteFlowLogs', 'AuthorizeSecurityGroupIngress'))
ORDER BY event_time, event_id, event_key"""
_KEYS_NAME = "Access keys that grew from the ones given"
_ALTERED = "SELECT count(*) AS events FROM events WHERE verification = 'fail'"
MOST_NAMED = 14  # kinds of call that a first page names
_LABELS = {"source_ip_address": "from", "until": "last of these", "event_time": "time"}


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a story begins with: access keys, addresses, principals (ARN or stable name) and buckets."""

    keys: Sequence[str] = ()
    addresses: Sequence[str] = ()
    principals: Sequence[str] = ()
    buckets: Sequence[str] = ()

    def bound(self) -> dict[str, Any]:
        """The values to bind, empty ones left out."""
        names = ("keys", "addresses", "principals", "buckets")
        return {name: [str(value) for value in getattr(self, name) if value] for name in names}

    def __bool__(self) -> bool:
        return any(self.bound().values())

    def told(self) -> str:
        """What it is, counted: ``1 access key and 2 addresses``."""
        bound, words = self.bound(), (("keys", "access key", ""), ("addresses", "address", "addresses"))
        parts = [
            counted(len(bound[name]), one, many)
            for name, one, many in (*words, ("principals", "principal", ""), ("buckets", "bucket", ""))
            if bound[name]
        ]
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def of_seeds(held: Held, seeds: Seeds) -> Pieces:
    """The story of what is given: the keys that grew from it, then every step in order."""
    bound = seeds.bound()
    grown = held.rows(_KEYS_NAME, _KEYS, **bound)
    steps = held.rows("Steps of the story", _STEPS, **bound)
    made: list[Piece] = [pieces.text(f"{_led_to(seeds, len(grown.rows))}.")]
    picture = swimlanes.chart(grown.dicts())
    made += [picture] if picture else []
    if grown.rows:
        made.append(
            held.table(grown, "Access keys and sessions, in the order in which they were reached", labels=_LABELS)
        )
    if steps.rows:
        note = "Reads of one target from one address that follow one another stand in one row, with their first twenty event ids. Sign-ins of users whose password was set here belong to it."
        if bound["buckets"]:
            note += " Of a bucket its changes stand here, and what strangers did with it."
        detail = ["event_ids", "actor", "until", "region", "issued_access_key_id"]
        caption = "What these credentials did, in time order" if not _beyond(bound) else "What happened, in time order"
        made.append(held.table(steps, caption, note=note, detail=detail, limit=200, labels=_LABELS))
    else:
        from ctforensics.reports.coverage_pages import statement

        made.append(pieces.callout("incomplete", f"No event of theirs is in the evidence. {statement(held)}"))
    return Pieces(made)


def _beyond(bound: dict[str, Any]) -> bool:
    return any(values for name, values in bound.items() if name != "keys")


def in_short(held: Held, seeds: Seeds) -> list[str]:
    """The story in two lines of a first page: what grew from the seeds and when, and what was changed."""
    bound = seeds.bound()
    grown = held.rows(_KEYS_NAME, _KEYS, **bound)
    steps = held.rows("Steps of the story", _STEPS, **bound)
    rows = steps.dicts()
    if not rows:
        return [f"No event of what is followed ({seeds.told()}) is in the evidence, as far as it can show (below)."]
    events = sum(row["events"] for row in rows)
    bad = sum(row["events"] for row in rows if row["outcome"] in ("denied", "failed"))
    until = max(row["until"] or row["event_time"] for row in rows)
    span = f"{clock.utc_text(rows[0]['event_time'])} to {clock.utc_text(until)} ({steps.statement.label})"
    told = f"{_led_to(seeds, len(grown.rows))}: {counted(events, 'event')}, {bad:,} of them refused or failed, {span}."
    changes = held.rows("What they changed", _CHANGED, **bound)
    calls = [str(name) for name, *_ in changes.rows]
    more = f" and {len(calls) - MOST_NAMED:,} kinds more" if len(calls) > MOST_NAMED else ""
    changed = f"Calls that succeeded and are more than reading, in the order of the first of each: {', '.join(calls[:MOST_NAMED])}{more} ({changes.statement.label})."
    return [told, changed if calls else "No call of theirs that is more than reading succeeded."]


def _led_to(seeds: Seeds, reached: int) -> str:
    more = reached - len(seeds.bound()["keys"])
    others = (
        ("other key or session", "other keys and sessions") if seeds.keys else ("key or session", "keys and sessions")
    )
    return f"From {seeds.told()} the records lead to {counted(more, *others) if more else f'no {others[0]}'}"


def notable(held: Held, since: str = "-infinity", until: str = "infinity") -> Pieces:
    """Changes of permissions, of trails, of public access, new keys and sign-ins: by rule, not by conclusion."""
    found = held.rows("Changes that matter by rule", _NOTABLE, since=since, until=until)
    if not found.rows:
        from ctforensics.reports.coverage_pages import statement

        said = "No change of permissions, trails, public access or keys and no console sign-in is recorded."
        return Pieces([pieces.callout("incomplete", f"{said} {statement(held)}")])
    caption = "Changes of permissions, trails, public access and keys, and console sign-ins, in time order"
    note = "Chosen by a rule that looks at the kind of call; that a row stands here is no judgement of it."
    detail = ["event_id", "error_class", "issued_access_key_id"]
    return Pieces([held.table(found, caption, note=note, detail=detail, limit=150, labels=_LABELS)])


def contradicted(held: Held, seeds: Seeds) -> list[str]:
    """For a first page: how many events of the story stand in files that contradict the digests; nothing where none do."""
    if not held.number("Events of files that contradict the digests", _ALTERED):
        return []
    steps = held.rows("Steps of the story", _STEPS, **seeds.bound())
    rows = steps.dicts()
    bad = [row for row in rows if row["verification"] == "fail"]
    if not bad:
        return []
    names = list(dict.fromkeys(str(row["event_name"]) for row in bad))
    more = f" and {len(names) - MOST_NAMED:,} kinds more" if len(names) > MOST_NAMED else ""
    number, total = (sum(row["events"] for row in some) for some in (bad, rows))
    said = f"{number:,} of these {counted(total, 'event')} {'stands in a file that contradicts' if number == 1 else 'stand in files that contradict'} the digests"
    return [
        f"Not proven: {said} and may be altered or forged: {', '.join(names[:MOST_NAMED])}{more} ({steps.statement.label})."
    ]
