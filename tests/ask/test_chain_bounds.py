"""Hostile records must not make a walk through credentials grow without end."""

import pytest

from tests.ask.conftest import event

ARN = "arn:aws:sts::111122223333:assumed-role/loop/again"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("times", [60, 3000], ids=["few", "many"])
def test_a_session_that_seems_to_assume_itself_many_times_is_walked_once_each(case_of, times):
    records = [
        event(
            "sts",
            "AssumeRole",
            minute=number % 600,
            userIdentity={"type": "AssumedRole", "arn": ARN, "accountId": "111122223333", "principalId": "AROAX:again"},
            requestParameters={"roleArn": "arn:aws:iam::111122223333:role/loop"},
            responseElements={"assumedRoleUser": {"arn": ARN}},
        )
        for number in range(times)
    ]
    rows = case_of(*records)("role_assumption_chain")
    assert len(rows) == times
    assert {row["event_id"] for row in rows} == {record["eventID"] for record in records}
