"""A report run leaves a finished document or nothing but a log."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctforensics.errors import ForensicsError, ParameterError, UnknownName
from ctforensics.reports import execute, run, scratch

pytestmark = pytest.mark.timeout(900)


def test_a_notebook_becomes_one_page_with_its_pieces_and_no_active_evidence(sample, tmp_path):
    made = run.make(None, str(sample), {"rows": "2"}, tmp_path / "out.html")
    page = made.path.read_text("utf-8")
    assert page.count("d58cf935-0194-41d0-baa0-9efc030ce2e6") == 2
    assert "The first 2 of 100,000 rows are shown." in page
    assert "<img src=x" not in page and "\u202e" not in page and "\x1b" not in page
    assert "<b>raw</b>" not in page and 'href="https' not in page
    assert "http://" not in page.split("<script>")[0].replace("http://www.w3.org", "")


def test_the_same_notebook_gives_the_same_bytes_whatever_folder_zone_and_user(sample, tmp_path):
    first = run.make(None, str(sample), {}, tmp_path / "a.html").path.read_bytes()
    (tmp_path / "other").mkdir()
    elsewhere = tmp_path / "other" / "renamed.ipynb"
    elsewhere.write_bytes(sample.read_bytes())
    code = (
        f"from ctforensics.reports.run import make; make(None, {str(elsewhere)!r}, {{}}, {str(tmp_path / 'b.html')!r})"
    )
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Kolkata", "USER": "zoe"}
    subprocess.run(
        [sys.executable, "-c", code], env=around, cwd=tmp_path / "other", check=True, stdin=subprocess.DEVNULL
    )
    assert (tmp_path / "b.html").read_bytes() == first


def test_a_cell_that_raises_is_named_and_leaves_a_log_and_no_report(write_notebook, tmp_path):
    path = write_notebook(("code", "a = 1"), ("code", "print(1)\nraise ValueError('no such bucket')"))
    with pytest.raises(
        ForensicsError, match=r"code cell 2 \(`print\(1\)`\) raised ValueError: no such bucket"
    ) as caught:
        run.make(None, str(path), {}, tmp_path / "out.html")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out.html").exists()
    assert "Traceback" in (tmp_path / "out.html.log").read_text()


def test_a_failed_run_keeps_the_older_report(write_notebook, tmp_path):
    (tmp_path / "out.html").write_text("older")
    with pytest.raises(ForensicsError):
        run.make(None, str(write_notebook(("code", "1/0"))), {}, tmp_path / "out.html")
    assert (tmp_path / "out.html").read_text() == "older"


def test_the_kernel_does_not_see_the_environment(write_notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    path = write_notebook(("code", "import os\nprint(sorted(os.environ.items()))"))
    made = run.make(None, str(path), {}, tmp_path / "out.html")
    assert "hush-hush" not in made.path.read_text("utf-8")


def test_unknown_report_parameter_and_format_are_refused_before_anything_runs(sample, tmp_path):
    with pytest.raises(UnknownName, match="no report named"):
        run.make(None, "incidnet", {}, tmp_path / "out.html")
    with pytest.raises(UnknownName, match="no parameter named 'row'"):
        run.make(None, str(sample), {"row": "2"}, tmp_path / "out.html")
    with pytest.raises(ParameterError, match="rows takes a int"):
        run.make(None, str(sample), {"rows": "two"}, tmp_path / "out.html")
    with pytest.raises(ForensicsError, match=r"cannot be written as \.doc"):
        run.make(None, str(sample), {}, tmp_path / "out.doc")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ForensicsError, match="cannot be written there"):
        run.make(None, str(sample), {}, tmp_path / "folder.html")


def test_a_file_that_is_no_notebook_is_said_so(tmp_path):
    wrong = tmp_path / "wrong.ipynb"
    wrong.write_text("{}")
    with pytest.raises(ForensicsError, match="not a notebook"):
        run.make(None, str(wrong), {}, tmp_path / "out.html")


def test_nothing_private_of_the_machine_stands_in_the_page(sample, tmp_path):
    import getpass
    import socket

    page = run.make(None, str(sample), {}, tmp_path / "out.html").path.read_text("utf-8")
    told = page.split("<script>")[0]
    for private in (str(tmp_path), str(sample), str(Path.home())):
        assert private not in told
    assert not re.search(rf"(?<![\w-]){re.escape(socket.gethostname())}(?![\w-])", told)  # it may be as short as "vm"
    assert f">{getpass.getuser()}<" not in told


def test_a_place_of_the_machine_is_taken_out_of_what_an_author_prints_and_evidence_that_is_alike_stays():
    from ctforensics.reports import handover, pieces

    told = "GET /case/plan in /home/zoe/.aws, /cases/x, s3://b/case"
    cells = [
        {"source": told, "outputs": [{"data": {pieces.TABLE: {"rows": [[told]]}, "text/plain": told}}, {"text": told}]}
    ]
    (cell,) = handover.scrubbed({"cells": cells}, {"/home/zoe": "HOME", "/case": "CASE"})["cells"]
    assert cell["outputs"][0]["data"] == {pieces.TABLE: {"rows": [[told]]}, "text/plain": told}
    assert cell["outputs"][1]["text"] == cell["source"] == "GET CASE/plan in HOME/.aws, /cases/x, s3://b/case"


def test_a_full_disk_is_one_sentence_and_the_older_report_stands(tmp_path, monkeypatch):
    import errno

    from ctforensics.reports import asof

    def full(source, target):
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ctforensics.reports.run.shutil.copyfile", full)
    (tmp_path / "r.md").write_text("older")
    (tmp_path / "attached").mkdir()
    with pytest.raises(ForensicsError, match="cannot be written: No space left"):
        run._written({"metadata": {}, "cells": []}, [tmp_path / "r.md"], tmp_path, asof.NO_CASE)
    assert sorted(p.name for p in tmp_path.glob("*r.md*")) == ["r.md"] and (tmp_path / "r.md").read_text() == "older"


def test_a_signal_reaches_the_command_and_is_not_printed(write_notebook, tmp_path):
    source = "from ctforensics.reports import pieces\npieces.signal(2, 'Two sign-ins without MFA.')"
    made = run.make(None, str(write_notebook(("code", source))), {}, tmp_path / "out.html")
    assert (made.found, made.said) == (2, ("Two sign-ins without MFA.",))
    assert "Two sign-ins" not in made.path.read_text("utf-8")


def test_plain_nbconvert_makes_the_same_page(sample, tmp_path):
    code = (
        "from ctforensics.reports.exporter import CtReportExporter as E\nfrom traitlets.config import Config\n"
        "c = Config(); c.ExecutePreprocessor.enabled = True\n"
        f"print(E(config=c).from_filename({str(sample)!r})[0].count('d58cf935'))"
    )
    around = {**os.environ, "CTFORENSICS_PARAMS": json.dumps({"rows": 5}), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=around, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5"


def test_a_run_that_is_killed_leaves_the_older_report_and_nothing_half_made(write_notebook, tmp_path):
    import time

    marker = tmp_path / "begun"
    path = write_notebook(("code", f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\ntime.sleep(60)"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "r.html").write_text("older")
    code = f"from ctforensics.reports.run import make; make(None, {str(path)!r}, {{}}, {str(out / 'r.html')!r})"
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    running = subprocess.Popen([sys.executable, "-c", code], env=around, stdin=subprocess.DEVNULL)
    while not marker.exists() and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    assert [p.name for p in out.iterdir()] == ["r.html"] and (out / "r.html").read_text() == "older"


_KILLED = """
import os, signal, sys
from pathlib import Path
from ctforensics.reports import asof, run, scratch, writers
moment, out = sys.argv[1], Path(sys.argv[2])
die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
def half(source, target):
    Path(target).write_bytes(Path(source).read_bytes()[:100])
    die()
