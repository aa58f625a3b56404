"""``ctforensics demo``: the main job on the practice incident, from nothing to a report."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.cli import console
from ctforensics.errors import CaseError

MARK = "made-by-ctforensics-demo"


def add(commands: Any) -> None:
    command = commands.add_parser(
        "demo",
        help="the main job on a practice incident",
        description="Writes the practice incident, verifies it, loads it, asks, draws the timeline and writes the report.",
        epilog="Example: ctforensics demo demo",
    )
    command.add_argument("directory", type=Path, nargs="?", default=Path("demo"), metavar="DIR")
    command.add_argument("--story", default="leaked_key", help="which practice story (default: leaked_key)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import practice
    from ctforensics.investigation import new_case

    place = _empty(args.directory)
    console.out(f"1. Practice incident {args.story!r}: everything in it is made up and marked PRACTICE.")
    archive = practice.write(args.story, place / "archive", labels=place / "labels.json")
    case = new_case(place / "case", title=f"Practice: {args.story}", examiner="Demo Examiner", matter="PRACTICE")
    case.add_evidence(
        archive.bucket, label="mirror", received_from="ctforensics practice", received_how="made on this machine"
    )

    console.out("2. Verify: which files are authentic by their digest chain, and is anything missing?")
    verification = case.verify(
        public_keys=archive.public_keys,
        metadata=archive.metadata,
        expect=archive.expect,
        since=archive.since,
        until=archive.until,
    )
    for line in verification.summary():
        console.out(f"   {line}")

    console.out("3. Load: every record into DuckDB, none lost.")
    for line in case.load().lines():
        console.out(f"   {line}")

    console.out("4. Ask: what did the leaked key do?")
    key = archive.clue
    about = case.about(key)
    for line in about.lines()[:10]:
        console.out(f"   {line}")

    console.out("5. Triage: what stands out?")
    triage = case.triage()
    for line in triage.lines:
        console.out(f"   {line.count():>3}  {line.title}, because {line.reason}")

    console.out("6. Timeline and report.")
    timeline = _timeline(case, place)
    report = case.report("incident", place / "report.html", access_keys=[key])
    console.out()
    console.out("Found:")
    console.out(f"   integrity {verification.first_line()}")
    for outcome in verification.files.notable():
        console.out(f"   integrity {outcome.code} {outcome.key}")
    console.out(
        f"   records   {case.status()['events']:,} events; {len(triage.lines)} questions stand out, {len(triage.silent)} are silent"
    )
    console.out(f"   timeline  {timeline}")
    console.out(f"   report    {report}")
    console.out(f"   labels    {place / 'labels.json'}  (what was really done, to compare)")
    console.out(f"   go on     make lab, or: {console.command()} about {place / 'case'} {key}")
    return 0


def _timeline(case: Any, place: Path) -> Path:
    from ctforensics.show.page import write_timeline

    return write_timeline(case.room, place / "timeline.html", title=case.title)


def _empty(place: Path) -> Path:
    """A fresh folder for the demonstration; one of ours is made anew, anybody else's is left alone."""
    if place.exists() and any(place.iterdir()):
        if not (place / MARK).exists():
            raise CaseError("The folder is not empty.", where=str(place), hint="Name another: ctforensics demo DIR")
        shutil.rmtree(place)
    place.mkdir(parents=True, exist_ok=True)
    (place / MARK).write_text(f"{clock.utc_text(clock.now())}\n", "utf-8")
    return place
