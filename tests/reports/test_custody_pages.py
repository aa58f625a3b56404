"""Custody in a report: what was done under the declared examiner, how the tool stood up to its known answers, and no user or host."""

import pytest

from ctforensics import __version__, known, selftest
from ctforensics.case import custody
from ctforensics.errors import ForensicsError
from ctforensics.reports import CaseReport, custody_pages
from ctforensics.reports.held import Held
from tests.reports.report_samples import texts


@pytest.fixture(autouse=True)
def somebody(monkeypatch):
    """On some machine."""
    monkeypatch.setattr("getpass.getuser", lambda: "zoe-login")
    monkeypatch.setattr("socket.gethostname", lambda: "laptop-17")


def test_acquisition_verification_and_load_stand_up_to_the_head_under_the_declared_examiner(own_case):
    ledger = {"planned": 12, "planned_bytes": 3, "acquired": 11, "missing": 1, "reasons": [{"outcome": "missing"}]}
    facts = {"source": "/home/zoe-login/evidence/mirror.zip", "caller": {"arn": "arn:x"}, "ledger": ledger}
    head = custody.record(own_case.folder, "acquire", state="done", sha256="ab" * 32, **facts)
    custody.record(own_case.folder, "exhibit", file="e.zip")
    held = Held(own_case)
    table = custody_pages.section(held)[-1]
    actions = [row[1] for row in table.data["rows"]]
    assert actions[0] == "new" and actions[-1] == "acquire" and {"load", "verify"} <= set(actions)
    assert "exhibit" not in actions and held.as_of.head == head
    said = texts(custody_pages.section(held))
    assert "done, from mirror.zip, planned 12, planned_bytes 3, acquired 11, missing 1" in said
    assert "authentic ok, complete yes, keys practice" in said and "scope everything" in said
    assert "the declared examiner T. Ester" in said
    for private in ("zoe-login", "laptop-17", "/home", '"root"'):
        assert private not in said


def test_keys_that_were_fetched_stand_in_the_custody_of_the_report(own_case):
    custody.record(own_case.folder, "public_keys", source="aws", keys={"eu-west-1": 2, "us-east-1": 1}, files={})
    facts = {"files": {"metadata/supplied-1.json": "cd" * 32}, "given_as": "head.json"}
    custody.record(own_case.folder, "metadata", source="supplied", **facts)
    said = texts(custody_pages.section(Held(own_case)))
    assert f"metadata supplied as head.json, sha256 {'cd' * 32}" in said
    assert "public keys from aws: 2 keys of eu-west-1, 1 key of us-east-1" in said


def test_the_short_selftest_is_run_for_each_report_and_a_wrong_answer_is_the_loudest_thing_in_it(own_case, monkeypatch):
    said = texts(custody_pages.versions(Held(own_case)))
    assert f"all {len(known.answers())} known answers are right" in said and len(known.answers()) >= 14
    assert f"No full selftest of ctforensics {__version__} is recorded" in said
    monkeypatch.setattr(known, "answers", lambda: [known.Known("a key", "1", "2")])
    worst = custody_pages.versions(Held(own_case))[2].data
    assert worst["level"] == "fail" and "WRONG answers of the selftest: a key" in worst["text"]


def test_the_full_selftest_of_this_version_stands_in_the_appendix_once_it_is_recorded(own_case, monkeypatch):
    selftest.record(own_case.folder, [known.Known("a", "1", "1"), known.Known("b", "1", "1")])
    before = Held(own_case).as_of.head
    said = texts(custody_pages.versions(Held(own_case)))
    assert f"Full selftest of ctforensics {__version__}, recorded " in said and "2 known answers right, 0 wrong" in said
    monkeypatch.setattr(custody_pages, "__version__", "9.9.9")
    assert "No full selftest of ctforensics 9.9.9" in texts(custody_pages.versions(Held(own_case)))
    assert Held(own_case).as_of.head == before, "a selftest changes nothing that the case knows"


def test_the_command_notes_its_selftest_in_the_custody_of_a_case(own_case, monkeypatch, capsys):
    from ctforensics import cli

    monkeypatch.setattr(selftest, "STORIES", ())
    assert cli.main(["selftest", "--case", str(own_case.path)]) == 0
    assert "known answers right, 0 wrong" in texts(custody_pages.versions(Held(own_case)))


def test_a_changed_custody_record_stands_on_the_first_page_and_makes_no_final_report(own_case):
    CaseReport(own_case, title="t", final=True)
    file = own_case.folder.custody_file
    file.write_text(file.read_text().replace('"records":', '"Records":', 1))
    assert "BROKEN" in texts(CaseReport(own_case, title="t").integrity_page().items)
    with pytest.raises(ForensicsError, match=r"cannot be final.*custody record is BROKEN"):
        CaseReport(own_case, title="t", final=True)
