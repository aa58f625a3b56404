"""What stands behind a fault is not given up: whole records are loaded and flagged, and the rest is told with its place."""

import itertools
import json

import pytest

from ctforensics.logs import cloudtrail
from ctforensics.unwrap import salvage
from tests.load.loading_desk import record

SIX = [record(n) for n in range(6)]
TEXTS = [json.dumps(one, separators=(",", ":")).encode() for one in SIX]
LIST = b'{"Records":[' + b",".join(TEXTS) + b"]}"


def read(content):
    """Ids of the records and places of the rejects, every record once more found at its place in the content."""
    reading = cloudtrail.read(content)
    assert all(content[r.offset : r.offset + r.length] == r.raw for r in reading.records)
    spans = sorted((r.offset, r.offset + r.length) for r in (*reading.records, *reading.rejects))
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    assert sorted(r.index for r in (*reading.records, *reading.rejects)) == list(range(len(spans)))
    return [r.parsed.record["eventID"] for r in reading.records], [(r.offset, r.length) for r in reading.rejects]


ALL = [one["eventID"] for one in SIX]
# A text, and how many rejects it gives beside all six records.
BROKEN = {
    "a comma too many": (LIST.replace(b"},{", b"},,{", 1), 1),
    "a comma in front": (LIST.replace(b"[{", b"[,{", 1), 1),
    "a comma too few": (LIST.replace(b"},{", b"}{", 1), 1),
    "commas between lines": (b",\n".join(TEXTS), 1),
    "zeros in front": (b"\0" * 5000 + LIST, 1),
    "zeros in the middle": (b'{"Records":[' + b",".join(TEXTS[:3]) + b"\0" * 5000 + b",".join(TEXTS[3:]) + b"]}", 1),
    "an error page in front": (b"<html>no</html>\n" + LIST, 1),
    "a time before each line": (b"\n".join(b"May  2 06:00:00 host " + text for text in TEXTS), 6),
    "an end that is missing": (LIST[:-1], 1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_all_whole_records_of_a_broken_text_are_there_and_the_fault_is_told(name):
    content, faults = BROKEN[name]
    ids, rejects = read(content)
    assert (ids, len(rejects)) == (ALL, faults)


@pytest.mark.parametrize("cut", [b'"},{"eventVersion"', b'},{"eventVersion"', b"}"])
def test_a_record_that_lost_a_brace_or_a_quote_spoils_none_behind_it(cut):
    at = LIST.index(cut, len(TEXTS[0]) + 20)
    content = LIST[:at] + LIST[at + 1 :]
    ids, rejects = read(content)
    assert len(rejects) == 1
    assert set(ALL) - set(ids) == {ALL[1]}


def test_a_file_with_records_behind_a_fault_says_so():
    assert cloudtrail.read(LIST.replace(b"},{", b"},,{", 1)).flags == {"after_fault"}
    assert cloudtrail.read(LIST[:-300]).flags == set()


def test_what_only_quotes_a_record_is_no_file_of_records_and_says_that_it_names_cloudtrail():
    reading = cloudtrail.read(b"A record looks like this: " + TEXTS[0] + b" and " + b"so on. " * 200)
    assert (reading.records, reading.rejects, reading.flags) == ([], [], {"names_cloudtrail"})


def test_members_beside_the_list_that_hold_records_are_read_too():
    content = json.dumps({"Records": SIX[:2], "more": SIX[2:4], "last": {"x": SIX[4]}, "n": 1}).encode()
    ids, rejects = read(content)
    assert (ids, rejects) == (ALL[:5], [])


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_wide_characters_is_read(coding):
    reading = cloudtrail.read(LIST.decode().encode(coding))
    assert (len(reading.records), reading.rejects) == (6, [])


@pytest.mark.parametrize("text", [b'{"eventVersion":', b'{"eventVersion":"', b"\n{", b'{"eventVersion":{}}'])
def test_looking_for_records_ends_however_many_beginnings_there_are(text):
    content, looked = text * (400_000 // len(text)), []
    assert list(salvage.objects(content, 0, len(content), lambda raw: bool(looked.append(len(raw))))) == []
    assert sum(looked) <= 6 * len(content) + (1 << 23)
