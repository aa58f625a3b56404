"""The macros of the questions and the columns of the loader conclude the same."""

import duckdb
import pytest

from ctforensics import content
from ctforensics.ask import inputs
from ctforensics.trail import identity, tables

KEYS = (
    "ASIAQNZGKIQY56JQ7WML",
    "AKIAQNZGKIQY56JQ7WML",
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAJOSFODNN7EXAMPLE",
    "AKIAEXAMPLE000000001",
    "AKIA2222222222222222",
    "ASIAZZZZZZZZZZZZZZZZ",
    "",
)


@pytest.fixture(scope="module")
def room():
    con = duckdb.connect()
    for statement in (*tables.DDL.values(), *tables.VIEWS.values(), *inputs.empty_ddl().values()):
        con.execute(statement)
    con.execute((content.folder("queries") / "_macros.sql").read_text("utf-8"))
    return con


@pytest.mark.parametrize("key", KEYS)
def test_the_account_in_a_key_is_the_same_in_sql_and_in_python(room, key):
    assert room.execute("SELECT account_of_key(?)", [key]).fetchone()[0] == identity.account_of_key(key)


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        (None, []),
        ("null", []),
        ('"one"', ['"one"']),
        ("5", ["5"]),
        ('{"a":1}', ['{"a":1}']),
        ("[]", []),
        ('["a",{"b":2},null]', ['"a"', '{"b":2}', None]),
        ('""', ['""']),
    ],
)
def test_a_list_is_made_of_whatever_cloudtrail_says(room, json, expected):
    assert room.execute("SELECT as_list(?::JSON)", [json]).fetchone()[0] == expected


def test_a_list_of_some_values_says_how_many_it_leaves_out(room):
    some = "SELECT some_of(v) FROM (SELECT 'k' || lpad(i::VARCHAR, 3, '0') AS v FROM range(?) t(i), range(2) UNION ALL SELECT NULL)"
    cut, whole, none = (room.execute(some, [number]).fetchone()[0] for number in (27, 20, 0))
    assert cut == [*(f"k{i:03}" for i in range(20)), "… and 7 more"]
    assert len(whole) == 20 and whole[-1] == "k019" and none is None
