"""The bundle that ships."""

import hashlib

from ctforensics.show import vega


def test_the_shipped_bundle_is_what_the_pinned_converter_builds():
    assert hashlib.sha256(vega.build().encode()).hexdigest() == vega.record()["sha256"]


def test_the_shipped_bundle_is_what_its_record_says_and_below_one_mebibyte():
    content = vega.BUNDLE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == vega.record()["sha256"]
    assert len(content) < 1 << 20


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
