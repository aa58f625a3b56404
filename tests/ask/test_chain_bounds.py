"""Hostile records must not make a walk through credentials grow without end."""

import pytest

from tests.ask.conftest import event

ARN = "arn:aws:sts::111122223333:assumed-role/loop/again"


@pytest.mark.timeout(120)
def test_a_session_that_seems_to_assume_itself_sixty_times_is_walked_once_each(case_of):
    records = [
        event(
            "sts",
            "AssumeRole",
            minute=number,
            userIdentity={"type": "AssumedRole", "arn": ARN, "accountId": "111122223333", "principalId": "AROAX:again"},
            requestParameters={"roleArn": "arn:aws:iam::111122223333:role/loop"},
            responseElements={"assumedRoleUser": {"arn": ARN}},
        )
        for number in range(60)
    ]
    rows = case_of(*records)("role_assumption_chain")
    assert len(rows) == 60
    assert {row["event_id"] for row in rows} == {record["eventID"] for record in records}
