"""Sections of a report: swimlanes, findings and their staleness, tables that are too long, absence beside coverage."""

from datetime import datetime

import pytest

from ctforensics import clock
from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.notes.book import NoteBook
from ctforensics.reports import CaseReport, coverage_pages, question_pages, swimlanes
from ctforensics.reports.held import Held, Rows
from ctforensics.reports.scripts import drawn
from tests.reports.report_samples import texts
from tests.support import report_matrix, small_case


def test_a_finding_stands_on_the_first_page_with_its_status_and_without_its_author(own_case):
    NoteBook(own_case.folder.notes_file, author="zoe-at-laptop").finding(
        "The key was leaked by a build log", status="confirmed"
    )
    made = texts(CaseReport(own_case, title="t").first_page("In short: a leak."))
    assert "Confirmed: The key was leaked by a build log" in made and "In short: a leak." in made
    assert "zoe-at-laptop" not in made + texts(CaseReport(own_case, title="t").notes())


def test_the_first_page_begins_with_the_analysts_answer_and_its_marks(own_case):
    NoteBook(own_case.folder.notes_file, author="a").finding("It was a leak", status="confirmed")
    made = CaseReport(own_case, title="t", final=True, privileged=True, edition="2 of 2024-05-09").first_page(
        "In short."
    )
    assert made.items[0].data["marks"] == ["FINAL", "EDITION 2 of 2024-05-09", "PRIVILEGED", "PRACTICE"]
    assert [p.data.get("label") or p.data["kind"] for p in made.items[1:]] == [
        "text",
        "Findings of the analyst",
        "Integrity",
        "Completeness",
        "Limits",
    ]
    assert CaseReport(own_case, title="t").head().data["marks"][0] == "DRAFT"


def test_a_claim_of_absence_says_where_the_window_reaches_beyond_the_evidence(story_case):
    from ctforensics.reports.coverage_pages import statement

    case = story_case("quiet_week")
    inside, beyond = CaseReport(case, title="t"), CaseReport(case, title="t", since="2026-03-02", until="2030-01-01")
    assert "reaches beyond" not in statement(inside.held)
    said = statement(beyond.held)
    assert "The window reaches beyond what is here" in said and "nothing is known after" in said
    assert said in texts(beyond.story()) or "No change of permissions" not in texts(beyond.story())
    outside = statement(CaseReport(case, title="t", since="2031-01-01", until="2032-01-01").held)
    assert "silence proves nothing" in outside and "Coverage is not known" in outside
    elsewhere = statement(CaseReport(case, title="t", regions=["sa-east-1"]).held)
    assert "sa-east-1" in elsewhere


def test_a_final_report_refuses_findings_whose_events_are_gone(own_case):
    NoteBook(own_case.folder.notes_file, author="a").finding("A claim", events_for=["0" * 32])
    CaseReport(own_case, title="t")
    with pytest.raises(ForensicsError, match=r"cannot be final.*1 event no longer"):
        CaseReport(own_case, title="t", final=True)


def test_a_final_report_refuses_findings_whose_kept_answers_changed(own_case):
    answer = own_case.ask("console_logins")
    kept = own_case.keep(answer, "who signed in")
    own_case.notes.finding("Only staff signed in", answers=[kept.id])
    CaseReport(own_case, title="t", final=True)
    lines = own_case.folder.notes_file.read_text()
    assert kept.id in lines
    other = own_case.notes.exhibit(kept.subject, "old", {**kept.data, "rows_sha256": "0" * 64})
    own_case.notes.finding("Nobody signed in", answers=[other.id])
    with pytest.raises(ForensicsError, match=r"Nobody signed in.*1 answer with other rows"):
        CaseReport(own_case, title="t", final=True)


def test_changed_notes_stop_a_report(own_case):
    NoteBook(own_case.folder.notes_file, author="a").finding("A claim")
    file = own_case.folder.notes_file
    file.write_text(file.read_text().replace("A claim", "B claim"))
    with pytest.raises(ForensicsError, match="notes of this case were changed"):
        CaseReport(own_case, title="t").first_page()


