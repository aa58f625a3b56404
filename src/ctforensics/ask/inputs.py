"""What the investigator brings: owned accounts, vendors, indicators, labels, networks, people, AWS ranges, address databases.

Each is a CSV or text file in the case's ``inputs/`` folder and becomes a table of the locked room. The tables always
exist; without a file they are empty. A text file holds one value a line; a CSV file names its columns in the first line.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ctforensics.ask import places
from ctforensics.errors import ForensicsError

Row = tuple[Any, ...]


class InputError(ForensicsError):
    """A file in ``inputs/`` says something that cannot be used."""


@dataclass(frozen=True, slots=True)
class Input:
    """One kind of input: its columns as people write them, and the table that it becomes."""

    columns: tuple[str, ...]
    ddl: str
    row: Callable[[list[str]], Row]


def _account(values: list[str]) -> Row:
    if not re.fullmatch(r"\d{12}", values[0]):
        raise ValueError(f"{values[0]!r} is not an account id of 12 digits (spreadsheets drop leading zeros)")
    return values[0], values[1]


def span(text: str) -> tuple[int, int]:
    """First and last address of a network as numbers; IPv4 stands inside ::ffff:0:0/96, as in the macro ip_number."""
    network = ipaddress.ip_network(text.strip(), strict=False)
    base = 0xFFFF << 32 if network.version == 4 else 0
    return base + int(network.network_address), base + int(network.broadcast_address)


def _network(values: list[str]) -> Row:
    return values[0], values[1], values[2], *span(values[0])


INPUTS: dict[str, Input] = {
    "owned_accounts": Input(("account", "name"), "account VARCHAR, name VARCHAR", _account),
    "vendors": Input(("account", "name"), "account VARCHAR, name VARCHAR", _account),
    "indicators": Input(("value", "kind", "note"), "value VARCHAR, kind VARCHAR, note VARCHAR", tuple),
    "labels": Input(("value", "label", "note"), "value VARCHAR, label VARCHAR, note VARCHAR", tuple),
    "networks": Input(
        ("cidr", "name", "kind"),
        "cidr VARCHAR, name VARCHAR, kind VARCHAR, low UHUGEINT, high UHUGEINT",
        _network,
    ),
    "people": Input(("user_id", "user_name"), "user_id VARCHAR, user_name VARCHAR", tuple),
    "aws_ranges": Input(
        ("cidr", "service", "region"),
        "cidr VARCHAR, service VARCHAR, region VARCHAR, low UHUGEINT, high UHUGEINT",
        _network,
    ),
}


def read(folder: Path | None) -> dict[str, list[Row]]:
    """The rows of every input. Raises InputError, naming file and line, for what cannot be used."""
    return {name: list(_rows(folder, name, kind)) if folder else [] for name, kind in INPUTS.items()}


def create(con: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
    """Makes one table for each input."""
    for name, kind in INPUTS.items():
        con.execute(f"CREATE TABLE {name} ({kind.ddl})")
        if rows[name]:
            marks = ", ".join("?" * len(rows[name][0]))
            con.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row) for row in rows[name]])
    con.execute(f"CREATE TABLE {places.TABLE} ({places.COLUMNS})")


def empty_ddl() -> dict[str, str]:
    """The statements that make the tables empty, for running a question in the duckdb shell."""
    tables = {name: kind.ddl for name, kind in INPUTS.items()} | {places.TABLE: places.COLUMNS}
    return {name: f"CREATE TEMP TABLE IF NOT EXISTS {name} ({ddl});" for name, ddl in tables.items()}


def _rows(folder: Path, name: str, kind: Input) -> Iterator[Row]:
    for suffix, lines in ((".txt", _plain), (".csv", _csv), (".json", _aws_json)):
        path = folder / f"{name}{suffix}"
        if not path.is_file() or (suffix == ".json" and name != "aws_ranges"):
            continue
        for number, values in lines(path, kind):
            try:
                yield kind.row(values)
            except ValueError as error:
                raise InputError(f"{error}.", where=f"{path}:{number}", hint="Mend the line or take it out.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("The file is not UTF-8 text.", where=str(path), hint="Save it as UTF-8.") from error


def _plain(path: Path, kind: Input) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(io.StringIO(_text(path), newline=None), 1):
        value = line.split("#")[0].strip()
        if value:
            yield number, [value, *[""] * (len(kind.columns) - 1)]


def _csv(path: Path, kind: Input) -> Iterator[tuple[int, list[str]]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    if not reader.fieldnames or kind.columns[0] not in reader.fieldnames:
        raise InputError(
            f"The first line names no column {kind.columns[0]!r}.",
            where=f"{path}:1",
            hint=f"Columns: {', '.join(kind.columns)}.",
        )
    for row in reader:
        values = [(row.get(column) or "").strip() for column in kind.columns]
        if values[0]:
            yield reader.line_num, values


def _aws_json(path: Path, kind: Input) -> Iterator[tuple[int, list[str]]]:
    """The file ip-ranges.json as AWS publishes it."""
    try:
        data = json.loads(_text(path))
        entries = [*data.get("prefixes", []), *data.get("ipv6_prefixes", [])]
        for entry in entries:
            yield 1, [entry.get("ip_prefix") or entry["ipv6_prefix"], entry.get("service", ""), entry.get("region", "")]
    except (ValueError, KeyError, AttributeError) as error:
        raise InputError("This is not AWS's ip-ranges.json.", where=str(path)) from error
