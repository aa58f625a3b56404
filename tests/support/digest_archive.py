"""A small signed bucket in memory that tests of verification damage; its keys are made once a session."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics.evidence import roots
from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import TrailMaker
from ctforensics.verify.keys import KeyStore, parse_keys
from ctforensics.verify.result import Verification
from ctforensics.verify.run import verify
from tests.support.memory_sink import MemorySink

FIRST = datetime(2024, 3, 9, 20, 17, 28)
HOUR = timedelta(hours=1)
BUCKET, ACCOUNT, REGION = "example-trail", "111122223333", "us-east-1"


def record(at: datetime, name: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventID": name,
        "eventName": "ListBuckets",
    }


class Archive:
    """A bucket in memory that can be damaged, and everything that verifying it needs."""

    def __init__(self, seed: str = "tests", rotations: list[datetime] | None = None) -> None:
        self.sink = MemorySink()
        self.ring = KeyRing(seed, FIRST, rotations if rotations is not None else [])
        self.public_keys: dict[str, Any] | None = None
        self.window: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.bucket_folders = False
        self.extra: dict[str, bytes] = {}

    def maker(self, **options: Any) -> TrailMaker:
        facts = {"bucket": BUCKET, "account": ACCOUNT, "region": REGION} | options
        return TrailMaker(self.sink, self.ring, **facts)

    def hours(self, maker: TrailMaker, count: int, *, first: datetime = FIRST, logs: int = 2) -> None:
        """Delivers ``logs`` files an hour and closes ``count`` hours; the first one ends at ``first``."""
        for hour in range(count):
            end = first + hour * HOUR
            for number in range(logs):
                at = end - HOUR + timedelta(minutes=10 + number * 40 // max(logs, 1))
                maker.deliver([record(at, f"{maker.trail} {maker.region} {maker.account} {end} {number}")], at)
            maker.close_hour(end)

    @property
    def objects(self) -> dict[tuple[str, str], bytes]:
        return self.sink.objects

    def logs(self, text: str = "_CloudTrail_") -> list[tuple[str, str]]:
        return [place for place in sorted(self.objects) if text in place[1] and "-Digest" not in place[1]]

    def content(self, place: tuple[str, str]) -> bytes:
        return gzip.decompress(self.objects[place])

    def put(self, place: tuple[str, str], content: bytes) -> None:
        self.objects[place] = gzip.compress(content, mtime=0)

    def keys(self) -> KeyStore:
        store = KeyStore()
        answer = self.ring.public_keys() if self.public_keys is None else self.public_keys
        store.add(parse_keys(answer, origin="supplied"))
        return store

    def write(self, folder: Path) -> Path:
        self.sink.write_to(folder, bucket_folders=self.bucket_folders)
        for name, data in self.extra.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder

    def verify(self, folder: Path, *, metadata: bool = True, **options: Any) -> Verification:
        self.write(folder)
        return self.judge(folder, metadata=metadata, **options)

    def judge(self, place: Path, *, metadata: bool = True, **options: Any) -> Verification:
        chosen = self.window | self.options | options
        return verify(
            roots.walk(place, "mirror"), keys=self.keys(), metadata=self.sink.metadata if metadata else {}, **chosen
        )


def codes(result: Verification) -> dict[str, int]:
    """The codes that are not plainly ok, with how often each was given."""
    plain = ("D_OK", "D_OK_CHAIN", "L_OK", "Q_OK")
    return {code: number for code, number in result.counts["codes"].items() if code not in plain}


def shown(result: Verification) -> str:
    """A result as text, for messages of failing tests."""
    return json.dumps(result.to_json("findings"), indent=1)
