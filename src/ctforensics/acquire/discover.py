"""Finding the branches of a trail by listing folders: organisations, accounts, kinds, regions, whatever the prefix.

The layout is ``[prefix/]AWSLogs/[o-org/]ACCOUNT/KIND/REGION/YYYY/MM/DD/``; a prefix that is already deep inside it is taken
as it is. A bucket without any ``AWSLogs`` is one branch of kind ``other``: whoever named it wants what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ctforensics.acquire.scope import Branch, Branches, Scope, kind_of_folder
from ctforensics.trail.object_keys import REGION

_ORGANIZATION = re.compile(r"o-[a-z0-9]{4,32}")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(REGION)
_DEEPEST = 3  # levels above AWSLogs that are looked into
_MOST_LOOKS = 300  # folders in all that are looked into: a bucket of something else may have millions

Children = Callable[[str], list[str]]


def discover(scope: Scope, children: Children) -> Branches:
    """The branches below the scope's prefix. ``children`` lists the folder names directly below a prefix."""
    walk = _Walk(scope, children)
    above, mark, below = ("/" + scope.prefix).rpartition("/AWSLogs/")
    if mark:
        walk.inside((above + mark).removeprefix("/"), [part for part in below.split("/") if part])
    elif not walk.above(scope.prefix, 0):
        walk.result.found.append(Branch(scope.prefix, "other"))
    walk.note_absent()
    walk.result.found.sort(key=lambda branch: branch.prefix)
    return walk.result


class _Walk:
    def __init__(self, scope: Scope, children: Children) -> None:
        self.scope, self.children, self.result = scope, children, Branches()
        self.looked = 0
        self.seen_accounts: set[str] = set()
        self.seen_regions: set[str] = set()

    def above(self, prefix: str, depth: int) -> bool:
        """Looks for AWSLogs at and below a prefix; tells whether there was one."""
        self.looked += 1
        names = self.children(prefix)
        here, found, strangers = "AWSLogs" in names, False, []
        for name in names:
            below = f"{prefix}{name}/"
            if name == "AWSLogs":
                continue
            if not here and depth < _DEEPEST and self.looked < _MOST_LOOKS and self.above(below, depth + 1):
                found = True
            else:
                strangers.append(below)
        if here:
            self.inside(f"{prefix}AWSLogs/", [])
        if here or found:
            for stranger in strangers:
                self._other(stranger)
        return here or found

    def inside(self, prefix: str, fixed: list[str]) -> None:
        """The level below AWSLogs/: organisations and accounts. ``fixed`` are folders that the scope already names."""
        for name in self._names(prefix, fixed):
            if _ORGANIZATION.fullmatch(name):
                for account in self._names(f"{prefix}{name}/", fixed[1:]):
                    self._account(f"{prefix}{name}/", account, fixed[2:], name)
            else:
                self._account(prefix, name, fixed[1:], "")

    def _account(self, prefix: str, name: str, fixed: list[str], organization: str) -> None:
        if not _ACCOUNT.fullmatch(name):
            return self._other(f"{prefix}{name}/")
        self.seen_accounts.add(name)
        if self.scope.accounts and name not in self.scope.accounts:
            return self._leave(f"{prefix}{name}/", "another account")
        for folder in self._names(f"{prefix}{name}/", fixed):
            self._kind(f"{prefix}{name}/{folder}/", folder, fixed[1:], name, organization)
        return None

    def _kind(self, prefix: str, folder: str, fixed: list[str], account: str, organization: str) -> None:
        kind = kind_of_folder(folder)
        if not self.scope.wants(kind):
            return self._leave(prefix, f"kind {kind}")
        if kind in ("other", "lake"):
            return self._add(Branch(prefix + "".join(f"{f}/" for f in fixed), kind, account, "", organization))
        for region in self._names(prefix, fixed):
            if not _REGION.fullmatch(region):
                self._other(f"{prefix}{region}/")
                continue
            self.seen_regions.add(region)
            if self.scope.regions and region not in self.scope.regions:
                self._leave(f"{prefix}{region}/", "another region")
                continue
            rest = "".join(f"{part}/" for part in fixed[1:])
            self._add(
                Branch(f"{prefix}{region}/{rest}", kind, account, region, organization, not rest and kind != "config")
            )
        return None

    def _names(self, prefix: str, fixed: list[str]) -> list[str]:
        return fixed[:1] or self.children(prefix)

    def _add(self, branch: Branch) -> None:
        self.result.found.append(branch)

    def _other(self, prefix: str) -> None:
        if "other" in self.scope.kinds:
            self._add(Branch(prefix, "other"))
        else:
            self._leave(prefix, "kind other")

    def _leave(self, prefix: str, why: str) -> None:
        self.result.left_out.append((prefix, why))

    def note_absent(self) -> None:
        """Accounts and regions that were asked for by name and have no folder at all."""
        self.result.absent += [f"account {name}" for name in sorted(self.scope.accounts - self.seen_accounts)]
        self.result.absent += [f"region {name}" for name in sorted(self.scope.regions - self.seen_regions)]
