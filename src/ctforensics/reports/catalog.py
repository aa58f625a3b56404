"""Which report notebooks there are: the shipped ones, the case's own, and any notebook that is named by its path."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics import content
from ctforensics.errors import ForensicsError, UnknownName
from ctforensics.reports import parameters
from ctforensics.reports.parameters import Parameter


@dataclass(frozen=True, slots=True)
class ReportNotebook:
    """A notebook that makes a report: its title and purpose stand in its first cell, its parameters in a tagged one."""

    name: str
    path: Path
    title: str
    about: str
    parameters: tuple[Parameter, ...]

    def as_json(self) -> dict[str, Any]:
        """The facts that ``reports list --json`` prints; no path, because a path says whose machine this is."""
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "parameters": [
                {"name": p.name, "type": p.type, "default": p.default, "help": p.help} for p in self.parameters
            ],
        }


def folders(case: Path | None = None) -> list[Path]:
    """Where report notebooks are looked for: shipped, ``CTFORENSICS_REPORTS`` (a path list), the case's ``notebooks/``."""
    own = [Path(p) for p in os.environ.get("CTFORENSICS_REPORTS", "").split(os.pathsep) if p]
    beside = [case / "notebooks"] if case else []
    return [content.folder("notebooks") / "reports", *own, *beside]


def walk(case: Path | None = None) -> Iterator[ReportNotebook]:
    """Every report there is, by name; a later folder's notebook replaces an earlier one of the same name."""
    found = {p.stem: p for place in folders(case) if place.is_dir() for p in sorted(place.glob("*.ipynb"))}
    for name in sorted(found):
        yield read(found[name])


def find(name: str, case: Path | None = None) -> ReportNotebook:
    """The report of that name, or the notebook at that path. Raises UnknownName with the nearest names."""
    if name.endswith(".ipynb"):
        return read(Path(name))
    known = {p.stem: p for place in folders(case) if place.is_dir() for p in sorted(place.glob("*.ipynb"))}
    if name not in known:
        raise UnknownName("report", name, known)
    return read(known[name])


def read(path: Path) -> ReportNotebook:
    """What a notebook says of itself. Raises ForensicsError where it is no notebook."""
    notebook = load(path)
    title, about = _first_words(notebook, path)
    declared = parameters.read(notebook, path.name)
    return ReportNotebook(path.stem, path, title, about, tuple(declared))


def load(path: Path) -> dict[str, Any]:
    """The notebook's JSON, each cell's source joined to one text."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = notebook["cells"]
        for cell in cells:
            cell["source"] = "".join(cell["source"])
    except OSError as error:
        raise ForensicsError(f"The notebook cannot be read: {error.strerror}.", where=path.name) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ForensicsError(
            f"This is not a notebook ({type(error).__name__}).", where=path.name, hint="Name an .ipynb file."
        ) from error
    return dict(notebook)


def _first_words(notebook: dict[str, Any], path: Path) -> tuple[str, str]:
    first = next((c["source"] for c in notebook["cells"] if c.get("cell_type") == "markdown"), "")
    heading, _, rest = first.strip().partition("\n")
    title = heading.lstrip("# ").strip() or path.stem
    return title, " ".join(rest.strip().split("\n\n")[0].split())
