"""Opening every object once: its kind by its content, the hash of its content, and nothing else kept.

Where there are many files it runs in processes of its own (``readers``), where reading means waiting in threads; results come back in
the order of the walk, so that the same evidence gives the same run.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain, count, islice
from typing import Any

from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.evidence.roots import Located
from ctforensics.verify import digests, lake, reader, readers, usual
from ctforensics.verify.digests import Facts, Listed
from ctforensics.verify.ledger import Ledger, printable
from ctforensics.verify.spool import PARTS

LIMITS = door.Limits(stored=1 << 28, inflated=1 << 28)
_CHUNK = 128
_PATIENCE = 4  # chunks in a row in which every second file had to be waited for
_LOG = re.compile(rb"\s*\{\s*\"Records\"\s*:")
_HASH = 32
_DIGEST_MARKS = (b'"digestS3Object"', b'"digestEndTime"', b'"digestStartTime"', b'"digestS3Bucket"')

# kind, sha, joined, flags, fault, digest, listed, sign file
Odd = tuple[str, bytes | None, bytes | None, str | None, str | None, Facts | None, list[Listed] | None, Any]
Look = bytes | Odd
"""What one look at an object gave: of a clean log file as CloudTrail writes it nothing but the hash of its content."""


def look(located: Located, limits: door.Limits = LIMITS) -> Look:
    """Opens one object and says what it is. Never raises for what is wrong with the evidence."""
    content = door.clean_file(located, limits)
    if content is not None:
        said = reader.plainly(content)
        if said is not None:
            return _heard(said, limits)
        if _kind_by_content(content, located.path) != "lake_result":  # of which the stored bytes are wanted
            return _look_at(content, located.path, limits)
    del content  # it may be large, and is read anew
    return _look_carefully(located, limits)


def _heard(said: bytes, limits: door.Limits) -> Look:
    """What it is of which a reader said so much: a hash alone is that of a log file, behind that of a digest stands its content."""
    sha = said[:_HASH]
    return said if len(said) == _HASH else _look_at_digest(said[_HASH:], b"", sha, None, None, limits)


def _look_carefully(located: Located, limits: door.Limits) -> Look:
    path = located.path
    try:
        stored = door.read_stored(located, limits)
        inflated = door.inflate(stored, limits, gz_name=path.endswith(".gz"))
    except EvidenceError as error:
        if _kind_by_name(path) == "lake_result" and (large := door.sha256_of_file(located)):
            return (
                "lake_result",
                large,
                None,
                None,
                None,
                None,
                None,
                None,
            )  # it is hashed as it is stored, and may be of any size
        fault = f"{error.message} {error.hint}" if error.hint else error.message
        return _kind_by_name(path), None, None, None, fault, None, None, None
    if not inflated.flags and inflated.content.startswith(reader.USUAL_LOG):
        return hashlib.sha256(inflated.content).digest()
    return _look_at(inflated.content, path, limits, inflated, stored)


def _look_at(
    content: bytes | bytearray,
    path: str,
    limits: door.Limits,
    inflated: door.Inflated | None = None,
    stored: bytes = b"",
) -> Look:
    """What a content is; ``inflated`` and ``stored`` are wanted where its container is not known to be clean."""
    sha = hashlib.sha256(content).digest()
    rest, flags = (inflated.rest, " ".join(inflated.flags) or None) if inflated else (b"", None)
    joined = hashlib.sha256(content + rest).digest() if rest else None
    kind = _kind_by_content(content, path)
    if kind == "digest":
        return _look_at_digest(content, rest, sha, joined, flags, limits)
    if kind == "lake":
        sign = digests.too_much(content, limits.digest) or lake.parse(content)
        return kind, sha, joined, flags, None, None, None, sign
    if kind == "lake_result":
        # CloudTrail Lake signs the compressed file, not its content.
        return kind, hashlib.sha256(stored).digest(), None, flags, None, None, None, None
    return kind, sha, joined, flags, None, None, None, None


def _look_at_digest(
    content: bytes | bytearray, rest: bytes, sha: bytes, joined: bytes | None, flags: str | None, limits: door.Limits
) -> Look:
    refused = digests.too_much(content, limits.digest) or digests.too_much(rest, limits.digest)
    if refused:
        return "digest", sha, joined, flags, f"D_BAD_FORMAT: {refused}", None, None, None
    fault = None
    try:
        name = sha.hex()
        digest, listed = usual.read(content, name) or digests.parse(content, name)
        if rest:
            fault = "D_BAD_FORMAT: more content follows the digest in the same file"
        return "digest", sha, joined, flags, fault, digest, listed, None
    except digests.BadSchema as error:
        fault = f"D_BAD_SCHEMA: {error}"
    except digests.BadFormat as error:
        fault = f"D_BAD_FORMAT: {error}"
        if rest and joined:
            return _look_at_split_digest(bytes(content) + rest, joined, flags, fault)
    return "digest", sha, joined, flags, fault, None, None, None


def _look_at_split_digest(whole: bytes, joined: bytes, flags: str | None, fault: str) -> Look:
    try:
        digest, listed = digests.parse(whole, joined.hex())
    except (digests.BadFormat, digests.BadSchema):
        return "digest", joined, None, flags, fault, None, None, None
    return "digest", joined, None, "container:split", None, digest, listed, None


def _kind_by_content(content: bytes | bytearray, path: str) -> str:
    head = content[:4096]
    if _LOG.match(head):
        return (
            "log" if b'"eventVersion"' in head or b'"eventTime"' in head or len(content) < 64 else _kind_by_name(path)
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        if any(mark in content for mark in _DIGEST_MARKS):
            return "digest"
        if b'"hashSignature"' in content and b'"files"' in content:
            return "lake"
    return _kind_by_name(path)


def _kind_by_name(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    if "_CloudTrail-Digest_" in name and name.endswith((".json.gz", ".json")):
        return "digest"
    if "_CloudTrail_" in name and name.endswith((".json.gz", ".json")):
        return "log"
    if name == lake.SIGN_NAME:
        return "lake"
    if lake.RESULT_NAME.fullmatch(name):
        return "lake_result"
    return "other"


def read_all(
    objects: Iterable[Located],
    ledger: Ledger,
    *,
    registered: bool,
    jobs: int = 2,
    progress: Callable[[int], None] | None = None,
    limits: door.Limits = LIMITS,
) -> lake.SignFiles:
    """Looks at every object and writes the ledger. Returns the sign files of CloudTrail Lake, which are few."""
    signs: lake.SignFiles = []
    number, parts, root = 0, ledger.logs.parts, None
    with closing(_in_order(objects, jobs, limits)) as looked_at:
        for chunk, looks in looked_at:
            odd, found = [], []
            paths, places = _paths_and_places(chunk, ledger, registered)
            for located, path, place, seen in zip(chunk, paths, places, looks, strict=True):
                number += 1
                if located.root != root:
                    root, ledger.places_differ = located.root, root is None and ledger.places_differ
                if isinstance(seen, bytes):
                    parts[seen[0] % PARTS].append((seen, place, number, root, None if path is place else path))
                    continue
                kind, sha, joined, flags, fault, digest, listed, sign = seen
                odd.append((number, root, path if path is not place else None, place, kind, sha, joined, flags, fault))
                if digest is not None and listed is not None:
                    found.append((number, digest, listed))
                elif kind == "lake":
                    signs.append((number, path, sign))
            ledger.logs.added(len(chunk) - len(odd))
            ledger.add_seen(odd)
            ledger.add_digests(found)
            if progress:
                progress(number)
    ledger.finish_taking_in()
    return signs


def _paths_and_places(chunk: list[Located], ledger: Ledger, registered: bool) -> tuple[list[str], list[str]]:
    """Paths as text, and the part of each that can be a key or what the register says; one object where they are the same."""
    paths = [located.path for located in chunk]
    joined = "\n".join(paths)
    if not registered and joined.isascii() and "./" not in joined and "!/" not in joined:
        return paths, paths
    ledger.places_differ = False
    places = []
    for number, located in enumerate(chunk):
        path = paths[number] = printable(located.path)
        place = (ledger.known_place(located.root, located.path) if registered else None) or place_of(path)
        places.append(path if place == path else place)
    return paths, places


def place_of(path: str) -> str:
    """The part of a path that can be a key: what stands behind the names of containers."""
    inner = path.rsplit("!/", 1)[-1] if "!/" in path else path
    return inner.removeprefix("./")  # `tar -C mirror .` writes names so


def _in_order(
    objects: Iterable[Located], jobs: int, limits: door.Limits
) -> Generator[tuple[list[Located], list[Look]]]:
    """Chunks of objects with what they are. Where there are many files, processes read them."""
    source = iter(objects)
    if jobs > 1:
        ahead = deque(islice(source, readers.ENOUGH))
        source = chain(_drained(ahead), source)
        if len(ahead) >= readers.ENOUGH and any(located.file_name for located in ahead):
            begun = readers.begin(jobs, limits)
            try:
                for chunk, said in readers.in_order(source, begun, _CHUNK):
                    yield chunk, _look_at_chunk(chunk, limits) if said is None else _heard_of(chunk, said, limits)
            finally:
                for one in begun:
                    one.end()
            return
    yield from _here(source, jobs, limits)


def _drained(ahead: deque[Located]) -> Iterator[Located]:
    while ahead:
        yield ahead.popleft()


def _heard_of(chunk: list[Located], said: list[bytes | None], limits: door.Limits) -> list[Look]:
    return [
        _look_carefully(located, limits) if heard is None else heard if len(heard) == _HASH else _heard(heard, limits)
        for located, heard in zip(chunk, said, strict=True)
    ]


def _here(source: Iterator[Located], jobs: int, limits: door.Limits) -> Iterator[tuple[list[Located], list[Look]]]:
    """Threads only cost where files come at once (from memory, from a fast disk): they begin where reading means waiting."""
    slow = 0
    while jobs < 2 or slow < _PATIENCE:
        chunk = list(islice(source, _CHUNK))
        if not chunk:
            return
        before = _waits()
        looks = _look_at_chunk(chunk, limits)
        slow = slow + 1 if _waits() - before >= len(chunk) / 2 else 0
        yield chunk, looks
    yield from _in_threads(source, jobs, limits)


_waited = count(0, _CHUNK)


def _waits() -> int:
    """How often this thread had to wait until now; where the system does not say (it does on Linux), always more often."""
    if sys.platform == "linux":
        import resource

        return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
    return next(_waited)


def _in_threads(
    source: Iterator[Located], jobs: int, limits: door.Limits
) -> Iterator[tuple[list[Located], list[Look]]]:
    waiting: deque[tuple[list[Located], Future[list[Look]]]] = deque()
    with ThreadPoolExecutor(jobs, thread_name_prefix="verify") as pool:
        while True:
            while len(waiting) < jobs * 2 and (chunk := list(islice(source, _CHUNK))):
                waiting.append((chunk, pool.submit(_look_at_chunk, chunk, limits)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            yield chunk, future.result()


def _look_at_chunk(chunk: list[Located], limits: door.Limits) -> list[Look]:
    return [look(located, limits) for located in chunk]
