"""From role to role: a web identity, a deployment role, an administrator's role in another account."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from ctforensics.practice import identities
from ctforensics.practice.company import ATTACKER, DATA, GITHUB, PAYROLL, PRODUCTION
from ctforensics.practice.identities import Actor
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage, Story
from ctforensics.practice.stories import _everyday

_SUBJECT = "repo:example/web:pull_request"


def script(stage: Stage) -> None:
    _everyday.workdays(stage, 2)
    _everyday.operations(stage)
    deploy = _web_identity(stage)
    trusted = stage.play(
        stage.at(2, "03:08:30"), deploy, "iam", "UpdateAssumeRolePolicy",
        params={"roleName": "release-admin", "policyDocument": json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": deploy.identity["sessionContext"]["sessionIssuer"]["arn"]}, "Action": "sts:AssumeRole"}]})},
    )  # fmt: skip
    stage.fact("trust_changed", "iam_changes", "A role is made to trust the deployment role.", trusted)
    release = _hop(stage, stage.at(2, "03:10:05"), deploy, PRODUCTION, "release-admin", "ci-sync")
    data = _hop(stage, stage.at(2, "03:14:41"), release, DATA, "data-admin", "ci-sync")
    refused = stage.play(
        stage.at(2, "03:13:02"), release, "sts", "AssumeRole", denied="sts:AssumeRole",
        denied_on=f"arn:aws:iam::{DATA}:role/OrganizationAccountAccessRole",
    )  # fmt: skip
    stage.fact("refused_hop", "authorization_failures", "Another hop is refused.", refused)
    read = [
        stage.s3(stage.at(2, f"03:20:{n * 5:02}"), data, "GetObject", PAYROLL, key=f"2026/02/slip-{3000 + n}.pdf", received=70_000 + n)
        for n in range(8)
    ]  # fmt: skip
    stage.fact("objects_read", "actions_by_principal", "What the last session in the chain read.", *read)


def _web_identity(stage: Stage) -> Actor:
    """A pull request's workflow gets the deployment role: the trust policy asked for no branch."""
    at, role, name = stage.at(2, "03:05:12"), "ci-deploy", "pr-4711"
    provider = f"arn:aws:iam::{PRODUCTION}:oidc-provider/{GITHUB}"
    key = stage.ids.key("ASIA", PRODUCTION, "pull request")
    stage.clue = key
    token = identities.web_identity(provider, "sts.amazonaws.com", _SUBJECT, ATTACKER, identities.BOTO)
    answer = {
        **_everyday.issued(stage, at, PRODUCTION, role, name, key),
        "subjectFromWebIdentityToken": _SUBJECT,
        "provider": provider,
        "audience": "sts.amazonaws.com",
    }
    entered = stage.play(
        at, token, "sts", "AssumeRoleWithWebIdentity", account=PRODUCTION,
        params=_everyday.role_params(PRODUCTION, role, name), response=answer, resources=_role(PRODUCTION, role),
    )  # fmt: skip
    stage.fact(
        "entry", "role_assumption_chain", "A pull request's token becomes a session of the deployment role.", entered
    )
    federation = {"webIdFederationData": {"federatedProvider": provider, "attributes": {}}}
    return stage.company.session(role, name, key, instant(at), ATTACKER, PRODUCTION, identities.BOTO, **federation)


def _role(account: str, role: str) -> list[dict[str, Any]]:
    return [{"accountId": account, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{account}:role/{role}"}]


def _hop(stage: Stage, at: Any, who: Actor, account: str, role: str, name: str) -> Actor:
    """AssumeRole by a role session; across accounts the event stands in both."""
    key = stage.ids.key("ASIA", account, role, name)
    facts: dict[str, Any] = {
        "params": _everyday.role_params(account, role, name),
        "response": _everyday.issued(stage, at, account, role, name, key),
        "resources": _role(account, role),
        "request_id": stage.ids.event(),
    }
    if account != who.account:
        facts["shared"] = stage.ids.event()
    done = stage.play(at, who, "sts", "AssumeRole", account=who.account, **facts)
    stage.fact("hops", "role_assumption_chain", "From role to role, the last time into another account.", done)
    if account != who.account:
        seen = stage.play(at, who.as_foreigner(), "sts", "AssumeRole", account=account, **facts)
        stage.fact("hop_received", "cross_account_access_in", "The last hop as the other account saw it.", seen)
    session = stage.company.session(role, name, key, instant(at), ATTACKER, account, identities.BOTO)
    used = stage.play(at + timedelta(seconds=6), session, "sts", "GetCallerIdentity")
    stage.fact("first_calls", "actions_by_source_ip", "Each new session is tried at once.", used)
    return session


STORY = Story(
    name="role_hop",
    title="From role to role",
    about="Two accounts, two days: a pull request's token, a trust policy changed, two hops, payroll read.",
    script=script,
    hours=36,
    events=1200,
    accounts=(PRODUCTION, DATA),
)
