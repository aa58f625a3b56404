"""Whether the compiled walk over log files can be used here, and its start."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctforensics.load.taped import Taped

PORTION = 1 << 24  # bytes of text after which to walk: spans are numbers of 32 bits, and memory is kept between walks
# The text of the walk, and of what is compiled into it as constants: a new column must never meet code that was made without it.
_ROOMS = (
    "load/nodes",
    "load/forms",
    "load/about",
    "load/tape",
    "load/spans",
    "load/sums",
    "load/members",
    "trail/columns",
    "trail/target",
)
# A first record with every kind of member, so that all of the walk is compiled before processes need it.
_SAMPLE = (
    b'{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"a\\u0062"},"eventTime":"2024-05-02T06:11:09Z",'
    b'"eventSource":"s3.amazonaws.com","eventName":"GetObject","readOnly":true,"sessionCredentialFromConsole":"true",'
    b'"requestParameters":{"b":1,"a":[2.5,null]},"responseElements":{"accessKey":{"accessKeyId":"A"},"ConsoleLogin":"Success"},'
    b'"additionalEventData":{"MFAUsed":"Yes"}}]}'
)


def is_ready() -> bool:
    """Whether the walk was compiled and tried here before, so that it starts in half a second."""
    mark = _mark() if importlib.util.find_spec("numba") is not None else None
    return mark is not None and mark.exists()


@lru_cache(maxsize=1)
def why_not() -> str | None:
    """Why the compiled walk cannot be used here, or None where it can. Compiles it (half a minute, once for an installation).

    That happens in a process of its own: the compiler takes memory that the writer of a database needs more.
    """
    if importlib.util.find_spec("numba") is None:
        return "numba is not installed (the extra `speed` brings it)"
    if is_ready():
        return None
    mark = _mark()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    tried = subprocess.run(
        [sys.executable, "-P", "-m", "ctforensics.load.compiled"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode == 0:
        if mark is not None:
            with suppress(OSError):  # then it is tried again the next time, which takes a second
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
        return None
    said = tried.stdout.strip() or (tried.stderr.strip().splitlines() or [f"code {tried.returncode}"])[-1]
    return f"numba cannot compile here: {said}"


def _try() -> int:
    made = taped()
    made.add(0, _SAMPLE, None)
    walked, declined = made.walk()
    if declined:
        print("the walk declines its own sample")
    walked.tables([])
    return len(declined)


def taped(*, keep_raw: bool = False, most: int = 1 << 26) -> Taped:
    """A collector for the contents of log files of at most so many bytes (see ``load.taped``, which brings the compiler)."""
    if "ctforensics.load.taped" not in sys.modules:
        with _folders_apart(), _kept_by_content():
            importlib.import_module("ctforensics.load.taped")
    from ctforensics.load.taped import Taped

    return Taped(keep_raw=keep_raw, most=most)


@contextmanager
def _folders_apart() -> Iterator[None]:
    """A folder named ``coverage`` beside a notebook is no package of that name, but numba takes it for one and fails."""
    found = importlib.util.find_spec("coverage") if "coverage" not in sys.modules else None
    mistaken = found is not None and found.origin is None
    if mistaken:
        sys.modules["coverage"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if mistaken:
            del sys.modules["coverage"]


@contextmanager
def _kept_by_content() -> Iterator[None]:
    """Has compiled code kept in the user's cache under the hash of its text.

    By itself numba looks at the time of the one file in which a function stands, and would not see that another one changed.
    """
    config: Any = importlib.import_module("numba.core.config")
    place, before = _place(), config.CACHE_DIR
    if place is not None and not before:
        config.CACHE_DIR = str(place)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _place() -> Path | None:
    """Where the compiled code of this text of the walk is kept."""
    cache = _cache()
    if cache is None:
        return None
    texts = [room.read_bytes() for room in _rooms()]
    return cache / "ctforensics" / hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def _mark() -> Path | None:
    """A file beside the compiled code that says: it was compiled and tried, for all that numba tells apart. None where it keeps its own place."""
    place = _place()
    if place is None or os.environ.get("NUMBA_CACHE_DIR"):
        return None
    rooms = [(str(room.resolve()), room.stat().st_mtime_ns) for room in _rooms()]
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_"))
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    told = repr((sys.version, platform.node(), platform.machine(), versions, rooms, settings))
    return place / f"tried-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _rooms() -> list[Path]:
    return [Path(__file__).parents[1] / f"{room}.py" for room in _ROOMS]


def _cache() -> Path | None:
    """The user's folder for what can be made again; None where there is none (then numba looks for a place)."""
    said = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    try:
        place = Path(said) if said else Path.home() / ".cache"
    except RuntimeError:  # nobody's home
        return None
    nearest = next((p for p in (place, *place.parents) if p.exists()), None)
    return place if nearest and os.access(nearest, os.W_OK) else None


if __name__ == "__main__":
    sys.exit(_try())
