"""``ctforensics queries``: the library of questions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.cli import console

if TYPE_CHECKING:
    from ctforensics.ask.catalog import Catalog
    from ctforensics.ask.question import Question


def add(commands: Any) -> None:
    command = commands.add_parser(
        "queries",
        help="the library of questions",
        description="Lists the questions, or shows one as it runs in the duckdb shell, Athena or Spark.",
        epilog="Example: ctforensics queries list s3 policy; ctforensics queries show actions_by_access_key --dialect athena",
    )
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser(
        "list",
        help="all questions, or those that mention every word",
        epilog="Example: ctforensics queries list StopLogging; ctforensics queries list T1098; ctforensics queries list s3 policy",
    )
    listing.add_argument("words", nargs="*", metavar="WORD", help="an event name, service, ATT&CK id or any word")
    listing.add_argument("--case", type=Path, metavar="CASE", help="with the case's own questions")
    listing.add_argument("--json", action="store_true", help="JSON alone on standard output")
    listing.set_defaults(run=run_list)
    showing = actions.add_parser(
        "show",
        help="one question",
        epilog="Example: ctforensics queries show who_changed_bucket_policy | duckdb -readonly mycase/case.duckdb",
    )
    showing.add_argument("name", metavar="NAME")
    showing.add_argument("--dialect", choices=("duckdb", "athena", "spark"), default="duckdb")
    showing.add_argument("--case", type=Path, metavar="CASE", help="with the case's own questions")
    showing.set_defaults(run=run_show)


def _catalog(case: Path | None) -> Catalog:
    from ctforensics.ask.catalog import Catalog
    from ctforensics.case.folder import open_folder

    return Catalog.of_case(open_folder(case) if case else None)


def run_list(args: argparse.Namespace) -> int:
    catalog = _catalog(args.case)
    found = catalog.search(*args.words)
    if args.json:
        console.print_json({"schema": 1, "questions": [_facts(q) for q in found]})
    else:
        _print_list(found, len(catalog))
    for fault in catalog.faults:
        console.say(f"ctforensics: {fault}")
    return 2 if catalog.faults else 0


def _print_list(found: list[Question], total: int) -> None:
    topic = None
    for question in found:
        if question.topic != topic:
            topic = question.topic
            console.out()
            console.out(topic)
        needed = [p.name for p in question.params if p.required]
        console.out(f"  {question.name:<36} {question.title}{' (' + ', '.join(needed) + ')' if needed else ''}")
    console.out()
    console.out(f"{len(found)} of {total} questions.")


def _facts(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "topic": question.topic,
        "title": question.title,
        "question": question.question,
        "attack": list(question.attack),
        "attack_matrix": question.attack_matrix,
        "events": list(question.events),
        "needs": list(question.needs),
        "cost": question.cost,
        "params": [
            {"name": p.name, "type": p.type, "required": p.required, "entity": p.entity, "help": p.help}
            for p in question.params
        ],
    }


def run_show(args: argparse.Namespace) -> int:
    from ctforensics.ask import dialects, shell

    question = _catalog(args.case).get(args.name)
    text = shell.script(question) if args.dialect == "duckdb" else dialects.translated(question, args.dialect)
    for line in text.splitlines():
        console.out(line)
    return 0
