"""Answers of AWS kept as received: asked, saved raw below ``evidence/_aws/``, registered; what was denied is kept as denied."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.acquire.placing import ROOT, place_file
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.register import EvidenceLine

FOLDER = "_aws"
KEPT = ("cloudtrail", "s3", "kms")  # small answers that trail health reads again
# Codes that are an answer: there is none of it.
_ABSENT = re.compile(r"^NoSuch(?!Bucket$)|NotFound|NotInUse|NotOptedIn|^ReportNotPresent$")
Where = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question ended: ``obtained``, ``absent`` (AWS says there is none), ``denied`` or ``failed``; never left out."""

    service: str
    operation: str
    account: str
    region: str
    subject: str
    outcome: str
    code: str = ""
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass
class Answers:
    """One session of asking. Answers stand in a folder of their own for each session: nothing is ever overwritten.

    ``kept`` holds the small ones by operation and subject; after ``deadline`` (monotonic seconds) nothing more is asked.
    """

    folder: CaseFolder
    stamp: str
    deadline: float | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    kept: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._partial = self.folder.path / "acquisition" / "answers"
        self._partial.mkdir(parents=True, exist_ok=True)
        self._count = self._told = 0
        self._unreachable: set[tuple[str, str]] = set()

    def outcome(self, operation: str, subject: str) -> Outcome | None:
        """How a question about something ended; None where it was not asked."""
        return next((o for o in self.outcomes if o.operation == operation and o.subject == subject), None)

    @classmethod
    def begin(cls, folder: CaseFolder, deadline: float | None = None) -> Answers:
        """A new session, named for the present second."""
        stamp = f"{clock.now():%Y%m%dT%H%M%SZ}"
        number = 1
        while (folder.evidence / FOLDER / (name := stamp if number == 1 else f"{stamp}-{number}")).exists():
            number += 1
        (folder.evidence / FOLDER / name).mkdir(parents=True)
        return cls(folder, name, deadline)

    def ask(
        self, access: Access, service: str, operation: str, region: str = "", subject: str = "", **arguments: Any
    ) -> list[dict[str, Any]] | None:
        """All pages of an answer, saved; None where there is none to be had, and the outcome says why."""
        account = str(access.caller.get("account", ""))
        where: Where = (service, operation, account, region, subject)
        pages: list[dict[str, Any]] = []
        files: list[str] = []
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.note(Outcome(*where, "failed", "the time budget ended"))
            return None
        if (service, region) in self._unreachable:
            self.note(Outcome(*where, "failed", "not asked again: the service could not be reached"))
            return None
        try:
            for number, (page, raw) in enumerate(access.pages(service, operation, region or None, **arguments)):
                files.append(self._save(where, raw, number))
                pages.append(page)
        except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
            self._note_refusal(access, where, error, files)
            return None
        self.note(Outcome(*where, "obtained", files=tuple(files)))
        if service in KEPT:
            self.kept[operation, subject] = pages
        return pages

    def save(self, path: str, data: bytes) -> str:
        """Saves bytes below the session's folder, registered; returns the path in the evidence."""
        return self.save_at(f"{FOLDER}/{self.stamp}/{path}", data)

    def save_at(self, path: str, data: bytes) -> str:
        """Saves bytes at a path below the evidence folder, registered first."""
        with self._lock:
            self._count += 1
            temporary = self._partial / f"{self._count}"
        temporary.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        at = clock.utc_text(clock.now().replace(microsecond=0))
        line = EvidenceLine(
            ROOT, path, len(data), sha256, sha256, acquired_at=at, last_modified=at, storage_class="answer"
        )
        register.append(self.folder, [line])
        place_file(temporary, self.folder.evidence, path)
        return path

    def finish(self, name: str = "questions.json") -> dict[str, Any]:
        """Writes what was asked since the last time and how it ended; returns the sum of everything for custody."""
        order = [(o.service, o.operation, o.account, o.region, o.subject) for o in self.outcomes]
        new = [self.outcomes[n] for n in sorted(range(self._told, len(order)), key=lambda n: order[n])]
        self._told = len(order)
        if new:
            self.save(name, json.dumps([asdict(o) for o in new], indent=1).encode())
        not_obtained = [
            {"question": o.name, "account": o.account, "region": o.region, "subject": o.subject, "code": o.code}
            for o in self.outcomes
            if o.outcome in ("denied", "failed")
        ]
        return {"asked": len(order), **Counter(o.outcome for o in self.outcomes), "not_obtained": not_obtained}

    def _save(self, where: Where, raw: bytes, number: int) -> str:
        service, operation, account, region, subject = where
        name = ".".join(filter(None, (service, operation, slug(subject), f"p{number + 1}" if number else "")))
        suffix = "json" if raw[:1] in (b"{", b"[") else "xml" if raw[:1] == b"<" else "txt"
        return self.save(f"{account or 'account'}/{region or 'global'}/{name}.{suffix}", raw)

    def _note_refusal(self, access: Access, where: Where, error: Exception, files: list[str]) -> None:
        response = getattr(error, "response", {})
        code = str(response.get("Error", {}).get("Code", type(error).__name__))
        judged = judge(error)
        if judged.reason == "the connection failed":
            self._unreachable.add((where[0], where[3]))
        if _ABSENT.search(code):
            files.append(self._save(where, access.raw_error, 0))
            self.note(Outcome(*where, "absent", code, tuple(files)))
            return
        word = "denied" if "denied" in judged.reason or code in ("AuthorizationError", "OptInRequired") else "failed"
        self.note(Outcome(*where, word, code, tuple(files)))

    def note(self, outcome: Outcome) -> None:
        """Adds how a question ended."""
        with self._lock:
            self.outcomes.append(outcome)


def slug(subject: str) -> str:
    """A subject (an ARN, a filter) as part of a file name; empty stays empty."""
    if not subject:
        return ""
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", subject.rsplit(":", 1)[-1])[-80:].strip("-")
    return f"{kept}-{hashlib.sha256(subject.encode()).hexdigest()[:8]}"


def replace_file(file: Path, data: bytes) -> None:
    """Writes a derived file whole, through a temporary one."""
    temporary = file.with_name(file.name + ".new")
    temporary.write_bytes(data)
    temporary.replace(file)
