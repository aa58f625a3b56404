"""Who acts in a practice trail: ``userIdentity`` of every common type, with address and agent.

Source: AWS CloudTrail user guide, "CloudTrail userIdentity element".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

CLI = "aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-60-generic md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython"
BOTO = "Boto3/1.38.46 md/Botocore#1.38.46 ua/2.1 os/linux#6.1.141-155.222.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.11"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
)
JAVA = "aws-sdk-java/2.31.77 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.141 lang/java#21.0.7 md/OpenJDK_64-Bit_Server_VM"


@dataclass(frozen=True)
class Actor:
    """An identity as it stands in records, where it calls from and with what."""

    identity: dict[str, Any]
    address: str
    agent: str
    console: bool = False
    endpoint: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return str(self.identity.get("accountId", ""))

    @property
    def arn(self) -> str:
        return str(self.identity.get("arn", self.identity.get("invokedBy", "")))

    @property
    def key(self) -> str:
        return str(self.identity.get("accessKeyId", ""))

    @property
    def is_service(self) -> bool:
        return self.identity.get("type") == "AWSService"

    def seen_from(self, address: str, agent: str | None = None) -> Actor:
        """The same identity from another address, perhaps with another agent."""
        return replace(self, address=address, agent=agent or self.agent)

    def as_foreigner(self) -> Actor:
        """The same caller as the other account's trail names it: account and principal only."""
        known = {"type": "AWSAccount", "principalId": self.identity["principalId"], "accountId": self.account}
        return replace(self, identity=known)


def _attributes(created: str, mfa: bool) -> dict[str, str]:
    return {"creationDate": created, "mfaAuthenticated": "true" if mfa else "false"}


def user(account: str, name: str, principal: str, key: str, address: str, agent: str = CLI) -> Actor:
    """An IAM user with a long-lived access key."""
    identity = {
        "type": "IAMUser",
        "principalId": principal,
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "accessKeyId": key,
        "userName": name,
    }
    return Actor(identity, address, agent)


def console_user(who: Actor, key: str, created: str, address: str, agent: str = BROWSER, *, mfa: bool = True) -> Actor:
    """The same user in the console: a temporary key and a session without issuer."""
    identity = {**who.identity, "accessKeyId": key, "sessionContext": {"attributes": _attributes(created, mfa)}}
    return Actor(identity, address, agent, console=True)


def root(account: str, key: str, created: str, address: str, *, mfa: bool = True) -> Actor:
    """The root user in the console."""
    identity = {
        "type": "Root",
        "principalId": account,
        "arn": f"arn:aws:iam::{account}:root",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"attributes": _attributes(created, mfa)},
    }
    return Actor(identity, address, BROWSER, console=True)


def session(
    account: str,
    role: str,
    name: str,
    principal: str,
    key: str,
    created: str,
    address: str,
    agent: str = BOTO,
    *,
    path: str = "/",
    mfa: bool = False,
    console: bool = False,
    **context: Any,
) -> Actor:
    """A role session; ``context`` adds members to ``sessionContext`` (``ec2RoleDelivery``, ``sourceIdentity``)."""
    issuer = {
        "type": "Role",
        "principalId": principal,
        "arn": f"arn:aws:iam::{account}:role{path}{role}",
        "accountId": account,
        "userName": role,
    }
    identity = {
        "type": "AssumedRole",
        "principalId": f"{principal}:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": _attributes(created, mfa), **context},
    }
    return Actor(identity, address, agent, console=console)


def service(name: str) -> Actor:
    """An AWS service that acts by itself, named by its host."""
    return Actor({"type": "AWSService", "invokedBy": name}, name, name)


def web_identity(provider: str, audience: str, subject: str, address: str, agent: str) -> Actor:
    """The bearer of an OIDC token, before it has a role."""
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    return Actor(identity, address, agent)


def saml(namespace: str, subject: str, address: str, agent: str = BROWSER) -> Actor:
    """The bearer of a SAML assertion, before it has a role."""
    identity = {
        "type": "SAMLUser",
        "principalId": f"{namespace}:{subject}",
        "userName": subject,
        "identityProvider": namespace,
    }
    return Actor(identity, address, agent)


def anonymous(address: str, agent: str) -> Actor:
    """A caller without credentials."""
    return Actor({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}, address, agent)
