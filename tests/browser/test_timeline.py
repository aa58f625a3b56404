"""The timeline in a real Chromium without Jupyter: its own script, the real desk, 200,000 events."""

from __future__ import annotations

import random
import re

import pytest

from ctforensics.notes.book import NoteBook
from ctforensics.show import scale
from tests.support import synthetic_case

pytestmark = pytest.mark.browser
START = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))


def box(harness, part):
    return harness.page.locator(part).bounding_box()


def drag(harness, part, a, b, steps=8):
    """Presses at share a of a part's width, moves to share b, lets go."""
    at = box(harness, part)
    y = at["y"] + at["height"] / 2
    mouse = harness.page.mouse
    mouse.move(at["x"] + at["width"] * a, y)
    mouse.down()
    mouse.move(at["x"] + at["width"] * b, y, steps=steps)
    before = harness.page.evaluate("window.pressed")
    mouse.up()
    harness.page.wait_for_function("(n) => window.pressed > n", arg=before)
    harness.wait()


def test_it_shows_the_exact_total_and_is_idle(harness):
    page = harness()
    assert page.get("t.root.dataset.state") == "idle"
    assert "200,000 of 200,000 events" in page.page.locator(".ct-count").inner_text()
    assert page.get("t.root.dataset.lmSuppressShortcuts") == "true"


def test_bars_status_facets_and_sql_agree_for_random_ranges_and_filters(harness):
    page = harness()
    chance = random.Random(11)
    filters = ["[]", "[{field:'kind',is:['error']}]", "[{text:'role-3'}]", "[{field:'address',is:[null],not:true}]"]
    for number in range(16):
        lo = chance.randrange(START, START + 29 * scale.DAY)
        width = chance.choice([1_500, 61_001, scale.HOUR * 5 + 7, scale.DAY * 6 + 123])
        page.page.evaluate(f"window.timeline.look({{lo:{lo},hi:{lo + width},where:{filters[number % 4]}}})")
        page.wait()
        bars = page.get("t.drawn.bars.reduce((sum, b) => sum + b[4], 0)")
        statement, values = page.desk.session.sql()
        plain = page.desk.session.cursor().execute(f"SELECT count(*) FROM ({statement})", values).fetchone()[0]
        assert bars == page.get("t.count") == plain == page.get("t.range[1] - t.range[0]")
        assert f"{plain:,} of" in page.page.locator(".ct-count").inner_text()


def test_a_drag_in_the_overview_is_the_range_in_python_to_the_millisecond(harness):
    page = harness()
    drag(page, ".ct-over-overview", 0.2, 0.4, steps=40)
    view = page.desk.session.view
    assert [view.lo, view.hi] == page.get("[t.lo, t.hi]")
    extent = page.desk.session.extent
    assert abs((view.lo - extent.lo) / (extent.hi - extent.lo) - 0.2) < 0.002
    assert abs((view.hi - extent.lo) / (extent.hi - extent.lo) - 0.4) < 0.002
    looks = [r for r in page.requests if r["type"] == "view"]
    assert looks[-1]["lo"] == view.lo
    brush = box(page, ".ct-brush")
    over = box(page, ".ct-over-overview")
    assert abs((brush["x"] - over["x"]) / over["width"] - 0.2) < 0.005


def test_the_brush_is_moved_by_its_body_and_resized_by_its_edges(harness):
    page = harness()
    drag(page, ".ct-over-overview", 0.3, 0.5)
    lo, hi = page.get("[t.lo, t.hi]")
    drag(page, ".ct-over-overview", 0.4, 0.5)
    moved_lo, moved_hi = page.get("[t.lo, t.hi]")
    assert abs((moved_hi - moved_lo) - (hi - lo)) < 5
    assert moved_lo > lo
    drag(page, ".ct-over-overview", 0.6, 0.8)
    assert page.get("t.hi") > moved_hi
    assert page.get("t.lo") == moved_lo


def test_a_drag_in_detail_zooms_in_and_a_double_click_shows_all(harness):
    page = harness()
    drag(page, ".ct-over-detail", 0.25, 0.35)
    extent = page.desk.session.extent
    assert page.get("t.hi - t.lo") < (extent.hi - extent.lo) * 0.12
    page.page.locator(".ct-over-detail").dblclick(position={"x": 500, "y": 60})
    page.wait()
    assert page.get("[t.lo, t.hi]") == [extent.lo, extent.hi]
    assert page.get("t.clicked === undefined"), "the bar under the double click is not shown afterwards"


def test_a_missing_stretch_is_a_pattern_and_a_silent_one_a_tick(harness):
    page = harness()
    lo = START + synthetic_case.MISSING_HOURS.start * scale.HOUR
    page.page.evaluate(f"window.timeline.look({{lo:{lo + scale.HOUR},hi:{lo + 9 * scale.HOUR}}})")
    page.wait()
    assert page.get("t.root.dataset.state") == "empty"
    assert "No log coverage in this range" in page.page.locator(".ct-notice").inner_text()
    assert page.get("t.drawn.zeros.length") == 0
    fills = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-detail path')].map((p) => p.getAttribute('fill'))"
    )
    assert "url(#ct-missing)" in fills
    assert "30.0 h missing" in page.page.locator(".ct-total").inner_text()


