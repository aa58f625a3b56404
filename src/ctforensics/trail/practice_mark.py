"""How practice keys are told from AWS's: the mark lives in the key itself, so that no copying can lose it.

All public keys that CloudTrail has published use the exponent 65537. Practice keys use the next prime. A digest that
verifies only with such a key was made by this tool and proves nothing about AWS.
"""

from __future__ import annotations

from ctforensics.trail.signature import load_public_key

EXPONENT = 65539


def is_practice_key(der: bytes) -> bool:
    """Whether this public key (DER, PKCS#1 or SubjectPublicKeyInfo) is a practice key; False for what is no RSA key."""
    try:
        return load_public_key(der).public_numbers().e == EXPONENT
    except ValueError:
        return False
