"""Walking an evidence root: a folder, a zip or a tar, in one order on every machine.

Nothing is followed out of the root: symbolic links, pipes, devices and sockets are listed as refused, never opened.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
import threading
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import EvidenceError

CONTAINER_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MEMBER_AT_ONCE = 1 << 30


class Located:
    """One stored object below a root.

    ``path`` is relative, with ``/``; a member of a container is ``container!/member``. ``refused`` says why it must not be
    opened (symbolic link, pipe, ...). ``open`` gives its stored bytes (inside a container: the member's bytes), ``file`` the
    file that it is. ``modified`` is naive UTC. A walk makes one for every file, so paths and times are made when asked for.
    """

    __slots__ = ("_file", "_modified", "_open", "path", "refused", "root", "size")

    def __init__(
        self,
        root: str,
        path: str,
        size: int,
        modified: datetime | float | None = None,
        refused: str | None = None,
        file: Path | str | None = None,
        open: Callable[[], BinaryIO] | None = None,
    ) -> None:
        self.root, self.path, self.size, self.refused = root, path, size, refused
        self._modified, self._file, self._open = modified, file, open

    @property
    def modified(self) -> datetime | None:
        if isinstance(self._modified, float):
            return datetime.fromtimestamp(self._modified, UTC).replace(tzinfo=None)
        return self._modified

    @property
    def file(self) -> Path | None:
        return None if self._file is None else Path(self._file)

    @property
    def file_name(self) -> str | None:
        """The file as the operating system takes it."""
        return None if self._file is None else str(self._file)

    @property
    def open(self) -> Callable[[], BinaryIO] | None:
        if self._open is None and self._file is not None:
            return partial(_open_file, self._file)
        return self._open

    def __repr__(self) -> str:
        return f"<Located {self.root} {self.path!r} {self.refused or self.size}>"


def _open_file(file: Path | str) -> BinaryIO:
    return open(file, "rb")


def walk(root: Path, label: str) -> Iterator[Located]:
    """Every object below a root in the order of its path's bytes. Raises EvidenceError where the root cannot be read."""
    if not root.exists():
        raise EvidenceError("There is nothing there.", where=str(root), hint="Check the path of the evidence.")
    if root.is_dir():
        yield from _walk_folder(root, label)
    elif zipfile.is_zipfile(root):
        yield from _walk_zip(root, label, root.name)
    elif root.name.lower().endswith((".tar", ".tar.gz", ".tgz")) and tarfile.is_tarfile(root):
        yield from _walk_tar(root, label, root.name)
    else:
        yield _from_file(root, label, root.name)


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
            entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            if folder == root:
                raise EvidenceError(f"The folder cannot be read: {error.strerror}.", where=str(root)) from error
            yield Located(label, prefix.rstrip("/"), 0, refused=f"folder cannot be read: {error.strerror}")
            continue
        below = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                yield Located(label, path, 0, refused="symbolic link")
            elif entry.is_dir(follow_symlinks=False):
                below.append((Path(entry.path), path + "/"))
            else:
                yield _from_file(entry, label, path)
        pending.extend(reversed(below))


def _from_file(file: Path | os.DirEntry[str], label: str, path: str) -> Located:
    try:
        status = file.stat(follow_symlinks=False)
    except OSError as error:
        return Located(label, path, 0, refused=f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return Located(label, path, 0, refused="not a regular file")
    return Located(label, path, status.st_size, status.st_mtime, file=os.fspath(file))


def expand(located: Located) -> Iterator[Located]:
    """The members of a container that stands below a root (``path/to.zip!/member``); any other object as it is.

    A container that cannot be opened is given as refused.
    """
    if not located.path.lower().endswith(CONTAINER_SUFFIXES) or (file := located.file) is None:
        yield located
        return
    try:
        if zipfile.is_zipfile(file):
            yield from _walk_zip(file, located.root, located.path)
        elif tarfile.is_tarfile(file):
            yield from _walk_tar(file, located.root, located.path)
        else:
            yield located
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile, RuntimeError) as error:
        yield Located(located.root, located.path, located.size, refused=f"container cannot be read: {error}")


def _walk_zip(root: Path, label: str, name: str) -> Iterator[Located]:
    # Members may be opened after the walk has ended, so the archive closes itself when nothing refers to it any more.
    archive = zipfile.ZipFile(root)
    for entry in sorted(archive.infolist(), key=lambda info: info.filename):
        if entry.is_dir():
            continue
        path = f"{name}!/{entry.filename}"
        if entry.flag_bits & 1:
            yield Located(label, path, entry.file_size, refused="encrypted container member")
            continue
        yield Located(label, path, entry.file_size, open=partial(_open_member, archive, entry))


def _walk_tar(root: Path, label: str, name: str) -> Iterator[Located]:
    archive = tarfile.open(root)  # noqa: SIM115 - closed when nothing refers to it any more, see _walk_zip
    if archive.fileobj is not None:
        weakref.finalize(archive, archive.fileobj.close)
    # A compressed tar can only be read forward: its own order, or every member would be inflated from the start again.
    forward = root.name.lower().endswith(("gz", "tgz"))
    members = archive.getmembers()
    lock = threading.Lock()
    for entry in members if forward else sorted(members, key=lambda info: info.name):
        path = f"{name}!/{entry.name}"
        if entry.isfile():
            yield Located(label, path, entry.size, open=partial(_open_tar_member, archive, entry, lock))
        elif not entry.isdir():
            yield Located(label, path, 0, refused="container member is not a regular file")


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

    Empty where it is neither. Of several members with one name the first is given.
    """
    found: dict[str, Located] = {}
    if zipfile.is_zipfile(container):
        archive = zipfile.ZipFile(container)
        for entry in archive.infolist():
            path = f"{container.name}!/{entry.filename}"
            found.setdefault(path, Located(label, path, entry.file_size, open=partial(_open_member, archive, entry)))
    elif tarfile.is_tarfile(container):
        tar = tarfile.open(container)  # noqa: SIM115 - stays open as long as its members are wanted
        lock = threading.Lock()
        for info in tar.getmembers():
            path = f"{container.name}!/{info.name}"
            if info.isfile():
                found.setdefault(path, Located(label, path, info.size, open=partial(_open_tar_member, tar, info, lock)))
    return found
