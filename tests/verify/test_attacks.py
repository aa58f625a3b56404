"""What an attacker or a careless hand does to a whole archive."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION, Archive, codes, record, shown
from support.digest_cases import a_log, delete, edit, head_of, logs_of, place, usual

from ctforensics.evidence import door
from ctforensics.investigation import new_case
from ctforensics.practice.keys import KeyRing
from ctforensics.verify import chain, expect
from ctforensics.verify.cases import everything
from ctforensics.verify.run import verify


def test_a_tree_in_which_every_file_was_renamed_is_verified_all_the_same(archive: Archive, tmp_path: Path):
    usual(archive)
    for number, old in enumerate(sorted(archive.objects)):
        archive.objects["x", f"flat/{number:05}.bin"] = archive.objects.pop(old)
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_RELOCATED": 8, "L_RELOCATED": 16}
    assert result.authentic == "anomaly"


def test_every_file_renamed_and_one_byte_changed_in_one_log_is_a_failure(archive: Archive, tmp_path: Path):
    log = a_log(archive, usual(archive))
    archive.put(log, archive.content(log).replace(b"ListBuckets", b"ListBuckett"))
    for number, old in enumerate(sorted(archive.objects)):
        archive.objects["x", f"{number}"] = archive.objects.pop(old)
    result = archive.verify(tmp_path)
    assert result.authentic == "fail", shown(result)
    assert codes(result) == {"D_RELOCATED": 8, "L_RELOCATED": 15, "L_MISSING": 1, "L_UNLISTED_UNCOVERED": 1}


def test_an_archive_forged_whole_with_its_own_keys_names_whose_keys_they_are(tmp_path: Path):
    forged = Archive()
    forged.ring = KeyRing("forger", FIRST, [])
    usual(forged)
    line = forged.verify(tmp_path).first_line()
    assert "PRACTICE" in line or "SUPPLIED" in line


@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz"])
def test_a_container_is_verified_from_inside(form: str, clean: Archive, tmp_path: Path):
    folder, packed = clean.write(tmp_path / "mirror"), tmp_path / f"mirror.{form}"
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as target:
            for file in sorted(folder.rglob("*.gz")):
                target.write(file, file.relative_to(folder).as_posix())
    else:
        with tarfile.open(packed, "w:gz" if form.endswith("gz") else "w") as tar:
            tar.add(folder, arcname=".")
    result = clean.judge(packed)
    assert result.authentic == "ok", shown(result)
    assert result.counts["proven"] == 24


def test_a_folder_per_bucket_and_plain_json_names_are_understood(clean: Archive, tmp_path: Path):
    clean.bucket_folders = True
    assert clean.verify(tmp_path / "a").authentic == "ok"
    for (bucket, key), stored in list(clean.objects.items()):
        del clean.objects[bucket, key]
        clean.objects[bucket, key.removesuffix(".gz")] = __import__("gzip").decompress(stored)
    result = clean.verify(tmp_path / "b")
    assert codes(result) == {"D_OK_CONTAINER": 8, "L_OK_CONTAINER": 16}, shown(result)


def test_the_whole_mirror_twice_is_an_anomaly(clean: Archive, tmp_path: Path):
    clean.write(tmp_path / "one")
    clean.write(tmp_path / "two")
    clean.bucket_folders = True
    result = clean.verify(tmp_path)
    assert result.authentic == "anomaly", shown(result)
    assert codes(result) == {"D_RELOCATED": 16, "L_DUPLICATE": 32}


def test_a_copy_under_the_name_of_another_digest_is_misplaced(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    replayed = place(maker.digests[5])
    archive.objects[BUCKET, replayed[1].replace("T011728Z", "T011729Z")] = archive.objects[replayed]
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_MISPLACED": 1}
    assert result.authentic == "fail"


def test_a_digest_of_another_region_in_this_ones_place_is_misplaced(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    other = archive.maker(region="eu-west-1")
    archive.hours(other, 8)
    archive.objects[place(maker.digests[3])] = archive.objects[place(other.digests[3])]
    result = archive.verify(tmp_path)
    assert codes(result)["D_MISPLACED"] == 1
    assert codes(result)["D_MISSING"] == 1
    assert result.authentic == "fail"


def test_a_copy_whose_name_claims_nothing_is_a_relocated_digest_and_a_duplicate_log(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    archive.objects[BUCKET, "digest (3).json.gz"] = archive.objects[place(maker.digests[3])]
    archive.objects[BUCKET, "log (3).json.gz"] = archive.objects[a_log(archive, maker)]
    assert codes(archive.verify(tmp_path)) == {"D_RELOCATED": 1, "L_DUPLICATE": 1}


def test_an_injected_log_in_a_covered_hour_fails(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    maker.deliver([record(FIRST, "injected")], FIRST + 2 * HOUR + timedelta(minutes=30), listed=False)
    result = archive.verify(tmp_path)
    assert codes(result) == {"L_UNLISTED": 1}
    assert result.authentic == "fail"


def test_a_sibling_trail_that_goes_on_does_not_cover_for_one_that_was_cut(archive: Archive, tmp_path: Path):
    archive.hours(archive.maker(trail="other"), 8, logs=1)
    maker = usual(archive)
    delete(archive, *(place(sealed) for sealed in maker.digests[-2:]))
    result = archive.verify(tmp_path)
    assert codes(result) == {"L_UNDIGESTED_TAIL": 4}, shown(result)
    assert [(f.code, f.trail) for f in result.findings] == [("G_HEAD_SHORT", "management-events")]


def test_a_running_segment_between_two_stops_deleted_leaves_an_incomplete_archive(archive: Archive, tmp_path: Path):
    maker = archive.maker()
    archive.hours(maker, 3)
    maker.stop(FIRST + 3 * HOUR)
    maker.restart(FIRST + 6 * HOUR)
    archive.hours(maker, 2, first=FIRST + 7 * HOUR)
    maker.stop(FIRST + 9 * HOUR)
    middle = maker.digests[4:8]
    maker.restart(FIRST + 12 * HOUR)
    archive.hours(maker, 2, first=FIRST + 13 * HOUR)
    for sealed in middle:
        delete(archive, *logs_of(archive, sealed), place(sealed))
    result = archive.verify(tmp_path)
    assert result.complete is False
    (gap,) = result.findings
    assert (gap.code, gap.since, gap.until) == ("G_GAP", FIRST + 3 * HOUR, FIRST + 11 * HOUR)
    assert "not provable" in gap.detail


@pytest.mark.parametrize("what", ["region", "account", "newest"])
def test_what_was_deleted_whole_is_never_called_complete(what: str, archive: Archive, tmp_path: Path):
    makers = {
        (account, region): archive.maker(account=account, region=region, organization="o-abc123defg")
        for account in (ACCOUNT, "444455556666")
        for region in (REGION, "eu-west-1")
    }
    for (account, region), maker in makers.items():
        if (what, region) == ("region", "eu-west-1") or (what, account) == ("account", "444455556666"):
            continue
        archive.hours(maker, 4)
        if what == "newest":
            for sealed in maker.digests[-2:]:
                delete(archive, *logs_of(archive, sealed), place(sealed))
    assert archive.verify(tmp_path).complete is None
    trails = [
        {
            "Name": "management-events",
            "TrailARN": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/management-events",
            "HomeRegion": "us-east-1",
            "IsMultiRegionTrail": True,
            "IsOrganizationTrail": True,
            "LogFileValidationEnabled": True,
        }
    ]
    known = {
        "trailList": trails,
        "Accounts": [{"Id": ACCOUNT, "Status": "ACTIVE"}, {"Id": "444455556666", "Status": "ACTIVE"}],
        "Regions": [
            {"RegionName": REGION},
            {"RegionName": "eu-west-1"},
            {"RegionName": "x-y-1", "RegionOptStatus": "DISABLED"},
        ],
    }
    result = archive.judge(
        tmp_path, expectation=expect.parse(known, "test"), since=FIRST - HOUR, until=FIRST + 3 * HOUR
    )
    assert result.complete is False
    wanted = {"region": {(ACCOUNT, "eu-west-1"), ("444455556666", "eu-west-1")}, "newest": set(makers)}
    lacking = {(f.account, f.region) for f in result.findings}
    assert lacking == wanted.get(what, {("444455556666", REGION), ("444455556666", "eu-west-1")})


def test_one_region_that_an_organisations_other_accounts_have_is_missed_without_being_told(
    archive: Archive, tmp_path: Path
):
    for account, regions in ((ACCOUNT, (REGION, "eu-west-1")), ("444455556666", (REGION,))):
        for region in regions:
            archive.hours(archive.maker(account=account, region=region, organization="o-abc123defg"), 3)
    result = archive.verify(tmp_path)
    assert [(f.code, f.account, f.region) for f in result.findings] == [("G_NO_DIGESTS", "444455556666", "eu-west-1")]


def test_a_region_that_ends_before_the_others_is_short_without_a_window(archive: Archive, tmp_path: Path):
    archive.hours(archive.maker(), 5)
    archive.hours(archive.maker(region="eu-west-1"), 3)
    result = archive.verify(tmp_path)
    assert [(f.code, f.region, f.since, f.until) for f in result.findings] == [
        ("G_HEAD_SHORT", "eu-west-1", FIRST + 2 * HOUR, FIRST + 4 * HOUR)
    ]


def test_complete_is_true_only_with_everything_known(clean: Archive, tmp_path: Path):
    trail = {
        "Name": "management-events",
        "TrailARN": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-events",
        "HomeRegion": REGION,
        "IsMultiRegionTrail": False,
    }
    known = expect.parse({"trailList": [trail]}, "test")
    clean.write(tmp_path)
    whole = {"since": FIRST - HOUR, "until": FIRST + 7 * HOUR}
    assert clean.judge(tmp_path, expectation=known, **whole).complete is True
    assert clean.judge(tmp_path, expectation=known).complete is None
    assert clean.judge(tmp_path, **whole).complete is None
    multi = expect.parse({"trailList": [trail | {"IsMultiRegionTrail": True}]}, "test")
    assert clean.judge(tmp_path, expectation=multi, **whole).complete is None
    typed = {"accounts": [ACCOUNT], "regions": [REGION], "trails": ["management-events"]}
    assert clean.judge(tmp_path, **typed, **whole).complete is True


def test_two_different_digests_that_follow_one_are_a_fork(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    twin = archive.maker()
    twin._previous, twin._last_end = maker.digests[3], maker.digests[3].end
    twin.close_hour(maker.digests[3].end + HOUR + timedelta(seconds=1))
    assert "G_FORK" in {f.code for f in archive.verify(tmp_path).findings}


def test_digests_that_name_one_another_are_a_cycle_and_end(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    newest = maker.digests[-1]
    edit(
        archive,
        maker.digests[0],
        lambda d: d.update(
            previousDigestS3Bucket=newest.bucket,
            previousDigestS3Object=newest.key,
            previousDigestHashValue=newest.sha256,
            previousDigestHashAlgorithm="SHA-256",
            previousDigestSignature=newest.signature,
        ),
        archive.ring,
    )
    result = archive.verify(tmp_path)
    assert result.authentic == "fail"
    assert "G_CYCLE" in {f.code for f in result.findings}


def test_the_key_record_must_hash_to_its_fingerprint_and_belong_to_the_region(archive: Archive, tmp_path: Path):
    usual(archive, 4)
    answer = archive.ring.public_keys()
    other = KeyRing("attacker", FIRST, []).signing(REGION, FIRST).record()
    archive.public_keys = {"Regions": {REGION: [answer["Regions"][REGION][0] | {"Value": other["Value"]}]}}
    assert codes(archive.verify(tmp_path))["D_KEY_MISMATCH"] == 4
    archive.public_keys = {"Regions": {"eu-west-1": answer["Regions"][REGION]}}
    result = archive.judge(tmp_path)
    assert codes(result)["D_KEY_REGION"] == 4
    assert result.authentic == "fail"


def test_a_key_outside_its_time_is_an_anomaly(archive: Archive, tmp_path: Path):
    usual(archive, 4)
    answer = archive.ring.public_keys()
    (key,) = answer["Regions"][REGION]
    key["ValidityEndTime"] = f"{FIRST + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    archive.public_keys = answer
    assert codes(archive.verify(tmp_path)) == {"D_KEY_WINDOW": 2}


def test_hex_signatures_of_the_wrong_length_do_not_verify(archive: Archive, tmp_path: Path):
    head = head_of(archive, usual(archive).digests[-1])
    head["signature"] = head["signature"][:-2]
    assert codes(archive.verify(tmp_path))["D_BAD_SIGNATURE"] == 1


def test_a_zip_member_that_is_encrypted_is_named(clean: Archive, tmp_path: Path):
    packed = tmp_path / "mirror.zip"
    with zipfile.ZipFile(packed, "w") as target:
        for (_, key), stored in clean.objects.items():
            target.writestr(key, stored)
    data = bytearray(packed.read_bytes())
    first = data.find(b"PK\x01\x02")
    while first >= 0:  # the flag of encryption, in every entry of the directory
        data[first + 8] |= 1
        first = data.find(b"PK\x01\x02", first + 4)
    packed.write_bytes(data)
    result = clean.judge(packed)
    assert result.authentic == "fail"
    assert codes(result) == {"D_BAD_FORMAT": 8, "L_FORMAT": 16}, shown(result)
    assert all("encrypted" in o.detail for o in result.files)


def test_backslashes_in_zip_names_and_absolute_names_stay_inside(clean: Archive, tmp_path: Path):
    packed = tmp_path / "mirror.tar"
    with tarfile.open(packed, "w") as tar:
        for name in ("../../etc/passwd", "/etc/hosts"):
            info = tarfile.TarInfo(name)
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))
    result = clean.judge(packed)
    assert result.authentic == "unknown"
    assert result.counts["other"] == 2


@pytest.mark.parametrize("order", [1, -1])
def test_a_log_that_was_altered_in_one_root_is_told_though_another_root_holds_it_as_delivered(
    order: int, clean: Archive, tmp_path: Path
):
    good, bad = clean.write(tmp_path / "good"), tmp_path / "bad"
    key = clean.logs()[5][1]
    (bad / key).parent.mkdir(parents=True)
    (bad / key).write_bytes(door.gzip_bytes(b'{"Records":[{"eventVersion":"1.08","eventName":"Nothing"}]}'))
    roots = [*everything(good, "good"), *everything(bad, "bad")][::order]
    window = {"since": FIRST - HOUR, "until": FIRST + 7 * HOUR, "accounts": [ACCOUNT], "regions": [REGION]}
    trails = ["management-events"]
    result = verify(roots, keys=clean.keys(), metadata=clean.sink.metadata, trails=trails, **window)
    told = [(o.code, o.root) for o in result.files if o.key.endswith(key)]
    assert sorted(told) == [("L_HASH", "bad"), ("L_OK", "good")], shown(result)
    assert (result.authentic, result.complete) == ("fail", True), shown(result)
    (bad / key).write_bytes((good / key).read_bytes())
    result = verify(roots, keys=clean.keys(), metadata=clean.sink.metadata, trails=trails, **window)
    assert codes(result) == {"L_DUPLICATE": 1}


def test_every_content_at_one_place_has_an_outcome_though_none_is_as_delivered(clean: Archive, tmp_path: Path):
    good, bad = clean.write(tmp_path / "good"), tmp_path / "bad"
    key = clean.logs()[5][1]
    (bad / key).parent.mkdir(parents=True)
    for number, root in enumerate((good, bad)):
        (root / key).write_bytes(door.gzip_bytes(b'{"Records":[{"eventVersion":"1.08","eventName":"%d"}]}' % number))
    objects = [*everything(good, "good"), *everything(bad, "bad")]
    result = verify(objects, keys=clean.keys(), metadata=clean.sink.metadata)
    assert codes(result) == {"L_HASH": 2}, shown(result)


def test_thousands_of_forged_carriers_cost_few_checks_and_hide_no_signature_that_names_the_content(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    maker = usual(archive, 3)
    older, newest = maker.digests[1], maker.digests[2]
    link = json.loads(archive.content(place(newest)))
    for number in range(30):
        end = FIRST + timedelta(days=9, seconds=number)
        times = {"digestStartTime": f"{end - HOUR:%Y-%m-%dT%H:%M:%SZ}", "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        forged = (
            link | times | {"previousDigestHashValue": f"{number:064x}", "previousDigestSignature": f"{number:0512x}"}
        )
        archive.extra[f"forged/{number}.json.gz"] = gzip.compress(json.dumps(forged).encode())
    archive.sink.metadata.clear()
    monkeypatch.setattr(chain, "MOST_CARRIED", 5)
    tried = []
    genuine = chain._signed_with
    monkeypatch.setattr(chain, "_signed_with", lambda node, text: tried.append(node.digest.key) or genuine(node, text))
    result = archive.verify(tmp_path)
    told = {o.key.partition("/")[2]: o.code for o in result.files if o.kind == "digest"}
    assert told[older.key] == "D_OK_CHAIN"
    assert tried.count(older.key) <= 10


@pytest.mark.parametrize("cuts", [(1,), (40,), (5, 60, 61)])
def test_a_log_that_was_split_into_members_is_proven_and_its_records_are_loaded(
    cuts: tuple[int, ...], clean: Archive, tmp_path: Path
):
    log = clean.logs()[5]
    content = clean.content(log)
    edges = [0, *cuts, len(content)]
    clean.objects[log] = b"".join(door.gzip_bytes(content[a:b]) for a, b in pairwise(edges))
    case = new_case(tmp_path / "case")
    case.add_evidence(clean.write(tmp_path / "mirror"), label="mirror")
    result = clean.judge(tmp_path / "mirror")
    assert codes(result) == {"L_OK_CONTAINER": 1}, shown(result)
    loaded = case.load()
    assert (loaded.events, loaded.rejected) == (16, 0)
    assert len({json.dumps(record) for record in case.records()}) == 16
    sql = "SELECT content_sha256 FROM files WHERE list_contains(flags, 'container:split')"
    assert [row[0] for row in case.sql(sql).values.tolist()] == [hashlib.sha256(content).hexdigest()]
