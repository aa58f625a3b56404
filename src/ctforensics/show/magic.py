"""``%%ct`` and ``%ct``: SQL and questions in a notebook cell, in the locked room, with bound parameters only.

::

    %load_ext ctforensics

    %%ct --as refusals --limit 100
    SELECT event_time, actor, event_name FROM events WHERE access_key_id = $key AND outcome = 'denied'

    %ct actions_by_access_key access_key_id=$key --note "the leaked key"

A ``$name`` is the variable of that name in the notebook; it is bound, never pasted into the text.
"""

from __future__ import annotations

import difflib
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from ctforensics import clock
from ctforensics.ask import log
from ctforensics.ask.answering import Reply, reply, sql_reply
from ctforensics.ask.result import Answer
from ctforensics.errors import ParameterError, QueryError

LIMIT = 10_000
USAGE = "%%ct [CASE] [--as NAME] [--limit N] [--note TEXT], SQL below; or %ct QUESTION name=value ..."


@dataclass(slots=True)
class Wanted:
    """What stands on the magic's line: words, and the options."""

    words: list[str] = field(default_factory=list)
    name: str = ""
    limit: int | None = LIMIT
    note: str = ""
    case: str = ""


def register(shell: Any, open_case: Callable[[str | None], Any]) -> None:
    """Gives a shell of IPython the magic; ``open_case`` opens a case by its path (None: the one of the environment)."""
    from IPython.core.magic import no_var_expand

    # IPython would paste the text of a variable where it reads $name; values are bound here instead.
    shell.register_magic_function(no_var_expand(Magic(shell, open_case)), magic_kind="line_cell", magic_name="ct")


class Magic:
    """The magic of one shell. It holds the case that was used last."""

    __name__ = "ct"

    def __init__(self, shell: Any, open_case: Callable[[str | None], Any]) -> None:
        self._shell, self._open = shell, open_case
        self._cases: dict[str | None, Any] = {}
        self.__doc__ = __doc__

    def __call__(self, line: str, cell: str | None = None) -> Any:
        wanted = parse(line)
        case = self._case(wanted, cell is not None)
        if cell is None and not wanted.words:
            return case
        made = self._statement(case, wanted, cell) if cell is not None else self._question(case, wanted)
        answer = Answer.of(made)
        if wanted.note:
            case.keep(answer, wanted.note)
        if wanted.name:
            self._shell.user_ns[wanted.name] = answer
        return answer

    def _statement(self, case: Any, wanted: Wanted, text: str) -> Reply:
        if not text.strip():
            raise QueryError("There is no SQL in this cell.", hint=USAGE)
        values = bound(text, self._shell.user_ns)
        made: Reply = stoppable(case.room, lambda: sql_reply(case.room, text, values, limit=wanted.limit, count=True))
        log.record(case.folder, "sql", values, len(made.rows.rows), text.strip())
        return made

    def _question(self, case: Any, wanted: Wanted) -> Reply:
        name, *pairs = wanted.words
        question, params = case.catalog.get(name), given(pairs, self._shell.user_ns)
        made: Reply = stoppable(case.room, lambda: reply(case.room, question, params, limit=wanted.limit, count=True))
        log.record(case.folder, question.name, params, len(made.rows.rows))
        return made

    def _case(self, wanted: Wanted, cell: bool) -> Any:
        """The case that the line names (a variable or a folder); else the variable ``case``; else the environment's."""
        named = wanted.case
        if cell and wanted.words:
            if len(wanted.words) > 1 or named:
                raise ParameterError(f"{' '.join(wanted.words)!r} is too much for a cell's line.", hint=USAGE)
            named = wanted.words[0]
        held = self._shell.user_ns.get(named or "case")
        if hasattr(type(held), "room") and hasattr(type(held), "catalog"):
            return held
        if (named or None) not in self._cases:
            self._cases[named or None] = self._open(named or None)
        return self._cases[named or None]


