"""The picture that a notebook keeps of the timeline."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from ctforensics.show import page, scale, still, vega
from ctforensics.show.session import TimelineSession
from tests.support import synthetic_case

START = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    path = synthetic_case.make(tmp_path_factory.mktemp("still") / "case.duckdb", events=3_000)
    access = synthetic_case.Access(path)
    yield TimelineSession(access)
    access.close()


def test_the_picture_draws_every_bar_gap_and_finding_of_the_view(session):
    data, view = page.datasets(session), session.view
    drawn = ElementTree.fromstring(still.svg(data, view.lo, view.hi))
    tag = "{http://www.w3.org/2000/svg}"
    fills = [each.get("fill") for each in drawn.iter(f"{tag}rect")]
    assert sum(fill in ("#D55E00", "url(#ct-write)", "#56B4E9") for fill in fills) == len(data["bars"])
    assert "url(#ct-missing)" in fills
    assert sum(each.get("fill") == "#D55E00" for each in drawn.iter(f"{tag}path")) == 2
    assert vega.png(still.svg(data, view.lo, view.hi)).startswith(b"\x89PNG")


def test_labels_are_utc_dates_and_times_inside_the_range(session):
    session.change(lo=START, hi=START + 6 * scale.HOUR)
    view = session.view
    texts = [
        e.text for e in ElementTree.fromstring(still.svg(page.datasets(session), view.lo, view.hi)).iter() if e.text
    ]
    assert "02 Mar 03:00Z" in texts


def test_the_picture_holds_no_text_of_the_evidence(session):
    session.change(lo=session.extent.lo, hi=session.extent.hi, stack="actor")
    view = session.view
    drawn = still.svg(page.datasets(session), view.lo, view.hi)
    assert "onerror" not in drawn
    assert "role-" not in drawn
    session.change(stack="kind")


def test_the_first_look_loads_neither_altair_nor_the_converters_engine(tmp_path):
    path = synthetic_case.make(tmp_path / "case.duckdb", events=50)
    code = f"""
import sys
from ctforensics.ask.room import Room
from pathlib import Path
from ctforensics.show import page, still, timeline, vega
from ctforensics.show.desk import Desk
desk = Desk(Room(Path({str(path)!r})))
assert desk.answer({{"type": "hello", "id": 1}})["specs"]["detail"]
view = desk.session.view
assert vega.png(still.svg(page.datasets(desk.session), view.lo, view.hi))
print("altair" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
