"""Tables keep identifiers whole and pages hold them."""

from ctforensics.reports import appendix, cells, layout, pieces
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


def _read_out(rows):
    names = [
        "first_seen",
        "actor",
        "access_key_id",
        "source_ip_address",
        "calls",
        "bucket_name",
        "bytes_out",
        "event_id",
    ]
    return layout.arrange(pieces.table(names, rows, caption="c", detail=["event_id"]).data)


def test_figures_that_differ_from_row_to_row_stand_in_the_row_though_wide_columns_come_first():
    rows = [
        [f"2026-03-02T0{n}:00:00Z", f"arn:aws:iam::111122223333:role/web-server-{n}", f"ASIARTX3GSDSSHOGZGP{n}"]
        + [f"203.0.113.{n}", n, "example-exports", 140_127_523 + n, f"d58cf935-0194-41d0-baa0-9efc030ce2e{n}"]
        for n in range(1, 5)
    ]
    made = _read_out(rows)
    assert [h["label"] for h in made["heads"]] == ["first seen", "actor", "access key id", "calls", "bytes out"]
    assert [p["label"] for p in made["body"][0]["below"]] == ["source ip address", "event id"]


def test_who_acted_keeps_its_place_before_the_class_of_verification():
    names = ["event_time", "event_name", "outcome", "actor", "source_ip_address", "target", "verification"]
    rows = [
        [f"2026-03-02T0{n}:00:00Z", "RunInstances", "success", f"arn:aws:iam::111122223333:user/anna-{n}"]
        + [f"203.0.113.{n}", f"i-0863a4022d745271d-{n}", "ok"]
        for n in range(3)
    ]
    made = layout.arrange(pieces.table(names, rows, caption="c").data)
    heads = [h["label"] for h in made["heads"]]
    assert heads == ["event time", "event name", "outcome", "actor", "source ip address", "verification"]
    assert made["same"] == [], "the class of verification is said of each row, though it be the same of all"


def test_a_table_that_fits_is_not_taken_apart():
    names = ["outcome", "files", "records", "events", "duplicates", "poorer copies", "rejected"]
    rows = [["loaded", n, 888 + n, n, 0, 0, 0] for n in range(4)]
    made = layout.arrange(pieces.table(names, rows, caption="c").data)
    assert [h["label"] for h in made["heads"]] == names and made["same"] == []


def test_the_name_of_a_file_has_room_up_to_where_it_may_be_broken():
    name = "logs/AWSLogs/111122223333/CloudTrail/us-east-1/111122223333_CloudTrail_us-east-1_20260303T0325Z_Q7DOU5MWTCP7AIK5.json.gz"
    made = layout.arrange(pieces.table(["file", "what"], [[name, "altered"]], caption="c").data)
    assert made["heads"][0]["room"] > len("1_20260303T0325Z_Q7DOU5MWTCP7AIK5.json.gz")


def test_what_is_the_same_in_every_row_is_said_once_above_them():
    rows = [
        [f"2026-03-02T0{n}:00:00Z", "arn:aws:iam::111122223333:user/ana", "AKIARTX3GSDSSHOGZGPE", "203.0.113.7", n]
        + [f"a-bucket-of-a-rather-long-name-for-its-column-{n}", 3, f"d58cf935-0194-41d0-baa0-9efc030ce2e{n}"]
        for n in range(1, 4)
    ]
    made = _read_out(rows)
    assert [h["label"] for h in made["heads"]] == ["first seen", "actor", "calls", "bucket name"]
    assert [(p["label"], p["lines"]) for p in made["same"]] == [
        ("access key id", ["AKIARTX3GSDSSHOGZGPE"]),
        ("source ip address", ["203.0.113.7"]),
        ("bytes out", ["3"]),
    ]
    assert [p["label"] for p in made["body"][0]["below"]] == ["event id"]
    assert _read_out(rows[:2])["same"] == [], "two rows are read as they are"


def test_a_hash_in_a_sentence_is_not_broken_in_two():
    sentence = "metadata supplied as metadata.json, sha256 " + "4fd75934cf662e8a" * 4
    assert column_kind("what", ["case made", sentence]) == "words"
    rows = [["2026-04-01T00:00:00Z", "metadata", sentence, "0.1.0"]]
    made = layout.arrange(pieces.table(["at", "action", "what", "with_version"], rows, caption="c").data)
    assert [h["label"] for h in made["heads"]] == ["at", "action", "what", "with version"]


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


def test_bytes_are_summed_over_all_rows_of_an_answer_and_only_where_all_are_here(story_case):
    held = Held(story_case("s3_exposure"))
    one = "SELECT 'b' AS bucket_name, 7000000.0::DOUBLE AS bytes_out, NULL::BIGINT AS bytes_in"
    found = held.rows("Read", f"{one} UNION ALL SELECT 'b', 7000013, 5")
    said = "Sum over all 2 rows: bytes out 14,000,013; bytes in 5 (1 row without a value)."
    assert said in held.table(found, "c", limit=1).data["note"]
    assert "Sum over" not in held.table(held.rows("One", one), "c").data["note"]
    found.rows.pop()
    assert "Sum over" not in held.table(found, "c").data["note"]


def test_hours_whose_proven_files_are_not_loaded_are_not_called_unexpected():
    assert cells.in_words("state", "outside") == "outside what was loaded"
