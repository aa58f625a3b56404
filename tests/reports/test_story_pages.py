"""The story of an incident: what every practice story's labels name stands in it, in the order in which it happened."""

import json

import pytest

from ctforensics.reports import CaseReport, catalog, story_pages
from tests.support import report_matrix, small_case

# The labels of each story in the order in which the script plays them; those that begin in one second stand in one group.
ORDER = {
    "compute_abuse": "first_use sweep quotas_asked launches protected containers models_taken models_called mail_prepared",
    "console_takeover": "password_spray console_entry enumeration mfa_moved",
    "data_sharing": "disk_mounted disk_shared database_shared key_given messages_opened image_made image_public registry_opened",
    "destruction": "locked_out backups_destroyed data_destroyed secret_destroyed organization_left network_opened way_out",
    "leaked_key": "policy_before first_use refused_enumeration granted_enumeration escalation actions_of_the_session "
    "public_access_unblocked bucket_opened objects_read anonymous_reads second_key_planted password_planted second_key_used "
    "failed_entries console_entry logging_attacked policy_restored",
    "persistence": "user_made role_opened names_guessed provider_added anchor_made certificate_issued functions_changed "
    "function_called trigger front_door build_repointed key_pair_made machines_enrolled quarantine",
    "privilege_escalation": "refused_paths escalation",
    "role_hop": "entry trust_changed first_calls refused_hop objects_read",
    "s3_exposure": "refused_before block_lifted bucket_opened object_acl anonymous_reads bucket_closed block_restored",
    "s3_ransom": "session_issued first_use refused objects_read versioning_suspended objects_encrypted lifecycle_shortened "
    "objects_deleted ransom_note key_deletion_scheduled",
    "secrets_theft": "tool asset_search bucket_walk credential_files secrets_taken parameters_taken code_taken scripts_read "
    "shells commands key_pushed accounts_tried",
    "tampered_log": "first_use refused_enumeration altered_record",
    "trail_stopped": "foreign_use logging_stopped logging_started",
}


def told(made):
    """The event ids of the story's table, in its order."""
    table = made.items[-1].data
    at = [column["name"] for column in table["columns"]].index("event_ids")
    return [event for row in table["rows"] for event in row[at]]


@pytest.mark.parametrize("story", sorted(ORDER))
def test_every_story_is_told_in_the_order_of_its_labels(story_case, story):
    case = story_case(story)
    facts = json.loads((case.path.parent / "labels.json").read_text("utf-8"))["facts"]
    ids = told(CaseReport(case, title="t").story(**report_matrix.parameters(case, "incident")))
    places = {
        name: min((ids.index(event) for event in facts[name]["answer"] if event in ids), default=-1)
        for name in ORDER[story].split()
    }
    assert -1 not in places.values() and list(places.values()) == sorted(places.values()), places


def test_the_labels_that_name_what_is_no_part_of_it_stay_outside_the_story_of_the_key(story_case):
    for story in ("compute_abuse", "data_sharing", "persistence", "secrets_theft", "s3_ransom"):
        case = story_case(story)
        facts = json.loads((case.path.parent / "labels.json").read_text("utf-8"))["facts"]
        ids = set(told(CaseReport(case, title="t").story(**report_matrix.parameters(case, "incident"))))
        benign = {event for name, fact in facts.items() if name.startswith("benign") for event in fact["answer"]}
        assert benign and not benign & ids


def test_a_password_that_was_set_leads_to_the_sign_ins_with_it_and_not_to_those_before(tmp_path):
    case = small_case.make(tmp_path, events=0)
    iam = {"eventSource": "iam.amazonaws.com", "eventName": "UpdateLoginProfile", "readOnly": False}
    user = {"type": "IAMUser", "userName": "bob", "accountId": "111122223333"}
    user |= {"arn": "arn:aws:iam::111122223333:user/bob"}
    sign_in = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "userIdentity": user,
        "readOnly": False,
    }
    sign_in |= {"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"}}
    records = [
        small_case.record(1, **sign_in),
        small_case.record(2, **iam, requestParameters={"userName": "bob"}),
        small_case.record(3, **sign_in),
    ]
    case.load(small_case.add(tmp_path / "evidence", "log.json", *records))
    ids = told(CaseReport(case, title="t").story([small_case.KEY]))
    assert [event[-1] for event in ids] == ["2", "3"]
    case.close()


