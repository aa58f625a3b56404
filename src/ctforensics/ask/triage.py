"""What everyone asks first: deadlines on top, then what stands out, each with the reason why it is worth a look.

Triage draws no conclusion. Each line is a question of the library with rows; the silent ones are named as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ctforensics import cards, clock
from ctforensics.ask import formats
from ctforensics.ask.about import values_of
from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.brief import brief_choice, calls, outcomes
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.kinds import kind_by_form
from ctforensics.ask.room import Room
from ctforensics.ask.searched import Searched, searched

ROWS = 200
SHOWN = 5

# Question, why its rows are worth a look, parameters.
_ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("logging_off_windows", "what happened while a trail was off may be nowhere", {}),
    ("trail_tampering", "somebody turned against logging or detection", {"restarts": False}),
    ("log_deliveries_refused", "logs that could not be delivered are lost, and so is what they would have shown", {}),
    ("key_quarantine_signals", "AWS itself saw a key in the open", {}),
    ("root_activity", "root is for emergencies", {}),
    ("root_credential_changes", "whoever holds root's credentials holds the account", {}),
    ("console_login_without_mfa", "a stolen password is enough for such a sign-in", {}),
    ("console_success_after_failures", "a guessed password may have worked", {}),
    ("console_password_spray", "somebody tried passwords of many users", {}),
    ("external_account_role_use", "another account took a role here", {}),
    ("instance_credentials_off_host", "credentials of a machine were used elsewhere, as stolen ones are", {}),
    ("workload_credentials_off_platform", "credentials of a function or task were used elsewhere", {}),
    ("denied_call_burst", "one credential was refused on many different actions", {}),
    ("recon_score", "one credential asked what intruders ask first", {}),
    ("offensive_tool_agents", "the agent names a tool that attackers use", {}),
    ("access_keys_created", "a key made for somebody else outlives its maker", {"by_other_only": True}),
    ("login_profile_changes", "a console password made for somebody else is a second way in", {"by_other_only": True}),
    ("backdoor_user_chain", "a second way in outlives the first", {}),
    ("admin_policy_attachments", "administrator rights were handed out", {}),
    ("wildcard_permission_grants", "a policy allows everything", {}),
    ("self_privilege_change", "somebody changed their own permissions", {}),
    ("guardrail_policy_removals", "a policy that held somebody back was taken away", {}),
    ("trust_policy_outsiders", "outsiders were let into a role", {}),
    ("identity_provider_changes", "who may sign in was changed", {}),
    ("roles_anywhere_changes", "whoever holds a trusted certificate can take roles", {}),
    ("resource_policy_grants", "others may use what was closed to them", {}),
    ("bucket_opened_to_outsiders", "outsiders may read or write what is in it", {}),
    ("outsider_object_access", "somebody outside reached objects", {}),
    ("object_reencryption", "objects were rewritten with a foreign key", {}),
    ("ransom_note_objects", "objects are named like ransom notes", {}),
    ("snapshot_sharing_changes", "a shared disk can be copied whole", {}),
    ("image_sharing_changes", "a shared image can be copied whole", {}),
    ("db_snapshot_sharing", "a shared or exported database can be copied whole", {}),
    ("shared_snapshots_used", "another account used our snapshots", {}),
    ("secrets_bulk_read", "one credential read many secrets", {}),
    ("windows_password_reads", "whoever has the key pair can sign in to the machine", {}),
    ("remote_access_fan_out", "one hand reached many machines", {}),
    ("compute_abuse_launches", "machines were started that look like mining", {}),
    ("user_data_rewrites", "what a machine runs at its start was replaced", {}),
    ("security_group_opened_to_world", "a port was opened to the internet", {}),
    ("kms_key_destruction", "what a key encrypts is lost with it", {}),
    ("backup_destruction", "what was deleted can then not be restored", {}),
    ("mass_deletions", "many things were deleted", {}),
    ("access_removal", "somebody was shut out", {}),
    ("org_changes", "rules that hold for all accounts may have changed", {}),
    ("session_agent_or_network_change", "a session changed tool or network", {}),
    ("concurrent_source_ips", "one key was in several networks at once", {}),
    ("tactic_breadth", "one credential shows many tactics", {"min_tactics": 4}),
    ("containment_reversed", "what the defenders did was undone", {}),
    ("sessions_surviving_revocation", "a session was used after its key or user was taken away", {}),
    ("model_invocations", "models were invoked", {}),
    ("orphan_sessions", "where they come from is not in the archive", {}),
    ("expected_but_missing", "what happened there is not in the archive", {}),
)
# Not of what somebody did, or of ordinary sessions as well: they name nobody to go on with.
_NAMELESS = (
    "logging_off_windows",
    "log_deliveries_refused",
    "model_invocations",
    "orphan_sessions",
    "expected_but_missing",
)
_NAMED = {"principal": 4, "access_key": 4, "address": 3}
_NO_PROOF = "nothing of what is asked here, which is no proof that nothing happened"


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
        return f"{len(self.reply.rows.rows):,}{more}{self.reply.timeless_told()}"

    def missed(self) -> str:
        """How many of them were denied or failed, in brackets; empty where none was."""
        told = outcomes(self.reply)
        return f" ({told})" if told else ""


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
            yield f"  {line.title}: {line.count()}{line.missed()}, because {line.reason} ({line.question})"
            yield from (f"    {row}" for row in brief_choice(line.reply, SHOWN))
            if len(line.reply.rows.rows) > SHOWN:
                all_of_them = calls(line.reply)
                yield f"    ... in all: {all_of_them}" if all_of_them else f"    ... {line.count()} in all"
        if not self.lines:
            yield f"  {_NO_PROOF}"
        onward = self.onward()
        if onward:
            yield ""
            yield "Named most often; go on with the page on one of these (ctforensics about CASE VALUE)"
            yield from (
                f"  {value}  ({kind.replace('_', ' ')}, {_lines_told(number)})" for value, kind, number in onward
            )
        yield ""
        yield f"Silent: {', '.join(self.silent) or 'none'} (asked, and nothing answers)"

    def onward(self) -> list[tuple[str, str, int]]:
        """Who and what the lines above name most: value, kind, and how many lines name it. A count is no verdict."""
        found: Counter[tuple[str, str]] = Counter()
        for line in self.lines:
            if line.question not in _NAMELESS:
                named = {value for row in line.reply.rows.dicts() for value in values_of(row)}
                found.update((value, kind) for value in named if (kind := kind_by_form(value)) in _NAMED)
        told = sorted(((value, kind, number) for (value, kind), number in found.items()), key=lambda t: (-t[2], t[0]))
        best = [t for kind, most in _NAMED.items() for t in [t for t in told if t[1] == kind][:most]]
        return sorted(best, key=lambda t: (-t[2], t[0]))

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
            "onward": [{"value": value, "kind": kind, "lines": number} for value, kind, number in self.onward()],
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
            told = f"{line.title}: {line.count()}{line.missed()}, because {line.reason} ({line.question})"
            parts.append(cards.fold(told, html_table(line.reply.rows)))
        if not self.lines:
            parts.append(cards.foot([f"{_NO_PROOF[0].upper()}{_NO_PROOF[1:]}."]))
        onward = self.onward()
        if onward:
            parts.append(cards.heading("Named most often", "go on with case.about(...)"))
            parts.append(
                cards.bullets(
                    f"{value} ({kind.replace('_', ' ')}, {_lines_told(number)})" for value, kind, number in onward
                )
            )
        parts.append(cards.foot([f"Silent: {', '.join(self.silent) or 'none'} (asked, and nothing answers)."]))
        marks = ["PRACTICE"] if self.searched.practice else []
        return cards.card("Triage", *parts, sub=f"as of {self.now}", marks=marks)


def _lines_told(number: int) -> str:
    return f"in {number:,} {'line' if number == 1 else 'lines'}"


def triage(room: Room, catalog: Catalog, progress: Callable[[int, int], None] | None = None) -> Triage:
    """Asks what everyone asks first. ``clock.now`` decides what is still ahead; ``progress`` is called with questions done and all."""
    now = clock.now().replace(microsecond=0)
    page = Triage(clock.utc_text(now), searched(room, None, {}), _findings(room))
    page.deadlines = reply(room, catalog.get("deadlines"), {"now": now}, limit=ROWS)
    for done, (name, reason, params) in enumerate(_ASKED):
        if progress:
            progress(done, len(_ASKED))
        if name not in catalog:
            continue
        question = catalog.get(name)
        takes = {p.name for p in question.params}
        answer = reply(room, question, {k: v for k, v in params.items() if k in takes}, limit=ROWS)
        if answer.answered:
            page.lines.append(Line(name, answer.title, reason, params, answer))
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
