"""Forgeries that are on no list: none of them makes an answer better than what is proven."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION, Archive, codes, record, shown
from support.digest_cases import a_log, delete, edit, head_of, logs_of, move, usual

from ctforensics.evidence import door, roots
from ctforensics.investigation import new_case
from ctforensics.practice.keys import KeyRing
from ctforensics.verify.heads import from_heads
from ctforensics.verify.run import verify

FORGED = b'{"Records":[{"eventVersion":"1.08","eventTime":"2024-03-09T22:30:00Z","eventID":"forged"}]}'


def forge(archive: Archive, maker: Any, hour: int, **fields: Any) -> None:
    """Changes fields of a digest and leaves its signature as it was."""
    edit(archive, maker.digests[hour], lambda digest: digest.update(fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"digestS3Bucket": "another-bucket"},
        {"awsAccountId": "444455556666"},
        {"digestStartTime": "2024-03-09T10:17:28Z"},
        {"digestEndTime": "2024-03-10T03:18:28Z"},
        {"logFiles": []},
        {"previousDigestS3Object": "elsewhere.json.gz"},
        {"previousDigestHashValue": "0" * 64},
        {"newestEventTime": "2024-03-10T00:00:00Z"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_whatever_field_of_the_newest_digest_is_changed_its_signature_no_longer_fits(
    fields: dict[str, Any], archive: Archive, tmp_path: Path
):
    forge(archive, usual(archive), -1, **fields)
    result = archive.verify(tmp_path)
    assert codes(result)["D_BAD_SIGNATURE"] == 1, shown(result)
    assert (result.authentic, result.complete) == ("fail", False)


def test_a_digest_that_names_itself_or_another_chain_is_no_crash_and_proves_nothing_older(
    archive: Archive, tmp_path: Path
):
    maker, other = usual(archive), archive.maker(trail="other")
    archive.hours(other, 8, logs=0)
    forge(archive, maker, 4, previousDigestS3Object=maker.digests[4].key)
    forge(archive, maker, 6, previousDigestS3Object=other.digests[5].key)
    result = archive.verify(tmp_path)
    assert codes(result)["D_BAD_SIGNATURE"] == 2, shown(result)
    assert result.authentic == "fail" and result.complete is False


def test_an_authentic_digest_that_lists_files_of_another_account_or_region_is_an_anomaly_and_covers_only_its_own(
    archive: Archive, tmp_path: Path
):
    maker, other = archive.maker(), archive.maker(region="eu-west-1")
    at = FIRST - timedelta(minutes=30)
    maker.pending.append(other.deliver([record(at, "elsewhere")], at))
    other.pending.clear()
    archive.hours(maker, 4)
    other.deliver([record(at, "injected")], at + timedelta(minutes=5), listed=False)
    result = archive.verify(tmp_path)
    assert codes(result) == {"L_SCOPE": 1, "L_UNLISTED_UNCOVERED": 1}, shown(result)
    assert [(f.code, f.region) for f in result.findings] == [("G_NO_DIGESTS", "eu-west-1")]


def test_two_records_under_one_fingerprint_are_tried_and_the_false_one_proves_nothing(archive: Archive, tmp_path: Path):
    usual(archive, 4)
    (key,) = archive.ring.public_keys()["Regions"][REGION]
    false = key | {"Value": KeyRing("forger", FIRST).signing(REGION, FIRST).record()["Value"]}
    for order in ([key, false], [false, key]):
        archive.public_keys = {"Regions": {REGION: order}}
        assert codes(archive.verify(tmp_path)) == {}
    archive.public_keys = {"Regions": {REGION: [false]}}
    assert codes(archive.judge(tmp_path))["D_KEY_MISMATCH"] == 4


def test_of_two_signatures_for_one_place_the_right_one_counts_and_a_false_one_alone_does_not(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive, 4)
    newest = maker.digests[-1]
    right = f"{newest.bucket}/{newest.key}"
    answer = archive.sink.metadata[right]
    false = {"Metadata": answer["Metadata"] | {"signature": head_of(archive, maker.digests[0])["signature"]}}
    archive.write(tmp_path)

    def judged(*answers: dict[str, Any]) -> Any:
        rest = {key: value for key, value in archive.sink.metadata.items() if key != right}
        offered = [one for answer in (rest, *({right: one} for one in answers)) for one in from_heads(answer)]
        return verify(roots.walk(tmp_path, "m"), keys=archive.keys(), signatures=offered)

    assert codes(judged(answer, false)) == codes(judged(false, answer)) == {}
    assert codes(judged(false))["D_BAD_SIGNATURE"] == 1


def test_variants_of_a_key_in_case_accents_and_percent_signs_never_pass_for_the_key(archive: Archive, tmp_path: Path):
    maker = usual(archive, 4, prefix="été 1%20x")
    log = a_log(archive, maker, 2)
    delete(archive, log)
    variants = [
        log[1].replace("AWSLogs", "awslogs"),
        log[1].replace("%20", " "),
        log[1].replace(" 1", "%201"),
        f"AWSLogs/{ACCOUNT}/{log[1]}",
    ]
    for number, name in enumerate(variants):
        archive.extra[name] = door.gzip_bytes(FORGED.replace(b"forged", b"forged %d" % number))
    archive.write(tmp_path)
    # Two spellings of one accent are one place: what stands there is compared, and told.
    decomposed = tmp_path / unicodedata.normalize("NFD", log[1])
    decomposed.parent.mkdir(parents=True, exist_ok=True)
    decomposed.write_bytes(door.gzip_bytes(FORGED))
    result = archive.judge(tmp_path)
    assert codes(result) == {"L_HASH": 1, "L_UNLISTED": 4}, shown(result)


def test_the_second_of_two_zip_members_of_one_name_is_told(archive: Archive, tmp_path: Path):
    maker = usual(archive, 4)
    log = a_log(archive, maker, 1)
    for first in (True, False):
        packed = tmp_path / f"{first}.zip"
        with pytest.warns(UserWarning), zipfile.ZipFile(packed, "w") as target:
            for (_, key), stored in sorted(archive.objects.items()):
                forged = [(key, door.gzip_bytes(FORGED))] if key == log[1] else []
                pair = [*forged, (key, stored)] if first else [(key, stored), *forged]
                for name, data in pair:
                    target.writestr(name, data)
        result = archive.judge(packed)
        assert result.authentic == "fail", shown(result)
        assert sum(number for code, number in codes(result).items() if code in ("L_HASH", "L_UNLISTED")) >= 1


def test_a_listed_file_without_records_is_proven_as_it_is(archive: Archive, tmp_path: Path):
    maker = archive.maker()
    maker.deliver(b'{"Records":[]}', FIRST - timedelta(minutes=30), span=(FIRST, FIRST))
    archive.hours(maker, 3)
    assert archive.verify(tmp_path).counts["codes"] == {"D_OK": 3, "L_OK": 7}


def test_hours_that_overlap_and_backfills_that_overlap_are_told_and_proven(archive: Archive, tmp_path: Path):
    maker = archive.maker()
    archive.hours(maker, 3)
    maker.close_hour(FIRST + 3 * HOUR, start=FIRST + HOUR)
    for hour in (1, 2):
        missed = maker.deliver([record(FIRST, f"{hour}")], FIRST - timedelta(minutes=4), listed=False)
        maker.backfill([missed], FIRST + hour * HOUR, start=FIRST - HOUR, generated=FIRST + 9 * HOUR)
    result = archive.verify(tmp_path)
    assert codes(result) == {}
    assert [f.code for f in result.findings] == ["G_OVERLAP"]
    assert result.authentic == "anomaly"


def test_a_digest_that_is_not_proven_neither_covers_nor_excuses_nor_hides(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    at = FIRST + 3 * HOUR - timedelta(minutes=20)
    injected = maker.deliver(FORGED, at, listed=False)
    forged = archive.maker(trail="forged")
    forged.keys = KeyRing("forger", FIRST)
    forged.pending.append(injected)
    forged.close_hour(FIRST + 3 * HOUR)
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_NO_KEY": 1, "L_DIGEST_UNVERIFIED": 1}, shown(result)
    assert (result.authentic, result.complete) == ("unknown", False)


def test_only_what_is_still_as_it_was_when_it_was_verified_is_loaded_as_verified(clean: Archive, tmp_path: Path):
    case = new_case(tmp_path / "case")
    mirror = clean.write(tmp_path / "mirror")
    case.add_evidence(mirror, label="mirror")
    (tmp_path / "keys.json").write_text(json.dumps(clean.ring.public_keys()))
    (tmp_path / "heads.json").write_text(json.dumps(clean.sink.metadata))
    case.verify(public_keys=tmp_path / "keys.json", metadata=tmp_path / "heads.json")
    log = clean.logs()[4]
    (mirror / log[1]).write_bytes(door.gzip_bytes(FORGED))
    (mirror / clean.logs()[5][1]).unlink()
    case.load(only_verified=True)
    rows = case.sql("SELECT event_id, verification FROM events").values.tolist()
    assert len(rows) == 14 and {row[1] for row in rows} == {"ok"}
    case.load()
    rows = dict(case.sql("SELECT event_id, verification FROM events").values.tolist())
    assert rows["forged"] == "not_checked" and len(rows) == 15


def test_files_that_vanish_while_they_are_verified_are_told(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    listed = list(roots.walk(tmp_path, "mirror"))
    gone = [clean.logs()[3][1], next(key for _, key in clean.objects if "T221728Z" in key)]
    for key in gone:
        (tmp_path / key).unlink()
    result = verify(listed, keys=clean.keys(), metadata=clean.sink.metadata)
    assert (codes(result)["L_FORMAT"], codes(result)["D_BAD_FORMAT"]) == (1, 1), shown(result)
    assert result.authentic == "fail"


def test_a_log_that_moved_into_another_hour_or_account_is_relocated_and_its_own_place_is_not_called_whole(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive, 4)
    log = a_log(archive, maker, 2)
    move(archive, log, (BUCKET, log[1].replace("T2127Z", "T2327Z").replace(ACCOUNT, "444455556666")))
    result = archive.verify(tmp_path)
    assert codes(result) == {"L_RELOCATED": 1}, shown(result)
    assert result.authentic == "anomaly"
    assert logs_of(archive, maker.digests[2])[0] == log
