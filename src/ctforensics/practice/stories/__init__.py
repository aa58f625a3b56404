"""The stories, one file each, found by walking this package: a module with ``STORY``."""

from __future__ import annotations

import importlib
import pkgutil

from ctforensics.errors import UnknownName
from ctforensics.practice.stage import Story


def names() -> list[str]:
    """The names of all stories."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def get(name: str) -> Story:
    """The story of that name. Raises UnknownName."""
    if name not in names():
        raise UnknownName("practice story", name, names())
    found: Story = importlib.import_module(f"{__name__}.{name}").STORY
    return found
