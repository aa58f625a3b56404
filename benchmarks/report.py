"""How long a report takes, from the command to the finished file, and how large it is.

``python benchmarks/report.py [--runs N]`` makes the practice case of a tampered log and runs ``ctforensics report`` on it: the budget
is 10 seconds for two charts and 60 rows as PDF, and 1.0 MB and 150 kB a chart and its rows for the page. On a machine with other
work the CPU seconds (children included) say more than the clock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ctforensics import practice
from ctforensics.investigation import new_case

SECONDS = 10.0


def case_of(place: Path, story: str) -> Path:
    """A loaded and verified practice case."""
    archive = practice.write(story, place / "archive")
    case = new_case(place / "case", title=story)
    case.add_evidence(archive.bucket, label="mirror")
    case.load()
    case.verify(public_keys=archive.public_keys, metadata=archive.metadata, expect=archive.expect)
    case.close()
    return place / "case"


def timed(case: Path, name: str, *targets: Path) -> tuple[float, float]:
    """Seconds on the clock and of CPU from the command to its end."""
    command = [sys.executable, "-m", "ctforensics", "report", str(case), name]
    command += [part for target in targets for part in ("-o", str(target))]
    began, spent = time.monotonic(), sum(os.times()[2:4])
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    return time.monotonic() - began, sum(os.times()[2:4]) - spent


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=3)
    args = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        case = case_of(place, "tampered_log")
        print(f"{'report':18} {'format':10} {'clock s':>8} {'CPU s':>7} {'kB':>7}")
        for name in ("trail_integrity", "daily_review", "incident"):
            for ending in ("html", "pdf", "docx"):
                target = place / f"{name}.{ending}"
                clock, cpu = min(timed(case, name, target) for _ in range(args.runs))
                note = "" if clock <= SECONDS else f"  over {SECONDS:g} s on the clock"
                print(
                    f"{name:18} {ending:10} {clock:8.1f} {cpu:7.1f} {target.stat().st_size / 1000:7.0f}{note}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
