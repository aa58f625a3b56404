"""A sifted load scans everything, loads what matches, and every answer says so."""

import gzip
import json

import pytest

from ctforensics.investigation import new_case
from ctforensics.load.scope import Scope
from tests.load.loading_desk import record
from tests.load.test_safe import NAME


@pytest.fixture
def case(tmp_path):
    made = new_case(tmp_path / "case")
    for n, region in enumerate(("us-east-1", "eu-west-1", "eu-west-1")):
        file = tmp_path / "mirror" / NAME.format(region=region, day=n + 2, n=n)
        file.parent.mkdir(parents=True, exist_ok=True)
        records = [record(n * 10 + k, sourceIPAddress=f"198.51.100.{n * 10 + k}") for k in range(10)]
        file.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    made.add_evidence(tmp_path / "mirror", label="mirror")
    yield made
    made.close()


@pytest.mark.parametrize("value", ["198.51.100.7", "user-7", "id-7", "req-7"])
def test_what_matches_is_loaded_and_everything_was_scanned(case, tmp_path, value):
    (tmp_path / "wanted.txt").write_text(f"# one\n{value}\n")
    result = case.load(matching=tmp_path / "wanted.txt")
    assert (result.records, result.events, result.sifted, result.balanced) == (30, 1, 29, True)
    assert "Sifted: all 30 records were scanned (100 %), 1 are loaded (3.3%)." in result.lines()
    assert list(case.sql("SELECT event_id FROM events")["event_id"]) == ["id-7"]
    hashed = case.sql("SELECT count(*) AS n FROM files WHERE content_sha256 IS NOT NULL")
    assert list(hashed["n"]) == [3]


def test_every_answer_says_what_was_scanned_and_not_loaded(case, tmp_path):
    (tmp_path / "wanted.txt").write_text("198.51.100.7\n")
    case.load(matching=tmp_path / "wanted.txt")
    for answer in (case.ask("actions_by_source_ip", ips=["198.51.100.99"]), case.ask("console_logins")):
        assert "All records were scanned (100 %), but 29 held none" in "\n".join(answer.searched.sentences())


def test_every_answer_says_what_the_scope_left_out(case):
    case.load(scope=Scope(regions=("us-east-1",)))
    assert "2 files were left out of the load's scope" in "\n".join(case.ask("console_logins").searched.sentences())


def test_a_value_with_escapes_is_found_in_every_spelling(case, tmp_path):
    said = {"Records": [record(99, userAgent='a "quoted" \u00e9 / agent')]}
    for n, text in enumerate(
        (json.dumps(said), json.dumps(said, ensure_ascii=False), json.dumps(said).replace("/", "\\/"))
    ):
        (tmp_path / "mirror" / f"{n}.json").write_text(text)
    (tmp_path / "wanted.txt").write_text('a "quoted" \u00e9 / agent\n')
    result = case.load(matching=tmp_path / "wanted.txt")
    assert (result.events, result.duplicates) == (1, 2)
