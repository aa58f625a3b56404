import unicodedata

import pytest
from hypothesis import given
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
]


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_gets_a_place_inside_the_evidence_folder_on_every_system(key):
    path = Places().place("bucket", key)
    parts = path.split("/")
    assert parts[0] == "bucket" and len(path.encode()) <= MOST_PATH + 60
    for part in parts:
        assert part not in ("", ".", "..") and len(part.encode()) <= MOST_NAME + 20
        assert part[-1] not in ". " and not set(part) & set('<>:"\\|?*\0') and part.isprintable()


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


@given(st.text(max_size=40), st.text(max_size=40))
def test_different_segments_never_get_the_same_name(one, two):
    if one != two and "/" not in one + two:
        assert safe_name(one) != safe_name(two)
