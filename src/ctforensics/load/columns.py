"""The columns of ``events`` for the records of a walk (``load.taped``).

Each column is a copy of spans of the canonical forms, or is concluded once for each distinct value that it depends on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from ctforensics.load import about, members, nodes, spans, sums, tape
from ctforensics.load.schema import EVENTS, repeats
from ctforensics.trail import derive
from ctforensics.trail.columns import TESTIMONY
from ctforensics.trail.derive import event_class_of, mfa_of
from ctforensics.trail.identity import NOBODY, Identity, identify
from ctforensics.trail.names import event_base_name
from ctforensics.trail.outcome import outcome
from ctforensics.trail.target import target

if TYPE_CHECKING:
    from ctforensics.load.taped import Walked

Array = np.ndarray[Any, Any]
_AT = {field: number for number, field in enumerate(tape.FIELDS)}
_SEED = secrets.randbits(63)  # nobody outside can choose texts that collide
_KEPT = 20_000


class Columns:
    """The columns of ``events`` for the records of a walk."""

    def __init__(self, walked: Walked) -> None:
        self.walked, self.canon, self.count = walked, walked.canon, len(walked.said)
        self.starts = {f: np.ascontiguousarray(walked.spans[:, n, 0]) for f, n in _AT.items()}
        self.ends = {f: np.ascontiguousarray(walked.spans[:, n, 1]) for f, n in _AT.items()}
        self.kinds = {f: np.ascontiguousarray(walked.kinds[:, n]) for f, n in _AT.items()}
        self.numbers: dict[str, tuple[Array, Array]] = {}
        self.shorts: dict[str, list[str | None]] = {}

    def made(self) -> dict[str, pa.Array]:
        made = {column.name: self._said(field) for field, column in TESTIMONY.items()}
        made["event_key"] = self._keys()
        made["event_time"] = pa.array(self.walked.times.view("M8[us]").copy())
        self._console(made)
        self._identity(made)
        self._calls(made)
        self._about(made)
        self._each(made, "source_kind", "sourceIPAddress", derive.source_kind)
        self._each(made, "agent_family", "userAgent", derive.agent_family)
        for name, value in (("event_time_basis", "eventTime"), ("fidelity", "full"), ("verification", "not_checked")):
            made[name] = _numbered(name, np.zeros(self.count, np.int32), [value])
        if self.walked.taken.keep_raw:
            texts = [self.walked.raw(record).decode() for record in self.walked.said]
            made["record_text"] = pa.array(texts, pa.string())
        for field in EVENTS:
            if field.name not in made:
                made[field.name] = pa.nulls(self.count, field.type)
        return made

    # -- what the record says -----------------------------------------------------------------------------------------

    def _said(self, field: str) -> pa.Array:
        kinds, type_ = self.kinds[field], TESTIMONY[field].type
        if not kinds.any():
            return pa.nulls(self.count, EVENTS.field(TESTIMONY[field].name).type)
        if type_ == "BOOLEAN":
            return pa.array(kinds != nodes.FALSE, mask=kinds == nodes.ABSENT)
        if type_ == "TIMESTAMP":
            return None  # of the walk's own reading
        if not repeats(TESTIMONY[field].name):
            return self._copied(field, self.starts[field], self.ends[field], kinds)
        numbers, firsts = self._distinct(field)
        values = self._copied(field, self.starts[field][firsts], self.ends[field][firsts], kinds[firsts])
        return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), values)

    def _copied(self, field: str, starts: Array, ends: Array, kinds: Array) -> pa.Array:
        return _texts_at(self.canon, starts, ends, kinds, TESTIMONY[field].type == "VARCHAR")

    def _keys(self) -> pa.Array:
        keys = sums.keys(self.canon, self.walked.said[:, 4], self.walked.said[:, 5])
        return pa.Array.from_buffers(pa.binary(16), self.count, [None, pa.py_buffer(keys)])

    def _console(self, made: dict[str, pa.Array]) -> None:
        """``sessionCredentialFromConsole`` is the text "true" in nearly all records: true in its column, itself in unknown_fields."""
        as_text = self.kinds[members.CONSOLE] == nodes.STRING
        if as_text.any():
            said = [members.SAID_TRUE if found else None for found in as_text.tolist()]
            made["unknown_fields"] = pa.array(said, pa.string())

    # -- distinct values ------------------------------------------------------------------------------------------------

    def _distinct(self, field: str) -> tuple[Array, Array]:
        """A number for each record (-1: absent) and where each number stands first, by the bytes of the member."""
        if field not in self.numbers:
            self.numbers[field] = spans.distinct(
                self.canon, self.starts[field], self.ends[field], self.kinds[field], _SEED
            )
        return self.numbers[field]

    def _holds(self, field: str, word: Array) -> Array:
        """Which records have a word in a member."""
        found: Array = spans.holds(self.canon, self.starts[field], self.ends[field], self.kinds[field], word)
        return found

    def _bytes(self, field: str, at: int) -> bytes | None:
        if not self.kinds[field][at]:
            return None
        return self.canon[self.starts[field][at] : self.ends[field][at]].tobytes()

    def _value(self, field: str, at: int) -> Any:
        """A member's value, parsed; None where it is absent."""
        said = self._bytes(field, at)
        return None if said is None else orjson.loads(said)

    def _short(self, field: str) -> list[str | None]:
        """The texts of a member by number, the last one for its absence (-1); of members that repeat."""
        if field not in self.shorts:
            self.shorts[field] = [*(self._texts(at, field)[0] for at in self._distinct(field)[1].tolist()), None]
        return self.shorts[field]

    def _texts(self, at: int, *fields: str) -> list[str | None]:
        """Texts of a record, None where they are absent or empty."""
        return [self._value(field, at) or None for field in fields]

    def _each(self, made: dict[str, pa.Array], name: str, field: str, conclude: Callable[[str | None], Any]) -> None:
        """A column that depends on one text."""
        numbers = self._distinct(field)[0]
        found = [conclude(said) for said in self._short(field)]
        made[name] = _numbered(name, np.where(numbers < 0, len(found) - 1, numbers), found)

    def _together(self, *numbers: Array) -> tuple[Array, list[int]]:
        """One number for each record by several, and where each stands first."""
        found, firsts = spans.together(np.stack(numbers, axis=1), _SEED)
        return found, firsts.tolist()

    # -- what we conclude -----------------------------------------------------------------------------------------------

    def _identity(self, made: dict[str, pa.Array]) -> None:
        numbers, identities = self._distinct("userIdentity")
        who = [*(_who(self._bytes("userIdentity", at)) for at in identities.tolist()), NOBODY]
        at = np.where(numbers < 0, len(identities), numbers)
        for field, values in zip(Identity._fields, zip(*who, strict=True), strict=True):
            made[field] = _numbered(field, at, values)
        self._mfa(made, who, at)
        self._actor(made, who, at)
        by, firsts = self._together(at, self._distinct("recipientAccountId")[0])
        recipients = [self._short("recipientAccountId")[self._distinct("recipientAccountId")[0][n]] for n in firsts]
        accounts = [who[at[n]].actor_account_id for n in firsts]
        differ = [a != r if a and r else None for a, r in zip(accounts, recipients, strict=True)]
        made["is_cross_account"] = _numbered("is_cross_account", by, differ)

    def _actor(self, made: dict[str, pa.Array], who: list[Identity], at: Array) -> None:
        """Where the identity names nobody, the address is left to name the actor by."""
        if made["actor"].null_count:
            addresses, texts = self._distinct("sourceIPAddress")[0], self._short("sourceIPAddress")
            by, firsts = self._together(at, addresses)
            found = [
                who[at[n]].actor or (f"unknown@{texts[addresses[n]]}" if texts[addresses[n]] else "unknown")
                for n in firsts
            ]
            made["actor"] = _numbered("actor", by, found)

    def _mfa(self, made: dict[str, pa.Array], who: list[Identity], at: Array) -> None:
        field = "additionalEventData"
        said = np.flatnonzero(self._holds(field, _MFA))
        if len(said):
            mfa = made["mfa"].to_pylist()
            for n in said.tolist():
                mfa[n] = mfa_of(self._value(field, n), who[at[n]])
            made["mfa"] = pa.array(mfa, pa.bool_())

    def _calls(self, made: dict[str, pa.Array]) -> None:
        """Base name, class, outcome and error class: of short texts that repeat."""
        source, name = self._distinct("eventSource")[0], self._distinct("eventName")[0]
        self._each(made, "event_base_name", "eventName", event_base_name)
        kinds = (self.kinds[f].astype(np.int32) for f in ("managementEvent", "readOnly"))
        insight = (self.kinds["insightDetails"] > 0).astype(np.int32)
        key = (source, name, *(self._distinct(f)[0] for f in ("eventType", "eventCategory")), *kinds, insight)
        at, firsts = self._together(*key)
        made["event_class"] = _numbered("event_class", at, [self._class(n) for n in firsts])
        response, details = self._signs_in("responseElements"), self._signs_in("serviceEventDetails")
        code, message = self._distinct("errorCode")[0], self._distinct("errorMessage")[0]
        at, firsts = self._together(source, name, code, message, response, details)
        ends = [self._outcome(n, response[n] >= 0, details[n] >= 0) for n in firsts]
        for field, values in zip(("outcome", "error_class"), zip(*ends, strict=True), strict=True):
            made[field] = _numbered(field, at, values)

    def _class(self, n: int) -> str:
        source, name, kind, category = self._texts(n, "eventSource", "eventName", "eventType", "eventCategory")
        management, read_only = (_FLAG[int(self.kinds[f][n])] for f in ("managementEvent", "readOnly"))
        insight = bool(self.kinds["insightDetails"][n])
        return event_class_of(source, name, kind, category, management, read_only, insight)[1]

    def _signs_in(self, field: str) -> Array:
        """Numbers of the members that can hold the result of a sign-in, -1 for all others."""
        may = self._holds(field, _SUCCESS) | self._holds(field, _FAILURE)
        return np.where(may, self._distinct(field)[0], -1) if may.any() else np.full(self.count, -1, np.int32)

    def _outcome(self, n: int, response: bool, details: bool) -> tuple[str, str | None]:
        source, name, code, message = self._texts(n, "eventSource", "eventName", "errorCode", "errorMessage")
        return outcome(
            source,
            name,
            code,
            message,
            self._value("responseElements", n) if response else None,
            self._value("serviceEventDetails", n) if details else None,
        )

    def _about(self, made: dict[str, pa.Array]) -> None:
        """What a call was about: as the walk read it, or concluded where that was not sure."""
        unsure = np.flatnonzero(self.walked.told == 0)
        at, firsts = self._unsure(unsure)
        found = [self._target(n) for n in firsts]
        for column, (name, values) in enumerate(
            zip(about.COLUMNS, zip(*found, strict=True) if found else [()] * 5, strict=True)
        ):
            made[name] = self._told(name, column, unsure, at, values)

    def _unsure(self, which: Array) -> tuple[Array, list[int]]:
        """Numbers of records by all that tells what they are about, and the first of each; the response among it."""
        numbers = []
        for field in (
            "eventSource",
            "errorMessage",
            "requestParameters",
            "resources",
            "serviceEventDetails",
            "responseElements",
        ):
            places = self.starts[field][which], self.ends[field][which], self.kinds[field][which]
            numbers.append(spans.distinct(self.canon, places[0], places[1], places[2], _SEED)[0])
        at, firsts = self._together(*numbers)
        return at, which[firsts].tolist()

    def _told(self, name: str, column: int, unsure: Array, at: Array, values: Sequence[str | None]) -> pa.Array:
        """One of these columns: spans of the text, and ``values[at]`` for the records that are unsure."""
        starts, ends = (np.ascontiguousarray(self.walked.abouts[:, column, n]) for n in (0, 1))
        kinds = (starts >= 0).view(np.uint8)
        kinds[unsure] = nodes.ABSENT
        if not repeats(name):
            other = _beside(values)
            absent = np.array([value is None for value in values], bool)[at]
            starts[unsure], ends[unsure] = other.starts[at], other.ends[at]
            kinds[unsure] = np.where(absent, nodes.ABSENT, spans.OTHER)
            return _texts_at(self.walked.text, starts, ends, kinds, other=other.text)
        numbers, firsts = spans.distinct(self.walked.text, starts, ends, kinds, _SEED)
        said = _texts_at(self.walked.text, starts[firsts], ends[firsts], kinds[firsts])
        if len(unsure):
            further = [-1 if value is None else len(firsts) + n for n, value in enumerate(values)]
            numbers[unsure] = np.array(further, np.int32)[at]
            said = pa.concat_arrays([said, pa.array(values, pa.string())])
        return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), said)

    def _target(self, n: int) -> tuple[str | None, ...]:
        source, message = self._texts(n, "eventSource", "errorMessage")
        parameters, response, details = (
            self._value(field, n) for field in ("requestParameters", "responseElements", "serviceEventDetails")
        )
        return target(source, parameters, response, lambda: self._value("resources", n), details, message)


