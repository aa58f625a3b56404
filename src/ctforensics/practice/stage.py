"""What a story is, and the stage on which its script plays: records at instants, and the facts they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ctforensics.practice import records
from ctforensics.practice.company import DATA, HOME, PRODUCTION, Company
from ctforensics.practice.identities import Actor
from ctforensics.practice.ids import Ids
from ctforensics.practice.maker import instant

if TYPE_CHECKING:
    from ctforensics.practice.production import Production


MONDAY = datetime(2026, 3, 2)


@dataclass(frozen=True)
class Story:
    """A story: where and how long it plays, how much noise it has unless said, and its script.

    ``after`` is run when everything was delivered and may change what lies in the bucket.
    """

    name: str
    title: str
    about: str
    script: Callable[[Stage], None]
    hours: int
    events: int
    accounts: tuple[str, ...] = (PRODUCTION,)
    regions: tuple[str, ...] = (HOME,)
    after: Callable[[Production], None] | None = None
    organization: str | None = None
    prefix: str = ""
    trail: str = "management-events"
    bucket: str = "example-trail-logs"


@dataclass(frozen=True, order=True)
class Cue:
    """A record of the script with its instant; ``kind`` is the folder into which CloudTrail delivers it."""

    at: datetime
    text: str
    is_write: bool = False
    kind: str = "CloudTrail"


@dataclass
class Stage:
    """Collects what a script plays; ``clue`` is the value that the alert names. Instants are written as day of the story (from 1) and time of day."""

    story: Story
    seed: int
    start: datetime = MONDAY
    clue: str = ""
    cues: dict[tuple[str, str], list[Cue]] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    stops: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = Ids(self.seed, self.story.name)
        self.company = Company(Ids(self.seed, "company"))

    def at(self, day: int, clock: str) -> datetime:
        """The instant of a day of the story at ``HH:MM:SS``."""
        hour, minute, second = (int(part) for part in clock.split(":"))
        return self.start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)

    def play(self, at: datetime, actor: Actor, service: str, name: str, **facts: Any) -> str:
        """A call at that instant; returns its event id. ``denied`` names the refused action, ``denied_on`` its resource.

        A refused call loses its parameters, as in real records, except with EC2 and S3.
        """
        region = facts.pop("region", HOME)
        account = facts.pop("account", None) or actor.account or PRODUCTION
        action, on = facts.pop("denied", None), facts.pop("denied_on", None)
        if action:
            facts["error"], facts["message"] = records.denial(actor, service, action, on)
            if service != "ec2":
                facts["params"] = None
        record = records.build(self.ids, actor, service, name, at=instant(at), region=region, account=account, **facts)
        return self.put(at, record)

    def s3(self, at: datetime, actor: Actor, name: str, bucket: str | None, **facts: Any) -> str:
        """A call of S3 at that instant; returns its event id."""
        facts.setdefault("region", HOME)
        facts.setdefault("owner", DATA if DATA in self.story.accounts else PRODUCTION)
        if facts.pop("denied", False):
            facts["error"], facts["message"] = _s3_denial(actor, name, bucket, facts.get("key"))
        record = records.s3(self.ids, actor, name, bucket, at=instant(at), **facts)
        return self.put(at, record)

    def put(self, at: datetime, record: dict[str, Any], kind: str = "CloudTrail", account: str | None = None) -> str:
        """A whole record at that instant; returns its event id."""
        scope = (account or record["recipientAccountId"], record["awsRegion"])
        is_write = record.get("managementEvent") is True and record.get("readOnly") is False
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
        self.cues.setdefault(scope, []).append(Cue(at, text, is_write, kind))
        return str(record["eventID"])

    def fact(self, name: str, question: str, about: str, *events: str) -> None:
        """Labels events: the question they answer, and what they mean."""
        known = self.facts.setdefault(name, {"question": question, "answer": [], "about": about})
        known["answer"] += [e for e in events if e not in known["answer"]]

    def stop(self, account: str, since: datetime, until: datetime) -> None:
        """The trail of that account records nothing after ``since`` and before ``until``."""
        self.stops.setdefault(account, []).append((since, until))

    def labels(self) -> dict[str, Any]:
        """The labels as they are written."""
        return {
            "story": self.story.name,
            "title": self.story.title,
            "seed": self.seed,
            "start": instant(self.start),
            "clue": self.clue,
            "facts": self.facts,
            "files": self.files,
        }

    def records(self, account: str, at: datetime) -> bool:
        """Whether that account's trail records what happens at that instant."""
        return not any(since < at < until for since, until in self.stops.get(account, []))

    @property
    def script_size(self) -> int:
        """How many records of the script the trail records."""
        return sum(self.records(account, cue.at) for (account, _), cues in self.cues.items() for cue in cues)


def _s3_denial(actor: Actor, name: str, bucket: str | None, key: str | None) -> tuple[str, str]:
    """Error code and message of a refused call of S3; one to the account asks for an action of another name, on nothing."""
    if bucket is None:
        return records.denial(actor, "s3", "s3:ListAllMyBuckets" if name == "ListBuckets" else f"s3:{name}", None)
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    return records.denial(actor, "s3", f"s3:{name}", f'"{resource}"')
