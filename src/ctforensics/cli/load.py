"""``ctforensics load``: evidence into the case's database."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from ctforensics.cli import console, limits


def add(commands: Any) -> None:
    command = commands.add_parser(
        "load",
        help="load evidence into the case's database",
        description="Load what is new in the case's evidence. A PATH (folder, zip, tar, file) becomes an evidence root of the case.",
        epilog="Example: ctforensics load mycase AWSLogs/ --since 2024-05-01 --until 2024-05-08 --region eu-west-1",
    )
    command.add_argument("case", type=Path, metavar="CASE", help="the case folder; made where there is none")
    command.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="evidence to add to the case")
    command.add_argument("--account", action="append", default=[], help="only files of this account (repeatable)")
    command.add_argument("--region", action="append", default=[], help="only files of this region (repeatable)")
    command.add_argument("--since", help="only files delivered from 15 minutes before this instant, UTC")
    command.add_argument("--until", help="only files delivered until --late after this instant, UTC")
    command.add_argument("--late", type=float, default=48.0, metavar="HOURS", help="hours that deliveries may lag (48)")
    command.add_argument("--only-verified", action="store_true", help="only files that the newest verification proved")
    command.add_argument(
        "--matching", type=Path, metavar="FILE", help="load only records that hold a value of this list"
    )
    command.add_argument("--keep-raw", action="store_true", help="keep the text of every record in the database")
    limits.add(command, "1G", "whole exports are loaded too; a verification, which judges single log files, opens 256M")
    about = "most bytes of one record (4M; CloudTrail itself writes at most 256K)"
    command.add_argument("--max-record", type=limits.size, metavar="SIZE", help=about)
    command.add_argument("--jobs", type=int, help="worker processes (the number of cores unless said)")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import clock
    from ctforensics.case import folder
    from ctforensics.errors import ParameterError
    from ctforensics.evidence.door import USUAL
    from ctforensics.investigation import new_case, open_case
    from ctforensics.load.scope import Scope

    if args.late < 0:
        raise ParameterError("--late is negative.", hint="Say how many hours deliveries may lag, 48 for example.")
    for path in args.paths:
        if not path.exists():
            raise ParameterError(f"There is nothing at {path}.", hint="Check the path of the evidence.")
    if folder.is_case(args.case) or not args.paths:
        case = open_case(args.case)
    else:
        case = new_case(args.case)
        console.say(f"Made the case {args.case}.")
    scope = Scope(
        accounts=tuple(args.account),
        regions=tuple(args.region),
        since=clock.parse_instant(args.since) if args.since else None,
        until=clock.parse_instant(args.until) if args.until else None,
        late=timedelta(hours=args.late),
    )
    progress = console.Progress("Loading", "files")
    try:
        result = case.load(
            *args.paths,
            scope=scope,
            only_verified=args.only_verified,
            matching=args.matching,
            keep_raw=args.keep_raw,
            limits=limits.chosen(args, USUAL, record=args.max_record),
            jobs=args.jobs,
            progress=progress,
        )
    finally:
        progress.end()
    if args.json:
        console.print_json(result.to_json())
    else:
        for line in result.lines():
            console.out(line)
    return 1 if result.found else 0
