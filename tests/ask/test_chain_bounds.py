"""Hostile records must not make a walk through credentials grow without end."""

import itertools

import pytest

from tests.ask.conftest import event

ARN = "arn:aws:sts::111122223333:assumed-role/loop/again"
USER = "arn:aws:iam::111122223333:user/walker"


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


def minted(number, maker, made):
    return event(
        "sts",
        "GetSessionToken",
        minute=number % 600,
        userIdentity={"type": "IAMUser", "arn": USER, "accountId": "111122223333", "accessKeyId": maker},
        responseElements={"credentials": {"accessKeyId": made}},
    )


@pytest.mark.timeout(120)
def test_keys_that_seem_to_mint_one_another_in_every_combination_are_walked_once_each(case_of):
    layers = [[f"ASIALAYER{layer:02}KEY{key:06}" for key in range(4)] for layer in range(13)]
    pairs = [(a, b) for upper, lower in itertools.pairwise(layers) for a in upper for b in lower]
    ask = case_of(*(minted(number, a, b) for number, (a, b) in enumerate(pairs)))
    down = ask("session_key_descendants", access_key_id=layers[0][0])
    assert [(row["depth"], row["new_key"]) for row in down] == [
        (n, key) for n, keys in enumerate(layers) for key in keys if n
    ]
    assert all(row["from_key"] == layers[row["depth"] - 1][0] for row in down)
    up = ask("session_key_origin", access_key_id=layers[-1][0])
    assert [(row["hops_back"], row["key"]) for row in up[:5]] == [(1, layers[12][0]), *((2, key) for key in layers[11])]
    assert len(up) == 1 + 4 * 11
