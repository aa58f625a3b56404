"""``ctforensics about``: one page on a value."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "about",
        help="one page on a key, address, ARN, account, bucket, name or id",
        description="Everything that the questions know about one value, with the names of the questions.",
        epilog="Example: ctforensics about mycase AKIAIOSFODNN7EXAMPLE",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument(
        "value", metavar="VALUE", help="access key, address or network, ARN, account, bucket, name, event id"
    )
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.ask import log
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    page = case.about(args.value)
    log.record(case.folder, "about", {"value": args.value}, page.summary["events"])
    if args.json:
        console.print_json(page.as_dict())
        return 0
    console.page(page.lines())
    return 0
