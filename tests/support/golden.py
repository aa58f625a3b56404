"""Golden answers: what each question's example answers on every practice story, as text that people read in the diff.

``python -m tests.support.golden`` writes them anew (``... NAME`` only those); ``tests/test_golden.py`` compares.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from ctforensics.ask.catalog import Catalog
from ctforensics.ask.query import run
from ctforensics.ask.question import Question
from ctforensics.cli.console import safe
from ctforensics.investigation import Case
from tests.support import stories

FOLDER = Path(__file__).resolve().parents[1] / "golden"
STORIES = (*stories.STORIES, stories.EXERCISE)
ROWS, WIDTH = 3, 64


def text_of(question: Question, cases: dict[str, Case]) -> str:
    """The golden text of a question: for each story how many rows, a hash over all of them, and the first few."""
    params = {name: value for name, value in question.example.items() if name != "trail"}
    parts, silent = [f"{question.name} {json.dumps(params, ensure_ascii=False)}"], []
    for story, case in sorted(cases.items()):
        rows = run(case.room, question, params)
        if not rows.rows:
            silent.append(story)
            continue
        parts += ["", f"== {story}: {len(rows.rows)} rows, {_hash(rows.rows)}", " | ".join(rows.columns)]
        parts += [" | ".join(_cell(value) for value in row) for row in rows.rows[:ROWS]]
        parts += ["..."] if len(rows.rows) > ROWS else []
    return "\n".join([*parts, "", f"no rows: {', '.join(silent) or '-'}"]) + "\n"


def is_empty(text: str) -> bool:
    """Whether no story answers anything."""
    return not any(line.startswith("== ") for line in text.splitlines())


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = "[" + ", ".join(str(v) for v in value) + "]"
    text = safe("-" if value is None else value)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _hash(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:12]


def main(names: list[str]) -> None:
    """Writes the golden texts, all or those named, and names what changed or is empty everywhere."""
    catalog = Catalog.of_case()
    stories.pinned()
    with tempfile.TemporaryDirectory() as base:
        cases = {story: stories.opened(Path(base), story) for story in STORIES}
        for question in catalog:
            if names and question.name not in names:
                continue
            text = text_of(question, cases)
            file = FOLDER / f"{question.name}.txt"
            if is_empty(text):
                print(f"EMPTY on every story: {question.name}")
            if not file.exists() or file.read_text("utf-8") != text:
                file.write_text(text, "utf-8")
                print(f"wrote {file.name}")
        for case in cases.values():
            case.close()


if __name__ == "__main__":
    main(sys.argv[1:])
