"""Exhibits: chosen events byte for byte, with the log files they stand in and the digests and keys that prove these.

A third party checks an exhibit without the case and without this tool: ``README.txt`` in it says how, with gunzip, sha256sum and
openssl. The archive's members have fixed times, so that the same events of the same case give the same bytes.
"""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctforensics import __version__, hashing, placing
from ctforensics.ask.room import Room
from ctforensics.case import custody
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, ParameterError
from ctforensics.export import selection
from ctforensics.export.proofs import Proof, Shelf, proof_of

SCHEMA = "1"
_STAMP = (1980, 1, 1, 0, 0, 0)
_SOURCES = """SELECT s.event_key::VARCHAR, e.event_id, e.event_time, f.root, f.path, coalesce(f.bucket || '/', '') || coalesce(f.object_key, f.path),
  f.sha256, f.content_sha256, s.record_index, s.byte_offset, s.byte_length, s.container, coalesce(f.verification, 'not_checked'),
  coalesce(f.verification_code, '')
FROM event_sources s JOIN events e USING (event_key) JOIN files f USING (file_no)
WHERE list_contains($keys, s.event_key::VARCHAR)
ORDER BY e.event_time, e.event_id, s.event_key,
  list_position(['ok', 'anomaly', 'unknown', 'not_checked', 'fail'], f.verification) NULLS LAST, s.fidelity, f.path, s.record_index"""
_README = """Exhibit of CloudTrail records
=============================
manifest.json lists every file here with its SHA-256, and for each record where it stood.

To check it with public tools:
1. sha256sum -c SHA256SUMS  says OK for every file; manifest.json lists the same hashes.
2. gunzip -c logs/X.json.gz | tail -c +$((offset + 1)) | head -c $length  gives records/Y.json, byte for byte
   (offset and length of each record stand in manifest.json; a log that is no gzip is read as it is).
3. gunzip -c logs/X.json.gz | sha256sum  is the hashValue that the digest (digests/D.json.gz) lists for that log.
4. openssl dgst -sha256 -verify keys/K.pem -signature digests/D.signature digests/D.signed  says Verified OK, where a
   signature was at hand. D.signed is: the digest's end time, bucket/key, SHA-256 of the inflated digest, signature of the digest
   before it; four lines, joined by a single line feed.
5. openssl rsa -pubin -in keys/K.pem -RSAPublicKey_out -outform DER | md5sum  is the digest's digestPublicKeyFingerprint; compare
   the key with what CloudTrail's ListPublicKeys answers for that region and time. manifest.json says where this copy came from.

`ctforensics exhibit verify FILE` does steps 1 to 4.
"""


@dataclass(slots=True)
class Exhibit:
    """A finished exhibit: the file, its SHA-256, the events in it, and what could not be put in."""

    path: Path
    sha256: str
    events: int
    notes: list[str] = field(default_factory=list)


def make(
    folder: CaseFolder,
    room: Room,
    wanted: list[str],
    target: Path,
    *,
    public_keys: Path | None = None,
    record: bool = True,
) -> Exhibit:
    """Writes the exhibit of some events (by event id or key) and notes it in custody.

    Raises ParameterError for an event that is not there, CaseError where the evidence is not at hand or nothing can be written.
    """
    if not wanted:
        raise ParameterError("No event is named.", hint="Name event ids with --event.")
    keys = selection.of_ids(room, wanted)
    _, _, rows, _ = room.sql(_SOURCES, {"keys": keys})
    packed = _Packed(folder, Shelf(folder, public_keys))
    for key in keys:
        packed.add(key, [row for row in rows if row[0] == key])
    data = packed.archive()
    _place(data, target)
    sha256 = hashing.sha256_hex(data)
    if record:
        custody.record(folder, "exhibit", file=target.name, sha256=sha256, events=keys)
    return Exhibit(target, sha256, len(keys), packed.notes)


