from datetime import datetime

from ctforensics.practice.keys import Drbg, KeyRing, private_key
from ctforensics.trail import signature
from ctforensics.trail.practice_mark import EXPONENT, is_practice_key

AT = datetime(2026, 3, 2, 5)


def test_the_generator_gives_the_same_bytes_on_every_machine():
    assert Drbg("seed").take(8).hex() == "cc36962cfef13089"
    assert Drbg("seed").take(40)[:8] == Drbg("seed").take(8)


def test_a_key_depends_on_its_seed_alone():
    assert private_key("0 us-east-1 0").private_numbers() == private_key.__wrapped__("0 us-east-1 0").private_numbers()
    assert private_key("0 us-east-1 0").private_numbers() != private_key("1 us-east-1 0").private_numbers()


def test_a_key_has_2048_bits_and_carries_the_practice_mark():
    key = KeyRing(0, AT).signing("us-east-1", AT)
    assert key.private.key_size == 2048
    assert key.private.public_key().public_numbers().e == EXPONENT
    assert is_practice_key(key.der)
    assert not is_practice_key(b"no key at all")


def test_a_signature_is_accepted_by_the_verifier_and_the_fingerprint_is_the_md5_of_the_key():
    key = KeyRing(0, AT).signing("us-east-1", AT)
    assert signature.verify(key.der, b"some text", key.sign(b"some text"))
    assert not signature.verify(key.der, b"another text", key.sign(b"some text"))
    assert key.record()["Fingerprint"] == signature.fingerprint(key.der)


def test_a_rotation_changes_the_key_and_both_are_published():
    ring = KeyRing(0, AT, rotations=[datetime(2026, 3, 2, 8)])
    before, after = ring.signing("us-east-1", AT), ring.signing("us-east-1", datetime(2026, 3, 2, 8))
    assert before.fingerprint != after.fingerprint
    assert after.valid_from == datetime(2026, 3, 2, 8)
    assert len(ring.public_keys()["Regions"]["us-east-1"]) == 2
    assert ring.public_keys()["Practice"] is True
