"""Where the files that people read stand: ``queries/`` and ``notebooks/``, in the wheel or beside ``src/``."""

from __future__ import annotations

from pathlib import Path

from ctforensics.errors import ForensicsError

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``queries`` or ``notebooks``: from the installed package first, then from the checkout."""
    for candidate in (_PACKAGE / "_content" / name, _PACKAGE.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise ForensicsError(f"The folder {name!r} is missing from this installation.", hint="Install ctforensics again.")
