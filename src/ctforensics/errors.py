"""The errors that stop the tool: one family, each with a place and a hint.

A *finding* about the evidence (altered, missing, moved) is never an exception; it is a row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ForensicsError(Exception):
    """Something the tool cannot go on with.

    ``where`` names the place (path and line, bucket and key); ``hint`` says what to do. The hint
    also travels as an exception note, so that a plain traceback shows it.
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        if hint:
            self.add_note(hint)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def sentence(self) -> str:
        """The one line a person reads: place, what is wrong, what to do."""
        return f"{self} {self.hint}" if self.hint else str(self)

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a long traceback."""
        lines = [f"{type(self).__name__}: {self}"]
        if self.hint:
            lines.append(f"  {self.hint}")
        return lines


class CaseError(ForensicsError):
    """The case folder is missing, not a case, damaged, or not writable."""


class CaseBusy(CaseError):
    """Another process writes to this case; the message says who."""


class EvidenceError(ForensicsError, OSError):
    """Evidence could not be read at all (a damaged object is a finding, not this)."""

    def __str__(self) -> str:
        return ForensicsError.__str__(self)


class ParameterError(ForensicsError, ValueError):
    """A parameter is missing, surplus, or of the wrong type."""


class QueryError(ForensicsError):
    """A question or an SQL statement cannot be run as it stands."""


class ConservationError(ForensicsError):
    """A ledger does not balance: something arrived and left no trace. Nothing is published."""


class NotInstalled(ForensicsError, ImportError):
    """An optional part is not installed; the hint says which extra brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed.", hint=f"Install it with: pip install 'ctforensics[{extra}]'")

    def __str__(self) -> str:
        return ForensicsError.__str__(self)


class UnknownName(ForensicsError, LookupError):
    """A name that is not in the list; the hint offers the nearest ones."""

    def __init__(self, what: str, name: str, known: Iterable[str], *, where: str | None = None) -> None:
        candidates = sorted(known)
        near = difflib.get_close_matches(name, candidates, n=4, cutoff=0.4)
        near += [k for k in candidates if name and name.lower() in k.lower() and k not in near][:4]
        hint = f"Did you mean: {', '.join(near)}?" if near else f"Known: {', '.join(candidates[:20])}."
        super().__init__(f"There is no {what} named {name!r}.", where=where, hint=hint)
        self.name = name
        self.near = near
