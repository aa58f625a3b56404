"""What the timeline writes for other tools."""

from ctforensics.show.exporting import disarmed


def test_a_cell_holds_no_formula_and_no_code_that_a_terminal_or_editor_obeys():
    assert disarmed(" =cmd|'/C calc'!A0") == "' =cmd|'/C calc'!A0"
    assert disarmed("a\x1b]0;t\x07\u202e\x00\x9b") == "a\\x1b]0;t\\x07\\u202e\\x00\\x9b"
    assert disarmed(None) == ""
