"""Splitting JSON text: every part keeps its place, damage is a fault and not an exception."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctforensics.unwrap import json_text
from ctforensics.unwrap.json_text import Fault, Part

ANY = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.lists(ANY, max_size=5), st.sampled_from(["", "\n", " ", "\r\n\t"]))
@settings(max_examples=200, deadline=None)
def test_elements_of_a_list_stand_where_they_are_said_to_stand(values, blank):
    text = ("[" + f"{blank},{blank}".join(map(json.dumps, values)) + blank + "]").encode()
    slow = list(json_text.elements(text, 0))
    quick = json_text.quick_elements(text)
    assert [json.loads(part.raw) for part in slow] == values
    assert [json.loads(part.raw) for part in quick] == values
    for part in (*slow, *quick):
        assert text[part.offset : part.end] == part.raw


@given(st.lists(st.dictionaries(st.text(max_size=4), ANY), min_size=1, max_size=5), st.sampled_from(["", "\n", " "]))
@settings(max_examples=100, deadline=None)
def test_documents_one_after_another_are_found(values, blank):
    text = blank.join(map(json.dumps, values)).encode()
    assert [json.loads(part.raw) for part in json_text.documents(text)] == values


@given(
    st.lists(ANY, min_size=2, max_size=6),
    st.lists(st.sampled_from(["", "\n", " \t\r\n", "\n\n", " ", "}", "\n{"]), max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_a_value_that_ends_with_its_line_is_what_its_brackets_say(values, blanks):
    text = "".join(json.dumps(v) + b for v, b in zip(values, [*blanks, *["\n"] * len(values)], strict=False)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_line", lambda content, at, end: None)
        slow = list(json_text.documents(text))
    assert list(json_text.documents(text)) == slow


def test_a_line_of_many_values_is_tried_as_one_only_once(monkeypatch):
    tried, line = [], json_text._line
    monkeypatch.setattr(json_text, "_line", lambda content, at, end: tried.append((at, end)) or line(content, at, end))
    text = b"{}" * 1000 + b'\n{"a":1}\n' + b"{}" * 200_000
    assert sum(1 for _ in json_text.documents(text)) == 201_001
    assert all(end <= at for (_, end), (at, _) in pairwise(tried)), "no byte is looked at twice"


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_list_that_is_cut_anywhere_gives_whole_elements_and_one_fault(cut):
    text = b'[{"a":"x,]}"},{"b":[1,2]},{"c":"\\""}]'
    found = list(json_text.elements(text[:cut], 0))
    whole = [part for part in found if isinstance(part, Part)]
    assert all(json.loads(part.raw) for part in whole)
    if cut < len(text):
        assert isinstance(found[-1], Fault)
    assert sum(isinstance(part, Fault) for part in found) <= 1


def test_members_are_found_with_their_doubles():
    assert [(n, p.raw) for n, p in json_text.members(b'{"a":1, "b" : [2],"a":"x"}')] == [
        (b"a", b"1"),
        (b"b", b"[2]"),
        (b"a", b'"x"'),
    ]
