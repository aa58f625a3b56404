"""``ctforensics practice``: writes a labelled practice archive, lists the stories, grades answers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console

SCHEMA = 1


def add(commands: Any) -> None:
    command = commands.add_parser(
        "practice",
        help="write a practice archive; list the stories; grade answers",
        description="Write a practice archive: STORY DIR. Or: practice list. Or: practice grade LABELS ANSWERS.",
        epilog="Example: ctforensics practice leaked_key incident --labels labels.json",
    )
    command.add_argument("story", metavar="STORY", help="a story, or the word list, or the word grade")
    command.add_argument(
        "paths", metavar="DIR", nargs="*", type=Path, help="the folder to make (grade: LABELS ANSWERS)"
    )
    command.add_argument("--events", type=int, metavar="N", help="how many records the archive shall hold in all")
    command.add_argument("--seed", type=int, default=0, help="another seed gives other ids, keys and noise (default 0)")
    command.add_argument("--labels", type=Path, metavar="FILE", help="where to write the labels; nowhere unless said")
    command.add_argument("--start", metavar="DATE", help="the day on which the story begins (default 2026-03-02)")
    command.add_argument("--per-file", type=int, metavar="N", help="how many records a log file holds at most (300)")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.errors import ParameterError

    wanted = {"list": 0, "grade": 2}.get(args.story, 1)
    if len(args.paths) != wanted:
        raise ParameterError(
            f"practice {args.story} takes {('nothing more', 'one folder', 'two files')[wanted]}.",
            hint="See: ctforensics practice --help",
        )
    if args.story == "list":
        return _list(args)
    return _grade(args) if args.story == "grade" else _write(args)


def _list(args: argparse.Namespace) -> int:
    from ctforensics.practice import stories

    found = [stories.get(name) for name in stories.names()]
    if args.json:
        told = [{"story": s.name, "title": s.title, "about": s.about, "events": s.events} for s in found]
        console.print_json({"schema": SCHEMA, "stories": told})
    else:
        _lines(console.table(["story", "about"], [(s.name, s.about) for s in found]))
    return 0


def _write(args: argparse.Namespace) -> int:
    from ctforensics.practice import archive

    progress = console.Progress(f"Writing {args.story}", "records")
    made = archive.write(
        args.story,
        args.paths[0],
        seed=args.seed,
        events=args.events,
        labels=args.labels,
        start=args.start,
        per_file=archive.PER_FILE if args.per_file is None else args.per_file,
        progress=progress,
    )
    progress.end()
    if args.json:
        facts = {k: v for k, v in vars(made).items() if k not in ("facts", "files")}
        console.print_json({"schema": SCHEMA, **facts})
        return 0
    console.out(
        f"PRACTICE archive {made.story}: {made.events:,} records, {made.logs:,} log files, {made.digests:,} digests."
    )
    for what, path in (
        ("the alert names", made.clue),
        ("bucket", made.bucket),
        ("public keys", made.public_keys),
        ("metadata of digests", made.metadata),
        ("what to expect", made.expect),
        ("Event history", made.event_history),
        ("labels", made.labels),
    ):
        if path:
            console.out(f"  {what + ':':<21}{path}")
    return 0


def _grade(args: argparse.Namespace) -> int:
    from ctforensics.practice.grade import grade

    grades = grade(*args.paths)
    missed = sum(len(g.missed) for g in grades)
    if args.json:
        console.print_json({"schema": SCHEMA, "missed": missed, "facts": [g.as_dict() for g in grades]})
        return 1 if missed else 0
    rows = [(g.fact, len(g.right), len(g.missed), len(g.wrong), g.about) for g in grades]
    _lines(console.table(["fact", "right", "missed", "wrong", "about"], rows))
    for g in grades:
        for word, events in (("missed", g.missed), ("wrong", g.wrong)):
            for event in events:
                console.out(f"{g.fact}: {word} {event}")
    return 1 if missed else 0


def _lines(text: str) -> None:
    for line in text.splitlines():
        console.out(line)
