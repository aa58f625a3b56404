"""Opening and reading objects: each gives rows for ``files``, for events and their places, and for rejects.

Nothing here touches the database, so that it runs in worker processes. Whatever an object holds, it ends as rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from ctforensics import clock, hashing
from ctforensics.case import journal, register
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.evidence.door import Limits, Opened
from ctforensics.load import compiled, filerows, row
from ctforensics.load.bulk import Bulk
from ctforensics.load.filerows import FileRow
from ctforensics.load.options import Options
from ctforensics.load.portions import portions
from ctforensics.load.schema import AGGREGATED, EVENTS, REJECTS, SOURCES, table_of
from ctforensics.load.sift import needles_of
from ctforensics.load.task import Task
from ctforensics.logs import base, cloudtrail
from ctforensics.trail import object_keys
from ctforensics.unwrap import archives
from ctforensics.unwrap.archives import Member

WHOLE = 1 << 26  # CloudTrail's own files have at most 50 MB; what is larger is not parsed as a whole
_BULK = 1 << 24  # bytes of content whose records are held as objects before they are packed
_OPEN = 1 << 26  # bytes of content that may be open before they are parsed


@dataclass(frozen=True, slots=True)
class Chunk:
    """The rows of some objects. Files are numbered from 0 in the chunk; whoever stores them adds their numbers."""

    files: pa.Table
    events: pa.Table
    sources: pa.Table
    rejects: pa.Table
    aggregated: pa.Table


class Reader:
    """Reads the objects of one chunk."""

    def __init__(self, folder: CaseFolder, options: Options) -> None:
        self.folder, self.options = folder, options
        self.needles = needles_of(options.values) if options.values is not None else None
        self.bulk = Bulk(keep_raw=options.keep_raw, most=options.limits.record)
        self.taped = compiled.taped(keep_raw=options.keep_raw, most=options.limits.record) if options.compiled else None
        self.later: dict[int, Opened] = {}
        self.walked: list[tuple[pa.Table, pa.Table]] = []
        self.files: list[FileRow] = []
        self.events: list[dict[str, Any]] = []
        self.sources: list[dict[str, Any]] = []
        self.rejects: list[dict[str, Any]] = []
        self.aggregated: list[dict[str, Any]] = []

    def read(self, tasks: Iterable[Task]) -> Chunk:
        """Opens and hashes the objects, writes them into the register, and only then parses them."""
        opened, held = [], 0
        for task in tasks:
            found = self._open(task)
            opened.append((task, found))
            held += len(found.content) if isinstance(found, Opened) else 0
            if held >= _OPEN:
                self._take(opened)
                opened, held = [], 0
        self._take(opened)
        return self._chunk()

    def _take(self, opened: list[tuple[Task, Opened | EvidenceError | None]]) -> None:
        lines = [_line(found) for task, found in opened if isinstance(found, Opened) and task.sha256 != found.sha256]
        if lines:
            journal.append_text(self.folder.register_file, b"".join(lines))
        for task, found in opened:
            if isinstance(found, Opened) and (task.sha256 != found.sha256 or task.again):
                self._read(task, found)
                continue
            file = FileRow.of(task, task.path)
            if found is None:
                self._leave_out(file, task.left_out)
            elif isinstance(found, EvidenceError):
                self._refuse(file, found.message, task.size)
            else:
                file.sha256, file.outcome = found.sha256, "unchanged"
                self.files.append(file)

    def _leave_out(self, file: FileRow, reason: str | None) -> None:
        file.outcome, file.reason = "out_of_scope", reason
        self.files.append(file)

    def _open(self, task: Task) -> Opened | EvidenceError | None:
        if task.left_out:
            return None
        try:
            return door.open_object(task.located(), self.options.limits)
        except EvidenceError as error:
            return error

    def _read(self, task: Task, found: Opened) -> None:
        kind = archives.kind(found.content)
        if not kind:
            self._content(FileRow.of(task, task.path), found)
            return
        whole = FileRow.of(task, task.path)
        whole.opened(found)
        whole.kind, whole.outcome = f"{kind}_container", "other_kind"
        told = archives.is_many(kind)
        if told:
            self.files.append(whole)
        for member in archives.members(task.path, found.content, self.options.limits):
            if not told and member.path != task.path:  # a tar in bzip2, say: the container has a row of its own too
                self.files.append(whole)
                told = True
            self._member(task, found, member)

    def _member(self, task: Task, found: Opened, member: Member) -> None:
        """One content inside a container: judged by its own name, hashed by itself."""
        file = FileRow.of(task, member.path)
        if member.path != task.path:
            reason = self.options.scope.leaves_out(object_keys.parse(member.path))
            if reason:
                self._leave_out(file, reason)
                return
            file.modified_at = None
        opened = Opened(
            located=found.located,
            stored_size=len(member.stored),
            sha256=found.sha256 if member.path == task.path else hashing.sha256_hex(member.stored),
            content=member.content,
            content_sha256=hashing.sha256_hex(member.content),
            container=member.container,
            flags=tuple(dict.fromkeys((*found.flags, *member.flags))),
            rest=member.rest or found.rest,
            error=member.error if member.error in ("truncated", "deflate_error") else found.error,
        )
        if member.error and member.error not in ("truncated", "deflate_error"):
            file.opened(opened)
            self._refuse(file, member.error, len(member.stored))
            return
        self._content(file, opened)

    def _content(self, file: FileRow, found: Opened) -> None:
        number = len(self.files)
        file.opened(found)
        verified = self.options.verified
        if verified is not None and found.content_sha256 not in verified:
            self._leave_out(file, "not_verified")
            return
        self.files.append(file)
        clean = not found.rest and not found.error and len(found.content) <= WHOLE
        if clean and self.needles:
            sifted = self.needles.count_without(found.content)
            if sifted is not None:
                file.whole(sifted, sifted=sifted)
                return
        elif clean and self.taped:
            if self.taped.add(number, found.content, file.delivered_at):
                self.later[number] = found
                if self.taped.full:
                    self._walk()
                return
        elif clean:
            count = self.bulk.add(number, found.content, file.delivered_at)
            if count is not None:
                file.whole(count)
                if self.bulk.size >= _BULK:
                    self._pack_bulk()
                return
        self._carefully(number, found)

    def _walk(self) -> None:
        """Takes the records of the files that wait for the compiled walk; those that it declines are read with care."""
        if self.taped is None or not self.later:
            return
        walked, declined = self.taped.walk()
        for number, count in walked.counts().items():
            self.files[number].whole(count)
        for number, window in walked.windows().items():
            self.files[number].covers(*window)
        odd = walked.odd_rows()
        for number, found in odd:
            if found["event_time_basis"] != "none":
                self.files[number].covers(found["event_time"], found["event_time"])
        self.walked.append(walked.tables(odd))
        for number in declined:
            self._carefully(number, self.later[number])
        self.taped, self.later = compiled.taped(keep_raw=self.options.keep_raw, most=self.options.limits.record), {}

    def _carefully(self, number: int, found: Opened) -> None:
        file = self.files[number]
        reading = cloudtrail.read(found.content, file.path, self.options.limits, partial(self._rows, number))
        rejects = [_reject(r.index, r.offset, r.length, r.reason, r.detail, r.excerpt) for r in reading.rejects]
        rejects += (
            _container_rejects(found, rejects) if reading.kind in ("cloudtrail", "aggregated", "empty", None) else []
        )
        self.rejects += [{**reject, "file_no": number} for reject in rejects]
        self.aggregated += [{**row, "file_no": number, "record_index": index} for index, row in reading.aggregated]
        any_record = bool(file.records or reading.aggregated)
        file.records, file.rejected = file.records + len(rejects), len(rejects)
        file.source_form, file.flags = reading.form, tuple(sorted({*(file.flags or ()), *reading.flags})) or None
        file.kind, file.outcome, file.reason = _outcome(reading, any_record, rejects, found.content)

    def _rows(self, number: int, records: list[cloudtrail.Record]) -> None:
        """Some records of a file that is read with care, as rows, and their count in the row of the file."""
        file, (kept, sifted) = self.files[number], self._sift(records)
        file.records, file.sifted = file.records + len(records), file.sifted + sifted
        if self.taped is not None and not self.options.keep_raw:
            walked, kept = portions(kept, number, most=self.options.limits.record)
            for portion in walked:
                file.covers(*portion.window)
                self.walked.append((portion.events, portion.sources))
        for record in kept:
            made = row.make(
                record.parsed,
                delivered=file.delivered_at,
                fidelity=record.fidelity,
                keep_text=_text_to_keep(record, self.options.keep_raw),
                flags=record.flags,
            )
            self.events.append(made)
            self.sources.append(
                {
                    "event_key": made["event_key"],
                    "file_no": number,
                    "record_index": record.index,
                    "byte_offset": record.offset,
                    "byte_length": record.length,
                    "container": record.form,
                    "fidelity": record.fidelity,
                }
            )
            if made["event_time_basis"] != "none":
                file.covers(made["event_time"], made["event_time"])
        if len(self.events) >= cloudtrail.PORTION:
            self._pack_rows()

    def _pack_rows(self) -> None:
        """Rows as tables, which take a tenth of their memory."""
        self.walked.append((table_of(self.events, EVENTS), table_of(self.sources, SOURCES)))
        self.events, self.sources = [], []

    def _pack_bulk(self) -> None:
        events, sources = self.bulk.tables()
        for number, (first, last) in self.bulk.windows(events).items():
            self.files[number].covers(first, last)
        self.walked.append((events, sources))
        self.bulk = Bulk(keep_raw=self.options.keep_raw, most=self.options.limits.record)

    def _sift(self, records: list[cloudtrail.Record]) -> tuple[list[cloudtrail.Record], int]:
        if self.needles is None:
            return records, 0
        kept = [r for r in records if self.needles.search(r.raw) or self.needles.search(r.parsed.form)]
        return kept, len(records) - len(kept)

    def _refuse(self, file: FileRow, reason: str, size: int) -> None:
        """An object that cannot be opened: one record of unknown content, rejected."""
        self.rejects.append({**_reject(None, None, size, "not_opened", reason, ""), "file_no": len(self.files)})
        file.outcome, file.reason, file.records, file.rejected = "rejected", "not_opened", 1, 1
        self.files.append(file)

    def _chunk(self) -> Chunk:
        self._walk()
        self._pack_bulk()
        self._pack_rows()
        events, sources = (
            pa.concat_tables([part for part in parts if part.num_rows] or parts[:1])
            for parts in zip(*self.walked, strict=True)
        )
        return Chunk(
            files=filerows.table(self.files),
            events=events,
            sources=sources,
            rejects=table_of(self.rejects, REJECTS),
            aggregated=table_of(self.aggregated, AGGREGATED),
        )


def _text_to_keep(record: cloudtrail.Record, keep_raw: bool) -> str | None:
    """The text of a record where columns cannot repeat it or all text is wanted; of a wrapped one, the record's own."""
    if record.parsed.exact and not keep_raw:
        return None
    whole = record.form in ("records", "array", "bare")
    return (record.raw if whole else record.parsed.form).decode("utf-8", "replace")