def parse(line: str) -> Wanted:
    """The words and options of a magic's line. Raises ParameterError for what it does not know."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ParameterError(f"The line cannot be read: {error}.", hint=USAGE) from error
    wanted = Wanted()
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            wanted.words.append(word)
            continue
        option, sign, value = word.partition("=")
        if option not in ("--as", "--limit", "--note", "--case"):
            raise ParameterError(f"There is no option {option!r}.", hint=USAGE)
        if not sign:
            if not words:
                raise ParameterError(f"{option} needs a value.", hint=USAGE)
            value = words.pop(0)
        _set(wanted, option, value)
    return wanted


def _set(wanted: Wanted, option: str, value: str) -> None:
    if option == "--limit":
        if not value.isdecimal():
            raise ParameterError("The limit is a whole number, 0 or more.", hint="0 means all rows.")
        wanted.limit = int(value) or None
    elif option == "--as":
        if not value.isidentifier():
            raise ParameterError(f"{value!r} is no name for a variable.")
        wanted.name = value
    elif option == "--note":
        wanted.note = value
    else:
        wanted.case = value


def bound(statement: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that a statement names as ``$name``, as values to bind. Raises where one is absent or cannot be bound."""
    try:
        statements = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from error
    names = {str(name) for each in statements for name in each.named_parameters}
    return {name: value_of(name, namespace) for name in sorted(names)}


def given(pairs: list[str], namespace: Mapping[str, Any]) -> dict[str, Any]:
    """``name=value`` words as parameters; a value ``$name`` is the variable, a name given twice becomes a list."""
    params: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name:
            raise ParameterError(f"{pair!r} is not name=value.", hint=USAGE)
        value = value_of(text[1:], namespace) if text.startswith("$") and text[1:].isidentifier() else text
        if name in params:
            before = params[name] if isinstance(params[name], list) else [params[name]]
            value = [*before, *(value if isinstance(value, list) else [value])]
        params[name] = value
    return params


def value_of(name: str, namespace: Mapping[str, Any]) -> Any:
    """A variable as a value that DuckDB binds: text, number, truth, instant (naive UTC), or a list of them."""
    if name.isdecimal():
        raise QueryError(
            f"${name} has no name.", hint="Name it, such as $key, and set the variable key in a cell above."
        )
    if name not in namespace:
        known = [n for n, v in namespace.items() if not n.startswith("_") and _bindable(v)]
        near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
        hint = f"Did you mean ${' or $'.join(near)}?" if near else f"Set it in a cell above: {name} = ..."
        raise ParameterError(f"There is no variable {name!r} for ${name}.", hint=hint)
    value = namespace[name]
    if not _bindable(value):
        kind = type(value).__name__
        raise ParameterError(
            f"The variable {name!r} is a {kind}, which cannot be bound.", hint="Texts, numbers, instants, lists."
        )
    return _plain(value)


def _bindable(value: Any) -> bool:
    if hasattr(value, "tolist"):  # a column of a DataFrame, an array, or one number of them
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset):
        return all(_bindable(each) for each in value)
    return value is None or isinstance(value, str | int | float | bool | datetime)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, datetime):
        return clock.parse_instant(value.to_pydatetime() if hasattr(value, "to_pydatetime") else value)
    return value


def stoppable(room: Any, ask: Callable[[], Any]) -> Any:
    """Runs a query on a thread, so that an interrupt of the kernel reaches it at once and ends it inside DuckDB."""
    outcome: dict[str, Any] = {}
    done = threading.Event()  # not the thread's own state: a join that is interrupted calls a running thread stopped

    def work() -> None:
        try:
            outcome["made"] = ask()
        except BaseException as error:  # noqa: BLE001 - handed on to the cell, which shows it
            outcome["error"] = error
        finally:
            done.set()

    threading.Thread(target=work, daemon=True, name="ctforensics magic").start()
    try:
        while not done.wait(0.1):
            pass
    except KeyboardInterrupt:
        while not done.wait(0.05):  # it may be between two statements: asked until it is gone
            room.interrupt()
        raise QueryError("Stopped. The query ended where it was; nothing was written.") from None
    if "error" in outcome:
        raise outcome["error"]
    return outcome["made"]
