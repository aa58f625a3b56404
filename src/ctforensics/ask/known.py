"""What the investigator says of values: labels, indicators, names of accounts, vendors and networks, beside the rows that hold them.

Every answer gets the column ``known_as`` where one of its rows holds such a value. What is said is the investigator's word, so
it stands in a column of its own and never in place of what the record says.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

from ctforensics.ask.inputs import Row, span
from ctforensics.ask.query import Rows

COLUMN = "known_as"
_LONG = 2048  # no value that anybody labels is longer; documents are not searched


class Known:
    """Looks values up in the rows of the investigator's inputs (``inputs.read``)."""

    def __init__(self, inputs: dict[str, list[Row]]) -> None:
        self._said: dict[str, list[str]] = {}
        for value, label, note in inputs.get("labels", []):
            self._say(value, _with_note(label, note))
        for value, kind, note in inputs.get("indicators", []):
            self._say(value, _with_note(f"indicator {kind}".strip(), note))
        for account, name in inputs.get("owned_accounts", []):
            if name:  # without a name it would only repeat, row by row, that it is ours
                self._say(account, f"ours ({name})")
        for account, name in inputs.get("vendors", []):
            self._say(account, f"vendor {name}".strip())
        for user_id, name in inputs.get("people", []):
            self._say(user_id, name)
        self._networks = [
            (low, high, _with_note(name, kind)) for _, name, kind, low, high in inputs.get("networks", [])
        ]
        self.of = lru_cache(maxsize=100_000)(self._of)

    def __bool__(self) -> bool:
        return bool(self._said or self._networks)

    def _say(self, value: str, said: str) -> None:
        if value and said:
            self._said.setdefault(value, []).append(said)

    def _of(self, value: str) -> tuple[str, ...]:
        """What is said of one value, from labels to networks."""
        return (*self._said.get(value, ()), *self._network(value))

    def _network(self, value: str) -> list[str]:
        if not self._networks or not value[:1].isalnum() or not ("." in value or ":" in value):
            return []
        try:
            number, _ = span(str(ipaddress.ip_address(value)))
        except ValueError:
            return []
        return [name for low, high, name in self._networks if low <= number <= high and name]

    def told(self, row: tuple[Any, ...]) -> list[str]:
        """``value: what is said`` for every value of a row, members of lists included, each once and in the row's order."""
        found: dict[str, None] = {}
        for cell in row:
            for value in cell if isinstance(cell, list | tuple) else (cell,):
                if isinstance(value, str) and len(value) <= _LONG:
                    found.update(dict.fromkeys(f"{value}: {said}" for said in self.of(value)))
        return list(found)


def _with_note(text: str, note: str) -> str:
    return f"{text} ({note})" if text and note else text or note


def add_known(rows: Rows, known: Known) -> Rows:
    """The rows with the column ``known_as``, if anything is said of any of their values; otherwise the rows as they are."""
    if not known or COLUMN in rows.columns:
        return rows
    told = [known.told(row) for row in rows.rows]
    if any(told):
        rows.columns, rows.types = [*rows.columns, COLUMN], [*rows.types, "VARCHAR[]"]
        rows.rows = [(*row, said) for row, said in zip(rows.rows, told, strict=True)]
    return rows
