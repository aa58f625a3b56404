import json
from datetime import datetime

import pytest

from ctforensics.practice.activities import activities
from ctforensics.practice.company import DATA, PRODUCTION, Company
from ctforensics.practice.ids import Ids
from ctforensics.practice.noise import Noise, us_date

MONDAY_NOON, NIGHT = datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 0)


def noise_of(account=PRODUCTION, machines=1):
    company = Company(Ids(0, "company"))
    instances = [company.instance(account, "us-east-1", n) for n in range(machines)]
    return Noise(0, account, "us-east-1", activities(company, account, "us-east-1"), instances)


@pytest.mark.parametrize("account", [PRODUCTION, DATA])
def test_every_text_is_one_whole_record_of_its_slot(account):
    noise = noise_of(account)
    noise.begin(MONDAY_NOON)
    for at, text, is_write in noise.texts(MONDAY_NOON, 500, 0):
        record = json.loads(text)
        assert record["eventTime"] == f"{at:%Y-%m-%dT%H:%M:%SZ}" and 0 <= (at - MONDAY_NOON).seconds < 300
        assert record["recipientAccountId"] == account and "@@" not in text
        assert is_write == (record["managementEvent"] and not record["readOnly"])


def test_every_activity_of_the_day_happens_and_people_sleep_at_night():
    noise = noise_of()
    noise.begin(MONDAY_NOON)
    by_day = {json.loads(t)["userIdentity"].get("userName") for _, t, _ in noise.texts(MONDAY_NOON, 2000, 0)}
    noise.begin(NIGHT)
    by_night = {json.loads(t)["userIdentity"].get("userName") for _, t, _ in noise.texts(NIGHT, 2000, 0)}
    assert {"anna", "ben"} <= by_day and not {"anna", "ben"} & by_night


def test_where_there_are_many_machines_every_session_was_issued():
    noise = noise_of(machines=5)
    assert noise.begin(NIGHT) == 5 * len(noise.issues)
    issued = {json.loads(t)["responseElements"]["credentials"]["accessKeyId"] for t, _ in noise.beginnings(NIGHT)}
    used = set()
    for part in range(5):
        for _, text, _ in noise.texts(NIGHT, 300, part):
            identity = json.loads(text)["userIdentity"]
            if identity.get("type") == "AssumedRole":
                used.add(identity["accessKeyId"])
    assert len(used) >= 10 and used <= issued


def test_the_same_slot_and_part_give_the_same_records():
    one, two = noise_of(), noise_of()
    one.begin(NIGHT), two.begin(NIGHT)
    assert one.texts(NIGHT, 50, 3) == two.texts(NIGHT, 50, 3) != one.texts(NIGHT, 50, 4)


def test_dates_in_answers_are_written_the_american_way():
    assert us_date(datetime(2026, 3, 2, 0, 5, 9)) == "Mar 2, 2026, 12:05:09 AM"
    assert us_date(datetime(2026, 3, 12, 18)) == "Mar 12, 2026, 6:00:00 PM"