if moment == "made": writers.write = die
if moment == "copied": run.shutil.copyfile = half
if moment == "named": run.os.replace = die
notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Title\\n\\nwords"}]}
with scratch.folder() as place:
    (place / "attached").mkdir()
    if moment == "begun": die()
    run._written(notebook, [out / "r.html", out / "r.md"], place, asof.NO_CASE)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL, and sweeps nothing")
def test_whenever_a_run_is_killed_the_older_report_stands_and_the_next_run_clears_up(tmp_path):
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    out.mkdir()
    temporary.mkdir()
    (out / "r.html").write_text("older")
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(temporary)}
    for moment in ("begun", "made", "copied", "named", "never"):
        command = [sys.executable, "-c", _KILLED, moment, str(out)]
        done = subprocess.run(command, env=around, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == (0 if moment == "never" else -9), done.stderr
        if moment != "never":
            assert (out / "r.html").read_text() == "older" and not (out / "r.md").exists()
            assert len(list(temporary.iterdir())) == 1, "what the run before left is gone"
    assert "words" in (out / "r.html").read_text("utf-8")
    assert sorted(p.name for p in out.iterdir()) == ["r.html", "r.md"] and list(temporary.iterdir()) == []


def test_the_folder_of_a_run_that_goes_on_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch.folder() as first, scratch.folder() as second:
        assert first != second and first.is_dir() and second.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_report_is_never_written_over_its_notebook_nor_into_evidence(story_case, sample, tmp_path):
    case = story_case("quiet_week")
    with pytest.raises(ForensicsError, match="take the place of the notebook"):
        run.make(None, str(sample), {}, tmp_path / "x.html", sample)
    for place in (case.folder.evidence, case.folder.where(case.folder.manifest().evidence[0])):
        with pytest.raises(ForensicsError, match="in the evidence"):
            run.make(case.path, "incident", {}, place / "new" / "x.html")
        assert not (place / "new").exists()


def test_a_report_takes_the_place_of_a_link_and_not_of_what_it_points_to(tmp_path):
    database = tmp_path / "case.duckdb"
    database.write_text("the case")
    (tmp_path / "r.html").symlink_to(database)
    (tmp_path / "made").write_text("report")
    run._place(tmp_path / "made", tmp_path / "r.html")
    assert database.read_text() == "the case" and (tmp_path / "r.html").read_text() == "report"


def test_a_report_without_a_case_is_not_said_to_be_redacted(sample, tmp_path):
    with pytest.raises(ForensicsError, match="cannot be redacted"):
        run.make(None, str(sample), {}, tmp_path / "x.html", redact="all")


def test_places_that_python_was_told_relative_to_the_callers_folder_hold_for_the_kernel_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"src{os.pathsep}/opt/site")
    assert execute._environment(tmp_path, {})["PYTHONPATH"] == f"{tmp_path.resolve() / 'src'}{os.pathsep}/opt/site"
