"""What a run was given stays with the case: the verdict can be repeated without it."""

import json
from pathlib import Path

import pytest
from support.digest_archive import Archive

from ctforensics.case import custody, journal
from ctforensics.investigation import new_case
from ctforensics.verify import kept
from ctforensics.verify.keys import region_in


def test_keys_and_metadata_that_were_given_once_serve_the_next_run_and_stand_in_custody(clean: Archive, tmp_path: Path):
    case = new_case(tmp_path / "case")
    case.add_evidence(clean.write(tmp_path / "mirror"), label="mirror")
    keys, heads = tmp_path / "my keys us-east-1.json", tmp_path / "heads.json"
    keys.write_text(json.dumps(clean.ring.public_keys()))
    heads.write_text(json.dumps(clean.sink.metadata))
    first = case.verify(public_keys=keys, metadata=heads)
    keys.unlink()
    heads.unlink()
    second = case.verify()
    assert (first.authentic, first.counts["codes"]) == (second.authentic, second.counts["codes"])
    assert first.keys_from == second.keys_from == "practice"
    held = sorted(p.relative_to(case.folder.keys).as_posix() for p in case.folder.keys.rglob("*.json"))
    assert [name.partition("-")[0] for name in held] == ["metadata/supplied", "supplied"]
    assert held[1].endswith("my_keys_us-east-1.json")
    lines = [line for line in journal.read(case.folder.custody_file) if line.get("source") == "supplied"]
    assert [line["action"] for line in lines] == ["public_keys", "metadata"]
    assert lines[0]["given_as"] == "my keys us-east-1.json"
    assert custody.verify(case.folder).ok
    provenance = list(journal.read(case.folder.keys / "provenance.jsonl"))
    assert [line["file"] for line in provenance] == [next(iter(line["files"])) for line in lines]


def test_supplied_keys_are_never_called_fetched_from_aws(clean: Archive, tmp_path: Path, monkeypatch):
    case = new_case(tmp_path / "case")
    case.add_evidence(clean.write(tmp_path / "mirror"), label="mirror")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(clean.ring.public_keys()))
    monkeypatch.setattr("ctforensics.verify.keys.is_practice_key", lambda der: False)
    case.verify(public_keys=keys)
    assert case.verify().keys_from == "supplied"


def test_a_run_that_is_given_the_same_again_keeps_it_once(clean: Archive, tmp_path: Path):
    case = new_case(tmp_path / "case")
    case.add_evidence(clean.write(tmp_path / "mirror"), label="mirror")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(clean.ring.public_keys()))
    case.verify(public_keys=keys)
    case.verify(public_keys=[keys])
    assert len(list(case.folder.keys.glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("given", "region"),
    [
        ("keys-1.json", None),
        ("keys-us-east-1.json", "us-east-1"),
        ("e" * 80 + "us-gov-west-1.json", None),
        ("us-east-1" + "-x" * 60 + ".json", "us-east-1"),
    ],
)
@pytest.mark.parametrize("mark", ["0123456789ab", "ababababab1c", "000000000000"])
def test_a_kept_copy_proves_for_the_region_that_the_file_was_given_for(given: str, region: str | None, mark: str):
    assert region_in(given) == region_in(kept._name(given, mark + "f" * 52)) == region
