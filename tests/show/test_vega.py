"""The bundle that ships."""

import hashlib
import json

import pytest

from ctforensics.show import charts, vega


def test_the_shipped_bundle_is_what_the_pinned_converter_builds():
    assert hashlib.sha256(vega.build().encode()).hexdigest() == vega.record()["sha256"]


def test_the_shipped_bundle_is_what_its_record_says_and_below_one_mebibyte():
    content = vega.BUNDLE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == vega.record()["sha256"]
    assert len(content) < 1 << 20


def test_the_shipped_specs_are_what_altair_makes():
    assert charts.live_specs() == json.loads(json.dumps(charts.build_specs()))


def test_the_bundle_carries_its_licences():
    assert "University of Washington" in vega.text()[:400]
    assert "Mike Bostock" in vega.text()[:4000]


def test_a_hash_for_the_content_security_policy_is_that_of_the_script():
    assert vega.csp_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"


def test_a_picture_is_packed_and_still_a_picture(tmp_path):
    spec = {"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    png = vega.picture(spec, "png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")
    assert vega.packed(png) == png


def _labelled(text):
    values = [{"at": 1714630269000, "name": text}]
    x, y = {"field": "at", "type": "temporal"}, {"field": "name", "type": "nominal"}
    return {"mark": "point", "data": {"values": values}, "encoding": {"x": x, "y": y}}


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_control_characters_in_a_label_do_not_end_the_process(kind):
    assert vega.picture(_labelled("a\x00b\x01\x1b[31m\ud800\u202e\uffff"), kind)


def test_a_label_is_text_in_the_picture_with_its_hidden_characters_visible():
    drawn = str(vega.picture(_labelled('<b role="x">\x1b\u202e')))
    assert "<b" not in drawn
    assert 'role="x"' in drawn.replace("&quot;", '"')
    assert "\\x1b\\u202e" in drawn


def test_a_picture_is_the_same_in_every_time_zone(monkeypatch):
    monkeypatch.setattr(vega.patterns, "defined_in", lambda svg: svg)
    assert "aria-label" not in str(vega.picture(_labelled("x")))
