import json

import pytest
from support import trail_files

from ctforensics.cli import main

ROLES = ("arn:aws:iam::111122223333:role/forensics", "arn:aws:iam::444455556666:role/forensics")


@pytest.fixture
def trail(aws):
    made = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", made.objects, made.metadata)
    return made


def test_several_roles_each_answer_for_their_own_account(aws, trail, acquire, tmp_path):
    roles = [option for role in ROLES for option in ("--role-arn", role)]
    # moto keeps the accounts apart: the bucket belongs to the account of the environment's own credentials.
    code, _, err = acquire("s3://trail-bucket", *roles, "--region", "us-east-1")
    assert code == 0, err
    sessions = json.loads((tmp_path / "case" / "inputs" / "examiner.json").read_text())["sessions"]
    assert {session["account"] for session in sessions} == {"111122223333", "444455556666"}
    asked = {
        p.parent.parent.name for p in (tmp_path / "case" / "evidence" / "_aws").rglob("cloudtrail.DescribeTrails*")
    }
    assert asked == {"111122223333", "444455556666"}


def test_a_profile_that_does_not_exist_is_one_sentence(aws, trail, acquire):
    code, _, err = acquire("s3://trail-bucket", "--profile", "nobody")
    assert code == 2 and "nobody" in err and "Traceback" not in err


def test_without_credentials_it_says_how_to_get_them(aws, trail, acquire, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    code, _, err = acquire("s3://trail-bucket")
    assert code == 2 and "--profile" in err


def test_a_source_that_is_no_bucket_is_refused(tmp_path, capsys):
    assert main(["acquire", str(tmp_path / "case"), "https://bucket/x"]) == 2
    assert "names no bucket" in capsys.readouterr().err
