"""A moment of the two fuzz runs: mutated files crash nothing, hang nothing, lose nothing silently, and three readers agree."""

import random

import pytest

from tests.support import fuzz, fuzz_walk


@pytest.mark.parametrize("seed", range(2))
def test_mutated_evidence_keeps_its_ledger_balanced(tmp_path, seed):
    number, bench = fuzz.run(tmp_path, random.Random(seed), seconds=300, most=100)
    assert number == 100
    assert {"loaded", "partial", "rejected"} & set(bench.seen)


def test_changed_records_are_read_alike_by_the_walk_the_bulk_reader_and_the_careful_one(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_walk, "shared_folder", lambda: None)  # the same records on every machine
    number, bench = fuzz_walk.run(tmp_path, random.Random(3), seconds=300, most=200)
    assert number == 200
    assert bench.seen["records by the walk"] > 50
