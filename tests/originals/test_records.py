"""Original records are read from below the roots and from nowhere else, whatever the database says."""

import bz2
import gzip
import json

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.records import originals
from tests.load.loading_desk import record

TRAIL = json.dumps({"Records": [record(1)]}).encode()


@pytest.fixture
def elsewhere(tmp_path):
    """The same bytes outside of the root: a path that leads there would be believed, since the hash is right."""
    file = tmp_path / "outside" / "a.json"
    file.parent.mkdir()
    file.write_bytes(TRAIL)
    return file


def bases(desk):
    return [original.basis for original in originals(desk.case)]


def rename(desk, path):
    with duckdb.connect(str(desk.case.database)) as con:
        con.execute("UPDATE files SET path = ?", [str(path)])


@pytest.mark.parametrize("way", ["absolute", "upward", "upward inside", "empty part", "a link", "a linked folder"])
def test_a_path_in_the_database_that_leads_out_of_the_root_is_not_followed(desk, elsewhere, way):
    desk.put("a.json", TRAIL)
    desk.load()
    (desk.evidence / "sub").mkdir()
    (desk.evidence / "link.json").symlink_to(elsewhere)
    (desk.evidence / "links").symlink_to(elsewhere.parent)
    paths = {
        "absolute": elsewhere,
        "upward": "../outside/a.json",
        "upward inside": "sub/../a.json",
        "empty part": "sub//a.json",
        "a link": "link.json",
        "a linked folder": "links/a.json",
    }
    assert bases(desk) == ["evidence"]
    rename(desk, paths[way])
    assert bases(desk) == ["rebuilt"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("one.json", TRAIL),
        ("one.json.gz", gzip.compress(TRAIL)),
        ("one.json.bz2", bz2.compress(TRAIL)),
        ("two-layers.gz", gzip.compress(bz2.compress(TRAIL))),
    ],
)
def test_a_root_that_is_one_file_gives_its_records_back_from_the_file(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    case = case_folder.create(tmp_path / "case")
    add_root(case, tmp_path / name)
    assert load(case).events == 1
    assert [(o.basis, o.record) for o in originals(case)] == [("evidence", record(1))]


def test_a_tar_in_bzip2_as_a_root_gives_its_records_back(tmp_path):
    from tests.load.test_shapes import tarred

    (tmp_path / "logs.tar.bz2").write_bytes(tarred(gzip.compress(TRAIL), "w:bz2"))
    case = case_folder.create(tmp_path / "case")
    add_root(case, tmp_path / "logs.tar.bz2")
    assert load(case).events == 1
    assert [(o.basis, o.record) for o in originals(case)] == [("evidence", record(1))]
