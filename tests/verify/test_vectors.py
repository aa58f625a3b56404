"""Real things made by AWS: public keys, signatures, a digest file, a CloudTrail Lake sign file."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ctforensics.evidence import roots
from ctforensics.trail.signature import load_public_key
from ctforensics.verify.digests import BadSchema, parse
from ctforensics.verify.keys import KeyStore, parse_keys, read_keys
from ctforensics.verify.run import verify

# The public key that belongs to the sample sign file, as published with it in aws/aws-cli (Apache-2.0).
LAKE_FINGERPRINT = "67b9fa73676d86966b449dd677850753"
LAKE_KEY = (
    "MIIBCgKCAQEA1OxVzcylHnxhysU41BcHucQn47bywceJEPkze53RZUaYtvTAXYf0ONbdk/yQ8c5Bq6l5nL0qjT1UNhVfccCsTaToL58wPePg9U29D+Mt"
    "iQXz6yecW7Rzs5rP5i4EU2YDPoYaphIVowYZjkHyC72L/2lQ/Q5rSotIjUdCq6Wv6i7bFHLiCNtgP95xfL9pxytAyGdCzHDBJb/H60x7q/wqO6/HaZI3"
    "8aY7piHqazd2vpaNxPShHyvpdR0P29tNFxo+5V4VVW2/QC1/QLTLLAzQNiO+ZOpsHa8rgYmPv0YI4sFA9vFhHyUdh9skopO7Jg/gAjAdtzuLCnXpfuwQ"
    "/+EXnQIDAQAB"
)


@pytest.fixture
def vectors(shared_data: Path) -> Path:
    return shared_data / "cloudtrail-digest-vectors"


def test_the_fingerprint_of_a_key_is_the_md5_of_its_der_bytes_whichever_form_it_has(vectors: Path):
    keys = read_keys(vectors / "real_public_keys.json")
    assert len(keys) == 4
    assert all(key.hashes_right for key in keys)
    assert sum(key.der[4:6] != b"\x02\x82" for key in keys) == 1, "one of them is SubjectPublicKeyInfo"


def test_real_signatures_open_to_the_hash_of_what_was_signed(vectors: Path):
    keys = KeyStore()
    keys.add(read_keys(vectors / "real_public_keys.json"))
    for vector in json.loads((vectors / "real_signature_vectors.json").read_text()):
        (key,) = keys.named(vector["fingerprint"])
        opened = load_public_key(key.der).recover_data_from_signature(
            bytes.fromhex(vector["signature"]), padding.PKCS1v15(), hashes.SHA256()
        )
        assert opened.hex() == vector["recovered_pkcs1v15_sha256_of_signing_string"]


def test_a_real_digest_file_is_read_and_hashed_byte_for_byte(vectors: Path):
    content = (vectors / "digest_327878933619_ap-northeast-1_20231015T230404Z.json").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert sha256 == "4277102dccf54c0c247738ca5e6e3504b7370206ef1c82855994ec23441ae1ed"
    (scope, _, _, _, end, stamp, _, _, *link, _), listed = parse(content, sha256)
    assert (scope.account, scope.region, scope.home_region) == ("327878933619", "ap-northeast-1", "us-west-2")
    assert end == stamp
    assert len(listed) == 5
    assert None not in link


def test_a_published_digest_whose_previous_hash_lost_a_digit_is_refused(vectors: Path):
    content = (vectors / "elastic_us-west-2_20200911T193649Z.digest.json").read_bytes()
    with pytest.raises(BadSchema, match="previousDigestHashValue"):
        parse(content, hashlib.sha256(content).hexdigest())


def lake(vectors: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "result_sign.json").write_bytes((vectors / "lake_result_sign.json").read_bytes())
    (folder / "result_1.csv.gz").write_bytes((vectors / "lake_result_1.csv.gz").read_bytes())
    return folder


def lake_keys() -> KeyStore:
    keys = KeyStore()
    answer = {"PublicKeyList": [{"Value": LAKE_KEY, "Fingerprint": LAKE_FINGERPRINT}]}
    keys.add(parse_keys(answer, origin="supplied"))
    return keys


def test_the_sign_file_that_aws_made_verifies(vectors: Path, tmp_path: Path):
    folder = lake(vectors, tmp_path / "lake")
    result = verify(roots.walk(folder, "lake"), keys=lake_keys())
    assert result.counts["codes"] == {"Q_OK": 2}
    assert result.authentic == "ok"
    assert result.keys_from == "supplied"


def test_a_changed_result_an_extra_one_and_an_unknown_key_are_told_apart(vectors: Path, tmp_path: Path):
    folder = lake(vectors, tmp_path / "lake")
    (folder / "result_2.csv.gz").write_bytes(gzip.compress(b"more"))
    assert verify(roots.walk(folder, "lake"), keys=KeyStore()).counts["codes"] == {
        "Q_EXTRA": 1,
        "Q_NO_KEY": 1,
        "Q_UNVERIFIED": 1,
    }
    (folder / "result_1.csv.gz").write_bytes(gzip.compress(b"changed"))
    result = verify(roots.walk(folder, "lake"), keys=lake_keys())
    assert result.counts["codes"] == {"Q_EXTRA": 1, "Q_HASH": 1, "Q_OK": 1}
    assert result.authentic == "fail"
