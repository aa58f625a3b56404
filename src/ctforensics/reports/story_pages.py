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
OF_BUCKETS = """(e.event_class NOT IN ('read', 'list', 'data') OR e.actor = 'anonymous' OR e.is_cross_account
      OR (e.event_name LIKE '%Acl' AND NOT e.read_only IS TRUE))"""
_NAMED = f"""(list_contains($addresses::VARCHAR[], e.source_ip_address)
    OR list_contains($principals::VARCHAR[], e.actor) OR list_contains($principals::VARCHAR[], e.principal_arn)
    OR (list_contains($buckets::VARCHAR[], e.bucket_name) AND {OF_BUCKETS}))"""
# A console session has no call that issues it: it is the key of the same user whose session began with the sign-in (a minute aside).
_SIGN_INS = f"""planted AS MATERIALIZED (
  SELECT e.recipient_account_id, e.target AS user_name, e.access_key_id AS from_key, e.event_time AS since, coalesce({_NAMED}, FALSE) AS named
  FROM events e WHERE e.event_name IN ('CreateLoginProfile', 'UpdateLoginProfile') AND e.outcome = 'success'),
sign_ins AS MATERIALIZED (
  SELECT e.event_key, e.recipient_account_id, e.user_name, e.event_time, e.outcome, p.from_key, p.named, TRUE AS planted, EXISTS (SELECT 1 FROM events b
    WHERE b.user_name = e.user_name AND b.recipient_account_id = e.recipient_account_id AND b.source_ip_address = e.source_ip_address
      AND b.outcome = 'success' AND b.event_time < p.since) AS seen_before
  FROM events e JOIN planted p ON p.user_name = e.user_name AND p.recipient_account_id = e.recipient_account_id AND p.since <= e.event_time
  WHERE e.event_name = 'ConsoleLogin'
  UNION ALL SELECT e.event_key, e.recipient_account_id, e.user_name, e.event_time, e.outcome, NULL, TRUE, FALSE, FALSE
  FROM events e WHERE e.event_name = 'ConsoleLogin' AND {_NAMED}),
made_roles AS MATERIALIZED (
  SELECT e.recipient_account_id, e.request_parameters ->> '$.roleName' AS role_name, e.access_key_id AS from_key, e.event_time AS since, coalesce({_NAMED}, FALSE) AS named
  FROM events e WHERE e.event_name = 'CreateRole' AND e.outcome = 'success'),
taken AS MATERIALIZED (
  SELECT e.event_key, e.issued_access_key_id, e.event_time, r.from_key, r.named
  FROM events e JOIN made_roles r ON r.recipient_account_id = e.recipient_account_id AND r.role_name = name_of_arn(e.requested_role_arn) AND r.since <= e.event_time
  WHERE e.event_source = 'sts.amazonaws.com' AND e.requested_role_arn IS NOT NULL AND e.outcome = 'success' AND e.access_key_id IS DISTINCT FROM r.from_key),
edges AS MATERIALIZED (
  SELECT e.access_key_id AS from_key, e.issued_access_key_id AS to_key, coalesce({_NAMED}, FALSE) AS named, 'issued' AS reached_by, e.event_time AS at
  FROM events e WHERE e.issued_access_key_id IS NOT NULL AND e.issued_access_key_id IS DISTINCT FROM e.access_key_id
  UNION ALL SELECT DISTINCT t.from_key, t.issued_access_key_id, t.named, 'session of a role made here', t.event_time
  FROM taken t WHERE t.issued_access_key_id IS NOT NULL
  UNION ALL SELECT DISTINCT s.from_key, e.access_key_id, s.named, CASE WHEN s.planted THEN 'sign-in with a password set here' ELSE 'sign-in' END, s.event_time
  FROM sign_ins s JOIN events e ON e.user_name = s.user_name AND e.recipient_account_id = s.recipient_account_id
    AND e.session_created_at BETWEEN s.event_time - INTERVAL 1 MINUTE AND s.event_time + INTERVAL 1 MINUTE
  WHERE s.outcome = 'success' AND NOT s.seen_before AND e.access_key_id LIKE 'ASIA%')"""
# Keys reached from what is given: what a call by a known key issued (IAM keys and the temporary keys of sessions), and the console sessions.
_GROWN = f"""WITH RECURSIVE {_SIGN_INS},
grown(access_key_id, from_key, step, reached_by) AS (
  SELECT * FROM (SELECT unnest($keys::VARCHAR[]), CAST(NULL AS VARCHAR), 0, 'given'
    UNION ALL SELECT x.to_key, x.from_key, 1, x.reached_by FROM edges x WHERE x.named)
  UNION
  SELECT x.to_key, g.access_key_id, g.step + 1, x.reached_by FROM grown g JOIN edges x ON x.from_key = g.access_key_id WHERE g.step < 12)"""
