"""Where addresses lie, by a database that the investigator brings."""

from __future__ import annotations

import json

import pytest

from ctforensics.ask.about import about
from ctforensics.ask.answering import reply
from ctforensics.ask.room import Room
from ctforensics.errors import ForensicsError
from tests.ask.conftest import event
from tests.support.exercise import address_database

KEY = "AKIAEXAMPLEANA000001"
BREMEN, SINGAPORE = "203.0.113.20", "198.51.100.20"
CITIES = {
    "203.0.113.0/24": {
        "country": {"iso_code": "DE"},
        "city": {"names": {"en": "Bremen"}},
        "location": {"latitude": 53.08, "longitude": 8.8},
    },
    "198.51.100.0/24": {
        "country": {"iso_code": "SG"},
        "location": {"latitude": 1.35, "longitude": 103.82},
    },
}
OPERATORS = {
    "198.51.100.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Hosting"},
}
RANGES = {"prefixes": [{"ip_prefix": "198.51.100.0/25", "region": "ap-southeast-1", "service": "EC2"}]}


@pytest.fixture
def asker(case_of):
    return case_of(
        event("s3", "ListBuckets", minute=1, sourceIPAddress=BREMEN),
        event("s3", "ListBuckets", minute=11, sourceIPAddress=SINGAPORE),
        event("s3", "ListBuckets", minute=12, sourceIPAddress="2001:db8::1"),
        event("s3", "ListBuckets", minute=13, sourceIPAddress="10.0.0.1"),
        event("s3", "ListBuckets", minute=14, sourceIPAddress="999.1.1.1"),
        inputs={"aws_ranges.json": json.dumps(RANGES)},
    )


def _again(asker) -> Room:
    asker.room.close()
    asker.room = Room.of_case(asker.folder)
    return asker.room


def test_a_key_in_two_cities_within_minutes_is_found_with_distance_speed_and_who_runs_the_network(asker):
    address_database(asker.folder.inputs / "cities.mmdb", CITIES)
    address_database(asker.folder.inputs / "operators.mmdb", OPERATORS)
    _again(asker)
    (row,) = asker("impossible_travel")
    assert (row["from_place"], row["to_place"], row["access_key_id"]) == ("Bremen, DE", "SG", KEY)
    assert 10_000 < row["km"] < 10_500 and row["minutes"] == 10 and row["kmh"] > 60_000
    assert row["remarks"] == ["to Example Hosting", "to an address of AWS"]
    assert asker("impossible_travel", max_kmh=100_000) == []


def test_a_database_of_countries_alone_still_tells_that_the_country_changed(asker):
    countries = {net: {"country": entry["country"]} for net, entry in CITIES.items()}
    address_database(asker.folder.inputs / "countries.mmdb", countries)
    _again(asker)
    (row,) = asker("impossible_travel")
    assert row["km"] is None and "the database knows countries alone" in row["remarks"]
    assert (row["from_place"], row["to_place"]) == ("DE", "SG")


def test_without_a_database_the_answer_says_that_silence_proves_nothing(asker):
    answer = asker.reply("impossible_travel")
    assert answer.rows.rows == []
    assert any("No MaxMind database" in said for said in answer.searched.cautions())
    address_database(asker.folder.inputs / "cities.mmdb", CITIES)
    later = reply(_again(asker), asker.catalog.get("impossible_travel"))
    assert not any("MaxMind" in said for said in later.searched.cautions())


def test_places_can_be_joined_in_ones_own_sql(asker):
    address_database(asker.folder.inputs / "cities.mmdb", CITIES)
    found = _again(asker).sql("SELECT country, count(*) FROM address_places GROUP BY ALL ORDER BY ALL")[2]
    assert found == [("DE", 1), ("SG", 1)]


def test_the_page_on_an_address_says_where_it_lies_and_whose_it_is(asker):
    address_database(asker.folder.inputs / "cities.mmdb", {**CITIES, **OPERATORS})
    (asker.folder.inputs / "networks.csv").write_text("cidr,name,kind\n203.0.113.0/24,office Bremen,egress\n")
    room = _again(asker)
    assert "address database: Bremen, DE" in str(about(room, asker.catalog, BREMEN))
    assert "network: office Bremen (egress)" in str(about(room, asker.catalog, BREMEN))
    page = str(about(room, asker.catalog, SINGAPORE))
    assert "AS64500 Example Hosting" in page and "AWS range: EC2 ap-southeast-1" in page


def test_a_file_that_is_no_address_database_is_named(asker):
    (asker.folder.inputs / "cities.mmdb").write_bytes(b"not a database")
    room = _again(asker)
    with pytest.raises(ForensicsError, match="no MaxMind database") as caught:
        reply(room, asker.catalog.get("impossible_travel"))
    assert "cities.mmdb" in str(caught.value.where)


def test_odd_entries_of_a_database_are_passed_over(asker):
    odd = {"203.0.113.0/24": {"country": "DE", "location": {"latitude": "north"}, "autonomous_system_number": 64501}}
    address_database(asker.folder.inputs / "odd.mmdb", odd)
    found = _again(asker).sql("SELECT country, latitude, asn FROM address_places")[2]
    assert found == [(None, None, 64501)]
