import base64
import json
from datetime import datetime, timedelta

import pytest

from ctforensics.hashing import sha256_hex
from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import TrailMaker, digest_content
from ctforensics.practice.sinks import FolderSink
from ctforensics.trail import object_keys, signature
from ctforensics.trail.digest import signing_text
from tests.support.memory_sink import MemorySink

T0 = datetime(2026, 3, 2, 0, 17, 28)
HOUR = timedelta(hours=1)
RECORD = {"eventVersion": "1.11", "eventTime": "2026-03-02T00:20:00Z", "eventName": "ListBuckets", "eventID": "1"}


@pytest.fixture
def sink():
    return MemorySink()


def maker(sink, **facts):
    return TrailMaker(
        sink, KeyRing(0, T0), **{"bucket": "trail-bucket", "account": "111122223333", "region": "us-east-1"} | facts
    )


def digest_of(sink, sealed):
    return json.loads(sink.content(sealed.bucket, sealed.key))


def assert_signed(sink, trail, sealed):
    content = sink.content(sealed.bucket, sealed.key)
    metadata = sink.metadata[f"{sealed.bucket}/{sealed.key}"]["Metadata"]
    key = trail.keys.signing(trail.region, sealed.end)
    text = signing_text(json.loads(content), sha256_hex(content))
    assert signature.verify(key.der, text, metadata["signature"])


def test_every_digest_is_signed_and_links_to_the_one_before(sink):
    trail = maker(sink)
    for n in range(3):
        trail.deliver([RECORD], T0 + n * HOUR + timedelta(minutes=8))
        assert_signed(sink, trail, trail.close_hour(T0 + (n + 1) * HOUR))
    first, second, third = (digest_of(sink, d) for d in trail.digests)
    assert first["previousDigestS3Object"] is None and first["previousDigestSignature"] is None
    assert third["previousDigestS3Object"] == second["digestS3Object"]
    assert third["previousDigestHashValue"] == trail.digests[1].sha256
    assert third["previousDigestSignature"] == trail.digests[1].signature
    assert third["digestStartTime"] == second["digestEndTime"]


def test_a_digest_lists_the_hash_of_the_inflated_log(sink):
    trail = maker(sink)
    log = trail.deliver([RECORD], T0 + timedelta(minutes=8))
    (listed,) = digest_of(sink, trail.close_hour(T0 + HOUR))["logFiles"]
    assert listed["hashValue"] == sha256_hex(sink.content(log.bucket, log.key))
    assert listed["oldestEventTime"] == "2026-03-02T00:20:00Z"


def test_an_hour_without_logs_has_a_digest_that_lists_nothing(sink):
    digest = digest_of(sink, maker(sink).close_hour(T0 + HOUR))
    assert digest["logFiles"] == [] and digest["newestEventTime"] is None


def test_after_a_stop_the_chain_begins_anew(sink):
    trail = maker(sink)
    trail.close_hour(T0 + HOUR)
    trail.stop(T0 + HOUR + timedelta(minutes=20))
    again = trail.restart(T0 + 4 * HOUR)
    assert digest_of(sink, again)["previousDigestS3Object"] is None
    assert digest_of(sink, trail.close_hour(T0 + 5 * HOUR))["previousDigestS3Object"] == again.key


def test_a_backfill_digest_lists_what_the_hourly_one_missed(sink):
    trail = maker(sink)
    late = trail.deliver([RECORD], T0 + timedelta(minutes=8), listed=False)
    assert digest_of(sink, trail.close_hour(T0 + HOUR))["logFiles"] == []
    backfill = trail.backfill([late], T0 + HOUR, generated=T0 + 5 * HOUR)
    assert object_keys.parse(backfill.key).backfill
    assert "backfill-generation-timestamp" in sink.metadata[f"trail-bucket/{backfill.key}"]["Metadata"]
    assert digest_of(sink, backfill)["logFiles"][0]["s3Object"] == late.key


def test_a_chain_goes_on_in_a_second_bucket(sink):
    trail = maker(sink)
    trail.close_hour(T0 + HOUR)
    trail.bucket = "new-bucket"
    digest = digest_of(sink, trail.close_hour(T0 + 2 * HOUR))
    assert (digest["digestS3Bucket"], digest["previousDigestS3Bucket"]) == ("new-bucket", "trail-bucket")


def test_keys_follow_the_layout_of_an_organization_trail_with_a_prefix(sink):
    trail = maker(sink, organization="o-a1b2c3d4e5", prefix="audit/2026", home_region="eu-west-1", trail="org_trail")
    log, digest = trail.deliver([RECORD], datetime(2026, 3, 2, 0, 25)), trail.close_hour(T0 + HOUR)
    parsed = object_keys.parse(digest.key)
    assert log.key.startswith("audit/2026/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/02/")
    assert (parsed.trail, parsed.home_region, parsed.organization, parsed.prefix) == (
        "org_trail",
        "eu-west-1",
        "o-a1b2c3d4e5",
        "audit/2026",
    )


def test_a_real_digest_is_reproduced_byte_for_byte(shared_data):
    (real,) = (shared_data / "cloudtrail-digest-vectors").glob("*20231015T230404Z.json")
    assert digest_content(json.loads(real.read_bytes())) == real.read_bytes()


def test_a_folder_gets_the_same_objects_as_memory(tmp_path, sink):
    folder = FolderSink(tmp_path / "direct")
    for target in (sink, folder):
        trail = maker(target)
        trail.deliver([RECORD], T0 + timedelta(minutes=8))
        trail.close_hour(T0 + HOUR)
    sink.write_to(tmp_path / "copied")

    def files(base):
        return {p.relative_to(base): p.read_bytes() for p in base.rglob("*.gz")}

    assert files(tmp_path / "direct") == files(tmp_path / "copied")
    assert folder.metadata == sink.metadata


def test_the_validator_of_the_aws_cli_accepts_our_digests_and_refuses_changed_ones(sink):
    from awscli.customizations.cloudtrail.validation import DigestSignatureError, Sha256RSADigestValidator

    trail = maker(sink)
    trail.close_hour(T0 + HOUR)
    trail.deliver([RECORD], T0 + HOUR + timedelta(minutes=8))
    sealed = trail.close_hour(T0 + 2 * HOUR)
    content = sink.content(sealed.bucket, sealed.key)
    key = base64.b64encode(trail.keys.signing("us-east-1", sealed.end).der)

    def validate(signature_hex):
        digest = json.loads(content) | {"_signature": signature_hex}
        Sha256RSADigestValidator().validate(sealed.bucket, sealed.key, key, digest, content)

    validate(sealed.signature)
    with pytest.raises(DigestSignatureError):
        validate(trail.digests[0].signature)
