"""What a browser numbers and dates by itself does not make two prints of one page differ."""

from datetime import datetime

from ctforensics.reports import pdf

PRINT = b"<</ID (node%08d)>> <</ID (node%08d)>> <</Headers [(node%08d)]>> /Names [(node%08d) 1 0 R (node%08d) 2 0 R]"


def test_head_cells_are_numbered_alike_whatever_counter_the_browser_had():
    first, second = (pdf._numbered(PRINT % (a, b, a, a, b)) for a, b in ((144, 184), (145, 190)))
    assert first == second == PRINT % (1, 2, 1, 1, 2)


def test_a_print_has_the_date_of_its_report_and_its_length():
    printed = b"/CreationDate (D:20261121234705+00'00') /ModDate (D:20261121234705+00'00')"
    dated = pdf._dated(printed, datetime(2026, 3, 2, 1, 2, 3))
    assert dated == printed.replace(b"20261121234705", b"20260302010203") and len(dated) == len(printed)
