"""Every event hour has a state that can be defended."""

from datetime import timedelta

from support.digest_archive import FIRST, HOUR, Archive, record

from ctforensics.practice.maker import TrailMaker


def long_trail(archive: Archive, hours: int, *, silent: range = range(0)) -> TrailMaker:
    """A log file an hour, ten minutes before the digest's end; none in the silent ones."""
    maker = archive.maker()
    for number in range(hours):
        end = FIRST + number * HOUR
        if number not in silent:
            at = end - timedelta(minutes=10)
            maker.deliver([record(at - timedelta(minutes=4), f"event {number}")], at)
        maker.close_hour(end)
    return maker


def test_hours_with_proven_log_files_are_verified_and_the_open_end_is_not(loaded, archive):
    long_trail(archive, 6)
    states = loaded(archive).states()
    assert states["09 21"] == "verified"
    assert states["10 01"] == "unverified", "deliveries of this hour go on after the last digest"
    assert "missing" not in states.values()


def test_an_empty_hour_is_proven_empty_only_after_24_more_hours_of_digests(loaded, archive):
    long_trail(archive, 32, silent=range(2, 5))
    result = loaded(archive)
    states = result.states()
    assert [states[hour] for hour in ("09 21", "09 22", "09 23", "10 00", "10 01")] == [
        "verified",
        "verified_empty",
        "verified_empty",
        "verified_empty",
        "verified",
    ]


def test_a_silent_hour_without_24_hours_behind_it_is_not_called_empty(loaded, archive):
    long_trail(archive, 20, silent=range(2, 5))
    assert loaded(archive).states()["09 22"] == "unverified"


def test_an_hour_before_logging_began_is_not_called_empty_though_a_starting_digest_covers_it(loaded, archive):
    maker = archive.maker()
    maker.start(FIRST)
    for number in range(1, 40):
        maker.close_hour(FIRST + number * HOUR)
    result = loaded(archive)
    states = result.states()
    assert [states[hour] for hour in ("09 19", "09 20", "09 21")] == ["unverified", "unverified", "verified_empty"]
    (reason,) = result.rows("SELECT DISTINCT reason FROM coverage WHERE hour < TIMESTAMP '2024-03-09 21:00:00'")
    assert reason[0].startswith("logging began in this hour or after it")


def test_the_hour_in_which_logging_began_is_not_verified_though_it_holds_proven_files(loaded, archive):
    maker = archive.maker()
    maker.start(FIRST)
    for number in range(1, 6):
        at = FIRST + (number - 1) * HOUR + timedelta(minutes=12)
        maker.deliver([record(at - timedelta(minutes=4), f"event {number}")], at)
        maker.close_hour(FIRST + number * HOUR)
    result = loaded(archive)
    states = result.states()
    assert [states[hour] for hour in ("09 19", "09 20", "09 21", "09 22")] == [
        "unverified",
        "unverified",
        "verified",
        "verified",
    ]
    (reason,) = result.rows("SELECT reason FROM coverage WHERE hour = TIMESTAMP '2024-03-09 20:00:00'")
    assert reason[0].startswith("logging began in this hour or after it")


def test_a_first_hour_is_verified_where_a_proven_event_shows_that_logging_was_on_before_it(loaded, archive):
    maker = archive.maker()
    maker.start(FIRST)
    at = FIRST + timedelta(minutes=2)
    maker.deliver([record(FIRST - timedelta(minutes=40), "early"), record(at, "now")], at)
    for number in range(1, 6):
        maker.close_hour(FIRST + number * HOUR)
    states = loaded(archive).states()
    assert [states[hour] for hour in ("09 19", "09 20")] == ["unverified", "verified"]


def test_a_late_log_file_that_reaches_into_an_hour_keeps_it_from_being_empty(loaded, archive):
    maker = long_trail(archive, 3, silent=range(1, 3))
    at = FIRST + 2 * HOUR + timedelta(minutes=30)
    maker.deliver([record(FIRST + timedelta(minutes=50), "late"), record(at, "now")], at)
    for number in range(3, 32):
        maker.close_hour(FIRST + number * HOUR)
    states = loaded(archive).states()
    assert states["09 21"] == "verified"
    assert states["09 23"] == "verified_empty"


def test_verify_after_load_gives_what_load_after_verify_gives(loaded, archive, tmp_path):
    long_trail(archive, 4)
    archive.put(archive.logs()[1], b'{"Records":[{"eventVersion":"1.08","eventTime":"2024-03-09T21:03:28Z"}]}')
    case = loaded(archive, verify_first=False)
    before = (
        case.rows("SELECT * FROM coverage ORDER BY ALL"),
        case.rows("SELECT event_id, verification, verification_code FROM events ORDER BY ALL"),
    )
    case.case.load(jobs=1)
    after = (
        case.rows("SELECT * FROM coverage ORDER BY ALL"),
        case.rows("SELECT event_id, verification, verification_code FROM events ORDER BY ALL"),
    )
    assert before == after
    assert ("fail", "L_HASH") in {row[1:] for row in before[1]}
    assert "tampered" in case.states().values()
