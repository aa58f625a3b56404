"""Many records at once, column by column: the fast way for log files as CloudTrail writes them.

A file comes this way only if it is ``{"Records":[...]}``, compact, and the parsed form is written back byte for byte: then the sorted
form of a record is its canonical form, and its length is that of the bytes in the file. A record that columns cannot repeat as it is
(a member that we do not know, a null or another type in a scalar) is made by ``row``, which is the reference. The tests hold both together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from ctforensics.evidence.door import USUAL
from ctforensics.load import members, row
from ctforensics.load.schema import EVENTS, SOURCES, empty, fitted
from ctforensics.logs import aggregated
from ctforensics.trail import derive, fast
from ctforensics.trail.columns import EVENT_COLUMNS
from ctforensics.trail.derive import event_class_of, mfa_of
from ctforensics.trail.identity import NOBODY, Identity, identify
from ctforensics.trail.outcome import outcome
from ctforensics.trail.target import target

HEAD, TAIL = b'{"Records":[', b"]}"
_SORTED = orjson.OPT_SORT_KEYS
_TEXTS = tuple((c.name, c.field) for c in EVENT_COLUMNS if c.field and c.type == "VARCHAR")
_FLAGS = tuple((c.name, c.field) for c in EVENT_COLUMNS if c.field and c.type == "BOOLEAN")
_JSONS = tuple((c.name, c.field) for c in EVENT_COLUMNS if c.field and c.type == "JSON")
_IDENTITY = Identity._fields
_PLAIN = {"session_created_at": pa.timestamp("us"), "mfa": pa.bool_()}
_CACHED, _LONG = 200_000, 50_000


class Bulk:
    """Collects the records of many files and gives them as Arrow tables. ``add`` says whether a file came this way."""

    def __init__(self, *, keep_raw: bool = False, most: int = USUAL.record) -> None:
        self.keep_raw, self.most = keep_raw, most
        self.records: list[dict[str, Any]] = []
        self.forms: list[bytes] = []
        self.file: list[int] = []
        self.index: list[int] = []
        self.offset: list[int] = []
        self.texts: list[str | None] = []
        self.delivered: list[datetime | None] = []
        self.counts: dict[int, int] = {}
        self.size = 0  # bytes of the contents that were taken

    def add(self, file: int, content: bytes, delivered: datetime | None) -> int | None:
        """Takes the records of a content and returns how many, or None where it must be read with more care."""
        if not content.startswith(HEAD) or not content.endswith(TAIL) or members.FLATTENED in content:
            return None
        try:
            document = orjson.loads(content)
            if len(document) != 1 or orjson.dumps(document) != content:
                return None
        except (ValueError, TypeError, RecursionError):
            return None
        records = document["Records"]
        if not all(map(_plain, records)):
            return None
        forms = [orjson.dumps(record, None, _SORTED) for record in records]
        if any(map(fast.may_be_deep, forms)):
            return None
        lengths = np.fromiter(map(len, forms), np.int64, len(forms))
        if lengths.max(initial=0) > self.most:
            return None
        offsets = (np.cumsum(lengths + 1) - (lengths + 1) + len(HEAD)).tolist()
        self.records += records
        self.forms += forms
        self.file += [file] * len(forms)
        self.index += range(len(forms))
        self.offset += offsets
        self.delivered += [delivered] * len(forms)
        if self.keep_raw:
            self.texts += [content[o : o + len(f)].decode() for o, f in zip(offsets, forms, strict=True)]
        self.counts[file] = len(forms)
        self.size += len(content)
        return len(forms)

    def windows(self, events: pa.Table) -> dict[int, tuple[datetime, datetime]]:
        """First and last event time of each file that has any."""
        if not self.records:
            return {}
        stamps = events["event_time"].combine_chunks().to_numpy(zero_copy_only=False)
        timed = events["event_time_basis"].combine_chunks().to_numpy(zero_copy_only=False) != "none"
        found, at = {}, 0
        for file, count in self.counts.items():
            part = stamps[at : at + count][timed[at : at + count]]
            at += count
            if len(part):
                found[file] = (part.min().item(), part.max().item())
        return found

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Rows of ``events`` (one for each record, duplicates included) and of ``event_sources``, in the same order."""
        if not self.records:
            return empty(EVENTS), empty(SOURCES)
        keys = [hashlib.sha256(form).digest()[:16] for form in self.forms]
        columns = self._columns()
        columns["event_key"] = pa.array(keys, pa.binary(16))
        events = pa.Table.from_arrays([fitted(f.name, columns[f.name]) for f in EVENTS], schema=EVENTS)
        count = len(keys)
        sources = pa.Table.from_arrays(
            [
                columns["event_key"],
                pa.array(self.file, pa.int32()),
                pa.array(self.index, pa.int32()),
                pa.array(self.offset, pa.int64()),
                pa.array(np.fromiter(map(len, self.forms), np.int32, count)),
                pa.array(["records"] * count, pa.string()),
                pa.array(["full"] * count, pa.string()),
            ],
            schema=SOURCES,
        )
        return self._mend(events), sources

    # -- columns ----------------------------------------------------------------------------------------------------

    def _columns(self) -> dict[str, pa.Array]:
        records, count = self.records, len(self.records)
        made: dict[str, pa.Array] = {}
        self.odd = np.zeros(count, bool)
        said, odd = members.split(self.forms)
        self.odd[odd] = True
        held = np.zeros(count, np.int32)  # members of each record that a column repeats
        for name, field in _TEXTS:
            made[name] = pa.array(said[field], pa.string())
            held += _present(made[name])
        self._console(made, said)
        for name, field in _FLAGS:
            made[name] = pa.array(said[field], pa.bool_())
            held += _present(made[name])
        for name, field in _JSONS:
            said[field] = [None if raw is members.ABSENT else bytes(raw) for raw in said[field]]
            made[name] = _column(said[field])
            held += _present(made[name])
        made["event_time"] = self._times(said["eventTime"])
        held += _present(made["event_time"])
        self.odd |= held != np.fromiter(map(len, records), np.int32, count)
        self._conclude(made, said)
        made["event_time_basis"] = _constant("eventTime", count)
        made["fidelity"] = _constant("full", count)
        made["verification"] = _constant("not_checked", count)
        made["record_text"] = pa.array(self.texts, pa.string()) if self.keep_raw else pa.nulls(count, pa.string())
        for field in EVENTS:
            if field.name not in made and field.name != "event_key":
                made[field.name] = pa.nulls(count, field.type)
        return made

    def _console(self, made: dict[str, pa.Array], said: dict[str, Any]) -> None:
        """``sessionCredentialFromConsole`` is the text "true" in nearly all records: true in its column, itself in unknown_fields."""
        values = said[members.CONSOLE]
        if any(value is not None for value in values):
            said[members.CONSOLE] = [
                True if value == "true" else value if type(value) is bool else None for value in values
            ]
            made["unknown_fields"] = pa.array(
                [members.SAID_TRUE if value == "true" else None for value in values], pa.string()
            )

    def _times(self, values: list[Any]) -> pa.Array:
        """Times of the exact form 2024-05-02T06:11:09Z as microseconds; the records of all others are odd."""
        good = [v if type(v) is str and len(v) == 20 and v.isascii() else "0000-00-00T00:00:00Z" for v in values]
        digits = np.frombuffer("".join(good).encode(), np.uint8).reshape(-1, 20).astype(np.int64)
        number = digits - 48
        marks = digits[:, (4, 7, 10, 13, 16, 19)] == np.frombuffer(b"--T::Z", np.uint8)
        places = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
        right = marks.all(1) & ((number[:, places] >= 0) & (number[:, places] <= 9)).all(1)
        year = number[:, 0] * 1000 + number[:, 1] * 100 + number[:, 2] * 10 + number[:, 3]
        month, day = number[:, 5] * 10 + number[:, 6], number[:, 8] * 10 + number[:, 9]
        hour, minute = number[:, 11] * 10 + number[:, 12], number[:, 14] * 10 + number[:, 15]
        second = number[:, 17] * 10 + number[:, 18]
        right &= (year >= 1) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
        months = ((year - 1970) * 12 + np.where(right, month, 1) - 1).astype("M8[M]")
        days_in = ((months + 1).astype("M8[D]") - months.astype("M8[D]")).astype(np.int64)
        right &= (day >= 1) & (day <= days_in)
        days = months.astype("M8[D]").astype(np.int64) + day - 1
        stamps = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000
        self.odd |= ~right
        return pa.array(np.where(right, stamps, 0), pa.int64(), mask=~right).cast(pa.timestamp("us"))

    def _conclude(self, made: dict[str, pa.Array], said: dict[str, Any]) -> None:
        """The derived columns, each from what it depends on, kept for when the same comes again."""
        records = self.records
        who = [
            _who(text, record.get("userIdentity")) for text, record in zip(said["userIdentity"], records, strict=True)
        ]
        sources, names, addresses = said["eventSource"], said["eventName"], said["sourceIPAddress"]
        for field, values in zip(_IDENTITY, zip(*who, strict=True), strict=True):
            made[field] = pa.array(values, _PLAIN.get(field, pa.string()))
        actors = [
            w.actor or (f"unknown@{a}" if a and type(a) is str else "unknown")
            for w, a in zip(who, addresses, strict=True)
        ]
        made["actor"] = pa.array(actors, pa.string())
        made["mfa"] = pa.array(
            [
                mfa_of(record.get("additionalEventData"), w) if extra and b"MFAUsed" in extra else w.mfa
                for w, extra, record in zip(who, said["additionalEventData"], records, strict=True)
            ],
            pa.bool_(),
        )
        made["source_kind"] = pa.array([_address(a) for a in addresses], pa.string())
        made["agent_family"] = pa.array([_agent(a) for a in said["userAgent"]], pa.string())
        calls = [
            _call(s or None, n or None, t or None, c or None, m, r, insight is not None)
            for s, n, t, c, m, r, insight in zip(
                sources,
                names,
                said["eventType"],
                said["eventCategory"],
                said["managementEvent"],
                said["readOnly"],
                said["insightDetails"],
                strict=True,
            )
        ]
        made["event_base_name"] = pa.array([c[0] for c in calls], pa.string())
        made["event_class"] = pa.array([c[1] for c in calls], pa.string())
        recipients = said["recipientAccountId"]
        made["is_cross_account"] = pa.array(
            [
                w.actor_account_id != r if r and w.actor_account_id else None
                for w, r in zip(who, recipients, strict=True)
            ],
            pa.bool_(),
        )
        self._calls(made, said)

    def _calls(self, made: dict[str, pa.Array], said: dict[str, Any]) -> None:
        """Outcome and target: of the parameters, the response and the error."""
        ends, abouts = [], []
        for record, source, name, code, message, details, parameters, response, resources in zip(
            self.records,
            *(said[f] for f in ("eventSource", "eventName", "errorCode", "errorMessage", "serviceEventDetails")),
            *(said[f] for f in ("requestParameters", "responseElements", "resources")),
            strict=True,
        ):
            if code is None and message is None and not _may_say(response) and not _may_say(details):
                ends.append(_quiet(source or None, name or None))
            else:
                ends.append(
                    outcome(
                        source or None,
                        name or None,
                        code or None,
                        message or None,
                        record.get("responseElements"),
                        record.get("serviceEventDetails"),
                    )
                )
            key = (source, message, parameters, response, resources, details)
            kept = _abouts.get(key)
            if kept is None:
                get = record.get
                kept = target(
                    source or None,
                    get("requestParameters"),
                    get("responseElements"),
                    get("resources"),
                    get("serviceEventDetails"),
                    message or None,
                )
                if len(_abouts) >= _CACHED // 20:
                    _abouts.clear()
                if len(parameters or b"") + len(response or b"") < _LONG:
                    _abouts[key] = kept
            abouts.append(kept)
        made["outcome"] = pa.array([e[0] for e in ends], pa.string())
        made["error_class"] = pa.array([e[1] for e in ends], pa.string())
        for field, values in zip(
            ("target", "bucket_name", "object_key", "requested_role_arn", "issued_access_key_id"),
            zip(*abouts, strict=True),
            strict=True,
        ):
            made[field] = pa.array(values, pa.string())

    def _mend(self, events: pa.Table) -> pa.Table:
        """Puts the rows of odd records, made one by one, in the place of what the columns gave for them."""
        positions = np.flatnonzero(self.odd)
        if not len(positions):
            return events
        rows = [
            row.make(
                fast.Parsed(self.forms[p], self.records[p]),
                delivered=self.delivered[p],
                fidelity="full",
                keep_text=self.texts[p] if self.keep_raw else None,
            )
            for p in positions.tolist()
        ]
        mended = pa.Table.from_pylist(rows, EVENTS)
        order = np.arange(events.num_rows)
        order[positions] = events.num_rows + np.arange(len(positions))
        return pa.concat_tables([events, mended]).combine_chunks().take(pa.array(order))


