"""Checks an exhibit without the case: hashes, records in their logs, logs in their digests, signatures of the digests."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics import hashing
from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.trail import signature
from ctforensics.trail.digest import signing_text

_MOST = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ok, fail, or open where what it needs is not in the exhibit."""

    what: str
    state: str
    detail: str


def check(path: Path) -> list[Check]:
    """Every check of an exhibit. Raises EvidenceError where the file is no exhibit at all."""
    members, manifest = _read(path)
    return [*_hashes(members, manifest), *_records(members, manifest), *_digests(members, manifest)]


def _read(path: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)) or sum(i.file_size for i in archive.infolist()) > _MOST:
                raise EvidenceError("A member is there twice, or it inflates to more than 1 GiB.", where=path.name)
            members = {name: archive.read(name) for name in names}
        manifest = json.loads(members["manifest.json"])
        for part in ("files", "records"):
            if not isinstance(manifest[part], list) or not all(isinstance(each, dict) for each in manifest[part]):
                raise ValueError(f"the manifest lists no {part}")
    except OSError as error:
        raise EvidenceError(f"The exhibit cannot be read: {error.strerror or error}.", where=str(path)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise EvidenceError(
            f"This is no exhibit: {error}.", where=path.name, hint="Name a file that `exhibit make` wrote."
        ) from error
    return members, manifest


def _hashes(members: dict[str, bytes], manifest: dict[str, Any]) -> Iterator[Check]:
    listed = {str(f.get("name")): str(f.get("sha256")) for f in manifest["files"]}
    for name, expected in sorted(listed.items()):
        data = members.get(name)
        state = "ok" if data is not None and hashing.sha256_hex(data) == expected else "fail"
        yield Check(f"hash of {name}", state, "as in the manifest" if state == "ok" else "absent or changed")
    for name in sorted(set(members) - set(listed) - {"manifest.json"}):
        yield Check(f"hash of {name}", "fail", "not in the manifest")
    told = {str(item.get("record")) for item in manifest["records"]}
    for name in sorted(name for name in members if name.startswith("records/") and name not in told):
        yield Check(f"record {name}", "fail", "the manifest does not say where it stood")
    if not manifest["records"]:
        yield Check("records", "fail", "the exhibit holds no record")


def _content(members: dict[str, bytes], name: Any) -> bytes | None:
    data = members.get(str(name))
    return None if data is None else door.inflate(data, gz_name=str(name).endswith(".gz")).content


def _records(members: dict[str, bytes], manifest: dict[str, Any]) -> Iterator[Check]:
    for item in manifest["records"]:
        what = f"record {item.get('record')}"
        log = _content(members, item.get("log"))
        offset, length = item.get("byte_offset"), item.get("byte_length")
        if log is None or not isinstance(offset, int) or not isinstance(length, int) or offset < 0:
            yield Check(what, "fail", "its log file or its place is not given")
            continue
        same = log[offset : offset + length] == members.get(str(item.get("record")))
        yield Check(
            what,
            "ok" if same else "fail",
            f"{'stands' if same else 'does not stand'} in {item.get('log')} at byte {offset}",
        )
        yield from _listing(members, item, hashing.sha256_hex(log))


def _listing(members: dict[str, bytes], item: dict[str, Any], sha256: str) -> Iterator[Check]:
    what = f"log {item.get('log')}"
    if item.get("digest") is None:
        yield Check(what, "open", "no digest that lists it is in the exhibit")
        return
    digest = _digest(members, item["digest"])
    entries = digest.get("logFiles") if digest else None
    listed = isinstance(entries, list) and any(
        isinstance(e, dict) and str(e.get("hashValue")).lower() == sha256 for e in entries
    )
    yield Check(
        what, "ok" if listed else "fail", f"its content {'is' if listed else 'is not'} listed by {item['digest']}"
    )


def _digest(members: dict[str, bytes], name: Any) -> dict[str, Any] | None:
    try:
        parsed = json.loads(_content(members, name) or b"")
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _digests(members: dict[str, bytes], manifest: dict[str, Any]) -> Iterator[Check]:
    for name in sorted({str(i["digest"]) for i in manifest["records"] if i.get("digest")}):
        digest, content = _digest(members, name), _content(members, name)
        stem = name.split(".json")[0]
        if digest is None or content is None or "digestEndTime" not in digest:
            yield Check(f"digest {name}", "fail", "it is no digest")
            continue
        text = signing_text(digest, hashing.sha256_hex(content))
        if members.get(f"{stem}.signed") != text:
            yield Check(f"digest {name}", "fail", "the signed text is not that of this digest")
            continue
        yield _signed(members, name, stem, str(digest.get("digestPublicKeyFingerprint", "")).lower(), text)


def _signed(members: dict[str, bytes], name: str, stem: str, fingerprint: str, text: bytes) -> Check:
    from cryptography.hazmat.primitives import serialization

    pem, signed = members.get(f"keys/{fingerprint}.pem"), members.get(f"{stem}.signature")
    if pem is None or signed is None:
        return Check(f"digest {name}", "open", "its signature or its public key is not in the exhibit")
    try:
        key = serialization.load_pem_public_key(pem)
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        plain = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        named = fingerprint in (signature.fingerprint(der), signature.fingerprint(plain))
        right = named and signature.verify(der, text, signed.hex())
    except ValueError:
        right = False
    said = f"signature by the key {fingerprint} is {'right' if right else 'WRONG'}"
    return Check(f"digest {name}", "ok" if right else "fail", said)
