"""Object keys, made and parsed."""

import random
from datetime import datetime

import pytest

from ctforensics.trail import object_keys

STAMP = datetime(2024, 5, 2, 6, 15)


@pytest.mark.parametrize("prefix", ["", "a/b", "AWSLogs"])
@pytest.mark.parametrize("organization", [None, "o-abcd123456"])
@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"])
def test_a_log_key_that_was_made_is_parsed_back(prefix: str, organization: str | None, region: str):
    key = object_keys.log_key("111122223333", region, STAMP, "A" * 16, prefix=prefix, organization=organization)
    parsed = object_keys.parse(key)
    assert (parsed.kind, parsed.account, parsed.region, parsed.stamp) == ("CloudTrail", "111122223333", region, STAMP)
    assert parsed.organization == organization
    assert (parsed.prefix or "") == prefix
    assert parsed.folder_agrees


@pytest.mark.parametrize("trail", ["main", "my_trail", "t_us-east-1_x", "a-b_c"])
def test_a_trail_name_with_underscores_and_regions_in_it_is_split_from_both_ends(trail: str):
    end = datetime(2024, 5, 2, 7, 17, 28)
    key = object_keys.digest_key("111122223333", "eu-west-1", trail, "us-east-1", end, backfill=True)
    parsed = object_keys.parse(key)
    assert (parsed.trail, parsed.home_region, parsed.stamp, parsed.backfill) == (trail, "us-east-1", end, True)
    assert parsed.is_digest


@pytest.mark.parametrize(
    "key",
    ["", "AWSLogs/111122223333/CloudTrail/", "log (3).json.gz", "x.json.gz.6eF2aBcD", "1111_CloudTrail_x_20240502T0615Z_a.json.gz",
     "111122223333_CloudTrail_eu-west-1_20241302T0615Z_AAAAAAAAAAAAAAAA.json.gz"],
)  # fmt: skip
def test_what_is_no_cloudtrail_name_claims_nothing(key: str):
    assert object_keys.parse(key) is None


def test_a_folder_that_says_something_else_than_the_name_is_seen():
    key = object_keys.log_key("111122223333", "eu-west-1", STAMP, "A" * 16)
    assert not object_keys.parse(key.replace("/eu-west-1/", "/eu-west-2/")).folder_agrees
    assert object_keys.parse(key.replace("/eu-west-1/", "/eu_west_1/")).folder_agrees


def test_windows_separators_and_old_names_are_understood():
    assert (
        object_keys.parse("x\\111122223333_CloudTrail_us-east-1_20140620T1255ZHdkvFTXOA3Vnhbc1.json.gz").region
        == "us-east-1"
    )
    assert object_keys.parse("111122223333_CloudTrail_us-east-1_20140620T1255Z.json") is not None


def test_what_is_kept_of_a_day_claims_no_more_than_the_whole_name():
    chosen = random.Random(4)
    log = object_keys.log_key("111122223333", "eu-west-1", STAMP, "B1" * 8, prefix="p", organization="o-abcd123456")
    digest = object_keys.digest_key("111122223333", "eu-west-1", "1120Z_x", "us-east-1", STAMP)
    claimed = 0
    for _ in range(5000):
        letters = list(chosen.choice((log, digest)))
        for _ in range(chosen.randrange(1, 3)):
            letters[-1 - chosen.randrange(60)] = chosen.choice("0123456789TZ_-/.ajsongzA\n\\\u0661")
        key = "".join(letters)
        assert object_keys.parse(key) == object_keys._parse(key)
        claimed += object_keys.parse(key) is not None
    assert claimed > 500
