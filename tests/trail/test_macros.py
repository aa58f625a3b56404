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
