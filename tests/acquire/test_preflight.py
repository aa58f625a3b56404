import json

import pytest
from support import fault_proxy, trail_files
from support.fault_proxy import Fault

from ctforensics.cli import main

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


def test_a_denied_kms_key_is_named_before_anything_is_copied(run, proxy, tmp_path):
    proxy.rule = lambda method, path, before: (
        Fault(403, "AccessDenied", f"not authorized to perform: kms:Decrypt on resource: {KEY}")
        if method == "GET" and "/AWSLogs/" in path
        else None
    )
    code, out, _ = run("--preflight", "--json")
    assert code == 1 and ("kms:Decrypt", KEY) in rights(json.loads(out)["policy"])
    code, out, err = run()
    assert code == 1
    assert "Denied: kms:Decrypt" in err and KEY in err
    assert err.index("kms:Decrypt") < len(err) and "3 refused" in out


def test_the_whole_policy_needs_no_access_and_reads_only(run):
    code, out, _ = run("--policy")
    actions = {action for action, _ in rights(json.loads(out))}
    assert code == 0 and "s3:GetObject" in actions and "cloudtrail:ListPublicKeys" in actions
    verbs = {action.split(":")[1] for action in actions}
    assert all(
        verb.startswith(("Get", "List", "Describe", "Lookup", "Decrypt", "GenerateCredentialReport")) for verb in verbs
    )
