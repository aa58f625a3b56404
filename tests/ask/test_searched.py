"""What an answer says it rests on: above all where silence proves nothing."""

import pytest

from tests.ask.conftest import event
from tests.support import small_case


def told(asker, **params):
    return asker.reply("root_activity", **params).footer()


def test_a_window_that_reaches_beyond_what_is_here_is_said(case_of):
    ask = case_of(event("iam", "ListUsers", minute=0), event("iam", "ListUsers", minute=30))
    said = told(ask, since="2024-01-01", until="2024-06-01")
    assert "reaches beyond what is here (2024-05-02T06:00:00Z to 2024-05-02T06:30:01Z)" in said
    assert "nothing is known before and after" in said
    assert "reaches beyond" not in told(ask, since="2024-05-02T06:05", until="2024-05-02T06:10")
    assert "reaches beyond" not in told(ask)


@pytest.mark.parametrize("window", [{"since": "2025-01-01"}, {"until": "2023-01-01"}])
def test_a_window_without_any_evidence_is_said(case_of, window):
    assert "The window lies outside of what is here" in told(case_of(event("iam", "ListUsers")), **window)


def test_a_window_outside_of_what_was_verified_is_not_called_unverified(case_of):
    ask = case_of(event("iam", "ListUsers"))
    with_coverage = ask.reply("root_activity", since="2025-01-01").searched
    with_coverage.verified = True
    assert "The window lies outside of what is here" in "\n".join(with_coverage.sentences())
    assert "was not verified" not in "\n".join(with_coverage.sentences())


def test_an_account_or_region_of_which_nothing_is_here_is_named(case_of):
    said = told(case_of(event("iam", "ListUsers")), accounts=["999999999999", "111122223333"], regions=["EU-WEST-9"])
    assert "Nothing at all is here of account 999999999999." in said and "of region EU-WEST-9." in said
    assert "account 111122223333" not in said


def test_events_that_name_no_region_are_counted_where_regions_are_chosen(case_of):
    ask = case_of(event("iam", "ListUsers", awsRegion=None), event("iam", "ListUsers"))
    assert "1 event names no such account or region and was not searched" in told(ask, regions="us-east-1")
    assert "name no such" not in told(ask)


def test_a_case_of_one_service_and_one_account_is_asked_about_others_without_a_fault(case_of):
    assert case_of(event("iam", "ListUsers"), event("iam", "ListUsers"))("object_reencryption") == []
    assert case_of(event("iam", "ListUsers"), event("iam", "ListUsers"))("cross_account_access_out") == []


def test_events_of_an_account_for_which_nothing_was_verified_are_told_by_every_answer_and_the_status(tmp_path):
    case = small_case.make(tmp_path, events=0)
    name = "444455556666_CloudTrail_us-east-1_20240502T0605Z_abcdefghijklmnop.json"
    case.load(small_case.add(tmp_path / "evidence", name, small_case.record(1), small_case.record(2)))
    assert "for which nothing was verified" not in case.ask("root_activity").footer()
    assert [*case.ask("event_coverage")["not_judged"]] == ["nothing was verified"]
    case.verify()
    said = "2 events of the case are of account 111122223333, for which nothing was verified"
    assert said in case.ask("root_activity").footer()
    assert said not in case.ask("root_activity", accounts=["444455556666"]).footer()
    assert case.status()["events_of_accounts_not_judged"] == {"111122223333": 2}
    assert "nothing was verified for this account" in [*case.ask("event_coverage")["not_judged"]]
    case.close()
