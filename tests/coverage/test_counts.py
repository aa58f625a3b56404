"""Coverage counts events, each once, however many files of a trail hold it."""

from datetime import timedelta

from support.digest_archive import FIRST, HOUR, record


def hours(loaded):
    return loaded.rows("SELECT strftime(hour, '%H:%M'), events FROM coverage WHERE events > 0 ORDER BY hour")


def test_a_record_that_a_trail_delivered_twice_is_counted_once(archive, loaded):
    maker = archive.maker()
    at = FIRST - HOUR + timedelta(minutes=10)
    maker.deliver([record(at, "one"), record(at, "two")], at)
    maker.deliver([record(at, "two"), record(at, "three")], at + timedelta(minutes=5))
    maker.deliver([record(at, "one")], at + timedelta(minutes=6))
    maker.close_hour(FIRST)
    archive.hours(maker, 2, first=FIRST + HOUR, logs=0)
    assert hours(loaded(archive)) == [("19:00", 3)]


def test_records_of_a_file_that_spans_two_hours_are_counted_in_their_own(archive, loaded):
    maker = archive.maker()
    at = FIRST - HOUR + timedelta(minutes=40)  # 19:57
    later = at + timedelta(minutes=5)
    maker.deliver([record(at, "one"), record(later, "two"), record(later, "three")], later)
    maker.deliver([record(later, "two"), record(later, "four")], later + timedelta(minutes=1))
    maker.close_hour(FIRST)
    archive.hours(maker, 2, first=FIRST + HOUR, logs=0)
    assert hours(loaded(archive)) == [("19:00", 1), ("20:00", 3)]


def test_each_of_two_trails_counts_what_it_holds(archive, loaded):
    at = FIRST - HOUR + timedelta(minutes=10)
    for name in ("first", "second"):
        maker = archive.maker(trail=name)
        maker.deliver([record(at, "one"), record(at, "two")], at)
        maker.close_hour(FIRST)
        archive.hours(maker, 2, first=FIRST + HOUR, logs=0)
    made = loaded(archive)
    assert made.rows("SELECT trail, events FROM coverage WHERE events > 0 ORDER BY 1") == [("first", 2), ("second", 2)]
