"""``ctforensics new``: makes a case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "new",
        help="make a case",
        description="Make a case folder.",
        epilog='Example: ctforensics new mycase --title "Leaked key" --examiner "A. Analyst" --matter 2024-017',
    )
    command.add_argument("case", type=Path, metavar="CASE", help="the folder to make")
    command.add_argument("--title", default="", help="what the case is called (the folder's name unless said)")
    command.add_argument("--examiner", default="", help="who examines; stands in custody and reports")
    command.add_argument("--matter", default="", help="file number or matter")
    command.add_argument("--zone", default="UTC", help="a named zone to show beside UTC, for example Europe/Berlin")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.case import custody, folder

    made = folder.create(args.case, title=args.title, examiner=args.examiner, matter=args.matter, zone=args.zone)
    head = custody.record(made, "new", title=args.title, matter=args.matter)
    console.out(f"Made the case {args.case}. Custody head: {head}")
    return 0
