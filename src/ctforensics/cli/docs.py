"""``ctforensics docs``: writes the generated pages of a checkout."""

from __future__ import annotations

import argparse
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "docs",
        help="write the generated pages",
        description="Writes queries/README.md and the references of columns, commands and Python from the code.",
        epilog="Example: ctforensics docs --check",
    )
    command.add_argument("--check", action="store_true", help="write nothing; name the stale pages and exit 1")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import docs
    from ctforensics.cli import parser

    if args.check:
        pages = docs.stale(parser())
        for page in pages:
            console.out(f"stale: {page} (write it with: ctforensics docs)")
        return 1 if pages else 0
    for page in docs.write(parser()):
        console.out(f"wrote {page}")
    return 0
