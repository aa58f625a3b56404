"""What a trail's own records say about the time when it was off."""

from datetime import datetime, timedelta

from support.digest_archive import ACCOUNT, FIRST, HOUR, REGION, Archive, record

STOPPED, STARTED = FIRST + timedelta(minutes=20), FIRST + 4 * HOUR


def call(at: datetime, name: str, region: str = REGION) -> dict[str, object]:
    return record(at, f"{name} {at}") | {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "accountId": ACCOUNT, "userName": "eve"},
        "requestParameters": {"name": f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/management-events"},
    }


def stopped(archive: Archive) -> Archive:
    """Runs for two hours, stops at 20:37, starts again four hours later."""
    maker = archive.maker()
    archive.hours(maker, 1)
    at = FIRST + timedelta(minutes=23)
    maker.deliver([call(STOPPED, "StopLogging")], at)
    maker.stop(FIRST + timedelta(minutes=25))
    maker.restart(STARTED + timedelta(minutes=1))
    maker.deliver([call(STARTED, "StartLogging")], STARTED + timedelta(minutes=5))
    maker.close_hour(STARTED + timedelta(minutes=61))
    archive.hours(maker, 2, first=STARTED + timedelta(minutes=121))
    return archive


def test_a_proven_stop_is_a_hole_that_says_when_it_began_and_ended(loaded, archive):
    case = loaded(stopped(archive))
    reasons = dict(case.rows("SELECT strftime(hour, '%H'), reason FROM coverage WHERE state = 'missing'"))
    assert set(reasons) >= {"21", "22"}
    assert reasons["22"].startswith(
        "stop seen 2024-03-09T20:37:28Z; start seen 2024-03-10T00:17:28Z; off throughout: not"
    )
    assert case.rows("SELECT change, verification FROM trail_changes ORDER BY event_time") == [
        ("StopLogging", "ok"),
        ("StartLogging", "ok"),
    ]


def test_a_trail_of_the_same_name_at_home_in_another_region_neither_stops_nor_starts_this_one(loaded, archive):
    stopped(archive)
    other = archive.maker(region="eu-west-1", home_region="eu-west-1")
    archive.hours(other, 6)
    at = STOPPED + timedelta(minutes=50)
    other.deliver([call(at, "StartLogging", "eu-west-1")], at + timedelta(minutes=3))
    other.close_hour(FIRST + 6 * HOUR)
    case = loaded(archive)
    told = case.rows(
        "SELECT reason FROM coverage WHERE region = 'us-east-1' AND hour = TIMESTAMP '2024-03-09 22:00:00'"
    )
    assert told[0][0].startswith("stop seen 2024-03-09T20:37:28Z; start seen 2024-03-10T00:17:28Z; off throughout: not")
    assert case.rows("SELECT hour FROM coverage WHERE region = 'eu-west-1' AND reason LIKE 'stop seen%'") == []


def test_a_stop_of_a_trail_of_all_regions_is_a_hole_in_its_chains_of_other_regions(loaded, archive):
    stopped(archive)
    elsewhere = archive.maker(region="eu-west-1")
    archive.hours(elsewhere, 1)
    elsewhere.stop(FIRST + timedelta(minutes=25))
    elsewhere.restart(STARTED + timedelta(minutes=1))
    archive.hours(elsewhere, 2, first=STARTED + timedelta(minutes=61))
    told = loaded(archive).rows("SELECT state FROM coverage WHERE region = 'eu-west-1' AND reason LIKE 'stop seen%'")
    assert set(told) == {("missing",)}


def test_a_log_file_planted_in_a_stop_is_an_alarm_and_the_hour_stays_a_hole(loaded, archive):
    stopped(archive)
    planted = archive.maker(trail="planted")
    planted.deliver([record(FIRST + 2 * HOUR, "forged")], FIRST + 2 * HOUR + timedelta(minutes=3), listed=False)
    case = loaded(archive)
    found = case.rows("SELECT class, account, trail, since FROM findings WHERE code = 'G_LOG_IN_STOP'")
    assert found == [("fail", ACCOUNT, "management-events", FIRST + 2 * HOUR)]
    assert case.states()["09 22"] == "missing"
    assert case.rows("SELECT verification FROM events WHERE event_id = 'forged'") == [("unknown",)]


