"""Bounds on what one file, one container and one record may be, all of them the investigator's to set."""

import gzip
import io
import json
import sys
import zipfile

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.cli import main
from ctforensics.errors import ParameterError
from ctforensics.evidence.door import Limits
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.records import originals, records
from ctforensics.unwrap import archives
from tests.load.loading_desk import record
from tests.support.memory import measured

BOMB = b'{"Records":[' + b" " * (1 << 25) + json.dumps(record(7)).encode() + b"]}"


def large(number, size):
    return record(number, requestParameters={"x": "y" * size})


def test_a_bomb_loads_where_the_ratio_is_raised_and_only_then(desk):
    desk.put("good.json", {"Records": [record(1)]})
    desk.put("bomb.json.gz", gzip.compress(BOMB))
    refused = desk.load()
    assert (refused.events, refused.rejects, refused.balanced) == (1, {"not_opened": 1}, True)
    wider = desk.load(limits=Limits(ratio=1100))
    assert (wider.new_files, wider.events, wider.rejects) == (1, 2, {})
    assert {o.basis for o in originals(desk.case)} == {"evidence"}


def test_the_bound_on_bytes_is_settable_too(desk):
    desk.put("good.json", {"Records": [record(1)]})
    desk.put("fine.json.gz", gzip.compress(json.dumps({"Records": [large(2, 300_000)]}).encode()))
    assert desk.load(limits=Limits(inflated=100_000)).rejects == {"not_opened": 1}
    assert desk.rows("SELECT detail FROM rejects") == [("Inflates to more than 100000 bytes.",)]
    assert desk.load().events == 2


def test_a_member_of_a_zip_that_was_beyond_a_limit_comes_with_a_wider_load(desk):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", BOMB)
        archive.writestr("fine.json", json.dumps({"Records": [record(1)]}))
    desk.put("x.zip", out.getvalue())
    assert desk.load().rejects == {"not_opened": 1}
    assert desk.load().new_files == 0
    wider = desk.load(limits=Limits(ratio=1100))
    assert (wider.events, wider.duplicates, wider.rejects, wider.balanced) == (2, 0, {}, True)
    assert desk.load(limits=Limits(ratio=1100)).new_files == 0


def test_a_zip_that_is_the_evidence_itself_is_held_to_the_same_ratio(tmp_path):
    with zipfile.ZipFile(tmp_path / "logs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", BOMB)
        archive.writestr("fine.json", json.dumps({"Records": [record(1)]}))
    case = case_folder.create(tmp_path / "case")
    add_root(case, tmp_path / "logs.zip")
    result = load(case)
    assert (result.events, result.rejects) == (1, {"not_opened": 1})
    assert load(case, limits=Limits(ratio=1100)).events == 2


def test_many_members_may_not_inflate_to_more_than_a_container_can_hold():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"{number}.json", b" " * 1_000_000)
    found = list(archives.members("x.zip", out.getvalue(), Limits(inflated=3_500_000, ratio=10)))
    assert [m.path for m in found if not m.error] == ["x.zip!/0.json", "x.zip!/1.json", "x.zip!/2.json"]
    assert "all members together inflate to more than" in str(found[-1].error)


def test_a_record_beyond_the_bound_is_a_reject_with_its_place_and_the_rest_loads(desk):
    text = json.dumps({"Records": [record(1), large(2, 2_000_000), record(3)]}, separators=(",", ":"))
    desk.put("a.json", text)
    result = desk.load(limits=Limits(record=1_000_000))
    assert (result.records, result.events, result.rejects) == (3, 2, {"record_too_large": 1})
    index, offset, length, detail = desk.rows("SELECT record_index, byte_offset, byte_length, detail FROM rejects")[0]
    assert index == 1
    assert json.loads(text[offset : offset + length]) == large(2, 2_000_000)
    assert "the limit is 1000000 (--max-record)" in detail
    wider = desk.load()
    assert (wider.events, wider.rejects, wider.balanced) == (3, {}, True)
    assert list(records(desk.case)) == [record(1), large(2, 2_000_000), record(3)]
    assert {o.basis for o in originals(desk.case)} == {"evidence"}


@pytest.mark.parametrize("shape", ["lines", "lookup", "subscription", "bare"])
def test_a_record_beyond_the_bound_is_told_in_every_shape(desk, shape):
    inner = [record(1), large(2, 2_000_000)]
    made = {
        "lines": "\n".join(map(json.dumps, inner)),
        "lookup": json.dumps({"Events": [{"CloudTrailEvent": json.dumps(r)} for r in inner]}),
        "subscription": json.dumps({"messageType": "DATA", "logEvents": [{"message": json.dumps(r)} for r in inner]}),
        "bare": json.dumps(large(2, 2_000_000)),
    }
    desk.put("good.json", {"Records": [record(1)]})
    desk.put("a.json", made[shape])
    result = desk.load(limits=Limits(record=1_000_000))
    assert (result.events, result.rejects, result.balanced) == (1, {"record_too_large": 1}, True)
    assert desk.load().events == 2


MEASURED = """
import sys
from pathlib import Path
from ctforensics.case.folder import CaseFolder
from ctforensics.load.run import load
result = load(CaseFolder(Path(sys.argv[1])), jobs=1)
print(result.records, result.events, result.rejects)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
def test_a_single_record_of_300_megabytes_is_refused_in_bounded_memory(desk):
    first, last = (json.dumps(record(n), separators=(",", ":")).encode() for n in (1, 2))
    with open(desk.evidence / "huge.json", "wb") as stream:
        stream.write(b'{"Records":[' + first + b',{"eventVersion":"1.08","eventName":"X","eventSource":"a.b","p":"')
        for _ in range(300):
            stream.write(b"y" * 1_000_000)
        stream.write(b'"},' + last + b"]}")
    said, peak = measured(MEASURED, str(desk.case.path))
    assert said == ["3 2 {'record_too_large': 1}"]
    assert peak < 1500


def test_the_command_takes_all_three(tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text(json.dumps({"Records": [record(1), large(2, 9000)]}))
    case = str(tmp_path / "case")
    assert main(["load", case, str(tmp_path / "logs"), "--max-record", "2K", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["rejects"] == {"record_too_large": 1}
    assert main(["load", case, "--max-record", "1M", "--max-ratio", "50", "--max-bytes", "2g", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 2


@pytest.mark.parametrize("size", ["-1", "much", "1.5M", "1T", ""])
def test_a_size_that_is_none_is_said(tmp_path, size, capsys):
    with pytest.raises(SystemExit) as end:
        main(["load", str(tmp_path / "case"), "--max-bytes", size])
    assert end.value.code == 2
    assert "is not a size" in capsys.readouterr().err or size == "-1"


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="1 or more"):
        Limits(ratio=0)
