"""RSASSA-PKCS1-v1_5 with SHA-256, and fingerprints of CloudTrail's public keys (RFC 8017; FIPS 180-4)."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

# The ASN.1 head of a SubjectPublicKeyInfo that wraps a PKCS#1 RSAPublicKey of 2048 bits needs no building by hand:
# cryptography loads PKCS#1 DER through the same call once it is wrapped in PEM armour.
_PEM = b"-----BEGIN RSA PUBLIC KEY-----\n%s\n-----END RSA PUBLIC KEY-----\n"

_PADDING, _HASH = padding.PKCS1v15(), hashes.SHA256()


def fingerprint(der: bytes) -> str:
    """MD5 of the DER bytes as lower-case hex, the way CloudTrail names its keys (it is a name, not a protection)."""
    return hashlib.md5(der, usedforsecurity=False).hexdigest()


@lru_cache(maxsize=4096)
def load_public_key(der: bytes) -> rsa.RSAPublicKey:
    """An RSA public key from DER, PKCS#1 or SubjectPublicKeyInfo. Raises ValueError for anything else."""
    import base64

    try:
        key = serialization.load_der_public_key(der)
    except ValueError:
        key = serialization.load_pem_public_key(_PEM % base64.encodebytes(der).strip())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the public key is not an RSA key")
    return key


def verify(public_key_der: bytes, text: bytes, signature_hex: str) -> bool:
    """Whether the signature (hex, any case) over that text was made with that key's private half.

    False for a signature that is no hex or of the wrong length; ValueError only where the key itself cannot be read.
    """
    key = load_public_key(public_key_der)
    try:
        signature = bytes.fromhex(signature_hex.strip())
        key.verify(signature, text, _PADDING, _HASH)
    except (InvalidSignature, ValueError):
        return False
    return True
