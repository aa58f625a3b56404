"""One page on a value: at three in the morning one knows a key or an address, not the name of a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ctforensics import cards, clock
from ctforensics.ask import formats
from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.brief import brief
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.kinds import Seen, holds, kind_by_form, see
from ctforensics.ask.query import FIRST_TIME
from ctforensics.ask.room import Room
from ctforensics.ask.searched import Searched, searched
from ctforensics.errors import ParameterError

ROWS = 25
_SHOWN_ONWARD = 12
ONWARD = ("access_key", "principal", "address", "bucket")
_CHILDREN = ("session_key_descendants", "blast_radius", "role_assumption_chain", "session_key_origin")

# What is asked about a value of each kind: heading, question, and the parameter that takes the value.
_PARTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "access_key": (
        ("First and last use, from where, with what", "access_key_profile", "access_key_ids"),
        ("Owner; who made, changed, deleted it", "access_key_lifecycle", "access_key_id"),
        ("Where it comes from", "session_key_origin", "access_key_id"),
        ("Keys minted from it", "session_key_descendants", "access_key_id"),
        ("What it left behind", "blast_radius", "access_key_id"),
        ("What it did", "actions_by_access_key", "access_key_id"),
    ),
    "address": (("What came from there", "actions_by_source_ip", "ips"),),
    "principal": (
        ("Footprint by day", "principal_footprint", "principal"),
        ("Console sign-ins", "console_logins", "principal"),
        ("What was changed about it in IAM", "iam_changes", "subject"),
        ("Role hops from it", "role_assumption_chain", "start"),
        ("Refusals", "authorization_failures", "principal"),
        ("What it did", "actions_by_principal", "principal"),
    ),
    "session": (
        ("What this session did", "activity_by_role_session", "session_name"),
        ("Everything under this name", "actions_by_principal", "principal"),
    ),
    "account": (("What is here of it", "account_profile", "account"),),
    "bucket": (
        ("Changes of its policy", "who_changed_bucket_policy", "bucket"),
        ("Other changes", "resource_change_history", "resource"),
        ("Objects read, written, deleted", "object_access", "bucket"),
        ("Who touched it", "actions_by_resource", "resource"),
    ),
    "event": (
        ("The event and its twins", "event_by_id", "ids"),
        ("Just before and after it", "timeline_around_event", "event_id"),
    ),
    "agent": (("What this tool did", "activity_by_user_agent", "agent"),),
    "action": (("Who called it", "who_called", "action"),),
    "resource": (
        ("Changes", "resource_change_history", "resource"),
        ("Who touched it", "actions_by_resource", "resource"),
    ),
}
_SUMMARY = """
SELECT count(*) AS events, min(event_time) AS first_seen, max(event_time) AS last_seen,
    count(*) FILTER (outcome IN ('success', 'requested', 'dry_run_ok')) AS done,
    count(*) FILTER (outcome = 'denied') AS denied, count(*) FILTER (outcome = 'failed') AS failed,
    some_of(actor) AS actors, some_of(source_ip_address) AS addresses, some_of(aws_region) AS regions,
    some_of(recipient_account_id) AS accounts, histogram(verification) AS verification
