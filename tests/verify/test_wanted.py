"""The letter says exactly what to send, and doing so makes the verdict better."""

import json
from pathlib import Path

from support.digest_archive import FIRST, Archive, codes
from support.digest_cases import a_log, delete, place, usual

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


def test_hostile_names_are_quoted_and_names_that_lead_out_are_left_out(archive: Archive, tmp_path: Path):
    maker = archive.maker(prefix="x'; rm -rf ~; '\n")
    archive.hours(maker, 3)
    delete(archive, a_log(archive, maker, 1), place(maker.digests[0]))
    text = letter(archive.verify(tmp_path))
    assert "\nrm" not in text
    assert "'\"'\"'; rm -rf ~; '\"'\"'" in text
