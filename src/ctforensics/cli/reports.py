"""``ctforensics reports``: which report notebooks there are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "reports",
        help="which reports there are",
        description="List the report notebooks, or show one with its parameters.",
        epilog="Example: ctforensics reports show incident",
    )
    kinds = command.add_subparsers(dest="what", metavar="list|show", required=True)
    listing = kinds.add_parser("list", help="all reports, with a line each")
    listing.add_argument("--case", type=Path, help="also look in this case's notebooks/")
    listing.add_argument("--json", action="store_true", help="JSON on standard output")
    listing.set_defaults(run=run_list)
    showing = kinds.add_parser("show", help="one report and its parameters")
    showing.add_argument("name", metavar="NAME", help="a report's name or the path of a notebook")
    showing.add_argument("--case", type=Path, help="also look in this case's notebooks/")
    showing.add_argument("--json", action="store_true", help="JSON on standard output")
    showing.set_defaults(run=run_show)


def run_list(args: argparse.Namespace) -> int:
    from ctforensics.reports import catalog

    found = list(catalog.walk(args.case))
    if args.json:
        console.print_json({"schema": "1", "reports": [r.as_json() for r in found]})
    else:
        print(console.table(["report", "what it says"], [[r.name, r.about] for r in found], width=100))
    return 0


def run_show(args: argparse.Namespace) -> int:
    from ctforensics.reports import catalog

    found = catalog.find(args.name, args.case)
    if args.json:
        console.print_json({"schema": "1", **found.as_json()})
        return 0
    console.out(found.title)
    console.out(found.about)
    console.out()
    if not found.parameters:
        console.out("It has no parameters.")
    for p in found.parameters:
        console.page([f"{p.name} ({p.type}): {p.help}", f"    default {p.default!r}"])
    return 0
