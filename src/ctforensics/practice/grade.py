"""Checks an analyst's answers against the labels of a practice archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics.errors import ForensicsError


@dataclass(frozen=True)
class Grade:
    """One fact: which of its events were named, which were not, and what was named beside them."""

    fact: str
    question: str
    about: str
    right: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The grade as JSON."""
        return {
            "fact": self.fact,
            "question": self.question,
            "about": self.about,
            "right": list(self.right),
            "missed": list(self.missed),
            "wrong": list(self.wrong),
        }


def grade(labels: str | Path, answers: str | Path) -> list[Grade]:
    """One grade for each fact of the labels, and one for each answer that is no fact (all of it wrong).

    ``answers`` is a JSON file ``{fact: [event ids]}``. Raises ForensicsError for files of another form.
    """
    facts = _object(Path(labels), "labels").get("facts")
    given = _object(Path(answers), "answers")
    if not isinstance(facts, dict):
        raise ForensicsError("These are no labels: the member facts is missing.", where=str(labels))
    grades = [_grade(name, fact, _ids(given.get(name, []), name, Path(answers))) for name, fact in facts.items()]
    nothing = {"question": "", "about": "There is no such fact.", "answer": []}
    grades += [_grade(n, nothing, _ids(ids, n, Path(answers))) for n, ids in given.items() if n not in facts]
    return grades


def _grade(name: str, fact: dict[str, Any], given: list[str]) -> Grade:
    wanted = [str(event) for event in fact["answer"]]
    return Grade(
        name,
        str(fact["question"]),
        str(fact["about"]),
        tuple(e for e in wanted if e in given),
        tuple(e for e in wanted if e not in given),
        tuple(e for e in given if e not in wanted),
    )


def _object(path: Path, what: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ForensicsError(f"The {what} cannot be read: {error.strerror}.", where=str(path)) from error
    except ValueError as error:
        raise ForensicsError(f"The {what} are not JSON ({error}).", where=str(path)) from error
    if not isinstance(value, dict):
        raise ForensicsError(
            f"The {what} must be one JSON object.", where=str(path), hint='Write {"fact": ["event id"]}.'
        )
    return value


def _ids(value: Any, name: str, path: Path) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ForensicsError(
            f"The answer to {name} is no list of event ids.", where=str(path), hint='Write {"fact": ["event id"]}.'
        )
    return list(dict.fromkeys(value))
