import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from ctforensics import practice
from ctforensics.errors import ForensicsError, ParameterError, UnknownName
from ctforensics.hashing import sha256_hex
from ctforensics.practice import stories
from ctforensics.trail import object_keys, signature
from ctforensics.trail.digest import signing_text
from tests.support.memory import measured

ALL = stories.names()


def contents(bucket: Path) -> dict[str, bytes]:
    return {p.relative_to(bucket).as_posix(): gzip.decompress(p.read_bytes()) for p in sorted(bucket.rglob("*.gz"))}


def records(bucket: Path) -> list[dict]:
    return [r for c in contents(bucket).values() for r in json.loads(c).get("Records", [])]


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    made = {}

    def write(story):
        if story not in made:
            folder = tmp_path_factory.mktemp(story)
            made[story] = practice.write(story, folder / "archive", labels=folder / "labels.json")
        return made[story]

    return write


@pytest.mark.parametrize("story", ALL)
def test_two_runs_give_equal_content_signatures_and_labels(story, written, tmp_path):
    one = written(story)
    two = practice.write(story, tmp_path / "again", labels=tmp_path / "labels.json")
    assert contents(one.bucket) == contents(two.bucket)
    for name in ("metadata", "public_keys", "expect", "event_history", "labels"):
        assert getattr(one, name).read_text() == getattr(two, name).read_text(), name


def test_another_seed_gives_other_ids_and_keys(written, tmp_path):
    one, two = written("leaked_key"), practice.write("leaked_key", tmp_path / "b", seed=1)
    assert not {r["eventID"] for r in records(one.bucket)} & {r["eventID"] for r in records(two.bucket)}
    assert one.public_keys.read_text() != two.public_keys.read_text()


@pytest.mark.parametrize("story", ALL)
def test_every_key_follows_the_layout_of_aws(story, written):
    for key in contents(written(story).bucket):
        parsed = object_keys.parse(key)
        assert parsed is not None and parsed.folder_agrees, key


@pytest.mark.parametrize("story", ALL)
def test_every_signature_verifies_and_every_link_holds(story, written):
    made = written(story)
    files = contents(made.bucket)
    metadata = json.loads(made.metadata.read_text())
    published = json.loads(made.public_keys.read_text())
    import base64

    assert published["Practice"] is True
    keys = {k["Fingerprint"]: base64.b64decode(k["Value"]) for region in published["Regions"].values() for k in region}
    digests = {k: json.loads(c) for k, c in files.items() if object_keys.parse(k).is_digest}
    assert len(digests) == made.digests
    for key, digest in digests.items():
        signed = metadata[f"{made.bucket_name}/{key}"]["Metadata"]["signature"]
        text = signing_text(digest, sha256_hex(files[key]))
        assert signature.verify(keys[digest["digestPublicKeyFingerprint"]], text, signed)
        if digest["previousDigestS3Object"]:
            assert digest["previousDigestHashValue"] == sha256_hex(files[digest["previousDigestS3Object"]])


@pytest.mark.parametrize("story", [s for s in ALL if s != "tampered_log"])
def test_digests_list_every_log_with_its_hash_and_its_times(story, written):
    files = contents(written(story).bucket)
    listed = {
        log["s3Object"]: log
        for key, content in files.items()
        if object_keys.parse(key).is_digest
        for log in json.loads(content)["logFiles"]
    }
    logs = {k for k in files if object_keys.parse(k).kind not in ("CloudTrail-Digest", "CloudTrail-Insight")}
    assert set(listed) == logs
    for key, log in listed.items():
        times = [r["eventTime"] for r in json.loads(files[key])["Records"]]
        assert log["hashValue"] == sha256_hex(files[key])
        assert (log["oldestEventTime"], log["newestEventTime"]) == (min(times), max(times))


@pytest.mark.parametrize("story", ALL)
def test_every_label_names_an_event_of_the_archive_or_of_event_history(story, written):
    made = written(story)
    history = {e["EventId"] for e in json.loads(made.event_history.read_text())["Events"]}
    known = {r["eventID"] for r in records(made.bucket)} | history
    labels = json.loads(made.labels.read_text())
    assert labels["facts"]
    for name, fact in labels["facts"].items():
        assert fact["question"] and fact["about"] and fact["answer"], name
        assert set(fact["answer"]) <= known, name


