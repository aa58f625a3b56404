"""Generations: one writer, published by rename, readers keep what they opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from ctforensics.case import folder, generation
from ctforensics.errors import CaseBusy


@pytest.fixture
def case(tmp_path: Path) -> folder.CaseFolder:
    return folder.create(tmp_path / "c")


def test_a_published_database_is_the_next_one_renamed(case: folder.CaseFolder):
    assert generation.current(case) is None
    with generation.writer(case, "load") as writer:
        writer.path.write_bytes(b"one")
        writer.publish()
    seen = generation.current(case)
    assert seen is not None
    assert seen.path.read_bytes() == b"one"
    with generation.writer(case, "load") as writer:
        writer.start_from_current()
        assert writer.path.read_bytes() == b"one"
        writer.path.write_bytes(b"two")
        assert seen.is_current()
        writer.publish()
    assert not seen.is_current()
    assert generation.current(case).path.read_bytes() == b"two"


def test_a_second_writer_is_told_who_writes(case: folder.CaseFolder):
    code = (
        "import sys; from pathlib import Path; from ctforensics.case import folder, generation\n"
        "with generation.writer(folder.CaseFolder(Path(sys.argv[1])), 'load the mirror'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(case.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CaseBusy, match=f"process {holder.pid} .*load the mirror"), generation.writer(case, "load"):
            pass
    finally:
        holder.communicate("")
    with generation.writer(case, "load") as writer:
        assert not writer.resume()


def test_a_killed_writer_leaves_its_unfinished_file_and_no_lock(case: folder.CaseFolder):
    code = (
        "import os, sys; from pathlib import Path; from ctforensics.case import folder, generation\n"
        "with generation.writer(folder.CaseFolder(Path(sys.argv[1])), 'load') as w:\n"
        "    w.path.write_bytes(b'half'); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(case.path)], check=False)
    with generation.writer(case, "load") as writer:
        assert writer.resume()
        assert writer.path.read_bytes() == b"half"
