"""What proves a log file: the digest that lists it, that digest's signature, and the public key, as far as they are at hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ctforensics import hashing
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import EvidenceError
from ctforensics.evidence import door, roots
from ctforensics.evidence.roots import Located
from ctforensics.trail.digest import signing_text
from ctforensics.verify.cases import case_keys
from ctforensics.verify.keys import KeyStore, read_keys
from ctforensics.verify.standing import standing

OPEN_CONTAINERS = 16


class Held(NamedTuple):
    """One object of the evidence: the bytes as stored, the inflated content, and its hash."""

    stored: bytes
    content: bytes
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The digest of a log file. ``signature`` (hex) and ``key_der`` are empty where none is at hand."""

    code: str
    listed_as: str
    stored: bytes
    sha256: str
    signing_text: bytes
    fingerprint: str
    signature: str
    key_der: bytes


class Shelf:
    """Opens evidence of a case by root and path, and knows the newest verification run, signatures and keys."""

    def __init__(self, folder: CaseFolder, public_keys: Path | None = None) -> None:
        self.folder = folder
        self.keys: KeyStore = case_keys(folder)
        if public_keys:
            self.keys.add(read_keys(public_keys), public_keys.name)
        self.places = {root.label: folder.where(root) for root in roots.roots_of(folder)}
        self._members: dict[str, dict[str, Located]] = {}

    @property
    def keys_from(self) -> str:
        """Whose keys these are: aws, supplied, practice or none."""
        return self.keys.keys_from if len(self.keys) else "none"

    def opened(self, root: str | None, path: str | None) -> Held | None:
        """An object, or None where it is not at hand or cannot be read."""
        located = self._locate(root, path) if root and path else None
        if located is None:
            return None
        try:
            stored = door.read_stored(located, door.Limits())
        except EvidenceError:
            return None
        content = door.inflate(stored, gz_name=located.path.endswith(".gz")).content
        return Held(stored, content, hashing.sha256_hex(content))

    def _locate(self, root: str, path: str) -> Located | None:
        place = self.places.get(root)
        if place is None or not place.exists():
            return None
        if place.is_file():
            return self._inside(place, root).get(path) or roots.below(place, root, path)
        located = roots.below(place, root, path)
        outer, mark, inner = path.partition("!/")
        container = roots.below(place, root, outer) if mark and located is None else None
        if container is None or container.file is None:
            return located
        return self._inside(container.file, root).get(f"{container.file.name}!/{inner}")

    def _inside(self, container: Path, root: str) -> dict[str, Located]:
        """The members of a container. A few stay open: a case may hold one for each account and day."""
        if str(container) not in self._members:
            if len(self._members) >= OPEN_CONTAINERS:
                self._members.clear()
            self._members[str(container)] = roots.members(container, root)
        return self._members[str(container)]

    @cached_property
    def listed(self) -> dict[str, dict[str, Any]]:
        """Log files by content hash, and digests by their place, with the newest verdict on each."""
        logs: dict[str, dict[str, Any]] = {}
        for line in standing(self.folder).files():
            if line["kind"] == "digest":
                logs[f"digest {line['key']}"] = line
            elif line.get("content_sha256") and line.get("digest"):
                logs.setdefault(line["content_sha256"], line)
        return logs

    @cached_property
    def signatures(self) -> dict[str, str]:
        """Signatures of digests by BUCKET/KEY, from the object metadata in the register."""
        found = {}
        for line in register.read(self.folder):
            signature = {k.lower().removeprefix("x-amz-meta-"): v for k, v in (line.metadata or {}).items()}.get(
                "signature"
            )
            if signature and line.bucket and line.key:
                found[f"{line.bucket}/{line.key}"] = signature
        return found

    @cached_property
    def vouched(self) -> dict[str, str]:
        """Signatures of digests by BUCKET/KEY, as the digest that follows each of them repeats it."""
        found = {}
        for name, line in self.listed.items():
            held = self.opened(line.get("root"), line.get("path")) if name.startswith("digest ") else None
            digest = _parsed(held.content) if held else None
            if digest and digest.get("previousDigestSignature"):
                place = f"{digest.get('previousDigestS3Bucket')}/{digest.get('previousDigestS3Object')}"
                found[place] = str(digest["previousDigestSignature"])
        return found


def proof_of(folder: CaseFolder, shelf: Shelf, content_sha256: str) -> Proof | None:
    """The proof of a log file by its content's hash; None where no digest that lists it is at hand."""
    line = shelf.listed.get(content_sha256)
    found = shelf.listed.get(f"digest {line['digest']}") if line else None
    held = shelf.opened(found.get("root"), found.get("path")) if found else None
    digest = _parsed(held.content) if held else None
    if line is None or held is None or digest is None:
        return None
    fingerprint = str(digest.get("digestPublicKeyFingerprint", "")).lower()
    text = signing_text(digest, held.content_sha256)
    place = f"{digest.get('digestS3Bucket')}/{digest.get('digestS3Object')}"
    signature = shelf.signatures.get(place) or shelf.vouched.get(place, "")
    keys = shelf.keys.named(fingerprint)
    return Proof(
        code=str(line["code"]),
        listed_as=str(line["key"]),
        stored=held.stored,
        sha256=hashing.sha256_hex(held.stored),
        signing_text=text,
        fingerprint=fingerprint,
        signature=signature if _is_hex(signature) else "",
        key_der=keys[0].der if keys else b"",
    )


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        digest = json.loads(content)
    except ValueError:
        return None
    needed = {"digestEndTime", "digestS3Bucket", "digestS3Object"}
    return digest if isinstance(digest, dict) and needed <= set(digest) else None


def _is_hex(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text))
    except ValueError:
        return False
