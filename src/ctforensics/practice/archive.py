"""Writes a practice archive: the bucket, and beside it what a responder would save."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics.clock import parse_instant
from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.practice import stories
from ctforensics.practice.company import HOME, NAMES
from ctforensics.practice.production import Production
from ctforensics.practice.sinks import FolderSink
from ctforensics.practice.stage import MONDAY, Stage, Story

PER_FILE = 300


@dataclass(frozen=True)
class PracticeArchive:
    """What was written, and where.

    ``clue`` is the value with which an analyst would begin; the story plays from ``since`` until ``until`` (naive UTC).
    ``facts`` are the labels' facts: name to question, answer (event ids), about.
    """

    story: str
    clue: str
    since: datetime
    until: datetime
    directory: Path
    bucket: Path
    bucket_name: str
    public_keys: Path
    metadata: Path
    expect: Path
    event_history: Path
    labels: Path | None
    events: int
    logs: int
    digests: int
    stored_bytes: int
    content_bytes: int
    facts: dict[str, Any]
    files: dict[str, Any]


def write(
    story: str,
    directory: str | Path,
    *,
    seed: int = 0,
    events: int | None = None,
    labels: str | Path | None = None,
    start: str | datetime | None = None,
    per_file: int = PER_FILE,
    progress: Callable[[int, int], None] | None = None,
) -> PracticeArchive:
    """Writes the archive of a story into ``directory``, which must be absent or empty.

    ``events`` is how many records it shall hold (at least its script is written), ``per_file`` how many a log file may
    hold at most, ``start`` the day on which the story begins. Labels are written to ``labels`` and nowhere else. The same
    arguments give the same content, signatures and labels on every machine. ``progress`` is told records done and
    wanted. Raises UnknownName for a story that is not there, ForensicsError for a folder that is not empty.
    """
    told = stories.get(story)
    if (events is not None and events < 0) or per_file < 1:
        raise ParameterError("The number of events cannot be negative, and a file holds at least one.")
    stage = Stage(told, seed, _midnight(start))
    told.script(stage)
    wanted = told.events if events is None else events
    folder = _empty_folder(Path(directory))
    try:
        return _produce(folder, stage, wanted, per_file, Path(labels) if labels else None, progress)
    except BaseException:
        # Half an archive would look like one with files missing: nothing stays of what was begun.
        for made in folder.iterdir():
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise


def _produce(
    folder: Path,
    stage: Stage,
    wanted: int,
    per_file: int,
    labels: Path | None,
    progress: Callable[[int, int], None] | None,
) -> PracticeArchive:
    sink = FolderSink(folder / "bucket")
    production = Production(stage, sink, wanted, per_file)
    for _, done in production.hours():
        if progress:
            progress(done, wanted)
    if stage.story.after:
        stage.story.after(production)
    return _finish(folder, stage, production, sink, labels)


def _midnight(start: str | datetime | None) -> datetime:
    if start is None:
        return MONDAY
    midnight = parse_instant(start).replace(hour=0, minute=0, second=0, microsecond=0)
    if not 2014 <= midnight.year <= 2100:
        raise ParameterError(f"A story cannot begin on {start}.", hint="Name a day between 2014 and 2100.")
    return midnight


def _empty_folder(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise ForensicsError("This is a file, not a folder.", where=str(folder), hint="Name a new folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise ForensicsError(
            "The folder is not empty.", where=str(folder), hint="Name a new folder: a practice archive is never mixed."
        )
    try:
        (folder / "bucket").mkdir(parents=True)
    except OSError as error:
        raise ForensicsError(
            f"The folder cannot be made: {error.strerror}.", where=str(folder), hint="Name one you may write to."
        ) from error
    return folder


def _finish(
    folder: Path, stage: Stage, production: Production, sink: FolderSink, labels: Path | None
) -> PracticeArchive:
    paths = {name: folder / f"{name}.json" for name in ("public-keys", "metadata", "expect", "event-history")}
    _write_json(paths["public-keys"], production.keys.public_keys())
    _write_json(paths["metadata"], dict(sorted(sink.metadata.items())))
    _write_json(paths["expect"], expectation(stage.story))
    production.history.write(paths["event-history"])
    if labels:
        labels.parent.mkdir(parents=True, exist_ok=True)
        _write_json(labels, stage.labels())
    return PracticeArchive(
        story=stage.story.name,
        clue=stage.clue,
        since=stage.start,
        until=stage.start + timedelta(hours=stage.story.hours),
        directory=folder,
        bucket=sink.folder,
        bucket_name=stage.story.bucket,
        public_keys=paths["public-keys"],
        metadata=paths["metadata"],
        expect=paths["expect"],
        event_history=paths["event-history"],
        labels=labels,
        events=production.recorded,
        logs=sink.files - production.digests,
        digests=production.digests,
        stored_bytes=sink.stored_bytes,
        content_bytes=sink.content_bytes,
        facts=stage.facts,
        files=stage.files,
    )


def expectation(story: Story) -> dict[str, Any]:
    """What DescribeTrails, ListAccounts and ListRegions would answer: the form of an ``--expect`` file."""
    owners = story.accounts[:1] if story.organization else story.accounts
    return {
        "trailList": [
            {
                "Name": story.trail,
                "S3BucketName": story.bucket,
                **({"S3KeyPrefix": story.prefix} if story.prefix else {}),
                "IncludeGlobalServiceEvents": True,
                "IsMultiRegionTrail": True,
                "HomeRegion": HOME,
                "TrailARN": f"arn:aws:cloudtrail:{HOME}:{account}:trail/{story.trail}",
                "LogFileValidationEnabled": True,
                "HasCustomEventSelectors": True,
                "HasInsightSelectors": True,
                "IsOrganizationTrail": story.organization is not None,
            }
            for account in owners
        ],
        "Accounts": [
            {"Id": account, "Name": NAMES.get(account, account), "Status": "ACTIVE"} for account in story.accounts
        ],
        "Regions": [{"RegionName": region, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for region in story.regions],
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", "utf-8", newline="\n")
