"""What a trail's own records say about the time when it was off."""

from datetime import datetime, timedelta

from support.digest_archive import ACCOUNT, FIRST, HOUR, REGION, Archive, record

STOPPED, STARTED = FIRST + timedelta(minutes=20), FIRST + 4 * HOUR


def call(at: datetime, name: str) -> dict[str, object]:
    return record(at, f"{name} {at}") | {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "accountId": ACCOUNT, "userName": "eve"},
        "requestParameters": {"name": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-events"},
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
