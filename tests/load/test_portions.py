"""Records of exports become rows by the compiled walk, and the same rows as by the reference."""

import json

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.evidence.door import USUAL
from ctforensics.load import compiled, portions
from ctforensics.load.options import Options
from ctforensics.load.reader import Reader
from ctforensics.load.task import Task
from ctforensics.logs import cloudtrail
from tests.load.loading_desk import record
from tests.support.exports import EXPORTS, dumps

NAMES = ("CreateUser", "DeleteUser", "ListUsers")
RECORDS = [record(n, eventName=NAMES[n % 3], requestID=f"r-{n}") for n in range(40)]
ODD = [
    record(50, readOnly="false"),
    record(51, eventTime="2024-05-02T06:00:00.5Z"),
    record(52, strange={"a": [1, 2.5]}),
    {**record(53), "EventTime": "2024-05-02T06:00:00Z"},
    record(54, requestParameters={"n": 12345678901234567890123}),
    record(55, userAgent="\ud800"),
]
SHAPES = {
    "lines.json": lambda rs: "\n".join(map(dumps, rs)),
    "array.json": dumps,
    "pretty.json": lambda rs: json.dumps({"Records": rs}, indent=2),
    "lookup.json": lambda rs: dumps({"Events": [{"EventId": r["eventID"], "CloudTrailEvent": dumps(r)} for r in rs]}),
    "timed.log": lambda rs: "\n".join(f"{r['eventTime']} {dumps(r)}" for r in rs),
    "message.json": lambda rs: "\n".join(dumps({"message": dumps(r)}) for r in rs),
}


@pytest.fixture(autouse=True, scope="module")
def it_compiles_here():
    assert compiled.why_not() is None


def read(place, content, name, *, quick):
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    file = place / name
    file.write_bytes(data)
    case = case_folder.create(place / f"case-{quick}")
    task = Task("root", name, len(data), None, None, str(file), str(place))
    found = Reader(case, Options(compiled=quick)).read([task])
    events, sources = (sorted(t.to_pylist(), key=repr) for t in (found.events, found.sources))
    return events, sources, found.files.to_pylist(), found.rejects.to_pylist()


@pytest.mark.parametrize("name", [*SHAPES, *EXPORTS])
def test_an_export_gives_the_rows_of_the_reference(tmp_path, name):
    content = {**SHAPES, **EXPORTS}[name](RECORDS)
    quick = read(tmp_path, content, name, quick=True)
    assert quick == read(tmp_path, content, name, quick=False)
    assert len(quick[0]) == len(RECORDS)


@pytest.mark.parametrize("name", SHAPES)
def test_records_that_columns_cannot_repeat_stand_among_the_others(tmp_path, name):
    content = SHAPES[name]([*RECORDS[:20], *ODD, *RECORDS[20:]])
    quick = read(tmp_path, content, name, quick=True)
    assert quick == read(tmp_path, content, name, quick=False)
    assert len(quick[0]) == len(RECORDS) + len(ODD)


def test_most_records_beside_one_that_the_walk_declines_are_walked():
    records = [record(n) for n in range(4 * portions._FEW)]
    records[7]["requestParameters"] = json.loads("[" * 200 + "]" * 200)
    reading = cloudtrail.read("\n".join(map(dumps, records)).encode())
    made, rest = portions.portions(reading.records, 3, most=USUAL.record)
    assert sum(p.events.num_rows for p in made) + len(rest) == len(records)
    assert 0 < len(rest) <= portions._FEW
    assert {n for p in made for n in p.sources["file_no"].to_pylist()} == {3}


def test_large_records_are_walked_in_several_portions(monkeypatch):
    monkeypatch.setattr(portions, "PORTION", 5000)
    reading = cloudtrail.read("\n".join(map(dumps, RECORDS)).encode())
    made, rest = portions.portions(reading.records, 0, most=USUAL.record)
    assert len(made) > 3 and not rest
    assert sorted(n for p in made for n in p.sources["record_index"].to_pylist()) == list(range(len(RECORDS)))
