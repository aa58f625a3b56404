"""No answer says more than is proven: neither complete, nor authentic, nor the first line."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.digest_archive import ACCOUNT, FIRST, HOUR, REGION, Archive, codes, shown
from support.digest_cases import delete, head_of, logs_of, place, usual

from ctforensics.verify import expect

WHOLE = {"since": FIRST - HOUR, "until": FIRST + 7 * HOUR}
TYPED: dict[str, Any] = WHOLE | {"accounts": [ACCOUNT], "regions": [REGION], "trails": ["management-events"]}


def expectation(**facts: Any) -> expect.Expectation:
    """One trail of one account and region, as DescribeTrails describes it."""
    trail = {
        "Name": "management-events",
        "TrailARN": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-events",
        "HomeRegion": REGION,
        "IsMultiRegionTrail": False,
    }
    return expect.parse({"trailList": [trail | facts]}, "test")


def test_a_typed_trail_of_which_nothing_is_here_is_not_complete(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    assert clean.judge(tmp_path, **TYPED).complete is True
    assert clean.judge(tmp_path, **TYPED | {"trails": ["management-events", "audit"]}).complete is None


def test_what_is_not_known_of_completeness_names_the_options_that_tell_it(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    told = clean.judge(tmp_path).reasons
    assert (
        "which accounts, regions and trails (--expect) and which time (--since and --until) should be here" in told[0]
    )
    told = clean.judge(tmp_path, expectation=expectation()).reasons
    assert "nobody said which time (--since and --until) should be here" in told[0]


def test_each_typed_trail_must_be_here_in_each_typed_region(clean: Archive, tmp_path: Path):
    clean.hours(clean.maker(trail="audit", region="eu-west-1"), 8)
    clean.write(tmp_path)
    asked = TYPED | {"regions": [REGION, "eu-west-1"], "trails": ["management-events", "audit"]}
    assert clean.judge(tmp_path, **asked).complete is None


def test_a_backfill_digest_alone_does_not_stand_for_a_region(clean: Archive, tmp_path: Path):
    other = clean.maker(region="eu-west-1")
    missed = other.deliver([], FIRST + HOUR, listed=False, span=(FIRST, FIRST))
    other.backfill([missed], FIRST + 2 * HOUR, generated=FIRST + 5 * HOUR)
    clean.write(tmp_path)
    result = clean.judge(tmp_path, **TYPED | {"regions": [REGION, "eu-west-1"]})
    assert result.complete is not True, shown(result)
    multi = expect.Expectation(
        expectation(IsMultiRegionTrail=True).trails, (), (REGION, "eu-west-1"), {"trails": "test"}
    )
    assert clean.judge(tmp_path, expectation=multi, **WHOLE).complete is False


def test_a_window_before_the_chain_that_is_here_is_not_complete_though_its_first_digest_starts_one(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive, 4)
    maker.stop(FIRST + 4 * HOUR)
    maker.restart(FIRST + 6 * HOUR)
    archive.hours(maker, 3, first=FIRST + 7 * HOUR)
    for sealed in maker.digests[:5]:
        delete(archive, *logs_of(archive, sealed), place(sealed))
    archive.window = {"since": FIRST, "until": FIRST + 3 * HOUR}
    result = archive.verify(tmp_path, expectation=expectation())
    assert result.complete is None, shown(result)
    said = "\n".join(result.summary())
    assert "no proof that nothing was delivered" in said
    assert "Nothing was delivered" not in said


def test_a_trail_of_the_same_name_with_another_home_is_not_the_one_that_was_expected(archive: Archive, tmp_path: Path):
    archive.hours(archive.maker(home_region="eu-west-1"), 8)
    result = archive.verify(tmp_path, expectation=expectation(), **WHOLE)
    assert result.complete is False
    assert [(f.code, f.region) for f in result.findings] == [("G_NO_DIGESTS", REGION)]


def test_an_organisations_trail_is_not_the_accounts_own_of_the_same_name(archive: Archive, tmp_path: Path):
    archive.hours(archive.maker(), 8)
    known = expect.Expectation(expectation(IsOrganizationTrail=True).trails, (ACCOUNT,), (), {"trails": "test"})
    assert archive.verify(tmp_path, expectation=known, **WHOLE).complete is False


def test_a_region_of_which_nothing_is_here_was_not_proven_empty(clean: Archive, tmp_path: Path):
    result = clean.verify(tmp_path, regions=["eu-north-1"])
    assert result.complete is None
    said = "\n".join(result.summary())
    assert "no proof that nothing was delivered" in said, said
    assert "Nothing was delivered" not in said


@pytest.mark.parametrize("signature", ["in the metadata", "in a digest that is not proven"])
def test_a_signature_by_a_key_of_another_region_proves_nothing_wherever_it_stands(
    signature: str, archive: Archive, tmp_path: Path
):
    maker = usual(archive, 4)
    answer = archive.ring.public_keys()
    archive.public_keys = {"Regions": {"eu-west-1": answer["Regions"][REGION]}}
    if signature != "in the metadata":
        archive.sink.metadata.clear()
    result = archive.verify(tmp_path)
    assert result.counts["proven"] == 0, shown(result)
    assert result.authentic in ("unknown", "fail")
    assert len(maker.digests) == 4


def test_a_carried_signature_by_a_key_outside_its_time_is_an_anomaly_too(archive: Archive, tmp_path: Path):
    maker = usual(archive, 4)
    answer = archive.ring.public_keys()
    (key,) = answer["Regions"][REGION]
    key["ValidityEndTime"] = f"{FIRST - 9 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    archive.public_keys = answer
    archive.sink.metadata.clear()
    found = codes(archive.verify(tmp_path))
    assert found["D_KEY_WINDOW"] == 1, found  # the one before the newest; its hash vouches for all older ones
    assert found["D_NO_SIGNATURE"] == 1
    assert len(maker.digests) == 4


def test_a_broken_digest_at_the_end_of_the_window_is_told(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    newest = maker.digests[-1]
    archive.objects[place(newest)] = b"no digest at all"
    delete(archive, *[log for log in archive.logs() if "_20240310T02" in log[1] or "_20240310T03" in log[1]])
    result = archive.verify(tmp_path)
    assert codes(result)["D_BAD_FORMAT"] == 1, shown(result)
    assert result.authentic == "fail"


def test_a_backfill_digest_that_the_next_one_names_and_that_is_gone_is_missing(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    for hour in (2, 4):
        end = FIRST + hour * HOUR
        missed = maker.deliver([], end - timedelta(minutes=30), listed=False, span=(FIRST, FIRST))
        sealed = maker.backfill([missed], end, generated=end + 5 * HOUR)
        if hour == 2:
            first = sealed
    delete(archive, *logs_of(archive, first), place(first))
    archive.window = {}
    result = archive.verify(tmp_path)
    assert codes(result) == {"D_MISSING": 1}, shown(result)
    assert result.complete is False
    assert head_of(archive, maker.digests[-1])


def test_a_container_that_holds_more_than_its_directory_says_is_told(archive: Archive, tmp_path: Path):
    usual(archive, 3)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        for (_, key), stored in sorted(archive.objects.items()):
            target.writestr(key, stored)
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04" + bytes(100) + data)
    result = archive.judge(tmp_path / "x.zip")
    assert (result.authentic, result.counts["other_unreadable"]) == ("ok", 1), shown(result)
    assert "1 object could not be opened: nothing is said of what may be in there." in list(result.summary())


def test_files_named_as_insights_are_counted_as_not_judged(archive: Archive, tmp_path: Path):
    maker = usual(archive, 3)
    maker.deliver([], FIRST, listed=False, kind="CloudTrail-Insight")
    result = archive.verify(tmp_path)
    assert result.authentic == "ok"
    assert [r for r in result.reasons if r.startswith("1 file named as Insights")], result.reasons


def test_a_trail_that_writes_no_digests_keeps_the_answer_from_being_complete(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    trail = {"Name": "audit", "HomeRegion": REGION, "LogFileValidationEnabled": False}
    known = expectation()
    both = expect.Expectation(known.trails, unvalidated=expect.parse({"trailList": [trail]}, "test").unvalidated)
    assert clean.judge(tmp_path, expectation=known, **WHOLE).complete is True
    result = clean.judge(tmp_path, expectation=both, **WHOLE)
    assert result.complete is None
    assert any("audit delivers without validation" in reason for reason in result.reasons)
