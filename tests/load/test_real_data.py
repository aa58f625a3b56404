"""Round trip on real data that others published: what comes back is what stood in the files, each as often."""

import gzip
import json
from collections import Counter

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.rebuild import record_from_row
from ctforensics.originals.records import originals

SETS = (
    "invictus",
    "sans504-august",
    "stratus",
    "umccr-flaws-slice",
    "grycap-cloudtrail-tracker",
    "plaso-aws",
    "traildiscover-examples",
    "trailscraper",
    "cribl-cloudtrail-pack",
)


def documents(text):
    """JSON values one after another, by the standard library alone; stops where it stops being JSON."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n\ufeff":
            at += 1
        if at >= len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value


def records_in(value):
    """The records of a value, found in the plainest way."""
    if isinstance(value, list):
        for inner in value:
            yield from records_in(inner)
    elif isinstance(value, dict):
        if "CloudTrailEvent" in value:
            yield json.loads(value["CloudTrailEvent"])
        elif isinstance(value.get("_raw"), str):
            yield from records_in(json.loads(value["_raw"]))
        elif isinstance(value.get("Records"), list):
            yield from records_in(value["Records"])
        elif ("eventVersion" in value and not str(value.get("eventSource", "")).startswith("aws:")) or (
            "eventName" in value and "eventSource" in value and not str(value["eventSource"]).startswith("aws:")
        ):
            yield value


def plainly_read(place):
    for file in sorted(place.rglob("*")):
        if file.is_file() and file.name[0] != "_":
            data = file.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            for document in documents(data.decode("utf-8", "replace")):
                yield from records_in(document)


def text(value):
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("name", SETS)
def test_the_records_that_come_back_are_those_in_the_files(tmp_path, shared_data, name):
    case = case_folder.create(tmp_path / "case")
    add_root(case, shared_data / name)
    result = load(case)
    expected = Counter(map(text, plainly_read(shared_data / name)))
    found = list(originals(case))
    assert Counter(text(o.record) for o in found) == expected
    assert {o.basis for o in found} == {"evidence"}
    assert result.balanced
    with duckdb.connect(str(case.database), read_only=True) as con:
        cursor = con.execute("SELECT * FROM events")
        names = [column[0] for column in cursor.description]
        rebuilt = {text(record_from_row(dict(zip(names, row, strict=True)))) for row in cursor.fetchall()}
    assert rebuilt == set(expected)


COUNTS = {"invictus": (2900, 2900, 0), "sans504-august": (10853, 8447, 2406)}


@pytest.mark.parametrize("name", COUNTS)
def test_a_real_set_gives_the_numbers_that_are_known_of_it(tmp_path, shared_data, name):
    case = case_folder.create(tmp_path / "case")
    add_root(case, shared_data / name)
    result = load(case)
    assert (result.records, result.events, result.duplicates, result.rejected) == (*COUNTS[name], 0)