def test_the_table_goes_anywhere_and_rows_stay_contiguous(harness):
    page = harness().focus()
    total = 200_000
    for top in (0, total // 2, total - 17, 30):
        page.page.evaluate(f"(() => {{ const t = window.timeline; t.top = {top}; t.paintRows(); }})()")
        page.page.wait_for_function("!window.timeline.body.textContent.includes('……')")
        page.wait()
        shown = page.page.evaluate(
            "window.timeline.pool.map((p) => [Number(p.node.dataset.pos), p.cells[1].textContent])"
        )
        assert [pos for pos, _ in shown] == list(range(top, top + 17))
        times = [time.lstrip("⌇") for _, time in shown]
        assert times == sorted(times)
        assert all(re.fullmatch(r"2026-03-\d\dT\d\d:\d\d:\d\dZ", time) for time in times)
    assert page.page.evaluate("window.timeline.scroller.firstChild.offsetHeight") <= 1_000_000


def test_keys_reach_every_part(harness):
    page = harness().focus("over.overview")
    width = page.get("t.hi - t.lo")
    page.key("+")
    assert abs(page.get("t.hi - t.lo") - width / 2) < 10
    lo = page.get("t.lo")
    page.key("ArrowRight")
    assert page.get("t.lo") > lo
    page.key("ArrowLeft")
    assert abs(page.get("t.lo") - lo) < 2
    page.key("Home")
    assert page.get("t.hi - t.lo") == width
    page.key("n")
    assert "finding: G_GAP" in page.get("t.status.textContent")
    page.key("Home").focus().page.evaluate("window.timeline.focusRow(0)")
    page.key("j", "j", "k", "PageDown")
    assert page.get("t.row") == 18
    page.key("Enter")
    page.page.wait_for_selector(".ct-panel dl")
    page.key("Escape")
    page.key("?")
    assert page.page.locator(".ct-help").is_visible()
    page.key("Escape")
    page.key("/")
    assert page.page.evaluate("document.activeElement.type") == "search"
    page.page.keyboard.type("role-7")
    page.key("Enter")
    assert "text 'role-7'" in page.page.locator(".ct-chip").inner_text()
    page.focus().key("Alt+ArrowLeft")
    assert page.page.locator(".ct-chip").count() == 0


def test_gaps_are_reached_by_bracket_keys(harness):
    page = harness().focus("over.overview")
    page.key("+", "+", "Home")
    page.page.evaluate(f"window.timeline.look({{lo:{START + scale.DAY},hi:{START + 2 * scale.DAY}}})")
    page.wait().key("]")
    gap = START + synthetic_case.MISSING_HOURS.start * scale.HOUR
    assert page.get("t.lo") < gap < page.get("t.hi")
    page.key("]")
    assert page.get("t.lo") > gap


def test_around_an_event_opens_at_it_and_history_leads_back(harness):
    page = harness().focus()
    page.page.evaluate("window.timeline.look({where:[{field:'kind',is:['error']}]}, {history:true})")
    page.wait()
    page.page.evaluate("(() => { const t = window.timeline; t.focusRow(5000); })()")
    page.wait()
    before = page.get("[t.lo, t.hi, JSON.stringify(t.where), t.top, t.row]")
    key = page.get("t.here().key")
    page.key("a")
    assert page.get("t.here().key") == key
    assert page.get("t.top <= t.row && t.row < t.top + t.pool.length")
    assert page.get("t.where.length") == 0
    assert page.get("t.hi - t.lo") == 20 * scale.MINUTE + 1000
    page.focus().key("Alt+ArrowLeft")
    assert page.get("[t.lo, t.hi, JSON.stringify(t.where), t.top, t.row]") == before


def test_hostile_text_stays_text_everywhere(harness):
    page = harness()
    nodes = page.page.evaluate("document.querySelectorAll('script, img, a, iframe, style').length")
    page.page.evaluate("window.timeline.look({where:[{field:'verification',is:['fail']}]})")
    page.wait().focus()
    for row in range(0, 40, 3):
        page.page.evaluate(f"(() => {{ const t = window.timeline; t.focusRow({row}, 3); t.open(); }})()")
        page.wait()
        page.page.wait_for_selector(".ct-panel")
        for tab in ("record", "proof", "notes", "fields"):
            page.page.evaluate(f"window.timeline.event && window.timeline.paintDetail('{tab}')")
    page.wait()
    text = page.page.locator(".ct-timeline").inner_text()
    assert "<img src=x onerror=" in text
    assert "\u202e" not in page.page.evaluate("window.timeline.root.textContent")
    assert "\\u202e" in page.page.evaluate("window.timeline.root.textContent")
    assert page.page.title() == ""
    assert page.page.evaluate("document.querySelectorAll('script, img, a, iframe, style').length") == nodes
    page.focus().key("f")
    assert page.get("t.where.length") == 2


def test_an_empty_result_names_the_condition_that_removed_everything(harness):
    page = harness()
    page.page.evaluate("window.timeline.look({where:[{field:'kind',is:['error']},{field:'actor',is:['nobody']}]})")
    page.wait("empty")
    text = page.page.locator(".ct-notice").inner_text()
    assert "actor = nobody → 13," in text
    assert "kind = error → 0" in text


def test_stars_labels_undo_are_in_the_journal_and_come_back(harness, tmp_path):
    page = harness().focus()
    for row in (0, 4, 9):
        page.page.evaluate(f"window.timeline.focusRow({row})")
        page.page.keyboard.press("s")
        page.page.wait_for_function(f"window.timeline.rows.get({row}).star")
    page.page.evaluate(
        f"window.timeline.look({{lo:{START},hi:{START + 3 * scale.HOUR}, where:[{{field:'kind',is:['error']}}]}})"
    )
    page.wait().focus()
    matching = page.get("t.count")
    page.page.keyboard.press("m")
    page.page.keyboard.type("noise")
    page.page.keyboard.press("Enter")
    page.page.wait_for_function("window.timeline.status.textContent.includes('Noted')")
    page.page.keyboard.press("c")
    page.page.keyboard.type("look <b>here</b>")
    page.page.keyboard.press("Enter")
    page.page.wait_for_function("window.timeline.marks.some((m) => m.what === 'comment')")
    page.page.keyboard.press("u")
    page.page.wait_for_function("!window.timeline.marks.some((m) => m.what === 'comment')")
    book = NoteBook(tmp_path / "notes.jsonl")
    assert len(book.stars()) == 3
    assert sum(n.kind == "label" for n in book.living()) == matching > 0
    assert len(book.log()) == 3 + matching + 2
    assert book.verify().ok
    again = harness()
    assert again.get("t.rows.get(0).star && t.rows.get(4).star && t.rows.get(9).star")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "UTC"])
