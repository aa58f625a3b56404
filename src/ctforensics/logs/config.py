"""AWS Config snapshots, histories and notifications."""

from ctforensics.logs.base import LogType

LOG = LogType(
    "config",
    "AWS Config items",
    lambda head: head.startswith(b"{") and (b'"configurationItems"' in head or b'"configurationItem"' in head),
)
