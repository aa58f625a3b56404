"""How fast the questions answer on a large case: the median of each question, slowest first, and the pivots by themselves.

::

    python benchmarks/ask.py CASE          # a case that is loaded, for example of `ctforensics practice leaked_key DIR --events 10000000`
    python benchmarks/ask.py --events N    # makes a practice archive of N records in a temporary folder, loads it, asks
    python benchmarks/ask.py CASE --runs 5 --only actions_by_access_key who_called

CPU seconds are of this process with all its threads: on a busy machine they say more than the clock does.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctforensics import practice
from ctforensics.ask.about import about
from ctforensics.ask.query import run
from ctforensics.ask.triage import triage
from ctforensics.investigation import Case, new_case, open_case

ROWS = 10_000
FAST, LATE, PIVOT = 1.0, 5.0, 0.5  # seconds that the contract names
# Pivots by key, principal, address, event name and bucket: question and the column of events that gives it a busy value.
PIVOTS = (
    ("key", "actions_by_access_key", "access_key_id", "access_key_id"),
    ("principal", "actions_by_principal", "principal", "actor"),
    ("address", "actions_by_source_ip", "ips", "source_ip_address"),
    ("event name", "who_called", "action", "event_name"),
    ("bucket", "object_access", "bucket", "bucket_name"),
)


@dataclass
class Taken:
    """What one question took: the median by the clock and in CPU seconds, and its rows."""

    name: str
    cost: str
    seconds: float
    cpu: float
    rows: int


def main() -> None:
    """Prints the tables and the shares that the contract names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="how often each question is asked; the median counts")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these questions")
    args = parser.parse_args()
    if args.case:
        measure(open_case(args.case), args.runs, args.only)
        return
    with tempfile.TemporaryDirectory() as base:
        archive = practice.write("leaked_key", Path(base) / "archive", events=args.events)
        case = new_case(Path(base) / "case")
        case.load(archive.bucket)
        measure(case, args.runs, args.only)
        case.close()


def measure(case: Case, runs: int, only: list[str] | None) -> None:
    """Asks every question with its example and prints what each took."""
    started = time.perf_counter()
    room = case.room
    opened = time.perf_counter() - started
    events = room.sql("SELECT count(*) FROM events")[2][0][0]
    run(room, case.catalog.get("event_coverage"), {})  # the file is in the cache of the system from here on
    taken = [_taken(case, q.name, q.example_params, runs) for q in case.catalog if not only or q.name in only]
    print(
        f"{events:,} events; the room opens in {opened:.2f} s; {len(taken)} questions, median of {runs}, slowest first"
    )
    print(f"{'p50 s':>8} {'cpu s':>8}  {'cost':<6} {'rows':>7}  question")
    for each in sorted(taken, key=lambda t: -t.seconds):
        print(f"{each.seconds:8.3f} {each.cpu:8.3f}  {each.cost:<6} {each.rows:>7,}  {each.name}")
    _shares(taken)
    if not only:
        _pivots(case, runs)
        _pages(case, runs)


def _taken(case: Case, name: str, params: dict[str, Any], runs: int) -> Taken:
    question = case.catalog.get(name)
    seconds, cpu, rows = _median(lambda: len(run(case.room, question, params, limit=ROWS).rows), runs)
    return Taken(name, question.cost, seconds, cpu, rows)


def _median(work: Callable[[], int], runs: int) -> tuple[float, float, int]:
    clock, cpu, rows = [], [], 0
    for _ in range(runs):
        started, used = time.perf_counter(), time.process_time()
        rows = work()
        clock.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    return statistics.median(clock), statistics.median(cpu), rows


def _shares(taken: list[Taken]) -> None:
    under = sum(each.seconds < FAST for each in taken)
    late = sorted((each for each in taken if each.seconds >= LATE), key=lambda t: -t.seconds)
    print(f"\nunder {FAST:g} s: {under} of {len(taken)} ({under / len(taken):.1%}; wanted: 90 %)")
    print(f"{LATE:g} s or more: {', '.join(f'{e.name} ({e.cost}, {e.seconds:.1f} s)' for e in late) or 'none'}")
    wrong = [each.name for each in late if each.cost != "scan"]
    print(f"of them without cost = scan (wanted: none): {', '.join(wrong) or 'none'}")


def _pivots(case: Case, runs: int) -> None:
    """Pivots on the value of the story and on the busiest value of the whole case, which is the worst there is."""
    print(f"\npivots (wanted: under {PIVOT:g} s), at most {ROWS:,} rows")
    for what, name, param, column in PIVOTS:
        busiest = f"SELECT {column} FROM events WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        found = case.room.sql(busiest)[2]
        story = case.catalog.get(name).example_params.get(param)
        for which, value in (("of the story", story), ("the busiest", found[0][0] if found else None)):
            if value is not None:
                each = _taken(case, name, {param: value}, runs)
                print(f"{each.seconds:8.3f} {each.cpu:8.3f}  {each.rows:>7,}  by {what}, {which}: {name}")


def _pages(case: Case, runs: int) -> None:
    key = case.catalog.get("actions_by_access_key").example_params["access_key_id"]
    pages = (
        ("about a key", lambda: len(about(case.room, case.catalog, key).parts)),
        ("triage", lambda: len(triage(case.room, case.catalog).lines)),
    )
    print()
    for what, work in pages:
        seconds, cpu, parts = _median(work, runs)
        print(f"{seconds:8.3f} {cpu:8.3f}  {parts:>7,}  {what}")


if __name__ == "__main__":
    main()
