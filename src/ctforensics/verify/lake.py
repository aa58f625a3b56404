"""CloudTrail Lake query results: ``result_sign.json`` and the files that it lists.

The hashes are of the compressed files; what is signed is the hex hashes in list order, joined by one blank. Names, times and
region are not signed, so nothing is concluded from them. Source: CloudTrail user guide, "Validate saved query results".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ctforensics import clock
from ctforensics.errors import ForensicsError
from ctforensics.trail import object_keys, signature
from ctforensics.verify.digests import BadFormat, strict_object
from ctforensics.verify.keys import KeyStore
from ctforensics.verify.ledger import Ledger, Seen
from ctforensics.verify.outcome import FileOutcome

SIGN_NAME = "result_sign.json"
KEYS_UNTIL = timedelta(days=20)
RESULT_NAME = re.compile(r"result_\d+\.csv\.gz")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")

SignFiles = list[tuple[int, str, "SignFile | str"]]
"""Sign files by the id of what was seen and their path; text instead of a sign file says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SignFile:
    """What a sign file says: (file name, hash) in order, the signature, the key's fingerprint."""

    files: tuple[tuple[str, str], ...]
    signature: str
    fingerprint: str
    region: str
    completed: datetime | None = None

    @property
    def text(self) -> bytes:
        """The bytes that the signature covers."""
        return " ".join(sha256 for _, sha256 in self.files).encode()


def parse(content: bytes | bytearray) -> SignFile | str:
    """A sign file, or a sentence that says why it is none."""
    try:
        raw = strict_object(content)
        if raw.get("hashAlgorithm") != "SHA-256" or raw.get("signatureAlgorithm") != "SHA256withRSA":
            return "it names algorithms that CloudTrail Lake does not use"
        files = tuple((entry["fileName"], entry["fileHashValue"]) for entry in raw["files"])
        if not files or not all(isinstance(n, str) and isinstance(h, str) and _SHA256.fullmatch(h) for n, h in files):
            return "its list of files is empty or holds no hashes"
        region = str(raw.get("region") or "")
        return SignFile(
            files,
            str(raw["hashSignature"]),
            str(raw["publicKeyFingerprint"]),
            region if object_keys.is_region(region) else "",
            _instant(raw.get("queryCompleteTime")),
        )
    except BadFormat as error:
        return str(error)
    except (KeyError, TypeError):
        return "a field is missing"


def _instant(text: Any) -> datetime | None:
    try:
        return clock.parse_instant(str(text))
    except ForensicsError:
        return None


def judge(ledger: Ledger, signs: SignFiles, keys: KeyStore, origins: set[str]) -> Iterator[FileOutcome]:
    """Outcomes of every sign file, what it lists, and result files that stand beside it unlisted.

    ``origins`` takes in whose keys proved something.
    """
    for number, path, sign in signs:
        outcomes = list(_judge_one(ledger, ledger.seen(number), path, sign, keys))
        if isinstance(sign, SignFile) and outcomes[0].code == "Q_OK":
            origins |= {key.origin for key in keys.named(sign.fingerprint)}
        yield from outcomes
    unlisted = ledger.seen_where("kind = 'lake_result' AND id NOT IN (SELECT id FROM judged) ORDER BY id")
    for seen in list(unlisted):
        detail = "no sign file beside it lists it"
        yield _outcome("Q_EXTRA", seen, seen.path, detail)


def _judge_one(ledger: Ledger, seen: Seen, path: str, sign: SignFile | str, keys: KeyStore) -> Iterator[FileOutcome]:
    if not isinstance(sign, SignFile):
        yield _outcome("Q_BAD_FORMAT", seen, path, sign or seen.fault or "")
        return
    code, detail = _signature(sign, keys)
    outcome = _outcome(code, seen, path, detail)
    # Region and time are not signed: they only say where and for when to ask for the key. The AWS CLI asks for as long.
    until = sign.completed + KEYS_UNTIL if sign.completed else None
    yield replace(outcome, region=sign.region or None, since=sign.completed, until=until)
    folder = path.rpartition("/")[0]
    for name, sha256 in sign.files:
        wanted = f"{folder}/{name}" if folder else name
        if "/" in name or "\\" in name or "\0" in name or name in ("", ".", ".."):
            yield FileOutcome("Q_UNSAFE_NAME", f"{path}: {name}", "lake", "the name would lead out of the folder")
            continue
        result = next(ledger.seen_where("coalesce(path, place) = ? AND root = ? ORDER BY id", wanted, seen.root), None)
        if result is None:
            yield FileOutcome(
                "Q_MISSING", wanted, "lake", f"listed by {path}", root=seen.root, region=sign.region or None
            )
            continue
        ledger.mark_judged([result.id])
        if result.fault or result.sha is None or result.sha.hex() != sha256.lower():
            yield _outcome("Q_HASH", result, wanted, result.fault or "")
        else:
            yield _outcome("Q_OK" if code == "Q_OK" else "Q_UNVERIFIED", result, wanted, "")


def _signature(sign: SignFile, keys: KeyStore) -> tuple[str, str]:
    named = keys.named(sign.fingerprint)
    known = [key for key in named if key.hashes_right] or named
    if not known:
        return "Q_NO_KEY", f"fingerprint {sign.fingerprint}"
    for key in known:
        try:
            if signature.verify(key.der, sign.text, sign.signature):
                return "Q_OK", "" if key.hashes_right else "the key does not hash to the fingerprint that it goes by"
        except ValueError:
            continue  # a value that is no RSA key cannot prove anything
    return "Q_BAD_SIGNATURE", ""


def _outcome(code: str, seen: Seen, key: str, detail: str) -> FileOutcome:
    sha: Any = seen.sha.hex() if seen.sha and seen.kind != "lake_result" else None
    return FileOutcome(code, key, "lake", detail, root=seen.root, path=seen.path, content_sha256=sha)
