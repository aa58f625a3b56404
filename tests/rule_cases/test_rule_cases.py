"""Every case of a public rule set either agrees with our question for the same thing or is explained."""

from __future__ import annotations

import pytest

from tests.rule_cases.comparison import PAGE, judge, page, rule_cases
from tests.rule_cases.mapping import RULES


@pytest.fixture(scope="module")
def judged(tmp_path_factory, shared_data):
    return judge(tmp_path_factory.mktemp("rules"), shared_data)


def test_every_rule_about_cloudtrail_is_mapped_and_no_other(shared_data):
    assert {case.rule for case in rule_cases(shared_data)} == set(RULES)


def test_every_disagreement_with_a_rule_is_explained(judged):
    assert {v.rule: v.unexplained for v in judged if v.unexplained} == {}


def test_no_explanation_is_left_of_a_disagreement_that_is_gone(judged):
    assert {v.rule: v.superfluous for v in judged if v.superfluous} == {}


def test_nine_of_ten_positive_cases_are_found(judged):
    found, missed = sum(len(v.found) for v in judged), sum(len(v.missed) for v in judged)
    assert found >= 0.9 * (found + missed)


def test_the_table_that_is_kept_is_the_one_that_comes_out(judged):
    assert PAGE.read_text("utf-8") == page(judged), "write it: python -m tests.rule_cases.comparison"
