"""What a load takes in: whole files, chosen by account, region and delivery time where their names say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ctforensics import clock
from ctforensics.errors import ParameterError
from ctforensics.trail.object_keys import ObjectKey, is_account, is_region

EARLY = timedelta(minutes=15)
LATE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Scope:
    """Accounts, regions and a half-open window of event time; ``late`` is how long after it deliveries still count."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    late: timedelta = LATE

    def __post_init__(self) -> None:
        for account in self.accounts:
            if not is_account(account):
                hint = "Write all of it, leading zeros included, 012345678901 for example."
                raise ParameterError(f"{account!r} is not an account id of 12 digits.", hint=hint)
        for region in self.regions:
            if not is_region(region):
                hint = "Write it as AWS does, eu-west-1 for example; leave it out for all regions."
                raise ParameterError(f"{region!r} is not the name of a region.", hint=hint)
        if self.since and self.until and self.since >= self.until:
            raise ParameterError(
                f"The window is empty: since {clock.utc_text(self.since)} is not before until {clock.utc_text(self.until)}.",
                hint="Exchange them.",
            )

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.accounts or self.regions or self.since or self.until)

    def leaves_out(self, key: ObjectKey | None) -> str | None:
        """Why a file of that name is outside, or None. A name that says nothing, or disagrees with its folder, is inside."""
        if key is None or not key.folder_agrees:
            return None
        if self.accounts and key.account not in self.accounts:
            return "account"
        if self.regions and key.region not in self.regions:
            return "region"
        if self.since and key.stamp < self.since - EARLY:
            return "before"
        if self.until and key.stamp >= self.until + self.late:
            return "after"
        return None

    def to_json(self) -> dict[str, Any]:
        """The scope as plain JSON."""
        return {
            "accounts": list(self.accounts),
            "regions": list(self.regions),
            "since": clock.utc_text(self.since) if self.since else None,
            "until": clock.utc_text(self.until) if self.until else None,
            "late_seconds": int(self.late.total_seconds()),
        }
