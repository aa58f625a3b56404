"""Names of principals: one rule for all questions that ask for one, whatever case it is typed in."""

from __future__ import annotations

import re

import pytest

from ctforensics.ask.about import about
from ctforensics.ask.catalog import Catalog
from tests.ask.conftest import event

HOME = "111122223333"
ROOT = {"type": "Root", "principalId": HOME, "arn": f"arn:aws:iam::{HOME}:root", "accountId": HOME}
ROLE = f"arn:aws:iam::{HOME}:role/Deploy"
RECORDS = (
    event("signin", "ConsoleLogin", responseElements={"ConsoleLogin": "Success"}, user="Ana", userAgent="Mozilla/5.0"),
    event("iam", "CreateUser", requestParameters={"userName": "Eve"}, userIdentity=ROOT),
    event("iam", "PutUserPolicy", requestParameters={"userName": "Eve", "policyName": "all"}, user="Ana"),
    event("iam", "AddUserToGroup", requestParameters={"userName": "Eve", "groupName": "Admins"}, user="Ana"),
    event("iam", "UpdateAssumeRolePolicy", requestParameters={"roleName": "Deploy"}, user="Ana"),
    event("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation", errorMessage="no", user="Ana"),
    event("sts", "AssumeRole", requestParameters={"roleArn": ROLE, "roleSessionName": "s"}, user="Ana"),
    event("lambda", "CreateFunction20150331", requestParameters={"role": ROLE, "functionName": "f"}, user="Ana"),
    event("s3", "CreateBucket", requestParameters={"bucketName": "b"}, userAgent="console.amazonaws.com", user="Ana"),
)
ASKED = {
    "actions_by_principal": ("principal", "Ana"),
    "principal_footprint": ("principal", "Ana"),
    "activity_by_unique_id": ("unique_id", "AIDAANA0000000000000"),
    "authorization_failures": ("principal", f"arn:aws:iam::{HOME}:user/Ana"),
    "console_actions": ("principal", "Ana"),
    "console_logins": ("principal", "Ana"),
    "passed_roles": ("role", "Deploy"),
    "role_assumptions": ("role", ROLE),
    "inline_policy_writes": ("subject", "Eve"),
    "iam_changes": ("subject", "Eve"),
    "group_membership_and_group_changes": ("group_name", "Admins"),
    "trust_policy_changes": ("role", "Deploy"),
}


@pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
def test_a_principal_is_found_however_its_name_is_typed(case_of, spelled):
    ask = case_of(*RECORDS)
    rows = {name: len(ask(name, **{param: spelled(value)})) for name, (param, value) in ASKED.items()}
    assert rows == {name: len(ask(name, **{param: value})) for name, (param, value) in ASKED.items()}
    assert all(rows.values()), rows
    assert about(ask.room, ask.catalog, spelled("Ana")).seen.kind == "principal"


def test_no_question_compares_a_principal_by_exact_case():
    for question in Catalog.of_case():
        for param in question.params:
            exact = re.search(rf"= \${param.name}\b", question.sql)
            assert param.entity != "principal" or not exact, question.name


def test_principals_that_the_root_user_made_are_shown_and_allowed_actors_are_known_in_any_case(case_of):
    made = [event("iam", "CreateUser", requestParameters={"userName": "x"}, user="Ana"), RECORDS[1]]
    ask = case_of(*made)
    rows = ask("principals_created_outside_automation", allowed_actors=["ANA"])
    assert [row["event_id"] for row in rows] == [RECORDS[1]["eventID"]]
    assert len(ask("principals_created_outside_automation")) == 2
