"""Looks that are counted before they are wanted: the same numbers as when asked for, and none of another state."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest

from ctforensics.notes.book import NoteBook
from ctforensics.show import looking, scale
from ctforensics.show.desk import Desk

FILTERS = [
    [],
    [{"field": "kind", "is": ["error"]}],
    [{"field": "actor", "is": ["arn:aws:iam::111122223333:role/role-7", None]}],
    [{"text": "role-3"}],
]


@pytest.fixture
def desk(access, tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "LONGEST_AHEAD", 600)  # however slow the machine is
    made = Desk(access, title="t", book=NoteBook(tmp_path / "notes.jsonl", author="ada"), reopen=lambda: access)
    yield made
    made.session.close()


def ask(desk: Desk, kind: str, **request):
    answer = desk.answer({"type": kind, "id": 1, **request})
    assert "error" not in answer, answer
    if kind == "ahead":
        answer["looks"] = json.loads(zlib.decompress(base64.b64decode(answer["looks"])))
    return json.loads(json.dumps(answer))  # as the page reads it


def without(answer, *names):
    return {name: value for name, value in answer.items() if name not in names}


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_a_look_ahead_holds_what_the_look_itself_answers(desk, number):
    extent, chance = desk.session.extent, random.Random(number)
    ask(desk, "view", lo=extent.lo + 123_457, hi=extent.lo + scale.DAY, where=FILTERS[number])
    before = desk.session.view
    steps = []
    for width in (61_001, 3_600_000, 90_000_123, 5 * scale.DAY + 7):
        lo = chance.randrange(extent.lo, extent.hi)
        steps.append([lo, lo + width])
    ahead = ask(desk, "ahead", steps=steps, size=20)
    assert desk.session.view == before, "Python's range does not move for what nobody looks at"
    looks = {tuple(look["for"][:2]): look for look in ahead["looks"]}
    for lo, hi in steps:
        asked = ask(desk, "view", lo=lo, hi=hi, where=FILTERS[number], size=20)
        look = looks.get((lo, hi))
        if look is None:  # an empty result names the condition that removed everything
            assert asked["count"] == 0 and asked["without"]
            continue
        assert without(look, "for") == without(asked, "id", "type", "ms", "stale", "overview")
        statement, values = desk.session.sql()
        plain = desk.session.cursor().execute(f"SELECT count(*) FROM ({statement})", values).fetchone()[0]
        assert sum(bar[4] for bar in look["bars"]) == look["count"] == plain == look["end"] - look["first"]


def test_the_page_tells_where_it_went_and_python_follows(desk):
    lo = desk.session.extent.lo + 1_234
    ask(desk, "at", lo=lo, hi=lo + scale.HOUR, where=FILTERS[1], stack="kind", bucket=0)
    assert (desk.session.view.lo, desk.session.view.hi, desk.session.view.where) == (lo, lo + scale.HOUR, FILTERS[1])


def test_notes_loads_and_flags_make_another_state_so_that_what_was_kept_is_dropped(desk):
    seen = [ask(desk, "view")["of"]]
    key = ask(desk, "page", first=3)["rows"][0]["key"]
    seen.append(ask(desk, "note", act="star", key=key)["of"])
    desk.book.star(ask(desk, "page", first=4)["rows"][0]["key"])  # in Python, behind the page's back
    seen.append(ask(desk, "at", lo=0, hi=scale.HOUR)["of"])
    seen.append(ask(desk, "facets", flags=True)["of"])
    ask(desk, "reopen")
    seen.append(ask(desk, "ahead", steps=[])["of"])
    assert len(set(seen)) == len(seen)
    assert ask(desk, "view")["of"] == ask(desk, "view")["of"]


def test_a_note_written_while_looks_are_counted_spoils_them_all(desk):
    marked, paged = [], desk.paged

    def noted_in_between(first, size):
        found = paged(first, size)
        marked.append(desk.book.label("actor:eve", "suspect"))
        return found

    desk.paged = noted_in_between
    extent = desk.session.extent
    answer = ask(desk, "ahead", steps=[[extent.lo, extent.lo + scale.DAY]])
    assert marked and answer["looks"] == []


def test_nothing_is_counted_ahead_that_could_be_wrong_or_would_keep_somebody_waiting(desk):
    extent = desk.session.extent
    steps = [[extent.lo, extent.lo + scale.DAY], [extent.lo, extent.hi]]
    assert len(ask(desk, "ahead", steps=steps)["looks"]) == 2
    desk.waiting = lambda: True
    assert ask(desk, "ahead", steps=steps)["looks"] == []
    desk.waiting = lambda: False
    ask(desk, "view", where=[{"starred": True}])
    assert ask(desk, "ahead", steps=steps)["looks"] == []
    # An empty result names the condition that removed everything: that is asked for when it is wanted.
    ask(desk, "view", where=[{"field": "actor", "is": ["nobody"]}])
    assert ask(desk, "ahead", steps=steps)["looks"] == []


def test_a_filter_set_in_python_meanwhile_ends_the_counting(desk):
    extent, viewed = desk.session.extent, desk.session.viewed

    def changed_in_between(**changes):
        desk.session.view = viewed(where=[{"field": "kind", "is": ["error"]}])
        return viewed(**changes)

    desk.session.viewed = changed_in_between
    assert ask(desk, "ahead", steps=[[extent.lo, extent.hi]])["looks"] == []
