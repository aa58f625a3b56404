"""``ctforensics exhibit``: chosen events byte for byte with their proof, and checking such a file without the case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "exhibit",
        help="events as exhibits",
        description="Make an exhibit of chosen events, or check one without the case.",
        epilog="Example: ctforensics exhibit make mycase --event d58cf935-0194-41d0-baa0-9efc030ce2e6 -o exhibit-1.zip",
    )
    kinds = command.add_subparsers(dest="what", metavar="make|verify", required=True)
    making = kinds.add_parser("make", help="write an exhibit")
    making.add_argument("case", type=Path, metavar="CASE")
    making.add_argument(
        "--event", action="append", default=[], metavar="ID", help="an event id or event key; repeatable"
    )
    making.add_argument(
        "--public-keys", type=Path, metavar="FILE", help="a ListPublicKeys answer, where the case has none"
    )
    making.add_argument("-o", "--output", type=Path, help="the file to write (default: the next number in exhibits/)")
    making.add_argument("--json", action="store_true", help="JSON on standard output")
    making.set_defaults(run=run_make)
    checking = kinds.add_parser("verify", help="check an exhibit; exit code 1 where a check fails")
    checking.add_argument("file", type=Path, metavar="FILE")
    checking.add_argument("--json", action="store_true", help="JSON on standard output")
    checking.set_defaults(run=run_verify)


def run_make(args: argparse.Namespace) -> int:
    from ctforensics.export import exhibits
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    target = args.output or _next(case.folder.exhibits)
    made = exhibits.make(case.folder, case.room, args.event, target, public_keys=args.public_keys)
    if args.json:
        console.print_json(
            {"schema": "1", "file": str(made.path), "sha256": made.sha256, "events": made.events, "notes": made.notes}
        )
    else:
        console.out(f"Wrote {made.path}: {made.events:,} events, sha256 {made.sha256}")
        for note in made.notes:
            console.out(note)
    return 0


def _next(folder: Path) -> Path:
    taken = {p.name for p in folder.glob("exhibit-*.zip")} if folder.is_dir() else set()
    return next(folder / name for n in range(1, len(taken) + 2) if (name := f"exhibit-{n:03d}.zip") not in taken)


def run_verify(args: argparse.Namespace) -> int:
    from ctforensics.export import checking

    checks = checking.check(args.file)
    failed = sum(c.state == "fail" for c in checks)
    if args.json:
        listed = [{"what": c.what, "state": c.state, "detail": c.detail} for c in checks]
        console.print_json({"schema": "1", "ok": not failed, "checks": listed})
    else:
        print(console.table(["check", "state", "detail"], [[c.what, c.state, c.detail] for c in checks]))
        still = sum(c.state == "open" for c in checks)
        console.out(f"{len(checks):,} checks, {failed:,} failed, {still:,} open.")
    return 1 if failed else 0
