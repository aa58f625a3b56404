"""What reaches a terminal."""

from ctforensics.cli import console


def test_control_codes_of_the_evidence_never_reach_the_terminal():
    hostile = "a\x1b[2Jb\x07\u202ec\u2066\r\nd\u200b"
    shown = console.safe(hostile)
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown


def test_ordinary_text_in_any_script_stays_as_it_is():
    assert console.safe("Zażółć gęślą jaźń 日本語 ünï") == "Zażółć gęślą jaźń 日本語 ünï"


def test_a_table_cuts_cells_and_keeps_columns_in_line():
    text = console.table(["a", "long"], [["x" * 50, 1], ["y", None]], width=10)
    assert text.splitlines()[2].startswith("xxxxxxxxx…  1")
