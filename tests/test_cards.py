"""Cards in a notebook: text of evidence stays text, in every one of them."""

from __future__ import annotations

import re

from ctforensics import cards
from ctforensics.load.result import LoadResult
from ctforensics.show.html import case_card

NASTY = "<img src=x onerror=alert(1)>\u202egnp.\x00</style></script>'\""


def assert_harmless(shown: str) -> None:
    assert "<img" not in shown and "onerror=alert(1)>" not in shown
    assert shown.count("</style>") == 1 and "</script>" not in shown
    assert "\u202e" not in shown and "\x00" not in shown and "\\u202e" in shown


def test_every_piece_of_a_card_escapes_what_it_is_given():
    pieces = [
        cards.facts([(NASTY, NASTY)]),
        cards.bullets([NASTY]),
        cards.heading(NASTY, NASTY),
        cards.foot([NASTY]),
        cards.sql(NASTY),
        cards.fold(NASTY, ""),
        cards.table([NASTY], [[NASTY], [NASTY * 50]]),
    ]
    assert_harmless(cards.card(NASTY, *pieces, sub=NASTY, marks=[NASTY]))


def test_a_table_says_how_many_rows_it_does_not_show():
    shown = cards.table(["n"], [[str(n)] for n in range(60)])
    assert shown.count("<tr>") == 51 and "10 more rows" in shown


def test_a_long_value_is_cut_and_says_how_long_it_is():
    assert "(1,000,000 characters)" in cards.table(["v"], [["A" * 1_000_000]])


def test_a_card_colours_itself_by_the_theme_of_the_notebook():
    colours = re.findall(r"(?:color|background):([^;}]+)", cards.card("x"))
    assert all(c.startswith("var(--jp-") or c in ("inherit", "currentColor") for c in colours)


def test_a_case_without_findings_does_not_claim_that_all_is_well():
    shown = case_card({"case": "c", "loaded": True, "events": 5, "findings": []})
    assert "only of what was verified" in shown and "not known" in shown


def test_the_card_of_a_case_tells_the_worst_finding_first_and_marks_practice():
    findings = [
        {"code": "G_ODD", "class": "anomaly", "detail": NASTY},
        {"code": "G_BAD", "class": "fail", "detail": "x"},
    ]
    shown = case_card({"title": NASTY, "loaded": True, "practice": True, "findings": findings})
    assert_harmless(shown)
    assert shown.index("G_BAD") < shown.index("G_ODD") and ">PRACTICE<" in shown


def test_a_load_that_does_not_balance_says_so_at_its_head():
    def shown(events: int) -> str:
        return LoadResult({"loaded": 1}, 5, events, 0, 0, 0, 0, 1)._repr_html_()

    assert "accounted for" in shown(5) and "DOES NOT BALANCE" in shown(4)


def test_cards_of_a_case_with_practice_keys_are_marked(story_case):
    case = story_case("leaked_key")
    shown = [case._repr_html_(), case.sql("SELECT 1")._repr_html_(), case.about("111122223333")._repr_html_()]
    assert all(">PRACTICE<" in each for each in shown)


def test_files_that_failed_verification_stand_on_the_card_of_the_case(story_case):
    shown = story_case("tampered_log")._repr_html_()
    for code in ("L_HASH (fail)", "L_MISSING (fail)", "L_UNLISTED (fail)"):
        assert code in shown
    assert "No integrity findings" not in shown


def test_triage_names_what_was_silent_and_does_not_call_it_innocence(story_case):
    shown = story_case("leaked_key").triage()._repr_html_()
    assert ">PRACTICE<" in shown and "What stands out" in shown and "Silent:" in shown


def test_holes_in_the_evidence_stand_out_below_an_answer(story_case):
    shown = story_case("trail_stopped").ask("who_changed_bucket_policy", bucket="nowhere")._repr_html_()
    assert "<p class=ct-caution>Holes inside the window" in shown and "0 of 0 rows" in shown
