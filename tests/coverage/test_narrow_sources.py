"""A source that is narrower than a trail gives events, and never an hour of coverage."""

import json

import duckdb
import pytest

import ctforensics as ctf
from ctforensics.case import folder
from tests.load.loading_desk import record
from tests.load.test_shapes import lookup_events
from tests.support.exports import history_csv, ocsf_lines

TEN = [record(n) for n in range(10)]
LOG = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/05/02/111122223333_CloudTrail_us-east-1_20240502T0615Z_abcdefghijklmnop.json"
NARROW = {
    "lookup.json": json.dumps(lookup_events(TEN)),
    "history.csv": history_csv(TEN),
    "eventbridge.json": "\n".join(json.dumps({"detail-type": "x", "source": "aws.iam", "detail": r}) for r in TEN),
    "security-lake.json": ocsf_lines(TEN),
}


@pytest.mark.parametrize("name", [*NARROW, LOG])
def test_only_log_files_cover_an_hour(tmp_path, name):
    data, hours = (NARROW[name], 0) if name in NARROW else (json.dumps({"Records": TEN}), 1)
    file = tmp_path / "incoming" / name
    file.parent.mkdir(parents=True)
    file.write_text(data)
    folder.create(tmp_path / "case")
    case = ctf.open_case(tmp_path / "case")
    case.load(tmp_path / "incoming")
    case.verify()
    with duckdb.connect(str(tmp_path / "case" / "case.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM events").fetchall() == [(10,)]
        assert con.execute("SELECT count(*) FROM coverage WHERE files > 0").fetchall() == [(hours,)]
