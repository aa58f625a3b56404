"""Hostile and broken evidence: a row in rejects or one clear sentence, the ledger balanced, the rest loaded."""

import gzip
import io
import json
import os
import zipfile

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.errors import CaseError, ParameterError
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.load.scope import Scope
from tests.load.loading_desk import record

GOOD = json.dumps({"Records": [record(1)]}).encode()


def outcome(desk, name):
    return desk.rows(f"SELECT outcome, reason FROM files WHERE path = '{name}'")[0]


@pytest.fixture
def loaded(desk):
    """Loads beside a good file, and checks that the good one came in."""
    desk.put("good.json", GOOD)

    def run(**options):
        result = desk.load(**options)
        assert result.balanced
        assert desk.rows("SELECT records, events FROM files WHERE path = 'good.json'") == [(1, 1)]
        return result

    return run


def test_a_bomb_is_refused_and_named(desk, loaded):
    desk.put("bomb.json.gz", gzip.compress(b'{"Records":[' + b" " * (1 << 26) + b"]}"))
    result = loaded()
    assert result.rejects == {"not_opened": 1}
    assert "Inflates to more than" in desk.rows("SELECT detail FROM rejects")[0][0]


def test_a_bomb_inside_a_zip_is_refused_and_its_neighbour_loads(desk, loaded):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b" " * (1 << 26))
        archive.writestr("fine.json", json.dumps({"Records": [record(2)]}))
    desk.put("x.zip", out.getvalue())
    result = loaded()
    assert (result.events, result.rejected) == (2, 1)
    assert outcome(desk, "x.zip!/bomb.json") == ("rejected", "not_opened")


