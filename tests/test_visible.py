"""Evidence text on a screen or page shows every character it has."""

from datetime import datetime

from ctforensics.visible import visible


def test_control_and_bidirectional_characters_stand_escaped():
    assert visible("a\x1b[31m\u202eb\x00\n") == "a\\x1b[31m\\u202eb\\x00\\x0a"


def test_ordinary_text_stays_as_it_is():
    assert visible("Jörg <b> 日本 = 1") == "Jörg <b> 日本 = 1"


def test_instants_are_utc_and_nothing_is_empty():
    assert visible(datetime(2024, 5, 2, 6, 11)) == "2024-05-02T06:11:00Z"
    assert visible(None) == ""


def test_non_characters_and_letters_drawn_as_nothing_stand_escaped():
    assert visible("a\uffff\ufdd0\U0001fffe\u3164\u2800b") == "a\\uffff\\ufdd0\\U0001fffe\\u3164\\u2800b"
