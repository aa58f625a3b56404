"""A responder who knows one key and nothing else: from there to the whole story with `about` and `triage` alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ctforensics.ask.about import about
from ctforensics.ask.triage import triage
from tests.support import stories

PAGES = 12  # at less than a minute a page, with triage, ten minutes


def _ids(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        for name in ("event_id", "event_ids", "first_event_id", "last_event_id"):
            value = row.get(name)
            yield from value if isinstance(value, list) else [value] if value else []


def walk(case, first: str) -> tuple[list[str], set[str]]:
    """The pages that one opens by following what the pages offer, nearest first, and the ids of all events seen on them."""
    waiting, opened, seen = [first], [], set()
    while waiting and len(opened) < PAGES:
        value = waiting.pop(0)
        page = about(case.room, case.catalog, value)
        opened.append(value)
        for part in page.parts:
            seen.update(_ids(part.reply.rows.dicts()))
        waiting += [v for v, _, _ in page.onward() if v not in opened and v not in waiting]
    return opened, seen


@pytest.fixture(scope="module")
def case(story_case):
    return story_case("leaked_key")


def test_what_a_key_minted_stands_first_among_what_to_open_next(case):
    labels = stories.labels_of(case)
    page = about(case.room, case.catalog, labels["clue"])
    kinds = [kind for _, kind, _ in page.onward()]
    assert kinds[:2] == ["access_key", "access_key"] and "address" in kinds
    assert "Go on with the page on one of these:" in str(page) and "Go on with" in page._repr_html_()
    assert page.as_dict()["onward"][0]["kind"] == "access_key"


def test_from_the_key_alone_to_the_whole_story(case):
    labels = stories.labels_of(case)
    opened, seen = walk(case, labels["clue"])
    page = triage(case.room, case.catalog)
    for line in page.lines:
        seen.update(_ids(line.reply.rows.dicts()))
    missing = {
        name: len(set(fact["answer"]) - seen)
        for name, fact in labels["facts"].items()
        if not name.startswith("benign") and not set(fact["answer"]) & seen
    }
    assert missing == {}, f"pages opened: {opened}"
