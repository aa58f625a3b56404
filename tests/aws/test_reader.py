import pytest
from support import aws_service, fault_proxy
from support.fault_proxy import Fault

from ctforensics.aws.clients import Access, Identity
from ctforensics.aws.reader import Reader


@pytest.fixture
def bucket(monkeypatch):
    for name, value in aws_service.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with aws_service.running() as service:
        metadata = {"a/b c+%é.gz": {"signature": "ab12", "signature-algorithm": "SHA256withRSA"}}
        service.fill(
            "bucket",
            {"plain": b"one", "a/b c+%é.gz": b"two", "x=1&y#z": b"three", "bucket/plain": b"four", "a//b": b"five"},
            metadata,
        )
        yield service


@pytest.fixture
def reader(bucket):
    return Reader(Access(Identity(endpoint_url=bucket.url), "case-1").client("s3"), "bucket", {})


def read(reader, key):
    answer = reader.get(key)
    body = b"".join(answer.chunks())
    reader.confirm()
    return answer, body


def test_the_direct_way_and_the_way_through_boto3_tell_the_same(reader):
    for key, body in {"plain": b"one", "a/b c+%é.gz": b"two", "x=1&y#z": b"three"}.items():
        through_boto3 = reader._through_boto3(key, None)
        assert b"".join(through_boto3.chunks()) == body
        read(reader, "plain")
        direct, direct_body = read(reader, key)
        assert direct_body == body
        for name in ("etag", "last_modified", "version_id", "storage_class", "metadata", "encryption"):
            assert getattr(direct, name) == getattr(through_boto3, name)


def test_only_the_first_object_goes_through_boto3(reader):
    for key in ("plain", "a/b c+%é.gz", "x=1&y#z"):
        read(reader, key)
    assert reader.slow == 1


def test_a_key_that_repeats_the_buckets_name_is_not_mistaken_for_it(reader):
    assert read(reader, "bucket/plain")[1] == b"four"
    assert read(reader, "plain")[1] == b"one"
    assert reader.direct == 1


def test_keys_that_http_clients_tidy_up_stay_with_boto3(reader):
    read(reader, "plain")
    assert read(reader, "a//b")[1] == b"five"
    assert reader.direct == 0


def test_an_object_that_is_gone_is_boto3s_own_error(reader):
    from botocore.exceptions import ClientError

    read(reader, "plain")
    with pytest.raises(ClientError, match="NoSuchKey"):
        reader.get("nothing")


def test_the_case_id_stands_in_the_user_agent(reader):
    assert "case/case-1" in reader._user_agent()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_takes_no_credentials_there(bucket, status):
    from botocore.exceptions import BotoCoreError, ClientError

    asked = []
    with fault_proxy.running(bucket.url) as elsewhere, fault_proxy.running(bucket.url) as proxy:
        elsewhere.inspect = lambda method, path, headers: asked.append(headers)
        reader = Reader(Access(Identity(endpoint_url=proxy.url), "case-1").client("s3"), "bucket", {})
        read(reader, "plain")
        place = (("location", f"{elsewhere.url}/bucket/x%3D1%26y%23z"), ("x-amz-bucket-region", "eu-west-1"))
        proxy.rule = lambda method, path, before: Fault(status, "PermanentRedirect", headers=place)
        with pytest.raises((ClientError, BotoCoreError)):
            reader.get("x=1&y#z")
        reader.close()
    assert asked == []
