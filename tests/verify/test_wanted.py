"""The letter says exactly what to send, and doing so makes the verdict better."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from support import aws_service
from support.digest_archive import FIRST, Archive, codes, shown
from support.digest_cases import a_log, delete, logs_of, place, usual

from ctforensics.case import outstanding, register
from ctforensics.investigation import new_case
from ctforensics.verify.cases import verify_path
from ctforensics.verify.heads import read_heads
from ctforensics.verify.wanted import letter


def test_nothing_is_wanted_of_what_is_proven_and_known_to_be_all(clean: Archive, tmp_path: Path):
    clean.write(tmp_path)
    typed = {"accounts": ["111122223333"], "regions": ["us-east-1"], "trails": ["management-events"]}
    whole = {"since": FIRST.replace(hour=19), "until": FIRST.replace(day=10, hour=3)}
    result = clean.judge(tmp_path, **typed, **whole)
    assert result.complete is True
    assert letter(result).startswith("Nothing is wanted")


def test_missing_heads_keys_files_and_lists_are_asked_for_by_name(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    log = a_log(archive, maker)
    delete(archive, log)
    text = letter(archive.verify(tmp_path, metadata=False))
    assert f"aws s3api head-object --bucket {maker.bucket} --key {maker.digests[-1].key}" in text
    assert f"aws s3 cp s3://{log[0]}/{log[1]}" in text
    archive.public_keys = {"PublicKeyList": []}
    assert "list-public-keys --region us-east-1 --start-time 2024-03-08" in letter(archive.judge(tmp_path))


def test_the_heads_that_the_letter_asks_for_prove_the_newest_digest(archive: Archive, tmp_path: Path):
    maker = usual(archive)
    archive.write(tmp_path / "mirror")
    newest = f"{maker.digests[-1].bucket}/{maker.digests[-1].key}"
    heads = tmp_path / "heads.jsonl"
    heads.write_text(json.dumps({newest: archive.sink.metadata[newest]}) + "\n" + json.dumps({"b/k": {}}) + "\n")
    before = archive.judge(tmp_path / "mirror", metadata=False)
    archive.sink.metadata = dict(read_heads(heads))
    after = archive.judge(tmp_path / "mirror")
    assert (before.authentic, after.authentic) == ("unknown", "ok")
    assert codes(after) == {}


def test_the_commands_of_the_letter_run_against_the_bucket_and_their_answers_prove_everything(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive)
    window = dict(archive.window)
    whole = dict(archive.objects)
    newest = place(maker.digests[-1])
    with aws_service.running() as service:
        service.reset()
        heads = {key: archive.sink.metadata[f"{bucket}/{key}"]["Metadata"] for bucket, key in whole if "-Digest" in key}
        service.fill(maker.bucket, {key: body for (_, key), body in whole.items()}, heads)
        service.public_keys.update(archive.ring.public_keys()["Regions"])
        delete(archive, a_log(archive, maker), newest, *logs_of(archive, maker.digests[-1]))
        archive.write(tmp_path / "mirror")
        before = verify_path(tmp_path / "mirror", **window)
        text = letter(before)
        commands = [line for line in text.splitlines() if line.startswith(("aws ", "printf "))]
        wanted = [
            c for c in commands if not re.search("describe-trails|list-accounts|list-regions|get-trail-status", c)
        ]
        run_in_bash(tmp_path, wanted, service.url, maker.bucket)
        (tmp_path / "mirror").rename(tmp_path / "received")
        shutil.copytree(tmp_path / "send" / maker.bucket, tmp_path / "received", dirs_exist_ok=True)
        given = {"public_keys": tmp_path / "keys-us-east-1.json", "metadata": tmp_path / "heads.jsonl"}
    after = verify_path(tmp_path / "received", **given, **window)
    assert (before.authentic, after.authentic) == ("unknown", "ok"), shown(after)
    assert after.counts["codes"] == {"D_OK": 8, "L_OK": 16}
    assert after.findings == []


def run_in_bash(folder: Path, commands: list[str], url: str, bucket: str) -> None:
    """Runs the commands of a letter as their reader would."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    facts = {"AWS_ENDPOINT_URL": url, "AWS_PAGER": "", "PATH": path, "BUCKET": bucket, "PREFIX": ""}
    script = "\n".join(["set -e", "touch heads.jsonl", *commands])
    subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=aws_service.environment() | facts,
        check=True,
        capture_output=True,
        timeout=240,
    )


