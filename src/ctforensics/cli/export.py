"""``ctforensics export``: events, records, indicators or an ATT&CK layer for other tools."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ctforensics.cli import console

_ENDINGS = {
    "jsonl": "jsonl",
    "parquet": "parquet",
    "csv": "csv",
    "timesketch": "timesketch.jsonl",
    "navigator": "layer.json",
    "stix": "stix.json",
}


def add(commands: Any) -> None:
    command = commands.add_parser(
        "export",
        help="events for other tools",
        description="Write events as JSON lines of the original records, Parquet, CSV (formulas disarmed) or Timesketch lines; "
        "labelled values as a STIX 2.1 bundle; techniques as an ATT&CK Navigator layer.",
        epilog="""Example: ctforensics export mycase --format jsonl --where "access_key_id = 'AKIAIOSFODNN7EXAMPLE'" -o key.jsonl""",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("--format", choices=tuple(_ENDINGS), default="jsonl", help="what to write (default: jsonl)")
    command.add_argument("--where", default="", metavar="SQL", help="an SQL condition on the columns of events")
    command.add_argument(
        "--value", action="append", default=[], help="with stix: also this address, access key id or ARN; repeatable"
    )
    command.add_argument("-o", "--output", type=Path, help="the file to write (default: exhibits/ in the case)")
    command.add_argument("--json", action="store_true", help="JSON on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    target = args.output or case.folder.exhibits / f"{case.path.name}.{_ENDINGS[args.format]}"
    if args.format == "stix":
        facts = _stix(case, target, args.value)
    elif args.format == "navigator":
        facts = _navigator(case, target)
    else:
        facts = _events(case, target, args)
    if args.json:
        console.print_json({"schema": "1", "file": str(target), **facts})
    else:
        console.out(f"Wrote {target}: {', '.join(f'{name} {value}' for name, value in facts.items())}")
    return 0


def _events(case: Any, target: Path, args: argparse.Namespace) -> dict[str, Any]:
    from ctforensics.export.events import export

    made = export(case.folder, case.room, target, format=args.format, where=args.where)
    if made.rebuilt:
        console.say(f"{made.rebuilt:,} records were rebuilt from the database: their evidence is not at hand.")
    return {"events": made.events, "sha256": made.sha256, "rebuilt": made.rebuilt}


def _stix(case: Any, target: Path, values: list[str]) -> dict[str, Any]:
    from ctforensics import clock
    from ctforensics.export import indicators
    from ctforensics.reports import asof

    chosen = {i.value: i for i in (*map(indicators.of_value, values), *indicators.of_notes(case.notes))}
    at = asof.of_case(case.folder).at or clock.now()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(indicators.bundle(chosen.values(), title=case.title, at=at), "utf-8")
    return {"indicators": len(chosen)}


def _navigator(case: Any, target: Path) -> dict[str, Any]:
    from ctforensics.export import navigator

    made = navigator.layer(case.room, case.catalog, name=case.title)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(made, indent=2) + "\n", "utf-8")
    return {"techniques": len(made["techniques"])}
