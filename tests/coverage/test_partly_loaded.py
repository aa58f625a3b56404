"""An hour of which only some proven files were loaded is not called verified: the rest was never searched."""

from datetime import timedelta
from pathlib import Path

from ctforensics import practice
from ctforensics.investigation import new_case
from ctforensics.load.scope import Scope


def test_an_hour_cut_by_the_scope_of_the_load_is_outside(tmp_path: Path):
    archive = practice.write("quiet_week", tmp_path / "archive", events=4000, per_file=4)
    middle = archive.since + timedelta(hours=9, minutes=45)
    case = new_case(tmp_path / "case")
    case.add_evidence(archive.bucket, label="mirror")
    case.load(scope=Scope(since=middle, until=middle + timedelta(hours=3)))
    case.verify(public_keys=archive.public_keys, metadata=archive.metadata)
    cut = case.sql(
        "SELECT state, reason, events FROM coverage WHERE hour = $hour AND events > 0",
        hour=middle.replace(minute=0),
    )
    assert len(cut)
    assert set(cut["state"]) == {"outside"}
    assert all("of its log files are not loaded" in reason for reason in cut["reason"])
    case.close()
