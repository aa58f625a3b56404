"""The layout of a case on disk, and making and opening one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ctforensics import clock
from ctforensics.case.manifest import Manifest, Root
from ctforensics.errors import CaseError

NEXT_DATABASE = "case.next.duckdb"
_FOLDERS = ("evidence", "keys", "inputs", "queries", "verification", "exhibits", "reports")


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Where everything of a case stands. Nothing in a case depends on its absolute path."""

    path: Path

    @property
    def manifest_file(self) -> Path:
        return self.path / "case.toml"

    @property
    def evidence(self) -> Path:
        return self.path / "evidence"

    @property
    def register_file(self) -> Path:
        return self.path / "evidence.jsonl"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def inputs(self) -> Path:
        return self.path / "inputs"

    @property
    def queries(self) -> Path:
        return self.path / "queries"

    @property
    def notes_file(self) -> Path:
        return self.path / "notes.jsonl"

    @property
    def custody_file(self) -> Path:
        return self.path / "custody.jsonl"

    @property
    def verification(self) -> Path:
        return self.path / "verification"

    @property
    def database(self) -> Path:
        return self.path / "case.duckdb"

    @property
    def next_database(self) -> Path:
        return self.path / NEXT_DATABASE

    @property
    def lock_file(self) -> Path:
        return self.path / "case.lock"

    @property
    def exhibits(self) -> Path:
        return self.path / "exhibits"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    @property
    def question_log(self) -> Path:
        return self.path / "questions.jsonl"

    def manifest(self) -> Manifest:
        """The manifest as it stands on disk."""
        return Manifest.read(self.manifest_file)

    def where(self, root: Root) -> Path:
        """The place of an evidence root: relative places are below the case folder."""
        place = Path(root.where)
        return place if place.is_absolute() else self.path / place


def is_case(path: Path) -> bool:
    """Whether a folder holds a case."""
    return (path / "case.toml").is_file()


def create(path: Path, *, title: str = "", examiner: str = "", matter: str = "", zone: str = "UTC") -> CaseFolder:
    """Makes a case folder. Raises CaseError where there is one already or the place cannot be written."""
    if is_case(path):
        raise CaseError("There is a case here already.", where=str(path), hint="Open it, or choose another folder.")
    if path.exists() and not path.is_dir():
        raise CaseError("A file is in the way of the case folder.", where=str(path), hint="Choose another name.")
    folder = CaseFolder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name in _FOLDERS:
            (path / name).mkdir(exist_ok=True)
        Manifest(
            title=title or path.name,
            matter=matter,
            examiner=examiner,
            created=clock.utc_text(clock.now().replace(microsecond=0)),
            zone=zone,
        ).write(folder.manifest_file)
    except OSError as error:
        raise CaseError(
            f"The case folder cannot be made: {error.strerror}.",
            where=str(path),
            hint="Choose a folder that you may write.",
        ) from error
    return folder


def open_folder(path: Path) -> CaseFolder:
    """An existing case. Raises CaseError where there is none."""
    if not path.exists():
        raise CaseError(
            "There is no such folder.", where=str(path), hint=f"Make a case with: ctforensics new {path.name}"
        )
    if not is_case(path):
        raise CaseError(
            "This is not a case: it has no case.toml.",
            where=str(path),
            hint="Name a case folder, or make one with `ctforensics new` and load this folder into it.",
        )
    return CaseFolder(path)
