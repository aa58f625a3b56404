"""``ctforensics query``: one question, or a playbook of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.cli import console
from ctforensics.errors import ParameterError

if TYPE_CHECKING:
    from ctforensics.ask.answering import Reply
    from ctforensics.ask.query import Rows

FORMATS = ("table", "csv", "json", "jsonl", "parquet", "markdown")
TABLE_ROWS = 200


def add(commands: Any) -> None:
    command = commands.add_parser(
        "query",
        help="ask one question",
        description="Asks one question of the library. `ctforensics queries list` names them.",
        epilog="Example: ctforensics query mycase actions_by_access_key -p access_key_id=AKIAIOSFODNN7EXAMPLE"
        " -p since=2024-05-02 --format csv -o key.csv",
    )
    command.add_argument("case", type=Path, metavar="CASE")
    command.add_argument("name", nargs="?", metavar="NAME", help="the question")
    add_params(command)
    command.add_argument("--playbook", metavar="NAME", help="run an ordered set of questions instead of one")
    add_output(command)
    command.set_defaults(run=run)


def add_params(command: argparse.ArgumentParser) -> None:
    """The option that gives parameters."""
    command.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter; repeat it for more, or for more values of a list (since, until, accounts, regions, outcome always work)",
    )


def add_output(command: argparse.ArgumentParser) -> None:
    """The options that say how rows come out."""
    command.add_argument("--format", choices=FORMATS, default=None, help="how rows are written (default: table)")
    command.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write there instead of standard output")
    command.add_argument(
        "--limit",
        type=int,
        default=None,
        metavar="N",
        help=f"at most N rows, 0 for all (default: all; {TABLE_ROWS} in a table)",
    )


def params_of(pairs: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs as parameters; a name given twice becomes a list."""
    params: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise ParameterError(f"{pair!r} is not NAME=VALUE.", hint="Write for example: -p bucket=payroll")
        if name in params:
            before = params[name] if isinstance(params[name], list) else [params[name]]
            params[name] = [*before, value]
        else:
            params[name] = value
    return params


def run(args: argparse.Namespace) -> int:
    from ctforensics.ask import log
    from ctforensics.ask.answering import reply
    from ctforensics.investigation import open_case

    if args.playbook:
        return _playbook(args)
    if not args.name:
        raise ParameterError("Which question?", hint="`ctforensics queries list` names them all.")
    case = open_case(args.case)
    question = case.catalog.get(args.name)
    params = params_of(args.param)
    answer = reply(case.room, question, params, limit=row_limit(args))
    log.record(case.folder, question.name, params, len(answer.rows.rows))
    write(answer, args)
    return 0


def row_limit(args: argparse.Namespace) -> int | None:
    """How many rows at most; None for all."""
    if args.limit is not None and args.limit < 0:
        raise ParameterError("The limit is 0 or more.", hint="0 means all rows.")
    if args.limit is None:
        return TABLE_ROWS if (args.format or "table") == "table" and args.output is None else None
    return args.limit or None


def write(answer: Reply, args: argparse.Namespace) -> None:
    """Rows on standard output or into the file; what was searched on standard error (below a table: beside it)."""
    from ctforensics.ask import formats

    form = args.format or _form_of(args.output)
    rows = formats.with_timeless(answer.rows, answer.timeless)
    if form == "parquet":
        if args.output is None:
            raise ParameterError("Parquet goes into a file.", hint="Add -o FILE.")
        formats.write_parquet(rows, args.output)
    elif args.output is not None:
        body = _as_table(answer) + "\n" if form == "table" else formats.text(rows, form)
        args.output.write_bytes(body.encode("utf-8"))
    elif form == "table":
        _print_table(answer)
        return
    else:
        print(formats.text(rows, form), end="")
    for line in answer.footer().splitlines():
        console.say(line)
    if answer.timeless and answer.timeless.rows and form != "table":
        console.say("Rows of records without time stand last; the column without_time marks them.")


def _form_of(output: Path | None) -> str:
    suffix = output.suffix.lower().lstrip(".") if output else ""
    return (
        {"md": "markdown", "ndjson": "jsonl"}.get(suffix, suffix) if suffix in (*FORMATS, "md", "ndjson") else "table"
    )


def _print_table(answer: Reply) -> None:
    for line in [*_as_table(answer).splitlines(), "", *answer.footer().splitlines()]:
        console.out(line)


def _as_table(answer: Reply) -> str:
    parts = []
    if answer.rows.rows:
        parts.append(_table(answer.rows))
    if answer.timeless and answer.timeless.rows:
        parts += ["", "Records without any time:", _table(answer.timeless)]
    return "\n".join(parts)


def _table(rows: Rows) -> str:
    """Rows as a table for people: columns that are empty throughout are left out, long cells are cut."""
    from ctforensics.ask.formats import shown

    kept = [
        i
        for i, name in enumerate(rows.columns)
        if name != "event_key" and any(row[i] is not None and row[i] != [] for row in rows.rows)
    ]
    cells = [[shown(row[i]) for i in kept] for row in rows.rows]
    return console.table([rows.columns[i] for i in kept], cells, width=60)


def _playbook(args: argparse.Namespace) -> int:
    from ctforensics.ask.playbooks import not_asked
    from ctforensics.ask.playbooks import run as run_playbook
    from ctforensics.investigation import open_case

    case = open_case(args.case)
    steps = list(run_playbook(case.room, case.catalog, args.playbook, params_of(args.param)))
    left = not_asked(args.playbook, case.catalog, steps)
    if (args.format or "table") == "json":
        told = [{"question": question, "needs": needs} for question, needs in left]
        steps_told = [step.as_dict() for step in steps]
        console.print_json({"schema": 1, "playbook": args.playbook, "steps": steps_told, "not_asked": told})
        return 0
    for number, step in enumerate(steps, 1):
        console.out(f"{number}. {step.question.title} ({step.question.name})")
        console.out(f"   Look for: {step.look}")
        if step.reply.answered:
            for line in [*_as_table(step.reply).splitlines(), step.reply.rows_told()]:
                console.out(f"   {line}")
        else:
            console.out(f"   Nothing. Silence here means: {step.silence}")
        for line in step.reply.searched.cautions():
            console.out(f"   {line}")
        console.out()
    for question, needs in left:
        console.out(f"Not asked: {question}, which needs {needs} (-p).")
    for line in steps[0].reply.searched.sentences() if steps else []:
        console.out(line)
    return 0
