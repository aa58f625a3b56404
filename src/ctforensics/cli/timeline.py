"""``ctforensics timeline``: the timeline of a case as a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console
from ctforensics.errors import ParameterError


def add(commands: Any) -> None:
    command = commands.add_parser(
        "timeline",
        help="the timeline as one HTML page, CSV or Timesketch JSONL",
        description="Writes the timeline of a case: self-contained HTML (charts, gaps, events), CSV or Timesketch JSON lines.",
        epilog="Example: ctforensics timeline mycase -o timeline.html --since 2024-05-02 --actor arn:aws:iam::111122223333:user/eve",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("timeline.html"),
        help="file to write; its name's end chooses the format",
    )
    command.add_argument(
        "--format",
        choices=("html", "csv", "jsonl", "timesketch", "parquet"),
        help="format, where the name does not say it",
    )
    command.add_argument("--since", help="events at or after this instant (UTC)")
    command.add_argument("--until", help="events before this instant (UTC)")
    command.add_argument("--text", help="events with this text in a name, actor, key, address, agent, error or target")
    for name in ("actor", "access-key", "address", "service", "event-name", "account", "region", "outcome"):
        command.add_argument(
            f"--{name}", action="append", metavar="VALUE", help=f"only this {name.replace('-', ' ')} (repeatable)"
        )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.investigation import open_case
    from ctforensics.show import exporting, files, page

    chosen = args.format or {
        ".csv": "csv",
        ".jsonl": "timesketch",
        ".html": "html",
        ".htm": "html",
        ".parquet": "parquet",
    }.get(args.output.suffix)
    if chosen is None:
        raise ParameterError(
            f"{args.output.name} does not say which format it is.", hint="Add --format html, csv or timesketch."
        )
    case = open_case(args.case)
    session = page.opened(
        case.room, title=case.title, since=args.since, until=args.until, where=_where(args), folder=case.folder
    )
    count = files.written(args.output, lambda waiting: exporting.FORMS[chosen][1](session, waiting))
    console.out(f"{args.output}: {count:,} events; coverage: {session.coverage()}")
    session.close()
    return 0


def _where(args: argparse.Namespace) -> list[dict[str, Any]]:
    fields = ("actor", "access_key", "address", "service", "event_name", "account", "region", "outcome")
    found: list[dict[str, Any]] = [{"field": name, "is": getattr(args, name)} for name in fields if getattr(args, name)]
    return found + ([{"text": args.text}] if args.text else [])
