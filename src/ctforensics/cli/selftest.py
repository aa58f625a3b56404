"""``ctforensics selftest``: known answers from the installed package."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ctforensics import __version__
from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "selftest",
        help="run known answers",
        description="Runs known answers (keys, records, containers, digests, questions) on practice archives, so that a laboratory "
        "can validate this version before it uses it. Under two minutes; exit 1 if an answer is wrong.",
        epilog="Example: ctforensics selftest --json > selftest.json",
    )
    command.add_argument(
        "--case", type=Path, metavar="CASE", help="note the result in this case's custody, so that its reports state it"
    )
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import selftest
    from ctforensics.case import folder as folders

    folder = folders.open_folder(args.case) if args.case else None
    results = []
    for known in selftest.run():
        results.append(known)
        if not args.json:
            console.out(f"{'ok   ' if known.ok else 'WRONG'} {known.name}")
            if not known.ok:
                console.out(f"      expected {known.expected}")
                console.out(f"      found    {known.found}")
    if folder:
        selftest.record(folder, results)
    wrong = sum(not known.ok for known in results)
    if args.json:
        answers = [asdict(known) | {"ok": known.ok} for known in results]
        console.print_json(
            {"schema": 1, "version": __version__, "right": len(results) - wrong, "wrong": wrong, "answers": answers}
        )
    else:
        console.out(f"ctforensics {__version__}: {len(results) - wrong} known answers right, {wrong} wrong.")
    return 1 if wrong else 0
