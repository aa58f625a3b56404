"""Signatures and fingerprints, on real vectors of AWS where they are at hand."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ctforensics.trail import digest, signature


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize("form", [PublicFormat.PKCS1, PublicFormat.SubjectPublicKeyInfo])
def test_a_signature_verifies_with_the_key_in_either_form(key: rsa.RSAPrivateKey, form: PublicFormat):
    der = key.public_key().public_bytes(Encoding.DER, form)
    good = key.sign(b"text", padding.PKCS1v15(), hashes.SHA256()).hex()
    assert signature.verify(der, b"text", good)
    assert signature.verify(der, b"text", good.upper())
    assert not signature.verify(der, b"text\n", good)


def test_a_pss_signature_and_one_that_is_no_hex_are_bad_and_not_a_crash(key: rsa.RSAPrivateKey):
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    pss = key.sign(b"text", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()).hex()
    assert not signature.verify(der, b"text", pss)
    for bad in ("", "zz", "00", "0" * 512, pss[:-2]):
        assert not signature.verify(der, b"text", bad)


def test_the_signed_text_has_four_lines_and_no_line_feed_at_the_end():
    claimed = {
        "digestEndTime": "2024-05-02T07:17:28Z",
        "digestS3Bucket": "b",
        "digestS3Object": "k",
        "previousDigestSignature": None,
    }
    assert digest.signing_text(claimed, "AB" * 32) == b"2024-05-02T07:17:28Z\nb/k\n" + b"ab" * 32 + b"\nnull"


def test_a_real_key_is_named_by_the_md5_of_its_bytes(shared_data: Path):
    text = (shared_data / "cloudtrail-digest-vectors" / "real_public_keys.json").read_text()
    records = [r for r in _records(json.loads(text)) if "Fingerprint" in r]
    assert len(records) == 4
    for record in records:
        der = base64.b64decode(record["Value"])
        assert (
            signature.fingerprint(der) == record["Fingerprint"] == hashlib.md5(der, usedforsecurity=False).hexdigest()
        )
        assert signature.load_public_key(der).key_size == 2048


def _records(value: object) -> list[dict]:
    if isinstance(value, dict):
        return [value] + [r for inner in value.values() for r in _records(inner)]
    if isinstance(value, list):
        return [r for inner in value for r in _records(inner)]
    return []
