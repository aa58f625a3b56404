from ctforensics.case import custody, folder, outstanding, register
from ctforensics.case.outstanding import Outstanding
from ctforensics.case.register import EvidenceLine


def one(key, outcome="archived", reason="in an archive class: GLACIER", version=None):
    return Outstanding("bucket", key, version, 10, "GLACIER", outcome, reason)


def lists(case, *runs):
    (case.path / "acquisition").mkdir()
    for number, run in enumerate(runs):
        with outstanding.writing(case.path / "acquisition" / f"wanted-2024050{number}T000000.jsonl") as write:
            for entry in run:
                write(entry)


def test_what_a_later_run_brought_is_no_longer_outstanding(tmp_path):
    case = folder.create(tmp_path / "case")
    lists(case, [one("a"), one("b")], [one("b", "refused", "access denied")])
    register.append(case, [EvidenceLine("evidence", "bucket/a", 10, "00", bucket="bucket", key="a")])
    assert outstanding.read(case) == {("bucket", "b"): one("b", "refused", "access denied")}


def test_an_older_version_stands_for_nothing_at_its_key(tmp_path):
    case = folder.create(tmp_path / "case")
    lists(case, [one("a"), one("b", version="v1")])
    older = EvidenceLine("evidence", "_tars/t.tar!/_versions/bucket/v1~a", 10, "00", bucket="bucket", key="a")
    register.append(case, [older])
    assert set(outstanding.read(case)) == {("bucket", "a")}


def test_a_run_that_has_everything_leaves_no_list(tmp_path):
    case = folder.create(tmp_path / "case")
    lists(case, [])
    assert not list((case.path / "acquisition").iterdir()) and outstanding.read(case) == {}


def test_prefixes_that_the_newest_run_of_a_source_could_not_list_are_told(tmp_path):
    case = folder.create(tmp_path / "case")
    denied = {"prefix": "AWSLogs/", "reason": "access denied"}
    for source, refused in (("s3://a/", [denied]), ("s3://b/", [denied]), ("s3://a/", [])):
        custody.record(case, "acquire", state="done", source=source, not_listed=refused)
    assert outstanding.unlisted(case) == [{**denied, "source": "s3://b/"}]
