"""What a scope takes and leaves, and what it cannot be."""

from datetime import datetime, timedelta

import pytest

from ctforensics.cli import main
from ctforensics.errors import ParameterError
from ctforensics.load.scope import Scope
from ctforensics.trail import object_keys

KEY = "AWSLogs/111122223333/CloudTrail/eu-west-1/{0:%Y/%m/%d}/111122223333_CloudTrail_eu-west-1_{0:%Y%m%dT%H%MZ}_abcdefghijklmnop.json.gz"


@pytest.mark.parametrize(
    "account", ["12345678901", "1111-2222-3333", "1.11122E+11", "my-account", "", "１１１１２２２２３３３３"]
)
def test_an_account_that_is_none_is_one_clear_sentence(account):
    with pytest.raises(ParameterError, match="is not an account id of 12 digits"):
        Scope(accounts=("111122223333", account))


@pytest.mark.parametrize("region", ["EU-WEST-1", "eu_west_1", "ireland", "eu-west", "", "eu-west-1 ", "*"])
def test_a_region_that_is_none_is_one_clear_sentence(region):
    with pytest.raises(ParameterError, match="is not the name of a region"):
        Scope(regions=("us-gov-west-1", "cn-north-1", region))


def test_the_command_says_it_and_loads_nothing(tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "logs"), "--account", "12345678901"]) == 2
    assert "'12345678901' is not an account id of 12 digits" in capsys.readouterr().err


def left_out(scope, delivered):
    return scope.leaves_out(object_keys.parse(KEY.format(delivered)))


def test_deliveries_count_from_a_quarter_of_an_hour_before_the_window_to_two_days_after_it():
    since, until = datetime(2024, 5, 2, 6), datetime(2024, 5, 2, 7)
    scope = Scope(since=since, until=until)
    minute = timedelta(minutes=1)
    assert left_out(scope, since - 16 * minute) == "before"
    assert left_out(scope, since - 15 * minute) is None
    assert left_out(scope, until + timedelta(hours=48) - minute) is None
    assert left_out(scope, until + timedelta(hours=48)) == "after"


def test_how_late_deliveries_may_be_is_for_the_asker_to_say():
    scope = Scope(until=datetime(2024, 5, 2, 7), late=timedelta(days=30))
    assert left_out(scope, datetime(2024, 6, 1, 6)) is None
    assert left_out(scope, datetime(2024, 6, 1, 7)) == "after"


@pytest.mark.parametrize(
    "path",
    [
        "renamed.json.gz",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/02/x.json.gz",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2024/05/02/111122223333_CloudTrail_eu-west-1_20240502T0600Z_abcdefghijklmnop.json.gz",
        "AWSLogs/999988887777/CloudTrail/eu-west-1/2024/05/02/111122223333_CloudTrail_eu-west-1_20240502T0600Z_abcdefghijklmnop.json.gz",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/09/111122223333_CloudTrail_eu-west-1_20240502T0600Z_abcdefghijklmnop.json.gz",
    ],
)
def test_a_name_that_says_nothing_or_disagrees_with_its_folder_is_never_left_out(path):
    scope = Scope(accounts=("444455556666",), regions=("sa-east-1",), since=datetime(2030, 1, 1))
    assert scope.leaves_out(object_keys.parse(path)) is None
