"""A small signed trail in memory, made by the practice maker: for tests of what brings evidence in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics.acquire import rehash
from ctforensics.case import folder as folders
from ctforensics.case import register
from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import TrailMaker
from tests.support.memory_sink import MemorySink

START = datetime(2024, 5, 2, 6, 0, 0)
KEYS = KeyRing("support", START)


@dataclass
class Trail:
    """Objects by key, and the user metadata of the digests."""

    objects: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)


def make(
    bucket: str,
    *,
    account: str = "111122223333",
    region: str = "us-east-1",
    hours: int = 4,
    logs: int = 2,
    start: datetime = START,
    every: int = 1,
    **place: Any,
) -> Trail:
    """A trail of so many digests, ``every`` so many hours, with so many log files each; ``place``: prefix, organization."""
    sink = MemorySink()
    maker = TrailMaker(sink, KEYS, bucket=bucket, account=account, region=region, trail="main", **place)
    for hour in range(hours):
        begin = start + timedelta(hours=hour * every)
        for number in range(logs):
            stamp = begin + timedelta(minutes=5 * (number % 11))
            maker.deliver([record(account, region, stamp, number)], stamp)
        maker.close_hour(begin + timedelta(hours=every))
    metadata = {name.split("/", 1)[1]: head["Metadata"] for name, head in sink.metadata.items()}
    return Trail({key: body for (_, key), body in sink.objects.items()}, metadata)


def record(account: str, region: str, at: datetime, number: int) -> dict[str, Any]:
    """One plain management event."""
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "accountId": account, "userName": "alice"},
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": region,
        "sourceIPAddress": "203.0.113.10",
        "eventID": f"{number:08d}-0000-4000-8000-{at:%Y%m%d%H%M}",
        "recipientAccountId": account,
    }


def whole(base: Path, trail: Trail) -> bool:
    """Whether exactly the trail's objects lie in the case ``base/case``, byte for byte, and custody agrees."""
    case = folders.open_folder(base / "case")
    lines = {line.key: line for line in register.read(case)}
    assert {key: (case.evidence / line.path).read_bytes() for key, line in lines.items()} == trail.objects
    assert rehash.check(case).ok
    return True