_KEYS = f"""{_GROWN}, all_keys AS (
  SELECT * FROM grown UNION ALL SELECT DISTINCT e.access_key_id, NULL, 1, 'used there' FROM events e
  WHERE e.access_key_id IS NOT NULL AND {_NAMED} AND e.access_key_id NOT IN (SELECT access_key_id FROM grown)),
first AS (SELECT access_key_id, min(step) AS step, arg_min(from_key, step) AS issued_by, arg_min(reached_by, (step, reached_by)) AS reached_by
  FROM all_keys GROUP BY ALL)
SELECT f.step, f.access_key_id, f.reached_by, f.issued_by, any_value(e.actor ORDER BY e.event_time, e.event_id) AS actor,
  any_value(e.recipient_account_id ORDER BY e.event_time, e.event_id) AS account,
  (SELECT min(x.at) FROM edges x WHERE x.to_key = f.access_key_id AND x.from_key = f.issued_by) AS issued_at,
  min(e.event_time) AS first_used, max(e.event_time) AS last_used, count(e.event_key) AS events,
  count(e.event_key) FILTER (e.outcome IN ('denied', 'failed')) AS refused_or_failed
FROM first f LEFT JOIN events e ON e.access_key_id = f.access_key_id AND (f.reached_by <> 'used there' OR {_NAMED})
GROUP BY ALL ORDER BY f.step, first_used NULLS LAST, f.access_key_id"""
# Calls that let others have a snapshot or an image; what others then do with it belongs to the story.
SHARES = "('ModifySnapshotAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'ModifyImageAttribute', 'AuthorizeSnapshotAccess')"
# What they did, and what others did with what they shared or with roles that they made; and the sign-ins of users whose password they set, which may be the user's own where the address is one that the user had used before.
MINE = f"""{_GROWN}, signed AS (
  SELECT event_key, bool_and(seen_before) AS seen_before FROM sign_ins
  WHERE planted AND (named OR from_key IN (SELECT access_key_id FROM grown)) GROUP BY ALL),
found AS (
  SELECT e.*, s.seen_before, coalesce(e.access_key_id IN (SELECT access_key_id FROM grown)
    OR (e.issued_access_key_id IN (SELECT access_key_id FROM grown) AND e.access_key_id IS NULL)
    OR e.event_key IN (SELECT event_key FROM taken WHERE named OR from_key IN (SELECT access_key_id FROM grown)) OR {_NAMED}, FALSE) AS theirs
  FROM events e LEFT JOIN signed s ON s.event_key = e.event_key),
shared AS MATERIALIZED (
  SELECT recipient_account_id, target, min(event_time) AS since FROM found
  WHERE theirs AND outcome = 'success' AND event_base_name IN {SHARES} GROUP BY ALL),
mine AS (SELECT *, NOT theirs AND seen_before AS perhaps_the_users_own FROM found f WHERE theirs OR seen_before IS NOT NULL
  OR ((event_base_name IN ('SharedSnapshotCopyInitiated', 'SharedSnapshotVolumeCreated') OR is_cross_account IS TRUE) AND EXISTS (
    SELECT 1 FROM shared s WHERE s.recipient_account_id = f.recipient_account_id AND s.target = f.target AND s.since <= f.event_time)))"""
