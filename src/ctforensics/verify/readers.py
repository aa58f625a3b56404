"""Reading in processes of their own, where there is enough to read: opening, inflating and hashing on all cores.

The processes see no more than file names and say only what is plainly a log file or a digest; whatever else there is this process looks at
itself, so that every verdict comes from the same code. Answers come in the order of the walk. While the processes begin, this one reads.
"""

from __future__ import annotations

import marshal
import threading
from collections import deque
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter
from queue import SimpleQueue

from ctforensics.errors import EvidenceError
from ctforensics.evidence.child import Child, can_begin, receive, send
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import Located
from ctforensics.verify.reader import MOST, Said

ENOUGH = 3_000
"""Files from which on it pays to begin processes."""
_AHEAD = 3


class Reader:
    """One process that reads. A thread of ours hands it its questions, so that nobody waits for a full pipe.

    ``ready`` says that it can be asked, ``asked`` how often it was and has not answered, ``settled`` that it is known whether it is ready.
    """

    def __init__(self, limits: Limits) -> None:
        self.ready, self.settled, self.asked = False, threading.Event(), 0
        self._child = Child("ctforensics.verify.reader")
        self._questions: SimpleQueue[bytes | None] = SimpleQueue()
        most = (limits.stored, min(limits.inflated, MOST), limits.ratio, limits.small)
        self._questions.put(marshal.dumps(most))
        self._thread = threading.Thread(target=self._feed, name="verify-reader", daemon=True)
        self._thread.start()

    def _feed(self) -> None:
        self.ready = self._child.is_ours()
        self.settled.set()
        try:
            while self.ready and (question := self._questions.get()) is not None:
                send(self._child.sink, question)
        except (OSError, ValueError):
            return  # it has ended: whoever waits for its answer is told

    def ask(self, chunk: list[Located]) -> None:
        """Has a chunk read."""
        self.asked += 1
        names = ["" if located.refused else located.file_name or "" for located in chunk]
        self._questions.put(marshal.dumps(names))

    def answer(self) -> list[Said]:
        """What it says to the oldest question that is open. Raises EvidenceError where it has ended."""
        try:
            said: list[Said] = marshal.loads(receive(self._child.source))
        except (EOFError, OSError, ValueError) as error:
            raise EvidenceError(
                f"A process that reads evidence ended with code {self._child.kill()}.",
                hint="Nothing was judged: run it again, with --jobs 1 to see the fault itself.",
            ) from error
        self.asked -= 1
        return said

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._child.has_ended

    def end(self) -> None:
        """Ends the process."""
        self._questions.put(None)
        self._child.kill()
        self._thread.join(1)
        self._child.close()


def begin(jobs: int, limits: Limits) -> list[Reader]:
    """So many readers, or none where no process can be begun."""
    readers: list[Reader] = []
    try:
        for _ in range(jobs if can_begin() else 0):
            readers.append(Reader(limits))
    except OSError:
        pass  # the system has no process to spare: what was begun reads, or this one alone
    return readers


def in_order(
    source: Iterator[Located], readers: list[Reader], size: int
) -> Iterator[tuple[list[Located], list[Said] | None]]:
    """Chunks in the order of the walk with what a reader said of them, or None where this process has to look itself."""
    pending: deque[tuple[list[Located], Reader | None]] = deque()
    while chunk := list(islice(source, size)):
        reader = _free(readers) if any(located.file_name for located in chunk) else None
        if reader:
            reader.ask(chunk)
        pending.append((chunk, reader))
        while pending and (pending[0][1] is None or not _free(readers) or len(pending) > len(readers) * _AHEAD):
            yield _answered(*pending.popleft())
    while pending:
        yield _answered(*pending.popleft())


def _free(readers: list[Reader]) -> Reader | None:
    """The reader that has least to do, if any is ready for more."""
    free = [reader for reader in readers if reader.ready and reader.asked < _AHEAD]
    return min(free, key=attrgetter("asked")) if free else None


def _answered(chunk: list[Located], reader: Reader | None) -> tuple[list[Located], list[Said] | None]:
    return chunk, reader.answer() if reader else None
