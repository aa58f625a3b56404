import datetime
from types import SimpleNamespace
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from ctforensics.aws.signing import Signer

AT = datetime.datetime(2024, 5, 2, 6, 11, 9, tzinfo=datetime.UTC)
KEY = "AKIAIOSFODNN7EXAMPLE"
WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/,="), min_size=1, max_size=40)


def botocores(path, secret, token, region, host, extra):
    request = AWSRequest("GET", f"https://{host}{path}", headers={"User-Agent": "not signed", **extra})
    auth = botocore.auth.S3SigV4Auth(Credentials(KEY, secret, token), "s3", region)
    botocore.auth.get_current_datetime, genuine = (lambda: AT.replace(tzinfo=None)), botocore.auth.get_current_datetime
    try:
        auth.add_auth(request)
    finally:
        botocore.auth.get_current_datetime = genuine
    return request.headers


@given(
    st.text(min_size=1, max_size=60).map(lambda t: "/" + quote(t.encode("utf-8", "replace"), safe="/~")),
    WORD,
    st.one_of(st.none(), WORD),
    st.sampled_from(["us-east-1", "eu-west-1", "us-gov-west-1"]),
    st.sampled_from(["bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1:4566"]),
    st.sampled_from([{}, {"x-amz-request-payer": "requester"}]),
)
def test_signatures_are_botocores_own(path, secret, token, region, host, extra):
    credentials = SimpleNamespace(access_key=KEY, secret_key=secret, token=token)
    text = Signer(lambda: credentials, region, host, extra).headers(path, AT.timestamp())
    ours = dict(line.split(": ", 1) for line in text.splitlines())
    theirs = botocores(path, secret, token, region, host, extra)
    assert ours["authorization"] == theirs["Authorization"]
    assert ours["x-amz-date"] == theirs["X-Amz-Date"] and ours.get("x-amz-security-token") == token


def test_new_credentials_and_a_new_day_make_a_new_key():
    held = SimpleNamespace(access_key=KEY, secret_key="one", token=None)
    signer = Signer(lambda: held, "us-east-1", "host", {})
    first = signer.headers("/x", 0.0)
    assert signer.headers("/x", 0.0) == first
    held.secret_key = "two"
    second = signer.headers("/x", 0.0)
    held.secret_key = "one"
    assert second != first and signer.headers("/x", 0.0) == first and signer.headers("/x", 86400.0) != first
