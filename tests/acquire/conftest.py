import pytest
from support import aws_service, fault_proxy, trail_files


@pytest.fixture(scope="session")
def aws_service_of_this_session():
    """One server for all tests of a session: starting it takes longer than most of them."""
    with aws_service.running() as service:
        yield service


@pytest.fixture
def aws(monkeypatch, aws_service_of_this_session):
    """AWS on loopback, empty, with credentials in the environment and no proxy on the way."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws_service.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws_service_of_this_session.reset()
    return aws_service_of_this_session


@pytest.fixture
def trail(aws):
    """A bucket with four hours of a signed trail."""
    made = trail_files.make("trail-bucket")
    aws.fill("trail-bucket", made.objects, made.metadata)
    return made


@pytest.fixture
def proxy(aws):
    """What stands between us and AWS, and does as a test tells it."""
    with fault_proxy.running(aws.url) as running:
        yield running


@pytest.fixture
def acquire(aws, tmp_path, capsys):
    """Runs ``ctforensics acquire`` on a case in the test's folder: gives exit code, standard output, standard error."""
    from ctforensics.cli import main

    def run(source, *options, case="case"):
        code = main(["acquire", str(tmp_path / case), source, "--endpoint-url", aws.url, *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run