@pytest.mark.parametrize("story", ALL)
def test_event_ids_are_unique_and_records_are_whole(story, written):
    seen = Counter((r["eventID"], r["recipientAccountId"]) for r in records(written(story).bucket))
    assert max(seen.values()) == 1
    for record in records(written(story).bucket):
        assert "@@" not in json.dumps(record)


def test_event_history_holds_writes_of_one_region_newest_first(written):
    events = json.loads(written("leaked_key").event_history.read_text())["Events"]
    inner = [json.loads(e["CloudTrailEvent"]) for e in events]
    assert [r["eventTime"] for r in inner] == sorted((r["eventTime"] for r in inner), reverse=True)
    assert {r["awsRegion"] for r in inner} == {"us-east-1"}
    assert not any(r["readOnly"] for r in inner)
    assert "CreateAccessKey" in {e["EventName"] for e in events}


def test_labels_are_written_only_where_they_are_asked_for(tmp_path):
    practice.write("quiet_week", tmp_path / "a", events=0)
    assert sorted(p.name for p in tmp_path.rglob("*") if "label" in p.name) == []


@pytest.mark.parametrize("story", ["quiet_week", "trail_stopped"])
def test_the_number_of_events_is_what_was_asked_for(story, tmp_path):
    made = practice.write(story, tmp_path / "a", events=7_654)
    assert made.events == len(records(made.bucket)) == 7_654


@pytest.mark.parametrize("per_file", [8, 300])
def test_no_log_file_holds_more_records_than_asked_for(per_file, tmp_path):
    made = practice.write("quiet_week", tmp_path / "a", events=8_000, per_file=per_file)
    sizes = [len(json.loads(c).get("Records", [])) for c in contents(made.bucket).values()]
    assert max(sizes) <= per_file and sum(sizes) == made.events


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
def test_memory_stays_flat_while_the_archive_grows(tmp_path):
    script = (
        "import sys; from ctforensics import practice;"
        "practice.write('quiet_week', sys.argv[1], events=int(sys.argv[2]))"
    )
    small, large = (measured(script, str(tmp_path / n), n)[1] for n in ("3000", "120000"))
    # 120,000 records are about 170 MB of content.
    assert large - small < 40


def test_an_unknown_story_offers_the_nearest_names(tmp_path):
    with pytest.raises(UnknownName) as raised:
        practice.write("leaked_keys", tmp_path / "a")
    assert "leaked_key" in raised.value.near


def test_a_folder_with_content_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ForensicsError, match="not empty"):
        practice.write("quiet_week", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_start_moves_every_time_in_the_archive(tmp_path):
    made = practice.write("quiet_week", tmp_path / "a", start="2025-06-02", events=500)
    assert {r["eventTime"][:7] for r in records(made.bucket)} == {"2025-06"}


@pytest.mark.parametrize("story", ALL)
def test_the_clue_leads_to_records(story, written):
    made = written(story)
    assert made.clue and any(made.clue in json.dumps(r) for r in records(made.bucket))


def test_nothing_stays_of_an_archive_that_was_interrupted(tmp_path):
    def stop(done, wanted):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        practice.write("quiet_week", tmp_path / "a", progress=stop)
    assert list((tmp_path / "a").iterdir()) == []


@pytest.mark.parametrize("facts", [{"events": -1}, {"per_file": 0}, {"start": "infinity"}, {"start": "tomorrow"}])
def test_a_senseless_parameter_is_refused_before_anything_is_written(facts, tmp_path):
    with pytest.raises(ParameterError):
        practice.write("quiet_week", tmp_path / "a", **facts)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("story", ALL)
def test_the_counts_are_those_of_the_files(story, written):
    made = written(story)
    files = contents(made.bucket)
    assert (made.events, made.logs + made.digests) == (len(records(made.bucket)), len(files))
