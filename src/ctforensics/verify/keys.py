"""CloudTrail's public keys as they are at hand: per region, with where they came from.

A key is named by its fingerprint, the MD5 of its DER bytes; a record whose value does not hash to its fingerprint is kept
and said to be wrong, not believed. Source: CloudTrail API reference, ListPublicKeys; the fingerprint rule is measured.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.trail.practice_mark import is_practice_key
from ctforensics.trail.signature import fingerprint

ORIGINS = ("practice", "supplied", "aws")  # least trusted first
# A region in a file name, behind other words: keys-us-east-1.json.
_REGION = re.compile(r"(?<![A-Za-z])(?:eusc|[a-z]{2})(?:-(?:gov|iso[a-z]?|de))?-[a-z]+-\d+(?!\d)")


_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One published key: DER bytes, the region that answered (None where the file does not say), validity, origin."""

    fingerprint: str
    der: bytes
    region: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    origin: str

    @property
    def hashes_right(self) -> bool:
        """Whether the DER bytes hash to the fingerprint that the record goes by."""
        return fingerprint(self.der) == self.fingerprint


@dataclass(slots=True)
class KeyStore:
    """All keys at hand, looked up by fingerprint."""

    by_fingerprint: dict[str, list[PublicKey]] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    _usable: dict[tuple[str, str], tuple[tuple[PublicKey, ...], str]] = field(default_factory=dict, repr=False)

    def add(self, keys: Iterable[PublicKey], source: str = "") -> None:
        """Takes more keys in; the same key twice is one."""
        self._usable.clear()
        for key in keys:
            known = self.by_fingerprint.setdefault(key.fingerprint, [])
            if key not in known:
                known.append(key)
        if source:
            self.sources.append(source)

    def named(self, fingerprint_hex: str) -> list[PublicKey]:
        """The keys that go by this fingerprint."""
        return self.by_fingerprint.get(fingerprint_hex.lower(), [])

    def usable(self, fingerprint_hex: str, region: str) -> tuple[tuple[PublicKey, ...], str]:
        """The keys with which a digest of that region may be proven, and what else is to be said: none, key_region, key_mismatch
        or no_key. The same object for every digest that asks the same."""
        asked = (fingerprint_hex.lower(), region)
        if asked not in self._usable:
            if len(self._usable) >= _REMEMBERED:  # forged digests may name any number of fingerprints
                self._usable.clear()
            named = self.named(fingerprint_hex)
            right = tuple(key for key in named if key.hashes_right)
            here = tuple(key for key in right if key.region in (None, region))
            state = "none" if here else "key_region" if right else "key_mismatch" if named else "no_key"
            self._usable[asked] = (here or right, state)
        return self._usable[asked]

    def __len__(self) -> int:
        return sum(map(len, self.by_fingerprint.values()))

    @property
    def keys_from(self) -> str:
        """The least trusted origin among the keys: practice, supplied or aws; ``none`` where there are none."""
        return weakest(key.origin for keys in self.by_fingerprint.values() for key in keys)


def weakest(origins: Iterable[str]) -> str:
    """The least trusted of some origins; ``none`` for none."""
    return min(set(origins), key=ORIGINS.index, default="none")


def read_keys(file: Path, origin: str = "supplied") -> list[PublicKey]:
    """The keys in a file: a ListPublicKeys answer as received, or ``{"Regions": {"us-east-1": [records]}}``.

    Raises ForensicsError where it cannot be read or holds no such thing.
    """
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise ForensicsError(f"The keys cannot be read: {error.strerror}.", where=str(file)) from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(
            f"The keys are no JSON ({error}).",
            where=str(file),
            hint="Save the answer of `aws cloudtrail list-public-keys`.",
        ) from error
    return parse_keys(data, origin=origin, where=str(file), region=region_in(file.name))


def parse_keys(data: Any, *, origin: str, where: str = "", region: str | None = None) -> list[PublicKey]:
    """The same for JSON that is parsed already; ``region`` is taken where the answer does not name one."""
    found: list[PublicKey] = []
    if isinstance(data, dict) and isinstance(data.get("Regions"), dict):
        for name, part in data["Regions"].items():
            found += parse_keys(part, origin=origin, where=where, region=str(name))
        return found
    if isinstance(data, dict):
        region = data.get("Region") or data.get("region") or region
        for name in ("Answers", "answers", "Responses"):
            if isinstance(data.get(name), list):
                return [k for part in data[name] for k in parse_keys(part, origin=origin, where=where, region=region)]
        data = data.get("PublicKeyList", data.get("Answer", data.get("answer")))
        if isinstance(data, dict):
            return parse_keys(data, origin=origin, where=where, region=region)
    if not isinstance(data, list):
        raise ParameterError(
            "There is no PublicKeyList and no Regions in it.",
            where=where,
            hint="Save the answer of `aws cloudtrail list-public-keys --region REGION --start-time ... --end-time ...`.",
        )
    return [_key(record, region, origin, where) for record in data]


def _key(record: Any, region: str | None, origin: str, where: str) -> PublicKey:
    try:
        der = base64.b64decode(record["Value"], validate=False)
        name = str(record["Fingerprint"]).lower()
        since, until = _instant(record.get("ValidityStartTime")), _instant(record.get("ValidityEndTime"))
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error, OverflowError, ForensicsError) as error:
        raise ParameterError(
            f"A key record cannot be read ({error}).", where=where, hint="Take the answer as AWS gave it."
        ) from error
    return PublicKey(name, der, region, since, until, "practice" if is_practice_key(der) else origin)


def _instant(value: Any) -> datetime | None:
    """Seconds since 1970 (number or text), or ISO text; the CLI has printed both."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(float(value), UTC).replace(tzinfo=None)
    except ValueError:
        return clock.parse_instant(str(value))


def region_in(name: str) -> str | None:
    """The region that a file's name says, or None."""
    match = _REGION.search(name)
    return match[0] if match else None
