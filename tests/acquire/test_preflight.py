import json

import pytest
from support import fault_proxy, trail_files
from support.fault_proxy import Fault

from ctforensics.aws.clients import Access
from ctforensics.cli import console, main

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def proxy(aws):
    trail = trail_files.make("trail-bucket", hours=1)
    aws.fill("trail-bucket", trail.objects, trail.metadata)
    with fault_proxy.running(aws.url) as running:
        yield running


@pytest.fixture
def run(proxy, tmp_path, capsys):
    def preflight(*options):
        code = main(["acquire", str(tmp_path / "case"), "s3://trail-bucket", "--endpoint-url", proxy.url, *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return preflight


def rights(document):
    return {(action, s["Resource"]) for s in document.get("Statement", []) for action in s["Action"]}


def test_what_is_denied_comes_back_as_a_policy_of_exactly_that(aws, run, tmp_path):
    aws.denied |= {"ListAccounts", "GetAccountAuthorizationDetails"}
    code, out, _ = run("--preflight", "--json")
    told = json.loads(out)
    asked = {action for action, _ in rights(told["policy"])}
    assert code == 1
    assert {"organizations:ListAccounts", "iam:GetAccessKeyLastUsed"} <= asked
    assert "cloudtrail:ListPublicKeys" not in asked and "s3:GetObject" not in asked
    assert {p["what"] for p in told["probes"] if p["action"] == "s3:GetObject"} == {
        "log 111122223333 us-east-1",
        "digest 111122223333 us-east-1",
    }
    assert not (tmp_path / "case").exists()


def no_kms(method, path, before):
    return (
        Fault(403, "AccessDenied", f"not authorized to perform: kms:Decrypt on resource: {KEY}")
        if method == "GET" and "/AWSLogs/" in path
        else None
    )


def test_a_denied_kms_key_is_named_before_anything_is_copied(run, proxy, tmp_path, monkeypatch):
    proxy.rule = no_kms
    code, out, _ = run("--preflight", "--json")
    assert code == 1 and ("kms:Decrypt", KEY) in rights(json.loads(out)["policy"])
    asked = []
    proxy.inspect = lambda method, path, headers: asked.append(("GET", path)) if "range" not in headers else None
    monkeypatch.setattr(console, "say", lambda text: asked.append(("said", text)))
    code, out, _ = run()
    assert code == 1 and "3 refused: the KMS key is denied" in out
    said = next(n for n, (what, text) in enumerate(asked) if what == "said" and "Denied: kms:Decrypt" in text)
    policy = next(n for n, (what, text) in enumerate(asked) if what == "said" and KEY in text)
    first = next(n for n, (what, path) in enumerate(asked) if what == "GET" and path.endswith(".json.gz"))
    assert said < policy < first


def test_what_is_missing_is_printed_as_a_policy_to_mail(aws, run):
    aws.denied |= {"ListAccounts", "GetCredentialReport"}
    code, out, _ = run("--preflight")
    text = out[out.index("policy to send to the client:") :].partition("\n")[2]
    assert code == 1 and ("organizations:ListAccounts", "*") in rights(json.loads(text))
    _, _, err = run("--region", "us-east-1")
    first, second = [
        json.JSONDecoder().raw_decode(part.strip())[0] for part in err.split("grants what is missing:")[1:]
    ]
    assert "organizations:ListAccounts" in {action for action, _ in rights(first)}
    assert rights(second) == {("iam:GetCredentialReport", "*")}, "what no probe shows is told when it was asked"


def test_the_whole_policy_needs_no_access_and_reads_only(run):
    code, out, _ = run("--policy")
    actions = {action for action, _ in rights(json.loads(out))}
    assert code == 0 and "s3:GetObject" in actions and "cloudtrail:ListPublicKeys" in actions
    verbs = {action.split(":")[1] for action in actions}
    assert all(
        verb.startswith(("Get", "List", "Describe", "Lookup", "Decrypt", "GenerateCredentialReport")) for verb in verbs
    )


def test_a_service_that_cannot_be_reached_is_asked_once_and_holds_nothing_up(aws, run, monkeypatch):
    from botocore.exceptions import ConnectTimeoutError

    asked, genuine = [], Access.pages

    def pages(self, service, operation, *place, **arguments):
        asked.append((service, operation))
        if service == "iam":
            raise ConnectTimeoutError(endpoint_url="https://iam.amazonaws.com")
        return genuine(self, service, operation, *place, **arguments)

    monkeypatch.setattr(Access, "pages", pages)
    _, out, _ = run("--preflight", "--json")
    told = json.loads(out)
    failed = {probe["action"] for probe in told["probes"] if probe["state"] == "failed"}
    assert {"iam:ListAccountAliases", "iam:GetAccountAuthorizationDetails", "iam:GenerateCredentialReport"} <= failed
    assert [operation for service, operation in asked if service == "iam"] == ["ListAccountAliases"]
    assert "iam:ListAccountAliases" not in {action for action, _ in rights(told["policy"])}
