"""Notes: nothing is lost, nothing is changed, two analysts' files become one."""

import json

import pytest

from ctforensics.errors import CaseError, ParameterError, UnknownName
from ctforensics.notes import note
from ctforensics.notes.book import NoteBook

KEY = "0a1b2c3d-0000-1111-2222-333344445555"


@pytest.fixture
def book(tmp_path):
    return NoteBook(tmp_path / "notes.jsonl", author="ada")


def test_a_star_is_there_after_reopening_and_gone_after_unstar(book):
    book.star(KEY.upper(), at="2026-03-02T00:00:01Z")
    assert NoteBook(book.path).stars() == {KEY}
    book.unstar(KEY)
    assert NoteBook(book.path).stars() == set()
    assert [n.kind for n in book.log()] == ["star", "undo"]


def test_starring_twice_writes_once(book):
    assert book.star(KEY) is not None
    assert book.star(KEY) is None
    assert len(book.log()) == 1


def test_an_undo_can_be_undone(book):
    made = book.comment(KEY, "odd hour")
    undone = book.undo(made.id)
    assert book.on_event(KEY) == []
    book.undo(undone.id)
    assert [n.text for n in book.on_event(KEY)] == ["odd hour"]


def test_undo_without_a_name_takes_back_ones_own_last_note(book):
    book.comment(KEY, "mine")
    NoteBook(book.path, author="bob").comment(KEY, "his")
    book.undo()
    assert [n.text for n in book.on_event(KEY)] == ["his"]


def test_the_chain_tells_of_a_changed_line(book):
    book.comment(KEY, "one")
    book.comment(KEY, "two")
    assert book.verify().ok
    book.path.write_text(book.path.read_text("utf-8").replace("one", "0ne"), "utf-8")
    assert not book.verify().ok


def test_a_finding_is_revised_not_rewritten(book):
    first = book.finding("The key was used from abroad", events_for=[KEY], answers=["actions_by_access_key"])
    book.revise(first.id, status="confirmed", reviewer="bob")
    (found,) = book.findings()
    assert (found.claim, found.status, found.reviewer, found.author) == (
        "The key was used from abroad",
        "confirmed",
        "bob",
        "ada",
    )
    assert found.events_for == (KEY,)
    assert found.revisions == 2
    second = book.finding("It was the VPN", status="suspected")
    book.revise(first.id, status="refuted", superseded_by=second.id)
    assert book.findings()[0].superseded_by == second.id


def test_a_finding_takes_only_what_it_has(book):
    first = book.finding("x")
    with pytest.raises(UnknownName):
        book.revise(first.id, status="guilty")
    with pytest.raises(ParameterError):
        book.revise(first.id, colour="red")
    with pytest.raises(UnknownName):
        book.revise("nothing", status="confirmed")
    with pytest.raises(UnknownName):
        book.finding("y", status="certain")


def test_entity_labels_are_found_by_field_and_value(book):
    book.label(note.entity("address", "198.51.100.7"), "VPN exit")
    assert book.entity_labels() == {("address", "198.51.100.7"): ["VPN exit"]}


def test_many_events_are_labelled_in_one_write_and_each_has_its_record(book):
    assert book.label_all([note.event(f"{n:032x}") for n in range(3)], "exfil") == 3
    assert len(book.log()) == 3
    assert len({n.data["batch"] for n in book.log()}) == 1
    assert book.verify().ok


def test_two_analysts_notes_merge_by_record_and_merging_again_adds_nothing(book, tmp_path):
    book.star(KEY)
    other = NoteBook(tmp_path / "other.jsonl", author="bob")
    book.export(other.path)
    other.comment(KEY, "seen too")
    book.label(note.span("2026-03-02T00:00:00Z", "2026-03-02T01:00:00Z"), "window")
    assert book.merge(other.path) == 1
    assert book.merge(other.path) == 0
    assert {(n.kind, n.by) for n in book.living()} == {("star", "ada"), ("comment", "bob"), ("label", "ada")}
    assert book.verify().ok


def test_tampered_notes_are_not_merged(book, tmp_path):
    other = NoteBook(tmp_path / "other.jsonl", author="bob")
    other.comment(KEY, "text")
    other.path.write_text(other.path.read_text("utf-8").replace("text", "fake"), "utf-8")
    with pytest.raises(CaseError):
        book.merge(other.path)
    assert book.log() == []


def test_hostile_text_is_kept_as_it_is(book):
    text = "<script>\u202e\n\x00 =cmd"
    book.comment(KEY, text)
    assert NoteBook(book.path).on_event(KEY)[0].text == text
    assert all(json.loads(line) for line in book.path.read_text("utf-8").splitlines())


def test_empty_words_are_refused(book):
    for write in (lambda: book.comment(KEY, " "), lambda: book.label(KEY, ""), lambda: book.finding("")):
        with pytest.raises(ParameterError):
            write()
    with pytest.raises(ParameterError):
        book.undo()
