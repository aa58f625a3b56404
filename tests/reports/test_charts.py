"""What a reader of a report sees in its charts: a key to every pattern, named lanes, dates with their zone, labels that stay whole."""

import re
from datetime import datetime

import pytest

from ctforensics.reports import coverage_pages, scripts, swimlanes, timeline_pages
from ctforensics.reports.held import Held


def seen(chart):
    """The texts of a chart as its static picture shows them, in the order of drawing."""
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)</t", scripts.drawn(chart.data["spec"], "f"))


def test_the_timeline_names_its_lanes_its_patterns_and_the_days_that_it_shows(story_case):
    texts = seen(timeline_pages.chart(Held(story_case("tampered_log"))))
    assert {"coverage", "error", "write", "read"} <= set(texts)
    assert {"verified", "tampered", "missing", "unverified"} <= set(texts)
    assert not {"not expected", "findings"} & set(texts), "what is not drawn has no key and no lane"
    assert "2026-03-02 to 2026-03-03, UTC" in texts


def test_a_key_tells_what_the_cut_in_a_bar_means_where_there_is_one(story_case):
    drawn = timeline_pages.chart(Held(story_case("tampered_log")))
    cut, drawing = seen(drawn), scripts.drawn(drawn.data["spec"], "f")
    assert "bar not wholly covered by the log or the range" in cut
    keys = re.findall(r"<g[^>]*role-legend-symbol[^>]*><path[^>]*>", drawing)
    assert [key for key in keys if 'stroke="#555555"' in key], "a white mark without an edge is not seen"
    whole = timeline_pages.chart(Held(story_case("quiet_week")), since="2026-03-03", until="2026-03-04")
    assert not [text for text in seen(whole) if text.startswith("bar not")]


def test_the_coverage_chart_says_the_days_and_the_zone(story_case):
    texts = seen(coverage_pages.chart(Held(story_case("tampered_log"))))
    assert "2026-03-01 to 2026-03-03, UTC" in texts and "tampered" in texts


@pytest.mark.parametrize("role", ["short", "stratus-red-team-ec2-get-password-data-role-of-a-long-name"])
def test_a_lane_of_a_credential_shows_its_key_and_its_role_whole(role):
    at = datetime(2026, 3, 2, 12)
    key = {
        "access_key_id": "ASIATFQR7NSCWLLE7IWW",
        "issued_by": "x",
        "issued_at": at,
        "first_used": at,
        "last_used": at,
    }
    key |= {"actor": f"arn:aws:iam::111122223333:role/{role}", "account": "111122223333", "events": 3}
    texts = seen(swimlanes.chart([key]))
    assert {"ASIATFQR7NSCWLLE7IWW", f"role/{role}", "2026-03-02, UTC"} <= set(texts)
