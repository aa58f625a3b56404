"""The metadata block of a question."""

import pytest

from ctforensics import frontmatter
from ctforensics.errors import QueryError


def test_a_block_and_the_text_behind_it_come_apart():
    data, body = frontmatter.parse(
        '-- /// query\n-- name = "x"\n--\n-- [params]\n-- a = { type = "VARCHAR" }\n-- ///\nSELECT 1;\n', "query"
    )
    assert data == {"name": "x", "params": {"a": {"type": "VARCHAR"}}}
    assert body == "SELECT 1;\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT 1;", "begins with"),
        ("-- /// query\n-- name = 1\nSELECT 1;", "ends with"),
        ("-- /// query\nname = 1\n-- ///\n", "begins with `--`"),
        ("-- /// query\n-- name = \n-- ///\n", "not TOML"),
    ],
)
def test_a_faulty_block_says_what_is_wrong_with_it(text: str, told: str):
    with pytest.raises(QueryError, match=told):
        frontmatter.parse(text, "query", where="x.sql")
