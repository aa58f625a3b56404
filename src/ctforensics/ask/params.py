"""Parameters of questions: what a question declares, and how a typed value becomes a bound one.

Nothing that an analyst types ever becomes SQL: values are converted here and bound by DuckDB.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.errors import ParameterError

ENTITIES = (
    "access_key",
    "principal",
    "session",
    "address",
    "agent",
    "account",
    "bucket",
    "resource",
    "event",
)


@dataclass(frozen=True, slots=True)
class Param:
    """One declared parameter. ``default`` None means that a value must be given; lists default to empty (none given)."""

    name: str
    type: str
    help: str
    default: Any = None
    entity: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        return self.default is None

    def __str__(self) -> str:
        return self.name

    def convert(self, value: Any) -> Any:
        """The value as DuckDB takes it. Raises ParameterError, one sentence, where it does not fit the type."""
        if self.type.endswith("[]"):
            return [self._one(item, self.type[:-2]) for item in _many(value)]
        if isinstance(value, list | tuple | set):
            if len(value) != 1:
                raise ParameterError(f"The parameter {self.name!r} takes one value, not {len(value)}.")
            value = next(iter(value))
        return self._one(value, self.type)

    def _one(self, value: Any, type_: str) -> Any:
        try:
            converted = _CONVERTERS[type_](value)
        except ParameterError as error:
            raise ParameterError(f"The parameter {self.name!r}: {error.message}", hint=error.hint) from error
        except (ValueError, TypeError, OverflowError) as error:
            raise ParameterError(
                f"The parameter {self.name!r} takes {_KIND[type_]}, not {value!r}.", hint=self.help
            ) from error
        if self.choices and converted not in self.choices:
            raise ParameterError(
                f"The parameter {self.name!r} takes one of {', '.join(self.choices)}, not {converted!r}."
            )
        return converted


def _many(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Iterable):
        return list(value)
    return [value]


def _text(value: Any) -> str:
    if isinstance(value, bool | bytes) or value is None or isinstance(value, Mapping):
        raise TypeError
    text = str(value)
    text.encode("utf-8")  # a lone surrogate cannot be bound
    return text


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    number = int(value)
    if abs(number) >= 2**63:
        raise OverflowError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    word = str(value).strip().lower()
    if word not in known:
        raise ValueError
    return known[word]


def _instant(value: Any) -> datetime:
    if not isinstance(value, str | datetime):
        raise TypeError
    return clock.parse_instant(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "VARCHAR": _text,
    "BIGINT": _integer,
    "DOUBLE": _number,
    "BOOLEAN": _boolean,
    "TIMESTAMP": _instant,
}
_KIND = {
    "VARCHAR": "a text",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "TIMESTAMP": "an instant such as 2024-05-02T06:11:09Z",
}
TYPES = (*_CONVERTERS, "VARCHAR[]", "BIGINT[]")


def bind(params: Iterable[Param], given: Mapping[str, Any], question: str) -> dict[str, Any]:
    """Every parameter with its converted value. Raises ParameterError for a missing, surplus or mistyped one."""
    declared = {param.name: param for param in params}
    for name in given:
        if name not in declared:
            near = difflib.get_close_matches(name, declared, n=2, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"It takes: {', '.join(declared)}."
            raise ParameterError(f"{question} has no parameter {name!r}.", hint=hint)
    missing = [p for p in declared.values() if p.required and _none_given(given.get(p.name))]
    if missing:
        raise ParameterError(
            f"{question} needs a value for {' and '.join(repr(p.name) for p in missing)}.",
            hint=f"{missing[0].name}: {missing[0].help}.",
        )
    bound = {
        name: param.convert(param.default if given.get(name) is None else given[name])
        for name, param in declared.items()
    }
    _check_window(bound)
    return bound


def _none_given(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | set) and not len(value))


def _check_window(bound: Mapping[str, Any]) -> None:
    since, until = bound.get("since"), bound.get("until")
    if isinstance(since, datetime) and isinstance(until, datetime) and until <= since:
        raise ParameterError(
            f"The window is reversed or empty: since {clock.utc_text(since)}, until {clock.utc_text(until)}.",
            hint="Give the earlier instant as since; until is not part of the window.",
        )
