"""A Python process beside this one, with which this one talks through pipes: frames of bytes, each behind its length.

It is a new interpreter, never a fork, so that it works from notebooks, from threads and on every system. It
ends with its parent: a closed pipe is the end of work. It imports next to nothing, because the child begins with it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

HELLO = b"ctforensics child 1"


def send(stream: BinaryIO, data: bytes) -> None:
    """Writes one frame."""
    stream.write(len(data).to_bytes(8, "little") + data)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    """Reads one frame. Raises EOFError where the other end is closed."""
    size = stream.read(8)
    data = stream.read(int.from_bytes(size, "little")) if len(size) == 8 else b""
    if len(size) < 8 or len(data) < int.from_bytes(size, "little"):
        raise EOFError("the other end was closed")
    return data


def can_begin() -> bool:
    """Whether there is an interpreter to begin a child with: not inside a program that was frozen into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Child:
    """One child process that runs the ``main`` of a module. It says ``HELLO`` when it is ready; whoever says anything else is none of ours."""

    def __init__(self, module: str) -> None:
        import subprocess

        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        # Without ``site``: what that finds stands in our sys.path already, and looking for it takes longer than all else.
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-P", "-c", f"from {module} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert self._process.stdin and self._process.stdout
        self.source: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self.sink: BinaryIO = self._process.stdin  # type: ignore[assignment]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def is_ours(self) -> bool:
        """Waits for the first word of the child; false where it is another one, or the child has ended."""
        try:
            return self.source.read(len(HELLO)) == HELLO
        except (OSError, ValueError):
            return False

    def kill(self) -> int:
        """Ends the process, whatever it is doing, and returns its exit code (its own, where it had ended before)."""
        self._process.kill()
        return self._process.wait()

    def close(self) -> None:
        """Closes the pipes of a process that has ended."""
        for stream in (self.sink, self.source):
            try:
                stream.close()
            except (OSError, ValueError):
                pass  # what was not written yet is wanted by nobody any more
