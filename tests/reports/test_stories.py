"""The report notebooks on the practice stories: what a reader must find on the first page, and that it comes out the same."""

import getpass
import html
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from ctforensics.case import journal
from ctforensics.errors import CaseError
from ctforensics.reports import browsers, catalog, noted, run
from tests.support import leaks, made_reports, report_matrix

pytestmark = pytest.mark.timeout(900)


def plain(path):
    """The words of a page, without its script and style, and the words before the contents: the first page."""
    page = path.read_text("utf-8").split("<script>")[0]
    page = re.sub(r"(?s)<style>.*?</style>|<script type=.*?</script>|<svg.*?</svg>", " ", page)
    words = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return " ".join(words.split()), " ".join(words.split("Contents")[0].split())


def labels(story_case, story):
    return json.loads((story_case(story).path.parent / "labels.json").read_text("utf-8"))


def test_every_shipped_report_says_what_it_is_for_and_explains_its_parameters():
    found = list(catalog.walk())
    assert {r.name for r in found} >= {
        "incident",
        "trail_integrity",
        "access_key_compromise",
        "s3_exposure",
        "privilege_escalation",
        "console_login_review",
        "daily_review",
        "principal_profile",
    }
    assert all(r.title and r.about.endswith(".") for r in found)
    assert all(p.help for r in found for p in r.parameters)


TAMPERED = made_reports.together("tampered_log", "trail_integrity")


@TAMPERED
def test_trail_integrity_names_each_altered_deleted_and_injected_file_on_the_first_page(made_report, story_case):
    words_of_all, first = plain(made_report("tampered_log", "trail_integrity").page)
    case = story_case("tampered_log")
    _, _, rows, _ = case.room.sql("SELECT object, code FROM verifications WHERE class = 'fail'", {})
    assert {code for _, code in rows} == {"L_HASH", "L_MISSING", "L_UNLISTED"}
    words = {"L_HASH": "Altered", "L_MISSING": "Deleted", "L_UNLISTED": "Injected"}
    for name, code in rows:
        assert f"{words[code]}: {name.rsplit('/', 1)[-1]}" in first
    assert "Not authentic: 3 files contradict the digest chain" in first
    assert "deleted may also never have been handed over" in first and "by a trail without validation" in first
    assert "2 listed files were not checked" in words_of_all
    assert "PRACTICE" in first and "DRAFT" in first


def test_a_quiet_week_is_authentic_and_its_silence_stands_beside_its_coverage(made_report):
    made = made_report("quiet_week", "daily_review")
    assert made.found == 0
    words, first = plain(made.page)
    assert "Authentic: all" in first or "Not fully proven" in first
    silence = re.search(
        r"No rows: .*?Coverage of the window asked for, in hours of each account, region and trail: [^.]*\.", words
    )
    assert silence, "a claim of absence stands beside its coverage"


@made_reports.together("leaked_key", "incident")
def test_incident_tells_the_story_of_the_leaked_key_in_order(made_report, story_case):
    told = labels(story_case, "leaked_key")
    assert report_matrix.parameters(story_case("leaked_key"), "incident")["access_keys"] == [told["clue"]]
    words, _ = plain(made_report("leaked_key", "incident").page)
    story = words[words.index("What happened, in time order") : words.index("Events over time")]
    facts = ("first_use", "refused_enumeration", "escalation", "policy_opened", "second_key", "trail_stop_attempted")
    places = [story.find(told["facts"][f]["answer"][0]) for f in facts if f in told["facts"]]
    assert len(places) >= 3 and -1 not in places and places == sorted(places)


# A host name that stands nowhere by chance, whatever this machine is called.
NAMED = """import os, platform, socket
socket.gethostname = socket.getfqdn = platform.node = lambda *_: "laptop-of-zoe"
os.uname = lambda told=os.uname(): os.uname_result((told[0], "laptop-of-zoe", *told[2:]))
"""
ENDINGS = ("html", "md", "docx", "ipynb") + (("pdf",) if browsers.find() else ())


