"""Where the events of a case lie in time, whatever their records claim."""

from datetime import datetime

import duckdb
import pytest

from ctforensics.show import counting, scale


@pytest.mark.parametrize("claimed", [datetime(9999, 12, 31, 23, 59, 59), datetime(1, 1, 1)])
def test_an_event_at_an_end_of_the_calendar_does_not_end_the_timeline(claimed):
    con = duckdb.connect()
    con.execute("CREATE TABLE event_index (event_time TIMESTAMP)")
    con.execute("CREATE TABLE files (delivered_at TIMESTAMP)")
    con.execute("CREATE TABLE minute_counts (minute TIMESTAMP, events BIGINT)")
    for instant in (datetime(2024, 5, 2, 6, 11, 9), claimed):
        con.execute("INSERT INTO event_index VALUES (?)", [instant])
        con.execute("INSERT INTO minute_counts VALUES (?, 1)", [instant.replace(second=0)])
    found = counting.extent(con)
    assert scale.to_ms(claimed) in (found.first, found.last - 1)
    assert found.before + found.after == 1
