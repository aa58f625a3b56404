"""Integrity in a report: the verdict with whose keys it trusts, the files that contradict it, completeness with its gaps."""

from __future__ import annotations

from typing import Any

from ctforensics import clock
from ctforensics.ask import searched
from ctforensics.reports import pieces, runs
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held, Rows
from ctforensics.reports.pieces import Piece, Pieces

# What befell a file, in one word that a reader without the code table understands.
WHAT = {
    "altered": ("L_HASH", "L_FORMAT", "L_TRAILING", "L_MISMATCH_UNVERIFIED", "L_CONFLICT"),
    "deleted": ("L_MISSING", "D_MISSING", "Q_MISSING"),
    "injected": ("L_UNLISTED",),
    "misplaced": ("D_MISPLACED",),
    "forged or altered digest": (
        "D_BAD_SIGNATURE",
        "D_BAD_FORMAT",
        "D_BAD_SCHEMA",
        "D_LINK_MISMATCH",
        "D_KEY_REGION",
        "D_KEY_MISMATCH",
        "D_UNSUPPORTED_ALGO",
    ),
    "altered query result": ("Q_HASH", "Q_BAD_SIGNATURE", "Q_BAD_FORMAT"),
}
# What the digests alone cannot tell from it: said wherever the word stands by itself.
_OR_ELSE = {
    "deleted": "A file called deleted may also never have been handed over.",
    "injected": "A file called injected may also have been delivered by a trail without validation.",
}
_WHAT_SQL = (
    "CASE "
    + " ".join(f"WHEN code IN ({', '.join(repr(c) for c in codes)}) THEN '{word}'" for word, codes in WHAT.items())
    + " ELSE 'not acceptable' END"
)
KEYS = {
    "aws": "The public keys were fetched from AWS by this tool; the fetch stands in the custody record.",
    "supplied": "The public keys were supplied to the examiner; that they are Amazon's rests on who supplied them.",
    "practice": "PRACTICE: the keys are those of a practice archive. This evidence is made up and proves nothing.",
    "none": "No public keys were at hand, so no signature could be checked.",
}
_COUNTS = """SELECT coalesce(kind, 'file') AS kind, class, count(*) AS files FROM verifications
GROUP BY kind, class ORDER BY kind, list_position(['fail', 'unknown', 'anomaly', 'ok'], class)"""
_WRONG = f"""SELECT {_WHAT_SQL} AS what, object AS file, code, detail, account, region, since, until, digest, content_sha256
FROM verifications WHERE class = 'fail'
ORDER BY list_position(['altered', 'deleted', 'injected'], what) NULLS LAST, since NULLS LAST, object"""
_OPEN = """SELECT object AS file, code, class, detail, account, region, since, until FROM verifications
WHERE class IN ('unknown', 'anomaly') ORDER BY class DESC, code, since NULLS LAST, object"""
_EVENTS = """SELECT coalesce(verification, 'not_checked') AS verification, count(*) AS events FROM events
GROUP BY ALL ORDER BY events DESC, verification"""
_CODES = """SELECT class, code, coalesce(kind, 'file') AS kind, count(*) AS files, any_value(detail ORDER BY object) AS example
FROM verifications GROUP BY class, code, kind
ORDER BY list_position(['fail', 'unknown', 'anomaly', 'ok'], class), code, kind"""
FINDINGS = """SELECT code, class, account, region, trail, since, until, subject, detail FROM findings
ORDER BY list_position(['fail', 'incomplete', 'unknown', 'anomaly'], class) NULLS LAST, since NULLS LAST, code, account, region, trail"""


_MEANS = {
    "altered": "Altered: the file is not what its digest lists: another hash, more content behind it, or it cannot be read to its end.",
    "deleted": "Deleted: an authentic digest lists the file and it is not here; it was deleted, or never handed over.",
    "injected": "Injected: authentic digests cover the file's time and none lists it; it was put there, or delivered by a trail without validation.",
}


