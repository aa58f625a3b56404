"""Several verification runs in one report: each is named, and a narrow one does not speak for a wider one."""

import pytest

from ctforensics.reports import integrity, runs
from ctforensics.reports.held import Held


def run(complete, *reasons, keys="aws"):
    return runs.Run("r", "everything", "yes", complete, keys, None, None, reasons)


@pytest.mark.parametrize(
    ("said", "complete"),
    [([True], True), ([True, None], None), ([None, True], None), ([True, False], False), ([], None)],
)
def test_a_case_is_complete_only_where_every_run_says_so(said, complete):
    assert runs.Runs(tuple(map(run, said)), "aws").complete is complete


def test_the_least_trusted_keys_of_any_run_mark_the_report():
    assert runs.Runs((run(True), run(True, keys="practice")), "practice").practice
    assert not runs.Runs((run(True),), "aws").practice


def test_each_run_of_which_verdicts_stand_is_stated_with_what_it_was_asked(own_case):
    before = integrity.completeness(Held(own_case)).data["headline"]
    (account,) = {row[0] for row in own_case.room.sql("SELECT DISTINCT account FROM coverage")[2]}
    own_case.verify(accounts=[account])
    held = Held(own_case)
    told = [dict(piece.data["items"]) for piece in integrity.section(held).items if "Asked about" in str(piece.data)]
    asked = [facts["Asked about"] for facts in told]
    assert asked == [account, "delivered 2026-03-02T00:00:00Z to 2026-03-09T00:00:00Z"]
    assert before.startswith("Complete") and integrity.completeness(held).data["headline"].startswith("No gap found")
