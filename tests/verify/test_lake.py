"""A sign file of CloudTrail Lake is evidence too: what it names is not followed out of its folder."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.digest_archive import FIRST, REGION

from ctforensics.evidence import roots
from ctforensics.practice.keys import KeyRing
from ctforensics.verify.keys import KeyStore, parse_keys
from ctforensics.verify.reading import LIMITS
from ctforensics.verify.result import Verification
from ctforensics.verify.run import verify
from ctforensics.verify.wanted import letter

RESULT = gzip.compress(b"eventID\none\n", mtime=0)


def exported(folder: Path, names: list[str]) -> Verification:
    """The verdict on a result with a sign file that lists these names, each with the hash of ``RESULT``, well signed."""
    ring, hashes = KeyRing("lake", FIRST), [hashlib.sha256(RESULT).hexdigest()] * len(names)
    key = ring.signing(REGION, FIRST)
    sign = {
        "version": "1.0",
        "region": REGION,
        "files": [{"fileName": n, "fileHashValue": h} for n, h in zip(names, hashes, strict=True)],
        "hashAlgorithm": "SHA-256",
        "signatureAlgorithm": "SHA256withRSA",
        "queryCompleteTime": "2024-03-09T20:17:28Z",
        "hashSignature": key.sign(" ".join(hashes).encode()),
        "publicKeyFingerprint": key.fingerprint,
    }
    place = folder / "export"
    place.mkdir()
    (place / "result_1.csv.gz").write_bytes(RESULT)
    (place / "result_sign.json").write_text(json.dumps(sign))
    keys = KeyStore()
    keys.add(parse_keys(ring.public_keys(), origin="supplied"))
    return verify(roots.walk(place, "lake"), keys=keys)


def test_a_well_signed_result_is_proven(tmp_path: Path):
    result = exported(tmp_path, ["result_1.csv.gz"])
    assert result.counts["codes"] == {"Q_OK": 2} and result.authentic == "ok"


def test_a_result_beyond_the_bounds_of_a_log_file_is_proven_by_its_stored_bytes(tmp_path: Path):
    exported(tmp_path, ["result_1.csv.gz"])
    ring, keys = KeyRing("lake", FIRST), KeyStore()
    ring.signing(REGION, FIRST)
    keys.add(parse_keys(ring.public_keys(), origin="supplied"))
    result = verify(roots.walk(tmp_path / "export", "lake"), keys=keys, limits=replace(LIMITS, inflated=5, small=1))
    assert result.counts["codes"] == {"Q_OK": 2}


def test_the_key_of_a_result_that_is_missing_is_asked_for(tmp_path: Path):
    exported(tmp_path, ["result_1.csv.gz"])
    result = verify(roots.walk(tmp_path / "export", "lake"), keys=KeyStore())
    assert result.counts["codes"] == {"Q_NO_KEY": 1, "Q_UNVERIFIED": 1}
    assert list(result.keys_wanted()) == [REGION]
    asked = f"list-public-keys --region {REGION} --start-time 2024-03-08T20:17:28Z --end-time 2024-03-30T20:17:28Z"
    assert asked in letter(result)


def test_a_false_key_under_the_right_fingerprint_does_not_speak_beside_the_right_one(tmp_path: Path):
    """Only what hashes to the fingerprint is asked, where it is at hand."""
    exported(tmp_path, ["result_1.csv.gz"])
    ring = KeyRing("lake", FIRST)
    right = ring.signing(REGION, FIRST).record()
    false = KeyRing("forger", FIRST).signing(REGION, FIRST)
    sign = json.loads((tmp_path / "export" / "result_sign.json").read_text())
    sign["hashSignature"] = false.sign(sign["files"][0]["fileHashValue"].encode())
    (tmp_path / "export" / "result_sign.json").write_text(json.dumps(sign))
    keys = KeyStore()
    keys.add(parse_keys([right, right | {"Value": false.record()["Value"]}], origin="supplied"))
    result = verify(roots.walk(tmp_path / "export", "lake"), keys=keys)
    assert result.counts["codes"] == {"Q_BAD_SIGNATURE": 1, "Q_UNVERIFIED": 1}


@pytest.mark.parametrize(
    "name",
    [
        "../result_2.csv.gz",
        "/result_2.csv.gz",
        "a/../../result_2.csv.gz",
        "..\\result_2.csv.gz",
        "a\0.csv.gz",
        "..",
        ".",
        "",
    ],
)
def test_a_name_that_would_lead_out_is_refused_though_well_signed_and_there(name: str, tmp_path: Path):
    (tmp_path / "result_2.csv.gz").write_bytes(RESULT)
    result = exported(tmp_path, ["result_1.csv.gz", name])
    assert result.counts["codes"] == {"Q_OK": 2, "Q_UNSAFE_NAME": 1} and result.authentic == "fail"
    refused = next(outcome for outcome in result.files if outcome.code == "Q_UNSAFE_NAME")
    assert refused.key == f"result_sign.json: {name}" and refused.detail == "the name would lead out of the folder"
    assert refused.path is None and refused.content_sha256 is None
