"""One question: a file of plain SQL with a metadata block, read and checked.

A file tells all its faults at once, each with its line, so that whoever writes one mends it in one go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctforensics import frontmatter
from ctforensics.ask.params import ENTITIES, TYPES, Param
from ctforensics.ask.scope import SCOPE, SCOPE_NAMES
from ctforensics.errors import ForensicsError, ParameterError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ATTACK = re.compile(r"T\d{4}(\.\d{3})?")
_RESERVED = {"end", "from", "to", "limit", "window", "order", "group", "where", "select", "table"}
_TEXTS = ("name", "title", "question", "empty", "look", "attack_matrix", "cost")
_LISTS = ("attack", "references", "events", "needs", "aliases")
_KEYS = {*_TEXTS, *_LISTS, "params", "timeline", "example"}
_PARAM_KEYS = {"type", "help", "default", "entity", "choices"}
COSTS = ("pivot", "scan")
MATRIX = "v18.1"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a question file, and where."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Question:
    """A canned question. ``sql`` is the text that runs; ``text`` is the whole file.

    ``events`` names what it reads as ``service:Event``; ``needs`` the event kinds without which an empty answer says
    nothing (``data:s3``, ``network``, ``insight``); ``empty`` what an empty answer means; ``look`` what to look for.
    """

    name: str
    title: str
    question: str
    topic: str
    path: Path
    sql: str
    text: str
    params: tuple[Param, ...] = ()
    events: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()
    attack_matrix: str = MATRIX
    references: tuple[str, ...] = ()
    cost: str = "pivot"
    empty: str = ""
    look: str = ""
    timeline: tuple[str, ...] = ()
    example: dict[str, Any] = field(default_factory=dict)
    origin: str = "ctforensics"

    @property
    def all_params(self) -> tuple[Param, ...]:
        """Its own parameters and the scope that every question takes."""
        return (*self.params, *SCOPE)

    @property
    def pivot(self) -> Param | None:
        """The parameter that makes it a pivot: the only one it needs, with an entity."""
        needed = [p for p in self.params if p.required]
        candidates = needed or [p for p in self.params if p.entity][:1]
        return candidates[0] if len(candidates) == 1 and candidates[0].entity else None

    @property
    def numbers(self) -> tuple[Param, ...]:
        """The parameters that are numbers: least and most, windows, thresholds. They decide what answers at all."""
        return tuple(p for p in self.params if p.type in ("BIGINT", "DOUBLE"))

    def help(self) -> str:
        """Question, parameters and what an empty answer means, as text for a docstring or a page."""
        lines = [self.question, ""]
        for param in self.all_params:
            need = "required" if param.required else f"default {param.default!r}"
            lines.append(f"{param.name} ({param.type}, {need}): {param.help}.")
        lines += ["", f"When it is empty: {self.empty}"] if self.empty else []
        return "\n".join(lines)

    @property
    def example_params(self) -> dict[str, Any]:
        """The parameters of its example, without the name of the practice story."""
        return {name: value for name, value in self.example.items() if name != "trail"}


def read(path: Path, topic: str, origin: str) -> tuple[Question | None, list[Fault]]:
    """A question file as a Question, or all its faults."""
    try:
        text = path.read_text("utf-8")
        block, sql = frontmatter.parse(text, "query", where=str(path))
    except UnicodeDecodeError:
        return None, [Fault(str(path), "The file is not UTF-8 text.")]
    except OSError as error:
        return None, [Fault(str(path), f"The file cannot be read: {error.strerror}.")]
    except ForensicsError as error:
        return None, [Fault(error.where or str(path), error.message)]
    reader = _Reader(path, text, block)
    question = reader.question(topic, origin, sql)
    return (None, reader.faults) if reader.faults else (question, [])


class _Reader:
    """Walks a metadata block and collects faults with the lines they stand on."""

    def __init__(self, path: Path, text: str, block: dict[str, Any]) -> None:
        self.path, self.block, self.text = path, block, text
        self.lines = text.splitlines()
        self.faults: list[Fault] = []

    def fault(self, key: str, message: str) -> None:
        pattern = re.compile(rf'^--\s*"?{re.escape(key)}"?\s*=|^--\s*\[{re.escape(key)}\]')
        line = next((i for i, text in enumerate(self.lines, 1) if pattern.match(text)), 1)
        self.faults.append(Fault(f"{self.path}:{line}", message))

    def question(self, topic: str, origin: str, sql: str) -> Question:
        for key in self.block:
            if key not in _KEYS:
                self.fault(key, f"{key!r} is no known entry; known: {', '.join(sorted(_KEYS))}.")
        texts = {key: self.one_text(key) for key in _TEXTS}
        lists = {key: self.texts(key) for key in _LISTS}
        self.check_name(texts["name"])
        for key in ("title", "question"):
            if not texts[key]:
                self.fault(key, f"{key!r} is missing.")
        if (texts["cost"] or "pivot") not in COSTS:
            self.fault("cost", f"'cost' is one of {', '.join(COSTS)}.")
        for technique in lists["attack"]:
            if not _ATTACK.fullmatch(technique):
                self.fault("attack", f"{technique!r} is not an ATT&CK technique such as T1078.004.")
        params = self.params()
        if not sql.strip():
            self.faults.append(Fault(f"{self.path}:{len(self.lines)}", "There is no SQL after the block."))
        timeline = self.table("timeline")
        return Question(
            name=texts["name"],
            title=texts["title"],
            question=texts["question"],
            topic=topic,
            path=self.path,
            sql=sql,
            text=self.text,
            params=params,
            attack_matrix=texts["attack_matrix"] or MATRIX,
            cost=texts["cost"] or "pivot",
            empty=texts["empty"],
            look=texts["look"],
            timeline=tuple(str(piece) for piece in timeline.get("message", ())),
            example=self.example(params),
            origin=origin,
            **lists,
        )

    def check_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            self.fault("name", "'name' is missing or not lower-case words joined by underscores.")
        elif name != self.path.stem:
            self.fault("name", f"The name {name!r} is not the file's ({self.path.stem!r}).")

    def one_text(self, key: str) -> str:
        value = self.block.get(key, "")
        if not isinstance(value, str):
            self.fault(key, f"{key!r} is a text in quotes.")
            return ""
        return " ".join(value.split())

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.block.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(key, f"{key!r} is a list of texts.")
            return ()
        return tuple(value)

    def table(self, key: str) -> dict[str, Any]:
        value = self.block.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"[{key}] is a table.")
            return {}
        return value

    def params(self) -> tuple[Param, ...]:
        return tuple(p for name, entry in self.table("params").items() if (p := self.param(name, entry)))

    def param(self, name: str, entry: Any) -> Param | None:
        before = len(self.faults)
        if not _NAME.fullmatch(name) or name in _RESERVED:
            self.fault(name, f"A parameter cannot be named {name!r}.")
        if name in SCOPE_NAMES:
            self.fault(name, f"{name!r} is a scope parameter that every question has; leave it out.")
        if not isinstance(entry, dict):
            self.fault(name, f"The parameter {name!r} is a table with type and help.")
            return None
        for key in entry:
            if key not in _PARAM_KEYS:
                self.fault(name, f"The parameter {name!r} has an unknown entry {key!r}.")
        if entry.get("type") not in TYPES:
            self.fault(name, f"The parameter {name!r} has no known type; known: {', '.join(TYPES)}.")
        if not entry.get("help"):
            self.fault(name, f"The parameter {name!r} has no help.")
        if "entity" in entry and entry["entity"] not in ENTITIES:
            self.fault(name, f"The parameter {name!r} has an unknown entity; known: {', '.join(ENTITIES)}.")
        if len(self.faults) > before:
            return None
        made = Param(
            name,
            entry["type"],
            entry["help"],
            entry.get("default"),
            entry.get("entity"),
            tuple(entry.get("choices", ())),
        )
        return made if self.converts(made, made.default, "default") else None

    def converts(self, param: Param, value: Any, what: str) -> bool:
        if value is None:
            return True
        try:
            param.convert(value)
        except ParameterError as error:
            self.fault(param.name, f"The {what} of {param.name!r} does not fit: {error.message}")
            return False
        return True

    def example(self, params: tuple[Param, ...]) -> dict[str, Any]:
        example = self.table("example")
        known = {p.name: p for p in (*params, *SCOPE)}
        for name, value in example.items():
            if name == "trail":
                continue
            if name not in known:
                self.fault("example", f"The example names {name!r}, which is no parameter.")
            else:
                self.converts(known[name], value, "example")
        return example
