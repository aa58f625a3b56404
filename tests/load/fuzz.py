"""Mutated evidence, without end: no crash, no hang, no silent loss. Not a test by itself: run it for as long as you like.

python tests/load/fuzz.py --seconds 60 --seed 1
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from pathlib import Path

from ctforensics.case import folder
from ctforensics.load.options import Options
from ctforensics.load.plan import Plan
from ctforensics.load.reader import Reader
from ctforensics.load.roots import add_root, roots_of
from tests.load.loading_desk import record
from tests.load.test_shapes import FULL, POORER, tarred, zipped

TEN = [record(n) for n in range(10)]


def seeds() -> list[bytes]:
    """A small file of every shape and container."""
    plain = json.dumps({"Records": TEN}, separators=(",", ":")).encode()
    made = [plain, gzip.compress(plain), gzip.compress(plain) * 2, zipped(plain), tarred(gzip.compress(plain), "w:gz")]
    made += [make(TEN).encode() for make in POORER.values()]
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


def check(case: folder.CaseFolder, incoming: Path, data: bytes) -> None:
    """Reads one file and holds its ledger: every record is a source, a reject or a count."""
    (incoming / "x.json.gz").write_bytes(data)
    tasks = list(Plan({}, Options()).tasks(case, roots_of(case)))
    began = time.monotonic()
    chunk = Reader(case, Options()).read(tasks)
    took = time.monotonic() - began
    files = chunk.files.to_pylist()
    counted = sum(f["records"] for f in files if f["outcome"] != "other_kind")
    found = chunk.sources.num_rows + sum(
        1 for r in chunk.rejects["file_no"].to_pylist() if files[r]["outcome"] != "other_kind"
    )
    assert files and all(f["outcome"] for f in files), "a file without an outcome"
    assert counted == found, f"the ledger says {counted}, the rows are {found}"
    assert chunk.events.num_rows == chunk.sources.num_rows
    assert took < 20, f"took {took:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    chance, until, number = random.Random(args.seed), time.monotonic() + args.seconds, 0
    starts = seeds()
    with tempfile.TemporaryDirectory() as place:
        case, incoming = folder.create(Path(place) / "case"), Path(place) / "in"
        incoming.mkdir()
        add_root(case, incoming, "m")
        while time.monotonic() < until:
            data = mutated(chance.choice(starts), chance)
            try:
                check(case, incoming, data)
            except BaseException:
                kept = Path(f"fuzz-{args.seed}-{number}.bin")
                kept.write_bytes(data)
                print(f"failed on file {number}, kept as {kept}")
                raise
            number += 1
    print(f"{number} files, nothing lost")


if __name__ == "__main__":
    main()