MOST_SPANS = 3  # stretches of hours of one state that a first page tells
_SPANS = """WITH hours AS (SELECT DISTINCT state, hour FROM coverage WHERE state IN ('missing', 'tampered', 'unverified')),
runs AS (SELECT *, hour - to_hours(row_number() OVER (PARTITION BY state ORDER BY hour)) AS run FROM hours)
SELECT state, min(hour) AS since, max(hour) + INTERVAL 1 HOUR AS until FROM runs GROUP BY state, run ORDER BY state, since"""
_JUDGED = "SELECT DISTINCT account FROM coverage WHERE account IS NOT NULL ORDER BY account"


def wrong_files(held: Held) -> Rows:
    """The files that contradict the digests: altered, deleted, injected and the like."""
    return held.rows("Files that contradict the digests", _WRONG)


def verdict(held: Held) -> Piece:
    """The first answer of a report: is this what CloudTrail delivered, and who says so."""
    by_class = held.rows("Files by class of verification", _COUNTS)
    counts: dict[str, int] = {}
    for _, verdict_class, files in by_class.rows:
        counts[verdict_class] = counts.get(verdict_class, 0) + files
    keys = KEYS.get(runs.runs_of(held.folder).keys_from, "") if counts else ""
    if not counts:
        return pieces.verdict(
            "Integrity",
            "unknown",
            "Not verified",
            ["The digest chain of this evidence was not checked; nothing here is proven authentic."],
        )
    findings = held.number("Findings of class fail", "SELECT count(*) FROM findings WHERE class = 'fail'")
    if counts.get("fail") or findings:
        return pieces.verdict(
            "Integrity", "fail", _fail_headline(counts, findings), [s for s in (*_named(held), keys) if s]
        )
    proven = counts.get("ok", 0) + counts.get("anomaly", 0)
    if counts.get("unknown") or not proven:
        return pieces.verdict(
            "Integrity", "unknown", _open_headline(counts, proven), [s for s in (_proven(proven), keys) if s]
        )
    apart = _events_apart(held)
    if apart:
        headline = f"{counted(proven, 'file')} authentic, but {counted(apart, 'event')} not proven"
        sentence = "These events stand in files that the digest chain does not cover, for example Insights deliveries or an export of Event history."
        return pieces.verdict("Integrity", "unknown", headline, [s for s in (sentence, keys) if s])
    strange = held.number("Findings of class anomaly", "SELECT count(*) FROM findings WHERE class = 'anomaly'")
    odd = []
    if counts.get("anomaly"):
        odd.append(f"{counts['anomaly']:,} of them are proven by content but not stored as delivered.")
    if strange:
        odd.append(f"{counted(strange, 'finding')} about chains or second sources to be explained: see “Verification”.")
    headline = f"Authentic: all {proven:,} files match the digest chain"
    return pieces.verdict("Integrity", "anomaly" if odd else "ok", headline, [*odd, *([keys] if keys else [])])


def _events_apart(held: Held) -> int:
    """Events that no authentic file holds, though no file contradicts the digests."""
    sql = "SELECT count(*) FROM events WHERE verification IS NULL OR verification NOT IN ('ok', 'anomaly')"
    return held.number("Events that no authentic file holds", sql)


def _fail_headline(counts: dict[str, int], findings: int) -> str:
    files = counts.get("fail", 0)
    parts = (
        [f"{counted(files, 'file')} {'contradicts' if files == 1 else 'contradict'} the digest chain"] if files else []
    )
    parts += [f"{counted(findings, 'finding')} of class fail"] if findings else []
    return f"Not authentic: {', '.join(parts)}"


def _named(held: Held) -> list[str]:
    """The files by what befell them: each of the first three, the number of the others."""
    said: dict[str, list[str]] = {}
    for row in wrong_files(held).dicts():
        said.setdefault(row["what"], []).append(str(row["file"]).rsplit("/", 1)[-1])
    lines = []
    for what, names in said.items():
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        lines.append(f"{what.capitalize()}: {', '.join(names[:3])}{more}.")
    doubts = " ".join(_OR_ELSE[what] for what in said if what in _OR_ELSE)
    return [*lines, *([doubts] if doubts else []), "Section “Verification” names every file."]


