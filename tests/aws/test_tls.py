"""TLS of our own GETs: only a server whose certificate is trusted as boto3 trusts it ever sees a request."""

import ssl
from urllib.parse import urlsplit

import pytest
from support import aws_service, tls_front

from ctforensics.aws.clients import Access, Identity
from ctforensics.aws.reader import Reader
from ctforensics.aws.wire import Place, Wire
from ctforensics.cli import main

HOST = "127.0.0.1"
OBJECTS = {"one": b"first", "two": b"second", "three": b"third"}


@pytest.fixture(scope="module")
def service():
    with aws_service.running() as running:
        running.fill("tls-bucket", OBJECTS)
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws_service.CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def front(service, tmp_path):
    """A server with TLS before the service: its place, its certificate, and what became of each connection."""
    files = tls_front.certificate(tmp_path, HOST)
    plain = urlsplit(service.url)
    with tls_front.running(files, (plain.hostname, plain.port)) as (port, seen):
        yield port, files[0], seen


def reader_of(port):
    return Reader(Access(Identity(endpoint_url=f"https://{HOST}:{port}"), "case-1").client("s3"), "tls-bucket", {})


def read(reader, key):
    body = b"".join(reader.get(key).chunks())
    reader.confirm()
    return body


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_the_bundle_that_boto3_honours_is_honoured_by_our_own_gets(front, name, monkeypatch):
    port, bundle, _ = front
    monkeypatch.setenv(name, str(bundle))
    reader = reader_of(port)
    assert {key: read(reader, key) for key in OBJECTS} == OBJECTS
    assert (reader.slow, reader.direct) == (1, 2)
    reader.close()


def test_a_bundle_in_the_configuration_of_a_profile_is_honoured(front, tmp_path, monkeypatch):
    port, bundle, _ = front
    (tmp_path / "config").write_text(f"[profile held]\nregion = us-east-1\nca_bundle = {bundle}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "held")
    reader = reader_of(port)
    assert {key: read(reader, key) for key in OBJECTS} == OBJECTS
    assert reader.direct == 2
    reader.close()


def test_without_the_bundle_an_acquisition_is_refused_with_a_sentence(front, tmp_path, capsys):
    port, _, seen = front
    code = main(["acquire", str(tmp_path / "case"), "s3://tls-bucket", "--endpoint-url", f"https://{HOST}:{port}"])
    err = capsys.readouterr().err
    assert code == 2
    assert "certificate" in err and "AWS_CA_BUNDLE" in err, err
    assert "joined" not in seen


def test_with_the_bundle_an_acquisition_brings_every_object_over_tls(front, tmp_path, capsys, monkeypatch):
    port, bundle, seen = front
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    source = ["s3://tls-bucket", "--objects-only", "--endpoint-url", f"https://{HOST}:{port}"]
    code = main(["acquire", str(tmp_path / "case"), *source])
    assert code == 0, capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in (tmp_path / "case" / "evidence" / "tls-bucket").iterdir()} == OBJECTS
    assert seen.count("joined") > 1


def ask(port, context):
    wire = Wire(Place(HOST, port, context, (5, 5)))
    try:
        return wire.get(f"GET / HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode())
    finally:
        wire.close()


def test_our_own_get_sends_nothing_to_a_server_that_is_not_trusted(front):
    port, bundle, seen = front
    assert ask(port, ssl.create_default_context(cafile=bundle))[0] >= 200
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(port, ssl.create_default_context())
    assert seen.count("joined") == 1


@pytest.mark.parametrize(("name", "expired"), [("elsewhere.example", False), (HOST, True)])
def test_a_certificate_for_another_host_or_of_another_time_is_refused(service, tmp_path, name, expired):
    files = tls_front.certificate(tmp_path, name, expired=expired)
    plain = urlsplit(service.url)
    with tls_front.running(files, (plain.hostname, plain.port)) as (port, seen):
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(port, ssl.create_default_context(cafile=files[0]))
        assert "joined" not in seen


def test_plain_http_is_never_spoken_to_a_place_with_tls(front, monkeypatch):
    port, bundle, _ = front
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    reader = reader_of(port)
    read(reader, "one")
    assert reader._place.place.tls.verify_mode is ssl.CERT_REQUIRED
    assert reader._place.place.tls.check_hostname
    reader.close()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_client_that_does_not_check_certificates_stays_with_boto3(front, monkeypatch):
    port, bundle, _ = front
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    reader = reader_of(port)
    reader.client._endpoint.http_session._verify = False
    read(reader, "one")
    assert read(reader, "two") == b"second"
    assert reader.direct == 0