class _Beside(NamedTuple):
    """Texts behind one another, and where each stands."""

    text: Array
    starts: Array
    ends: Array


def _beside(values: Sequence[str | None]) -> _Beside:
    texts = [(value or "").encode() for value in values]
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return _Beside(np.frombuffer(b"".join(texts) or b"\0", np.uint8).copy(), bounds[:-1], bounds[1:])


_NOTHING = np.zeros(1, np.uint8)


def _texts_at(
    buffer: Array, starts: Array, ends: Array, kinds: Array, is_text: bool = False, other: Array = _NOTHING
) -> pa.Array:
    """Spans of a buffer as an array of texts, null where the kind is 0, of ``other`` where it is OTHER; of JSON strings
    (``is_text``) what they say."""
    count = len(starts)
    size = int((ends - starts)[kinds != 0].sum(dtype=np.int64))
    offsets, data = np.empty(count + 1, np.int32), np.empty(size, np.uint8)
    valid = np.zeros((count + 7) // 8, np.uint8)
    absent = spans.gather(buffer, other, starts, ends, kinds, is_text, offsets, data, valid)
    buffers = [pa.py_buffer(valid) if absent else None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), count, buffers, absent)


def _numbered(name: str, numbers: Array, values: Sequence[Any]) -> pa.Array:
    """A column of ``events`` of some values by their numbers."""
    absent = np.fromiter((value is None for value in values), bool, len(values))[numbers]
    if repeats(name):
        return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32(), mask=absent), pa.array(values, pa.string()))
    type_ = EVENTS.field(name).type
    known = np.array([0 if value is None else value for value in values], "?" if type_ == pa.bool_() else "M8[us]")
    return pa.array(
        known[numbers], type_, mask=absent
    )  # flags and times: numpy picks them, as Arrow's own way costs a long start


_MFA, _SUCCESS, _FAILURE = (np.frombuffer(word, np.uint8).copy() for word in (b"MFAUsed", b'"Success"', b'"Failure"'))
_FLAG = {nodes.ABSENT: None, nodes.TRUE: True, nodes.FALSE: False}
_identities: dict[bytes | None, Identity] = {}


def _who(said: bytes | None) -> Identity:
    """The identity that a text tells, kept for the next portion: the same few come again."""
    found = _identities.get(said)
    if found is None:
        if len(_identities) >= _KEPT:
            _identities.clear()
        found = _identities[said] = identify(None if said is None else orjson.loads(said))
    return found