def test_a_first_page_says_which_of_its_records_stand_in_files_that_contradict_the_digests(story_case):
    case = story_case("tampered_log")
    page = CaseReport(case, title="t").first_page(questions=["iam_changes"], access_keys=["AKIARTX3GSDS3J5Z3ACY"])
    said = next(piece.data["sentences"] for piece in page.items if piece.data.get("label") == "Records")
    assert any("1 of these" in line and "digests" in line and "AttachUserPolicy" in line for line in said)
    assert any(
        line.startswith("Changes in IAM: 2 rows") and "all of them rest on files that contr" in line for line in said
    )
    forged = CaseReport(case, title="t").first_page(access_keys=["AKIARTX3GSDS5KOEZQUV"])
    said = next(piece.data["sentences"] for piece in forged.items if piece.data.get("label") == "Records")
    assert any("may be altered or forged: CreateAccessKey" in line for line in said)
    clean = CaseReport(story_case("quiet_week"), title="t").first_page(questions=["iam_changes", "console_logins"])
    assert "contradict the digests" not in " ".join(
        line for piece in clean.items if piece.data.get("label") == "Records" for line in piece.data["sentences"]
    )


def first_page(case, **about):
    """What the records say, on the first page of an incident report."""
    made = CaseReport(case, title="t").first_page(**about)
    return next(p for p in made.items if p.data.get("label") == "Records").data["sentences"]


def test_an_address_leads_to_the_session_used_there_and_over_a_password_to_the_key_that_was_planted(story_case):
    case = story_case("console_takeover")
    facts = json.loads((case.path.parent / "labels.json").read_text("utf-8"))["facts"]
    made = CaseReport(case, title="t").story(addresses=["198.51.100.77"])
    keys = next(p.data for p in made.items if "in which they were reached" in p.data.get("caption", ""))
    assert {row[1]: row[2] for row in keys["rows"]} == {
        "ASIARTX3GSDS3Y3REOGN": "sign-in",
        "ASIARTX3GSDSY6VMK65R": "sign-in with a password set here",
        "AKIARTX3GSDSV6HCYU5C": "issued",
    }
    assert set(facts["key_planted"]["answer"]) < set(told(made))
    said = first_page(case, addresses=["198.51.100.77"])
    assert "From 1 address the records lead to 3 keys and sessions: 20 events, 9 of them refused or failed" in said[0]
    assert "2026-03-02T23:11:45Z" in said[0] and "CreateAccessKey" in said[1]


def test_sign_ins_of_the_user_from_her_usual_address_are_told_apart_and_not_counted(story_case):
    said = first_page(story_case("console_takeover"), addresses=["198.51.100.77"])
    assert "Not counted: 2 sign-ins of arn:aws:iam::111122223333:user/anna, 1 of them refused or failed" in said[2]
    assert "they may be the user's own" in said[2]


def test_a_key_that_leads_no_further_is_said_to_only_as_far_as_the_evidence_shows(tmp_path):
    case = small_case.make(tmp_path)
    said = first_page(case, access_keys=[small_case.KEY])
    assert "lead to" not in said[0]
    assert "No other key or session was found from 1 access key, as far as this evidence can show" in said[0]
    assert said[1].endswith("as far as this evidence can show (below).")
    case.close()


def test_a_call_that_was_accepted_stands_among_the_changes_of_the_first_page(story_case):
    case = story_case("data_sharing")
    said = first_page(case, **report_matrix.parameters(case, "incident"))[1]
    assert "StartExportTask" in said and "ModifyDBInstance" in said


def defaults(report):
    """The questions that a shipped report asks unless told otherwise."""
    return next(p.default for p in catalog.find(report).parameters if p.name == "questions")


def test_the_accounts_that_something_was_shared_with_stand_on_the_first_page_of_an_incident(story_case):
    case = story_case("data_sharing")
    said = first_page(case, questions=defaults("incident"))
    for title in (
        "Sharing of disk snapshots",
        "Sharing, copies and exports of database",
        "Our snapshots used by other",
    ):
        told = [line[line.index(title) :] for line in said if title in line]
        assert told and all("outside accounts: 777788889999" in line for line in told), said


