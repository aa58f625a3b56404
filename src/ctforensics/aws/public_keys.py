"""CloudTrail's public keys of a region and period, as ListPublicKeys gives them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.aws.clients import Access
from ctforensics.trail import signature


def fetch(access: Access, region: str, since: datetime, until: datetime) -> tuple[list[dict[str, str]], bytes]:
    """The key records valid at any time in the period, and the answer's body as received. Raises what boto3 raises."""
    records: list[dict[str, str]] = []
    received = b""
    for page, raw in access.pages("cloudtrail", "ListPublicKeys", region, StartTime=since, EndTime=until):
        records += [_plain(record) for record in page.get("PublicKeyList", [])]
        received += raw  # one page in practice: AWS calls its NextToken "reserved for future use"
    return records, received


def _plain(record: dict[str, Any]) -> dict[str, str]:
    """A record in JSON's terms: the key as base64 of its DER bytes, instants as UTC text."""
    return {
        "Value": base64.b64encode(record["Value"]).decode(),
        "ValidityStartTime": clock.utc_text(record["ValidityStartTime"]),
        "ValidityEndTime": clock.utc_text(record["ValidityEndTime"]),
        "Fingerprint": record["Fingerprint"],
    }


def wrong_fingerprints(records: Iterable[dict[str, str]]) -> list[str]:
    """Fingerprints that are not those of their own key: such an answer was changed on its way."""
    return [
        record["Fingerprint"]
        for record in records
        if signature.fingerprint(base64.b64decode(record["Value"])) != record["Fingerprint"].lower()
    ]
