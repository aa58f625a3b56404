"""The timeline as one file."""

import csv
import json
import re

from ctforensics.show import exporting, page


def test_the_page_asks_nothing_of_the_network_and_runs_only_its_own_scripts(access, tmp_path):
    text = page.write_timeline(access, tmp_path / "t.html", title="<script>alert(1)</script>").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text).group(1)
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "<script>alert(1)" not in text
    assert re.findall(r'(?:src|href)="(?!data:)', text.split('<script id="ct-spec"')[0]) == []


def test_hostile_text_stands_escaped_on_the_page(access, tmp_path):
    where = [{"field": "verification", "is": ["fail"]}]
    text = page.write_timeline(access, tmp_path / "t.html", where=where).read_text("utf-8")
    body = text.split('<script id="ct-spec"')[0]
    assert "<img src=x" not in body
    assert "&lt;img src=x" in body
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_page_says_what_the_log_lacks(access):
    session = page.opened(access, title="case")
    assert "30.0 h missing, 2.0 h tampered, 24.0 h unverified" in page.build(session)


def test_csv_holds_every_row_and_no_formula(access, tmp_path):
    session = page.opened(access, where=[{"field": "verification", "is": ["fail"]}])
    count = exporting.write_csv(session, tmp_path / "e.csv")
    csv.field_size_limit(10_000_000)
    with (tmp_path / "e.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == count == session.bars()["count"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "-"))]


def test_timesketch_lines_have_its_three_fields_and_utc(access, tmp_path):
    session = page.opened(access, until="2026-03-02T03:00:00Z")
    count = exporting.write_timesketch(session, tmp_path / "e.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == count > 0
    assert all(line["message"] and line["timestamp_desc"] and line["datetime"].endswith("+00:00") for line in lines)


def test_the_page_of_a_practice_case_says_so(story_case, access):
    told = "<b>PRACTICE</b>: this case holds made-up evidence"
    assert told in page.build(page.opened(story_case("quiet_week").room, title="case"))
    assert told not in page.build(page.opened(access, title="case"))


def test_words_of_the_table_stay_whole_and_the_chart_fits_a_narrow_window(access):
    text = page.build(page.opened(access, title="case"))
    assert '<div class="events"><table>' in text and ".events{overflow-x:auto}" in text
    assert "#ct-live svg{max-width:100%" in text
