"""The digests of one trail are judged one at a time, out of the ledger."""

import gzip
import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION
from support.memory import measured

from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import digest_content, instant
from ctforensics.trail import object_keys
from ctforensics.trail.digest import signing_text

TRAIL = "management-events"
VERIFY = """
import sys
from datetime import datetime
from pathlib import Path
from ctforensics.verify.cases import verify_path
place = Path(sys.argv[1])
result = verify_path(place / "bucket", public_keys=place / "keys.json", metadata=place / "heads.json")
print(result.authentic, result.counts["codes"])
"""


def place_of(end: datetime) -> str:
    return object_keys.digest_key(ACCOUNT, REGION, TRAIL, REGION, end)


def long_chain(folder: Path, length: int) -> Path:
    """A chain of so many hours without log files. Only its newest digest is signed: its hashes prove the others."""
    ring, previous, facts, sha256 = KeyRing("chain", FIRST), None, {}, ""
    key = ring.signing(REGION, FIRST)
    for hour in range(length):
        end = FIRST - (length - 1 - hour) * HOUR
        facts = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": instant(end - HOUR),
            "digestEndTime": instant(end),
            "digestS3Bucket": BUCKET,
            "digestS3Object": place_of(end),
            "digestPublicKeyFingerprint": key.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": BUCKET if previous else None,
            "previousDigestS3Object": previous,
            "previousDigestHashValue": sha256 or None,
            "previousDigestHashAlgorithm": "SHA-256" if previous else None,
            "previousDigestSignature": "00" * 256 if previous else None,
            "logFiles": [],
        }
        content, previous = digest_content(facts), place_of(end)
        sha256 = hashlib.sha256(content).hexdigest()
        file = folder / "bucket" / previous
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(content, 1, mtime=0))
    head = {"signature": key.sign(signing_text(facts, sha256)), "signature-algorithm": "SHA256withRSA"}
    (folder / "heads.json").write_text(json.dumps({f"{BUCKET}/{previous}": {"Metadata": head}}))
    (folder / "keys.json").write_text(json.dumps(ring.public_keys()))
    return folder


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows does not say how much memory a process took at its highest"
)
def test_the_digests_of_a_long_chain_take_no_more_memory_than_those_of_a_short_one(tmp_path: Path):
    said, peaks = {}, {}
    for length in (1_500, 5_000):
        said[length], peaks[length] = measured(VERIFY, str(long_chain(tmp_path / str(length), length)))
    assert said[5_000] == ["ok {'D_OK': 1, 'D_OK_CHAIN': 4999}"]
    assert peaks[5_000] - peaks[1_500] < 2.5, peaks  # all of them in memory took 5 more
