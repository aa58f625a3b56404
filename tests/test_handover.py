"""The page for the next analyst: everything that is open is on it, nothing of it is markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ctforensics import cli
from ctforensics.errors import ParameterError
from ctforensics.investigation import Case
from ctforensics.notes.note import Subject, entity
from tests.support import small_case
from tests.support.small_case import HOSTILE, KEY


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return small_case.make(tmp_path)


def section(text: str, title: str) -> str:
    return re.split(r"^## ", text, flags=re.M)[
        [part.split("\n")[0] for part in re.split(r"^## ", text, flags=re.M)].index(title)
    ]


def test_it_says_what_was_asked_how_often_and_what_came(case: Case):
    for _ in range(2):
        case.ask("actions_by_access_key", access_key_id=KEY)
    case.sql("SELECT 1 AS one")
    asked = section(case.handover().markdown(), "Asked")
    assert re.search(r"actions\\_by\\_access\\_key \| access\\_key\\_id=AKIAEXAMPLEANA000001 \| 2 \| 5 \|", asked)
    assert "SELECT 1 AS one" in asked


def test_suspicions_unreviewed_findings_and_questions_are_left_open(case: Case):
    case.notes.finding("ana is somebody else")
    case.notes.finding("the key leaked", status="confirmed")
    case.notes.finding("closed", status="confirmed", reviewer="Bo")
    case.notes.comment(Subject("case"), "Who owns 198.51.100.7?")
    case.notes.comment(entity("address", "198.51.100.7"), "An exit node.")
    left = section(case.handover().markdown(), "Left open")
    for said in ("somebody else", "the key leaked", "Who owns"):
        assert said in left
    assert "closed" not in left and "exit node" not in left


def test_what_is_missing_is_wanted(case: Case):
    wanted = section(case.handover().markdown(), "Wanted")
    assert "nothing here is proven yet" in wanted and "Data events" in wanted


def test_each_verification_of_which_verdicts_stand_is_named_with_what_it_was_asked(case: Case):
    case.verify()
    case.verify(accounts=["111122223333"])
    case.verify(accounts=["999988887777"])
    said = section(case.handover().markdown(), "The case")
    told = re.findall(r"Verification \S+ \\\((.+?)\\\): authentic", said)
    assert told == ["999988887777", "111122223333", "everything"], said


def test_an_account_that_acts_without_logs_of_its_own_is_wanted(case: Case, tmp_path: Path):
    role = {"roleArn": "arn:aws:iam::999988887777:role/reader", "roleSessionName": "x"}
    hop = small_case.record(9, eventName="AssumeRole", eventSource="sts.amazonaws.com", requestParameters=role)
    case.load(small_case.add(tmp_path / "evidence", "hop.json", hop))
    assert "Logs of account 999988887777" in section(case.handover().markdown(), "Wanted")


def test_kept_answers_that_changed_are_left_open(case: Case, tmp_path: Path):
    case.keep(case.ask("actions_by_access_key", access_key_id=KEY), "the key")
    case.close()
    case.load(small_case.add(tmp_path / "evidence", "more.json", small_case.record(30)))
    page = case.handover().markdown()
    assert "5 rows then, 6 now" in section(page, "Left open") and "the key" in section(page, "Kept answers and views")


def test_nothing_in_it_is_markup_and_it_fetches_nothing(case: Case, tmp_path: Path):
    case.notes.label(entity("agent", HOSTILE), HOSTILE)
    case.sql("SELECT 1 WHERE $agent = ''", agent=HOSTILE)
    case.handover(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page
    assert "default-src 'none'" in page and not re.search(r"""(src|href)\s*=""", page)
    text = case.handover().markdown()
    assert "<script" not in text and "\u202e" not in text


def test_only_html_and_markdown_are_written(case: Case, tmp_path: Path):
    with pytest.raises(ParameterError):
        case.handover(tmp_path / "page.pdf")


def test_the_command_writes_the_page_and_exits_1_while_something_is_open(case: Case, tmp_path: Path, capsys):
    case.close()
    assert cli.main(["handover", str(case.path), "-o", str(tmp_path / "page.md")]) == 1
    assert "# Hand" in (tmp_path / "page.md").read_text("utf-8")
    assert "left open or wanted" in capsys.readouterr().err


def test_practice_is_marked(story_case):
    page = story_case("trail_stopped").handover()
    assert ">PRACTICE<" in page.html() and "**PRACTICE**" in page.markdown()
    assert "a hole" in section(page.markdown(), "Wanted")
