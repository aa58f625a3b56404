"""Indicators leave as STIX 2.1 that its own library accepts."""

from datetime import datetime

import pytest

from ctforensics.errors import ParameterError
from ctforensics.export import indicators
from ctforensics.export.indicators import Indicator
from ctforensics.notes.book import NoteBook
from ctforensics.notes.note import entity

stix2 = pytest.importorskip("stix2", reason="stix2 is not installed")
AT = datetime(2024, 5, 2, 6, 11, 9)


def test_the_bundle_is_read_back_by_the_library_and_is_the_same_every_time():
    chosen = [
        Indicator("address", "198.51.100.77", ("exit node",)),
        Indicator("address", "2001:db8::1"),
        Indicator("access_key", "AKIAIOSFODNN7EXAMPLE"),
        Indicator("agent", "it's a \\ tool"),
        Indicator("principal", "arn:aws:iam::111122223333:user/eve"),
        Indicator("address", "AWS Internal"),
    ]
    text = indicators.bundle(chosen, title="Leaked 'key'", at=AT)
    read = stix2.parse(text)
    assert len(read.objects) == 5, "what is no address has no pattern"
    assert {o.pattern_type for o in read.objects} == {"stix"}
    assert text == indicators.bundle(chosen, title="Leaked 'key'", at=AT)


def test_every_pattern_is_valid_for_the_pattern_library():
    validator = pytest.importorskip("stix2patterns.validator", reason="stix2-patterns is not installed")
    for kind, value in (
        ("address", "198.51.100.77"),
        ("agent", "a'b\\c"),
        ("access_key", "AKIA1"),
        ("principal", "arn:x'y"),
    ):
        assert validator.run_validator(indicators.pattern(Indicator(kind, value)), stix_version="2.1") == []


def test_labelled_entities_of_the_notes_become_indicators(tmp_path):
    book = NoteBook(tmp_path / "notes.jsonl", author="a")
    book.label(entity("address", "198.51.100.77"), "exit node")
    book.label(entity("service", "s3.amazonaws.com"), "noise")
    assert indicators.of_notes(book) == [Indicator("address", "198.51.100.77", ("exit node",))]


def test_a_value_of_no_known_kind_is_refused():
    assert indicators.of_value(" AKIAIOSFODNN7EXAMPLE ").kind == "access_key"
    with pytest.raises(ParameterError, match="no address, access key id or ARN"):
        indicators.of_value("payroll")