# Reads that follow one another and differ in nothing but their region become one line with its first and last event.
_STEPS = f"""{MINE},
marked AS (SELECT *, (event_name, access_key_id, outcome, source_ip_address, target, recipient_account_id, actor,
  CASE WHEN event_class IN ('read', 'list', 'data') THEN 'many' ELSE event_key::VARCHAR END, verification = 'fail') AS same, row_number() OVER (ORDER BY event_time, event_id, event_key) AS place FROM mine),
runs AS (SELECT *, place - row_number() OVER (PARTITION BY same ORDER BY place) AS run FROM marked)
SELECT min(event_time) AS event_time, any_value(event_name) AS event_name, any_value(outcome) AS outcome, count(*) AS events,
  any_value(access_key_id) AS access_key_id, any_value(source_ip_address) AS source_ip_address, any_value(target) AS target,
  any_value(recipient_account_id) AS account, list(DISTINCT aws_region ORDER BY aws_region) AS region,
  any_value(issued_access_key_id ORDER BY place) AS issued_access_key_id, CASE WHEN count(*) > 1 THEN max(event_time) END AS until,
  any_value(actor) AS actor, nullif(bool_or(coalesce(perhaps_the_users_own, FALSE)), FALSE) AS perhaps_the_users_own,
  list(event_id ORDER BY place)[1:20] AS event_ids,
  arg_max(verification, list_position(['ok', 'anomaly', 'unknown', 'not_checked', 'fail'], verification)) AS verification
FROM runs GROUP BY same, run ORDER BY min(place)"""
# What they changed: every kind of call that succeeded, or was accepted, and is no reading, in the order of the first of each.
_CHANGED = f"""{MINE}
SELECT event_name, min(event_time) AS first, count(*) AS events FROM mine
WHERE perhaps_the_users_own IS NOT TRUE AND outcome IN ('success', 'requested') AND NOT read_only IS TRUE
GROUP BY event_name ORDER BY first, min(event_id), event_name"""
# Without a credential to follow: the changes that matter most in any incident, by rule.
_NOTABLE = """SELECT event_time, event_name, outcome, actor, access_key_id, source_ip_address, target, recipient_account_id AS account,
  aws_region AS region, issued_access_key_id, error_class, event_id, verification FROM events
WHERE event_time_basis <> 'none' AND event_time >= $since::TIMESTAMP AND event_time < $until::TIMESTAMP AND (event_class = 'permissions'
  OR (event_source = 'cloudtrail.amazonaws.com' AND event_class NOT IN ('read', 'list'))
  OR event_name IN ('ConsoleLogin', 'GetFederationToken', 'PutObjectAcl', 'ScheduleKeyDeletion', 'DisableKey', 'DeleteDetector',
    'UpdateDetector', 'DisableSecurityHub', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel',
    'DeleteFlowLogs', 'DeleteLogGroup', 'PutBucketLifecycle', 'PutBucketReplication', 'PutBucketVersioning'))
ORDER BY event_time, event_id, event_key"""
# With whom they shared what, in the order of the shares.
_SHARED_WITH = f"""{MINE}
SELECT event_time, target, list_distinct(list_concat(
    list_concat(permitted(request_parameters, 'createVolumePermission', 'add'), permitted(request_parameters, 'launchPermission', 'add')),
    list_concat(as_texts(json_extract(request_parameters, '$.valuesToAdd')), as_texts(json_extract(request_parameters, '$.accountWithRestoreAccess'))))) AS shared_with
FROM mine WHERE theirs AND outcome = 'success' AND event_base_name IN {SHARES} AND len(shared_with) > 0 ORDER BY event_time, event_id, event_key"""
_KEYS_NAME = "Access keys that grew from the ones given"
# Access keys that were made, but whose id the record does not hold: where they lead nobody can tell.
_UNNAMED = "SELECT count(*) AS events FROM events WHERE event_name = 'CreateAccessKey' AND outcome = 'success' AND issued_access_key_id IS NULL"
_UNNAMED_HERE = f"""{_GROWN}
SELECT event_time, target, event_id FROM events e WHERE event_name = 'CreateAccessKey' AND outcome = 'success' AND issued_access_key_id IS NULL
  AND (access_key_id IN (SELECT access_key_id FROM grown) OR {_NAMED}) ORDER BY event_time, event_id"""
_ALTERED = "SELECT count(*) AS events FROM events WHERE verification = 'fail'"
_REACHED = "A console session is known by its user and the instant of the sign-in. Of keys and sessions that were only used there, what they did elsewhere is not counted and not followed."
MOST_SHARED = 4  # parties with whom something was shared that a first page names
MOST_NAMED = 12  # kinds of call that a first page names
_LABELS = {"source_ip_address": "from", "until": "last of these", "event_time": "time"}


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a story begins with: access keys, addresses, principals (ARN or stable name) and buckets."""

    keys: Sequence[str] = ()
    addresses: Sequence[str] = ()
    principals: Sequence[str] = ()
    buckets: Sequence[str] = ()

    @property
    def only_buckets(self) -> bool:
        """Whether nothing but buckets is followed."""
        return [name for name, values in self.bound().items() if values] == ["buckets"]

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
            held.table(
                grown,
                "Access keys and sessions, in the order in which they were reached",
                note=_REACHED,
                labels=_LABELS,
            )
        )
    if steps.rows:
        note = "Reads of one target from one address that follow one another stand in one row, with their first twenty event ids. Sign-ins of users whose password was set here stand here too; those from an address that the user had used before may be the user's own. So does what others did with a snapshot or an image that was shared here, and who took a role that was made here."
        if bound["buckets"]:
            note += " Of a bucket its changes stand here, and what strangers did with it."
        detail = ["event_ids", "actor", "until", "region", "issued_access_key_id", "perhaps_the_users_own"]
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
    own = [row for row in rows if row["perhaps_the_users_own"]]
    told = f"{_led_to(seeds, len(grown.rows))}: {_told(rows, steps.statement.label)}."
    changes = held.rows("What they changed", _CHANGED, **bound)
    calls = [str(name) for name, *_ in changes.rows]
    more = f" and {len(calls) - MOST_NAMED:,} kinds more" if len(calls) > MOST_NAMED else ""
    changed = f"Calls that succeeded or were accepted and are more than reading, in the order of the first of each: {', '.join(calls[:MOST_NAMED])}{more} ({changes.statement.label})."
    none = "No call of theirs that is more than reading succeeded or was accepted, as far as this evidence can show (below)."
    return [told, changed if calls else none, *([_their_own(own, steps.statement.label)] if own else [])]


def _told(rows: list[dict[str, Any]], label: str) -> str:
    """How many events these are, how many failed, and from when to when; without those that may be somebody else's."""
    theirs = [row for row in rows if not row["perhaps_the_users_own"]]
    events = sum(row["events"] for row in theirs)
    until = max(row["until"] or row["event_time"] for row in theirs)
    span = f"{clock.utc_text(theirs[0]['event_time'])} to {clock.utc_text(until)} ({label})"
    return f"{counted(events, 'event')}, {_bad(theirs):,} of them refused or failed, {span}"


