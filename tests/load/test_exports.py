"""Exports that repeat a record at second hand: sources beside the trail, events only where nothing better is there."""

import json

import pytest

from tests.load.loading_desk import record
from tests.support.exports import EXPORTS

# Names and addresses differ between the records, so that a mapping that mixes rows up is seen.
HUNDRED = [
    record(n, eventName=("CreateUser", "DeleteUser", "ListUsers")[n % 3], requestID=f"r-{n}") for n in range(100)
]
SAID = ("event_id", "event_name", "event_source", "aws_region", "source_ip_address", "user_agent", "access_key_id")
WITHOUT_ID = ("history-of-eight.csv",)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_beside_the_trail_is_a_poorer_copy_of_each_event(desk, name):
    desk.put("a/trail.json", {"Records": HUNDRED})
    desk.put(f"b/{name}", EXPORTS[name](HUNDRED))
    result = desk.load()
    assert (result.events, result.poorer_copies, result.rejected, result.conflicts) == (100, 100, 0, 0)
    assert desk.rows("SELECT DISTINCT fidelity FROM events") == [("full",)]
    assert desk.rows("SELECT count(*) FROM event_sources WHERE fidelity <> 'full'") == [(100,)]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_alone_gives_the_events_with_what_it_says(desk, name):
    desk.put(name, EXPORTS[name](HUNDRED))
    result = desk.load()
    assert (result.events, result.rejected, result.balanced) == (100, 0, True)
    said = SAID[1:] if name in WITHOUT_ID else SAID
    whole = {
        "event_id": lambda r: r["eventID"],
        "event_name": lambda r: r["eventName"],
        "event_source": lambda r: r["eventSource"],
        "aws_region": lambda r: r["awsRegion"],
        "source_ip_address": lambda r: r["sourceIPAddress"],
        "user_agent": lambda r: r["userAgent"],
        "access_key_id": lambda r: r["userIdentity"]["accessKeyId"],
    }
    times = "strftime(event_time, '%Y-%m-%dT%H:%M:%SZ')"
    found = desk.rows(f"SELECT {times}, {', '.join(said)} FROM events ORDER BY ALL")
    assert found == sorted((r["eventTime"], *(whole[column](r) for column in said)) for r in HUNDRED)
    assert desk.rows("SELECT DISTINCT fidelity = 'full', event_time_basis FROM events") == [(False, "eventTime")]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_way_when_the_trail_comes(desk, name):
    desk.put(f"b/{name}", EXPORTS[name](HUNDRED))
    desk.load()
    desk.put("a/trail.json", {"Records": HUNDRED})
    later = desk.load()
    assert (later.events, later.poorer_copies, later.conflicts, later.balanced) == (100, 100, 0, True)


@pytest.mark.parametrize("name", [name for name in EXPORTS if name not in WITHOUT_ID])
def test_one_address_changed_in_an_export_is_one_conflict(desk, name):
    changed = [*HUNDRED[:41], {**HUNDRED[41], "sourceIPAddress": "203.0.113.66"}, *HUNDRED[42:]]
    desk.put("1.json", {"Records": HUNDRED})
    desk.put(name, EXPORTS[name](changed))
    result = desk.load()
    assert (result.events, result.conflicts) == (100, 1)
    assert desk.rows("SELECT field, value, other_value, event_id FROM conflicts") == [
        ("source_ip_address", "198.51.100.9", "203.0.113.66", "id-41")
    ]


def test_all_exports_of_a_hundred_events_together_are_a_hundred_events(desk):
    desk.put("trail.json", {"Records": HUNDRED})
    for name, make in EXPORTS.items():
        desk.put(name, make(HUNDRED))
    result = desk.load()
    assert (result.events, result.poorer_copies, result.conflicts) == (100, 100 * len(EXPORTS), 0)
    assert result.balanced


def test_all_exports_without_the_trail_are_a_hundred_events_of_the_best_of_them(desk):
    for name, make in EXPORTS.items():
        desk.put(name, make(HUNDRED))
    result = desk.load()
    assert (result.events, result.conflicts, result.balanced) == (100, 0, True)
    assert desk.rows("SELECT DISTINCT fidelity FROM events") == [("lake",)]


def everything(desk):
    from tests.load.test_kill import promised
    from tests.load.test_safe import rows_of

    class Case:
        folder = desk.case

    return {**promised(Case), **rows_of(desk.case)}


@pytest.mark.parametrize("seed", range(3))
def test_copies_that_come_in_any_order_give_the_same_events_and_conflicts(tmp_path, seed):
    """What an export says otherwise is told against the best record, also where that came last."""
    import random

    from tests.load.loading_desk import Desk

    few = HUNDRED[:8]
    files = {"trail.json": json.dumps({"Records": few})}
    for number, (name, make) in enumerate(EXPORTS.items()):
        changed = {**few[number % 8], "sourceIPAddress": f"203.0.113.{number}", "userAgent": f"other/{number}"}
        files[name] = make([changed if r["eventID"] == changed["eventID"] else r for r in few])
    files["second-athena.csv"] = EXPORTS["athena.csv"]([{**few[0], "userAgent": "third"}, *few[1:]])
    desks = []
    for place, sizes in (("once", [len(files)]), ("bits", [1, 3, 2, 5, len(files)])):
        (tmp_path / place).mkdir()
        desk = Desk(tmp_path / place)
        names = list(files)
        random.Random(seed).shuffle(names)
        for size in sizes:
            for name in [names.pop() for _ in range(min(size, len(names)))]:
                desk.put(name, files[name])
            desk.load(jobs=1)
        desks.append(everything(desk))
    assert desks[0] == desks[1]
    assert len(desks[0]["conflicts"]) > 20


def test_exports_whose_ids_repeat_lose_no_event(desk):
    """A set of made-up records calls every event 1."""
    rows = [{**r, "eventID": "1", "eventTime": f"2024-05-02T07:{n:02d}:00Z"} for n, r in enumerate(HUNDRED[:10])]
    desk.put("a.csv", EXPORTS["athena.csv"](rows))
    assert desk.load().events == 10
