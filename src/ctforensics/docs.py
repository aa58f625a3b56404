"""Pages written from the code: the questions, the columns, the commands. They print only facts that the code holds."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator
from pathlib import Path

from ctforensics.errors import ForensicsError
from ctforensics.trail.columns import EVENT_COLUMNS
from ctforensics.trail.tables import DDL, DIMENSIONS

HEAD = "<!-- Written by `ctforensics docs`; change the code, not this page. -->\n\n"


def pages(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Every generated page: its path below the checkout and its text."""
    return {
        "queries/README.md": HEAD + _questions(),
        "docs/columns.md": HEAD + _columns(),
        "docs/commands.md": HEAD + _commands(parser),
        "docs/python.md": HEAD + _python(),
    }


def checkout() -> Path:
    """The checkout that this package runs from. Raises ForensicsError for an installed package: it has no pages to write."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        raise ForensicsError(
            "The pages are written in a checkout of the source.", hint="Run this where pyproject.toml is."
        )
    return root


def stale(parser: argparse.ArgumentParser) -> list[str]:
    """The pages that do not say what the code says."""
    root = checkout()
    return [
        path
        for path, text in pages(parser).items()
        if not (root / path).is_file() or (root / path).read_text("utf-8") != text
    ]


def write(parser: argparse.ArgumentParser) -> list[str]:
    """Writes the stale pages and names them."""
    root, changed = checkout(), stale(parser)
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(pages(parser)[path], "utf-8")
    return changed


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _questions() -> str:
    from ctforensics.ask.catalog import Catalog

    catalog = Catalog.of_case()
    by_topic: dict[str, list] = {}
    for question in catalog:
        by_topic.setdefault(question.topic, []).append(question)
    parts = [
        f"# {len(catalog)} questions\n",
        "Each is a file of plain DuckDB SQL with `$named` parameters: `ctforensics query CASE NAME -p name=value`, "
        '`case.ask("NAME", name=value)`, or `ctforensics queries show NAME` for the text to paste into the duckdb shell. '
        "Every question also takes `since`, `until`, `accounts`, `regions` and `outcome`.\n",
        "Names, ARNs and ids of principals are compared without regard to case (IAM lets no two names differ in case alone), and so "
        "are texts that are searched for; access keys, addresses, accounts, buckets and session names are compared exactly.\n",
    ]
    for topic, questions in sorted(by_topic.items()):
        parts.append(f"## {topic}\n")
        parts.append(
            _table(
                ("name", "question", "parameters", "ATT&CK", "cost"),
                (
                    (
                        f"[`{q.name}`]({topic}/{q.name}.sql)",
                        q.question,
                        ", ".join(f"`{param.name}`" for param in q.params),
                        ", ".join(q.attack),
                        q.cost,
                    )
                    for q in sorted(questions, key=lambda q: q.name)
                ),
            )
        )
    return "\n".join(parts)


def _columns() -> str:
    rows = ((f"`{c.name}`", c.type, f"`{c.field}`" if c.field else "concluded", c.about) for c in EVENT_COLUMNS)
    parts = [
        "# Columns of `events`\n",
        "One row per distinct record. *Field* names the record's own member; *concluded* marks what this tool derives. In JSON columns "
        "SQL NULL means absent, the JSON text `null` an explicit null. Time is UTC.\n",
        _table(("column", "type", "field", "about"), rows),
        "\n# All tables\n",
    ]
    for name, statement in DDL.items():
        if name != "events" and not name.startswith("dim_"):
            parts.append(f"## `{name}`\n\n```sql\n{inspect.cleandoc(statement)}\n```\n")
    parts.append("## `dim_*`: (no INTEGER, value VARCHAR, events BIGINT), no 0 stands for null\n")
    parts.append(_table(("table", "numbers"), ((f"`dim_{n}`", f"`{e}`") for n, e in DIMENSIONS.items())))
    return "\n".join(parts)


def _commands(parser: argparse.ArgumentParser) -> str:
    parts = [
        "# Commands\n",
        "Exit code 0: done. 1: done, and something was found. 2: could not do it. `--json` prints JSON alone on standard output.\n",
    ]
    for name, command in _subcommands(parser):
        parts.append(f"## `ctforensics {name}`\n\n{command.description or ''}\n")
        parts.append(_table(("option", "meaning"), _options(command)))
        for inner, action in _subcommands(command):
            parts.append(f"### `ctforensics {name} {inner}`\n\n{action.description or ''}\n")
            parts.append(_table(("option", "meaning"), _options(action)))
        if command.epilog:
            parts.append(f"    {command.epilog}\n")
    return "\n".join(parts)


def _subcommands(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    found = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return sorted(found[0].choices.items()) if found else []


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[object, ...]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            continue
        label = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        yield f"`{label}`", (action.help or "").replace("%(default)s", str(action.default))


def _python() -> str:
    from ctforensics.investigation import Case

    rows = []
    for name, member in inspect.getmembers(Case):
        if name.startswith("_"):
            continue
        text = (inspect.getdoc(member) or "").split("\n\n")[0]
        if isinstance(member, property):
            rows.append((f"`case.{name}`", text))
        else:
            signature = str(inspect.signature(member)).replace("(self, ", "(").replace("(self)", "()").split(" ->")[0]
            rows.append((f"`case.{name}{signature}`", text))
    return "# In Python\n\n`case = ctforensics.open_case(path)`\n\n" + _table(("call", "gives"), iter(rows))
