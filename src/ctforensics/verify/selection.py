"""What one run is asked about: a window of delivery time, accounts, regions, trails; empty means everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ctforensics.trail.object_keys import ObjectKey
from ctforensics.verify.digests import Scope


@dataclass(frozen=True, slots=True)
class Selection:
    """Half-open window [since, until) in naive UTC, by delivery; sets of account ids, region names, trail names."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    trails: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        since: datetime | None,
        until: datetime | None,
        accounts: Iterable[str] | None,
        regions: Iterable[str] | None,
        trails: Iterable[str] | None,
    ) -> Selection:
        """A selection from what a caller gives; a trail may be given by its ARN."""
        names = frozenset(name.rsplit("/", 1)[-1] for name in trails or ())
        return cls(since, until, frozenset(accounts or ()), frozenset(regions or ()), names)

    def to_json(self) -> dict[str, list[str]]:
        """The accounts, regions and trails that were asked about, where not all were."""
        parts = {"accounts": self.accounts, "regions": self.regions, "trails": self.trails}
        return {name: sorted(chosen) for name, chosen in parts.items() if chosen}

    def covers(self, other: Selection) -> bool:
        """Whether everything that the other selects is selected here too."""
        whole = all(
            not mine or (bool(theirs) and theirs <= mine)
            for mine, theirs in (
                (self.accounts, other.accounts),
                (self.regions, other.regions),
                (self.trails, other.trails),
            )
        )
        begins = self.since is None or (other.since is not None and self.since <= other.since)
        ends = self.until is None or (other.until is not None and other.until <= self.until)
        return whole and begins and ends

    def has_scope(self, scope: Scope) -> bool:
        """Whether a chain is asked about at all."""
        return self.has(scope.account, scope.region) and (not self.trails or scope.trail in self.trails)

    def has(self, account: str, region: str) -> bool:
        return (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)

    def has_hour(self, start: datetime, end: datetime) -> bool:
        """Whether the delivery hour [start, end) reaches into the window."""
        return (self.since is None or end > self.since) and (self.until is None or start < self.until)

    def has_log(self, key: ObjectKey | None) -> bool:
        """Whether a log file that nothing lists is asked about; one whose name says nothing always is."""
        if key is None:
            return True
        return self.has(key.account, key.region) and self.has_instant(key.stamp)

    def has_instant(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)
