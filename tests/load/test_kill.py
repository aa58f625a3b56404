"""A load that is killed goes on, and ends with the rows of a load that nobody disturbed."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ctforensics import practice
from ctforensics.investigation import new_case
from tests.load.loading_desk import record
from tests.load.test_shapes import athena_csv, history_csv
from tests.support.killed_load import PHASES

HERE = Path(__file__).resolve().parents[2]
# Clocks and numbers of runs are no part of the promise, nor is the row number inside the file of one generation.
LEFT_OUT = {
    "files": "EXCLUDE (generation, modified_at)",
    "event_index": "EXCLUDE (event_row)",
    "verifications": "EXCLUDE (run)",
}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def promised(case):
    """Every table and view of the case, in an order that its rows give."""
    with duckdb.connect(str(case.folder.database), read_only=True) as con:
        names = [n for (n,) in con.execute("SHOW TABLES").fetchall() if n != "case_facts"]
        assert len(names) > 20
        return {n: con.execute(f"SELECT * {LEFT_OUT.get(n, '')} FROM {n} ORDER BY ALL").fetchall() for n in names}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """A tampered trail with its digests, exports of the same events with one address changed, and a broken file."""
    place = tmp_path_factory.mktemp("evidence")
    archive = practice.write("tampered_log", place / "archive")
    more = archive.bucket / "exports"
    more.mkdir()
    records = [record(n) for n in range(60)]
    for n in range(6):
        (more / f"{n}.json").write_text(json.dumps({"Records": records[n * 10 : n * 10 + 14]}, separators=(",", ":")))
    (more / "history.csv").write_text(history_csv(records))
    (more / "athena.csv").write_text(athena_csv([{**records[0], "sourceIPAddress": "203.0.113.66"}, *records[1:]]))
    (more / "broken.json").write_bytes(b'{"Records":[' + json.dumps(record(9999)).encode() + b',{"eventVersion"')
    return archive


@pytest.fixture
def make(mirror, tmp_path):
    """A case of that evidence, verified; ``bucket`` is where its files stand."""

    def new(name, bucket=mirror.bucket):
        case = new_case(tmp_path / name)
        case.add_evidence(bucket, label="mirror")
        case.verify(public_keys=mirror.public_keys, metadata=mirror.metadata)
        return case

    return new


def run(case, *args):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE / "src"), str(HERE)))}
    command = [sys.executable, "-m", "tests.support.killed_load", str(case.path), *map(str, args)]
    return subprocess.run(command, env=environment, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)


def moments(chance, steps):
    """Twenty moments: most of them while files come in, the others all over what follows."""
    fill = [("fill", chance.randint(3, 40)) for _ in range(8)]
    rest = [(phase, chance.randint(1, steps[phase])) for phase in ("settle", "judge", "screen") for _ in range(3)]
    return [("begin", chance.randint(1, steps["begin"])), *fill, *rest, ("publish", 1), ("publish", 2)]


def test_a_load_killed_at_twenty_moments_ends_with_the_rows_of_an_undisturbed_one(make):
    whole, killed = make("whole"), make("killed")
    done = run(whole)
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)
    assert set(steps) >= set(PHASES) - {"done"}
    chance = random.Random(20)
    wanted = moments(chance, steps)
    assert len(wanted) == 20
    for phase, step in wanted:
        ended = run(killed, phase, step, f"{chance.random() * 0.004:.4f}")
        assert ended.returncode == -signal.SIGKILL, (phase, step, ended.stderr)
    result = killed.load()
    assert result.balanced
    assert promised(killed) == promised(whole)
    assert not killed.folder.next_database.exists()
    lines = [json.loads(line) for line in killed.folder.register_file.read_text().splitlines()]
    assert {(line["path"], line["sha256"]) for line in lines} == {
        (path, sha) for path, sha in killed.sql("SELECT path, sha256 FROM files")[["path", "sha256"]].to_numpy()
    }


def test_files_that_come_in_another_order_between_kills_give_the_same_rows(make, mirror, tmp_path):
    whole = make("whole")
    whole.load()
    slowly = tmp_path / "slowly"
    slowly.mkdir()
    late = make("late", slowly)
    files = [file for file in sorted(mirror.bucket.rglob("*")) if file.is_file()]
    chance = random.Random(7)
    chance.shuffle(files)
    cuts = sorted(chance.sample(range(1, len(files)), 4))
    phases = iter(("fill", "settle", "screen", "fill", "judge"))
    for first, last in zip((0, *cuts), (*cuts, len(files)), strict=True):
        for file in files[first:last]:
            target = slowly / file.relative_to(mirror.bucket)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, target)
        assert run(late, next(phases), chance.randint(1, 30), "0.002").returncode == -signal.SIGKILL
        if first in cuts[1:3]:
            late.load()  # now and then one that is not disturbed
    late.verify(public_keys=mirror.public_keys, metadata=mirror.metadata)
    late.load()
    assert promised(late) == promised(whole)


def test_a_reader_process_that_is_killed_is_one_sentence_and_the_next_load_finishes(make, monkeypatch):
    from ctforensics.errors import EvidenceError
    from ctforensics.load import plan, workers
    from ctforensics.load import run as loading

    monkeypatch.setattr(plan, "CHUNK_BYTES", 8_000)
    monkeypatch.setattr(loading, "FEW_CHUNKS", 2)
    monkeypatch.setattr(loading, "SOME_CHUNKS", 1000)
    whole, hurt = make("whole"), make("hurt")
    whole.load(jobs=1)
    pack = workers._Worker.read

    def dying(self, chunk):
        self.process.kill()
        return pack(self, chunk)

    with monkeypatch.context() as killing:
        killing.setattr(workers._Worker, "read", dying)
        with pytest.raises(EvidenceError, match="A reader process ended with code -9"):
            hurt.load(jobs=2)
    hurt.load(jobs=2)
    assert promised(hurt) == promised(whole)
