"""``ctforensics status``: what is in a case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.cli import console


def add(commands: Any) -> None:
    command = commands.add_parser(
        "status",
        help="what is in a case",
        description="Files, events, rejects, coverage and integrity of a case, and what is wanted.",
        epilog="Example: ctforensics status mycase --json",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("--json", action="store_true", help="JSON alone on standard output")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.investigation import open_case

    status = open_case(args.case).status()
    if args.json:
        console.print_json({"schema": 1, **status})
        return 0
    console.page(lines(status))
    return 0


_UNFINISHED = (
    "  unfinished  a load was begun and is not published: what it reads is in no answer yet (ctforensics load)"
)


def lines(status: dict[str, Any]) -> list[str]:
    """The status as sentences."""
    if not status["loaded"]:
        told = [f"{status['title']}: nothing is loaded yet. Load evidence with: ctforensics load {status['case']} PATH"]
        return told + ([_UNFINISHED] if status["unfinished_load"] else [])
    told = [
        f"{status['title']}",
        f"  window      {clock.utc_text(status['since'])} to {clock.utc_text(status['until'])}",
        f"  files       {status['files']:,}: {_counts(status['files_by_outcome'])}",
        f"  records     {status['records']:,} = {status['events']:,} events + {status['duplicates']:,} duplicates"
        f" + {status['poorer_copies']:,} poorer copies + {status['rejected_records']:,} rejected",
        f"  rejects     {status['rejects']:,}"
        + (f": {_counts(status['rejects_by_reason'])}" if status["rejects"] else ""),
        f"  accounts    {', '.join(status['accounts']) or '-'}",
        f"  regions     {', '.join(status['regions']) or '-'}",
        f"  verified    {_counts(status['verification']) or 'nothing: run ctforensics verify'} (files)",
        f"  integrity   {_counts(status['integrity']) or '-'} (events)",
        f"  coverage    {_counts(status['coverage']) or 'not computed: run ctforensics verify'} (hours)",
    ]
    if len(status["verification_runs"]) > 1:
        told.append("  runs        of every file the newest verdict counts:")
        told += [f"              {run}" for run in status["verification_runs"]]
    if status["verification_runs"] and status["files_never_verified"]:
        told.append(
            f"  not seen    {_number(status['files_never_verified'], 'log file')} that no verification has seen: run ctforensics verify"
        )
    if status["verification_runs"] and status["files_beyond_digests"]:
        told.append(
            f"  no digest   {_number(status['files_beyond_digests'], 'file')} of Insights, network activity or aggregated events:"
            " digests do not list them, so nothing proves them"
        )
    if status["events_of_accounts_not_judged"]:
        named = ", ".join(
            f"{account} ({events:,})" for account, events in status["events_of_accounts_not_judged"].items()
        )
        told.append(f"  not judged  events of accounts for which nothing was verified: {named}")
    if status["files_posing_as_other_kinds"]:
        told.append(
            f"  posing      {_number(status['files_posing_as_other_kinds'], 'file')} among them with ordinary events in it, which CloudTrail"
            " does not deliver under such names: look at who put them there"
        )
    if status["sifted"]:
        told.append(f"  sifted      {status['sifted']:,} records are counted but not loaded (load --matching)")
    if status["unfinished_load"]:
        told.append(_UNFINISHED)
    if status["without_time"]:
        told.append(
            f"  without time {status['without_time']:,} events carry no time at all; every answer shows them apart"
        )
    told += [
        f"  finding     {f['code']} {f['account'] or ''} {f['region'] or ''} {clock.utc_text(f['since'])} to"
        f" {clock.utc_text(f['until'])}: {f['detail']}"
        for f in status["findings"]
    ]
    return told


def _number(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