def _plain(record: Any) -> bool:
    """Whether an element is a record at first sight, so that no envelope, notification or count has to be looked for."""
    return (
        type(record) is dict
        and "eventVersion" in record
        and type(record.get("eventSource")) is str
        and type(record.get("eventName")) is str
        and not record["eventSource"].startswith("aws:")
        and not aggregated.is_aggregated(record)
    )


def _column(values: list[bytes | None]) -> pa.Array:
    if not any(values):
        return pa.nulls(len(values), pa.string())
    return pa.array(values, pa.binary()).view(pa.string())


def _present(column: pa.Array) -> np.ndarray[Any, Any] | int:
    nulls = column.null_count
    if nulls == len(column):
        return 0
    return 1 if not nulls else np.asarray(column.is_valid()).astype(np.int32)


def _constant(value: str, count: int) -> pa.Array:
    return pa.array([value] * count, pa.string())


def _remember(make: Callable[..., Any]) -> Callable[..., Any]:
    """A cache that is emptied when it is full: what comes again comes again soon."""
    kept: dict[Any, Any] = {}

    def look(*key: Any) -> Any:
        found = kept.get(key)
        if found is None:
            if len(kept) >= _CACHED:
                kept.clear()
            found = kept[key] = make(*key)
        return found

    return look


_abouts: dict[Any, tuple[str | None, ...]] = {}
_identities: dict[bytes, Identity] = {}


def _who(text: bytes | None, identity: Any) -> Identity:
    if text is None:
        return NOBODY
    found = _identities.get(text)
    if found is None:
        if len(_identities) >= _CACHED:
            _identities.clear()
        found = identify(identity)
        if len(text) < _LONG:
            _identities[text] = found
    return found


def _text_only(make: Callable[[str | None], str]) -> Callable[[Any], str]:
    return lambda value: make(value or None)


_address = _text_only(derive.source_kind)
_agent = _text_only(derive.agent_family)
_call = _remember(event_class_of)


def _may_say(text: bytes | None) -> bool:
    """Whether a response can hold the result of a sign-in."""
    return text is not None and (b'"Success"' in text or b'"Failure"' in text)


def _quiet_outcome(source: str | None, name: str | None) -> tuple[str, str | None]:
    return outcome(source, name, None, None, None, None)


_quiet = _remember(_quiet_outcome)
