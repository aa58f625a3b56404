"""Containers in a folder: what an earlier load left inside is fetched by a wider one, once."""

import hashlib
import io
import json
import tarfile
import zipfile

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.load.scope import Scope
from tests.load.loading_desk import record
from tests.load.test_safe import NAME


def logs():
    return [
        (
            NAME.format(region=region, day=3, n=n),
            json.dumps({"Records": [record(n * 10 + k) for k in range(3)]}).encode(),
        )
        for n, region in enumerate(("us-east-1", "eu-west-1"))
    ]


@pytest.fixture
def zipped(desk):
    with zipfile.ZipFile(desk.evidence / "x.zip", "w") as container:
        for name, data in logs():
            container.writestr(name, data)
    return desk


def whole(result):
    return (result.records, result.events, result.duplicates, result.sifted, result.left_out) == (6, 6, 0, 0, {})


def test_members_outside_of_the_scope_come_with_a_wider_load_and_the_others_stay_single(zipped):
    assert zipped.load(scope=Scope(regions=("us-east-1",))).left_out == {"region": 1}
    assert whole(zipped.load())


def test_members_that_were_sifted_come_with_a_load_of_everything(zipped, tmp_path):
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("user-1\n")
    assert zipped.load(matching=wanted).sifted
    assert whole(zipped.load())


def test_members_that_are_not_proven_are_counted_once_and_come_later(zipped):
    line = {"line": "file", "key": "b/x", "kind": "log", "class": "ok"}
    line["content_sha256"] = hashlib.sha256(logs()[0][1]).hexdigest()
    run = "\n".join(json.dumps(part) for part in ({"line": "head", "schema": 1}, line))
    (zipped.case.verification / "20240502T061500Z.jsonl").write_text(run + "\n")
    for _ in range(2):
        proven = zipped.load(only_verified=True)
        assert (proven.records, proven.events, proven.left_out) == (3, 3, {"not_verified": 1})
    assert whole(zipped.load())


def test_a_container_that_changed_before_the_wider_load_keeps_what_it_brought(zipped):
    zipped.load(scope=Scope(regions=("us-east-1",)))
    with zipfile.ZipFile(zipped.evidence / "x.zip", "w") as container:
        container.writestr(*logs()[1])
    result = zipped.load()
    assert (result.events, [f["code"] for f in result.findings]) == (6, ["EVIDENCE_CHANGED"])


def test_a_compressed_tar_is_read_once(desk):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as container:
        for name, data in logs():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            container.addfile(member, io.BytesIO(data))
    desk.put("x.tar.bz2", packed.getvalue())
    assert whole(desk.load())
    again = desk.load()
    assert whole(again) and again.new_files == 0


def test_a_zip_that_took_the_place_of_another_is_read_though_its_members_have_the_same_names_and_sizes(tmp_path):
    """In the same process, as in a notebook that stays open."""

    def put(**numbers):
        with zipfile.ZipFile(tmp_path / "new.zip", "w") as container:
            for name, number in numbers.items():
                container.writestr(f"{name}.json", json.dumps({"Records": [record(number)]}))
        (tmp_path / "new.zip").replace(tmp_path / "logs.zip")

    put(a=1)
    case = case_folder.create(tmp_path / "case")
    add_root(case, tmp_path / "logs.zip", "zipped")
    assert load(case).events == 1
    again = load(case)
    assert (again.new_files, again.events) == (0, 1)
    put(a=2, b=3)
    result = load(case)
    assert (result.events, result.rejected) == (3, 0)
