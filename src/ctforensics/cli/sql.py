"""``ctforensics sql``: one reading statement of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ctforensics.cli.query import add_output, add_params, params_of, write


def add(commands: Any) -> None:
    command = commands.add_parser(
        "sql",
        help="ask in SQL",
        description="Runs one reading SQL statement in the locked room: no files, no network, nothing written.",
        epilog='Example: ctforensics sql mycase "SELECT event_name, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC"',
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("statement", metavar="SQL", help="one SELECT; $name stands for a bound parameter")
    add_params(command)
    add_output(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ctforensics.ask import log
    from ctforensics.ask.answering import sql_reply
    from ctforensics.cli.query import row_limit
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    params = params_of(args.param)
    answer = sql_reply(case.room, args.statement, params, limit=row_limit(args))
    log.record(case.folder, "sql", params, len(answer.rows.rows), args.statement)
    write(answer, args)
    return 0
