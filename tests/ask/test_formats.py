"""Answers in formats for other tools."""

from ctforensics.ask.formats import markdown_text


def test_markdown_shows_each_sign_of_the_evidence_once_escaped():
    assert markdown_text("<b>&#|[x]\n*") == "&#60;b&#62;&#38;\\#&#124;\\[x\\] \\*"
