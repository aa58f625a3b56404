"""The ATT&CK layer has what the Navigator needs and claims no more than rows."""

from ctforensics.export import navigator


def test_the_layer_has_the_fields_that_the_navigator_requires(story_case):
    case = story_case("leaked_key")
    layer = navigator.layer(case.room, case.catalog, name=case.title)
    assert {"name", "versions", "domain", "techniques"} <= set(layer)
    assert set(layer["versions"]) == {"attack", "navigator", "layer"} and layer["domain"] == "enterprise-attack"
    assert all({"techniqueID", "score", "comment"} <= set(t) for t in layer["techniques"])
    scores = {t["techniqueID"]: t["score"] for t in layer["techniques"]}
    assert scores and max(scores.values()) > 0


def test_every_comment_says_that_rows_are_no_proof(story_case):
    case = story_case("quiet_week")
    layer = navigator.layer(case.room, case.catalog, name="q")
    assert all(t["comment"].endswith("Rows, not proof.") for t in layer["techniques"])
