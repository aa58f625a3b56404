"""The library: questions found by walking folders. Ours, the case's own, and those that a user keeps elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctforensics import content
from ctforensics.ask import question as questions
from ctforensics.ask.params import Param
from ctforensics.ask.question import Fault, Question
from ctforensics.ask.scope import SCOPE_NAMES
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import QueryError, UnknownName

OWN = "ctforensics"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of questions and whose it is."""

    path: Path
    origin: str


def folders(case_queries: Path | None = None) -> list[Folder]:
    """Ours, the case's, and those of the environment variable CTFORENSICS_QUERIES (a path list)."""
    found = [Folder(content.folder("queries"), OWN)]
    if case_queries is not None and case_queries.is_dir():
        found.append(Folder(case_queries, "case"))
    own = os.environ.get("CTFORENSICS_QUERIES", "")
    return found + [Folder(Path(place), "user") for place in own.split(os.pathsep) if place]


class Catalog:
    """Questions by name. A broken file is left out and its faults stand in ``faults``; ``check`` raises them all."""

    def __init__(self, places: Sequence[Folder | Path]) -> None:
        self.faults: list[Fault] = []
        self._questions: dict[str, Question] = {}
        self._aliases: dict[str, str] = {}
        for place in places:
            self._walk(place if isinstance(place, Folder) else Folder(place, OWN))

    @classmethod
    def of_case(cls, folder: CaseFolder | None = None) -> Catalog:
        """Our questions, those of the case, and those of CTFORENSICS_QUERIES."""
        return cls(folders(folder.queries if folder else None))

    def _walk(self, place: Folder) -> None:
        if not place.path.is_dir():
            self.faults.append(Fault(str(place.path), "There is no such folder of questions."))
            return
        for file in sorted(place.path.rglob("*.sql")):
            relative = file.relative_to(place.path)
            if any(part.startswith((".", "_")) for part in relative.parts):
                continue
            topic = relative.parts[0] if len(relative.parts) > 1 else place.origin
            found, faults = questions.read(file, topic, place.origin)
            if found and place.origin != OWN:
                faults = engine_faults(found)
            if found and found.name in self._questions:
                other = self._questions[found.name].path
                faults.append(Fault(f"{file}:1", f"The name {found.name!r} is taken by {other}."))
            self.faults += faults
            if found and not faults:
                self._questions[found.name] = found
                self._aliases.update(dict.fromkeys(found.aliases, found.name))

    def __iter__(self) -> Iterator[Question]:
        return iter(sorted(self._questions.values(), key=lambda q: (q.topic, q.name)))

    def __len__(self) -> int:
        return len(self._questions)

    def __contains__(self, name: object) -> bool:
        return name in self._questions or name in self._aliases

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._questions)

    def get(self, name: str) -> Question:
        """The question of that name; dashes count as underscores. Raises UnknownName with the nearest names."""
        plain = name.replace("-", "_")
        found = self._questions.get(self._aliases.get(plain, plain))
        if found is None:
            broken = [fault for fault in self.faults if Path(fault.where.rsplit(":", 1)[0]).stem == name]
            if broken:
                raise QueryError(_told(broken), hint="Mend the file; nothing else is affected.")
            raise UnknownName("question", name, [*self._questions, *self._aliases])
        return found

    def check(self) -> None:
        """Raises QueryError with every fault of every folder, one a line."""
        if self.faults:
            raise QueryError(_told(self.faults))

    def search(self, *words: str) -> list[Question]:
        """Questions in which every word occurs: in name, title, text, topic, event, service, ATT&CK id or parameter."""
        wanted = [word.lower() for word in words if word]
        return [q for q in self if all(_mentions(q, word) for word in wanted)]

    def pivots(self, entity: str) -> list[tuple[Question, Param]]:
        """Questions into which a value of that entity can continue, with the parameter that takes it."""
        return [(q, p) for q in self if (p := q.pivot) and p.entity == entity]


def _told(faults: Iterable[Fault]) -> str:
    listed = [str(fault) for fault in faults]
    return f"{len(listed)} {'fault' if len(listed) == 1 else 'faults'} in question files:\n" + "\n".join(listed)


def _mentions(question: Question, word: str) -> bool:
    if any(technique.lower() == word or technique.lower().startswith(word + ".") for technique in question.attack):
        return True
    places = [question.name, question.title, question.question, question.topic, *question.events, *question.aliases]
    places += [p.name for p in question.params] + [p.entity or "" for p in question.params]
    return any(word in place.lower() or word in place.lower().replace("_", " ") for place in places)


def engine_faults(question: Question) -> list[Fault]:
    """What DuckDB's parser says: syntax errors with their line, and names used but not declared or the reverse."""
    import duckdb

    first = question.text.count("\n", 0, question.text.find(question.sql[:40])) + 1
    try:
        statements = duckdb.extract_statements(question.sql)
    except duckdb.Error as error:
        return [Fault(f"{question.path}:{_line(error, first)}", str(error).splitlines()[0])]
    if len(statements) != 1:
        return [Fault(f"{question.path}:{first}", f"A question is one statement; here are {len(statements)}.")]
    if statements[0].type != duckdb.StatementType.SELECT:
        return [Fault(f"{question.path}:{first}", "A question reads: its statement is a SELECT.")]
    used, declared = statements[0].named_parameters, {p.name for p in question.params}
    faults = [
        Fault(f"{question.path}:{_line_of(question, f'${name}')}", f"${name} is used but not declared.")
        for name in sorted(used - declared - set(SCOPE_NAMES))
    ]
    return faults + [
        Fault(f"{question.path}:{_line_of(question, name)}", f"{name!r} is declared but ${name} is not used.")
        for name in sorted(declared - used)
    ]


def _line(error: Exception, first: int) -> int:
    import re

    found = re.search(r"LINE (\d+):", str(error))
    return first + int(found[1]) - 1 if found else first


def _line_of(question: Question, needle: str) -> int:
    return next((i for i, line in enumerate(question.text.splitlines(), 1) if needle in line), 1)
