"""Tables keep identifiers whole and pages hold them."""

from ctforensics.reports import appendix, layout, pieces
from ctforensics.reports.cells import as_cell, as_text, column_kind
from ctforensics.reports.exporter import marked
from ctforensics.reports.held import Held


def test_what_the_row_has_no_room_for_stands_below_it():
    row = [
        "2024-05-02T06:11:09Z",
        "GetObject",
        "d58cf935-0194-41d0-baa0-9efc030ce2e6",
        "arn:aws:iam::1:role/" + "x" * 60,
        None,
    ]
    made = pieces.table(
        ["event_time", "event_name", "event_id", "principal_arn", "error_code"], [row], caption="c", detail=["event_id"]
    )
    arranged = layout.arrange(made.data)
    assert [h["label"] for h in arranged["heads"]] == ["event time", "event name", "principal arn"]
    assert [p["lines"] for p in arranged["body"][0]["below"]] == [[row[2]]]
    assert arranged["silent"] == ["error code"]


def test_identifiers_are_set_whole_and_structures_may_break():
    assert column_kind("event_id", ["d58cf935-0194-41d0-baa0-9efc030ce2e6"]) == "whole"
    assert column_kind("policy", ['{"Statement":' + "x" * 90]) == "long"
    assert column_kind("events", [1, 2, None]) == "number"
    assert column_kind("what", ["altered", "deleted"]) == "words"


def test_cells_are_readable_and_bounded():
    import pandas

    assert as_cell(pandas.Timestamp("2024-05-02T06:11:09")) == "2024-05-02T06:11:09Z"
    assert as_cell(pandas.NaT) is None and as_cell(float("nan")) is None
    assert as_cell("x" * 5000).endswith("… (5,000 characters)")
    assert as_text(7000010.0) == "7,000,010" and as_text(0.25) == "0.25" and as_text(1234567.125) == "1,234,567.125"
    assert as_text(1234567) == "1,234,567" and as_text(["a", "b"]) == "a\nb"


def test_a_row_that_the_digests_contradict_stands_out_in_colour_in_weight_and_by_a_sign(story_case):
    held = Held(story_case("tampered_log"))
    found = held.rows(
        "Changes", "SELECT event_time, event_id, verification FROM events WHERE event_name LIKE '%AccessKey'"
    )
    made = held.table(found, "c", detail=["verification"])
    assert made.data["warning"].endswith("on files that contradict the digests and may be altered or forged.")
    (row,) = [row for row in layout.arrange(made.data)["body"] if row["bad"]]
    (part,) = [part for part in row["below"] if part["label"] == "verification"]
    assert marked(part["lines"][0], part["label"]) == '<span class="badge bad"><span class="sign">✘</span> fail</span>'
    assert "✘" in marked("fail, ok", "verification") and "✘" not in marked("ok", "verification")
    clean = held.rows("Clean", "SELECT event_time, verification FROM events WHERE verification = 'ok' LIMIT 2")
    assert "warning" not in held.table(clean, "c").data


def test_codes_of_the_tables_are_said_in_words_and_the_glossary_names_the_code():
    table = pieces.table(
        ["state", "verification", "outcome", "n"],
        [["verified_empty", "not_checked", "other_kind", 1], ["verified", "ok", "dry_run_ok", 2]],
        caption="Codes",
    )
    told = [[cell["text"] for cell in row["cells"]] for row in layout.arrange(table.data)["body"]]
    assert told[0] == ["verified, nothing delivered", "not checked", "another kind of file", "1"]
    assert told[1] == ["verified", "ok", "dry run, would be allowed", "2"]
    glossary = " ".join(said for _, said in appendix._GLOSSARY)
    assert all(code in glossary for code in ("verified_empty", "not_checked", "other_kind", "dry_run_ok"))
    assert as_cell({"ok": 2, "not_checked": 1}) == "2 ok, 1 not checked"