def test_changed_selectors_stand_in_the_reason_of_their_hour_and_of_the_empty_hours_after_it(loaded, archive):
    maker = archive.maker()
    archive.hours(maker, 2)
    at = FIRST + HOUR + timedelta(minutes=10)
    for name in ("PutEventSelectors", "PutInsightSelectors", "UpdateTrail"):
        maker.deliver([call(at, name)], at + timedelta(minutes=3))
    maker.close_hour(FIRST + 2 * HOUR)
    archive.hours(maker, 30, first=FIRST + 3 * HOUR, logs=0)
    case = loaded(archive)
    reasons = {hour: (state, reason) for hour, state, reason in case.rows("SELECT hour, state, reason FROM coverage")}
    state, reason = reasons[at.replace(minute=0, second=0)]
    assert state == "verified"
    assert reason == (
        f"PutEventSelectors seen {at:%Y-%m-%dT%H:%M:%SZ}, PutInsightSelectors seen {at:%Y-%m-%dT%H:%M:%SZ}, "
        f"UpdateTrail seen {at:%Y-%m-%dT%H:%M:%SZ}: what the trail records may have changed"
    )
    state, reason = reasons[at.replace(minute=0, second=0) + 2 * HOUR]
    assert state == "verified_empty"
    assert "was the last change of what the trail records" in reason


def test_selectors_in_a_forged_record_explain_nothing(loaded, archive):
    maker = archive.maker()
    archive.hours(maker, 6)
    at = FIRST + 2 * HOUR
    archive.maker().deliver([call(at, "PutEventSelectors")], at + timedelta(minutes=3), listed=False)
    assert loaded(archive).rows("SELECT reason FROM coverage WHERE reason LIKE '%PutEventSelectors%'") == []


def test_a_forged_record_of_a_stop_proves_no_stop(loaded, archive):
    maker = archive.maker()
    archive.hours(maker, 6)
    at = FIRST + 2 * HOUR
    archive.maker().deliver([call(at, "StopLogging")], at + timedelta(minutes=3), listed=False)
    case = loaded(archive)
    assert case.rows("SELECT change, verification FROM trail_changes") == [("StopLogging", "fail")]
    assert "missing" not in case.states().values()


def paused(archive: Archive, off_at: datetime | None, on_at: datetime | None) -> Archive:
    """Digests and logs go on hour by hour from 20:17 to 03:17, with the calls that stop and start the trail among them."""
    maker = archive.maker()
    for hour in range(8):
        end = FIRST + hour * HOUR
        for minute in (10, 25, 40, 55):
            at = end - HOUR + timedelta(minutes=minute)
            if off_at is None or not off_at < at < (on_at or off_at + HOUR / 2):
                maker.deliver([record(at, f"{at}")], at + timedelta(minutes=2))
        for at, name in ((off_at, "StopLogging"), (on_at, "StartLogging")):
            if at and end - HOUR <= at < end:
                maker.deliver([call(at, name)], at + timedelta(minutes=2))
        maker.close_hour(end)
    archive.hours(maker, 26, first=FIRST + 8 * HOUR, logs=0)
    return archive


def of_hours(case, *hours: str) -> list[tuple[str, str]]:
    found = {
        h: (s, r)
        for h, s, r in case.rows("SELECT strftime(hour, '%H'), state, reason FROM coverage ORDER BY hour DESC")
    }
    return [found[hour] for hour in hours]


def hole(stop: str, start: str, since: str, until: str) -> tuple[str, str]:
    day = "2024-03-09T"
    return "missing", f"stop seen {day}{stop}Z; {start}; off from {day}{since}Z until {day}{until}Z: not provable here"


def test_an_hour_in_which_the_trail_was_off_for_a_while_is_never_verified(loaded, archive):
    off_at, on_at = FIRST.replace(hour=21, minute=20, second=5), FIRST.replace(hour=21, minute=41, second=9)
    case = loaded(paused(archive, off_at, on_at))
    assert of_hours(case, "20", "21", "22") == [
        ("verified", None),
        hole("21:20:05", "start seen 2024-03-09T21:41:09Z", "21:20:05", "21:41:09"),
        ("verified", None),
    ]


