"""Tampering and fault cases of log file integrity, each made out of a signed practice archive, with its verdict."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization

from ctforensics.clock import parse_instant
from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import Delivered, Sealed, TrailMaker, digest_content
from ctforensics.trail import object_keys
from ctforensics.trail.digest import signing_text
from ctforensics.trail.signature import fingerprint
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION, Archive, record

FORGED = b'{"Records":[{"eventVersion":"1.08","eventTime":"2024-03-09T22:00:00Z","eventID":"forged"}]}'


@dataclass
class Case:
    """How it is made, and what must come out: ``codes`` are those that are not plainly ok."""

    name: str
    make: Callable[[Archive], None]
    authentic: str
    codes: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    incomplete: bool = False
    rotations: int | None = None
    heads: int = 1
    counts: dict[str, int] = field(default_factory=dict)


CASES: dict[str, Case] = {}


def case(name: str, authentic: str, findings: str = "", **options: Any) -> Callable[..., Callable[[Archive], None]]:
    """Registers a case. Options: incomplete, rotations (hours after which the key changes), heads, counts, and codes."""
    own = {n: options.pop(n) for n in ("incomplete", "rotations", "heads", "counts") if n in options}
    named = findings.split()
    own.setdefault("incomplete", bool(named))

    def register(make: Callable[[Archive], None]) -> Callable[[Archive], None]:
        CASES[name] = Case(name, make, authentic, options, named, **own)
        return make

    return register


def build(name: str) -> tuple[Archive, Case]:
    """The archive of a case."""
    known = CASES[name]
    rotations = [] if known.rotations is None else [FIRST + known.rotations * HOUR - timedelta(minutes=30)]
    archive = Archive("cases", rotations)
    known.make(archive)
    return archive, known


def window(archive: Archive, hours: int, first: int = 0) -> None:
    archive.window = {"since": FIRST + (first - 1) * HOUR, "until": FIRST + (hours - 1) * HOUR}


def usual(archive: Archive, hours: int = 8, **options: Any) -> TrailMaker:
    """A trail of so many hours, two log files each; the window is all of it."""
    maker = archive.maker(**options)
    archive.hours(maker, hours)
    window(archive, hours)
    return maker


def place(sealed: Sealed) -> tuple[str, str]:
    return sealed.bucket, sealed.key


def logs_of(archive: Archive, sealed: Sealed) -> list[tuple[str, str]]:
    listed = json.loads(archive.content(place(sealed)))["logFiles"]
    return [(log["s3Bucket"], log["s3Object"]) for log in listed]


def a_log(archive: Archive, maker: TrailMaker, hour: int = 3) -> tuple[str, str]:
    return logs_of(archive, maker.digests[hour])[0]


def edit(archive: Archive, sealed: Sealed, change: Callable[[dict[str, Any]], None], sign: Any = None) -> None:
    """Changes a digest; with ``sign`` (a KeyRing) it is signed anew."""
    digest = json.loads(archive.content(place(sealed)))
    change(digest)
    content = digest_content(digest)
    archive.put(place(sealed), content)
    if sign is not None:
        key = sign.signing(REGION, sealed.end)
        sha256 = hashlib.sha256(content).hexdigest()
        head = archive.sink.metadata[f"{sealed.bucket}/{sealed.key}"]["Metadata"]
        head["signature"] = key.sign(signing_text(digest, sha256))


def head_of(archive: Archive, sealed: Sealed) -> dict[str, str]:
    return archive.sink.metadata[f"{sealed.bucket}/{sealed.key}"]["Metadata"]


def delete(archive: Archive, *places: tuple[str, str]) -> None:
    for where in places:
        del archive.objects[where]
        archive.sink.metadata.pop(f"{where[0]}/{where[1]}", None)


def move(archive: Archive, old: tuple[str, str], new: tuple[str, str]) -> None:
    archive.objects[new] = archive.objects.pop(old)
    head = archive.sink.metadata.pop(f"{old[0]}/{old[1]}", None)
    if head:
        archive.sink.metadata[f"{new[0]}/{new[1]}"] = head


# -- what must not alarm ------------------------------------------------------------------------------------------


@case("A01", "ok", counts={"digest": 8, "log": 16})
def clean(a: Archive) -> None:
    usual(a)


@case("A02", "ok", heads=3)
def multi_region(a: Archive) -> None:
    for region in ("us-east-1", "eu-west-1", "ap-southeast-2"):
        a.hours(a.maker(region=region), 26, logs=1)
    window(a, 26)


@case("A03", "ok", heads=6)
def organization(a: Archive) -> None:
    for account in ("111122223333", "444455556666", "777788889999"):
        for region in ("us-east-1", "eu-west-1"):
            a.hours(a.maker(account=account, region=region, organization="o-abc123defg", prefix="org"), 3)
    window(a, 3)


@case("A04", "ok")
def prefix(a: Archive) -> None:
    usual(a, prefix="two/segments")


@case("A05", "ok", "G_GAP", heads=2)
def stopped_and_restarted(a: Archive) -> None:
    maker = a.maker()
    a.hours(maker, 3)
    maker.stop(FIRST + 3 * HOUR)
    maker.restart(FIRST + 7 * HOUR)
    a.hours(maker, 2, first=FIRST + 8 * HOUR)
    window(a, 10)


@case("A06", "ok")
def hours_without_logs(a: Archive) -> None:
    maker = a.maker()
    for hour in range(8):
        a.hours(maker, 1, first=FIRST + hour * HOUR, logs=2 if hour in (1, 4, 6) else 0)
    window(a, 8)


@case("A07", "ok", rotations=4)
def rotation(a: Archive) -> None:
    usual(a)


@case("A08", "ok", heads=2, counts={"digest": 9, "log": 17})
def backfill(a: Archive) -> None:
    maker = usual(a)
    end = FIRST + 3 * HOUR
    missed = maker.deliver([record(end - HOUR, "missed")], end - timedelta(minutes=30), listed=False)
    maker.backfill([missed], end, generated=end + 5 * HOUR)


@case("A09", "ok", counts={"digest": 8, "log": 16})
def other_bucket(a: Archive) -> None:
    a.bucket_folders = True
    maker = a.maker()
    a.hours(maker, 4)
    maker.bucket = "the-new-bucket"
    a.hours(maker, 4, first=FIRST + 4 * HOUR)
    window(a, 8)


@case("A10", "unknown", "G_HEAD_SHORT", L_UNDIGESTED_TAIL=2)
def not_digested_yet(a: Archive) -> None:
    maker = usual(a)
    for minutes in (15, 40):
        at = FIRST + 7 * HOUR + timedelta(minutes=minutes)
        maker.deliver([record(at, f"tail {minutes}")], at, listed=False)
    window(a, 9)


@case("A11", "ok", counts={"digest": 5, "log": 10})
def expired(a: Archive) -> None:
    maker = usual(a)
    for sealed in maker.digests[:3]:
        delete(a, *logs_of(a, sealed), place(sealed))
    window(a, 8, first=3)


@case("A12", "ok", heads=2)
def two_trails(a: Archive) -> None:
    for name in ("management-events", "second"):
        a.hours(a.maker(trail=name), 5, logs=1)
    window(a, 5)


@case("A13", "ok")
def key_as_subject_public_key_info(a: Archive) -> None:
    a.ring = SpkiRing("cases", FIRST, [])
    usual(a, 4)


class SpkiRing(KeyRing):
    """Publishes its keys as SubjectPublicKeyInfo, and names them so in digests."""

    def signing(self, region: str, at: Any) -> Any:
        key = super().signing(region, at)
        public = key.private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        key.__dict__["der"] = public.public_bytes(serialization.Encoding.DER, form)
        key.__dict__["fingerprint"] = fingerprint(key.der)
        return key


@case("A14", "ok")
def gzipped_anew(a: Archive) -> None:
    maker = usual(a, 4)
    for where in (a_log(a, maker, 1), place(maker.digests[2])):
        content = a.content(where)
        body = zlib.compressobj(1, zlib.DEFLATED, -15)
        raw = body.compress(content) + body.flush()
        trailer = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
        a.objects[where] = b"\x1f\x8b\x08\x08\x78\x56\x34\x12\x00\x03name.json\x00" + raw + trailer


@case("A15", "anomaly", D_OK_CONTAINER=1, L_OK_CONTAINER=1)
def content_encoding_decoded(a: Archive) -> None:
    maker = usual(a, 3)
    for where in (a_log(a, maker, 1), place(maker.digests[1])):
        a.objects[where] = a.content(where)


@case("A16", "ok")
def odd_prefix(a: Archive) -> None:
    usual(a, 3, prefix="été +1%20 x/ü")


@case("A17", "ok")
def other_things_in_the_bucket(a: Archive) -> None:
    maker = usual(a, 3)
    log = a_log(a, maker, 1)
    a.objects[BUCKET, f"AWSLogs/{ACCOUNT}/CloudTrail/.marker"] = b""
    a.objects[BUCKET, ".DS_Store"] = b"\0\0\0\1Bud1"
    a.objects[BUCKET, log[1] + ".6eF2aBcD"] = a.objects[log][:100]
    maker.deliver([record(FIRST, "insight")], FIRST - timedelta(minutes=20), listed=False, kind="CloudTrail-Insight")


@case("A18", "ok", counts={"digest": 4, "log": 8}, heads=0)
def middle_hours(a: Archive) -> None:
    usual(a)
    window(a, 6, first=2)


@case("A19", "ok", counts={"digest": 4, "log": 8}, heads=0)
def window_with_an_offset(a: Archive) -> None:
    usual(a)
    since, until = FIRST + HOUR + 5 * HOUR, FIRST + 5 * HOUR + 5 * HOUR
    a.window = {
        "since": parse_instant(f"{since.isoformat()}+05:00"),
        "until": parse_instant(f"{until.isoformat()}+05:00"),
    }


@case("A20", "ok", counts={}, heads=0)
def window_before_the_first_digest(a: Archive) -> None:
    usual(a)
    a.window = {"since": FIRST - 9 * HOUR, "until": FIRST - 4 * HOUR}


@case("A21", "ok", heads=2, counts={"digest": 6, "log": 12})
def trail_whose_name_begins_like_another(a: Archive) -> None:
    for name in ("prod", "prod_us-east-1_x"):
        a.hours(a.maker(trail=name), 3)
    window(a, 3)


@case("A22", "ok", counts={"digest": 8, "log": 17})
def late_delivery(a: Archive) -> None:
    maker = a.maker()
    a.hours(maker, 5)
    at = FIRST + 4 * HOUR + timedelta(minutes=20)
    maker.deliver([record(at - 9 * HOUR, "hours older")], at)
    a.hours(maker, 3, first=FIRST + 5 * HOUR)
    window(a, 8)


@case("A23", "ok", counts={"digest": 3, "log": 202})
def many_logs_in_one_digest(a: Archive) -> None:
    maker = a.maker()
    for hour, logs in ((0, 1), (1, 200), (2, 1)):
        a.hours(maker, 1, first=FIRST + hour * HOUR, logs=logs)
    window(a, 3)


@case("A24", "ok", heads=2, counts={"digest": 5, "log": 8})
def listed_twice(a: Archive) -> None:
    maker = usual(a, 4)
    twice = next(log for log in _delivered(a, maker, 1))
    maker.backfill([twice], FIRST + HOUR, generated=FIRST + 4 * HOUR)


def _delivered(a: Archive, maker: TrailMaker, hour: int) -> list[Any]:
    listed = json.loads(a.content(place(maker.digests[hour])))["logFiles"]
    return [
        Delivered(x["s3Bucket"], x["s3Object"], x["hashValue"], x["oldestEventTime"], x["newestEventTime"])
        for x in listed
    ]


@case("A25", "ok")
def other_partition(a: Archive) -> None:
    usual(a, 3, region="us-gov-west-1", home_region="us-gov-west-1")


@case("A26", "ok", counts={"digest": 3, "log": 6})
def organization_without_arn(a: Archive) -> None:
    usual(a, 3, account="444455556666", organization="o-abc123defg")


@case("A27", "ok", counts={}, heads=0)
def region_never_written(a: Archive) -> None:
    usual(a, 3)
    a.options = {"regions": ["eu-north-1"]}


@case("A28", "ok", rotations=7)
def key_valid_after_the_digest_ends(a: Archive) -> None:
    usual(a)
    answer = a.ring.public_keys()
    last = FIRST + 7 * HOUR
    for key in answer["Regions"][REGION]:
        if key["ValidityStartTime"] == f"{last - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}":
            key["ValidityStartTime"] = f"{last + timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}"
    a.public_keys = answer


# -- log files ----------------------------------------------------------------------------------------------------


def on_a_log(change: Callable[[Archive, tuple[str, str]], None]) -> Callable[[Archive], None]:
    def make(a: Archive) -> None:
        change(a, a_log(a, usual(a)))

    return make


@case("B01", "fail", L_HASH=1)
@on_a_log
def field_changed(a: Archive, log: tuple[str, str]) -> None:
    a.put(log, a.content(log).replace(b"ListBuckets", b"ListBuckett"))


@case("B02", "fail", L_HASH=1)
@on_a_log
def record_removed(a: Archive, log: tuple[str, str]) -> None:
    a.put(log, b'{"Records":[]}')


@case("B03", "fail", L_FORMAT=1)
@on_a_log
def bit_flipped(a: Archive, log: tuple[str, str]) -> None:
    stored = bytearray(a.objects[log])
    stored[len(stored) // 2] ^= 4
    a.objects[log] = bytes(stored)


@case("B04", "fail", L_MISSING=1)
@on_a_log
def log_deleted(a: Archive, log: tuple[str, str]) -> None:
    delete(a, log)


@case("B05", "fail", L_FORMAT=1)
@on_a_log
def cut_in_half(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] = a.objects[log][: len(a.objects[log]) // 2]


@case("B06", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def trailer_missing(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] = a.objects[log][:-8]


@case("B07", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def checksum_altered(a: Archive, log: tuple[str, str]) -> None:
    stored = bytearray(a.objects[log])
    stored[-6] ^= 255
    a.objects[log] = bytes(stored)


@case("B08", "fail", L_TRAILING=1)
@on_a_log
def forged_member_appended(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] += gzip.compress(FORGED)


@case("B09", "fail", L_HASH=1)
@on_a_log
def forged_member_in_front(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] = gzip.compress(FORGED) + a.objects[log]


@case("B10", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def garbage_appended(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] += b"no gzip"


@case("B11", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def padded(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] += b"\0" * (4096 - len(a.objects[log]) % 4096)


@case("B12", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def empty_member_appended(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] += gzip.compress(b"")


@case("B13", "anomaly", L_OK_CONTAINER=1)
@on_a_log
def split_into_two_members(a: Archive, log: tuple[str, str]) -> None:
    content = a.content(log)
    a.objects[log] = gzip.compress(content[:40]) + gzip.compress(content[40:])


@case("B14", "fail", L_FORMAT=1)
@on_a_log
def zero_bytes(a: Archive, log: tuple[str, str]) -> None:
    a.objects[log] = b""


@case("B15", "fail", L_HASH=2)
def exchanged(a: Archive) -> None:
    maker = usual(a)
    one, two = a_log(a, maker, 2), a_log(a, maker, 5)
    a.objects[one], a.objects[two] = a.objects[two], a.objects[one]


# -- digests ------------------------------------------------------------------------------------------------------


@case("C01", "fail", "G_GAP", D_BAD_SIGNATURE=1, L_DIGEST_UNVERIFIED=2)
def log_and_its_hash_edited(a: Archive) -> None:
    maker = usual(a)
    log = a_log(a, maker)
    a.put(log, FORGED)
    sha256 = hashlib.sha256(FORGED).hexdigest()
    edit(a, maker.digests[3], lambda d: d["logFiles"][0].update(hashValue=sha256))


@case("C02", "fail", "G_GAP", D_BAD_SIGNATURE=1, L_DIGEST_UNVERIFIED=2)
def signed_with_another_key(a: Archive) -> None:
    maker = usual(a)
    log = a_log(a, maker)
    a.put(log, FORGED)
    sha256 = hashlib.sha256(FORGED).hexdigest()
    attacker = KeyRing("attacker", FIRST, [])
    edit(a, maker.digests[3], lambda d: d["logFiles"][0].update(hashValue=sha256), attacker)


@case("C03", "fail", "G_GAP", D_LINK_MISMATCH=1, L_DIGEST_UNVERIFIED=1, L_UNLISTED_UNCOVERED=1)
def signed_with_another_key_and_name(a: Archive) -> None:
    maker = usual(a)
    attacker = KeyRing("attacker", FIRST, [])
    name = attacker.signing(REGION, FIRST).fingerprint

    def change(digest: dict[str, Any]) -> None:
        digest["logFiles"].pop()
        digest["digestPublicKeyFingerprint"] = name

    edit(a, maker.digests[3], change, attacker)


@case("C04", "unknown", "G_HEAD_SHORT", D_NO_KEY=5, L_DIGEST_UNVERIFIED=10)
def chain_rebuilt(a: Archive) -> None:
    maker = a.maker()
    a.hours(maker, 3)
    maker.keys = KeyRing("attacker", FIRST, [])
    a.hours(maker, 5, first=FIRST + 3 * HOUR)
    window(a, 8)


@case("C05", "fail", "G_GAP", heads=2, D_MISSING=1, L_UNLISTED_UNCOVERED=2)
def digest_deleted(a: Archive) -> None:
    maker = usual(a)
    delete(a, place(maker.digests[3]))


@case("C06", "fail", "G_GAP", heads=2, D_MISSING=1, L_UNLISTED_UNCOVERED=4)
def two_digests_deleted(a: Archive) -> None:
    maker = usual(a)
    delete(a, place(maker.digests[3]), place(maker.digests[4]))


@case("C07", "unknown", "G_HEAD_SHORT", L_UNDIGESTED_TAIL=2)
def newest_digest_deleted(a: Archive) -> None:
    maker = usual(a)
    delete(a, place(maker.digests[-1]))


@case("C08", "ok", "G_HEAD_SHORT")
def newest_two_hours_deleted(a: Archive) -> None:
    maker = usual(a)
    for sealed in maker.digests[-2:]:
        delete(a, *logs_of(a, sealed), place(sealed))


@case("C09", "fail", incomplete=True, D_MISSING=1, L_UNLISTED_UNCOVERED=2)
def starting_digest_deleted(a: Archive) -> None:
    maker = usual(a)
    delete(a, place(maker.digests[0]))


@case("C10", "unknown", "G_NO_DIGESTS", L_UNLISTED_UNCOVERED=8, heads=0)
def all_digests_deleted(a: Archive) -> None:
    maker = usual(a, 4)
    delete(a, *map(place, maker.digests))


@case("C11", "ok")
def metadata_of_one_lost(a: Archive) -> None:
    maker = usual(a)
    head_of(a, maker.digests[3]).clear()


@case("C12", "unknown", "G_HEAD_SHORT", D_NO_SIGNATURE=1, L_DIGEST_UNVERIFIED=2)
def metadata_lost_everywhere(a: Archive) -> None:
    usual(a)
    a.sink.metadata.clear()


@case("C13", "unknown", "G_HEAD_SHORT", D_NO_SIGNATURE=1, L_DIGEST_UNVERIFIED=2)
def metadata_of_the_newest_lost(a: Archive) -> None:
    maker = usual(a)
    head_of(a, maker.digests[-1]).clear()


@case("C14", "anomaly", D_OK_META_SIG=2)
def signatures_exchanged(a: Archive) -> None:
    maker = usual(a)
    one, two = head_of(a, maker.digests[2]), head_of(a, maker.digests[4])
    one["signature"], two["signature"] = two["signature"], one["signature"]


@case("C15", "fail", "G_HEAD_SHORT", D_BAD_SIGNATURE=1, L_DIGEST_UNVERIFIED=2)
def signature_of_the_newest_changed(a: Archive) -> None:
    head = head_of(a, usual(a).digests[-1])
    head["signature"] = ("0" if head["signature"][0] != "0" else "1") + head["signature"][1:]


@case("C16", "anomaly", D_OK_META_SIG=1)
def signature_is_no_hex(a: Archive) -> None:
    head_of(a, usual(a).digests[3])["signature"] = "z" * 512


@case("C17", "ok")
def signatures_in_upper_case(a: Archive) -> None:
    for sealed in usual(a, 3).digests:
        head = head_of(a, sealed)
        head["signature"] = head["signature"].upper()


@case("C18", "fail", "G_HEAD_SHORT", D_UNSUPPORTED_ALGO=1, L_DIGEST_UNVERIFIED=2)
def other_signature_algorithm(a: Archive) -> None:
    head_of(a, usual(a).digests[-1])["signature-algorithm"] = "SHA1withRSA"


@case("C19", "anomaly", D_RELOCATED=1)
def digest_moved(a: Archive) -> None:
    sealed = usual(a).digests[3]
    other = object_keys.digest_key(ACCOUNT, REGION, "management-events", REGION, sealed.end + timedelta(seconds=7))
    move(a, place(sealed), (BUCKET, other))


@case("C20", "anomaly", D_RELOCATED=4, L_RELOCATED=8)
def copied_to_another_bucket(a: Archive) -> None:
    usual(a, 4)
    a.bucket_folders = True
    for old in list(a.objects):
        move(a, old, ("archive-bucket", old[1]))


@case("D01", "unknown", "G_NO_DIGESTS", D_NO_KEY=4, L_DIGEST_UNVERIFIED=8)
def no_keys(a: Archive) -> None:
    usual(a, 4)
    a.public_keys = {"PublicKeyList": []}


def only_key(a: Archive, index: int) -> None:
    usual(a)
    answer = a.ring.public_keys()
    ordered = sorted(answer["Regions"][REGION], key=lambda key: key["ValidityStartTime"])
    assert len(ordered) == 2
    a.public_keys = {"Regions": {REGION: [ordered[index]]}}


@case("D02", "ok", rotations=5)
def only_the_newer_key(a: Archive) -> None:
    only_key(a, -1)


@case("D03", "unknown", "G_HEAD_SHORT", rotations=5, D_NO_KEY=3, L_DIGEST_UNVERIFIED=6)
def only_the_older_key(a: Archive) -> None:
    only_key(a, 0)