def _open_headline(counts: dict[str, int], proven: int) -> str:
    files = sum(counts.values())
    if not proven:
        return f"Nothing proven: {'the one file' if files == 1 else f'none of the {files:,} files'} {'cannot' if files == 1 else 'can'} be proven"
    return f"Not fully proven: {counts.get('unknown', 0):,} of {files:,} files cannot be proven"


def _proven(files: int) -> str:
    if not files:
        return ""
    return f"{counted(files, 'file')} {'is' if files == 1 else 'are'} proven."


def completeness(held: Held) -> Piece:
    """The second answer: is everything here that should be, and what is missing."""
    verified = runs.runs_of(held.folder)
    gaps = held.rows(
        "Findings about completeness",
        "SELECT code, account, region, trail, since, until FROM findings WHERE class = 'incomplete' ORDER BY since, code, account, region",
    )
    states = dict(held.rows("Hours by state of coverage", STATES).rows)
    missing = states.get("missing", 0) + states.get("tampered", 0)
    spans = held.rows("Spans of hours by state", _SPANS).dicts() if states else []
    holes = [
        f"{counted(states[state], 'hour')}, counted for each account, region and trail, {'is' if states[state] == 1 else 'are'} {word}: {_when(state, spans)}."
        for state, word in (
            ("missing", "missing in whole or in part"),
            ("tampered", "tampered with"),
            ("unverified", "not proven"),
        )
        if states.get(state)
    ]
    holes += _elsewhere(held)
    if gaps.rows or missing or verified.complete is False:
        headline = f"Incomplete: {counted(len(gaps.rows), 'gap')} in what digests cover"
        if not gaps.rows:
            headline = "Incomplete: something that should be here is missing"
        elif all(row["code"] == "G_NO_DIGESTS" for row in gaps.dicts()):
            places = counted(len(gaps.rows), "account and region", "accounts and regions")
            headline = f"Incomplete: no authentic digest is here for {places}"
        return pieces.verdict(
            "Completeness", "incomplete", headline, holes or ["The gaps stand in the section “Coverage”."]
        )
    if verified.complete is True:
        expected = [_expected(run) for run in verified.each]
        return pieces.verdict("Completeness", "ok", "Complete against what was expected", [*holes, *expected])
    if not states:
        return pieces.verdict("Completeness", "unknown", "Not known", ["Coverage was not established."])
    why = verified.reasons or ("Nothing says which accounts, regions, trails and times should be here.",)
    return pieces.verdict("Completeness", "unknown", "No gap found; whether all is here is not known", [*holes, *why])


def _when(state: str, spans: list[dict[str, Any]]) -> str:
    """When the hours of a state lie, whatever their account and region: the first spans, and until when the others go."""
    mine = [(clock.utc_text(span["since"]), clock.utc_text(span["until"])) for span in spans if span["state"] == state]
    told = ", ".join(f"{since} to {until}" for since, until in mine[:MOST_SPANS])
    return f"{told} and others until {mine[-1][1]}" if len(mine) > MOST_SPANS else told


def _elsewhere(held: Held) -> list[str]:
    """That events are of accounts of which no hour was judged, because their files stand under the name of another."""
    found = held.rows("Events of accounts of which no hour was judged", searched.UNJUDGED)
    if not found.rows:
        return []
    names = [str(account) for account, _ in found.rows]
    events = held.number("Events", "SELECT count(*) FROM events")
    judged = [str(account) for (account,) in held.rows("Accounts of which hours were judged", _JUDGED).rows]
    some = f"{'account' if len(names) == 1 else 'accounts'} {_listed(names)}"
    under = (
        f"the files that were judged stand under {_listed(judged)}" if judged else "no file that was judged names one"
    )
    return [
        f"{sum(n for _, n in found.rows):,} of {counted(events, 'event')} are of {some}, for which nothing was verified: {under}."
    ]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3:,} more' if len(names) > 3 else ''}"


