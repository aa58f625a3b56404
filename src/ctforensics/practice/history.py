"""A dump of Event history (``LookupEvents``) beside the trail: writes of one region, newest first.

It is what a responder saves first, and the only witness while a trail is stopped. Source: CloudTrail API reference.
"""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

NOISE_KEPT = 500


class EventHistory:
    """Collects records as text; of the noise it keeps the newest few, as a collector with a page limit would."""

    def __init__(self) -> None:
        self._script: list[str] = []
        self._noise: deque[str] = deque(maxlen=NOISE_KEPT)

    def add(self, text: str, *, noise: bool = False) -> None:
        """Takes a record's text."""
        (self._noise if noise else self._script).append(text)

    def events(self) -> list[dict[str, Any]]:
        """The events as ``LookupEvents`` gives them, newest first."""
        parsed = [(json.loads(text), text) for text in (*self._script, *self._noise)]
        parsed.sort(key=lambda pair: (pair[0]["eventTime"], pair[0]["eventID"]), reverse=True)
        return [_event(record, text) for record, text in parsed]

    def write(self, path: Path) -> None:
        """Writes the dump."""
        path.write_text(json.dumps({"Events": self.events()}, indent=1), "utf-8", newline="\n")


def _event(record: dict[str, Any], text: str) -> dict[str, Any]:
    identity = record["userIdentity"]
    name = identity.get("userName") or str(identity.get("principalId", "")).partition(":")[2]
    event = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record.get("readOnly") else "false",
        "AccessKeyId": identity.get("accessKeyId"),
        "EventTime": record["eventTime"].replace("Z", "+00:00"),
        "EventSource": record["eventSource"],
        "Username": "root" if identity.get("type") == "Root" else name,
        "Resources": [
            {"ResourceType": r.get("type"), "ResourceName": r.get("ARN")} for r in record.get("resources") or []
        ],
        "CloudTrailEvent": text,
    }
    return {k: v for k, v in event.items() if v not in (None, "")}
