"""The report of a case, section by section: what a report notebook calls.

::

    report = CaseReport(ctf.open_case(), title="Incident report", final=final)
    report.first_page()
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctforensics import __version__, clock
from ctforensics.errors import ForensicsError
from ctforensics.reports import (
    appendix,
    bucket_pages,
    coverage_pages,
    custody_pages,
    entity_pages,
    evidence_pages,
    integrity,
    note_pages,
    pieces,
    question_pages,
    read_pages,
    runs,
    story_pages,
    timeline_pages,
    zones,
)
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces
from ctforensics.reports.story_pages import Seeds


class CaseReport:
    """Writes the sections of one report. ``since``, ``until``, ``accounts`` and ``regions`` scope the questions."""

    def __init__(
        self,
        case: Any,
        *,
        title: str,
        final: bool = False,
        privileged: bool = False,
        edition: str = "",
        zone: str = "",
        since: str = "",
        until: str = "",
        accounts: Sequence[str] = (),
        regions: Sequence[str] = (),
    ) -> None:
        asked: dict[str, Any] = {"since": since, "until": until, "accounts": list(accounts), "regions": list(regions)}
        self.held = Held(case, {name: value for name, value in asked.items() if value}, zone=zones.checked(zone))
        self.title, self.final, self.privileged, self.edition = title, final, privileged, edition
        self.since, self.until = since, until
        if final:
            self._refuse_stale()

    def _refuse_stale(self) -> None:
        """A final report rests on findings that still hold. Raises ForensicsError naming those that do not."""
        reasons = note_pages.stale(self.held)
        broken = custody_pages.broken(self.held)
        reasons += [f"The custody record is {broken}."] if broken else []
        if reasons:
            raise ForensicsError(
                f"The report cannot be final: {' '.join(reasons)}", hint="Revise what is named, or make a draft."
            )

    # -- the first page -------------------------------------------------------------------------------------------

    def first_page(
        self, summary: str = "", *, questions: Sequence[str] = (), reads: bool = False, **about: Any
    ) -> Pieces:
        """Title, integrity with whose keys, completeness, what the records say, findings, what cannot be seen.

        What the records say: the story of ``access_keys``, ``addresses``, ``principals`` and ``buckets`` in short, and how
        many rows each question has; with ``reads`` also what was read (secrets, objects, snapshots); whatever else stands in
        ``about`` are parameters of the questions.
        """
        held = self.held
        analyst = note_pages.first_page(held, summary).items
        evidence = [integrity.verdict(held), integrity.completeness(held)]
        records = self._records(questions, about, reads)
        # The analyst's answer comes first, where there is one; else what the evidence is worth.
        answered = bool(summary.strip() or note_pages.findings(held))
        made = [*analyst, *evidence, *records] if answered else [*evidence, *records, *analyst]
        return Pieces([self.head(), *made, self._cannot_see(), *self._custody()])

    def integrity_page(self, *, questions: Sequence[str] = (), reads: bool = False, **about: Any) -> Pieces:
        """The first page of a report that draws on no findings of the analyst: integrity, and what the records say."""
        answers = [integrity.verdict(self.held), integrity.completeness(self.held)]
        records = self._records(questions, about, reads)
        return Pieces([self.head(), *answers, *records, self._cannot_see(), *self._custody()])

    def _records(self, questions: Sequence[str], about: dict[str, Any], reads: bool) -> list[Piece]:
        """What the records say, in a few lines that name no culprit."""
        seeds = Seeds(*(about.get(name, ()) for name in ("access_keys", "addresses", "principals", "buckets")))
        told = (story_pages.in_short, story_pages.handed_out, story_pages.contradicted, story_pages.unfollowed)
        said = [line for tell in told for line in tell(self.held, seeds)] if seeds else []
        if reads:
            said += (
                bucket_pages.in_short(self.held, seeds.buckets)
                if seeds.only_buckets
                else read_pages.in_short(self.held, seeds)
            )
        said += question_pages.in_short(self.held, questions, of_all=bool(seeds), **about)
        return [pieces.verdict("Records", "note", "What the records say", said)] if said else []

    def _custody(self) -> list[Piece]:
        """A changed custody record belongs on the first page; a whole one stands in the appendix."""
        broken = custody_pages.broken(self.held)
        return [pieces.callout("fail", f"The custody record of this case is {broken}.")] if broken else []

    def head(self) -> Piece:
        """The title with its marks and the facts that name the case."""
        manifest, as_of = self.held.manifest, self.held.as_of
        marks = ["FINAL" if self.final else "DRAFT"]
        marks += [f"EDITION {self.edition}"] if self.edition else []
        marks += ["PRIVILEGED"] if self.privileged else []
        marks += ["PRACTICE"] if runs.runs_of(self.held.folder).practice else []
        facts = [
            ("Case", manifest.title),
            ("Matter", manifest.matter or "not given"),
            ("Examiner", manifest.examiner or "not declared"),
            ("Edition", self.edition or ("final" if self.final else "draft")),
            ("State of the case as of", self._instant(as_of.at)),
            ("Custody head", as_of.head[:16] or "none"),
            ("Made with", f"ctforensics {__version__}"),
        ]
        if self.since or self.until:
            facts.append(
                ("Window of the questions", f"{self.since or 'the beginning'} until {self.until or 'the end'}")
            )
        return pieces.title(self.title, subtitle="CloudTrail evidence report", marks=marks, facts=facts)

    def _instant(self, instant: Any) -> str:
        """An instant in UTC, with the zone that was asked for beside it, never instead of it."""
        utc = clock.utc_text(instant)
        beside = zones.local(instant, self.held.zone) if self.held.zone and instant else ""
        return f"{utc} ({beside} {self.held.zone})" if beside else utc

    def _cannot_see(self) -> Piece:
        said = [p for piece in coverage_pages.limits(self.held) for p in piece.data.get("items", [])][:2]
        left = self.held.number("Files out of scope", "SELECT count(*) FROM files WHERE outcome = 'out_of_scope'")
        rejects = self.held.number("Rejects", "SELECT count(*) FROM rejects")
        said += [f"{counted(left, 'file')} left out of what was loaded."] if left else []
        said += [f"{counted(rejects, 'piece')} of evidence could not be read as records."] if rejects else []
        return pieces.verdict(
            "Limits", "note", "What this evidence cannot show", [coverage_pages.statement(self.held), *said]
        )

    # -- sections -------------------------------------------------------------------------------------------------

    def evidence(self) -> Pieces:
        """Where the evidence came from, and the ledger of what was read."""
        return evidence_pages.section(self.held)

    def verification(self) -> Pieces:
        """How authentic the files are, with every file that is not."""
        return integrity.section(self.held)

    def coverage(self) -> Pieces:
        """Which hours are proven, and where the gaps are."""
        return coverage_pages.section(self.held)

    def timeline(self) -> Pieces:
        """How much happened when."""
        return timeline_pages.section(self.held, since=self.since, until=self.until)

    def timeline_of(self, field: str, value: str) -> Pieces:
        """How much happened when, of one value of a field: access_key, actor, address, service, account, region."""
        return timeline_pages.of_value(self.held, field, value, since=self.since, until=self.until)

    def limits(self) -> Pieces:
        """What these trails could not have logged, so that silence about it means nothing."""
        return Pieces(coverage_pages.limits(self.held))

    def story(
        self,
        access_keys: Sequence[str] = (),
        addresses: Sequence[str] = (),
        principals: Sequence[str] = (),
        buckets: Sequence[str] = (),
    ) -> Pieces:
        """What these did or underwent, with what grew from it; without any, the changes that matter by rule."""
        seeds = Seeds(access_keys, addresses, principals, buckets)
        if seeds:
            return story_pages.of_seeds(self.held, seeds)
        return story_pages.notable(self.held, self.since or "-infinity", self.until or "infinity")

    def reads(
        self,
        access_keys: Sequence[str] = (),
        addresses: Sequence[str] = (),
        principals: Sequence[str] = (),
        buckets: Sequence[str] = (),
    ) -> Pieces:
        """Which secrets, objects, snapshots and the like these read, with what grew from them; without any, anybody."""
        return Pieces(read_pages.section(self.held, Seeds(access_keys, addresses, principals, buckets)))

    def ask(self, *names: str, of: str = "", limit: int = question_pages.MOST_SHOWN, **params: Any) -> Pieces:
        """Questions of the library with their answers, each under its own heading, which ends with ``of``; ``limit`` rows each."""
        return question_pages.many(self.held, list(names), of=of, limit=limit, **params)

    def buckets_of_interest(self) -> list[str]:
        """The buckets that were changed, or touched from outside, those with most of it first."""
        return bucket_pages.chosen(self.held)

    def bucket_readers(self) -> Pieces:
        """Who touched objects of which bucket, outsiders first, with the bytes that left."""
        return Pieces(bucket_pages.readers(self.held))

    def bucket(self, bucket: str, limit: int = 40) -> Pieces:
        """One bucket: who changed its policy, and every kind of call on its objects, with the bytes that left."""
        asked = question_pages.many(self.held, ["who_changed_bucket_policy"], of=bucket, limit=limit, bucket=bucket)
        heading = pieces.heading(f"Calls on objects: {bucket}", level=3)
        return Pieces([*asked.items, heading, *bucket_pages.touched(self.held, bucket)])

    def review(
        self, *names: str, signal: bool = False, limit: int = question_pages.MOST_REVIEWED, **params: Any
    ) -> Pieces:
        """Many questions: the number of rows of each, ``limit`` rows of those with rows, the silent ones beside the coverage.

        With ``signal`` the command ends with exit code 1 where a question has rows or the evidence is not authentic.
        """
        made = question_pages.review(self.held, list(names), limit=limit, **params)
        return Pieces([*made.items, *self._signals(made)]) if signal else made

    def _signals(self, made: Pieces) -> list[Piece]:
        answered = [row for row in made.items[0].data["rows"] if row[2]]
        told = [pieces.signal(1, f"{title}: {counted(rows, 'row')}.") for title, _, rows in answered]
        for each in (integrity.verdict(self.held), integrity.completeness(self.held)):
            if each.data["level"] in ("fail", "incomplete"):
                told.append(pieces.signal(1, f"{each.data['label']}: {each.data['headline']}."))
        return told

    def window_of_day(self, day: str) -> tuple[str, str]:
        """Since and until of a UTC day; of the last day with events where none is named."""
        from datetime import timedelta

        if not day:
            last = "SELECT max(event_time) FROM events WHERE event_time_basis <> 'none'"
            found = self.held.rows("Last event", last).rows[0][0]
            day = f"{found or self.held.as_of.at or clock.EPOCH:%Y-%m-%d}"
        start = clock.parse_instant(day).replace(hour=0, minute=0, second=0, microsecond=0)
        self.since, self.until = clock.utc_text(start), clock.utc_text(start + timedelta(days=1))
        self.held.scope |= {"since": self.since, "until": self.until}
        return self.since, self.until

    def entities(self) -> Pieces:
        """Who and what appears: values that bear a label, and the indicators that the investigator brought."""
        return entity_pages.section(self.held)

    def notes(self) -> Pieces:
        """Findings with the events they rest on; stars, labels, comments."""
        return note_pages.section(self.held)

    def appendix(self) -> Pieces:
        """Hashes, rejects, custody, versions, words, and every statement that ran. Call it last."""
        return appendix.section(self.held)
