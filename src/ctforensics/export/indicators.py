"""Indicators of a case as a STIX 2.1 bundle: the values that the analyst labelled, and values named for the export."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics.errors import NotInstalled, ParameterError
from ctforensics.notes.book import NoteBook

# Ids are made of what they stand for, so that the same indicators of the same case give the same bundle.
_SPACE = uuid.UUID("a3c6ecb7-3f8f-4f45-9d0a-2e1b6a3f7d11")
_FIELDS = {
    "address": "address",
    "source_ip_address": "address",
    "access_key": "access_key",
    "access_key_id": "access_key",
}
_FIELDS |= {
    "actor": "principal",
    "principal": "principal",
    "session": "principal",
    "agent": "agent",
    "user_agent": "agent",
}
_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value known from the case: its kind (address, access_key, principal, agent) and the labels that it bears."""

    kind: str
    value: str
    labels: tuple[str, ...] = ()


def of_notes(book: NoteBook) -> list[Indicator]:
    """The labelled entities of which STIX has a pattern."""
    found = [
        Indicator(_FIELDS[field], value, tuple(sorted(set(labels))))
        for (field, value), labels in book.entity_labels().items()
        if field in _FIELDS
    ]
    return sorted(found, key=lambda i: (i.kind, i.value))


def of_value(value: str) -> Indicator:
    """A value as an indicator, its kind read from its form. Raises ParameterError where no kind fits."""
    text = value.strip()
    if _KEY_ID.fullmatch(text):
        return Indicator("access_key", text)
    if text.startswith("arn:"):
        return Indicator("principal", text)
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ParameterError(
            f"{value!r} is no address, access key id or ARN.", hint="Label other values in the notes."
        ) from error
    return Indicator("address", text)


def pattern(indicator: Indicator) -> str:
    """The STIX pattern that matches the value."""
    quoted = indicator.value.replace("\\", "\\\\").replace("'", "\\'")
    if indicator.kind == "address":
        version = ipaddress.ip_address(indicator.value).version
        return f"[ipv{version}-addr:value = '{quoted}']"
    if indicator.kind == "agent":
        return f"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '{quoted}']"
    field = "credential" if indicator.kind == "access_key" else "user_id"
    return f"[user-account:{field} = '{quoted}']"


def bundle(indicators: Iterable[Indicator], *, title: str, at: datetime) -> str:
    """The bundle as JSON text, checked by the stix2 library. ``at`` is the instant that the case speaks of."""
    try:
        import stix2
    except ImportError as error:
        raise NotInstalled("stix2, which writes STIX bundles,", "report") from error
    made = [_object(stix2, each, title, at) for each in indicators]
    kept = [each for each in made if each is not None]
    named = uuid.uuid5(_SPACE, "\n".join(sorted(str(each.id) for each in kept)))
    return str(stix2.Bundle(*kept, id=f"bundle--{named}").serialize(pretty=True)) + "\n"


def _object(stix2: Any, indicator: Indicator, title: str, at: datetime) -> Any:
    try:
        written = pattern(indicator)
    except ValueError:  # an "address" such as AWS Internal has no pattern
        return None
    return stix2.Indicator(
        id=f"indicator--{uuid.uuid5(_SPACE, f'{indicator.kind}:{indicator.value}')}",
        created=at,
        modified=at,
        valid_from=at,
        name=f"{indicator.kind.replace('_', ' ')} {indicator.value}",
        description=f"Seen in CloudTrail evidence of the case {title!r}.",
        indicator_types=["unknown"],
        labels=list(indicator.labels) or None,
        pattern=written,
        pattern_type="stix",
    )