def test_the_browsers_time_zone_changes_nothing(harness, zone):
    page = harness(timezone_id=zone)
    page.page.evaluate(f"window.timeline.look({{lo:{START + 6 * scale.HOUR},hi:{START + 12 * scale.HOUR}}})")
    page.wait()
    labels = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-detail .role-axis-label text')].map((n) => n.textContent)"
    )
    assert "07:00Z" in labels
    assert page.page.evaluate("window.timeline.pool[0].cells[1].textContent").startswith("2026-03-02T06:")
    assert page.desk.session.view.lo == START + 6 * scale.HOUR
    assert page.get("t.count") == page.desk.session.bars()["count"]


def test_stale_evidence_turns_marking_off_and_stamps_exports(harness, tmp_path):
    page = harness().focus()
    page.desk.stale = "The evidence file no longer has the hash that it had."
    page.page.evaluate("window.push({type: 'stale', text: 'The evidence file no longer has the hash that it had.'})")
    assert page.get("t.root.dataset.state") == "stale"
    page.key("s")
    assert NoteBook(tmp_path / "notes.jsonl").stars() == set()
    answer = page.desk.answer({"type": "export", "id": 1, "format": "csv"})
    assert "STALE" in answer["path"]
    assert page.desk.answer({"type": "note", "id": 1, "act": "star", "key": page.get("t.here().key")})["error"]


def test_a_kernel_that_is_gone_is_said(harness):
    page = harness()
    page.page.evaluate(
        "(() => { window.model.comm_live = false; window.heard.comm_live_update.forEach((f) => f()); })()"
    )
    assert page.get("t.root.dataset.state") == "offline"


def test_the_theme_follows_jupyterlab_while_open(harness):
    page = harness()
    page.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.page.wait_for_function("window.timeline.root.dataset.theme === 'dark'")
    page.page.evaluate("window.timeline.drawing")
    page.wait()
    page.page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.page.wait_for_function("window.timeline.root.dataset.theme === 'light'")
    page.page.evaluate("window.timeline.drawing")
    page.wait()


def test_closing_takes_everything_away(harness):
    page = harness()
    page.page.evaluate("window.close_()")
    assert page.page.locator(".ct-timeline").count() == 0
    assert page.page.evaluate("window.heard['msg:custom'].length") == 0


def test_nothing_but_known_requests_is_answered(harness):
    page = harness()
    for request in (
        {"type": "sql", "sql": "SELECT 1"},
        {"type": "view", "where": [{"sql": "1=1"}]},
        {"type": "view", "where": [{"field": "actor_no) OR (1", "nos": [1]}]},
        {"type": "event", "key": "x' OR '1'='1"},
        {"type": "export", "format": "../../etc/passwd"},
        {"type": "page", "first": "0; DROP TABLE events"},
        {"type": "view", "stack": "events; --"},
        {"type": ["hello"]},
    ):
        assert page.desk.answer({"id": 1, **request})["error"]
    assert page.desk.answer({"type": "page", "id": 2, "first": 0})["rows"]
