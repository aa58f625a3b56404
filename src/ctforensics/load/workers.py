"""Processes that read evidence while this one writes the database.

They are plain ``python -m`` children that talk through their standard streams, so that they work from notebooks and scripts on every
system, and end with their parent: a closed pipe is the end of work. Answers come in the order of the questions.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import IO

import msgspec
import pyarrow as pa

from ctforensics.case.folder import CaseFolder
from ctforensics.errors import EvidenceError, ForensicsError
from ctforensics.load.options import Options
from ctforensics.load.reader import Chunk, Reader
from ctforensics.load.task import Task

_AHEAD = 10
_COLLECT = 32
_TABLES = ("files", "events", "sources", "rejects", "aggregated")
# glibc gives large blocks back to the system at once, and every new page costs more than what we write into it.
_KEEP_PAGES = {"MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 27)}
_tasks = msgspec.msgpack.Decoder(list[Task])


def here(folder: CaseFolder, chunks: Iterable[list[Task]], options: Options) -> Iterator[Chunk]:
    """Reads chunks in this process, one after the other."""
    for chunk in chunks:
        yield Reader(folder, options).read(chunk)


def apart(folder: CaseFolder, chunks: Iterable[list[Task]], options: Options, jobs: int) -> Iterator[Chunk]:
    """Reads chunks in ``jobs`` processes, some ahead of what is taken, and gives them in their order."""
    workers = [_Worker(folder, options) for _ in range(jobs)]
    idle = deque(workers)
    pending: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(jobs) as threads:

        def run(chunk: list[Task]) -> Chunk:
            worker = idle.popleft()
            try:
                return worker.read(chunk)
            finally:
                idle.append(worker)

        try:
            for chunk in chunks:
                pending.append(threads.submit(run, chunk))
                if len(pending) >= jobs * _AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
            for worker in workers:
                worker.close()


class _Worker:
    """One child process."""

    def __init__(self, folder: CaseFolder, options: Options) -> None:
        environment = {**_KEEP_PAGES, **os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ctforensics.load.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._send(msgspec.msgpack.encode((str(folder.path), msgspec.to_builtins(options))))

    def read(self, chunk: list[Task]) -> Chunk:
        """Has a chunk read. Raises EvidenceError where the process died."""
        try:
            self._send(msgspec.msgpack.encode(chunk))
            assert self.process.stdout
            tables = [pa.ipc.open_stream(pa.py_buffer(_receive(self.process.stdout))).read_all() for _ in _TABLES]
        except (EOFError, OSError) as error:
            code = self.process.wait()
            first = chunk[0].path if chunk else ""
            raise EvidenceError(
                f"A reader process ended with code {code}.",
                where=first,
                hint="Nothing that was stored is lost: run the load again, with --jobs 1 to see the fault itself.",
            ) from error
        return Chunk(*tables)

    def _send(self, data: bytes) -> None:
        assert self.process.stdin
        _write(self.process.stdin, data)

    def close(self) -> None:
        """Ends the process by closing its input."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:
                    pass  # it ended before; what it had to say was read or is asked for again
        self.process.terminate()
        self.process.wait()


def _write(stream: IO[bytes], data: bytes | pa.Buffer) -> None:
    stream.write(len(data).to_bytes(8, "little"))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    size = stream.read(8)
    if len(size) < 8:
        raise EOFError("the other end was closed")
    data: bytes = stream.read(int.from_bytes(size, "little"))
    return data


def _pack(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


class _Without:
    """A finder that finds no pandas: Arrow asks it about every array, readers have none, and importing it takes longer than a small load."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("not in a reader process", name=name)


def serve() -> None:
    """The life of a worker: options, then chunk after chunk until the input is closed."""
    sys.meta_path.insert(0, _Without)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    where, said = msgspec.msgpack.decode(_receive(source))
    folder, options = CaseFolder(Path(where)), msgspec.convert(said, Options)
    gc.disable()  # a chunk is a great many dicts and no circles: now and then is enough
    for number in count():
        try:
            chunk = _tasks.decode(_receive(source))
        except EOFError:
            return
        read = Reader(folder, options).read(chunk)
        for name in _TABLES:
            _write(sink, _pack(getattr(read, name)))
        del read
        if number % _COLLECT == _COLLECT - 1:
            gc.collect()


if __name__ == "__main__":
    try:
        serve()
        os._exit(0)  # every answer was flushed; taking an interpreter with a compiler in it apart takes a while
    except ForensicsError as error:
        print(f"ctforensics: {error.sentence()}", file=sys.stderr)
        sys.exit(2)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(130)
