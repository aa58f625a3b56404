"""A process that does nothing but read: it opens files, inflates and hashes them, and says what it saw. See ``readers``.

It imports next to nothing, so that it is ready in a few hundredths of a second.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys

from ctforensics.evidence import clean
from ctforensics.evidence.child import HELLO, receive, send

USUAL_LOG, _USUAL_DIGEST = b'{"Records":[{"eventVersion"', b'"digestStartTime"'
_DIGEST_AT = len(b'{"awsAccountId":"111122223333",')
MOST = 1 << 26
"""Bytes of content up to which files are read here: several of these processes must not hold more than one run may."""
_LONGEST_DIGEST = 1 << 18
_ANSWER = 1 << 21

Said = bytes | None
"""Of a clean log file as CloudTrail writes it the hash of its content, of a clean digest hash and content, of all else nothing."""


def plainly(content: bytes | bytearray) -> Said:
    """What the content of a clean file is, if it is plainly a log file or a digest."""
    if content.startswith(USUAL_LOG):
        return hashlib.sha256(content).digest()
    if content.startswith(_USUAL_DIGEST, _DIGEST_AT) and len(content) <= _LONGEST_DIGEST:
        return hashlib.sha256(content).digest() + content
    return None


def _look(file: str, stored: int, inflated: int, ratio: int, small: int) -> Said:
    data = clean.stored(file, stored) if file else None
    content = clean.member(data, inflated, ratio, small) if data else None
    return None if content is None else plainly(content)


def answer(files: list[str], limits: tuple[int, int, int, int]) -> list[Said]:
    """What some files are. Digests beyond a few megabytes in one answer are left to whoever asked."""
    said, left = [], _ANSWER
    for file in files:
        seen = _look(file, *limits) if left > 0 else None
        left -= len(seen) if seen else 0
        said.append(seen)
    return said


def serve() -> None:
    """The life of a reader: limits, then names of files until the input is closed."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(HELLO)
    sink.flush()
    try:
        limits = marshal.loads(receive(source))
        while True:
            send(sink, marshal.dumps(answer(marshal.loads(receive(source)), limits)))
    except EOFError:
        return


def main() -> None:
    """What the process does; it never comes back."""
    try:
        serve()
        os._exit(0)  # every answer was flushed; there is nothing to take apart
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(130)
