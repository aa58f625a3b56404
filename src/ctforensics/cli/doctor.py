"""``ctforensics doctor``: what works on this machine."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "doctor",
        help="what works on this machine",
        description="Tries every part that the toolkit needs and says what works, what is missing and how to get it.",
        epilog="Example: ctforensics doctor --json",
    )
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics import doctor

    checks = list(doctor.examine())
    if args.json:
        console.print_json({"schema": 1, "sound": doctor.is_sound(checks), "checks": [asdict(c) for c in checks]})
    else:
        for check in checks:
            console.out(f"{check.state:8}{check.name:18}{check.detail}")
            if check.hint:
                console.out(f"{'':26}{check.hint}")
    return 0 if doctor.is_sound(checks) else 2