def test_a_long_answer_shows_its_first_rows_and_attaches_all_of_them(story_case, tmp_path, monkeypatch):
    monkeypatch.setenv("CTFORENSICS_ATTACH", str(tmp_path))
    held = Held(story_case("quiet_week"))
    found = held.rows("Many", "SELECT i, '=' || i AS formula FROM range(100000) t(i)")
    made = held.table(found, "Many rows")
    assert made.data["total"] == 100_000 and len(made.data["rows"]) == 200
    name, size, sha256 = held.attached[0]
    assert name in made.data["note"] and (tmp_path / name).stat().st_size == size and len(sha256) == 64
    lines = (tmp_path / name).read_text().splitlines()
    assert len(lines) == 100_001 and lines[1] == "0,'=0"


def test_a_silent_question_stands_beside_its_coverage(story_case):
    made = CaseReport(story_case("quiet_week"), title="t").ask("trail_tampering")
    callouts = [p.data["text"] for p in made.items if p.data.get("kind") == "callout"]
    assert any("No rows." in text and "Hours (account, region, trail)" in text for text in callouts)


def test_a_named_zone_stands_beside_utc_and_never_instead(story_case):
    case = story_case("quiet_week")
    facts = dict(map(tuple, CaseReport(case, title="t", zone="Europe/Berlin").head().data["facts"]))
    assert facts["State of the case as of"].split(" ")[0].endswith("Z")
    assert facts["State of the case as of"].endswith("Europe/Berlin)")
    with pytest.raises(ParameterError, match="no time zone"):
        CaseReport(case, title="t", zone="Mars/Olympus").head()


def test_swimlanes_draw_uses_and_hand_overs_and_count_what_they_leave_out():
    at = datetime(2024, 5, 2, 6)
    row = {
        "access_key_id": "AKIA1",
        "issued_by": None,
        "issued_at": None,
        "actor": "arn:aws:iam::1:user/eve",
        "account": "1",
        "events": 3,
    }
    used = row | {"first_used": at, "last_used": at}
    issued = row | {
        "access_key_id": "ASIA2",
        "issued_by": "AKIA1",
        "issued_at": at,
        "first_used": None,
        "last_used": None,
        "actor": None,
    }
    unused = issued | {"access_key_id": "AKIA3", "issued_at": None}
    made = swimlanes.chart([used, issued, unused])
    assert "2 credentials, 1 hand-over. 1 further" in made.data["alt"]
    assert drawn(made.data["spec"], "x").startswith("<svg")
    assert swimlanes.chart([unused]) is None


def test_hostile_values_reach_the_page_as_text_in_every_field(story_case, tmp_path):
    from ctforensics.reports import pieces, writers
    from ctforensics.reports.document import read

    bad = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\x00\x1b[2J\u202e{{7*7}}{% raw %}=cmd|' &lt;"
    made = [
        pieces.title(bad, subtitle=bad, marks=[bad], facts=[(bad, bad)]),
        pieces.verdict(bad, "fail", bad, [bad, bad]),
        pieces.heading(bad),
        pieces.text(bad),
        pieces.bullets([bad]),
        pieces.callout("note", bad),
        pieces.facts([(bad, [bad, bad])], caption=bad),
        pieces.finding(bad, status=bad, body=bad, facts=[(bad, bad)]),
        pieces.code(bad, caption=bad),
        pieces.table([bad, "n"], [[bad, 1], [bad * 4000, 2]], caption=bad, note=bad),
        pieces.chart(
            {
                "data": {"values": [{"a": bad, "b": 1}]},
                "mark": "bar",
                "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
            },
            caption=bad,
            alt=bad,
        ),
    ]
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": "",
            "outputs": [{"output_type": "display_data", "data": p._repr_mimebundle_()} for p in made],
        },
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": bad + "\n\n[x](javascript:alert(1)) ![p](https://example.org/p.png)",
        },
    ]
    told = read({"metadata": {}, "cells": cells})
    page = writers.page(told).rsplit("<script>", 1)[0]
    assert page.count("<script") == page.count('<script type="application/json"') == 1
    assert "<img" not in page and "\x00" not in page and "\x1b" not in page and "\u202e" not in page
    assert (
        'javascript:alert(1)"' not in page
        and 'src="http' not in page
        and "49" not in page.split("<body>")[1].split("{{")[0][-5:]
    )
    for ending in (".md", ".docx"):
        writers.write(told, {}, tmp_path / f"x{ending}", None)
        assert (tmp_path / f"x{ending}").stat().st_size > 0


