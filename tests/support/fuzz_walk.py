"""Real records, changed in their structure and in their bytes: the compiled walk, the bulk reader and the careful one say the same.

python -m tests.support.fuzz_walk --seconds 60 --seed 1

What is compared: every column of ``events``, every source, reject and count, and the row of each file. Records come from
the real data at hand (``tests.conftest.shared_folder``), those of the quirks and those of our own desk.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctforensics.case import folder
from ctforensics.evidence.door import Limits
from ctforensics.load.options import Options
from ctforensics.load.reader import Reader
from ctforensics.load.task import Task
from ctforensics.logs import cloudtrail
from ctforensics.trail.columns import TESTIMONY
from ctforensics.trail.target import MEMBERS, S3
from tests.conftest import shared_folder
from tests.load.loading_desk import record
from tests.load.test_quirks import QUIRKS
from tests.support.fuzz import asked

BATCH, MOST = 40, 1 << 16
WAYS = ("walk", "bulk", "careful")


class Raw(str):
    """A piece of JSON text that is written as it is."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """Members in their order, doubles included."""

    __slots__ = ()


NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "00",
    "01",
    "1.",
    ".5",
    "1.0",
    "1.50",
    "-0.0",
    "0.0",
    "1e5",
    "1E-7",
    "0.1",
    "0.0001",
    "0.00001",
    "0.0000123",
    "123456789012345678",
    "999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "-1e400",
    "123456789012.345",
    "1234567890.123456",
    "0.30000000000000004",
    "1.7976931348623157e308",
    "5e-324",
    "1688560107.857",
    "12345678901234567890123",
    "NaN",
    "Infinity",
    "-Infinity",
    "+1",
    "0x10",
    "1_000",
    "1,2",
    "-",
    "-a",
]
PLAIN_NUMBERS = (
    "0",
    "1",
    "-1",
    "1.0",
    "-0.0",
    "0.1",
    "0.0001",
    "123456789012345678",
    "1688560107.857",
    "1234567890.12345",
)
WORDS = ("null", "true", "false", "True", "None", "nul", "tru", "undefined", "")
TEXTS = (
    "", " ", "x", "true", "false", "True", "yes", "Success", "Failure", "success", "No", "MFAUsed", "AwsAggregatedEvent", "Aggregated",
    "Insight", "Data", "Management", "NetworkActivity", "AwsConsoleSignIn", "AwsServiceEvent", "aws:s3", "2024-05-02T06:11:09Z", "2024-02-29T23:59:59Z",
    "2023-02-29T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2024-05-02T24:00:00Z",
    "2024-05-02T06:11:60Z", "2024-05-02t06:11:09z", "2024-05-02T06:11:09+00:00", "2024-05-02 06:11:09", "\u0662\u0660\u0662\u0664-05-02T06:11:09Z",
    "AWS Internal", "10.0.0.1", "::1", "198.51.100.9", "Failed authentication", "AccessDenied", "Client.UnauthorizedOperation", "Client.DryRunOperation",
    "arn:aws:s3:::b/k", "arn:aws:iam::111122223333:role/R", "AKIAEXAMPLE000000001", "1.08", "111122223333", "\0", "\x1f", "\x7f", "\"", "\\", "/",
    "\u00e9", "\u2028", "\ufeff", "\U0001f600", "\uffff", "</script>", "a" * 300, "User: u is not authorized to perform: sts:AssumeRole on "
    "resource: arn:aws:iam::1:role/r", "eventVersion", "{\"eventVersion\":\"1.08\"}",
)  # fmt: skip
LONE = (
    "\\ud800",
    "\\udc00",
    "\\ud800\\u0041",
    "\\ud83d\\ude00",
    "\\ude00\\ud83d",
    "\\u00",
    "\\x41",
    "\\",
    "\\u0000",
    "\\ud83d\\",
)
INNER = (
    *MEMBERS, "bucket", "key", "prefix", "credentials", "accessKey", "accessKeyId", "items", "MFAUsed", "ConsoleLogin", "SwitchRole",
    "CredentialVerification", "type", "arn", "ARN", "ARNPrefix", "userName", "accountId", "principalId", "sessionContext", "sessionIssuer",
    "attributes", "mfaAuthenticated", "creationDate", "invokedBy", "content", "value", "DeleteFlowLogsRequest", "xRequest", "Request", "",
    "k" * 40, "\u017fecretId", "\u212aeyId",
)  # fmt: skip
TOP = (*TESTIMONY, "unheardOf", "@timestamp", "eventId", "EventTime", "userIdentity.arn", "detail", "detail-type", "CloudTrailEvent",
       "message", "Records", "events", "class_uid", "metadata", "_raw", "result", "timeWindow", "summary", "digestS3Bucket", "")  # fmt: skip


def corpus() -> list[dict[str, Any]]:
    """Records to change: small ones of all kinds."""
    found = [record(n) for n in range(20)] + [said for said, _ in QUIRKS.values()] * 3
    place = shared_folder()
    if place is not None:
        chance = random.Random(0)
        for name in sorted(p.name for p in place.iterdir()):
            made = [r for r in _records(place / name) if len(json.dumps(r)) < 20_000]
            found += chance.sample(made, min(300, len(made)))
    return found


def _records(place: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if file.is_file() and file.suffix in (".json", ".jsonl", ".gz", ".log", ".txt"):
            data = file.read_bytes()
            content = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            yield from (r.parsed.record for r in cloudtrail.read(content).records if r.parsed.exact)


class Changer:
    """Changes of one record, by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        # How this file spells its strings: mostly one way, as real writers do.
        self.odd_spelling = chance.choice((0.0, 0.0, 0.0, 0.02, 0.3))
        self.ascii = chance.random() < 0.5

    def value(self, depth: int = 0) -> Any:
        """Any value, likely one that somewhere has a meaning."""
        kind = self.chance.randrange(12)
        if kind < 4:
            return self.chance.choice(TEXTS)
        if kind == 4:
            return Raw(self.chance.choice(PLAIN_NUMBERS if self.chance.random() < 0.9 else NUMBERS))
        if kind == 5:
            return Raw(self.chance.choice(WORDS[:3] if self.chance.random() < 0.95 else WORDS))
        if kind == 6 and self.chance.random() < 0.1:
            return Raw('"' + self.chance.choice(TEXTS[:10]) + self.chance.choice(LONE) + '"')
        if kind <= 7:
            return self.chance.randrange(-(10 ** self.chance.randrange(1, 19)), 10 ** self.chance.randrange(1, 19))
        if kind == 8:
            return round(self.chance.random() * 10 ** self.chance.randrange(-7, 17), self.chance.randrange(8))
        if depth > 3:
            return None
        if kind == 9:
            return [self.value(depth + 1) for _ in range(self.chance.choice((0, 1, 1, 2, 3)))]
        names = [self.chance.choice(INNER) for _ in range(self.chance.choice((0, 1, 2, 2, 4, 6)))]
        return Pairs((name, self.value(depth + 1)) for name in names)

    def changed(self, said: dict[str, Any]) -> Any:
        """A copy of a record with one to four changes somewhere in it."""
        made = _open(said)
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 4))):
            holders = list(_holders(made))
            self._change(self.chance.choice(holders) if self.chance.random() < 0.6 else made, made)
        return made

    def _change(self, holder: Any, top: Any) -> None:
        at = self.chance.randrange(len(holder)) if holder else -1
        kind = self.chance.randrange(9)
        if isinstance(holder, Pairs):
            names = TOP if holder is top else INNER
            if kind == 0 or at < 0:
                holder.insert(at + 1, (self.chance.choice(names), self.value()))
            elif kind == 1:
                del holder[at]
            elif kind == 2:
                holder[at] = holder[at][0], self.value()
            elif kind == 3 and self.chance.random() < 0.2:
                holder.append((holder[at][0], self.value() if self.chance.random() < 0.5 else holder[at][1]))
            elif kind == 4:
                holder[at] = _other_case(holder[at][0], self.chance), holder[at][1]
            elif kind == 5:
                self.chance.shuffle(holder)
            elif kind in (3, 6):
                holder.sort(key=lambda pair: pair[0], reverse=self.chance.random() < 0.5)
            elif kind == 7:
                holder[at] = self.chance.choice(names), holder[at][1]
            elif holder is top:
                field = self.chance.choice(list(TESTIMONY))
                holder[:] = [pair for pair in holder if pair[0] != field]
                source = self.chance.choice((*S3, *TEXTS)) if field == "eventSource" else None
                holder.append((field, source or self.value()))
        elif isinstance(holder, list):
            if kind < 3 or at < 0:
                holder.insert(at + 1, self.value())
            elif kind < 6:
                holder[at] = self.value()
            else:
                del holder[at]

    def text(self, value: Any) -> str:
        """A value as JSON text, compact, in one of the many spellings of its strings."""
        if isinstance(value, Raw):
            return str(value)
        if isinstance(value, Pairs):
            return "{" + ",".join(f"{self._quoted(str(n), 0.1)}:{self.text(v)}" for n, v in value) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(self.text, value)) + "]"
        return self._quoted(value) if isinstance(value, str) else json.dumps(value)

    def _quoted(self, text: str, often: float = 1.0) -> str:
        if self.chance.random() >= self.odd_spelling * often * (often == 1 or self.chance.random() < 0.1):
            return json.dumps(text, ensure_ascii=self.ascii)
        return '"' + "".join(map(self._spelled, text)) + '"'

    def _spelled(self, character: str) -> str:
        plain = json.dumps(character, ensure_ascii=False)[1:-1]
        if self.chance.random() < 0.7:
            return plain
        if character == "/":
            return "\\/"
        units = character.encode("utf-16-be")
        return "".join(
            self.chance.choice(("\\u%04x", "\\u%04X")) % int.from_bytes(units[i : i + 2], "big")
            for i in range(0, len(units), 2)
        )


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs((name, _open(inner)) for name, inner in value.items())
    return [_open(inner) for inner in value] if isinstance(value, list) else value


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield value
        for inner in value:
            yield from _holders(inner[1] if isinstance(value, Pairs) else inner)