@pytest.fixture(scope="module")
def made_elsewhere(story_case, tmp_path_factory):
    """The integrity report of a copy of the tampered log, made by another user in another folder and time zone; with its surroundings."""
    there = tmp_path_factory.mktemp("some where else")
    copy = there / "case"
    shutil.copytree(
        story_case("tampered_log").path, copy, ignore=shutil.ignore_patterns("reports", "questions.jsonl", "*.lock")
    )
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "America/New_York"}
    around |= {"USER": "zoe-who-runs-it", "LOGNAME": "zoe-who-runs-it", "SECRET_WORD": "hush-hush"}
    around |= {"HOME": str(there / "home of zoe-who-runs-it")}
    (there / "surroundings").mkdir()
    (there / "surroundings" / "sitecustomize.py").write_text(NAMED)
    around["PYTHONPATH"] = os.pathsep.join([str(there / "surroundings"), around["PYTHONPATH"]])
    targets = [there / f"out.{ending}" for ending in ENDINGS]
    code = f"from ctforensics.reports.run import make; make({str(copy)!r}, 'trail_integrity', {{}}, *{[str(t) for t in targets]!r})"
    subprocess.run([sys.executable, "-c", code], env=around, cwd=there, check=True, stdin=subprocess.DEVNULL)
    return there, targets


@TAMPERED
def test_copies_of_a_case_give_the_same_bytes_in_every_format_for_another_user_elsewhere_in_another_zone(
    made_report, made_elsewhere
):
    for file in made_elsewhere[1]:
        assert made_report("tampered_log", "trail_integrity").files[file.suffix].read_bytes() == file.read_bytes(), (
            file.suffix
        )


@TAMPERED
def test_no_path_host_user_or_secret_stands_in_any_layer_of_any_format(story_case, made_elsewhere):
    there, targets = made_elsewhere
    case = story_case("tampered_log")
    private = [
        str(case.path),
        str(case.path.parent),
        str(there),
        there.name,
        "hush-hush",
        "zoe-who-runs-it",
        "laptop-of-zoe",
        "papermill",
    ]
    for file in targets:
        text = "\n".join(dict.fromkeys(leaks.layers(file)[1:]))
        assert not [word for word in private if word in text], file.suffix
        assert not re.search(r"(?<![\w.-])/(home|tmp|root)/", text), file.suffix
        assert f'"{getpass.getuser()}"' not in text


@made_reports.together("tampered_log", "daily_review")
def test_daily_review_ends_with_one_where_something_stands_out_and_says_what(made_report):
    made = made_report("tampered_log", "daily_review")
    assert made.found and any("Integrity" in sentence for sentence in made.said)


# What Python finds where cron or a container runs an id that no account belongs to.
NO_ACCOUNT = "import pwd\ndef nobody(who): raise KeyError(who)\npwd.getpwuid = nobody\n"


def test_a_report_works_for_an_id_without_account_or_home_in_a_folder_that_cannot_be_written(story_case, tmp_path):
    case = shutil.copytree(story_case("quiet_week").path, tmp_path / "case")
    for name in ("no account", "locked"):
        (tmp_path / name).mkdir()
    (tmp_path / "no account" / "sitecustomize.py").write_text(NO_ACCOUNT)
    (tmp_path / "locked").chmod(0o555)
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(tmp_path / "no account"), *sys.path])}
    command = [
        sys.executable,
        "-m",
        "ctforensics",
        "report",
        str(case),
        "trail_integrity",
        "-o",
        str(tmp_path / "o.html"),
    ]
    where = tmp_path / "locked"
    asked = [sys.executable, "-c", "from pathlib import Path; Path.home()"]
    homeless = subprocess.run(asked, env=around, cwd=where, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "Could not determine home directory" in homeless.stderr, "the surroundings are as meant"
    done = subprocess.run(command, env=around, cwd=where, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Authentic" in (tmp_path / "o.html").read_text("utf-8") and list(where.iterdir()) == []
    assert re.fullmatch(r"uid \d+", list(journal.read(case / "custody.jsonl"))[-1]["user"])


def test_a_report_of_a_case_that_cannot_be_written_is_made_and_says_that_custody_has_no_line(
    story_case, write_notebook, tmp_path, monkeypatch
):
    def refuse(*_, **__):
        raise CaseError("Cannot write custody.jsonl: Permission denied.")

    monkeypatch.setattr("ctforensics.reports.noted.custody.record", refuse)
    own = write_notebook(("markdown", "# Words"), name="own")
    made = noted.make_noted(story_case("quiet_week").path, str(own), {}, tmp_path / "o.html")
    assert made.path.exists() and made.notes == (
        "Not noted in custody: Cannot write custody.jsonl: Permission denied.",
    )


def test_a_report_that_needs_a_parameter_says_so(story_case, tmp_path):
    from ctforensics.errors import ForensicsError

    with pytest.raises(ForensicsError, match="needs access_key_id"):
        run.make(story_case("quiet_week").path, "access_key_compromise", {}, tmp_path / "o.html")
