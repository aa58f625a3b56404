"""The two answers of a run: is what is here authentic, and is it complete. Neither says more than is proven."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from ctforensics.verify.expect import Expectation
from ctforensics.verify.ledger import Ledger
from ctforensics.verify.outcome import Finding, worst
from ctforensics.verify.selection import Selection
from ctforensics.verify.trails import Cover
from ctforensics.verify.unlisted import Covers, Loose

# A listed log file of which the delivered bytes are not here: gone, altered, or not readable.
LOST = ("L_MISSING", "L_MISSING_UNVERIFIED", "L_HASH", "L_FORMAT", "L_MISMATCH_UNVERIFIED")
# One place may have several outcomes: what was altered in one root may stand as delivered in another.
_LOST_PLACES = f"""SELECT count(*) FROM (SELECT key FROM outcome WHERE kind = 'log' GROUP BY key
  HAVING max(code IN ({", ".join("?" * len(LOST))})) AND NOT max(code IN ('L_OK', 'L_OK_CONTAINER', 'L_TRAILING')))"""
_NOT_KNOWN = "Whether it is complete is not known:"


def authentic(
    ledger: Ledger, counts: dict[str, Any], findings: list[Finding], selection: Selection
) -> tuple[str, list[str]]:
    """The worst class of files and findings, with reasons; where nothing is proven it is never ok.

    A window, or a region, of which nothing is here is ok where other digests of this evidence are proven: it says so.
    """
    classes = [name for name, number in counts["classes"].items() if number]
    result = worst([*classes, *(f.verdict for f in findings)])
    if counts["proven"] or result == "fail":
        return result, []
    if not counts["unproven"] and counts["proven_outside"] and not selection.accounts and not selection.trails:
        return result, [
            "Nothing of what was asked is here, and that is no proof that nothing was delivered: "
            "the proven digests of this evidence lie outside of it."
        ]
    return worst([result, "unknown"]), ["Nothing is proven."]


def not_judged(counts: dict[str, Any], loose: Loose) -> list[str]:
    """Sentences that say of how many objects the answers say nothing, and why."""
    told, number = [], counts["other_unreadable"]
    if number:
        told.append(f"{_number(number, 'object')} could not be opened: nothing is said of what may be in there.")
    if loose.beside:
        what = "named as Insights, network activity or aggregated events"
        told.append(
            f"{_number(loose.beside, 'file')} {what}: no digest lists such, so nothing is said of what is in there."
        )
    return told


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def complete(
    ledger: Ledger,
    findings: list[Finding],
    covers: Covers,
    expectation: Expectation | None,
    selection: Selection,
) -> tuple[bool | None, list[str]]:
    """True where all that should be here is known and here, False where something is missing, None where nobody can tell."""
    missing = ledger.number("SELECT count(*) FROM outcome WHERE code = 'D_MISSING'")
    if missing or any(f.verdict == "incomplete" for f in findings):
        return False, []
    chosen = [c for group in covers.values() for c in group if selection.has_scope(c.scope)]
    doubt = next(_doubts(chosen, expectation, selection), None)
    if doubt:
        return None, [f"{_NOT_KNOWN} {doubt}"]
    lost = ledger.number(_LOST_PLACES, *LOST)
    if lost:
        return False, [f"Not complete: of {lost} listed log files what was delivered is not here."]
    return True, []


def _doubts(chosen: list[Cover], expectation: Expectation | None, selection: Selection) -> Iterator[str]:
    """Why nobody can say that everything is here."""
    proven = [c for c in chosen if c.proven]
    if not proven:
        yield "no digest of what was asked is proven."
    typed = set(product(selection.accounts, selection.regions, selection.trails))
    if typed - {(c.scope.account, c.scope.region, c.scope.trail) for c in proven}:
        yield "of some of what was asked nothing is here."
    unknown = [] if typed or (expectation and expectation.known) else ["which accounts, regions and trails (--expect)"]
    if selection.since is None or selection.until is None:
        unknown.append("which time (--since and --until)")
    if unknown:
        yield f"nobody said {' and '.join(unknown)} should be here."
    for name in expectation.unvalidated if expectation else ():
        if not selection.trails or name in selection.trails:
            yield f"the trail {name} delivers without validation, so that no digest says what there should be of it."
    for cover in proven:
        if not any(selection.has_hour(start, end) for start, end in cover.spans):
            scope = cover.scope
            yield f"nothing of {scope.trail} in {scope.account} {scope.region} is here from the time that was asked about."