def _other_case(name: str, chance: random.Random) -> str:
    return chance.choice((name.upper(), name.lower(), name[:1].upper() + name[1:], name + "s", name[:-1]))


def content(records: list[dict[str, Any]], chance: random.Random) -> bytes:
    """A log file of some records, most of them changed, and now and then changed in its bytes."""
    changer = Changer(chance)
    said = [chance.choice(records) for _ in range(chance.choice((1, 1, 1, 2, 4)))]
    if chance.random() < 0.1:
        said.append(said[0])
    inner = ",".join(changer.text(changer.changed(one)) for one in said)
    data = ('{"Records":[' + inner + "]}").encode("utf-8", "surrogatepass")
    return _in_bytes(data, chance) if chance.random() < 0.2 else data


def _in_bytes(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, kind = chance.randrange(len(out) + 1), chance.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[at : at + chance.choice((1, 2, 20))]
        elif kind == 2:
            out[at:at] = out[at : at + chance.choice((1, 20, 300))]
        elif kind == 3:
            out[at : at + chance.randrange(2)] = chance.choice(
                (b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\0", b" ", b"\n", b"0", b"e", b".", b"-", b"\\u", b"\xc3", b"\xff")
            )  # fmt: skip
        elif kind == 4:
            out[at:at] = chance.randbytes(chance.choice((1, 3)))
        else:
            out[at:at] = chance.choice(
                (b"]}", b'{"Records":[', b"[" * 210 + b"]" * 210, b'"a":1,', b'"a":{"a":1,"a":2},')
            )
    return bytes(out)


class Bench:
    """A folder of files that are read in each of the three ways, and what was met."""

    def __init__(self, place: Path) -> None:
        self.case, self.place = folder.create(place / "case"), place
        self.seen: Counter[str] = Counter()

    def check(self, contents: list[bytes], **options: Any) -> None:
        """Reads the files in every way. Raises AssertionError where two differ."""
        for number, data in enumerate(contents):
            (self.place / f"{number}.json").write_bytes(data)
        told = {way: self._told(way, contents, **options) for way in WAYS}
        for way in WAYS[:-1]:
            for number, (found, expected) in enumerate(zip(told[way], told["careful"], strict=True)):
                assert found == expected, f"{way}, file {number}: {_difference(found, expected)}"
        for file in told["careful"]:
            self.seen.update(
                {file["file"]["outcome"]: 1, "records": len(file["rows"]), "rejects": len(file["rejects"])}
            )
            self.seen.update(flag.split(":")[0] for _, event in file["rows"] for flag in event["parse_flags"] or ())
            rejected, counted = len(file["rejects"]), len(file["rows"]) + len(file["aggregated"])
            if file["file"]["outcome"] != "other_kind" and not file["aggregated"]:
                assert file["file"]["records"] == counted + rejected, "the ledger does not balance"

    def _told(self, way: str, contents: list[bytes], **options: Any) -> list[dict[str, Any]]:
        reader = Reader(self.case, Options(compiled=way == "walk", limits=Limits(record=MOST), **options))
        bulk: Any = reader.bulk
        if way == "careful":
            bulk.add = lambda *_: None
        with_care, carefully = set(), reader._carefully
        reader._carefully = lambda number, found: with_care.add(number) or carefully(number, found)  # type: ignore[method-assign]
        names = [f"{number}.json" for number in range(len(contents))]
        chunk = reader.read(
            Task("root", name, len(data), None, None, str(self.place / name), str(self.place))
            for name, data in zip(names, contents, strict=True)
        )
        if way == "walk":
            self.seen["records by the walk"] += sum(n not in with_care for n in chunk.sources["file_no"].to_pylist())
        files = chunk.files.to_pylist()
        told: list[dict[str, Any]] = [{"file": file, "rows": [], "rejects": [], "aggregated": []} for file in files]
        for source, event in zip(chunk.sources.to_pylist(), chunk.events.to_pylist(), strict=True):
            told[source["file_no"]]["rows"].append((source, event))
        for name, rows in (("rejects", chunk.rejects), ("aggregated", chunk.aggregated)):
            for row in rows.to_pylist():
                told[row["file_no"]][name].append(row)
        for file in told:
            file["rows"].sort(key=lambda pair: pair[0]["record_index"])
        return told


def _difference(found: Any, expected: Any, path: str = "") -> str:
    """The first place in which two values differ."""
    if isinstance(found, dict) and isinstance(expected, dict):
        name = next(n for n in {**found, **expected} if found.get(n, "absent") != expected.get(n, "absent"))
        return _difference(found.get(name, "absent"), expected.get(name, "absent"), f"{path}.{name}")
    if isinstance(found, (list, tuple)) and isinstance(expected, (list, tuple)) and len(found) == len(expected):
        at = next(i for i in range(len(found)) if found[i] != expected[i])
        return _difference(found[at], expected[at], f"{path}[{at}]")
    return f"{path}: {str(found)[:300]!r} where the reference has {str(expected)[:300]!r}"


def run(place: Path, chance: random.Random, seconds: float, most: float = math.inf) -> tuple[int, Bench]:
    """Compares changed files for so many seconds (or ``most`` of them); how many, and what was met. A batch that differs is kept."""
    until, number, records, bench = time.monotonic() + seconds, 0, corpus(), Bench(place)
    while time.monotonic() < until and number < most:
        batch = [content(records, chance) for _ in range(int(min(BATCH, most - number)))]
        try:
            bench.check(batch, keep_raw=chance.random() < 0.1)
        except BaseException:
            kept = Path(tempfile.mkdtemp(prefix="fuzz-walk-"))
            for at, data in enumerate(batch):
                (kept / f"{at}.json").write_bytes(data)
            print(f"failed in a batch that is kept in {kept}")
            raise
        number += len(batch)
    return number, bench


def main() -> None:
    number, _, said = asked(__doc__, run)
    print(f"{number:,} files in three ways, no difference: {said}")


if __name__ == "__main__":
    main()
