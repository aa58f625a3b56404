"""``case.toml``: what the case is called, whose it is, and where its evidence stands."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ctforensics.errors import CaseError


@dataclass(frozen=True, slots=True)
class Root:
    """One place where evidence stands: a folder, a mirror of a bucket, or a container file.

    ``where`` is a path, relative to the case folder where it lies inside it. ``label`` is what the rest of the case calls it,
    so that a root can move: nothing else holds its path.
    """

    label: str
    where: str
    kind: str = "folder"
    received_from: str = ""
    received_how: str = ""
    received_at: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts about a case that a person types."""

    title: str = ""
    matter: str = ""
    examiner: str = ""
    created: str = ""
    zone: str = "UTC"
    evidence: tuple[Root, ...] = field(default=())

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest in that file. Raises CaseError with the place of the fault."""
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise CaseError("The case has no case.toml.", where=str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CaseError(
                f"case.toml cannot be read: {error}.", where=str(path), hint="Correct it by hand."
            ) from error
        except OSError as error:
            raise CaseError(f"case.toml cannot be read: {error.strerror}.", where=str(path)) from error
        try:
            roots = tuple(Root(**entry) for entry in data.pop("evidence", []))
            return cls(**{k: str(v) for k, v in data.items() if k in cls.__slots__}, evidence=roots)
        except TypeError as error:
            raise CaseError(f"case.toml has an entry that does not belong: {error}.", where=str(path)) from error

    def write(self, path: Path) -> None:
        """Writes the manifest whole, through a temporary file, so that a crash leaves the old or the new one."""
        lines = [
            f"{name} = {_toml(getattr(self, name))}" for name in ("title", "matter", "examiner", "created", "zone")
        ]
        for root in self.evidence:
            lines += ["", "[[evidence]]"]
            lines += [f"{name} = {_toml(getattr(root, name))}" for name in Root.__slots__ if getattr(root, name)]
        temporary = path.with_name(path.name + ".new")
        temporary.write_text("\n".join(lines) + "\n", "utf-8")
        os.replace(temporary, path)

    def with_root(self, root: Root) -> Manifest:
        """This manifest with one more root (or the same label at a new place)."""
        return replace(self, evidence=tuple(r for r in self.evidence if r.label != root.label) + (root,))


def _toml(value: Any) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
