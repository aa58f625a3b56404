"""The table from value to pseudonym, kept in the case: random, so that nothing in a redacted report leads back."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ctforensics.case import lock
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseBusy, CaseError

FILE = "redaction.json"
_PATIENCE = 240  # times that half a second is waited for another redaction


class Pseudonyms:
    """The case's table from value to pseudonym; grows as values are met and is written back whole."""

    def __init__(self, folder: CaseFolder) -> None:
        self.file = folder.path / FILE
        self.table: dict[str, str] = {}
        if self.file.exists():
            try:
                self.table = dict(json.loads(self.file.read_text("utf-8")))
            except (ValueError, TypeError) as error:
                raise CaseError(
                    f"{FILE} cannot be read ({error}).", where=FILE, hint="Move it away to begin a new one."
                ) from error
        self._taken = set(self.table.values())

    def of(self, kind: str, value: str) -> str:
        """The pseudonym of a value, made at random where it has none yet."""
        if value not in self.table:
            made = next(n for n in iter(lambda: f"{kind}-{secrets.token_hex(3)}", "") if n not in self._taken)
            self.table[value] = made
            self._taken.add(made)
        return self.table[value]

    def save(self) -> None:
        """Writes the table, readable by its owner alone."""
        waiting = self.file.with_name(self.file.name + ".new")
        try:
            with open(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
                json.dump(self.table, stream, indent=1, sort_keys=True)
            os.replace(waiting, self.file)
        except OSError as error:
            raise CaseError(
                f"The pseudonyms cannot be kept: {error.strerror}.",
                where=FILE,
                hint="A redacted report needs a case that can be written.",
            ) from error


@contextmanager
def alone(folder: CaseFolder) -> Iterator[None]:
    """One redaction at a time, so that a value never gets two pseudonyms; another one takes seconds and is waited for."""
    for _ in range(_PATIENCE):
        try:
            with lock.held(folder.path / "redaction.lock", "report --redact"):
                yield
            return
        except CaseBusy:
            time.sleep(0.5)
    raise CaseError("Another redaction of this case goes on.", where=FILE, hint="Wait until it has finished.")
