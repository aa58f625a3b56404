"""Mutated evidence, without end: no crash, no hang, no silent loss. Run it for as long as you like; a test runs it for a moment.

python -m tests.support.fuzz --seconds 60 --seed 1
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctforensics.case import folder, journal
from ctforensics.load.options import Options
from ctforensics.load.plan import Plan
from ctforensics.load.reader import Chunk, Reader
from ctforensics.load.roots import add_root, roots_of
from tests.load.loading_desk import record
from tests.load.test_shapes import FULL, payloads, tarred, zipped
from tests.support.exports import EXPORTS

TEN = [record(n) for n in range(10)]
PLAIN = [json.dumps(r, separators=(",", ":")).encode() for r in TEN]


def seeds() -> list[bytes]:
    """A small file of every shape and container."""
    plain = json.dumps({"Records": TEN}, separators=(",", ":")).encode()
    made = [plain, gzip.compress(plain), gzip.compress(plain) * 2, zipped(plain), tarred(gzip.compress(plain), "w:gz")]
    made += [data if isinstance(data := make(TEN), bytes) else data.encode() for make in EXPORTS.values()]
    made.append(b"".join(gzip.compress(json.dumps(p).encode()) for p in payloads(TEN)))
    for value in FULL.values():
        data = (
            value
            if isinstance(value, bytes)
            else value.encode()
            if isinstance(value, str)
            else json.dumps(value).encode()
        )
        made.append(data[:20_000])
    return made


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut, doubled, moved, or replaced by what parsers dislike."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(out) + 1)
        kind = chance.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[at : at + chance.choice((1, 10, 1000))]
        elif kind == 2:
            out[at:at] = out[at : at + chance.choice((1, 50, 500))]
        elif kind == 3:
            out[at:at] = chance.choice(
                (b"\0", b'"', b"\\", b"{", b"]", b"\xff", b",", b"NaN", b"\\ud800", b"1e999", b"[" * 2000)
            )
        elif kind == 4:
            del out[at:]
        else:
            out[at:at] = chance.randbytes(chance.choice((1, 4, 64)))
    return bytes(out)


class Bench:
    """A case with one file in its evidence, read again and again, and what is counted over all of it."""

    def __init__(self, place: Path) -> None:
        self.case, self.incoming = folder.create(place / "case"), place / "in"
        self.incoming.mkdir()
        add_root(self.case, self.incoming, "m")
        self.seen: Counter[str] = Counter()
        self.slowest = 0.0

    def check(self, data: bytes) -> None:
        """Reads one file and holds its ledger: every record is a source, a reject or a count; every byte of it is told.

        The compiled walk has to give the same rows."""
        (self.incoming / "x.json.gz").write_bytes(data)
        tasks = list(Plan({}, Options(), 1, False).tasks(self.case, roots_of(self.case)))
        began = time.process_time()
        chunk = Reader(self.case, Options()).read(tasks)
        self.slowest = max(self.slowest, took := time.process_time() - began)
        files = chunk.files.to_pylist()
        counted = sum(f["records"] for f in files if f["outcome"] != "other_kind" and f["kind"] != "aggregated")
        found = chunk.sources.num_rows + sum(
            1 for r in chunk.rejects["file_no"].to_pylist() if files[r]["outcome"] != "other_kind"
        )
        assert files and all(f["outcome"] for f in files), "a file without an outcome"
        assert counted == found, f"the ledger says {counted}, the rows are {found}"
        assert chunk.events.num_rows == chunk.sources.num_rows
        assert took < 20, f"took {took:.1f} s"
        self._nothing_lost(files, chunk, data)
        quick = Reader(self.case, Options(compiled=True)).read(tasks)
        for name in ("files", "events", "sources", "rejects", "aggregated"):
            slow, same = (sorted(getattr(read, name).to_pylist(), key=repr) for read in (chunk, quick))
            assert same == slow, f"the compiled walk gives other {name}"
        self.seen.update(f["outcome"] for f in files)
        self.seen.update({"records": chunk.sources.num_rows, "rejects": chunk.rejects.num_rows})

    def _nothing_lost(self, files: list[dict[str, Any]], chunk: Chunk, data: bytes) -> None:
        """A whole record that stands in plain bytes is an event, unless the file says that something of it was rejected."""
        if data[:1] not in (b"{", b"[") or chunk.rejects.num_rows or len(files) != 1:
            return
        whole = sum(data.count(text) for text in PLAIN)
        assert chunk.sources.num_rows >= whole, (
            f"{whole} records stand there untouched, {chunk.sources.num_rows} came in"
        )


def run(place: Path, chance: random.Random, seconds: float, most: float = math.inf) -> tuple[int, Bench]:
    """Reads mutated files for so many seconds (or ``most`` files); how many, and what they were. One that breaks something is kept."""
    until, number, starts, bench = time.monotonic() + seconds, 0, seeds(), Bench(place)
    while time.monotonic() < until and number < most:
        data = mutated(chance.choice(starts), chance)
        try:
            bench.check(data)
        except BaseException:
            kept = Path(tempfile.gettempdir()) / f"fuzz-{number}.bin"
            kept.write_bytes(data)
            print(f"failed on file {number}, kept as {kept}")
            raise
        number += 1
    return number, bench


def asked(doc: str | None, run: Callable[[Path, random.Random, float], tuple[int, Any]]) -> tuple[int, Any, str]:
    """Runs as the command line asks (``--seconds``, ``--seed``): how many files, the bench, and what it has seen, in words."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    journal.append = lambda path, lines, *, chained: ""  # a synced line for each file would take most of the time
    with tempfile.TemporaryDirectory() as place:
        number, bench = run(Path(place), random.Random(args.seed), args.seconds)
    return number, bench, ", ".join(f"{count:,} {name}" for name, count in sorted(bench.seen.items()))


def main() -> None:
    number, bench, said = asked(__doc__, run)
    print(f"{number:,} files, nothing lost: {said}; the slowest took {bench.slowest:.2f} s of processor time")


if __name__ == "__main__":
    main()