FROM events WHERE event_time >= $first AND ({condition})"""
# What the investigator's inputs say of a value, a kind and a sentence each.
_NOTES = """
SELECT 'label', concat_ws(' ', label, '(' || nullif(note, '') || ')') FROM labels WHERE value = $value
UNION ALL SELECT 'indicator', concat_ws(' ', kind, '(' || nullif(note, '') || ')') FROM indicators WHERE value = $value
UNION ALL SELECT 'owned account', name FROM owned_accounts WHERE account = $value
UNION ALL SELECT 'vendor', name FROM vendors WHERE account = $value
UNION ALL SELECT 'network', concat_ws(' ', name, '(' || nullif(kind, '') || ')') FROM networks WHERE ip_number($value) BETWEEN low AND high
UNION ALL SELECT 'AWS range', service || ' ' || region FROM aws_ranges WHERE ip_number($value) BETWEEN low AND high
UNION ALL SELECT 'address database', concat_ws(', ', city, country, 'AS' || asn || coalesce(' ' || network_operator, ''))
FROM address_places WHERE address = $value
UNION ALL SELECT 'made for account', account_of_key($value) || ' (by the key id itself)' WHERE account_of_key($value) IS NOT NULL"""


@dataclass(slots=True)
class Part:
    """One part of the page: a heading, the question behind it and its reply."""

    heading: str
    question: str
    params: dict[str, Any]
    reply: Reply


@dataclass(slots=True)
class About:
    """Everything known about a value. Prints as text, shows as HTML, and gives itself as a dict."""

    seen: Seen
    summary: dict[str, Any]
    remarks: list[str]
    searched: Searched
    parts: list[Part] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The page as lines of text."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.seen.value}: {self.seen.kind.replace('_', ' ')}"
        yield from (f"  {said}" for said in self.facts())
        for part in self.parts:
            rows = part.reply.rows
            more = " or more" if rows.more else ""
            yield ""
            yield f"{part.heading}: {len(rows.rows)}{more}{part.reply.timeless_told()} ({part.question})"
            if rows.rows:
                yield from (f"  {line}" for line in brief(part.reply, ROWS))
        onward = self.onward()
        if onward:
            yield ""
            yield "Go on with the page on one of these:"
            yield from (f"  {value}  ({kind.replace('_', ' ')}, from: {heading})" for value, kind, heading in onward)
        yield ""
        yield from self.searched.sentences()

    def onward(self) -> list[tuple[str, str, str]]:
        """Other keys, principals, addresses and buckets that the page names: value, kind, and the part that names it first.

        What the value minted or left behind comes before what it merely met.
        """
        found: dict[str, tuple[str, str]] = {}
        for part in sorted(self.parts, key=lambda part: part.question not in _CHILDREN):
            for row in part.reply.rows.dicts():
                for value in values_of(row):
                    kind = kind_by_form(value)
                    if kind in ONWARD and value != self.seen.value and value not in found:
                        found[value] = (kind, part.heading)
        told = [(value, kind, heading) for value, (kind, heading) in found.items()]
        minted = {part.heading for part in self.parts if part.question in _CHILDREN}
        told.sort(key=lambda item: (item[2] not in minted, ONWARD.index(item[1])))
        return told[:_SHOWN_ONWARD]

    def facts(self) -> list[str]:
        """The summary as sentences."""
        told = [*self.remarks]
        if not self.summary["events"]:
            return [*told, "No loaded event holds it in a typed column; search_anywhere reads every field."]
        told += [
            f"{self.summary['events']:,} {'event' if self.summary['events'] == 1 else 'events'}, {clock.utc_text(self.summary['first_seen'])} to"
            f" {clock.utc_text(self.summary['last_seen'])}",
            f"{self.summary['done']:,} done, {self.summary['denied']:,} denied, {self.summary['failed']:,} failed",
        ]
        for name in ("actors", "addresses", "regions", "accounts"):
            values = [formats.shown(v) for v in self.summary[name] or []]
            if values:
                told.append(f"{name}: {', '.join(values[:8])}{' ...' if len(values) > 8 else ''}")
        columns = ", ".join(f"{name} ({count:,})" for name, count in self.seen.columns.items())
        classes = ", ".join(f"{count:,} {name}" for name, count in self.summary["verification"].items())
        return [*told, f"stands in: {columns}", f"verification: {classes}"]

    def as_dict(self) -> dict[str, Any]:
        """The page for scripts."""
        return {
            "schema": 1,
            "value": self.seen.value,
            "kind": self.seen.kind,
            "columns": self.seen.columns,
            "summary": formats.plain(self.summary),
            "remarks": self.remarks,
            "parts": [
                {
                    "heading": part.heading,
                    "question": part.question,
                    "params": formats.plain(part.params),
                    "more": part.reply.rows.more,
                    "rows": list(formats.records(part.reply.rows)),
                }
                for part in self.parts
            ],
            "onward": [{"value": value, "kind": kind, "from": heading} for value, kind, heading in self.onward()],
            "searched": self.searched.sentences(),
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ctforensics.ask.result import html_table

        pieces = [cards.bullets(self.facts())]
        for part in self.parts:
            if part.reply.answered:
                beside = f"{part.question}: {part.reply.rows_told()}{part.reply.timeless_told()}"
                pieces += [cards.heading(part.heading, beside), html_table(part.reply.rows)]
        onward = self.onward()
        if onward:
            pieces.append(cards.heading("Go on with the page on one of these"))
            pieces.append(
                cards.bullets(f"{value} ({kind.replace('_', ' ')}, from: {heading})" for value, kind, heading in onward)
            )
        silent = [part.question for part in self.parts if not part.reply.answered]
        said = [f"No rows from: {', '.join(silent)}."] if silent else []
        pieces.append(cards.foot([*said, *self.searched.sentences()], self.searched.cautions()))
        marks = ["PRACTICE"] if self.searched.practice else []
        return cards.card(self.seen.value[:200], *pieces, sub=self.seen.kind.replace("_", " "), marks=marks)


def about(room: Room, catalog: Catalog, value: str) -> About:
    """Everything that the questions know about a value. Raises ParameterError for an empty one."""
    value = value.strip()
    if not value:
        raise ParameterError("Nothing to look for.", hint="Give a key, address, ARN, account, bucket, name or id.")
    seen = see(room, value)
    page = About(seen, _summary(room, seen), _remarks(room, value), searched(room, None, {}))
    for heading, name, param in _PARTS[seen.kind]:
        if name in catalog:
            params = _params(seen, param)
            page.parts.append(Part(heading, name, params, reply(room, catalog.get(name), params, limit=ROWS)))
    if not seen.columns:
        params = {"needle": value}
        found = reply(room, catalog.get("search_anywhere"), params, limit=ROWS)
        page.parts.append(Part("Where it occurs at all", "search_anywhere", params, found))
    return page


def _params(seen: Seen, param: str) -> dict[str, Any]:
    if param == "ips" and "/" in seen.value:
        return {"cidrs": [seen.value]}
    return {param: [seen.value] if param in ("ips", "ids", "access_key_ids") else seen.value}


def _summary(room: Room, seen: Seen) -> dict[str, Any]:
    columns = list(seen.columns) or ["event_id"]
    condition = " OR ".join(holds(column) for column in columns)
    with room.asking() as cursor:
        cursor.execute(_SUMMARY.format(condition=condition), {"value": seen.value, "first": FIRST_TIME})
        names = [d[0] for d in cursor.description or []]
        return dict(zip(names, cursor.fetchone() or (), strict=True))


def _remarks(room: Room, value: str) -> list[str]:
    """What the investigator's inputs say of it, and what a key id says by itself."""
    room.prepare(_NOTES)
    with room.asking() as cursor:
        rows = cursor.execute(_NOTES, {"value": value}).fetchall()
    return [f"{what}: {said}" if said else what for what, said in rows]


def values_of(row: dict[str, Any]) -> Iterator[str]:
    """The texts of a row that may be looked up, members of lists included; not the beginnings of names (arn:...:user/)."""
    for cell in row.values():
        for value in cell if isinstance(cell, list) else (cell,):
            if isinstance(value, str) and len(value) <= 300 and not value.endswith(("/", ":", "*")):
                yield value
