"""``ctforensics load``: evidence into the case's database."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from ctforensics.cli import console


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
    command.add_argument("--jobs", type=int, help="worker processes (the number of cores unless said)")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import clock
    from ctforensics.case import folder
    from ctforensics.errors import ParameterError
    from ctforensics.load import plan
    from ctforensics.load.run import load
    from ctforensics.load.scope import Scope

    if args.late < 0:
        raise ParameterError("--late is negative.", hint="Say how many hours deliveries may lag, 48 for example.")
    for path in args.paths:
        if not path.exists():
            raise ParameterError(f"There is nothing at {path}.", hint="Check the path of the evidence.")
    if not folder.is_case(args.case):
        if not args.paths:
            folder.open_folder(args.case)
        folder.create(args.case)
        console.say(f"Made the case {args.case}.")
    opened = folder.open_folder(args.case)
    for path in args.paths:
        plan.add_root(opened, path)
    scope = Scope(
        accounts=tuple(args.account),
        regions=tuple(args.region),
        since=clock.parse_instant(args.since) if args.since else None,
        until=clock.parse_instant(args.until) if args.until else None,
        late=timedelta(hours=args.late),
    )
    progress = console.Progress("Loading", "files")
    try:
        result = load(
            opened,
            scope=scope,
            only_verified=args.only_verified,
            matching=args.matching,
            keep_raw=args.keep_raw,
            jobs=args.jobs,
            progress=progress,
        )
    finally:
        progress.end()
    if args.json:
        console.print_json(result.to_json())
    else:
        show(result)
    return 1 if result.found else 0


def show(result: Any) -> None:
    """Prints the ledger, what was left out, and what was found."""
    files = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in result.files.items()) or "none"
    console.out(f"Files: {files} ({result.new_files:,} opened now).")
    console.out(
        f"Records: {result.records:,} = {result.events:,} events + {result.duplicates:,} duplicates"
        f" + {result.poorer_copies:,} poorer copies + {result.rejected:,} rejected"
        + (f" + {result.sifted:,} sifted out" if result.sifted else "")
        + "."
    )
    for title, counts in (
        ("Rejected", result.rejects),
        ("Left out by scope", result.left_out),
        ("Not CloudTrail", result.other_kinds),
    ):
        if counts:
            console.out(f"{title}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")
    if result.conflicts:
        console.out(f"Conflicts: {result.conflicts:,} fields differ between copies of one event (table conflicts).")
    for finding in result.findings:
        console.out(f"Finding {finding['code']}: {finding['subject']}: {finding['detail']}.")
