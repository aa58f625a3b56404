"""A moment of the fuzz run: mutated files crash nothing, hang nothing, lose nothing silently."""

import random

import pytest

from tests.support import fuzz


@pytest.mark.parametrize("seed", range(2))
def test_mutated_evidence_keeps_its_ledger_balanced(tmp_path, seed):
    number, bench = fuzz.run(tmp_path, random.Random(seed), seconds=300, most=100)
    assert number == 100
    assert {"loaded", "partial", "rejected"} & set(bench.seen)
