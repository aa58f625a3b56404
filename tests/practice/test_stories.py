import base64
import gzip
import hashlib
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
    (here,), (there,) = of(told, "leaked_key", "role_hop"), of(told, "leaked_key", "role_hop_received")
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


def test_tampered_logs_are_altered_deleted_and_injected_as_the_labels_say(told):
    archive, events = told("tampered_log")
    listed = {}
    for path in archive.bucket.rglob("*CloudTrail-Digest*.gz"):
        listed |= {log["s3Object"]: log for log in json.loads(gzip.decompress(path.read_bytes()))["logFiles"]}
    altered, deleted, injected = (archive.files[k] for k in ("altered", "deleted", "injected"))
    content = gzip.decompress((archive.bucket / altered).read_bytes())
    assert hashlib.sha256(content).hexdigest() != listed[altered]["hashValue"]
    assert deleted in listed and not (archive.bucket / deleted).exists()
    assert injected not in listed and (archive.bucket / injected).exists()
    assert archive.facts["deleted_records"]["answer"][0] not in events
    for key, log in listed.items():
        if key not in (altered, deleted):
            assert hashlib.sha256(gzip.decompress((archive.bucket / key).read_bytes())).hexdigest() == log["hashValue"]


def test_while_the_trail_is_stopped_only_event_history_knows(told):
    archive, events = told("trail_stopped")
    since, until = (archive.files["gap"][k] for k in ("since", "until"))
    hidden = archive.facts["hidden_activity"]["answer"]
    history = {e["EventId"] for e in json.loads(archive.event_history.read_text())["Events"]}
    assert not [r for r in events.values() if since < r["eventTime"] < until]
    assert set(hidden) <= history and not set(hidden) & set(events)
    assert of(told, "trail_stopped", "logging_stopped")[0]["eventTime"] == since


def test_a_restarted_trail_begins_with_a_new_starting_digest_and_a_gap(told):
    archive, _ = told("trail_stopped")
    digests = sorted(
        (json.loads(gzip.decompress(p.read_bytes())) for p in archive.bucket.rglob("*CloudTrail-Digest_us-east-1*.gz")),
        key=lambda d: d["digestEndTime"],
    )
    starts = [d["digestEndTime"] for d in digests if d["previousDigestS3Object"] is None]
    assert starts == ["2026-03-01T23:00:47Z", "2026-03-03T05:41:09Z"]
    before = digests[[d["digestEndTime"] for d in digests].index(starts[1]) - 1]
    assert before["digestEndTime"] == "2026-03-03T01:15:47Z"


def test_ransomed_objects_are_read_then_copied_with_a_key_of_the_customer(told):
    read, copied = of(told, "s3_ransom", "objects_read"), of(told, "s3_ransom", "objects_encrypted")
    assert [r["requestParameters"]["key"] for r in read] == [r["requestParameters"]["key"] for r in copied]
    assert {r["additionalEventData"]["SSEApplied"] for r in copied} == {"SSE_C"}
    assert {r["userIdentity"]["arn"] for r in read} == {r["userIdentity"]["arn"] for r in copied}


def test_an_organization_trail_has_its_own_layout(told):
    archive, _ = told("s3_ransom")
    assert (archive.bucket / "audit/AWSLogs/o-exampleorg1/444455556666/CloudTrail-Digest").is_dir()
    assert json.loads(archive.expect.read_text())["trailList"][0]["IsOrganizationTrail"] is True


def test_a_chain_of_roles_joins_by_the_keys_that_were_issued(told):
    archive, _ = told("role_hop")
    assumed = [*of(told, "role_hop", "entry"), *of(told, "role_hop", "hops")]
    keys = [r["responseElements"]["credentials"]["accessKeyId"] for r in assumed]
    assert keys[0] == archive.clue
    callers = [r["userIdentity"].get("accessKeyId") for r in assumed if r["userIdentity"]["type"] == "AssumedRole"]
    assert callers == keys[:2]
    assert {r["userIdentity"]["accessKeyId"] for r in of(told, "role_hop", "objects_read")} == {keys[-1]}


def test_sprayed_passwords_hide_names_that_do_not_exist(told):
    tried = of(told, "console_takeover", "password_spray")
    names = [r["userIdentity"]["userName"] for r in tried]
    assert len(tried) == 18 and names.count("HIDDEN_DUE_TO_SECURITY_REASONS") == 6
    (entered,) = of(told, "console_takeover", "console_entry")
    assert entered["additionalEventData"]["MFAUsed"] == "No"


def test_strangers_read_only_while_the_bucket_is_open(told):
    opened, closed = (of(told, "s3_exposure", f)[0]["eventTime"] for f in ("bucket_opened", "bucket_closed"))
    reads = of(told, "s3_exposure", "anonymous_reads")
    assert all(opened < r["eventTime"] < closed and "errorCode" not in r for r in reads)
    assert of(told, "s3_exposure", "refused_before")[0]["errorCode"] == "AccessDenied"


def test_escalation_has_four_ways_that_worked_and_two_that_did_not(told):
    worked = of(told, "privilege_escalation", "escalation") + of(told, "privilege_escalation", "function_with_role")
    assert len(worked) == 4 and not any("errorCode" in r for r in worked)
    assert [r["errorCode"] for r in of(told, "privilege_escalation", "refused_paths")] == ["AccessDenied"] * 2


def test_a_refused_list_of_buckets_names_no_bucket(told):
    (refused,) = (r for r in of(told, "persistence", "guest") if r["eventName"] == "ListBuckets")
    assert "is not authorized to perform: s3:ListAllMyBuckets because" in refused["errorMessage"]
    assert not [r for r in told("persistence")[1].values() if "s3:::None" in json.dumps(r)]
