"""Object keys of CloudTrail in S3, parsed and made.

``[prefix/]AWSLogs/[o-org/]ACCOUNT/KIND/REGION/YYYY/MM/DD/ACCOUNT_KIND_REGION_STAMP_UNIQUE.json.gz``; a digest's name has
trail and home region between region and stamp. Source: AWS CloudTrail user guide, "CloudTrail log file examples" and
"CloudTrail digest file structure". Trail names may hold ``_`` and ``-``: a digest name is split from both ends.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

REGION = r"[a-z]{2,}(?:-[a-z]+)+-\d+"
_LOG_NAME = re.compile(
    rf"(?P<account>\d{{12}})_(?P<kind>CloudTrail(?:-(?!Digest)[A-Za-z]+)?)_(?P<region>{REGION})_(?P<stamp>\d{{8}}T\d{{4}}Z)"
    r"(?:_?(?P<unique>[A-Za-z0-9]{16}))?\.json(?P<suffix>\.gz)?$"
)
_DIGEST_NAME = re.compile(
    rf"(?P<account>\d{{12}})_(?P<kind>CloudTrail-Digest)_(?P<region>{REGION})_(?P<trail>.+)_(?P<home>{REGION})_"
    r"(?P<stamp>\d{8}T\d{6}Z)(?P<backfill>_backfill)?\.json(?P<suffix>\.gz)?$"
)
_FOLDER = re.compile(
    r"(?:^|(?P<prefix>.*)/)AWSLogs/(?:(?P<org>o-[a-z0-9]{4,32})/)?(?P<account>\d{12})/(?P<kind>CloudTrail(?:-[A-Za-z]+)?)/"
    r"(?P<region>[a-z0-9_-]+)/(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})/[^/]*$"
)


_ACCOUNT_ID, _REGION_NAME = re.compile("[0-9]{12}"), re.compile(REGION, re.ASCII)


def is_account(text: str) -> bool:
    """Whether a text has the form of an account id: twelve digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def is_region(text: str) -> bool:
    """Whether a text has the form of a region's name, like ``eu-west-1`` or ``us-gov-west-1``."""
    return _REGION_NAME.fullmatch(text) is not None


class ObjectKey(NamedTuple):
    """What a key claims. ``stamp`` is the delivery slot (log) or the end of the digest's hour, naive UTC."""

    kind: str
    account: str
    region: str
    stamp: datetime
    trail: str | None = None
    home_region: str | None = None
    organization: str | None = None
    prefix: str | None = None
    backfill: bool = False
    folder_agrees: bool = True

    @property
    def is_digest(self) -> bool:
        return self.kind == "CloudTrail-Digest"


# How nearly every log file's name ends. What stands before it is the same for all files of an account, a region and a day.
_END = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])Z_[A-Za-z0-9]{16}\.json\.gz")
_MIDNIGHT = f"0000Z_{'A' * 16}.json.gz"


def parse(key: str) -> ObjectKey | None:
    """What the key or path claims, or None where its last part is no CloudTrail file name."""
    end = _END.fullmatch(key, max(0, len(key) - len(_MIDNIGHT)))
    if end is None:
        return _parse(key)
    claimed = _of_day(key[: -len(_MIDNIGHT)])
    if claimed is None:
        return None
    day = claimed.stamp
    stamp = datetime(day.year, day.month, day.day, int(end[1]), int(end[2]))
    return ObjectKey._make((*claimed[:3], stamp, *claimed[4:]))


@lru_cache(maxsize=4096)
def _of_day(start: str) -> ObjectKey | None:
    """What the first file of a day claims, given what stands before the time of day in its key."""
    return _parse(start + _MIDNIGHT)


def _parse(key: str) -> ObjectKey | None:
    normal = key.replace("\\", "/")
    name = normal.rsplit("/", 1)[-1]
    match = _DIGEST_NAME.search(name) or _LOG_NAME.search(name)
    if not match:
        return None
    groups = match.groupdict()
    stamp = _stamp(groups["stamp"])
    if stamp is None:
        return None
    folder = _FOLDER.match(normal)
    agrees = folder is None or (
        folder["account"] == groups["account"]
        and folder["region"].replace("_", "-") == groups["region"]
        and folder["year"] + folder["month"] + folder["day"] == groups["stamp"][:8]
    )
    return ObjectKey(
        kind=groups["kind"],
        account=groups["account"],
        region=groups["region"],
        stamp=stamp,
        trail=groups.get("trail"),
        home_region=groups.get("home"),
        organization=folder["org"] if folder else None,
        prefix=folder["prefix"] if folder else None,
        backfill=bool(groups.get("backfill")),
        folder_agrees=agrees,
    )


def _stamp(text: str) -> datetime | None:
    """``20240502T0615Z`` or ``20240502T061500Z`` as an instant; None for a day or minute that does not exist."""
    second = int(text[13:15]) if len(text) == 16 else 0
    try:
        return datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[9:11]), int(text[11:13]), second)
    except ValueError:
        return None


def _base(prefix: str, organization: str | None, account: str, kind: str, region: str, stamp: datetime) -> str:
    start = f"{prefix}/" if prefix else ""
    org = f"{organization}/" if organization else ""
    return f"{start}AWSLogs/{org}{account}/{kind}/{region}/{stamp:%Y/%m/%d}/"


def log_key(
    account: str,
    region: str,
    stamp: datetime,
    unique: str,
    *,
    prefix: str = "",
    organization: str | None = None,
    kind: str = "CloudTrail",
) -> str:
    """The key under which CloudTrail delivers a log file of that five-minute slot."""
    name = f"{account}_{kind}_{region}_{stamp:%Y%m%dT%H%M}Z_{unique}.json.gz"
    return _base(prefix, organization, account, kind, region, stamp) + name


def digest_key(
    account: str,
    region: str,
    trail: str,
    home_region: str,
    end: datetime,
    *,
    prefix: str = "",
    organization: str | None = None,
    backfill: bool = False,
) -> str:
    """The key under which CloudTrail delivers the digest of the hour that ends at ``end``."""
    tail = "_backfill" if backfill else ""
    name = f"{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_{end:%Y%m%dT%H%M%S}Z{tail}.json.gz"
    return _base(prefix, organization, account, "CloudTrail-Digest", region, end) + name
