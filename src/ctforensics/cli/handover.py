"""``ctforensics handover``: the page for whoever takes the case over."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "handover",
        help="write the page for whoever takes the case over",
        description="What was asked, found, marked, left open, and what is wanted, as HTML or Markdown. Exit 1 where something is open.",
        epilog="Example: ctforensics handover mycase -o handover.html",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="an .html or .md file (default: Markdown on standard output)"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.investigation import open_case

    made = open_case(args.case).handover(args.output)
    if args.output is None:
        print(made.markdown(), end="")
    else:
        console.say(f"{made.open:,} things are left open or wanted.")
        console.out(str(args.output))
    return 1 if made.open else 0
