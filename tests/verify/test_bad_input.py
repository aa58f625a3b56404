"""Hostile evidence gets a code in the table: no crash, no hang, nothing read outside the tree."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.digest_archive import BUCKET, FIRST, HOUR, Archive, codes, record, shown
from support.digest_cases import a_log, edit, place, usual

from ctforensics.practice.maker import digest_content
from ctforensics.verify.reading import LIMITS


def digest_with(change: Callable[[bytes], bytes]) -> Callable[[Archive], None]:
    def make(archive: Archive) -> None:
        sealed = usual(archive).digests[3]
        archive.put(place(sealed), change(archive.content(place(sealed))))

    return make


def fields(**values: object) -> Callable[[bytes], bytes]:
    return lambda content: digest_content(json.loads(content) | values)


def listed(**values: object) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        digest = json.loads(content)
        digest["logFiles"][0].update(values)
        return digest_content(digest)

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: b"\xef\xbb\xbf" + c, "D_BAD_FORMAT"),
        (lambda c: c.replace(b"example-trail", b"ex\xff\xfele-trail"), "D_BAD_FORMAT"),
        (lambda c: c[:-1] + b',"logFiles":[]}', "D_BAD_FORMAT"),
        (lambda c: c[:-1] + b',"x":1,"x":1}', "D_BAD_FORMAT"),
        (lambda c: c[:-1] + b',"x":1,"\\u0078":2}', "D_BAD_FORMAT"),
        (lambda c: c[:-1] + b',"x":[{"a":1,"a":2}]}', "D_BAD_FORMAT"),
        (lambda c: c[:-1] + b',"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "D_BAD_FORMAT"),
        (lambda c: c[: len(c) // 2], "D_BAD_FORMAT"),
        (lambda c: b"[" + c + b"]", "D_BAD_FORMAT"),
        (lambda c: b"", "D_BAD_FORMAT"),
        (lambda c: c.replace(b'"digestEndTime"', b'"digestEndTimes"'), "D_BAD_SCHEMA"),
        (fields(logFiles=None), "D_BAD_SCHEMA"),
        (fields(logFiles={}), "D_BAD_SCHEMA"),
        (fields(digestS3Object="../../etc/passwd"), "D_BAD_SCHEMA"),
        (fields(digestEndTime="2024-13-09T20:17:28Z"), "D_BAD_SCHEMA"),
        (fields(previousDigestSignature=None), "D_BAD_SCHEMA"),
        (fields(previousDigestHashValue="a" * 63), "D_BAD_SCHEMA"),
        (fields(awsAccountId=111122223333), "D_BAD_SCHEMA"),
        (listed(hashValue="a" * 63), "D_BAD_SCHEMA"),
        (listed(hashValue=None), "D_BAD_SCHEMA"),
        (listed(s3Object=7), "D_BAD_SCHEMA"),
        (listed(newestEventTime="yesterday"), "D_BAD_SCHEMA"),
        (listed(newestEventTime="2024-02-30T00:00:00Z"), "D_BAD_SCHEMA"),
        (listed(oldestEventTime="2024-01-01T00:00:\u0660\u0660Z"), "D_BAD_SCHEMA"),
        (listed(newestEventTime="2023-02-29T00:00:00Z"), "D_BAD_SCHEMA"),
        (listed(newestEventTime="0000-01-01T00:00:00Z"), "D_BAD_SCHEMA"),
        (listed(s3Bucket="a/b"), "D_BAD_SCHEMA"),
        (listed(hashValue=int("1" * 64)), "D_BAD_SCHEMA"),
        (lambda c: c.replace(b'"hashValue":', b'"hashValue" :"x","hashValue":', 1), "D_BAD_FORMAT"),
        (lambda c: c.replace(b'"hashValue":', b'"hashValue":"x","hashValue":', 1), "D_BAD_FORMAT"),
    ],
)
def test_a_malformed_digest_is_named_and_leaves_a_gap(change, code: str, archive: Archive, tmp_path: Path):
    digest_with(change)(archive)
    result = archive.verify(tmp_path)
    assert codes(result).get(code) == 1, shown(result)
    assert codes(result).get("D_MISSING", 0) == 0, "it stands there, though it cannot be read"
    assert result.authentic == "fail"
    assert [f.code for f in result.findings] == ["G_GAP"]


@pytest.mark.parametrize(
    "key",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "AWSLogs\\..\\x",
        "AWSLogs//x",
        "AWSLogs/\0/x",
        "a/../../b",
        "..",
        "AWSLogs/..",
        "AWSLogs/111122223333_CloudTrail_us-east-1_/../../x",
        "AWSLogs/111122223333_CloudTrail_us-east-1_x\n/etc/passwd/../x",
    ],
)
@pytest.mark.parametrize("logs", [1, 2])
def test_a_listed_name_that_would_lead_out_is_refused_and_never_read(
    key: str, logs: int, archive: Archive, tmp_path: Path
):
    maker = archive.maker()
    archive.hours(maker, 4, logs=logs)
    sealed = maker.digests[-1]
    edit(archive, sealed, lambda d: d["logFiles"][0].update(s3Object=key), archive.ring)
    result = archive.verify(tmp_path, since=FIRST - HOUR, until=FIRST + 3 * HOUR)
    assert codes(result)["L_UNSAFE_KEY"] == 1, shown(result)
    assert result.authentic == "fail"


def test_an_unknown_hash_algorithm_is_not_believed(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    sealed = maker.digests[-1]
    edit(archive, sealed, lambda d: d["logFiles"][0].update(hashAlgorithm="SHA-1"), archive.ring)
    assert codes(archive.verify(tmp_path)) == {"L_UNSUPPORTED_ALGO": 1}
    edit(archive, sealed, lambda d: d.update(digestSignatureAlgorithm="SHA1withRSA"), archive.ring)
    assert codes(archive.verify(tmp_path))["D_UNSUPPORTED_ALGO"] == 1


@pytest.mark.parametrize("algorithm", [[], {}, None, 7])
def test_a_hash_algorithm_of_another_type_is_not_believed(algorithm: object, archive: Archive, tmp_path: Path):
    maker = usual(archive)
    edit(archive, maker.digests[-1], lambda d: d["logFiles"][0].update(hashAlgorithm=algorithm), archive.ring)
    assert codes(archive.verify(tmp_path)) == {"L_UNSUPPORTED_ALGO": 1}


def test_a_gzip_bomb_in_place_of_a_log_is_a_format_failure(archive: Archive, tmp_path: Path):
    log = a_log(archive, usual(archive))
    archive.objects[log] = gzip.compress(b"\0" * (64 << 20))
    result = archive.verify(tmp_path)
    assert codes(result) == {"L_FORMAT": 1}
    assert "more than" in next(o.detail for o in result.files if o.code == "L_FORMAT")


def test_links_and_pipes_in_place_of_evidence_are_named(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    log, digest = a_log(archive, maker, 1), place(maker.digests[4])
    archive.write(tmp_path)
    (tmp_path / log[1]).unlink()
    (tmp_path / log[1]).symlink_to("/etc/passwd")
    (tmp_path / digest[1]).unlink()
    os.mkfifo(tmp_path / digest[1])
    result = archive.judge(tmp_path)
    found = codes(result)
    assert (found["L_FORMAT"], found["D_BAD_FORMAT"]) == (1, 1), shown(result)
    assert "symbolic link" in next(o.detail for o in result.files if o.code == "L_FORMAT")


def test_files_that_may_not_be_read_are_named_and_the_rest_is_verified(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    maker = usual(archive)
    closed = {a_log(archive, maker, 1)[1], maker.digests[4].key}
    archive.write(tmp_path)
    really = os.open

    def refuse(path, *args, **options):
        if any(str(path).endswith(key) for key in closed):
            raise PermissionError(13, "Permission denied")
        return really(path, *args, **options)

    monkeypatch.setattr(os, "open", refuse)  # whoever runs the tests may be allowed to read everything
    result = archive.judge(tmp_path)
    assert (codes(result)["L_FORMAT"], codes(result)["D_BAD_FORMAT"]) == (1, 1), shown(result)
    assert "Permission denied" in next(o.detail for o in result.files if o.code == "L_FORMAT")


def test_names_that_are_no_utf8_do_not_stop_a_run(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    odd = os.fsencode(tmp_path) + b"/bad\xff\x1b[31m.json"
    with open(odd, "wb") as stream:
        stream.write(b'{"Records":[{"eventVersion":"1.08"}]}')
    result = clean.judge(tmp_path)
    assert codes(result) == {"L_UNLISTED_UNCOVERED": 1}
    assert "\\xff" in next(iter(o.key for o in result.files if o.code == "L_UNLISTED_UNCOVERED"))


def test_hundreds_of_forged_trails_prove_nothing_and_excuse_nothing(archive: Archive, tmp_path: Path):
    maker = usual(archive, 8)
    maker.deliver([record(FIRST, "injected")], FIRST + 4 * HOUR + timedelta(minutes=30), listed=False)
    content = archive.content(sorted(p for p in archive.objects if "-Digest" in p[1])[0])
    for number in range(300):
        forged = content.replace(b"management-events", f"forged-{number}".encode())
        archive.put((BUCKET, f"x/{number}.json.gz"), forged)
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_NO_SIGNATURE": 300, "L_UNLISTED": 1}
    assert result.authentic == "fail"


def test_a_genuine_file_of_extreme_repetition_says_what_to_do_and_is_proven_with_a_wider_limit(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive)
    same = b'{"Records":[{"eventVersion":"1.08","x":"' + b"a" * (20 << 20) + b'"}]}'
    at = FIRST + 8 * HOUR - timedelta(minutes=30)
    maker.deliver(same, at)
    maker.close_hour(FIRST + 8 * HOUR)
    narrow = archive.verify(tmp_path, until=FIRST + 8 * HOUR)
    (refused,) = [o for o in narrow.files if o.code == "L_FORMAT"]
    assert "open it with --max-ratio 1100" in refused.detail
    wide = archive.judge(tmp_path, until=FIRST + 8 * HOUR, limits=replace(LIMITS, ratio=1100))
    assert codes(wide) == {}, shown(wide)
