"""The company in whose accounts the practice stories play: its people, pipelines and machines, by name.

Account numbers, addresses and names are those that documentation uses. Everything depends on the seed alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctforensics.practice import identities
from ctforensics.practice.identities import Actor
from ctforensics.practice.ids import Ids

PRODUCTION, DATA = "111122223333", "444455556666"
HOME = "us-east-1"
NAMES = {PRODUCTION: "example-production", DATA: "example-data"}
OFFICE, OFFICE_BEN, VPN = "203.0.113.24", "203.0.113.31", "203.0.113.77"
RUNNER = "192.0.2.146"
ATTACKER, ATTACKER_EXIT = "198.51.100.77", "198.51.100.201"
ASSETS, PAYROLL, EXPORTS, ARTIFACTS = "example-web-assets", "example-payroll", "example-exports", "example-artifacts"
SSO_ROLE = "AWSReservedSSO_ReadOnlyAccess_0a1b2c3d4e5f6a7b"
SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Company:
    """The actors of the stories; sessions are made per instant, because their keys change."""

    ids: Ids

    def user(self, name: str, account: str = PRODUCTION, address: str = OFFICE, agent: str = identities.CLI) -> Actor:
        """An IAM user with her long-lived key."""
        ids = self.ids
        return identities.user(
            account,
            name,
            ids.unique("AIDA", account, "user", name),
            ids.key("AKIA", account, "user", name),
            address,
            agent,
        )

    def console(self, name: str, created: str, account: str = PRODUCTION, address: str = OFFICE) -> Actor:
        """The same user in the console, signed in with MFA at ``created``."""
        key = self.ids.key("ASIA", account, "console", name, created)
        return identities.console_user(self.user(name, account), key, created, address)

    def role_id(self, role: str, account: str) -> str:
        """The unique id of a role."""
        return self.ids.unique("AROA", account, "role", role)

    def session(
        self,
        role: str,
        name: str,
        key: str,
        created: str,
        address: str,
        account: str = PRODUCTION,
        agent: str = identities.BOTO,
        **facts: object,
    ) -> Actor:
        """A session of a role in that account, under the key that was issued for it."""
        return identities.session(
            account,
            role,
            name,
            self.role_id(role, account),
            key,
            created,
            address,
            agent,
            **facts,  # type: ignore[arg-type]
        )

    def instance(self, account: str = PRODUCTION, region: str = "us-east-1", number: int = 0) -> str:
        """The id of a web server in that account and region; there is always the one of number 0."""
        return self.ids.resource("i", "web", account, region, *([number] if number else []))
