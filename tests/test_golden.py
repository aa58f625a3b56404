"""Golden answers: every question meets every practice story."""

from __future__ import annotations

import pytest

from ctforensics.ask.catalog import Catalog
from tests.support import golden

QUESTIONS = list(Catalog.of_case())


@pytest.fixture(scope="module")
def cases(story_case):
    return {story: story_case(story) for story in golden.STORIES}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_a_question_answers_what_it_always_answered(question, cases):
    file = golden.FOLDER / f"{question.name}.txt"
    assert file.exists(), f"write it: python -m tests.support.golden {question.name}"
    text = golden.text_of(question, cases)
    assert not golden.is_empty(text), "no story exercises this question: let one grow"
    assert text == file.read_text("utf-8"), f"if that is right: python -m tests.support.golden {question.name}"


def test_no_golden_answer_is_left_of_a_question_that_is_gone():
    assert {file.stem for file in golden.FOLDER.glob("*.txt")} == {question.name for question in QUESTIONS}
