"""Parameters: what people type becomes bound values, or one clear sentence."""

from datetime import datetime

import pytest

from ctforensics.ask.params import Param, bind
from ctforensics.ask.scope import SCOPE
from ctforensics.errors import ParameterError

KEY = Param("access_key_id", "VARCHAR", "the key", entity="access_key")


def bound(**given):
    return bind((KEY, *SCOPE), {"access_key_id": "AKIA", **given}, "q")


def test_offsets_are_converted_and_not_dropped():
    assert bound(since="2024-05-02T08:00:00+02:00")["since"] == datetime(2024, 5, 2, 6)


def test_lists_come_as_lists_or_with_commas():
    assert bound(accounts="111122223333, 444455556666")["accounts"] == ["111122223333", "444455556666"]
    assert bound(accounts=("111122223333",))["accounts"] == ["111122223333"]


def test_an_empty_list_means_none_given():
    assert bound(accounts=[])["accounts"] == [] == bound(accounts="")["accounts"] == bound()["accounts"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"access_key_id": ""}, "needs a value for 'access_key_id'"),
        ({"access_key_id": None}, "needs a value for 'access_key_id'"),
        ({"acess_key_id": "AKIA"}, "no parameter 'acess_key_id'"),
        ({"since": "yesterday"}, "not an instant"),
        ({"since": "2024-13-01"}, "not an instant"),
        ({"since": 5}, "takes an instant"),
        ({"outcome": "guilty"}, "one of all, succeeded, failed, denied"),
        ({"since": "2024-05-02", "until": "2024-05-01"}, "reversed"),
        ({"since": "2024-05-02", "until": "2024-05-02"}, "reversed or empty"),
        ({"access_key_id": ["a", "b"]}, "takes one value"),
        ({"access_key_id": {"a": 1}}, "takes a text"),
    ],
)
def test_a_wrong_value_is_one_sentence(given, said):
    with pytest.raises(ParameterError, match=said):
        bound(**given)


def test_whole_numbers_are_whole():
    number = Param("n", "BIGINT", "a number")
    assert number.convert("7") == 7
    for wrong in ("7.5", 7.5, True, "x", 2**63):
        with pytest.raises(ParameterError):
            number.convert(wrong)
