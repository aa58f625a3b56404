"""Every code is given by some evidence; these are the rarer ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from support.digest_archive import BUCKET, FIRST, HOUR, REGION, Archive, codes, shown
from support.digest_cases import a_log, delete, edit, head_of, logs_of, place, usual

from ctforensics.evidence import roots
from ctforensics.practice.keys import KeyRing
from ctforensics.verify.keys import KeyStore, parse_keys
from ctforensics.verify.outcome import Code
from ctforensics.verify.run import verify


def test_every_code_stands_in_a_test():
    tests = Path(__file__).parents[1]
    said = "\n".join(file.read_text(encoding="utf-8") for file in tests.rglob("test_*.py"))
    said += (tests / "support" / "digest_cases.py").read_text(encoding="utf-8")
    assert [code for code in Code if code not in said] == []


def test_a_signed_digest_whose_name_gives_another_time_is_an_anomaly(archive: Archive, tmp_path: Path):
    maker = usual(archive, 4)
    newest = maker.digests[-1]
    renamed = newest.key.replace("T231728Z", "T231729Z")
    edit(archive, newest, lambda digest: digest.update(digestS3Object=renamed), archive.ring)
    archive.objects[BUCKET, renamed] = archive.objects.pop(place(newest))
    archive.sink.metadata[f"{BUCKET}/{renamed}"] = archive.sink.metadata.pop(f"{BUCKET}/{newest.key}")
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_NAME_MISMATCH": 1}, shown(result)
    assert result.authentic == "anomaly"


def test_what_only_an_unproven_digest_lists_is_missing_or_altered_as_far_as_it_can_be_said(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive)
    newest = maker.digests[-1]
    head_of(archive, newest).clear()
    gone, changed = logs_of(archive, newest)
    delete(archive, gone)
    archive.put(changed, archive.content(changed).replace(b"ListBuckets", b"ListBuckett"))
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_NO_SIGNATURE": 1, "L_MISSING_UNVERIFIED": 1, "L_MISMATCH_UNVERIFIED": 1}, shown(result)
    assert (result.authentic, result.complete) == ("fail", False)


def test_a_chain_that_begins_later_than_it_should_is_said_with_its_time(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    delete(archive, *(place(sealed) for sealed in maker.digests[:3]))
    result = archive.verify(tmp_path, since=None, until=None)
    (late,) = result.findings
    assert (late.code, late.until) == ("G_LATE_START", FIRST + 2 * HOUR), shown(result)
    assert "older log files are here that no digest lists" in late.detail
    assert codes(result) == {"L_UNLISTED_UNCOVERED": 6}
    assert a_log(archive, maker, 3) in archive.objects


def test_a_query_result_that_its_sign_file_lists_and_that_is_gone_is_missing(tmp_path: Path):
    ring, keys = KeyRing("lake", FIRST), KeyStore()
    key, sha256 = ring.signing(REGION, FIRST), hashlib.sha256(b"gone").hexdigest()
    sign = {
        "region": REGION,
        "files": [{"fileName": "result_1.csv.gz", "fileHashValue": sha256}],
        "hashAlgorithm": "SHA-256",
        "signatureAlgorithm": "SHA256withRSA",
        "hashSignature": key.sign(sha256.encode()),
        "publicKeyFingerprint": key.fingerprint,
    }
    (tmp_path / "result_sign.json").write_text(json.dumps(sign))
    keys.add(parse_keys(ring.public_keys(), origin="supplied"))
    result = verify(roots.walk(tmp_path, "lake"), keys=keys)
    assert result.counts["codes"] == {"Q_MISSING": 1, "Q_OK": 1}
    assert result.authentic == "fail"
