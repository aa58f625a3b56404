"""Rows that rest on files which contradict the digests are counted, whatever way a question tells their classes."""

from ctforensics.reports import contradicted


def test_a_row_is_counted_whether_its_class_is_a_word_a_list_of_words_or_a_histogram():
    columns = ["n", "verification"]
    rows = [(1, "ok"), (2, "fail"), (3, "ok, fail"), (4, None), (5, ["anomaly", "fail"]), (6, "not_checked")]
    assert contradicted.count(columns, rows) == 3
    assert contradicted.count(["verification_classes"], [({"ok": 3},), ({"ok": 2, "fail": 1},), ({"fail": 0},)]) == 1
    assert contradicted.count(["event_name"], [("fail",)]) == 0


def test_the_words_say_one_some_or_all():
    assert contradicted.of_rows(1, 1) == "this row rests on files that contradict the digests"
    assert contradicted.of_rows(1, 2).startswith("1 of these 2 rows rests") and contradicted.of_rows(2, 2).startswith(
        "all"
    )


def test_rows_that_sum_up_events_of_other_files_too_rest_on_them_in_part():
    assert contradicted.partly(["verification_classes"], [({"ok": 2, "fail": 1},)])
    assert contradicted.partly(["verification"], [("fail, ok",)])
    assert not contradicted.partly(["verification"], [("ok",), ("fail",), (["fail"],)])
    assert not contradicted.partly(["verification_classes"], [({"ok": 2},), ({"fail": 3, "ok": 0},)])
    assert (
        contradicted.of_rows(1, 1, in_part=True)
        == "this row rests, at least in part, on files that contradict the digests"
    )
