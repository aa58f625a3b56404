"""A log type: how it is called and how it is recognised by its content. One file each, found by walking this package.

Content decides, never the name of the file. So far the types beside CloudTrail are recognised and counted, not read into tables: a
load names what lies there, so that nobody believes that it was searched.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

HEAD = 8192


@dataclass(frozen=True, slots=True)
class LogType:
    """``recognise`` looks at the first HEAD bytes of the inflated content, blanks and byte order mark taken off."""

    name: str
    title: str
    recognise: Callable[[bytes], bool]


@lru_cache(maxsize=1)
def types() -> tuple[LogType, ...]:
    """Every log type of this package, in order of their names."""
    package = importlib.import_module("ctforensics.logs")
    modules = (importlib.import_module(f"ctforensics.logs.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    return tuple(sorted((m.LOG for m in modules if hasattr(m, "LOG")), key=lambda log: log.name))


def winners(content: bytes) -> list[LogType]:
    """The types that recognise a content; one, unless two recognisers are too generous."""
    head = content[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    return [log for log in types() if log.recognise(head)] if head else []


def kind_of(content: bytes) -> str | None:
    """The name of the log type that a content is, or None for something unknown."""
    found = winners(content)
    return found[0].name if found else None
