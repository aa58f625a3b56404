"""A load in a process of its own that is killed at a chosen step: ``python -m tests.support.killed_load CASE PHASE STEP DELAY``.

A step is a statement to the database, a write to a journal, a sync or a rename; phases are begin, fill, settle, judge, screen, publish.
SIGKILL comes DELAY seconds after the step begins, so that it falls into the middle of it. A phase that has fewer steps is killed at its
end. Without a phase the load runs through and prints how many steps each phase has.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ctforensics import investigation
from ctforensics.case import generation, journal
from ctforensics.load import plan, run, screen, settle, store

PHASES = ("begin", "fill", "settle", "judge", "screen", "publish")


class Clock:
    """Counts the steps of the phase that the load is in, and kills the process when its step has come."""

    def __init__(self, phase: str | None, step: int, delay: float) -> None:
        self.now, self.wanted, self.step, self.delay = "begin", phase, step, delay
        self.counts: Counter[str] = Counter()

    def tick(self) -> None:
        self.counts[self.now] += 1
        if self.now == self.wanted and self.counts[self.now] == self.step:
            threading.Thread(target=self._end, daemon=True).start()

    def enter(self, phase: str) -> None:
        if self.now == self.wanted and self.now != phase:
            self._end(0)
        self.now = phase

    def _end(self, delay: float | None = None) -> None:
        time.sleep(self.delay if delay is None else delay)
        os.kill(os.getpid(), signal.SIGKILL)


class Counted:
    """A connection whose statements are steps."""

    def __init__(self, con: Any, clock: Clock) -> None:
        self._con, self._clock = con, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def execute(self, *args: Any, **options: Any) -> Any:
        self._clock.tick()
        return self._con.execute(*args, **options)

    def cursor(self) -> Counted:
        return Counted(self._con.cursor(), self._clock)


def watch(clock: Clock) -> None:
    """Puts the clock into the loader."""

    def step(module: Any, name: str, phase: str | None = None) -> None:
        inner: Callable[..., Any] = getattr(module, name)

        def outer(*args: Any, **options: Any) -> Any:
            if phase:
                clock.enter(phase)
            clock.tick()
            return inner(*args, **options)

        setattr(module, name, outer)

    connect = store.connect
    store.connect = lambda path: Counted(connect(path), clock)  # type: ignore[assignment,return-value]
    step(settle, "settle", "settle")
    step(investigation.Case, "_judge", "judge")
    step(screen, "build", "screen")
    step(generation.Writer, "publish", "publish")
    step(plan.Plan, "tasks", "fill")
    for module, name in ((os, "fsync"), (os, "replace"), (journal, "append")):
        step(module, name)


def main() -> None:
    case, phase, number, delay = (*sys.argv[1:], "", "", "")[:4]
    plan.CHUNK_BYTES, run.FEW_CHUNKS, run.SOME_CHUNKS, store.ROW_GROUP = 8_000, 2, 1000, 60
    clock = Clock(phase or None, int(number or 0), float(delay or 0))
    watch(clock)
    investigation.open_case(case).load(jobs=2)
    clock.enter("done")
    print(json.dumps(clock.counts))


if __name__ == "__main__":
    main()
