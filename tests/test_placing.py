"""What killed processes left beside a file is taken away by the next that writes it, and nothing else is."""

import os
import subprocess
import sys

from ctforensics import placing


def test_only_what_a_dead_process_left_for_this_file_is_taken_away(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    ended.wait()
    dead, alive = ended.pid, os.getppid()
    for name in (
        f".r[1].html.{dead}",
        f".r[1].html.{alive}",
        f".r1.html.{dead}",
        ".r[1].html.notes",
        "r[1].html",
        f".r[1].html.{'9' * 40}",
    ):
        (tmp_path / name).write_text("x")
    assert placing.waiting(tmp_path / "r[1].html") == tmp_path / f".r[1].html.{os.getpid()}"
    left = {f".r[1].html.{alive}", f".r1.html.{dead}", ".r[1].html.notes", "r[1].html", f".r[1].html.{'9' * 40}"}
    assert {file.name for file in tmp_path.iterdir()} == left


def test_a_folder_that_is_not_there_yet_has_nothing_to_take_away(tmp_path):
    assert placing.waiting(tmp_path / "new" / "r.html").parent == tmp_path / "new"
