"""What goes wrong is said in one sentence, with exit code 2, and leaves nothing half made."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from ctforensics import cli
from ctforensics.errors import ForensicsError
from ctforensics.investigation import new_case
from ctforensics.reports import catalog, run
from tests.support import report_matrix, small_case

pytestmark = pytest.mark.timeout(900)


def told(capsys):
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["incidnet"], "incident"),
        (["incident", "-p", "acces_keys=AKIA"], "access_keys"),
        (["incident", "-p", "final=perhaps"], "final takes a bool"),
        (["incident", "-p", "final"], "NAME=VALUE"),
        (["incident", "-o", "out.doc"], ".doc"),
        (["incident", "--redact", "some"], "redaction profile"),
        (["access_key_compromise"], "needs access_key_id"),
        (["incident", "-p", "zone=Mars/Olympus"], "no time zone"),
        (["incident", "-p", "since=yesterday-ish"], "yesterday-ish"),
    ],
)
def test_what_is_not_understood_ends_with_two_and_names_what_is(story_case, tmp_path, capsys, arguments, sentence):
    out = [] if "-o" in arguments else ["-o", str(tmp_path / "out.html")]
    assert cli.main(["report", str(story_case("quiet_week").path), *arguments, *out]) == 2
    assert sentence in told(capsys)
    assert not (tmp_path / "out.html").exists()


def test_a_cell_that_raises_is_named_its_traceback_is_kept_and_the_exit_code_is_two(
    write_notebook, story_case, tmp_path, capsys
):
    own = write_notebook(("code", "x = 1"), ("code", "x / 0  # the culprit"))
    case = story_case("quiet_week")
    assert (
        cli.main(["report", str(case.path), str(own), "-o", str(tmp_path / "o.html"), "-o", str(tmp_path / "o.md")])
        == 2
    )
    assert "code cell 2 (`x / 0  # the culprit`) raised ZeroDivisionError" in told(capsys)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.html.log", own.name]
    assert "Traceback" in (tmp_path / "o.html.log").read_text()
    made = tmp_path / "not there yet" / "o.html"
    assert cli.main(["report", str(case.path), str(own), "-o", str(made)]) == 2
    assert "raised ZeroDivisionError" in told(capsys) and [p.name for p in made.parent.iterdir()] == ["o.html.log"]


@pytest.mark.parametrize("loaded", [False, True], ids=["without events", "without verification"])
def test_a_case_without_verification_or_events_says_so_in_every_report(tmp_path, loaded):
    case = small_case.make(tmp_path) if loaded else new_case(tmp_path / "mycase", title="Bare")
    if not loaded:
        case.load(small_case.add(tmp_path / "evidence", "empty.json"))
    for report in ("incident", "trail_integrity", "daily_review", "s3_exposure"):
        params = report_matrix.parameters(case, report) if loaded else {}
        made = run.make(case.path, report, params, tmp_path / f"{report}.html")
        page = made.path.read_text("utf-8").split("<script>")[0]
        assert "Not verified" in page and "nothing here is proven authentic" in page, report
        assert "Coverage is not known" in page or "Coverage was not established" in page, report
        assert "Authentic: all" not in page
    case.close()


def test_a_case_into_which_nothing_was_ever_loaded_is_one_sentence(tmp_path, capsys):
    new_case(tmp_path / "mycase", title="Bare").close()
    assert cli.main(["report", str(tmp_path / "mycase"), "incident", "-o", str(tmp_path / "o.html")]) == 2
    said = told(capsys)
    assert "load" in said and "Traceback" not in said and not (tmp_path / "o.html").exists()


def test_a_hundred_thousand_rows_show_the_first_and_attach_them_all(story_case, write_notebook, tmp_path):
    source = (
        "import ctforensics as ctf\nfrom ctforensics.reports.held import Held\n"
        "held = Held(ctf.open_case())\n"
        "held.table(held.rows('Many', \"SELECT i AS n, '=cmd' AS said FROM range(100000) t(i)\"), 'Many rows')"
    )
    own = write_notebook(("code", source), name="many")
    made = run.make(story_case("quiet_week").path, str(own), {}, tmp_path / "many.html", tmp_path / "many.docx")
    page = made.path.read_text("utf-8")
    assert (
        "The first 200 of 100,000 rows are shown." in page
        and "All 100,000 rows stand in the attached file s1_many.csv" in page
    )
    assert made.path.stat().st_size < 1_000_000
    (attached,) = made.attachments
    lines = attached.read_text("utf-8").splitlines()
    assert len(lines) == 100_001 and lines[-1] == "99999,'=cmd"
    with zipfile.ZipFile(tmp_path / "many.docx") as held:
        assert b"The first 200 of 100,000 rows are shown." in held.read("word/document.xml")


def test_hostile_records_reach_every_format_as_text_alone(tmp_path):
    bad = "</script><img src=x onerror=alert(1)>\u202e[a](javascript:alert(1)) {{7*7}} |`=cmd\x00\x1b[31m"
    user = {
        "type": "IAMUser",
        "arn": f"arn:aws:iam::111122223333:user/{bad}",
        "userName": bad,
        "accessKeyId": bad,
        "accountId": bad,
    }
    case = small_case.make(tmp_path)
    every = small_case.record(
        30,
        userIdentity=user,
        eventName=bad,
        eventSource=bad,
        awsRegion=bad,
        sourceIPAddress=bad,
        errorCode=bad,
        errorMessage=bad,
        requestParameters={bad: bad, "bucketName": bad},
        recipientAccountId=bad,
        eventID=bad,
    )
    case.load(small_case.add(tmp_path / "evidence", "bad.json", every))
    case.notes.finding(bad, events_for=[])
    targets = [tmp_path / f"o.{ending}" for ending in ("html", "md", "docx", "ipynb")]
    run.make(case.path, "incident", {"access_keys": [bad], "summary": bad}, *targets)
    page = targets[0].read_text("utf-8").rsplit("<script>", 1)[0]
    assert "<img" not in page and "\u202e" not in page and "\x1b" not in page and "\x00" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page and 'href="javascript' not in page
    assert page.count("<script") == page.count('<script type="application/json"')
    text = targets[1].read_text("utf-8")
    assert "<img" not in text and "](javascript" not in text.replace("\\]", "")
    notebook = json.loads(targets[3].read_text("utf-8"))
    kinds = {m for c in notebook["cells"] for o in c.get("outputs", []) for m in o.get("data", {})}
    assert not kinds & {"text/html", "text/markdown", "application/javascript"}
    case.close()


@pytest.mark.browser
def test_a_report_is_printed_where_no_font_is_installed(sample, tmp_path, monkeypatch):
    from ctforensics.reports import browsers

    if browsers.find() is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    none = tmp_path / "fonts.conf"
    none.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(none))
    targets = [tmp_path / f"o.{ending}" for ending in ("html", "pdf", "md", "docx", "ipynb")]
    run.make(None, str(sample), {}, *targets)
    assert all(file.stat().st_size > 1000 for file in targets)
    assert targets[1].read_bytes().startswith(b"%PDF")


def test_a_place_that_may_not_be_written_is_refused_before_anything_runs(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)  # root, who runs containers, may write anywhere
    with pytest.raises(ForensicsError, match="cannot be written there"):
        run.make(None, str(sample), {}, tmp_path / "o.html")


def test_a_place_that_turns_out_not_to_be_writable_is_named_as_the_report_and_holds_nothing(
    sample, tmp_path, monkeypatch
):
    def refused(source, target):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(run.shutil, "copyfile", refused)
    with pytest.raises(ForensicsError, match="Read-only file system") as told:
        run.make(None, str(sample), {}, tmp_path / "out" / "o.html")
    assert str(told.value.where).endswith("o.html") and not list((tmp_path / "out").iterdir())


def test_an_output_below_a_file_is_refused_before_anything_runs(sample, tmp_path):
    (tmp_path / "file").write_text("a file, no folder")
    command = [
        sys.executable,
        "-m",
        "ctforensics",
        "report",
        str(tmp_path),
        "x",
        "-o",
        str(tmp_path / "file" / "o.html"),
    ]
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=around, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and "cannot be written there" in done.stderr and "Traceback" not in done.stderr


def test_every_report_can_be_shown_with_its_parameters(capsys):
    for report in catalog.walk():
        assert cli.main(["reports", "show", report.name]) == 0
        assert report.title in capsys.readouterr().out
