"""What no timeline should meet and some will: each with the state that the page shows, and never a wrong count."""

from __future__ import annotations

import duckdb
import pytest

from ctforensics.load import screen
from ctforensics.show import scale
from ctforensics.trail.tables import DIMENSIONS
from tests.support import synthetic_case

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202e\x00\x1b[2J</script>"
ROWS = {
    "no event": ("SELECT 1 AS n, TIMESTAMP '2026-03-02' AS event_time WHERE false", 0),
    "one event": ("SELECT 1 AS n, TIMESTAMP '2026-03-02 05:06:07' AS event_time", 1),
    "one second": ("SELECT n, TIMESTAMP '2026-03-02 05:06:07' AS event_time FROM range(700) t(n)", 700),
    "1970 and 2099": (
        """SELECT n, CASE n % 7 WHEN 0 THEN TIMESTAMP '1970-01-01' WHEN 1 THEN TIMESTAMP '2099-12-31 23:59:59'
        ELSE TIMESTAMP '2026-03-02' + to_seconds(n * 60) END AS event_time FROM range(700) t(n)""",
        700,
    ),
}


def made(folder, name, *changes):
    rows, count = ROWS.get(name, (None, 3000))
    path = synthetic_case.make(folder / "case.duckdb", events=count, rows=rows, hostile=0)
    if changes:
        con = duckdb.connect(str(path))
        for change in changes:
            con.execute(change)
        screen.build(con)
        con.close()
    return path, count


def exercised(page, count):
    """Every sum that the page shows, over everything and over parts; the count of everything is exact."""
    first, last = page.get("t.hello.all")
    page.look(f"{{lo:{first},hi:{last}}}")
    assert page.get("t.count") == page.get("t.hello.events") == count
    for lo, hi in ((first, last), (first, (first + last) // 2), ((first + last) // 2, last), (last - 1500, last)):
        for where in ("[]", "[{field:'kind',is:['error']}]"):
            page.look(f"{{lo:{lo},hi:{hi},where:{where}}}")
            statement, values = page.desk.session.sql()
            plain = page.desk.session.cursor().execute(f"SELECT count(*) FROM ({statement})", values).fetchone()[0]
            assert page.get("t.drawn.bars.reduce((sum, b) => sum + b[4], 0)") == page.get("t.count") == plain
            assert page.get("t.root.dataset.state") == ("idle" if plain else "empty")
    page.look("{where:[]}").focus("over.overview")
    for key in ("+", "ArrowRight", "[", "]", "n", "Home", "t", "d", "-"):
        page.key(key)
    return page


@pytest.mark.parametrize("name", ROWS)
def test_times_of_any_kind_are_counted_exactly(harness, tmp_path, name):
    delivered = (
        "UPDATE files SET delivered_at = TIMESTAMP '2026-03-02 12:00:00' WHERE delivered_at > TIMESTAMP '2030-01-01'"
    )
    path, count = made(tmp_path, name, delivered)
    page = harness(database=path)
    page.wait()
    if count == 0:
        assert page.get("t.root.dataset.state") == "empty"
        assert "No log coverage" in page.get("t.notice.textContent") or "No event" in page.get("t.notice.textContent")
    exercised(page, count)
    if name == "1970 and 2099":
        assert "200 at implausible times" in page.page.locator(".ct-odd").inner_text()
        assert page.get("t.hello.extent[1] - t.hello.extent[0]") < 2 * scale.DAY
    if name == "one second":
        assert page.get("t.pool.filter((p) => p.cells[1].textContent.startsWith('⌇')).length") == 17


def test_five_thousand_principals_are_listed_by_count_and_every_one_can_be_found(harness, tmp_path):
    path, _ = made(
        tmp_path,
        "principals",
        "CREATE SEQUENCE one",
        "UPDATE events SET actor = 'arn:aws:iam::111122223333:user/u' || nextval('one')",
        "INSERT INTO events BY NAME SELECT * REPLACE (gen_random_uuid() AS event_key, actor || '-b' AS actor) FROM events LIMIT 2000",
    )
    page = harness(database=path)
    exercised(page, 5000)
    page.page.wait_for_function("window.timeline.facets.textContent.includes('4,992 more values')")
    page.look("{where:[{field:'actor',is:['arn:aws:iam::111122223333:user/u2999']}]}")
    assert page.get("t.count") == 1
    page.look("{where:[],stack:'actor'}")
    assert page.get("t.drawn.series.length") == 7
    assert page.get("t.drawn.bars.reduce((sum, b) => sum + b[4], 0)") == 5000


def test_a_principal_of_a_megabyte_is_one_short_cell_and_a_filter(harness, tmp_path):
    path, count = made(tmp_path, "long", "UPDATE events SET actor = repeat('A', 1000000) WHERE rowid % 3 = 0")
    page = harness(database=path)
    exercised(page, count)
    page.look("{where:[{field:'kind',is:['read']}]}").focus()
    assert len(page.page.content()) < 2_000_000
    page.look("{where:[],stack:'actor'}")
    at = page.get("t.drawn.series.findIndex((s) => s.includes('1,000,000 characters'))")
    assert page.get(f"t.drawn.bars.filter((b) => b[2] === {at}).reduce((sum, b) => sum + b[4], 0)") == count // 3
    page.page.evaluate("window.timeline.focusRow(window.timeline.range[0])")
    row = page.get("[...t.rows.values()].find((r) => r.texts.actor.includes('1,000,000')).pos")
    page.page.evaluate(f"window.timeline.focusRow({row}, 4)")
    page.wait().focus().key("f")
    assert page.get("t.count") == count // 3
    assert max(len(str(request)) for request in page.requests) < 2000


def test_markup_and_hidden_characters_in_every_field_stay_text(harness, tmp_path):
    texts = sorted({c for c in DIMENSIONS.values() if c.isidentifier() and c not in ("verification", "outcome")})
    sets = ", ".join(f"{column} = $text || '{column}'" for column in texts)
    path, count = made(tmp_path, "hostile")
    con = duckdb.connect(str(path))
    con.execute(
        f"UPDATE events SET {sets}, error_code = $text, error_message = $text, request_parameters = to_json($text), user_identity = to_json($text)",
        {"text": HOSTILE},
    )
    con.execute("UPDATE coverage SET account = $text, region = $text, trail = $text, reason = $text", {"text": HOSTILE})
    con.execute("UPDATE findings SET code = $text, account = $text, detail = $text, subject = $text", {"text": HOSTILE})
    con.execute("UPDATE files SET path = $text, bucket = $text, object_key = $text, root = $text", {"text": HOSTILE})
    screen.build(con)
    con.close()
    page = harness(database=path)
    page.desk.title = page.desk.session.title = HOSTILE
    page.desk.book.label(page.desk.matching(1)[0] if count == 1 else "actor:" + HOSTILE + "actor", HOSTILE)
    exercised(page, count)
    page.page.reload()
    page.wait()
    nodes = "document.querySelectorAll('script, img, a, iframe, style, object, embed, form').length"
    before = page.page.evaluate(nodes)
    for stack in ("actor", "service", "error"):
        page.look(f"{{stack:'{stack}'}}")
    page.focus().page.evaluate("window.timeline.focusRow(3, 3)")
    page.key("Enter")
    page.page.wait_for_selector(".ct-panel dl")
    for tab in ("record", "proof", "chain", "notes", "fields"):
        page.page.evaluate(f"window.timeline.paintDetail('{tab}')")
        page.wait()
    page.page.mouse.move(600, 200)
    page.focus().key("o", "f", "y")
    page.wait()
    text = page.page.evaluate("window.timeline.root.textContent")
    assert "<img src=x onerror=" in text
    assert not {"\u202e", "\x00", "\x1b"} & set(text)
    assert "\\u202e" in text
    attributes = page.page.evaluate(
        "[...window.timeline.root.querySelectorAll('*')].flatMap((n) => [...n.attributes].map((a) => a.value)).join(' ')"
    )
    assert not {"\u202e", "\x00", "\x1b"} & set(attributes)
    assert page.page.evaluate(nodes) == before
    assert page.page.title() == ""


def test_the_kernel_gone_in_the_midst_of_a_look_is_said_and_nothing_counts_any_more(harness):
    page = harness()
    page.page.evaluate("(() => { window.model.send = () => { throw new Error('the line is closed'); }; })()")
    page.page.evaluate("window.timeline.pan(0.3)")
    page.page.wait_for_function("window.timeline.root.dataset.state === 'offline'")
    assert "frozen" in page.get("t.status.textContent")
    page.page.evaluate("window.timeline.pan(0.3)")
    assert page.get("t.root.dataset.state") == "offline"