def _their_own(own: list[dict[str, Any]], label: str) -> str:
    who = ", ".join(dict.fromkeys(str(row["actor"]) for row in own))
    said = f"{counted(sum(row['events'] for row in own), 'sign-in')} of {who}, {_bad(own):,} of them refused or failed"
    return f"Not counted: {said}, after a password was set here, from an address that the user had used before; they may be the user's own ({label})."


def _bad(rows: list[dict[str, Any]]) -> int:
    return sum(row["events"] for row in rows if row["outcome"] in ("denied", "failed"))


def _led_to(seeds: Seeds, reached: int) -> str:
    more = reached - len(set(seeds.bound()["keys"]))
    others = (
        ("other key or session", "other keys and sessions") if seeds.keys else ("key or session", "keys and sessions")
    )
    if more:
        return f"From {seeds.told()} the records lead to {counted(more, *others)}"
    return f"No {others[0]} was found from {seeds.told()}, as far as this evidence can show"


def notable(held: Held, since: str = "-infinity", until: str = "infinity") -> Pieces:
    """Changes of permissions, of trails, of public access, new keys and sign-ins: by rule, not by conclusion."""
    found = held.rows("Changes that matter by rule", _NOTABLE, since=since, until=until)
    if not found.rows:
        from ctforensics.reports.coverage_pages import statement

        said = (
            "No change of permissions, trails, public access or keys and no console sign-in is recorded among the kinds of call "
            "that this list looks for; it knows some kinds by their names, not all that can let somebody in or do harm."
        )
        return Pieces([pieces.callout("incomplete", f"{said} {statement(held)}")])
    caption = "Changes of permissions, trails, public access and keys, and console sign-ins, in time order"
    note = (
        "Chosen by a rule that looks at the kind of call; that a row stands here is no judgement of it. The list is partial: the rule "
        "knows some kinds by their names, and what lets somebody in or does harm by another kind is not here."
    )
    detail = ["event_id", "error_class", "issued_access_key_id"]
    return Pieces([held.table(found, caption, note=note, detail=detail, limit=150, labels=_LABELS)])


def contradicted(held: Held, seeds: Seeds) -> list[str]:
    """For a first page: how many events of the story stand in files that contradict the digests; nothing where none do."""
    if not held.number("Events of files that contradict the digests", _ALTERED):
        return []
    steps = held.rows("Steps of the story", _STEPS, **seeds.bound())
    rows = [row for row in steps.dicts() if not row["perhaps_the_users_own"]]
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


def unfollowed(held: Held, seeds: Seeds) -> list[str]:
    """For a first page: the access keys that the story made and that nobody can follow, as their records name no key id."""
    if not held.number("Access keys made whose record names no key id", _UNNAMED):
        return []
    found = held.rows("Access keys of the story whose record names no key id", _UNNAMED_HERE, **seeds.bound())
    if not found.rows:
        return []
    users = list(dict.fromkeys(str(user) for _, user, _ in found.rows if user))
    of = f" of {', '.join(users[:MOST_NAMED])}" if users else ""
    keys = f"{counted(len(found.rows), 'access key')}{of} {'was' if len(found.rows) == 1 else 'were'} made"
    return [f"Cannot be followed: {keys}, and the records do not name the key ids ({found.statement.label})."]


def handed_out(held: Held, seeds: Seeds) -> list[str]:
    """For a first page: with whom the story shared snapshots and images."""
    found = held.rows("What they shared, and with whom", _SHARED_WITH, **seeds.bound())
    given: dict[str, list[str]] = {}
    for _, target, parties in found.rows:
        for party in parties:
            given.setdefault("everybody" if party in ("all", "*") else str(party), []).append(str(target))
    told = [f"{', '.join(dict.fromkeys(things))} with {party}" for party, things in given.items()]
    more = f" and with {len(told) - MOST_SHARED:,} others" if len(told) > MOST_SHARED else ""
    return (
        [f"Snapshots and images shared: {'; '.join(told[:MOST_SHARED])}{more} ({found.statement.label})."]
        if told
        else []
    )
