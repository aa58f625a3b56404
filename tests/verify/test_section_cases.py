"""Every listed tampering and fault case gets its verdict: with the metadata of the digests, and as a plain copy without."""

from pathlib import Path

import pytest
from support.digest_archive import codes, shown
from support.digest_cases import CASES, build

from ctforensics.verify.outcome import class_of

# A plain copy has no signature to be wrong: what contradicts a proven successor then says so.
WITHOUT = {"D_LINK_MISMATCH": "D_BAD_SIGNATURE"}


@pytest.mark.parametrize("name", CASES)
def test_the_case_gets_its_verdict(name: str, tmp_path: Path):
    archive, case = build(name)
    result = archive.verify(tmp_path)
    assert codes(result) == case.codes, shown(result)
    assert [f.code for f in result.findings] == case.findings, shown(result)
    assert result.authentic == case.authentic, shown(result)
    assert (result.complete is False) == case.incomplete, shown(result)
    if case.counts:
        assert result.counts["files"] == case.counts


@pytest.mark.parametrize("name", CASES)
def test_without_metadata_only_the_ends_of_chains_become_unknown(name: str, tmp_path: Path):
    archive, case = build(name)
    full = {(o.key, o.path): o.code for o in archive.verify(tmp_path).files}
    bare = archive.judge(tmp_path, metadata=False)
    if not any(key == "D_NO_KEY" for key in case.codes):
        assert codes(bare).get("D_NO_SIGNATURE", 0) == case.heads, shown(bare)
    for outcome in bare.files:
        before = full[outcome.key, outcome.path]
        if class_of(outcome.code) == "fail":
            assert WITHOUT.get(outcome.code, before) == before or outcome.code == before, shown(bare)
        if class_of(outcome.code) == "unknown" and outcome.kind == "log" and class_of(before) == "ok":
            assert outcome.code == "L_DIGEST_UNVERIFIED", shown(bare)
    assert not (case.heads and bare.authentic == "ok"), "a chain whose end nothing proves is not ok"


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("A")])
def test_nothing_normal_fails(name: str, tmp_path: Path):
    archive, _ = build(name)
    for metadata in (True, False):
        assert archive.verify(tmp_path, metadata=metadata).authentic != "fail"
