"""Time on the screen: whole milliseconds since 1970 UTC, half-open ranges, and buckets from one fixed ladder.

Only integers cross to the browser: a naive time would be read as the browser's local time there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ctforensics import clock

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
MOST_BUCKETS = 240
# CloudTrail's clock has whole seconds, so nothing below one second means anything.
LADDER = tuple(
    [n * SECOND for n in (1, 2, 5, 10, 15, 30)]
    + [n * MINUTE for n in (1, 2, 5, 10, 15, 30)]
    + [n * HOUR for n in (1, 2, 3, 6, 12)]
    + [n * DAY for n in (1, 2, 7, 28, 91, 364, 3640, 36400)]
)


def bucket_for(lo: int, hi: int, most: int = MOST_BUCKETS) -> int:
    """The smallest bucket of the ladder with which at most ``most`` buckets show in [lo, hi)."""
    for step in LADDER:
        if -(-hi // step) - lo // step <= most:
            return step
    return LADDER[-1]


def buckets(lo: int, hi: int, step: int) -> list[tuple[int, int]]:
    """The buckets that touch [lo, hi), each cut at the range."""
    return [(max(at, lo), min(at + step, hi)) for at in range(lo // step * step, hi, step)]


def to_ms(instant: datetime) -> int:
    """An instant (naive UTC or aware) as milliseconds, rounded down."""
    return (clock.parse_instant(instant) - clock.EPOCH) // timedelta(milliseconds=1)


def ceil_ms(instant: datetime) -> int:
    """The first whole millisecond after an instant: the exclusive end of a range that still holds it."""
    return to_ms(instant) + 1


def from_ms(ms: int) -> datetime:
    """Milliseconds as naive UTC; what lies outside the calendar is cut at its ends."""
    try:
        return clock.EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return datetime.max if ms > 0 else datetime.min


def ms_text(ms: int) -> str:
    """Milliseconds as ``2024-05-02T06:11:09Z``, with the fraction where there is one."""
    instant = from_ms(ms)
    return instant.isoformat(timespec="milliseconds" if instant.microsecond else "seconds") + "Z"


def days(lo: int, hi: int) -> str:
    """The days of [lo, hi), as a time axis names them: ``2024-05-02 to 2024-05-04, UTC``."""
    first, last = from_ms(lo).date(), from_ms(max(lo, hi - 1)).date()
    return f"{first}, UTC" if first == last else f"{first} to {last}, UTC"


def words(step: int) -> str:
    """A bucket or duration in the largest unit that divides it: ``3 h``, ``15 min``."""
    for size, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if step % size == 0:
            return f"{step // size} {name}"
    return f"{step} ms"