def _place(data: bytes, target: Path) -> None:
    waiting = placing.waiting(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting.write_bytes(data)
        os.replace(waiting, target)
    except OSError as error:
        raise CaseError(f"The exhibit cannot be written: {error.strerror}.", where=str(target)) from error
    finally:
        waiting.unlink(missing_ok=True)


class _Packed:
    """Collects members and the manifest; the same log or digest is put in once."""

    def __init__(self, folder: CaseFolder, shelf: Shelf) -> None:
        self.folder, self.shelf = folder, shelf
        self.members: dict[str, bytes] = {"README.txt": _README.encode()}
        self.items: list[dict[str, Any]] = []
        self.logs: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.notes: list[str] = []

    def add(self, key: str, sources: list[tuple[Any, ...]]) -> None:
        """Puts in one event from its best source whose file is at hand and unchanged."""
        for source in sources:
            _, event_id, _, root, path, place, _, content_sha256, index, offset, length, container, verdict, code = (
                source
            )
            held = self.shelf.opened(root, path)
            if held is None or held.content_sha256 != content_sha256 or offset is None:
                continue
            number = len(self.items) + 1
            name = f"records/{number:03d}-{key}.json"
            self.members[name] = held.content[offset : offset + length]
            item = {"event_key": key, "event_id": event_id, "record": name, "source": place, "record_index": index}
            item |= {
                "byte_offset": offset,
                "byte_length": length,
                "envelope": container,
                "verification": verdict,
                "code": code,
            }
            item |= {"log": self._log(place, held.stored, content_sha256), "log_content_sha256": content_sha256}
            self.items.append(item | self._proof(content_sha256, event_id))
            return
        raise CaseError(
            f"The evidence of the event {sources[0][1] if sources else key} is not at hand or was changed.",
            hint="Bring the evidence root back to its place and verify it again.",
        )

    def _log(self, place: str, stored: bytes, content_sha256: str) -> str:
        if content_sha256 not in self.logs:
            name = f"logs/{len(self.logs) + 1:03d}.json" + (".gz" if stored[:2] == b"\x1f\x8b" else "")
            self.members[name], self.logs[content_sha256] = stored, name
        return self.logs[content_sha256]

    def _proof(self, content_sha256: str, event_id: str) -> dict[str, Any]:
        proof = proof_of(self.folder, self.shelf, content_sha256)
        if proof is None:
            self.notes.append(
                f"No digest that lists the log of event {event_id} is at hand: it is not proven by this exhibit."
            )
            return {"digest": None}
        return {"digest": self._digest(proof), "digest_code": proof.code, "listed_as": proof.listed_as}

    def _digest(self, proof: Proof) -> str:
        if proof.sha256 in self.digests:
            return self.digests[proof.sha256]
        stem = f"digests/{len(self.digests) + 1:03d}"
        name = f"{stem}.json" + (".gz" if proof.stored[:2] == b"\x1f\x8b" else "")
        self.digests[proof.sha256] = name
        self.members[name] = proof.stored
        self.members[f"{stem}.signed"] = proof.signing_text
        if proof.signature:
            self.members[f"{stem}.signature"] = bytes.fromhex(proof.signature)
        else:
            self.notes.append(f"No signature of {name} is at hand.")
        if proof.key_der:
            self.members[f"keys/{proof.fingerprint}.pem"] = _pem(proof.key_der)
        else:
            self.notes.append(f"The public key {proof.fingerprint} of {name} is not in the case.")
        return name

    def archive(self) -> bytes:
        """The zip, manifest first."""
        sums = "".join(f"{hashing.sha256_hex(data)}  {name}\n" for name, data in sorted(self.members.items()))
        self.members["SHA256SUMS"] = sums.encode()
        files = [{"name": n, "bytes": len(d), "sha256": hashing.sha256_hex(d)} for n, d in sorted(self.members.items())]
        manifest = self.folder.manifest()
        head: dict[str, Any] = {
            "schema": SCHEMA,
            "made_with": f"ctforensics {__version__}",
            "case": manifest.title,
            "matter": manifest.matter,
        }
        head |= {"examiner": manifest.examiner, "public_keys_from": self.shelf.keys_from, "notes": self.notes}
        text = json.dumps(head | {"records": self.items, "files": files}, indent=1, ensure_ascii=True) + "\n"
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as out:
            for name, data in [("manifest.json", text.encode()), *sorted(self.members.items())]:
                info = zipfile.ZipInfo(name, _STAMP)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                out.writestr(info, data)
        return held.getvalue()


def _pem(der: bytes) -> bytes:
    """A public key as openssl reads it: SubjectPublicKeyInfo in PEM."""
    from cryptography.hazmat.primitives import serialization

    from ctforensics.trail.signature import load_public_key

    try:
        key = load_public_key(der)
    except ValueError:
        return b"-----BEGIN UNREADABLE-----\n" + base64.encodebytes(der) + b"-----END UNREADABLE-----\n"
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