def test_a_changed_bucket_policy_stands_on_the_first_page_of_a_report_on_buckets(story_case):
    case = story_case("quiet_week")
    bucket = case.room.sql("SELECT bucket_name FROM events WHERE event_name = 'PutBucketPolicy'", {})[2][0][0]
    said = first_page(case, questions=defaults("s3_exposure"), buckets=[bucket])
    assert any("more than reading" in line and "PutBucketPolicy" in line for line in said)
    cells = json.loads(catalog.find("s3_exposure").path.read_text("utf-8"))["cells"]
    assert any("first_page(" in "".join(c["source"]) and "buckets=buckets" in "".join(c["source"]) for c in cells)


def test_a_key_that_was_made_without_a_word_of_its_id_is_told_as_one_that_cannot_be_followed(story_case):
    case, maker = story_case("tampered_log"), "AKIARTX3GSDS5KOEZQUV"
    page = CaseReport(case, title="t").first_page(access_keys=[maker])
    said = next(piece.data["sentences"] for piece in page.items if piece.data.get("label") == "Records")
    assert any(line.startswith("Cannot be followed: 1 access key of build-legacy was made") for line in said)
    (child,) = case.ask("session_key_descendants", access_key_id=maker).to_dict("records")
    assert child["new_key"] is None and "cannot be followed" in child["kind"] and child["acts_as"] == "build-legacy"
    left = case.ask("blast_radius", access_key_id=maker)
    assert [*left["state"]] == ["cannot be followed: the record names no key id"] and [*left["made"]] == [
        "a key of build-legacy"
    ]
    other = CaseReport(case, title="t").first_page(access_keys=["AKIARTX3GSDS3J5Z3ACY"])
    assert "Cannot be followed" not in " ".join(
        line for piece in other.items for line in piece.data.get("sentences", [])
    )


def test_the_session_of_a_role_that_was_made_here_is_followed_whoever_took_the_role(story_case):
    case = story_case("persistence")
    given = report_matrix.parameters(case, "incident")
    sql = """SELECT a.event_id, a.issued_access_key_id FROM events a JOIN events c ON c.event_name = 'CreateRole'
      AND (c.request_parameters ->> '$.roleName') = name_of_arn(a.requested_role_arn) AND c.access_key_id = $key
      WHERE a.event_source = 'sts.amazonaws.com' AND a.outcome = 'success'"""
    taken = case.room.sql(sql, {"key": given["access_keys"][0]})[2]
    made = CaseReport(case, title="t").story(**given)
    assert taken and {event for event, _ in taken} <= set(told(made))
    keys = next(p.data for p in made.items if "in which they were reached" in p.data.get("caption", ""))
    reached = {row[1] for row in keys["rows"] if row[2] == "session of a role made here"}
    assert reached == {key for _, key in taken if key}


def test_what_others_did_with_a_shared_snapshot_and_whom_it_was_shared_with_belong_to_the_story(story_case):
    case = story_case("data_sharing")
    given = report_matrix.parameters(case, "incident")
    (copy,) = case.room.sql("SELECT event_id FROM events WHERE event_name = 'SharedSnapshotCopyInitiated'", {})[2][0]
    assert copy in told(CaseReport(case, title="t").story(**given))
    said = first_page(case, reads=True, **given)
    assert any(line.startswith("Snapshots and images shared: snap-") and "with 777788889999" in line for line in said)
    assert any("1 snapshot copied or mounted by others (snap-" in line for line in said)
    assert not any(line.startswith("Snapshots and") for line in first_page(story_case("leaked_key"), **given))


def test_sign_ins_that_are_not_counted_are_not_counted_among_the_contradicted_either(story_case, monkeypatch):
    case = story_case("console_takeover")
    monkeypatch.setattr(story_pages, "_ALTERED", "SELECT 1 AS events")
    steps = story_pages._STEPS.replace(
        "arg_max(verification, list_position(['ok', 'anomaly', 'unknown', 'not_checked', 'fail'], verification))",
        "'fail'",
    )
    assert steps != story_pages._STEPS
    monkeypatch.setattr(story_pages, "_STEPS", steps)
    (said,) = story_pages.contradicted(CaseReport(case, title="t").held, story_pages.Seeds(addresses=["198.51.100.77"]))
    assert said.startswith("Not proven: 20 of these 20 events stand in files")
