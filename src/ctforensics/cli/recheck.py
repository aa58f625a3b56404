"""``ctforensics recheck``: which kept answers and findings are not as they were."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "recheck",
        help="ask kept answers again and name what changed",
        description="After new evidence or with a new version: hashes the evidence again, asks every kept answer again and names"
        " the answers and findings that changed. Exit 1 where something did.",
        epilog="Example: ctforensics recheck mycase --quick --json",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("--quick", action="store_true", help="do not hash the evidence again")
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.investigation import open_case

    made = open_case(args.case).recheck(evidence=not args.quick)
    if args.json:
        console.print_json(made.to_json())
    else:
        for line in made.lines():
            console.out(line)
    return 1 if made.changed else 0
