"""The register of evidence: its lines, one by one and many at once."""

from pathlib import Path

import pytest

from ctforensics.case import folder, journal, register
from ctforensics.case.register import EvidenceLine

NAMES = ["a/b.json.gz", 'quo"te\\', "täg é", "\x00\x1f\x7f\n\t", "\u2028\U0001f600", "undecodable \udce9", "</script>"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("modified", [None, "2026-03-06T11:20:00Z"])
def test_a_line_that_a_load_writes_is_the_one_that_the_facts_give(name: str, modified: str | None, tmp_path: Path):
    case = folder.create(tmp_path / "case")
    facts = EvidenceLine(name, name, 12, "ab" * 32, "cd" * 32, last_modified=modified)
    register.append(case, [facts])
    journal.append_text(case.register_file, register.line(name, name, 12, "ab" * 32, "cd" * 32, modified))
    first, second = case.register_file.read_bytes().splitlines(True)
    assert first == second
    assert list(register.read(case)) == [facts, facts]


def test_lines_added_behind_a_torn_one_are_lines_of_their_own(tmp_path: Path):
    case = folder.create(tmp_path / "case")
    case.register_file.write_bytes(b'{"root":"a","pa')
    journal.append_text(case.register_file, register.line("a", "b", 1, "ab", "cd", None))
    assert [line.path for line in register.read(case)] == ["b"]
