"""A signed statement of the custody head: whoever has the public key can tell later that the record is the one that was signed.

The statement is plain text, the signature Ed25519 over exactly its bytes, with a key that the examiner brings (PKCS#8 PEM or
OpenSSH). ``openssl`` alone checks it, see ``openssl_line``; other tools may sign the same text beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ctforensics import clock, hashing
from ctforensics.case import custody
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import ParameterError

FIRST_LINE = "ctforensics custody head, version 1"
_HEAD = re.compile(r"^head: ([0-9a-f]{64})$", re.MULTILINE)
_MAKE_ONE = "Make one with: openssl genpkey -algorithm ed25519 -out examiner.pem"


@dataclass(frozen=True, slots=True)
class Signed:
    """The files of a signed statement, the head that it names, and the key's fingerprint (SHA-256 of its raw bytes)."""

    statement: Path
    signature: Path
    public_key: Path
    head: str
    fingerprint: str

    @property
    def openssl_line(self) -> str:
        """The command that checks it without ctforensics, in the folder where the files lie."""
        return (
            f"openssl pkeyutl -verify -pubin -inkey {self.public_key.name} -rawin "
            f"-in {self.statement.name} -sigfile {self.signature.name}"
        )


def sign(folder: CaseFolder, key_file: Path, where: Path, passphrase: bytes | None = None) -> Signed:
    """Notes in custody that the record is signed, and by which key; then signs the new head. Files are never overwritten.

    Raises ParameterError where the key cannot be used or the folder cannot be written.
    """
    key = _private_key(key_file, passphrase)
    public = key.public_key()
    mark = fingerprint(public)
    where.mkdir(parents=True, exist_ok=True)
    head = custody.record(folder, "sign", key_sha256=mark)
    text = _text(folder, head)
    base = where / f"custody-{head[:16]}.txt"
    signed = Signed(base, base.with_suffix(".txt.sig"), base.with_suffix(".pem"), head, mark)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        for file, data in ((signed.statement, text), (signed.signature, key.sign(text)), (signed.public_key, pem)):
            with file.open("xb") as out:
                out.write(data)
    except OSError as error:
        raise ParameterError(f"The statement cannot be written: {error.strerror}.", where=str(where)) from error
    return signed


def heads_signed_by(key_file: Path, files: list[Path]) -> list[tuple[Path, str]]:
    """The statements among some files that this public key signed, each with its head. Raises ParameterError for a bad key."""
    key = _public_key(key_file)
    found = []
    for file in files:
        signature = file.with_suffix(".txt.sig")
        if not signature.is_file():
            continue
        text = file.read_bytes()
        try:
            key.verify(signature.read_bytes(), text)
        except InvalidSignature:
            continue
        head = _HEAD.search(text.decode("utf-8", "replace"))
        if head and text.startswith(FIRST_LINE.encode()):
            found.append((file, head[1]))
    return found


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's 32 bytes: what the examiner's colleagues compare."""
    return hashing.sha256_hex(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def _text(folder: CaseFolder, head: str) -> bytes:
    manifest = folder.manifest()
    lines = [
        FIRST_LINE,
        f"case: {' '.join(manifest.title.split())}",
        f"matter: {' '.join(manifest.matter.split())}",
        f"examiner: {' '.join(manifest.examiner.split())}",
        f"signed at: {clock.utc_text(clock.now().replace(microsecond=0))}",
        f"lines: {custody.verify(folder).lines}",
        f"head: {head}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _private_key(file: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    data = _read(file)
    openssh = b"OPENSSH PRIVATE KEY" in data
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        key = load(data, passphrase)
    except TypeError as error:
        raise ParameterError(
            "The key has a passphrase, or it has none and one was given.",
            where=str(file),
            hint="Set CTFORENSICS_KEY_PASSPHRASE.",
        ) from error
    except UnsupportedAlgorithm as error:  # an OpenSSH key with a passphrase, where bcrypt is not installed
        hint = f"Give a key in PKCS#8 form. {_MAKE_ONE}"
        raise ParameterError(f"This kind of key is not read here ({error}).", where=str(file), hint=hint) from error
    except ValueError as error:
        raise ParameterError("This is no private key that can be read.", where=str(file), hint=_MAKE_ONE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ParameterError("This is no Ed25519 key.", where=str(file), hint=_MAKE_ONE)
    return key


def _public_key(file: Path) -> Ed25519PublicKey:
    data = _read(file)
    openssh = data.lstrip().startswith(b"ssh-")
    try:
        key = serialization.load_ssh_public_key(data) if openssh else serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ParameterError("This is no public key that can be read.", where=str(file)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ParameterError("This is no Ed25519 key.", where=str(file))
    return key


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ParameterError(f"The key cannot be read: {error.strerror}.", where=str(file)) from error
