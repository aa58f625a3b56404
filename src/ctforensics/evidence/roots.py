"""Walking an evidence root: a folder, a zip or a tar, in one order on every machine.

Nothing is followed out of the root: symbolic links, pipes, devices and sockets are listed as refused, never opened.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import struct
import tarfile
import threading
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, cast

from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import EvidenceError
from ctforensics.evidence import zip_gaps
from ctforensics.evidence.tars import entries_of, open_tar, tar_end, tar_refusal

CONTAINER_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MEMBER_AT_ONCE = 1 << 30
# What the standard library raises for containers that somebody damaged or made up (a bad number is a ValueError there).
DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
)


class Located:
    """One stored object below a root.

    ``path`` is relative, with ``/``; a member of a container is ``container!/member``. ``refused`` says why it must not be
    opened (symbolic link, pipe, ...). ``open`` gives its stored bytes (inside a container: the member's bytes), ``file`` the
    file that it is (``file_name`` as the operating system takes it), ``packed`` what a member of a zip takes there. ``modified``
    is naive UTC, of a member that of its container: what the container says of it proves no change. A walk makes one for every file, so what costs a system call (size, time) is asked for when it is wanted, and is
    0 and None where the file is gone by then.
    """

    __slots__ = ("_entry", "_modified", "_open", "_size", "file_name", "packed", "path", "refused", "root")

    def __init__(
        self,
        root: str,
        path: str,
        size: int | None,
        modified: datetime | float | None = None,
        refused: str | None = None,
        file: Path | str | None = None,
        open: Callable[[], BinaryIO] | None = None,
        entry: os.DirEntry[str] | None = None,
        packed: int | None = None,
    ) -> None:
        self.root, self.path, self._size, self.refused, self.packed = root, path, size, refused, packed
        self._modified, self._open, self._entry = modified, open, entry
        self.file_name = file if file is None or type(file) is str else str(file)

    def _ask(self) -> None:
        self._size = 0
        if self._entry is not None:
            try:
                status = self._entry.stat(follow_symlinks=False)
            except OSError:
                return  # it is gone: opening it will say so
            self._size, self._modified = status.st_size, status.st_mtime

    @property
    def size(self) -> int:
        if self._size is None:
            self._ask()
        return self._size or 0

    @property
    def modified(self) -> datetime | None:
        if self._size is None:
            self._ask()
        if isinstance(self._modified, float):
            return _instant(self._modified)
        return self._modified

    @property
    def file(self) -> Path | None:
        return None if self.file_name is None else Path(self.file_name)

    @property
    def open(self) -> Callable[[], BinaryIO] | None:
        if self._open is None and self.file_name is not None:
            return partial(_open_file, self.file_name)
        return self._open

    def __repr__(self) -> str:
        return f"<Located {self.root} {self.path!r} {self.refused or self.size}>"


_EPOCH = datetime(1970, 1, 1)


def _instant(seconds: float) -> datetime | None:
    """A file's time as naive UTC; None for one that no calendar has (file systems hold years of six digits)."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _open_file(file: Path | str) -> BinaryIO:
    return open(file, "rb")


def walk(root: Path, label: str) -> Iterator[Located]:
    """Every object below a root in the order of its path's bytes. Raises EvidenceError where the root cannot be read."""
    if not root.exists():
        raise EvidenceError(
            "There is nothing there.",
            where=str(root),
            hint="Check the path; for evidence that moved, change `where` in case.toml.",
        )
    if root.is_dir():
        yield from _walk_folder(root, label)
    else:
        yield from expand(_from_file(root, label, root.name), zip_by_content=True)


def roots_of(folder: CaseFolder) -> list[Root]:
    """Every root of the case ordered by label, its own ``evidence/`` among them where that holds anything."""
    listed = list(folder.manifest().evidence)
    own = folder.evidence.resolve()
    covered = any(own == folder.where(root).resolve() for root in listed)
    if not covered and folder.evidence.is_dir() and any(folder.evidence.iterdir()):
        listed.append(Root(label="evidence", where="evidence"))
    return sorted(listed, key=lambda root: root.label)


def _walk_folder(root: Path, label: str) -> Iterator[Located]:
    pending = [(root, "")]
    while pending:
        folder, prefix = pending.pop()
        try:
            entries = _in_order(os.scandir(folder))
        except OSError as error:
            if folder == root:
                raise EvidenceError(f"The folder cannot be read: {error.strerror}.", where=str(root)) from error
            yield Located(label, prefix.rstrip("/"), 0, refused=f"folder cannot be read: {error.strerror}")
            continue
        below = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_file(follow_symlinks=False):
                yield Located(label, path, None, None, None, entry.path, None, entry)
            elif entry.is_symlink():
                yield Located(label, path, 0, refused="symbolic link")
            elif entry.is_dir(follow_symlinks=False):
                below.append((Path(entry.path), path + "/"))
            else:
                yield _from_file(entry, label, path)
        pending.extend(reversed(below))


_NAME = attrgetter("name")


def _in_order(entries: Iterable[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    """The entries of a folder in the order of their names' bytes (for ASCII the order of the text)."""
    found = sorted(entries, key=_NAME)
    if "".join(map(_NAME, found)).isascii():
        return found
    return sorted(found, key=lambda entry: os.fsencode(entry.name))


def _from_file(file: Path | os.DirEntry[str], label: str, path: str) -> Located:
    try:
        status = file.stat(follow_symlinks=False)
    except OSError as error:
        return Located(label, path, 0, refused=f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return Located(label, path, 0, refused="not a regular file")
    return Located(label, path, status.st_size, status.st_mtime, file=os.fspath(file))


def below(place: Path, label: str, path: str) -> Located | None:
    """The file that a path from a database or a saved run names below a root, or None: such a path is testimony too.

    An absolute path, one that climbs, and one that leads over a symbolic link are not followed, whatever they lead to.
    """
    if place.is_file():
        return _from_file(place, label, path) if path == place.name else None
    parts = path.split("/")
    if not {"", ".", ".."}.isdisjoint(parts) or (os.name == "nt" and any(set("\\:") & set(part) for part in parts)):
        return None
    file = place
    for part in parts:
        file = file / part
        if file.is_symlink():
            return None
    return _from_file(file, label, path) if file.is_file() else None


def expand(located: Located, *, zip_by_content: bool = False) -> Iterator[Located]:
    """The members of a container that stands below a root (``path/to.zip!/member``); any other object as it is.

    A container that cannot be opened is given as refused. ``zip_by_content`` takes a zip whatever its name is.
    """
    named = located.path.lower().endswith(CONTAINER_SUFFIXES)
    if not (named or zip_by_content) or (file := located.file) is None:
        yield located
        return
    try:
        if zipfile.is_zipfile(file):
            yield from _walk_zip(file, located.root, located.path)
        elif named and _is_tar(file):
            yield from _walk_tar(file, located.root, located.path)
        else:
            yield located
    except DAMAGED as error:
        yield Located(located.root, located.path, located.size, refused=f"container cannot be read: {error}")


def _is_tar(file: Path) -> bool:
    """Whether a file is a tar; one that is damaged at its very start still is, so that it is told and not passed over."""
    try:
        return tarfile.is_tarfile(file)
    except DAMAGED:
        return True


def _paths(container: str, names: list[str]) -> list[str]:
    """A path for each member, in the archive's order. A second member of one name stands below ``#2/``, so that none is lost."""
    count: dict[str, int] = {}
    taken: set[str] = set()
    out = []
    for name in names:
        path = f"{container}!/{name}"
        while path in taken:
            count[name] = count.get(name, 1) + 1
            path = f"{container}!/#{count[name]}/{name}"
        taken.add(path)
        out.append(path)
    return out


def _walk_zip(root: Path, label: str, name: str) -> Iterator[Located]:
    # Members may be opened after the walk has ended, so the archive closes itself when nothing refers to it any more.
    archive, changed = zipfile.ZipFile(root), _changed(root)
    entries = archive.infolist()
    paths = _paths(name, [entry.filename for entry in entries])
    shared, told = _shared(entries), zip_gaps.unlisted(archive)
    for path, entry in sorted(zip(paths, entries, strict=True), key=lambda pair: pair[0]):
        if entry.is_dir():
            continue
        if entry.flag_bits & 1:
            yield Located(label, path, entry.file_size, refused="encrypted container member")
            continue
        if entry.header_offset in shared:
            yield Located(label, path, entry.file_size, refused="container member that shares its bytes with another")
            continue
        yield _zipped(archive, entry, label, path, changed)
    if told:
        yield Located(label, name, 0, refused=told)


_LOCAL_HEADER = 30  # bytes before the name of a member (APPNOTE.TXT 4.3.7)


def _shared(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Where members begin that overlap: no tool writes such, and a few bytes would inflate as often as they are listed."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    found: set[int] = set()
    reach, last = 0, 0
    for entry in ordered:
        if entry.header_offset < reach:
            found |= {entry.header_offset, last}
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
        if end > reach:
            reach, last = end, entry.header_offset
    return found


def _walk_tar(root: Path, label: str, name: str) -> Iterator[Located]:
    archive = open_tar(root)  # closed when nothing refers to it any more, see _walk_zip
    if archive.fileobj is not None:
        weakref.finalize(archive, archive.fileobj.close)
    # A compressed tar can only be read forward: its own order, or every member would be inflated from the start again.
    forward = root.name.lower().endswith(("gz", "tgz"))
    members, changed = entries_of(archive, root.stat().st_size), _changed(root)
    told = tar_end(archive)
    lock = threading.Lock()
    named = list(zip(_paths(name, [entry.name for entry in members]), members, strict=True))
    for path, entry in named if forward else sorted(named, key=lambda pair: pair[0]):
        if entry.isdir():
            continue
        refused = tar_refusal(entry)
        opener = None if refused else partial(_open_tar_member, archive, entry, lock)
        yield Located(label, path, 0 if refused else entry.size, changed, refused=refused, open=opener)
    if told:
        yield Located(label, name, 0, refused=told)


def _changed(container: Path) -> datetime | None:
    """When a container was written, as a file's ``modified`` has it."""
    return _instant(container.stat().st_mtime)


def _zipped(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, label: str, path: str, changed: datetime | None
) -> Located:
    opener = partial(_open_member, archive, entry)
    return Located(label, path, entry.file_size, changed, open=opener, packed=entry.compress_size)


def _open_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(entry))


def _open_tar_member(archive: tarfile.TarFile, entry: tarfile.TarInfo, lock: threading.Lock) -> BinaryIO:
    """A member's bytes, read at once: the members of a tar share one file position, and several threads read."""
    with lock:
        stream = cast(BinaryIO, archive.extractfile(entry))
        if entry.size > MEMBER_AT_ONCE:
            raise EvidenceError(f"Larger than {MEMBER_AT_ONCE} bytes inside a tar.", where=entry.name)
        return io.BytesIO(stream.read())


def members(container: Path, label: str) -> dict[str, Located]:
    """The members of a zip or tar by path, to be opened in any order: unlike ``walk`` it keeps the container open.

    Empty where it is neither.
    """
    found: dict[str, Located] = {}
    changed = _changed(container)
    if zipfile.is_zipfile(container):
        archive = zipfile.ZipFile(container)
        entries = archive.infolist()
        for path, entry in zip(_paths(container.name, [e.filename for e in entries]), entries, strict=True):
            found[path] = _zipped(archive, entry, label, path, changed)
    elif tarfile.is_tarfile(container):
        tar = open_tar(container)  # stays open as long as its members are wanted
        lock = threading.Lock()
        infos = entries_of(tar, container.stat().st_size)
        for path, info in zip(_paths(container.name, [i.name for i in infos]), infos, strict=True):
            if tar_refusal(info) is None:
                found[path] = Located(label, path, info.size, changed, open=partial(_open_tar_member, tar, info, lock))
    return found
