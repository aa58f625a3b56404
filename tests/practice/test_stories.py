import base64
import gzip
import json

import pytest

from ctforensics import practice

ATTACKERS = {"198.51.100.77", "198.51.100.201"}


def account_of_key(key):
    """Queries read the account out of newer keys this way."""
    head = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    return f"{(head & 0x7FFFFFFFFF80) >> 7:012}"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    made = {}

    def tell(story):
        if story not in made:
            folder = tmp_path_factory.mktemp(story)
            archive = practice.write(story, folder / "archive")
            found = [
                r
                for p in sorted(archive.bucket.rglob("*.gz"))
                for r in json.loads(gzip.decompress(p.read_bytes())).get("Records", [])
            ]
            made[story] = archive, {r["eventID"]: r for r in found}
        return made[story]

    return tell


def of(told, story, fact):
    archive, events = told(story)
    return [events[e] for e in archive.facts[fact]["answer"]]


def test_a_quiet_week_stays_quiet(told):
    _, events = told("quiet_week")
    names = {r["eventName"] for r in events.values()}
    assert not ATTACKERS & {r["sourceIPAddress"] for r in events.values()}
    assert not names & {"CreateAccessKey", "StopLogging", "AttachUserPolicy", "CreatePolicyVersion", "DeleteTrail"}
    assert all(r["sourceIPAddress"] for r in events.values())


def test_access_key_ids_carry_their_account(told):
    for story in ("quiet_week", "leaked_key"):
        for record in told(story)[1].values():
            identity = record.get("userIdentity", {})
            if identity.get("accessKeyId"):
                assert account_of_key(identity["accessKeyId"]) == identity["accountId"]


def test_the_leaked_key_is_used_from_abroad_and_refused_at_first(told):
    (first,) = of(told, "leaked_key", "first_use")
    assert first["eventName"] == "GetCallerIdentity" and first["sourceIPAddress"] in ATTACKERS
    for record in of(told, "leaked_key", "refused_enumeration"):
        assert "not authorized to perform" in record["errorMessage"]
        if record["eventSource"] != "ec2.amazonaws.com":
            assert record["requestParameters"] is None


def test_the_role_hop_stands_in_both_accounts_and_its_key_is_used(told):
    here, there = of(told, "leaked_key", "role_hop")
    assert here["sharedEventID"] == there["sharedEventID"]
    assert here["recipientAccountId"] != there["recipientAccountId"]
    assert there["userIdentity"]["type"] == "AWSAccount" and "arn" not in there["userIdentity"]
    key = here["responseElements"]["credentials"]["accessKeyId"]
    assert {r["userIdentity"]["accessKeyId"] for r in of(told, "leaked_key", "objects_read")} == {key}


def test_the_opened_bucket_had_another_policy_before_and_after(told):
    before, opened, after = (
        of(told, "leaked_key", f)[0]["requestParameters"]["bucketPolicy"]["Statement"][0]["Principal"]
        for f in ("policy_before", "bucket_opened", "policy_restored")
    )
    assert opened == "*" and before == after == {"AWS": "arn:aws:iam::111122223333:root"}


def test_the_planted_key_is_created_used_and_deleted(told):
    (made,) = of(told, "leaked_key", "second_key_planted")
    key = made["responseElements"]["accessKey"]["accessKeyId"]
    assert {r["userIdentity"]["accessKeyId"] for r in of(told, "leaked_key", "second_key_used")} == {key}
    assert of(told, "leaked_key", "keys_disabled")[-1]["requestParameters"]["accessKeyId"] == key


def test_logging_was_attacked_in_vain(told):
    assert {(r["eventName"], r["errorCode"]) for r in of(told, "leaked_key", "logging_attacked")} == {
        (name, "AccessDeniedException") for name in ("StopLogging", "DeleteTrail", "PutEventSelectors")
    }


def test_failed_sign_ins_have_a_message_and_no_error_code(told):
    for record in of(told, "leaked_key", "failed_entries"):
        assert record["responseElements"] == {"ConsoleLogin": "Failure"}
        assert record["errorMessage"] and "errorCode" not in record


def test_every_main_type_of_identity_and_category_occurs(told):
    events = told("leaked_key")[1].values()
    types = {r["userIdentity"].get("type") for r in events if "userIdentity" in r}
    assert types >= {"IAMUser", "AssumedRole", "Root", "AWSService", "AWSAccount", "WebIdentityUser", "SAMLUser", None}
    assert {r["eventCategory"] for r in events} == {"Management", "Data", "Insight", "NetworkActivity"}
    assert {r["eventVersion"] for r in events} == {"1.08", "1.09", "1.10", "1.11"}
