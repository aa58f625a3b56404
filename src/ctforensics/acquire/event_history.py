"""Event history: LookupEvents of every region, saved raw, as a second source beside the bucket.

It holds 90 days of management events and cannot be altered by whoever owns the bucket: what stands here and not in the log
files is a finding. AWS allows two calls a second for each account and region. What is filtered by name comes first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctforensics.acquire.answers import Answers, Outcome, slug
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge
from ctforensics.errors import ParameterError

PACE = 0.5  # seconds between two calls in one account and region
ATTRIBUTES = (
    "AccessKeyId",
    "EventId",
    "EventName",
    "EventSource",
    "ReadOnly",
    "ResourceName",
    "ResourceType",
    "Username",
)


@dataclass(slots=True)
class History:
    """How many events each region gave, and where it stopped early."""

    events: dict[str, int] = field(default_factory=dict)
    stopped: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: History) -> None:
        """Adds what another account gave: each has an event history of its own."""
        for region, count in other.events.items():
            self.events[region] = self.events.get(region, 0) + count
        self.stopped += other.stopped


def parse_filter(text: str) -> tuple[str, str]:
    """``AccessKeyId=AKIA...`` as attribute and value."""
    name, _, value = text.partition("=")
    if name not in ATTRIBUTES or not value:
        raise ParameterError(f"{text!r} is no filter.", hint=f"Write NAME=VALUE with one of {', '.join(ATTRIBUTES)}.")
    return name, value


def pull(
    access: Access,
    answers: Answers,
    regions: list[str],
    filters: list[tuple[str, str]],
    since: datetime | None,
    until: datetime | None,
    *,
    pace: float = PACE,
    deadline: float | None = None,
) -> History:
    """All pages of all regions, newest first: each filter by itself, or everything where there is none."""
    history = History()
    window = {name: value for name, value in (("StartTime", since), ("EndTime", until)) if value is not None}

    def one(region: str) -> tuple[str, int, str]:
        count, stopped = 0, ""
        every: list[tuple[str, str] | None] = [*filters] or [None]
        for chosen in every:
            found, stopped = _region(access, answers, region, chosen, window, pace, deadline)
            count += found
            if stopped:
                break
        return region, count, stopped

    with ThreadPoolExecutor(max(1, len(regions))) as pool:
        for region, count, stopped in pool.map(one, regions):
            history.events[region] = count
            if stopped:
                history.stopped.append((region, stopped))
    return history


def not_asked(access: Access, answers: Answers, regions: list[str], why: str) -> History:
    """The account of a history that could not be asked for any more, recorded as not obtained."""
    account = str(access.caller.get("account", ""))
    for region in regions:
        answers.note(Outcome("cloudtrail", "LookupEvents", account, region, "", "failed", why))
    return History(dict.fromkeys(regions, 0), [(region, why) for region in regions])


def _region(
    access: Access,
    answers: Answers,
    region: str,
    chosen: tuple[str, str] | None,
    window: dict[str, datetime],
    pace: float,
    deadline: float | None,
) -> tuple[int, str]:
    """One region and filter: pages are saved as they come, so that what was received before a stop is kept."""
    subject = "=".join(chosen) if chosen else ""
    account = str(access.caller.get("account", ""))
    asked: dict[str, Any] = dict(window)
    if chosen:
        asked["LookupAttributes"] = [{"AttributeKey": chosen[0], "AttributeValue": chosen[1]}]
    count, files, stopped, code = 0, [], "", ""
    try:
        for number, (page, raw) in enumerate(_paced(access.pages("cloudtrail", "LookupEvents", region, **asked), pace)):
            name = ".".join(filter(None, ("cloudtrail.LookupEvents", slug(subject), f"p{number + 1:05}", "json")))
            files.append(answers.save(f"{account}/{region}/{name}", raw))
            count += len(page.get("Events", []))
            if deadline is not None and time.monotonic() > deadline:
                stopped = "the time budget ended"
                break
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        code = str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__))
        stopped = judge(error).reason
    word = "obtained" if not stopped else "denied" if "denied" in stopped else "failed"
    answers.note(Outcome("cloudtrail", "LookupEvents", account, region, subject, word, code or stopped, tuple(files)))
    return count, stopped


def _paced(pages: Iterator[Any], pace: float) -> Iterator[Any]:
    for page in pages:
        yield page
        time.sleep(pace)
