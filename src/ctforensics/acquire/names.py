"""A safe place on disk for any object key: below the case, the same on Linux, macOS and Windows, the same in every run.

Keys are chosen by whoever writes to the bucket. ``..``, NUL, names that Windows reserves, names too long for a file system,
names that differ in case only, and a key that is also the folder of another one all get a name of their own. The register
keeps the true key; the place is only where the bytes lie.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from ctforensics.acquire.index import Index

MOST_NAME = 180  # bytes of one name: below the 255 of every common file system, with room for a suffix
MOST_PATH = 600  # bytes of the whole place: macOS stops at 1,024, folders of the case included
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)")
_FORBIDDEN = set('<>:"/\\|?*')  # a slash: version ids and ETags are part of names too, and a server chooses them
_ESCAPED_ALREADY = re.compile(r"%(?=[0-9A-Fa-f]{2})")
_KEPT = re.compile(r"[A-Za-z0-9_+=@,()!'&;{}\[\]~^$# -][A-Za-z0-9._+=@,()!'&;{}\[\]~^$# -]*")
_LAST = ". !"  # Windows drops a dot or blank at the end; ``!/`` stands between a container and its member
VERSIONS = "_versions"


def safe_name(part: str) -> str:
    """One segment of a key as a file name; two different segments never become the same name."""
    if len(part) <= MOST_NAME and _KEPT.fullmatch(part) and part[-1] not in _LAST and not _RESERVED.match(part):
        return part
    if not part:
        return "%empty"
    if part in (".", ".."):
        return "%2E" * len(part)
    name = "".join(c if _harmless(c) else _escape(c) for c in _ESCAPED_ALREADY.sub("%25", part))
    if name[-1] in _LAST:
        name = name[:-1] + _escape(name[-1])
    if _RESERVED.match(name):
        name = _escape(name[0]) + name[1:]
    return name if len(name.encode()) <= MOST_NAME else _shortened(name, part)


def _harmless(character: str) -> bool:
    if character.isascii():
        return character.isprintable() and character not in _FORBIDDEN
    return character.isalnum() and unicodedata.is_normalized("NFC", character)


def _escape(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _shortened(name: str, whole: str) -> str:
    tail = name[-40:] if name[-40:].isascii() else ""
    head = name.encode()[: MOST_NAME - 58].decode("utf-8", "ignore")
    return f"{head}~{_mark(whole)}~{tail}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Places:
    """Hands out places. It remembers every place that it gave or was told of, so that two objects never share one."""

    _FOLDER = 0

    def __init__(self) -> None:
        self._taken = Index()
        self._last, self._kept = ("", ""), ""

    def keep(self, path: str, bucket: str, key: str, version_id: str | None = None) -> None:
        """Tells of a place that an earlier acquisition gave."""
        above = path.rpartition("/")[0]
        if above != self._kept:
            at = path.find("/")
            while at >= 0:
                self._taken.setdefault(_fold(path[:at]), self._FOLDER)
                at = path.find("/", at + 1)
            self._kept = above
        self._taken[_fold(path)] = _identity(bucket, key, version_id)

    def place(self, bucket: str, key: str, version_id: str | None = None) -> str:
        """Where an object goes, relative to the evidence folder, with ``/``. With a version id: an older version."""
        above, _, last = key.rpartition("/")
        if version_id:
            last = f"{version_id}~{last}"
        folder = self._folder(f"{VERSIONS}/" if version_id else "", bucket, above, has_folder="/" in key)
        name = safe_name(last)
        path = folder + name
        if len(path.encode()) > MOST_PATH:
            path = self._short_place(bucket, key, name, version_id)
        identity = _identity(bucket, key, version_id)
        path = self._free(path, key if version_id is None else key + chr(0) + version_id, identity)
        self._taken[_fold(path)] = identity
        return path

    def _free(self, path: str, text: str, owner: int) -> str:
        """The path, or one with a mark of the text behind it, that nobody or this owner has.

        A mark is no secret: whoever writes to the bucket may have put an object where a mark would lead, so a number follows.
        """
        tried, number = path, 1
        while self._taken.get(_fold(tried)) not in (None, owner):
            tried = f"{path}~{_mark(text)}" + (f"~{number}" if number > 1 else "")
            number += 1
        return tried

    def _folder(self, start: str, bucket: str, above: str, *, has_folder: bool) -> str:
        raw = f"{start}\0{bucket}\0{above}\0{has_folder}"
        if self._last[0] == raw:
            return self._last[1]
        root = safe_name(bucket)
        folder = start + ("%5F" + root[1:] if root.startswith("_") else root)
        folder = self._free(folder, folder, self._FOLDER)
        self._taken.setdefault(_fold(folder), self._FOLDER)
        for part in above.split("/") if has_folder else []:
            folder = f"{folder}/{safe_name(part)}"
            folder = self._free(folder, folder, self._FOLDER)
            self._taken.setdefault(_fold(folder), self._FOLDER)
        self._last = (raw, folder + "/")
        return folder + "/"

    def _short_place(self, bucket: str, key: str, name: str, version_id: str | None) -> str:
        folder = self._folder(f"{VERSIONS}/" if version_id else "", bucket, "~long", has_folder=True)
        start, name = (f"{version_id}~", name.removeprefix(f"{version_id}~")) if version_id else ("", name)
        return f"{folder}{start}{_mark(key)}~{name}"


def _fold(path: str) -> int:
    return hash(unicodedata.normalize("NFC", path).casefold())


def _identity(bucket: str, key: str, version_id: str | None) -> int:
    return hash((bucket, key, version_id)) or 1
