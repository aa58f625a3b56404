"""What everyone asks first: deadlines on top, then what stands out, each with the reason why it is worth a look.

Triage draws no conclusion. Each line is a question of the library with rows; the silent ones are named as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ctforensics import cards, clock
from ctforensics.ask import formats
from ctforensics.ask.about import brief
from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.room import Room
from ctforensics.ask.searched import Searched, searched

ROWS = 200
SHOWN = 5

# Question, why its rows are worth a look, parameters.
_ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("trail_tampering", "somebody turned against logging or detection", {}),
    ("root_activity", "root is for emergencies", {}),
    ("console_login_without_mfa", "a sign-in that a stolen password is enough for", {}),
    ("console_success_after_failures", "a guessed password may have worked", {}),
    ("denied_call_burst", "one credential was refused on many different actions", {}),
    ("recon_score", "one credential asked what intruders ask first", {}),
    ("offensive_tool_agents", "the agent names a tool that attackers use", {}),
    ("access_keys_created", "a key made for somebody else outlives its maker", {"by_other_only": True}),
    ("login_profile_changes", "a console password made for somebody else", {"by_other_only": True}),
    ("admin_policy_attachments", "administrator rights were handed out", {}),
    ("wildcard_permission_grants", "a policy allows everything", {}),
    ("self_privilege_change", "somebody changed their own permissions", {}),
    ("trust_policy_outsiders", "a role was opened to outsiders", {}),
    ("external_account_role_use", "another account took a role here", {}),
    ("resource_policy_grants", "a resource was opened to others", {}),
    ("bucket_opened_to_outsiders", "a bucket was opened", {}),
    ("outsider_object_access", "objects were read from outside", {}),
    ("object_reencryption", "objects were rewritten with a foreign key", {}),
    ("ransom_note_objects", "objects are named like ransom notes", {}),
    ("snapshot_sharing_changes", "disks were shared", {}),
    ("db_snapshot_sharing", "databases were shared", {}),
    ("compute_abuse_launches", "machines were started that look like mining", {}),
    ("security_group_opened_to_world", "a port was opened to the internet", {}),
    ("secrets_bulk_read", "one credential read many secrets", {}),
    ("kms_key_destruction", "keys were disabled or scheduled for deletion", {}),
    ("mass_deletions", "many things were deleted", {}),
    ("session_agent_or_network_change", "a session changed tool or network", {}),
    ("concurrent_source_ips", "one key was in several networks at once", {}),
    ("tactic_breadth", "one credential shows many tactics", {"min_tactics": 4}),
    ("identity_provider_changes", "who may sign in was changed", {}),
    ("model_invocations", "models were invoked", {}),
    ("orphan_sessions", "sessions whose beginning is not in the archive", {}),
    ("expected_but_missing", "accounts or regions whose logs are not here", {}),
)


@dataclass(slots=True)
class Line:
    """A question that has rows: why they are worth a look, and the reply."""

    question: str
    title: str
    reason: str
    params: dict[str, Any]
    reply: Reply

    def count(self) -> str:
        """How many rows, as text."""
        more = " or more" if self.reply.rows.more else ""
        return f"{len(self.reply.rows.rows)}{more}{self.reply.timeless_told()}"


@dataclass(slots=True)
class Triage:
    """Deadlines, what the evidence itself is worth, what stands out, and what was silent."""

    now: str
    searched: Searched
    findings: list[tuple[str, str, int]]
    deadlines: Reply | None = None
    lines: list[Line] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def text(self) -> list[str]:
        """The page as lines."""
        return list(self._text())

    def _text(self) -> Iterator[str]:
        yield f"Deadlines, as of {self.now}"
        due = brief_deadlines(self.deadlines)
        yield from (f"  {line}" for line in due or ["none known"])
        yield ""
        yield "Evidence"
        yield from (f"  {line}" for line in self.searched.sentences())
        yield from (f"  finding {code} ({class_}): {count:,}" for code, class_, count in self.findings)
        yield ""
        yield "What stands out"
        for line in self.lines:
            yield f"  {line.title}: {line.count()}, because {line.reason} ({line.question})"
            yield from (f"    {row}" for row in brief(line.reply, SHOWN))
        if not self.lines:
            yield "  nothing of what is asked here"
        yield ""
        yield f"Silent: {', '.join(self.silent) or 'none'}"

    def as_dict(self) -> dict[str, Any]:
        """The page for scripts."""
        return {
            "schema": 1,
            "now": self.now,
            "deadlines": list(formats.records(self.deadlines.rows)) if self.deadlines else [],
            "searched": self.searched.sentences(),
            "findings": [{"code": code, "class": class_, "count": count} for code, class_, count in self.findings],
            "stands_out": [
                {
                    "question": line.question,
                    "title": line.title,
                    "reason": line.reason,
                    "params": line.params,
                    "more": line.reply.rows.more,
                    "rows": list(formats.records(line.reply.rows)),
                    "timeless": list(formats.records(line.reply.timeless)) if line.reply.timeless else [],
                }
                for line in self.lines
            ],
            "silent": self.silent,
        }

    def __str__(self) -> str:
        return "\n".join(self.text())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ctforensics.ask.result import html_table

        due = self.deadlines.rows if self.deadlines and self.deadlines.rows.rows else None
        parts = [cards.heading("Deadlines"), html_table(due) if due else cards.foot(["None known."])]
        parts += [cards.heading("Evidence"), cards.foot(self.searched.sentences(), self.searched.cautions())]
        parts += [cards.bullets(f"finding {code} ({class_}): {count:,}" for code, class_, count in self.findings)]
        parts.append(cards.heading("What stands out", "open a line to see its rows"))
        for line in self.lines:
            told = f"{line.title}: {line.count()} rows, because {line.reason} ({line.question})"
            parts.append(cards.fold(told, html_table(line.reply.rows)))
        if not self.lines:
            parts.append(cards.foot(["Nothing of what is asked here. That is no proof that nothing happened."]))
        parts.append(cards.foot([f"Silent: {', '.join(self.silent) or 'none'}."]))
        marks = ["PRACTICE"] if self.searched.practice else []
        return cards.card("Triage", *parts, sub=f"as of {self.now}", marks=marks)


def triage(room: Room, catalog: Catalog) -> Triage:
    """Asks what everyone asks first. ``clock.now`` decides what is still ahead."""
    now = clock.now().replace(microsecond=0)
    page = Triage(clock.utc_text(now), searched(room, None, {}), _findings(room))
    page.deadlines = reply(room, catalog.get("deadlines"), {"now": now}, limit=ROWS)
    for name, reason, params in _ASKED:
        if name not in catalog:
            continue
        question = catalog.get(name)
        takes = {p.name for p in question.params}
        answer = reply(room, question, {k: v for k, v in params.items() if k in takes}, limit=ROWS)
        if answer.answered:
            page.lines.append(Line(name, question.title, reason, params, answer))
        else:
            page.silent.append(name)
    return page


def _findings(room: Room) -> list[tuple[str, str, int]]:
    with room.asking() as cursor:
        return cursor.execute(
            "SELECT code, class, count(*)::BIGINT FROM findings WHERE class <> 'ok' GROUP BY ALL ORDER BY ALL"
        ).fetchall()


def brief_deadlines(answer: Reply | None) -> list[str]:
    """Deadlines as lines, the nearest first; the horizon of Event history once, for its first account and region."""
    if answer is None:
        return []
    told, horizons = [], 0
    for row in answer.rows.dicts():
        if row["what"].startswith("Event history"):
            horizons += 1
            if horizons > 1:
                continue
        left = timedelta(days=row["days_left"])
        told.append(
            f"{clock.utc_text(row['due'])} ({left.days} d): {row['what']}: {formats.shown(row['subject'])}; {formats.shown(row['to_do'])}"
        )
    return told
