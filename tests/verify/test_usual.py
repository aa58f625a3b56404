"""The quick way of reading a digest gives what the careful one gives, or nothing."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from support.digest_archive import Archive
from support.digest_cases import place, usual

from ctforensics.practice.maker import digest_content
from ctforensics.verify import digests
from ctforensics.verify.usual import read

SHA256 = "ab" * 32
PIECES = (b'"', b"\\", b"\xff", b"\0", b"\\u0000", b"\\ud800", b"\n", b"null", b",", b"{}", b"\xc3\xa9", b'\\"', b"\\/")
VALUES = (b"null", b"7", b'""', b'"x"', b"[]", b'"../../x"', b'"2024-02-30T00:00:00Z"', b'"2024-03-09T24:00:00Z"')


def parsed(content: bytes) -> object:
    try:
        return digests.parse(content, SHA256)
    except (digests.BadFormat, digests.BadSchema):
        return None


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A byte flipped, cut or put in, a value replaced, a member doubled, renamed or gone."""
    out, at = bytearray(content), chance.randrange(len(content))
    member = chance.choice(list(re.finditer(rb'"[^"]*":("[^"]*"|null)', content)))
    match chance.randrange(6):
        case 0:
            out[at] ^= 1 << chance.randrange(8)
        case 1:
            out[at:at] = chance.choice(PIECES)
        case 2:
            del out[at : at + chance.choice((1, 2, 10))]
        case 3:
            out[member.start(1) : member.end(1)] = chance.choice(VALUES)
        case 4:
            out[member.start() : member.end()] = member[0] + b"," + member[0]
        case _:
            out[member.start() : member.end()] = chance.choice(
                (b'"x":1', member[0].upper(), b'"\\u0061' + member[0][1:])
            )
    return bytes(out)


def test_every_digest_as_cloudtrail_writes_it_is_read_the_quick_way(clean: Archive):
    contents = [clean.content(key) for key in clean.objects if "-Digest" in key[1]]
    assert len(contents) == 8
    for content in contents:
        assert read(content, SHA256) == digests.parse(content, SHA256)


def test_a_digest_that_is_unusual_in_any_way_is_read_the_same_way_or_not_at_all(archive: Archive):
    content, chance = archive.content(place(usual(archive, 3).digests[-1])), random.Random(3)
    tried = [mutated(content, chance) for _ in range(600)]
    quick = [(read(one, SHA256), parsed(one)) for one in tried]
    assert all(seen is None or seen == careful for seen, careful in quick)
    assert sum(seen is not None for seen, _ in quick) > 20


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(extra="x"),
        lambda d: d.update(digestSignatureAlgorithm="SHA1withRSA"),
        lambda d: d.update(previousDigestHashAlgorithm="SHA-1"),
        lambda d: d.update(digestPublicKeyFingerprint=d["digestPublicKeyFingerprint"].upper()),
        lambda d: d.update(digestEndTime="2024-03-09T20:17:29Z"),
        lambda d: d["logFiles"][0].update(hashAlgorithm="SHA-1"),
        lambda d: d["logFiles"][0].update(hashValue="a " * 32),
        lambda d: d["logFiles"][0].update(s3Object="elsewhere/" + d["logFiles"][0]["s3Object"]),
        lambda d: d["logFiles"][0].update(oldestEventTime="2024-03-09T20:00:00Z\n2024-03-09T20:00:00Z"),
    ],
)
def test_what_needs_judgement_is_left_to_the_careful_way(change: Callable[[dict[str, Any]], None], archive: Archive):
    digest = json.loads(archive.content(place(usual(archive, 3).digests[-1])))
    change(digest)
    assert read(digest_content(digest), SHA256) is None