def test_marked_events_stand_with_what_they_are_and_the_words_of_the_analyst(own_case):
    key, name, event_id = own_case.room.sql(
        "SELECT event_key, event_name, event_id FROM events ORDER BY event_time LIMIT 1", {}
    )[2][0]
    own_case.notes.star(str(key))
    own_case.notes.comment(str(key), "the first call of all")
    own_case.notes.finding("It began here", events_for=[str(key)])
    made = texts(CaseReport(own_case, title="t").notes())
    assert name in made and event_id in made and "the first call of all" in made
    assert "not in the loaded evidence" not in made
    CaseReport(own_case, title="t", final=True)


def test_a_question_that_cannot_be_narrowed_says_that_it_was_asked_of_the_whole_case(story_case):
    report = CaseReport(story_case("quiet_week"), title="t")
    asked = {"access_key_id": "AKIAEXAMPLE0000000001"}
    assert "Asked of the whole case" in texts(report.ask("key_quarantine_signals", **asked))
    assert "Asked of the whole case" not in texts(report.ask("actions_by_access_key", **asked))
    assert "Asked of the whole case" not in texts(report.ask("key_quarantine_signals"))


def test_reads_of_another_target_or_from_another_address_are_never_told_in_one_row(tmp_path):
    reads = [{"sourceIPAddress": "198.51.100.7"}, {"sourceIPAddress": "198.51.100.7", "awsRegion": "eu-west-1"}]
    reads += [{"sourceIPAddress": "203.0.113.9"}, {"requestParameters": {"bucketName": "payroll"}}]
    case = small_case.make(tmp_path, events=0)
    case.load(
        small_case.add(tmp_path / "evidence", "reads.json", *(small_case.record(n, **m) for n, m in enumerate(reads)))
    )
    made = CaseReport(case, title="t").story([small_case.KEY]).items[-1].data
    names = [column["name"] for column in made["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in made["rows"]]
    assert [(row["events"], row["source_ip_address"], row["target"], row["region"]) for row in rows] == [
        (2, "198.51.100.7", None, ["eu-west-1", "us-east-1"]),
        (1, "203.0.113.9", None, ["us-east-1"]),
        (1, "198.51.100.7", "payroll", ["us-east-1"]),
    ]
    case.close()


@pytest.mark.parametrize(
    ("events", "objects", "said"),
    [
        (1, 1, "1 data event is here, all of S3 objects;"),
        (3, 3, "3 data events are here, all of S3 objects;"),
        (3, 2, "3 data events are here, 2 of them of S3 objects;"),
        (2, 0, "There are data events, but none of S3 objects"),
        (0, 0, "There is no data event here"),
    ],
)
def test_what_could_not_be_logged_is_said_in_numbers_that_agree(monkeypatch, events, objects, said):
    class Counted:
        def rows(self, *_):
            return Rows([], [(events, 0, 0, objects)], None)

    assert coverage_pages.limits(Counted())[1].data["items"][0].startswith(said)


def test_the_table_of_days_beside_a_window_says_that_it_is_of_the_whole_case(story_case):
    case = story_case("quiet_week")
    assert "the whole case" in CaseReport(case, title="t", since="2026-03-02").timeline().items[1].data["caption"]
    assert CaseReport(case, title="t").timeline().items[1].data["caption"] == "Events by day (UTC)"


def test_the_first_page_says_what_the_records_say_before_anybody_concluded_anything(story_case):
    case = story_case("leaked_key")
    key = report_matrix.parameters(case, "incident")["access_keys"][0]
    made = CaseReport(case, title="t").first_page(
        questions=["trail_tampering", "guardduty_disabled"], access_keys=[key]
    )
    said = next(p for p in made.items if p.data.get("label") == "Records").data["sentences"]
    assert "From 1 access key the records lead to 2 other keys and sessions: 67 events" in said[0]
    assert said[1].index("CreatePolicyVersion") < said[1].index("PutBucketPolicy") < said[1].index("CreateLoginProfile")
    assert "3 rows of StopLogging, DeleteTrail, PutEventSelectors (3 denied), 2026-03-04T01:51:40Z to" in said[2]
    assert said[3] == "Without rows: GuardDuty switched off, as far as this evidence can show (below)."
    assert [p.data.get("label") for p in made.items][2:] == ["Completeness", "Records", "Findings", "Limits"]


def test_keys_that_are_not_in_the_evidence_are_said_to_be_absent_only_as_far_as_it_shows(story_case):
    made = CaseReport(story_case("quiet_week"), title="t").first_page(access_keys=["AKIAEXAMPLE0000000001"])
    assert "No event of what is followed (1 access key) is in the evidence, as far as it can show (below)." in texts(
        made
    )


def test_a_review_counts_the_records_without_time_and_says_a_caution_once(tmp_path, story_case):
    case = small_case.make(tmp_path, events=0)
    stopped = {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "readOnly": False}
    timeless = {k: v for k, v in small_case.record(1, **stopped).items() if k != "eventTime"}
    case.load(small_case.add(tmp_path / "evidence", "stop.json", small_case.record(2), timeless))
    made = CaseReport(case, title="t").review("trail_tampering", "guardduty_disabled")
    assert [row[2] for row in made.items[0].data["rows"]] == [1, 0]
    assert "Records without any time that answer as well" in [p.data.get("caption") for p in made.items]
    case.close()
    questions = ("access_keys_created", "admin_policy_attachments")
    told = CaseReport(story_case("tampered_log"), title="t", since="2026-03-03", until="2026-03-04").review(*questions)
    cautions = [p.data["text"] for p in told.items if p.data.get("kind") == "callout"]
    assert [row[2] for row in told.items[0].data["rows"]] == [1, 1] and len(cautions) == 1


def test_a_null_of_the_record_is_no_value_on_paper(story_case):
    made = CaseReport(story_case("leaked_key"), title="t").ask("trail_tampering").items[-1].data
    at = [c["name"] for c in made["columns"]].index("request_parameters")
    assert {row[at] for row in made["rows"]} == {None}


def test_a_first_page_names_every_question_with_rows_also_those_for_which_it_has_no_line(story_case, monkeypatch):
    monkeypatch.setattr(question_pages, "MOST_LINES", 1)
    names = ("trail_tampering", "iam_changes", "authorization_failures")
    said = question_pages.in_short(CaseReport(story_case("leaked_key"), title="t").held, names)
    assert len(said) == 2 and said[1] == "Rows also: Changes in IAM (8), Refused calls (16)."


def test_a_first_page_with_many_answers_tells_all_by_their_number_so_that_its_limits_stand_on_it(
    story_case, monkeypatch
):
    monkeypatch.setattr(question_pages, "MOST_LINES", 0)
    monkeypatch.setattr(question_pages, "MOST_FOUND", 1)
    names = ("iam_changes", "authorization_failures", "guardduty_disabled")
    said = question_pages.in_short(CaseReport(story_case("leaked_key"), title="t").held, names)
    assert said[0] == "Rows: Changes in IAM (8), Refused calls (16)." and said[1].startswith("Without rows: GuardDuty")


def test_the_parameters_of_a_question_are_said_in_words_with_their_name(story_case):
    report = CaseReport(story_case("quiet_week"), title="t")
    told = texts(report.ask("trail_tampering", "root_activity", "mass_deletions"))
    assert "Also trails that were made or started (restarts)" in told
    assert "Length of the sliding window in minutes (minutes)" in told
    assert "service events" not in told and "service_events" not in told, "what only says no is left out"


def test_the_table_of_days_counts_writes_and_reads_as_the_chart_above_it_does(story_case):
    chart, days = CaseReport(story_case("compute_abuse"), title="t").timeline().items
    names = [column["name"] for column in days.data["columns"]]
    bars = chart.data["spec"]["datasets"]["bars"]
    assert {name: sum(row[names.index(name)] for row in days.data["rows"]) for name in names[2:]} == {
        name: sum(row["n"] for row in bars if row["kind"] == kind)
        for name, kind in (("refused_or_failed", "error"), ("writes", "write"), ("reads", "read"))
    }


def test_the_span_of_grouped_rows_on_a_first_page_ends_with_the_last_event_of_any(story_case):
    held = CaseReport(story_case("console_takeover"), title="t").held
    [span] = question_pages.in_short(held, ["console_password_spray"])
    found = held.answers["console_password_spray []"].answer.rows
    first, last = (found.columns.index(name) for name in ("first_seen", "last_seen"))
    begun, ended = min(row[first] for row in found.rows), max(row[last] for row in found.rows)
    assert f"{clock.utc_text(begun)} to {clock.utc_text(ended)}" in span and begun < ended
