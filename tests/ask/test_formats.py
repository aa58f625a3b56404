"""Answers in formats for other tools."""

from ctforensics.ask.formats import markdown_text, neutral


def test_markdown_shows_each_sign_of_the_evidence_once_escaped():
    assert markdown_text("<b>&#|[x]\n*") == "&#60;b&#62;&#38;\\#&#124;\\[x\\] \\*"


def test_no_cell_of_a_csv_begins_a_formula_not_even_behind_blanks():
    assert [neutral(t) for t in ("=1", "@a", " =1", "\u00a0+1", "1-1", "")] == [
        "'=1",
        "'@a",
        "' =1",
        "'\u00a0+1",
        "1-1",
        "",
    ]