def test_a_name_that_climbs_out_of_a_zip_is_only_a_name(desk, loaded, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../escaped.json", json.dumps({"Records": [record(2)]}))
    desk.put("x.zip", out.getvalue())
    assert loaded().events == 2
    assert not list(tmp_path.parent.glob("**/escaped.json"))


def test_content_behind_the_first_gzip_member_is_a_reject_and_not_evidence(desk, loaded):
    first = gzip.compress(json.dumps({"Records": [record(2)]}).encode())
    second = gzip.compress(json.dumps({"Records": [record(3)]}).encode())
    desk.put("two.json.gz", first + second)
    result = loaded()
    assert (result.events, result.rejects) == (2, {"trailing_content": 1})
    assert outcome(desk, "two.json.gz")[0] == "partial"


def test_a_truncated_gzip_gives_every_whole_record_before_the_cut(desk, loaded):
    many = {"Records": [record(n, userAgent=os.urandom(40).hex()) for n in range(100, 400)]}
    packed = gzip.compress(json.dumps(many).encode())
    desk.put("cut.json.gz", packed[: len(packed) // 2])
    result = loaded()
    assert result.rejects == {"truncated": 1}
    assert 100 < result.events < 250
    offset, size = desk.rows("SELECT byte_offset, byte_length FROM rejects")[0]
    assert offset > 10_000 and size > 0


def test_a_flipped_bit_in_the_deflate_stream_is_found(desk, loaded):
    packed = bytearray(
        gzip.compress(json.dumps({"Records": [record(n, userAgent=os.urandom(30).hex()) for n in range(200)]}).encode())
    )
    packed[len(packed) // 2] ^= 0x10
    desk.put("flipped.json.gz", bytes(packed))
    loaded()
    flags = desk.rows("SELECT flags FROM files WHERE path = 'flipped.json.gz'")[0][0]
    assert set(flags) & {"deflate_error", "container:crc", "truncated"}


def test_a_symbolic_link_is_listed_and_never_followed(desk, loaded):
    (desk.evidence / "loop").symlink_to(desk.evidence, target_is_directory=True)
    (desk.evidence / "passwd").symlink_to("/etc/passwd")
    result = loaded()
    assert result.rejects == {"not_opened": 2}
    assert outcome(desk, "passwd") == ("rejected", "not_opened")


def test_a_pipe_is_listed_and_never_opened(desk, loaded):
    os.mkfifo(desk.evidence / "pipe.json")
    assert loaded().rejects == {"not_opened": 1}


def test_a_file_that_vanishes_between_listing_and_reading_is_a_reject(desk, loaded, monkeypatch):
    from ctforensics.evidence import roots

    file = desk.put("fleeting.json", {"Records": [record(2)]})
    walk = roots.walk

    def fleeting(*args):
        found = list(walk(*args))
        file.unlink()
        yield from found

    monkeypatch.setattr(roots, "walk", fleeting)
    assert loaded().rejects == {"not_opened": 1}


def test_text_of_other_kinds_is_named_and_not_counted_as_rejected(desk, loaded):
    desk.put("notes.txt", "hello, world\n[2025-07-04] INFO\n")
    desk.put("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    desk.put("digest.json", {"digestS3Bucket": "b", "logFiles": [], "digestStartTime": "x"})
    result = loaded()
    assert (result.rejected, result.other_kinds) == (0, {"unknown": 2, "digest": 1})


def test_nul_bytes_between_records_are_rejects_with_their_place(desk, loaded):
    text = json.dumps(record(2)) + "\n\0\0\0\n" + json.dumps(record(3)) + "\n"
    desk.put("nul.json", text)
    result = loaded()
    assert result.events >= 2 and result.rejected >= 1


def test_a_csv_row_that_is_cut_is_a_reject_and_the_others_load(desk, loaded):
    desk.put(
        "history.csv",
        "Event name,Event time,Event source,User name,Event ID\n"
        "CreateUser,2024-05-02T06:11:09Z,iam.amazonaws.com,ana,i-1\nCreateUser,2024\nListUsers,2024-05-02T06:12:09Z,iam.amazonaws.com,ana,i-2\n",
    )
    result = loaded()
    assert (result.events, result.rejects) == (3, {"malformed_row": 1})


def test_a_record_that_is_no_object_is_a_reject(desk, loaded):
    desk.put("odd.json", {"Records": [record(2), 5, "x", None, []]})
    result = loaded()
    assert (result.events, result.rejected) == (2, 4)


def test_a_case_inside_its_own_evidence_is_refused(tmp_path):
    made = case_folder.create(tmp_path / "evidence" / "case")
    with pytest.raises(CaseError, match="lies in this folder"):
        add_root(made, tmp_path / "evidence")


def test_an_empty_window_is_refused_with_a_hint():
    from datetime import datetime

    with pytest.raises(ParameterError, match="window is empty"):
        Scope(since=datetime(2024, 5, 2), until=datetime(2024, 5, 1))


def test_an_empty_list_to_sift_by_is_refused(desk, tmp_path):
    (tmp_path / "none.txt").write_text("# nothing\n\n")
    with pytest.raises(ParameterError, match="list is empty"):
        desk.load(matching=tmp_path / "none.txt")


def test_only_verified_needs_a_verification(desk):
    desk.put("good.json", GOOD)
    with pytest.raises(CaseError, match="No file of this case is verified yet"):
        desk.load(only_verified=True)


def test_a_torn_next_database_is_thrown_away(desk):
    desk.put("good.json", GOOD)
    desk.case.next_database.write_bytes(b"not a database" * 1000)
    assert desk.load().events == 1


def test_a_root_that_is_gone_is_one_sentence(desk, tmp_path):
    desk.put("good.json", GOOD)
    desk.load()
    desk.evidence.rename(tmp_path / "moved")
    from ctforensics.errors import EvidenceError

    with pytest.raises(EvidenceError, match="There is nothing there"):
        load(desk.case)


def test_a_file_that_could_not_be_opened_is_tried_again(desk, monkeypatch):
    from ctforensics.errors import EvidenceError
    from ctforensics.evidence import door

    def refuse(located, limits):
        raise EvidenceError("Cannot be read: Permission denied.", where=located.path)

    desk.put("good.json", GOOD)
    with monkeypatch.context() as denied:
        denied.setattr(door, "open_object", refuse)
        assert desk.load().rejects == {"not_opened": 1}
    result = desk.load()
    assert (result.events, result.rejects) == (1, {})


def test_a_limit_of_size_is_a_reject_and_not_an_end(desk, loaded, monkeypatch):
    from ctforensics.evidence import door

    large = desk.put("large.json", json.dumps({"Records": [record(2, userAgent="x" * 200_000)]}))
    opened = door.open_object
    monkeypatch.setattr(door, "open_object", lambda located, limits: opened(located, door.Limits(stored=100_000)))
    assert large.stat().st_size > 100_000
    assert loaded().rejects == {"not_opened": 1}


def test_a_log_file_that_is_cut_at_any_byte_says_so_and_keeps_every_record_before_the_cut(desk):
    said = json.dumps({"Records": [record(n) for n in range(6)]}, separators=(",", ":")).encode()
    whole = gzip.compress(said, mtime=0)
    cuts = range(2, len(whole), 5)
    for cut in cuts:
        desk.put(f"{cut:04d}/111122223333_CloudTrail_us-east-1_20240502T0615Z_abcdefghijklmnop.json.gz", whole[:cut])
    result = desk.load(jobs=1)
    assert result.balanced
    told = desk.rows("SELECT path, outcome, rejected, records FROM files ORDER BY path")
    kept = [records - rejected for _, _, rejected, records in told]
    assert len(told) == len(cuts)
    assert kept == sorted(kept) and kept[-1] == 6
    trailer = {f"{cut:04d}" for cut in cuts if cut >= len(whole) - 8}  # whole content: flagged, and nothing is lost
    assert all(rejected == 1 for path, _, rejected, _ in told if path[:4] not in trailer)


@pytest.mark.parametrize("names", [("a.json", "b.json"), ("b.json", "a.json")])
def test_a_record_behind_a_fault_is_the_same_event_as_in_a_whole_file(desk, names):
    whole = json.dumps({"Records": [record(n) for n in range(4)]}, separators=(",", ":"))
    desk.put(names[0], whole.replace("},{", "},,{", 1))
    desk.put(names[1], whole)
    result = desk.load()
    assert (result.events, result.duplicates, result.rejected) == (4, 4, 1)
    assert desk.rows("SELECT path FROM files WHERE list_contains(flags, 'after_fault')") == [(names[0],)]
    assert desk.rows("SELECT count(parse_flags) FROM events") == [(0,)]
