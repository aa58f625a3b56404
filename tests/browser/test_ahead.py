"""Key steps that are answered by looks counted ahead: no question before the picture, and never a number of another state."""

from __future__ import annotations

import pytest

from ctforensics.show import looking, scale
from tests.support import synthetic_case

pytestmark = pytest.mark.browser
START = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))
COUNTED = "(() => { const t = window.timeline; return !t.busy && !t.wish && t.line.open.size === 0 && t.steps().every(([lo, hi]) => t.ahead.has(lo, hi, t) || (lo === t.lo && hi === t.hi)); })()"


@pytest.fixture(autouse=True)
def _however_slow_the_machine_is(monkeypatch):
    monkeypatch.setattr(looking, "LONGEST_AHEAD", 600)


def counted(page):
    """Waits until all that a key leads to was counted."""
    page.page.wait_for_function(COUNTED)
    return page


def asked(page, kind):
    return sum(request["type"] == kind for request in page.requests)


def stands(page):
    """What the page shows is what the case holds, and Python's range is the page's."""
    page.wait()
    view = page.desk.session.view
    assert [view.lo, view.hi] == page.get("[t.lo, t.hi]")
    statement, values = page.desk.session.sql()
    plain = page.desk.session.cursor().execute(f"SELECT count(*) FROM ({statement})", values).fetchone()[0]
    assert page.get("t.drawn.bars.reduce((sum, b) => sum + b[4], 0)") == page.get("t.count") == plain
    assert page.get("t.range[1] - t.range[0]") == plain
    assert f"{plain:,} of" in page.page.locator(".ct-count").inner_text()
    first = page.desk.session.page(page.get("t.top"), 1)["rows"][0]
    assert page.get("t.pool[0].cells[1].textContent").lstrip("⌇").startswith(first["time"])
    return plain


def somewhere(page, where="[]"):
    page.look(f"{{lo:{START + 61_234},hi:{START + 3 * scale.DAY + 7},where:{where}}}").focus("over.overview")
    return counted(page)


@pytest.mark.parametrize("where", ["[]", "[{text:'role-3'}]"])
def test_a_key_step_shows_exact_numbers_without_a_question_before_them(harness, where):
    page = somewhere(harness(), where)
    for key in ("ArrowRight", "Shift+ArrowRight", "+", "-", "ArrowLeft"):
        looks = asked(page, "view")
        state = page.page.evaluate(
            """(key) => { const t = window.timeline, [last, ...more] = key.split('+').reverse();
            t.over.overview.dispatchEvent(new KeyboardEvent('keydown', { key: last || '+', shiftKey: more.includes('Shift'), bubbles: true }));
            return t.root.dataset.state; }""",
            key,
        )
        assert state == "idle", "what is shown is of the new range, so nothing is being read"
        assert stands(page) > 0
        assert asked(page, "view") == looks
        counted(page)


def test_what_was_counted_under_another_filter_is_not_shown(harness):
    page = somewhere(harness())
    page.look("{where:[{field:'kind',is:['error']}]}").focus("over.overview").key("ArrowRight")
    errors = stands(page)
    counted(page).look("{where:[]}").focus("over.overview").key("ArrowLeft")
    assert stands(page) > errors > 0


def test_a_newer_load_drops_what_was_counted_of_the_older(harness, tmp_path):
    page = somewhere(harness())
    newer = synthetic_case.Access(synthetic_case.make(tmp_path / "newer.duckdb", events=90_000))
    page.desk._reopen = lambda: newer
    page.page.evaluate("window.timeline.reopen()")
    page.wait().focus("over.overview").key("ArrowRight")
    assert stands(page) < 90_000
    newer.close()


def test_a_star_set_in_python_shows_after_the_next_step_and_stars_are_never_counted_ahead(harness):
    page = somewhere(harness())
    step = page.get("t.stepped('pan', 0.25, t.lo, t.hi)")
    first = page.desk.session.positions(view=page.desk.session.viewed(lo=step[0], hi=step[1]))[0]
    one, other = (row["key"] for row in page.desk.session.page(first, 2)["rows"])
    page.desk.book.star(one)
    page.key("ArrowRight")
    page.page.wait_for_function("window.timeline.pool[0].cells[0].textContent === '★'")
    stands(page)
    page.look("{where:[{starred:true}]}")
    assert page.get("t.count") == 1
    page.page.evaluate("window.timeline.lookAhead()")
    page.wait()
    assert page.get("[...t.ahead.held.keys()].filter((key) => key.includes('starred')).length") == 0
    page.desk.book.star(other)
    page.focus("over.overview").key("-")
    assert stands(page) == 2


def test_the_newest_of_many_steps_is_what_remains(harness):
    page = somewhere(harness())
    lo, hi = page.get("[t.lo, t.hi]")
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowLeft")
    stands(page)
    assert abs(page.get("t.lo") - (lo + (hi - lo) / 2)) < 5


def test_one_look_is_under_way_at_a_time_and_the_last_of_eighty_moves_is_shown(harness):
    page = harness()
    most, lo, hi = page.page.evaluate(
        """async () => {
        const t = window.timeline, ask = t.line.ask.bind(t.line), [first, last] = t.hello.extent;
        let open = 0, most = 0;
        t.line.ask = async (request) => {
          if (request.type !== 'view') return ask(request);
          most = Math.max(most, ++open);
          const answer = await ask(request);
          open--;
          return answer;
        };
        for (let n = 1; n <= 80; n++) {
          t.look({ lo: first + n * 3_000_017, hi: last - n * 11_000_003 });
          if (n % 8 === 0) await new Promise((go) => requestAnimationFrame(go));
        }
        return [most, first + 80 * 3_000_017, last - 80 * 11_000_003];
      }"""
    )
    stands(page)
    assert most == 1
    assert page.get("[t.lo, t.hi]") == [lo, hi]
    assert asked(page, "view") < 80