def _expected(run: runs.Run) -> str:
    window = (
        f"what was delivered from {clock.utc_text(run.since)} to {clock.utc_text(run.until)}"
        if run.since and run.until
        else "the window of what is here"
    )
    return f"Expected was what the examiner or the acquisition supplied (accounts, regions, trails), for {window}."


STATES = "SELECT state, count(*) AS hours FROM coverage GROUP BY state ORDER BY list_position(['tampered', 'missing', 'unverified', 'verified', 'verified_empty', 'outside'], state)"


def section(held: Held, *, every_open: bool = True) -> Pieces:
    """The section “Verification”: how it was done, the counts, every file that contradicts, what is open, the findings."""
    made: list[Piece] = [verdict(held), *_method(held)]
    codes = held.rows("Outcomes by code", _CODES)
    if codes.rows:
        made.append(held.table(codes, "Outcomes of verification by code"))
    made.append(
        held.table(held.rows("Events by verification", _EVENTS), "Events by the best verification of their files")
    )
    wrong = wrong_files(held)
    if wrong.rows:
        caption = "Files that contradict the digests: altered, deleted, injected"
        met = {row["what"] for row in wrong.dicts()}
        made.append(
            held.table(
                wrong,
                caption,
                note=" ".join(sentence for what, sentence in _MEANS.items() if what in met),
                detail=["code", "detail", "digest", "content_sha256"],
                labels={"content_sha256": "sha256 of content"},
            )
        )
    elif codes.rows:
        vouched = any(row["class"] in ("ok", "anomaly") for row in codes.dicts())
        said = (
            "No file contradicts the digests."
            if vouched
            else "No digest vouches for a file here, and none contradicts one."
        )
        made.append(pieces.callout("note", f"{said} {_checked(codes)}"))
    open_files = held.rows("Files not proven or not as delivered", _OPEN)
    if open_files.rows and every_open:
        made.append(held.table(open_files, "Files that are not proven, or proven but not as delivered", limit=60))
    made += _unchecked(held) if codes.rows else []
    findings = held.rows("Findings about the evidence", FINDINGS)
    if findings.rows:
        made.append(held.table(findings, "Findings about chains, trails and coverage"))
    return Pieces(made)


def _unchecked(held: Held) -> list[Piece]:
    """The listed files that verification did not judge, with the reason that there can be."""
    sql = "SELECT count(*) FROM files WHERE coalesce(verification, 'not_checked') = 'not_checked'"
    left = held.number("Files not checked", sql)
    if not left:
        return []
    said = f"{counted(left, 'listed file')} {'was' if left == 1 else 'were'} not checked: outside the window of the verification, or of a kind that digests do not list."
    return [pieces.text(said)]


def _checked(codes: Rows) -> str:
    files = sum(int(row[3]) for row in codes.rows)
    open_files = sum(int(row[3]) for row in codes.rows if row[0] == "unknown")
    left = f", {'it' if files == 1 else f'{open_files:,} of them'} could not be proven" if open_files else ""
    were = "was" if files == 1 else "were"
    return f"{counted(files, 'file')} {were} checked{left}; hours for which no digest is here say nothing about files."


def _method(held: Held) -> list[Piece]:
    return [pieces.facts(_stated(run)) for run in runs.runs_of(held.folder).each]


def _stated(run: runs.Run) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("Verification run", run.name),
        ("Asked about", run.asked),
        ("Authentic", run.authentic or "not stated"),
        ("Complete", {True: "yes", False: "no", None: "not known"}[run.complete]),
        ("Public keys from", run.keys_from or "not stated"),
    ]
    if run.since and run.until:
        facts.append(("Window (delivery time)", f"{clock.utc_text(run.since)} to {clock.utc_text(run.until)}"))
    return facts
