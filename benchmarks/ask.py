"""How fast the questions answer: every question of the library once on a large case, slowest first.

::

    python benchmarks/ask.py CASE          # a case that is loaded, for example of `ctforensics practice leaked_key DIR --events 10000000`
    python benchmarks/ask.py --events N    # makes a practice archive of N records in a temporary folder, loads it, asks
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from ctforensics import practice
from ctforensics.ask.about import about
from ctforensics.ask.query import run
from ctforensics.investigation import Case, new_case, open_case

ROWS = 10_000


def main() -> None:
    """Prints the table and the shares that the contract names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    args = parser.parse_args()
    if args.case:
        measure(open_case(args.case))
        return
    with tempfile.TemporaryDirectory() as base:
        archive = practice.write("leaked_key", Path(base) / "archive", events=args.events)
        case = new_case(Path(base) / "case")
        case.load(archive.bucket)
        measure(case)
        case.close()


def measure(case: Case) -> None:
    """Asks every question with its example and prints the seconds each took."""
    started = time.perf_counter()
    room = case.room
    opened = time.perf_counter() - started
    events = room.sql("SELECT count(*) FROM events")[2][0][0]
    run(room, case.catalog.get("event_coverage"), {})  # the file is in the cache of the system from here on
    taken = []
    for question in case.catalog:
        started = time.perf_counter()
        rows = run(room, question, question.example_params, limit=ROWS)
        taken.append((time.perf_counter() - started, question.name, question.cost, len(rows.rows)))
    started = time.perf_counter()
    about(room, case.catalog, case.catalog.get("actions_by_access_key").example_params["access_key_id"])
    page = time.perf_counter() - started
    print(
        f"{events:,} events; the room opens in {opened:.2f} s; about: {page:.2f} s; {len(taken)} questions, slowest first"
    )
    print(f"{'seconds':>8}  {'cost':<6} {'rows':>7}  question")
    for seconds, name, cost, rows_found in sorted(taken, reverse=True):
        print(f"{seconds:8.3f}  {cost:<6} {rows_found:>7,}  {name}")
    under = sum(seconds < 1 for seconds, *_ in taken)
    late = [name for seconds, name, cost, _ in taken if seconds >= 5 and cost != "scan"]
    print(
        f"under 1 s: {under} of {len(taken)} ({under / len(taken):.0%}); 5 s or more without cost = scan: {', '.join(late) or 'none'}"
    )


if __name__ == "__main__":
    main()
