"""``ctforensics triage``: what everyone asks first."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "triage",
        help="what everyone asks first; deadlines first",
        description="Deadlines, what the evidence is worth, and what stands out, each with its reason and its question.",
        epilog="Example: ctforensics triage mycase",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.ask import log
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    progress = console.Progress("triage", "questions")
    try:
        page = case.triage(progress=progress)
    finally:
        progress.end()
    log.record(case.folder, "triage", {}, len(page.lines))
    if args.json:
        console.print_json(page.as_dict())
        return 0
    console.page(page.text())
    return 0
