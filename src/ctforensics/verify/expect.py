"""What should be here: accounts, regions and trails that somebody knows of, each with its source.

``--expect`` takes one object with ``trailList`` (DescribeTrails), ``Accounts`` (ListAccounts) and ``Regions`` (the account
API's ListRegions), any of them. DescribeTrails alone names no regions beside the home region.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.verify.digests import Scope
from ctforensics.verify.outcome import Finding
from ctforensics.verify.selection import Selection
from ctforensics.verify.unlisted import Covers

_OFF = ("DISABLED", "DISABLING")


@dataclass(frozen=True, slots=True)
class ExpectedTrail:
    """A trail as DescribeTrails describes it."""

    name: str
    account: str
    home_region: str
    multi_region: bool
    organization: bool

    def is_of(self, scope: Scope) -> bool:
        """Whether a chain of digests is one of this trail's."""
        return (self.name, self.home_region, self.organization) == (
            scope.trail,
            scope.home_region,
            bool(scope.organization),
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is known of the trails that should be here; an empty part is not known. ``source`` says who said so.

    ``unvalidated`` are trails that write no digests: whether all of theirs is here cannot be proven.
    """

    trails: tuple[ExpectedTrail, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    unvalidated: tuple[str, ...] = ()

    def regions_of(self, trail: ExpectedTrail) -> tuple[str, ...] | None:
        """The regions that a trail must have digests of; None where nobody knows."""
        if not trail.multi_region:
            return (trail.home_region,)
        return self.regions or None

    def accounts_of(self, trail: ExpectedTrail) -> tuple[str, ...] | None:
        """The accounts that a trail must have digests of; None where nobody knows."""
        if not trail.organization:
            return (trail.account,)
        return self.accounts or None

    @property
    def known(self) -> bool:
        """Whether trails, accounts and regions are all known."""
        return bool(self.trails) and all(
            self.regions_of(t) is not None and self.accounts_of(t) is not None for t in self.trails
        )

    def to_json(self) -> dict[str, Any]:
        """The expectation with the source of each part."""
        return {
            "trails": [t.name for t in self.trails] or None,
            "accounts": list(self.accounts) or sorted({t.account for t in self.trails if not t.organization}) or None,
            "regions": list(self.regions) or sorted({t.home_region for t in self.trails if not t.multi_region}) or None,
            "sources": self.sources,
        }


def read(file: Path, source: str = "--expect") -> Expectation:
    """The expectation in a JSON file. Raises ForensicsError where it holds none of the three lists."""
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise ForensicsError(f"The expectation cannot be read: {error.strerror}.", where=str(file)) from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"The expectation is no JSON ({error}).", where=str(file)) from error
    return parse(data, source, where=str(file))


def parse(data: Any, source: str, *, where: str = "") -> Expectation:
    """The same for JSON that is parsed already."""
    names = ("trailList", "Accounts", "Regions")
    if not isinstance(data, dict) or not any(isinstance(data.get(name), list) for name in names):
        raise ParameterError(
            "There is no trailList, Accounts or Regions in it.",
            where=where,
            hint="Put the answers of DescribeTrails, ListAccounts and ListRegions into one JSON object.",
        )
    try:
        trails = tuple(_trail(t) for t in data.get("trailList") or () if t.get("LogFileValidationEnabled", True))
        off = (_trail(t) for t in data.get("trailList") or () if not t.get("LogFileValidationEnabled", True))
        unvalidated = tuple(trail.name for trail in off)
        accounts = tuple(_name(a, "Id") for a in data.get("Accounts") or () if _is_on(a, "Status", ("ACTIVE",)))
        regions = tuple(
            _name(r, "RegionName") for r in data.get("Regions") or () if not _is_on(r, "RegionOptStatus", _OFF, False)
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ParameterError(
            f"An entry cannot be read ({error!r}).", where=where, hint="Take the answers as AWS gave them."
        ) from error
    parts = {"trails": trails, "accounts": accounts, "regions": regions}
    named = {name: source for name, part in parts.items() if part}
    return Expectation(trails, accounts, regions, named, unvalidated)


def _trail(entry: dict[str, Any]) -> ExpectedTrail:
    arn = str(entry.get("TrailARN") or "")
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    return ExpectedTrail(
        name=str(entry.get("Name") or arn.rsplit("/", 1)[-1]),
        account=account,
        home_region=str(entry["HomeRegion"]),
        multi_region=bool(entry.get("IsMultiRegionTrail")),
        organization=bool(entry.get("IsOrganizationTrail")),
    )


def _name(entry: Any, field_name: str) -> str:
    return str(entry) if isinstance(entry, str) else str(entry[field_name])


def _is_on(entry: Any, field_name: str, values: Iterable[str], default: bool = True) -> bool:
    if not isinstance(entry, dict) or entry.get(field_name) is None:
        return default
    return entry[field_name] in values


def lacking(expectation: Expectation, covers: Covers, selection: Selection) -> Iterator[Finding]:
    """G_NO_DIGESTS for every expected trail, account and region of which no digest is here.

    A trail is more than its name: an account's own one, or one that is at home elsewhere, does not stand for it.
    """
    scopes = [c.scope for group in covers.values() for c in group if c.oldest]
    for trail in expectation.trails:
        if selection.trails and trail.name not in selection.trails:
            continue
        here = {(s.account, s.region) for s in scopes if trail.is_of(s)}
        some_regions, some_accounts = {region for _, region in here}, {account for account, _ in here}
        for account in expectation.accounts_of(trail) or sorted(some_accounts):
            for region in expectation.regions_of(trail) or sorted(some_regions | {trail.home_region}):
                if (account, region) not in here and selection.has(account, region):
                    detail = f"expected ({_sources(expectation)}), and no digest of it is here"
                    yield Finding("G_NO_DIGESTS", account, region, trail.name, selection.since, selection.until, detail)


def _sources(expectation: Expectation) -> str:
    return ", ".join(sorted(set(expectation.sources.values()))) or "given"
