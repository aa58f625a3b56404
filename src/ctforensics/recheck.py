"""Answers that findings rely on, kept with a hash of their rows, and asked again when the evidence or the tool changed.

A kept answer is an exhibit record of the notes whose subject is the answer; its ``data`` says what is needed to ask again.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ctforensics import __version__, clock
from ctforensics.ask import formats
from ctforensics.ask.answering import Reply
from ctforensics.ask.query import Rows
from ctforensics.notes import note as notes
from ctforensics.notes.book import NoteBook
from ctforensics.notes.note import Note


def keep(book: NoteBook, reply: Reply, text: str = "") -> Note:
    """Keeps an answer in the notes: question or statement, parameters, count and hash of the rows, verification."""
    facts = facts_of(reply)
    return book.exhibit(notes.answer(facts["question"], facts["rows_sha256"]), text, facts)


def facts_of(reply: Reply) -> dict[str, Any]:
    """What repeats an answer and tells whether it changed."""
    rows = reply.rows
    facts: dict[str, Any] = {
        "question": reply.question.name if reply.question else "sql",
        "params": {name: _again(value) for name, value in reply.chosen().items()},
        "rows": len(rows.rows),
        "rows_sha256": rows_hash(rows),
        "columns": rows.columns,
        "more": rows.more,
        "verification": reply.verification,
        "coverage": reply.searched.coverage,
        "version": __version__,
    }
    return facts if reply.question else {**facts, "sql": rows.sql}


def _again(value: Any) -> Any:
    return clock.utc_text(value) if hasattr(value, "isoformat") else formats.plain(value)


def rows_hash(rows: Rows) -> str:
    """SHA-256 over the rows whatever their order: names of the columns, then each row as JSON, sorted."""
    lines = sorted(json.dumps([formats.plain(value) for value in row], ensure_ascii=True) for row in rows.rows)
    return hashlib.sha256("\n".join([json.dumps(rows.columns), *lines]).encode()).hexdigest()