def test_the_hours_at_both_edges_of_a_stop_name_the_part_in_which_the_trail_was_off(loaded, archive):
    off_at, on_at = FIRST.replace(hour=20, minute=52, second=0), FIRST.replace(hour=22, minute=41, second=9)
    case = loaded(paused(archive, off_at, on_at))
    start = "start seen 2024-03-09T22:41:09Z"
    first, whole, last, after = of_hours(case, "20", "21", "22", "23")
    assert first == hole("20:52:00", start, "20:52:00", "21:00:00")
    assert whole == ("missing", f"stop seen 2024-03-09T20:52:00Z; {start}; off throughout: not provable here")
    assert last == hole("20:52:00", start, "22:00:00", "22:41:09")
    assert after == ("verified", None)


def test_a_stop_at_the_full_hour_leaves_the_hours_beside_it_as_they_are(loaded, archive):
    case = loaded(
        paused(archive, FIRST.replace(hour=21, minute=0, second=0), FIRST.replace(hour=22, minute=0, second=0))
    )
    assert [state for state, _ in of_hours(case, "20", "21", "22")] == ["verified", "missing", "verified"]


def test_a_stop_without_a_start_ends_where_proven_logs_go_on(loaded, archive):
    case = loaded(paused(archive, FIRST.replace(hour=21, minute=20, second=5), None))
    start = "no start seen; proven logs go on at 2024-03-09T21:57:28Z"
    assert of_hours(case, "21", "22") == [hole("21:20:05", start, "21:20:05", "21:57:28"), ("verified", None)]


def test_each_of_several_stops_in_an_hour_is_named(loaded, archive):
    maker = archive.maker()
    turns = [("StopLogging", 20), ("StopLogging", 22), ("StartLogging", 24), ("StopLogging", 30), ("StartLogging", 31)]
    archive.hours(maker, 2)
    for name, minute in turns:
        at = FIRST.replace(hour=21, minute=minute)
        maker.deliver([call(at, name)], at + timedelta(minutes=1))
    archive.hours(maker, 2, first=FIRST + 2 * HOUR)
    state, reason = of_hours(loaded(archive), "21")[0]
    assert state == "missing"
    assert reason.count("off from") == 2
    assert "off from 2024-03-09T21:20:28Z until 2024-03-09T21:24:28Z" in reason
    assert "off from 2024-03-09T21:30:28Z until 2024-03-09T21:31:28Z" in reason


def test_the_story_of_a_stopped_trail_counts_every_hour_that_the_stop_touches(story_case):
    frame = story_case("trail_stopped").sql(
        "SELECT region, strftime(hour, '%H:%M') AS hour, reason FROM coverage WHERE state = 'missing' ORDER BY region, hour"
    )
    rows = list(frame.itertuples(index=False, name=None))
    hours = ["01:00", "02:00", "03:00", "04:00", "05:00"]
    assert [(region, hour) for region, hour, _ in rows] == [(r, h) for r in ("eu-west-1", "us-east-1") for h in hours]
    by_hour = {hour: reason.split("; ")[2] for _, hour, reason in rows}
    assert by_hour["01:00"].startswith("off from 2026-03-03T01:14:")
    assert by_hour["01:00"].endswith("until 2026-03-03T02:00:00Z: not provable here")
    assert by_hour["03:00"] == "off throughout: not provable here"
    assert by_hour["05:00"] == "off from 2026-03-03T05:00:00Z until 2026-03-03T05:41:09Z: not provable here"


def test_a_starting_digest_after_a_stop_without_a_start_vouches_for_no_hour_that_it_reaches_back_over(loaded, archive):
    maker = archive.maker()
    archive.hours(maker, 1)
    maker.deliver([call(STOPPED, "StopLogging")], STOPPED + timedelta(minutes=2))
    maker.stop(FIRST + timedelta(minutes=25))
    again = STARTED + timedelta(minutes=30)
    maker.restart(again)
    archive.hours(maker, 30, first=again + HOUR, logs=0)
    states = loaded(archive).states()
    assert [states[hour] for hour in ("09 20", "09 22", "09 23", "10 00", "10 01")] == ["missing"] * 4 + [
        "verified_empty"
    ]
