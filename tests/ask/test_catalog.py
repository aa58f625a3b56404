"""The library of questions: found by walking, checked as a whole."""

import pytest

from ctforensics.ask.catalog import Catalog, Folder, folders
from ctforensics.errors import QueryError, UnknownName

GOOD = """-- /// query
-- name = "mine"
-- title = "Mine"
-- question = "What?"
-- ///
SELECT event_id FROM scoped($since, $until, $accounts, $regions, $outcome);
"""
BROKEN = """-- /// query
-- name = "brokn"
-- title = "Broken"
-- attack = ["X1"]
-- colour = "red"
--
-- [params]
-- bucket = { type = "TEXT", help = "Bucket" }
-- since = { type = "VARCHAR", help = "no" }
-- ///
SELECT 1;
"""


@pytest.fixture
def own(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.sql").write_text(text)
        return Catalog([*folders(), Folder(tmp_path, "case")])

    return write


def test_a_question_of_ones_own_stands_beside_ours(own):
    catalog = own(mine=GOOD)
    assert catalog.get("mine").origin == "case" and catalog.get("actions_by_access_key").origin == "ctforensics"


def test_a_broken_file_tells_all_its_faults_with_their_lines(own):
    catalog = own(broken=BROKEN, mine=GOOD)
    with pytest.raises(QueryError) as told:
        catalog.check()
    for said in (
        "broken.sql:2: The name",
        "broken.sql:4: 'X1'",
        "broken.sql:5: 'colour'",
        "broken.sql:8",
        "broken.sql:9",
        "'question' is missing",
    ):
        assert said in str(told.value)
    assert "mine" in catalog and "actions_by_access_key" in catalog
    with pytest.raises(QueryError, match="faults"):
        catalog.get("broken")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("SELECT event_id", "SELEC event_id"), "mine.sql:6"),
        (GOOD.replace("event_id", "event_id, $who AS who"), "mine.sql:6: [$]who is used but not declared"),
        (
            GOOD.replace("-- ///\nSELECT", '--\n-- [params]\n-- a = { type = "VARCHAR", help = "A" }\n-- ///\nSELECT'),
            "'a' is declared but",
        ),
        (GOOD + "SELECT 2;", "one statement"),
        (GOOD.split("SELECT")[0] + "DELETE FROM events;", "SELECT"),
        (GOOD.replace("-- title", "title"), "mine.sql:3"),
        ("SELECT 1;", "no metadata block"),
    ],
)
def test_what_the_engine_would_refuse_is_told_beforehand(own, text, said):
    with pytest.raises(QueryError, match=said):
        own(mine=text).check()


def test_a_name_can_be_taken_only_once(own):
    with pytest.raises(QueryError, match="taken by"):
        own(root_activity=GOOD.replace("mine", "root_activity")).check()


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownName) as told:
        Catalog.of_case().get("who_change_bucket_polcy")
    assert "who_changed_bucket_policy" in told.value.near


@pytest.mark.parametrize(
    "words", [("StopLogging",), ("T1562.008",), ("cloudtrail", "StopLogging"), ("against", "logging")]
)
def test_search_finds_by_event_technique_service_and_words(words):
    assert "trail_tampering" in [q.name for q in Catalog.of_case().search(*words)]


def test_a_needed_entity_makes_a_pivot():
    found = [(q.name, p.name) for q, p in Catalog.of_case().pivots("access_key")]
    assert ("actions_by_access_key", "access_key_id") in found


def test_our_own_questions_have_no_faults():
    Catalog.of_case().check()
