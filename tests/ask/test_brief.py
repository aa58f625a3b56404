"""Rows in few words: what a page shows of an answer that is longer than the page."""

from ctforensics.ask.answering import Reply
from ctforensics.ask.brief import brief, brief_choice, calls, outcomes
from ctforensics.ask.query import Rows


def reply_of(columns, *rows):
    return Reply(None, Rows(columns, ["VARCHAR"] * len(columns), list(rows), "", {}, False), None, None)


ACTS = ["event_time", "actor", "event_name", "outcome", "event_id"]
STOPS = [(f"t{n}", "eve", "StopLogging", "failed", f"s{n}") for n in range(5)]
DELETIONS = [("t7", "eve", "DeleteTrail", "success", "d1"), ("t8", "eve", "DeleteTrail", "denied", "d2")]


def test_of_many_rows_a_row_of_each_call_is_shown_and_what_succeeded_is_not_left_out():
    shown = brief_choice(reply_of(ACTS, *STOPS, *DELETIONS), 3)
    assert [line.split()[-1] for line in shown] == ["s0", "s1", "d1"]
    assert brief_choice(reply_of(ACTS, *STOPS), 5) == brief(reply_of(ACTS, *STOPS), 5)


def test_what_was_called_is_told_with_what_came_of_it():
    answer = reply_of(ACTS, *STOPS, *DELETIONS)
    assert calls(answer) == "StopLogging 5 (5 failed), DeleteTrail 2 (1 denied)"
    assert outcomes(answer) == "1 denied, 5 failed"
    assert calls(reply_of(["trail"], ("main",))) == outcomes(reply_of(["trail"], ("main",))) == ""


def test_a_number_stands_behind_its_name():
    shown = brief(
        reply_of(["actor_or_key", "denied_calls", "share", "seen", "event_key"], ("eve", 1100, 0.5, True, "x")), 5
    )
    assert shown == ["eve  denied calls 1,100  share 0.5  seen yes"]
