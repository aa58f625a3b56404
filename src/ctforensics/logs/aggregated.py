"""CloudTrail's aggregated data events: counts of five minutes, kept as counts and never as events.

Source: CloudTrail user guide, "Aggregated events". One row for each dimension and name.
"""

from __future__ import annotations

from typing import Any

from ctforensics.trail.identity import instant, text

_TEMPLATES = {"eventName": "API_ACTIVITY", "resourceARN": "RESOURCE_ACCESS", "userIdentity": "USER_ACTIONS"}


def is_aggregated(value: Any) -> bool:
    """Whether an object is an aggregated event."""
    return isinstance(value, dict) and (
        value.get("eventType") == "AwsAggregatedEvent" or value.get("eventCategory") == "Aggregated"
    )


def rows(value: dict[str, Any], form: str) -> list[dict[str, Any]]:
    """The rows of ``aggregated_activity`` for one aggregated event; ``form`` is its JSON text, kept with the first row."""
    window, summary = _mapping(value.get("timeWindow")), _mapping(value.get("summary"))
    primary = _mapping(summary.get("primaryDimension"))
    common: dict[str, Any] = {
        "window_start": instant(window.get("windowStart")),
        "window_end": instant(window.get("windowEnd")),
        "account_id": text(value.get("accountId")),
        "aws_region": text(value.get("awsRegion")),
        "event_source": text(value.get("eventSource")),
        "event_id": text(value.get("eventId")) or text(value.get("eventID")),
        "template": _TEMPLATES.get(str(primary.get("dimension"))),
    }
    found: list[dict[str, Any]] = []
    details = summary.get("details")
    for dimension in (primary, *(details if isinstance(details, list) else ())):
        statistics = _mapping(dimension).get("statistics")
        for entry in statistics if isinstance(statistics, list) else ():
            count = _mapping(entry).get("value")
            found.append(
                {
                    **common,
                    "dimension": text(_mapping(dimension).get("dimension")),
                    "name": text(_mapping(entry).get("name")),
                    "value": count if isinstance(count, int) and abs(count) < 2**63 else None,
                    "is_primary": dimension is primary,
                }
            )
    found = found or [common]
    found[0]["record"] = form
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
