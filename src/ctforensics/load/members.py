"""The members of many records at once, by a decoder that knows their types: scalars as they are, JSON as slices."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import msgspec

from ctforensics.trail.columns import EVENT_COLUMNS

CONSOLE = "sessionCredentialFromConsole"
SAID_TRUE = '{"sessionCredentialFromConsole":"true"}'
FLATTENED = b'"userIdentity.'  # how a row repeats a record member by member: files with such are read with care
ABSENT = msgspec.Raw()
FIELDS = tuple(c.field for c in EVENT_COLUMNS if c.field)
_TYPES: dict[str, Any] = {"JSON": msgspec.Raw, "BOOLEAN": bool | None}
_Members = msgspec.defstruct(
    "_Members",
    [
        (
            c.field,
            bool | str | None if c.field == CONSOLE else _TYPES.get(c.type, str | None),
            ABSENT if c.type == "JSON" else None,
        )
        for c in EVENT_COLUMNS
        if c.field
    ],
)
_all = attrgetter(*FIELDS)
_RECORD = msgspec.json.Decoder(_Members)
_RECORDS = msgspec.json.Decoder(list[_Members])  # type: ignore[valid-type]


def split(forms: list[bytes]) -> tuple[dict[str, Any], list[int]]:
    """Values by field of some records in canonical form, and the numbers of those in which a scalar has another type.

    An absent scalar is None (so is a null one), an absent JSON member ``ABSENT``; an odd record has no values at all.
    """
    odd: list[int] = []
    try:
        found = _RECORDS.decode(b"[" + b",".join(forms) + b"]")
    except msgspec.ValidationError:
        found = [_one(number, form, odd) for number, form in enumerate(forms)]
    return dict(zip(FIELDS, zip(*map(_all, found), strict=True), strict=True)), odd


def _one(number: int, form: bytes, odd: list[int]) -> Any:
    try:
        return _RECORD.decode(form)
    except msgspec.ValidationError:
        odd.append(number)
        return _Members()
