"""RSA keys for practice trails, the same on every machine for the same seed.

The primes come from a generator of our own (SHA-256 in counter mode) and not from Python's ``random``, whose sequence is
no promise between versions. Such keys protect nothing, and their public exponent says so (``trail.practice_mark``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ctforensics.trail.practice_mark import EXPONENT
from ctforensics.trail.signature import fingerprint

_PRIME_BITS = 1024
_WINDOW = 1 << 13  # candidates sieved at a time
_ROUNDS = 8  # Miller-Rabin; the first round already refuses nearly every composite of this size
_VALID_DAYS, _USED_DAYS = 30, 25


class Drbg:
    """Bytes that depend on the seed alone: SHA-256 over the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = hashlib.sha256(seed.encode()).digest()
        self._counter = 0

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        blocks = []
        for _ in range(-(-length // 32)):
            blocks.append(hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest())
            self._counter += 1
        return b"".join(blocks)[:length]

    def number(self, bits: int) -> int:
        """The next number of at most ``bits`` bits."""
        return int.from_bytes(self.take(-(-bits // 8)), "big") >> (-bits % 8)


@lru_cache(maxsize=1)
def _small_primes() -> tuple[int, ...]:
    limit = 1 << 14
    sieve = bytearray([1]) * limit
    for n in range(2, int(limit**0.5) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, limit, n)))
    return tuple(n for n in range(3, limit) if sieve[n])


def _candidates(start: int) -> Iterator[int]:
    """Odd numbers from ``start`` on that no small prime divides."""
    composite = bytearray(_WINDOW)
    for prime in _small_primes():
        # The index i stands for start + 2 i: the first i that the prime divides.
        first = (-start * pow(2, -1, prime)) % prime
        composite[first::prime] = b"\x01" * len(range(first, _WINDOW, prime))
    yield from (start + 2 * i for i in range(_WINDOW) if not composite[i])


def _is_prime(n: int, source: Drbg) -> bool:
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for round_number in range(_ROUNDS):
        base = 2 if round_number == 0 else 2 + source.number(_PRIME_BITS) % (n - 3)
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def _prime(source: Drbg) -> int:
    while True:
        # The two highest bits are set, so that the product of two such primes has exactly twice their length.
        start = source.number(_PRIME_BITS) | (3 << (_PRIME_BITS - 2)) | 1
        for n in _candidates(start):
            if (n - 1) % EXPONENT and _is_prime(n, source):
                return n


@dataclass(frozen=True)
class PracticeKey:
    """One key pair and the time for which its public half is published as valid."""

    private: rsa.RSAPrivateKey
    valid_from: datetime
    valid_to: datetime

    @cached_property
    def der(self) -> bytes:
        """The public half as DER, PKCS#1, as ListPublicKeys gives it."""
        return self.private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.der)

    def sign(self, text: bytes) -> str:
        """The signature over a signing text, lower-case hex."""
        return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()

    def record(self) -> dict[str, str]:
        """The key as one element of a ListPublicKeys answer."""
        return {
            "Value": base64.b64encode(self.der).decode(),
            "ValidityStartTime": f"{self.valid_from:%Y-%m-%dT%H:%M:%SZ}",
            "ValidityEndTime": f"{self.valid_to:%Y-%m-%dT%H:%M:%SZ}",
            "Fingerprint": self.fingerprint,
        }


@lru_cache(maxsize=64)
def private_key(seed: str) -> rsa.RSAPrivateKey:
    """The RSA-2048 key that belongs to a seed (about a third of a second each; remembered within the process)."""
    source = Drbg(f"ctforensics practice key {seed}")
    p, q = sorted((_prime(source), _prime(source)), reverse=True)
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


class KeyRing:
    """The signing keys of every region: which one signs at an instant, and what ListPublicKeys would answer.

    ``rotations`` names the instants from which the next key signs; without it a new key comes every 25 days, each valid
    for 30. Only keys that signed something are published.
    """

    def __init__(self, seed: int | str, since: datetime, rotations: Sequence[datetime] | None = None) -> None:
        self.seed, self.since = seed, since - timedelta(days=1)
        self.rotations = None if rotations is None else sorted(rotations)
        self._used: dict[tuple[str, int], PracticeKey] = {}

    def _period(self, at: datetime) -> tuple[int, datetime, datetime]:
        if self.rotations is None:
            number = max(0, (at - self.since) // timedelta(days=_USED_DAYS))
            begin = self.since + number * timedelta(days=_USED_DAYS)
            return number, begin, begin + timedelta(days=_VALID_DAYS)
        number = sum(1 for instant in self.rotations if instant <= at)
        begin = self.rotations[number - 1] if number else self.since
        last = self.rotations[number] if number < len(self.rotations) else at
        return number, begin, max(begin + timedelta(days=_VALID_DAYS), last + timedelta(days=1))

    def signing(self, region: str, at: datetime) -> PracticeKey:
        """The key that signs in this region at this instant."""
        number, begin, end = self._period(at)
        known = self._used.get((region, number))
        if known is None or known.valid_to < end:
            known = PracticeKey(private_key(f"{self.seed} {region} {number}"), begin, end)
            self._used[region, number] = known
        return known

    def public_keys(self) -> dict[str, Any]:
        """Every published key, per region, with the mark that says PRACTICE."""
        regions: dict[str, list[dict[str, str]]] = {}
        for (region, _), key in sorted(self._used.items(), key=lambda item: item[0]):
            regions.setdefault(region, []).append(key.record())
        return {"Practice": True, "Regions": regions}
