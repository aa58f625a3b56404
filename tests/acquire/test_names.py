import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctforensics.acquire.names import MOST_NAME, MOST_PATH, Places, safe_name
from ctforensics.trail import object_keys

HOSTILE = [
    "../../etc/passwd",
    "..",
    "/etc/passwd",
    "a//b",
    "a/./b",
    "a\\..\\b",
    "nul\0byte",
    "CON",
    "aux.json.gz",
    "trailing. ",
    "C:/windows",
    "line\nfeed",
    "\u202egpj.exe",
    "ünïcode/日本語",
    "u\u0308",
    "%2e%2e/%2f",
    "x" * 1000,
    "/".join(["y" * 20] * 48),
    '?*<>|":',
    "~",
    "-rf",
    "",
    "/",
    "_versions/x",
    "x.tar!/member",
]


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_gets_a_place_inside_the_evidence_folder_on_every_system(key):
    path = Places().place("bucket", key)
    parts = path.split("/")
    assert parts[0] == "bucket" and len(path.encode()) <= MOST_PATH + 60
    for part in parts:
        assert part not in ("", ".", "..") and len(part.encode()) <= MOST_NAME + 20
        assert part[-1] not in ". !" and not set(part) & set('<>:"\\|?*\0') and part.isprintable()


def test_an_ordinary_key_keeps_its_name():
    key = "AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2024/05/02/111122223333_CloudTrail_eu-west-1_20240502T0615Z_abCD1234efGH5678.json.gz"
    assert Places().place("trail-bucket", key) == f"trail-bucket/{key}"
    assert object_keys.parse(Places().place("trail-bucket", "täg +%/" + key)) is not None


def test_names_that_differ_in_case_only_get_places_that_differ_in_more():
    places = Places()
    one, two = places.place("b", "a/Log.json"), places.place("b", "a/log.json")
    assert one.casefold() != two.casefold()
    assert unicodedata.normalize("NFC", places.place("b", "é")) != unicodedata.normalize(
        "NFC", places.place("b", "e\u0301")
    )


def test_a_key_that_is_also_a_folder_of_another_gets_a_place_of_its_own():
    places = Places()
    file, below = places.place("b", "logs"), places.place("b", "logs/one")
    assert not below.startswith(file + "/")
    again = Places()
    below, file = again.place("b", "logs/one"), again.place("b", "logs")
    assert not below.startswith(file + "/")


def test_the_same_objects_get_the_same_places_after_a_restart():
    keys = ["A", "a", "a/b", "A/b", *HOSTILE]
    first = Places()
    paths = [first.place("b", key) for key in keys]
    assert len({path.casefold() for path in paths}) == len(keys)
    second = Places()
    for key, path in zip(keys, paths, strict=True):
        second.keep(path, "b", key)
    assert [second.place("b", key) for key in reversed(keys)] == paths[::-1]


def test_an_older_version_does_not_stand_where_the_object_stands():
    places = Places()
    assert places.place("b", "k/x.gz", "v1") == "_versions/b/k/v1~x.gz"
    assert places.place("_versions", "b/k/v1~x.gz") != "_versions/b/k/v1~x.gz"


@given(st.lists(st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace").decode()), unique=True, max_size=20))
def test_different_keys_never_share_a_place(keys):
    places = Places()
    paths = [places.place("b", key) for key in keys]
    folded = [unicodedata.normalize("NFC", path).casefold() for path in paths]
    assert len(set(folded)) == len(keys)
    for path in folded:
        assert not any(other.startswith(path + "/") for other in folded)


SEGMENT = st.sampled_from(["a", "A", "b", "..", "", "%41", "_versions", "~long"])
KEY = st.lists(SEGMENT, min_size=1, max_size=3).map("/".join)
STEP = st.one_of(
    st.tuples(st.just("new"), KEY, st.sampled_from([None, None, "v1", "../../v", "V1"])),
    st.tuples(st.just("planted"), st.integers(0, 30), st.sampled_from(["", "/below", "~2"])),
    st.tuples(st.just("again"), st.integers(0, 30), st.just("")),
)


@settings(max_examples=300)
@given(st.lists(STEP, max_size=25))
def test_whoever_plants_keys_at_the_places_of_others_gains_nothing(steps):
    """Each object keeps one place of its own, also where a key is exactly the place, with its mark, that another one got."""
    places, given_places = Places(), {}
    for what, which, more in steps:
        if what == "new":
            wanted = (which, more)
        elif not given_places:
            continue
        else:
            known = list(given_places)[which % len(given_places)]
            wanted = known if what == "again" else (given_places[known].removeprefix("bucket/") + more, None)
        path = places.place("bucket", *wanted)
        assert given_places.setdefault(wanted, path) == path
        assert all(part not in ("", ".", "..") for part in path.split("/"))
    folded = [unicodedata.normalize("NFC", path).casefold() for path in given_places.values()]
    assert len(set(folded)) == len(folded)
    assert not any(other.startswith(path + "/") for path in folded for other in folded)
    again = Places()
    for (key, version), path in given_places.items():
        again.keep(path, "bucket", key, version)
    assert {wanted: again.place("bucket", *wanted) for wanted in given_places} == given_places


@given(st.text(max_size=20), st.text(max_size=20))
def test_version_ids_and_tags_that_a_server_makes_up_stay_inside(version, key):
    path = Places().place("bucket", key, version or None)
    parts = path.split("/")
    assert ".." not in parts and "" not in parts and parts[0] in ("bucket", "_versions")


@given(st.text(max_size=40), st.text(max_size=40))
def test_different_segments_never_get_the_same_name(one, two):
    if one != two and "/" not in one + two:
        assert safe_name(one) != safe_name(two)
