"""Keys that we fetched and keys that lay there before are never mixed."""

import hashlib
import json
from pathlib import Path

from ctforensics.acquire import trust
from ctforensics.case import custody, folder

OURS = {"Value": "b3Vycw==", "Fingerprint": "01", "ValidityStartTime": "2024-01-01", "ValidityEndTime": "2024-02-01"}
THEIRS = {**OURS, "Value": "dGhlaXJz", "Fingerprint": "02"}


def file_of(record: dict) -> bytes:
    return json.dumps({"Regions": {"us-east-1": [record]}}).encode()


def test_a_planted_key_file_is_set_aside_and_does_not_become_ours(tmp_path: Path):
    case = folder.create(tmp_path / "case")
    (case.keys / "us-east-1.json").write_bytes(file_of(THEIRS))
    merged = json.loads(trust._merged(case, "us-east-1", [OURS]))
    assert merged["Regions"]["us-east-1"] == [OURS]
    assert (case.keys / "us-east-1-supplied-1.json").read_bytes() == file_of(THEIRS)


def test_keys_of_an_earlier_acquisition_are_kept(tmp_path: Path):
    case = folder.create(tmp_path / "case")
    before = file_of(THEIRS)
    (case.keys / "us-east-1.json").write_bytes(before)
    custody.record(case, "public_keys", source="aws", files={"us-east-1": hashlib.sha256(before).hexdigest()})
    merged = json.loads(trust._merged(case, "us-east-1", [OURS]))
    assert merged["Regions"]["us-east-1"] == [OURS, THEIRS]
