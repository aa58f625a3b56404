"""``ctforensics report``: a report notebook run on a case and written as a document."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console
from ctforensics.errors import ParameterError


def add(commands: Any) -> None:
    command = commands.add_parser(
        "report",
        help="write a report",
        description="Run a report notebook on a case and write it as .html, .pdf, .md, .docx or .ipynb. "
        "Exit code 1 says that the report found something that stands out.",
        epilog="Example: ctforensics report mycase incident -p final=true -o incident.pdf",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("name", metavar="NAME", help="a report (see `ctforensics reports list`) or a notebook's path")
    command.add_argument(
        "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the report; repeatable"
    )
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the file to write; repeatable, one run in several formats (default: reports/NAME.html in the case)",
    )
    command.add_argument(
        "--redact", default="", metavar="PROFILE", help="pseudonyms: all, or people (names, keys, addresses)"
    )
    command.add_argument("--timeout", type=int, default=3600, help="seconds that one cell may take (default: 3600)")
    command.add_argument("--json", action="store_true", help="JSON on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.reports.noted import make_noted

    targets = args.output or [args.case / "reports" / f"{Path(args.name).stem}.html"]
    console.say(f"Running the report {Path(args.name).stem}.")
    made = make_noted(args.case, args.name, pairs(args.param), *targets, timeout=args.timeout, redact=args.redact)
    if args.json:
        told = {"also": [str(path) for path in made.also], "attachments": [str(path) for path in made.attachments]}
        console.print_json({"schema": "1", "report": str(made.path), **told, "found": made.found})
    else:
        for path in (made.path, *made.also, *made.attachments):
            console.out(f"Wrote {path}")
        for sentence in (*made.notes, *made.said):
            console.out(sentence)
    return 1 if made.found else 0


def pairs(given: list[str]) -> dict[str, str]:
    """``name=value`` texts as a dict. Raises ParameterError for one without an equals sign."""
    for text in given:
        if "=" not in text:
            raise ParameterError(f"{text!r} is not NAME=VALUE.", hint="Write -p access_key_id=AKIA...")
    return dict(text.split("=", 1) for text in given)
