"""The daily noise as text with holes: a record is built once, and then printed millions of times with other ids.

Each activity stands with its weight by day (office hours of a working day) and by night. Role sessions have a key that
changes every six hours, and the event that issued it stands at the session's beginning.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ctforensics.practice.ids import encoded, uuid_text

SESSION_HOURS = 6
SLOT = timedelta(minutes=5)
_BYTES = 40  # of randomness for one record: event id, request id, choice, second, number
_TABLE = 256
_TOKEN = re.compile(r'"@@#(\w+)@@"|@@([a-z0-9]+)@@')
_SECONDS = [timedelta(seconds=n) for n in range(300)]
_DAY = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z" for s in range(86400)]

# The holes: what a record builder is given in place of values. Those in capital letters belong to a session.
EVENT, REQUEST, TIME, S3_REQUEST, S3_HOST, NUMBER, AMOUNT = (
    "@@e@@", "@@r@@", "@@t@@", "@@s@@", "@@h@@", "@@n@@", "@@#n@@",
)  # fmt: skip
INSTANCE, HOST = "@@INSTANCE@@", "@@HOST@@"
KEY, ISSUED, EXPIRES, SHARED = "@@KEY@@", "@@ISSUED@@", "@@EXPIRES@@", "@@x@@"


@dataclass(frozen=True)
class Activity:
    """Something that happens all the time. ``session`` names whose session key it uses; ``issue`` marks its beginning."""

    record: dict[str, Any]
    day: int
    night: int
    session: str = ""
    issue: bool = False


class Template:
    """An activity as text for ``%``: members that differ between two records are holes."""

    def __init__(self, activity: Activity) -> None:
        text = json.dumps(activity.record, separators=(",", ":")).replace("%", "%%")
        self.text = _TOKEN.sub(lambda m: f"%({m[1] or m[2]})s", text)
        self.activity = activity
        management = activity.record.get("managementEvent") is True
        self.is_write = management and activity.record.get("readOnly") is False

    def within(self, session: dict[str, str]) -> str:
        """The text for one session."""
        text = self.text
        for hole, value in session.items():
            text = text.replace(hole, value)
        return text


def is_office_hour(at: datetime) -> bool:
    """Whether people work at that hour: Monday to Friday, 8 to 18 UTC."""
    return at.weekday() < 5 and 8 <= at.hour < 18


def weight(at: datetime) -> int:
    """How much happens in an hour, compared with others."""
    return 10 if is_office_hour(at) else 4


class Noise:
    """The noise of one account and region. ``texts`` gives as many records of an hour's slot as are asked for.

    ``instances`` are the ids of the machines: where there are many, each role has as many sessions at a time.
    """

    def __init__(
        self, seed: int | str, account: str, region: str, activities: Sequence[Activity], instances: Sequence[str]
    ) -> None:
        self.seed, self.account, self.region, self.instances = seed, account, region, instances
        self.templates = [Template(a) for a in activities if not a.issue]
        self.issues = [Template(a) for a in activities if a.issue]
        self._tables: dict[bool, list[int]] = {day: self._table(day) for day in (True, False)}
        self._filled: list[list[str]] = []

    def _table(self, day: bool) -> list[int]:
        """256 indexes of templates, each as often as its weight says (every one at least once)."""
        weights = [(t.activity.day if day else t.activity.night) for t in self.templates]
        total = sum(weights)
        table = [i for i, w in enumerate(weights) for _ in range(max(1, w * _TABLE // total) if w else 0)]
        return [table[i % len(table)] for i in range(_TABLE)] if table else []

    def _session(self, name: str, at: datetime, member: int) -> dict[str, str]:
        begin = at.replace(hour=at.hour // SESSION_HOURS * SESSION_HOURS, minute=0, second=0)
        return {
            KEY: encoded("ASIA", self.account, self.seed, self.region, name, member, begin.isoformat()),
            ISSUED: f"{begin:%Y-%m-%dT%H:%M:%SZ}",
            EXPIRES: us_date(begin + timedelta(hours=SESSION_HOURS)),
            INSTANCE: self.instances[member],
            HOST: f"203.0.113.{140 + member % 100}",
        }

    def begin(self, hour: datetime) -> int:
        """Turns to an hour; returns how many records its sessions' beginnings make."""
        self._filled = [
            [t.within(self._session(t.activity.session, hour, member)) for t in self.templates]
            for member in range(len(self.instances))
        ]
        return len(self.issues) * len(self.instances) if hour.hour % SESSION_HOURS == 0 else 0

    def _dice(self, slot: datetime, part: int, count: int) -> str:
        facts = f"{self.seed} {self.account} {self.region} {slot.isoformat()} {part}"
        return hashlib.shake_128(facts.encode()).hexdigest(count * _BYTES)

    def beginnings(self, slot: datetime) -> Iterator[tuple[str, bool]]:
        """The records that issue the sessions' keys, at the first second of the slot, with whether each is a write."""
        begun = [(template, member) for member in range(len(self.instances)) for template in self.issues]
        dice, date = self._dice(slot, -1, max(1, len(begun))), f"{slot:%Y-%m-%dT}"
        second = slot.hour * 3600 + slot.minute * 60
        for i, (template, member) in enumerate(begun):
            raw = dice[i * 2 * _BYTES : (i + 1) * 2 * _BYTES]
            filled = template.within(self._session(template.activity.session, slot, member))
            yield filled % _holes(raw, date + _DAY[second]), template.is_write

    def texts(self, slot: datetime, count: int, part: int) -> list[tuple[datetime, str, bool]]:
        """``count`` records of a slot: when each happens, its text, whether it is a write.

        ``part`` numbers the file within the slot: the same slot and part give the same records.
        """
        if not count:
            return []
        table = self._tables[is_office_hour(slot)]
        dice, date = self._dice(slot, part, count), f"{slot:%Y-%m-%dT}"
        second, templates = slot.hour * 3600 + slot.minute * 60, self.templates
        filled = self._filled[(slot.minute // 5 + part) % len(self._filled)]
        made = []
        for i in range(count):
            raw = dice[i * 80 : i * 80 + 80]
            choice = table[int(raw[64:66], 16)]
            offset = int(raw[66:70], 16) % 300
            text = filled[choice] % _holes(raw, date + _DAY[second + offset])
            made.append((slot + _SECONDS[offset], text, templates[choice].is_write))
        return made


def _holes(raw: str, time: str) -> dict[str, str]:
    return {
        "e": uuid_text(raw),
        "r": uuid_text(raw[32:64]),
        "x": uuid_text(raw[16:48]),
        "t": time,
        "s": raw[48:64].upper(),
        "h": f"{raw[:64]}Qm9+8Zk/Ag4=",
        "n": str(int(raw[70:76], 16) | 1),
    }


def us_date(at: datetime) -> str:
    """An instant the way STS and IAM write it in answers: ``Mar 2, 2026, 6:00:00 AM``."""
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}"
