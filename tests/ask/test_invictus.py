"""Questions on a real attack run: 2,900 records of one account, published by others."""

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from tests.ask.conftest import Asker

KEY = "AKIATFQR7NSC8Q4X20BJ"


@pytest.fixture(scope="module")
def ask(shared_data, tmp_path_factory):
    made = case_folder.create(tmp_path_factory.mktemp("invictus") / "case")
    add_root(made, shared_data / "invictus" / "CloudTrail", "invictus")
    load(made)
    asker = Asker(made)
    yield asker
    asker.room.close()


def test_who_changed_a_buckets_policy_is_named_with_key_and_event(ask):
    first, second = ask("who_changed_bucket_policy", bucket="stratus-red-team-bdbp-lhfzvgcamn")
    assert first["actor"].endswith(":user/bert-jan") and first["access_key_id"] == KEY
    assert first["event_id"] == "d58cf935-0194-41d0-baa0-9efc030ce2e6"
    assert first["policy_before"] == "no policy" and first["remarks"] == ["lets in account 193672423079"]
    assert second["policy_before"] == first["policy_after"] and second["policy_after"] == "no policy"


def test_a_planted_key_is_told_with_its_making_and_that_it_was_never_used(ask):
    made, *_ = ask("access_key_lifecycle", access_key_id="AKIATFQR7NSCQLA2F4OD")
    assert made["event_id"] == "8c282c0b-00d1-4369-95b7-cb50b6eee620" and made["step"] == "made"
    assert made["use"] == "never used in what is loaded" and made["owner"] == "malicious-iam-user"


def test_every_question_runs_on_real_records(ask):
    samples = {"access_key": KEY, "bucket": "stratus-red-team-bdbp-lhfzvgcamn", "address": "192.168.10.20"}
    answered = 0
    for question in ask.catalog:
        given = {p.name: samples.get(p.entity or "", "bert-jan") for p in question.params if p.required}
        answered += bool(ask(question.name, **given))
    assert answered > 100


def test_the_keys_minted_by_the_attacker_are_all_found(ask):
    minted = {row["new_key"] for row in ask("session_key_descendants", access_key_id=KEY)}
    assert {"AKIATFQR7NSCQLA2F4OD", "ASIATFQR7NSCWLLE7IWW"} <= minted
