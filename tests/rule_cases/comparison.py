"""The cases of a public rule set put to our questions: which of them each question finds.

``python -m tests.rule_cases.comparison`` writes the table ``docs/rule-cases.md``; a test compares.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ctforensics.ask.query import run
from ctforensics.investigation import Case, new_case
from tests.rule_cases.mapping import RULES, Asked

FOLDER = "panther-rule-tests"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "rule-cases.md"
_IDS = ("event_id", "event_ids", "first_event_id", "last_event_id", "from_event_id")


@dataclass(frozen=True)
class RuleCase:
    """One case: the rule's file name, its number there, whether the rule shall fire, and the record; None for other log types."""

    rule: str
    number: int
    positive: bool
    record: dict[str, Any] | None

    @property
    def event_id(self) -> str:
        """An id of its own, so that equal records of two cases stay apart."""
        return f"{self.rule}#{self.number}"


def rule_cases(shared: Path) -> list[RuleCase]:
    """All cases of the rules about CloudTrail, in order of file and number."""
    import yaml

    found = []
    for file in sorted((shared / FOLDER / "rules").rglob("*.yml")):
        rule = yaml.safe_load(file.read_text("utf-8"))
        if "AWS.CloudTrail" in rule.get("LogTypes", []):
            tests = enumerate(rule.get("Tests", []), 1)
            found += [RuleCase(file.stem, n, bool(t["ExpectedResult"]), _record(t["Log"])) for n, t in tests]
    return found


def _record(log: Any) -> dict[str, Any] | None:
    log = json.loads(log) if isinstance(log, str) else log
    if log.get("p_log_type", "AWS.CloudTrail") != "AWS.CloudTrail" or not log.get("eventName"):
        return None
    return {name: value for name, value in log.items() if not name.startswith("p_")}


def loaded(base: Path, cases: list[RuleCase]) -> Case:
    """A case that holds the record of every case."""
    evidence = base / "evidence"
    evidence.mkdir(parents=True)
    records = [{**case.record, "eventID": case.event_id} for case in cases if case.record is not None]
    (evidence / "cases.json").write_text(json.dumps({"Records": records}), "utf-8")
    made = new_case(base / "case", title="Rule cases", examiner="T. Ester")
    made.add_evidence(evidence, label="cases")
    made.load()
    return made


def found_by(case: Case, asked: Asked) -> set[str]:
    """The ids of all events on which the rows of the answer rest, records without time included, if ``where`` keeps the row."""
    question = case.catalog.get(asked.question)
    narrowed = f"SELECT * FROM (\n{question.sql.rstrip().rstrip(';')}\n) AS answer WHERE {asked.where}"
    ids: set[str] = set()
    for timeless in (False, True):
        for row in run(case.room, replace(question, sql=narrowed), asked.params, timeless=timeless).dicts():
            for name in _IDS:
                value = row.get(name)
                ids.update(value if isinstance(value, list) else [value] if value else [])
    return ids


@dataclass
class Verdict:
    """What became of one rule: numbers of cases that agree, that differ with a reason, and that differ without one."""

    rule: str
    asked: Asked
    found: list[int]
    missed: list[int]
    left_out: list[int]
    found_too: list[int]
    other: int

    @property
    def differing(self) -> list[int]:
        return sorted([*self.missed, *self.found_too])

    @property
    def unexplained(self) -> list[int]:
        return [] if self.asked.why else [n for n in self.differing if n not in self.asked.differ]

    @property
    def superfluous(self) -> list[int]:
        return [n for n in self.asked.differ if n not in self.differing]


def verdicts(case: Case, cases: list[RuleCase]) -> Iterator[Verdict]:
    """One verdict a rule."""
    by_rule: dict[str, list[RuleCase]] = {}
    for each in cases:
        by_rule.setdefault(each.rule, []).append(each)
    for rule, members in by_rule.items():
        asked = RULES[rule]
        ids = found_by(case, asked) if asked.question else set()
        ours = [m for m in members if m.record is not None]
        yield Verdict(
            rule,
            asked,
            found=[m.number for m in ours if m.positive and m.event_id in ids],
            missed=[m.number for m in ours if m.positive and m.event_id not in ids],
            left_out=[m.number for m in ours if not m.positive and m.event_id not in ids],
            found_too=[m.number for m in ours if not m.positive and m.event_id in ids],
            other=len(members) - len(ours),
        )


def page(judged: list[Verdict]) -> str:
    """The table of all rules, and every disagreement with its reason, as Markdown."""
    found, missed = sum(len(v.found) for v in judged), sum(len(v.missed) for v in judged)
    left, too = sum(len(v.left_out) for v in judged), sum(len(v.found_too) for v in judged)
    lines = [
        "<!-- Written by `python -m tests.rule_cases.comparison`; reasons stand in tests/rule_cases/mapping.py. -->",
        "",
        "# The cases of a public rule set, put to our questions",
        "",
        "A public set of detection rules (panther-labs/panther-analysis, July 2026) carries unit tests: records with the word whether the",
        "rule shall fire. Here each record was loaded and the question that asks the same thing was asked, narrowed to the rule's subject",
        "by the columns of its answer. The rules themselves did not run. Cases are counted from 1 in the rule's file.",
        "",
        f"- Positive cases: {found + missed}; our question finds the event of {found}.",
        f"- Negative cases: {left + too}; our question leaves out the event of {left}.",
        f"- Records of other log types, or that name no call: {sum(v.other for v in judged)} (not asked).",
        "- Every other case differs for a reason that stands below.",
        "",
        "| rule | question | found | left out | differ | other logs |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for v in judged:
        question = f"`{v.asked.question}`" if v.asked.question else "none"
        positives, negatives = len(v.found) + len(v.missed), len(v.left_out) + len(v.found_too)
        differ = ", ".join(map(str, v.differing)) or "-"
        lines.append(
            f"| {v.rule} | {question} | {len(v.found)} of {positives} | {len(v.left_out)} of {negatives} | {differ} | {v.other or '-'} |"
        )
    return "\n".join([*lines, "", "## Why they differ", "", *_reasons(judged)]) + "\n"


def _reasons(judged: list[Verdict]) -> Iterator[str]:
    for v in judged:
        if v.asked.why and v.differing:
            yield f"- {v.rule}, {_cases(v.differing)}: {v.asked.why}."
            continue
        by_reason: dict[str, list[int]] = {}
        for number in v.differing:
            by_reason.setdefault(v.asked.differ[number], []).append(number)
        for reason, numbers in by_reason.items():
            what = "found" if numbers[0] in v.found_too else "not found"
            yield f"- {v.rule}, {_cases(numbers)} ({what}): {reason}."


def _cases(numbers: list[int]) -> str:
    return f"{'case' if len(numbers) == 1 else 'cases'} {', '.join(map(str, numbers))}"


def judge(base: Path, shared: Path) -> list[Verdict]:
    """Loads all cases below ``base`` and judges every rule."""
    cases = rule_cases(shared)
    case = loaded(base, cases)
    try:
        return list(verdicts(case, cases))
    finally:
        case.close()


def main() -> None:
    """Writes the page; names what is not explained, or is explained without need."""
    from tests.conftest import shared_folder

    shared = shared_folder()
    if shared is None:
        sys.exit("there is no shared/data beside the checkout")
    with tempfile.TemporaryDirectory() as base:
        judged = judge(Path(base), shared)
    wrong = [v for v in judged if v.unexplained or v.superfluous]
    for v in wrong:
        print(f"{v.rule}: not explained {v.unexplained}, explained without need {v.superfluous}")
    if not wrong:
        PAGE.write_text(page(judged), "utf-8")
        print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
