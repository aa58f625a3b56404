"""Playbooks: incident stories as ordered runs of questions."""

import pytest

from ctforensics.ask import playbooks
from ctforensics.errors import ParameterError, UnknownName
from tests.ask.conftest import event


@pytest.fixture
def asker(case_of):
    return case_of(event("sts", "GetCallerIdentity"))


@pytest.mark.parametrize("name", playbooks.names())
def test_every_step_of_a_playbook_is_a_question_that_says_what_to_look_for(asker, name):
    for question in playbooks.questions(name, asker.catalog):
        assert question.look and question.empty


def test_a_playbook_passes_its_parameters_on_and_leaves_out_what_has_none(asker):
    steps = list(
        playbooks.run(asker.room, asker.catalog, "leaked_access_key", {"access_key_id": "AKIAEXAMPLEANA000001"})
    )
    asked = [step.question.name for step in steps]
    assert asked[0] == "access_key_profile" and "blast_radius" in asked
    assert len(steps[0].reply.rows.rows) == 1
    without = [step.question.name for step in playbooks.run(asker.room, asker.catalog, "leaked-access-key")]
    assert "blast_radius" not in without and "event_coverage" in without


def test_unknown_names_are_refused(asker):
    with pytest.raises(UnknownName):
        list(playbooks.run(asker.room, asker.catalog, "leaked_acces_key"))
    with pytest.raises(ParameterError, match=r"no parameter|No question"):
        list(playbooks.run(asker.room, asker.catalog, "mining", {"colour": "red"}))
