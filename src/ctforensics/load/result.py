"""What a load says when it is done: the ledger, what was left out, what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ctforensics import cards


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Counts of files by outcome and of records by fate, over the whole case after this load.

    ``new_files`` counts what this load opened. ``findings`` are rows (code, subject, detail). ``found`` is true where
    something wants attention: rejects, conflicts, changed evidence, or nothing of CloudTrail at all. ``read_slowly`` says why a
    large archive was read without the compiled walk; the rows are the same.
    """

    files: dict[str, int]
    records: int
    events: int
    duplicates: int
    poorer_copies: int
    rejected: int
    sifted: int
    new_files: int
    rejects: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    other_kinds: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    findings: tuple[dict[str, Any], ...] = ()
    scope: dict[str, Any] = field(default_factory=dict)
    read_slowly: str = ""

    @property
    def found(self) -> bool:
        return bool(self.rejects or self.conflicts or self.findings or self.nothing)

    @property
    def nothing(self) -> bool:
        """Whether no file of the case is a log file of CloudTrail, left out or not: the wrong folder, most likely."""
        return not self.records and set(self.files) <= {"other_kind"}

    @property
    def balanced(self) -> bool:
        """Whether records = events + duplicates + poorer copies + rejected + sifted."""
        return self.records == self.events + self.duplicates + self.poorer_copies + self.rejected + self.sifted

    def to_json(self) -> dict[str, Any]:
        """The result as plain JSON with its schema version."""
        return {"schema": 1, **{name: getattr(self, name) for name in self.__slots__}, "balanced": self.balanced}

    def _repr_html_(self) -> str:
        sub = "everything arrived and is accounted for" if self.balanced else "THE LEDGER DOES NOT BALANCE"
        return cards.card("Loaded", cards.bullets(self.lines(), most=60), sub=sub)

    def lines(self) -> list[str]:
        """The result as sentences: the ledger, what was left out, what was found."""
        files = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in self.files.items()) or "none"
        said = [
            f"Files: {files} ({self.new_files:,} opened now).",
            f"Records: {self.records:,} = {self.events:,} events + {self.duplicates:,} duplicates"
            f" + {self.poorer_copies:,} poorer copies + {self.rejected:,} rejected"
            + (f" + {self.sifted:,} sifted out" if self.sifted else "")
            + ".",
        ]
        if self.sifted:
            kept = self.records - self.sifted
            said.append(
                f"Sifted: all {self.records:,} records were scanned (100 %), {kept:,} are loaded ({kept / self.records:.1%})."
            )
        for title, counts in (
            ("Rejected", self.rejects),
            ("Left out by scope", self.left_out),
            ("Not CloudTrail", self.other_kinds),
        ):
            if counts:
                said.append(f"{title}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")
        if self.nothing:
            said.append("Nothing here is CloudTrail. Name the folder (or zip, or tar) that holds its log files.")
        if self.conflicts:
            said.append(f"Conflicts: {self.conflicts:,} between copies of one event (table conflicts).")
        if self.read_slowly:
            said.append(f"Read at half the speed: {self.read_slowly}.")
        return said + [f"Finding {f['code']}: {f['subject']}: {f['detail']}." for f in self.findings]
