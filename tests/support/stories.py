"""The practice stories as loaded and verified cases, made once per test run and shared by all its processes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from ctforensics import practice
from ctforensics.investigation import Case, new_case, open_case
from ctforensics.practice import stories

STORIES = tuple(stories.names())
EXERCISE = "exercise"  # every event that any question names: no story, no digests
PATIENCE = 900


def case_of(base: Path, story: str) -> Path:
    """The folder of a story's case below ``base``."""
    place = base / "stories" / story
    once(place, lambda: make(place, story))
    return place / "case"


def once(place: Path, fill: Callable[[], object]) -> None:
    """Fills a folder once for all processes: whoever comes first does it, the others wait. A failure is everybody's, at once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    done, failed = place.with_suffix(".done"), place.with_suffix(".failed")
    try:
        place.mkdir()
    except FileExistsError:
        started = time.monotonic()
        while not done.exists():
            if failed.exists() or time.monotonic() - started > PATIENCE:
                raise RuntimeError(f"{place} was never finished by the process that began it") from None
            time.sleep(0.1)
        return
    try:
        fill()
    except BaseException:
        failed.touch()
        raise
    done.touch()


def make(place: Path, story: str) -> Case:
    """Writes the archive of a story, loads it and verifies it with the practice keys; ``exercise`` is a case of its own."""
    if story == EXERCISE:
        from tests.support import exercise

        return exercise.case(place)
    archive = practice.write(story, place / "archive", labels=place / "labels.json")
    case = new_case(place / "case", title=f"Practice: {story}", examiner="T. Ester", matter="PRACTICE")
    case.add_evidence(archive.bucket, label="mirror")
    case.load()
    case.verify(
        public_keys=archive.public_keys,
        metadata=archive.metadata,
        expect=archive.expect,
        since=archive.since,
        until=archive.until,
    )
    return case


def labels_of(case: Case) -> dict:
    """The labels of a story's case."""
    return json.loads((case.path.parent / "labels.json").read_text("utf-8"))


def opened(base: Path, story: str) -> Case:
    """A story's case, opened. Tests read it and never write to it."""
    return open_case(case_of(base, story))


def pinned() -> None:
    """Clocks in the cases stand still, so that what is written from them is the same every time."""
    os.environ.setdefault("CTFORENSICS_NOW", "2026-04-01T00:00:00Z")
