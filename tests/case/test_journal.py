"""Journals: append-only, chained, repaired."""

import json
import multiprocessing
from pathlib import Path

from ctforensics.case import journal


def test_lines_come_back_in_order_and_the_chain_holds(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    journal.append(path, [{"n": 1}, {"n": 2}], chained=True)
    head = journal.append(path, [{"n": 3}], chained=True)
    assert [line["n"] for line in journal.read(path)] == [1, 2, 3]
    assert journal.verify(path) == journal.ChainReport(3, head)


def test_a_changed_line_breaks_the_chain_where_it_was_changed(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    journal.append(path, [{"who": "a"}, {"who": "b"}, {"who": "c"}], chained=True)
    path.write_text(path.read_text().replace('"who":"b"', '"who":"x"'))
    assert [number for number, _ in journal.verify(path).faults] == [2]


def test_a_removed_line_breaks_the_chain(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    journal.append(path, [{"n": n} for n in range(4)], chained=True)
    lines = path.read_text().splitlines(True)
    path.write_text("".join(lines[:1] + lines[2:]))
    assert [number for number, _ in journal.verify(path).faults] == [2]


def test_a_torn_last_line_is_set_aside_and_the_journal_goes_on(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    journal.append(path, [{"n": 1}], chained=True)
    with path.open("ab") as stream:
        stream.write(b'{"n":2,"prev')
    assert [line["n"] for line in journal.read(path)] == [1]
    journal.append(path, [{"n": 3}], chained=True)
    assert [line["n"] for line in journal.read(path)] == [1, 3]
    assert journal.verify(path).ok
    assert (tmp_path / "j.jsonl.torn").read_bytes() == b'{"n":2,"prev\n'


def _write(path: str, who: int) -> None:
    for n in range(20):
        journal.append(Path(path), [{"who": who, "n": n}], chained=True)


def test_two_processes_never_tear_each_others_chain(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(str(path), who)) for who in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert all(writer.exitcode == 0 for writer in writers)
    report = journal.verify(path)
    assert report.ok
    assert report.lines == 40


def test_a_line_longer_than_any_buffer_is_found_again(tmp_path: Path):
    path = tmp_path / "j.jsonl"
    journal.append(path, [{"text": "x" * 200_000}], chained=True)
    journal.append(path, [{"n": 2}], chained=True)
    assert journal.verify(path).ok
    assert json.loads(path.read_text().splitlines()[1])["n"] == 2