def _line(found: Opened) -> bytes:
    """The line of the register for an object."""
    place = found.located
    changed = clock.utc_text(place.modified) if place.modified else None
    return register.line(place.root, place.path, found.stored_size, found.sha256, found.content_sha256, changed)


def _container_rejects(found: Opened, rejects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the door set aside: further members with content, or what lies behind a fault of the deflate stream."""
    if found.rest:
        detail, excerpt = "content behind the first gzip member", cloudtrail.excerpt(found.rest)
        yield _reject(None, len(found.content), len(found.rest), "trailing_content", detail, excerpt)
    if found.error:
        for reject in rejects:
            if reject["reason"] == "truncated":
                reject["reason"] = found.error
        if not any(reject["reason"] == found.error for reject in rejects):
            detail = "the compressed stream breaks off here"
            yield _reject(None, len(found.content), 0, found.error, detail, "")


def _outcome(
    reading: cloudtrail.Reading, any_record: bool, rejects: list[dict[str, Any]], content: bytes
) -> tuple[str | None, str, str | None]:
    """The kind of a file, its outcome, and the reason for that where there is one."""
    if any_record:
        return reading.kind, "partial" if rejects else "loaded", None
    if rejects:
        return reading.kind, "rejected", rejects[0]["reason"]
    if reading.kind in ("cloudtrail", "empty"):
        return reading.kind, "empty", None
    return reading.kind or base.kind_of(content) or "unknown", "other_kind", None


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


__all__ = ["Chunk", "Limits", "Reader"]
