"""Opening and reading objects: each gives a row for ``files``, rows for events and their places, and rejects.

Nothing here touches the database, so that it can run in worker processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ctforensics import clock
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.evidence.door import Opened
from ctforensics.load import row
from ctforensics.load.plan import Task
from ctforensics.logs import cloudtrail


@dataclass(slots=True)
class FileRead:
    """What one object gave. ``file`` is its row without number; the lists hold rows without it as well."""

    task: Task
    file: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)


def read_all(folder: CaseFolder, chunk: Iterable[Task], *, keep_raw: bool = False) -> list[FileRead]:
    """Opens and hashes a chunk of objects, writes them into the register, and only then parses them."""
    opened: list[tuple[Task, Opened | EvidenceError | None]] = []
    lines = []
    for task in chunk:
        if task.left_out:
            opened.append((task, None))
            continue
        try:
            found = door.open_object(task.located)
        except EvidenceError as error:
            opened.append((task, error))
            continue
        opened.append((task, found))
        if task.known is None or task.known.sha256 != found.sha256:
            lines.append(_line(found))
    if lines:
        register.append(folder, lines)
    return [_read(task, found, keep_raw) for task, found in opened]


def _line(found: Opened) -> register.EvidenceLine:
    place = found.located
    return register.EvidenceLine(
        root=place.root,
        path=place.path,
        size=found.stored_size,
        sha256=found.sha256,
        content_sha256=found.content_sha256,
        last_modified=clock.utc_text(place.modified) if place.modified else None,
    )


def _read(task: Task, found: Opened | EvidenceError | None, keep_raw: bool) -> FileRead:
    file = _file_row(task)
    result = FileRead(task, file)
    if found is None:
        file.update(outcome="out_of_scope", reason=task.left_out)
        return result
    if isinstance(found, EvidenceError):
        file.update(outcome="rejected", reason="not_opened", records=1, rejected=1)
        result.rejects.append(_reject(None, None, task.located.size, "not_opened", found.message, ""))
        return result
    file.update(
        size=found.stored_size,
        sha256=found.sha256,
        content_sha256=found.content_sha256,
        container=found.container,
        flags=list(found.flags) or None,
    )
    _read_content(result, found, keep_raw)
    return result


def _file_row(task: Task) -> dict[str, Any]:
    place, key = task.located, task.key
    return {
        "root": place.root,
        "path": place.path,
        "size": place.size,
        "modified_at": place.modified,
        "account": key.account if key else None,
        "region": key.region if key else None,
        "organization": key.organization if key else None,
        "delivered_at": key.stamp if key and not key.is_digest else None,
        "verification": "not_checked",
        "records": 0,
        "rejected": 0,
        "sifted": 0,
    }


def _read_content(result: FileRead, found: Opened, keep_raw: bool) -> None:
    reading = cloudtrail.read(found.content)
    delivered = result.file["delivered_at"]
    for record in reading.records:
        inexact = not record.parsed.exact
        made = row.make(
            record.parsed,
            delivered=delivered,
            fidelity=record.fidelity,
            keep_text=record.raw.decode("utf-8", "replace") if keep_raw or inexact else None,
        )
        result.events.append(made)
        result.sources.append(
            {
                "event_key": made["event_key"],
                "record_index": record.index,
                "byte_offset": record.offset,
                "byte_length": record.length,
                "container": record.form,
                "fidelity": record.fidelity,
            }
        )
    if reading.kind in ("cloudtrail", None):
        for reject in reading.rejects:
            result.rejects.append(
                _reject(reject.index, reject.offset, reject.length, reject.reason, reject.detail, reject.excerpt)
            )
        _add_container_rejects(result, found)
    _settle(result, reading)


def _add_container_rejects(result: FileRead, found: Opened) -> None:
    """What the door set aside: further members with content, or what lies behind a fault of the deflate stream."""
    if found.rest:
        result.rejects.append(
            _reject(
                None,
                len(found.content),
                len(found.rest),
                "trailing_content",
                "content behind the first gzip member",
                cloudtrail.excerpt(found.rest),
            )
        )
    if found.error:
        for reject in result.rejects:
            reject["reason"] = found.error if reject["reason"] == "truncated" else reject["reason"]
        if not any(reject["reason"] == found.error for reject in result.rejects):
            result.rejects.append(
                _reject(None, len(found.content), 0, found.error, "the compressed stream breaks off here", "")
            )


def _settle(result: FileRead, reading: cloudtrail.Reading) -> None:
    file = result.file
    file["records"], file["rejected"] = len(result.events) + len(result.rejects), len(result.rejects)
    file["source_form"], file["kind"] = reading.form, reading.kind
    if result.events:
        times = [e["event_time"] for e in result.events if e["event_time_basis"] != "none"]
        file["first_event_time"], file["last_event_time"] = (min(times), max(times)) if times else (None, None)
        file["outcome"] = "partial" if result.rejects else "loaded"
    elif result.rejects:
        file["outcome"], file["reason"] = "rejected", result.rejects[0]["reason"]
    elif reading.kind in ("cloudtrail", "empty"):
        file["outcome"] = "empty"
    else:
        file["outcome"], file["kind"] = "other_kind", reading.kind or "unknown"


def _reject(
    index: int | None, offset: int | None, length: int | None, reason: str, detail: str, excerpt: str
) -> dict[str, Any]:
    return {
        "record_index": index,
        "byte_offset": offset,
        "byte_length": length,
        "reason": reason,
        "detail": detail,
        "excerpt": excerpt,
    }