def test_what_an_acquisition_could_not_bring_is_asked_for(clean: Archive, tmp_path: Path):
    case = new_case(tmp_path / "case")
    case.add_evidence(clean.write(tmp_path / "mirror"), label="mirror")
    (case.path / "acquisition").mkdir()
    key = "AWSLogs/1/CloudTrail-Digest/x.json.gz"
    rows = [("archived", key, "in an archive class: GLACIER"), ("refused", "AWSLogs/1/b.json.gz", "access denied")]
    rows += [("missing", "AWSLogs/1/c.json.gz", "not found"), ("refused", "../../x", "access denied")]
    with outstanding.writing(outstanding.new_file(case.folder)) as write:
        for outcome, name, reason in rows:
            write(outstanding.Outstanding("b", name, None, 1, "GLACIER", outcome, reason))
    text = letter(case.verify(), outstanding.read(case.folder).values())
    assert f"aws s3api restore-object --bucket b --key {key} --restore-request" in text
    assert f"aws s3api head-object --bucket b --key {key}" in text, "a copy of a digest loses its metadata"
    assert (
        "# b/AWSLogs/1/b.json.gz: access denied\naws s3 cp s3://b/AWSLogs/1/b.json.gz send/b/AWSLogs/1/b.json.gz"
        in text
    )
    assert "list-object-versions --bucket b --prefix AWSLogs/1/c.json.gz" in text
    assert "../../x" not in text
    facts = {"root": "evidence", "path": "b/AWSLogs/1/b.json.gz", "bucket": "b", "key": "AWSLogs/1/b.json.gz"}
    register.append(case.folder, [register.EvidenceLine(**facts, size=1, sha256="0" * 64)])
    assert "AWSLogs/1/b.json.gz" not in letter(case.verify(), outstanding.read(case.folder).values())


def test_what_nobody_can_send_is_not_called_proven(clean: Archive, tmp_path: Path):
    clean.maker().deliver([], FIRST.replace(hour=23, minute=2), listed=False, span=(FIRST, FIRST))
    typed = {"accounts": ["111122223333"], "regions": ["us-east-1"], "trails": ["management-events"]}
    whole = {"since": FIRST.replace(hour=19), "until": FIRST.replace(day=10, hour=3)}
    result = clean.verify(tmp_path, **typed, **whole)
    assert (result.authentic, result.complete) == ("fail", True)
    said = letter(result)
    assert "proven, and nothing" not in said
    assert "1 files are not proven (L_UNLISTED)" in said


def test_a_letter_that_asks_for_a_restore_does_not_say_that_it_only_reads(clean: Archive, tmp_path: Path):
    result = clean.verify(tmp_path)
    one = outstanding.Outstanding("b", "AWSLogs/1/x.json.gz", None, 1, "GLACIER", "archived", "in an archive class")
    assert "They only read.\n" in letter(result)
    assert "They only read.\n" not in letter(result, [one])


def test_hostile_names_are_quoted_and_names_that_lead_out_are_left_out(archive: Archive, tmp_path: Path):
    maker = archive.maker(prefix="x'; rm -rf ~; '\n")
    archive.hours(maker, 3)
    delete(archive, a_log(archive, maker, 1), place(maker.digests[0]))
    text = letter(archive.verify(tmp_path))
    assert "\nrm" not in text
    assert "'\"'\"'; rm -rf ~; '\"'\"'" in text
