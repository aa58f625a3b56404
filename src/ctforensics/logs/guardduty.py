"""GuardDuty findings, as exported to S3 or answered by GetFindings."""

import re

from ctforensics.logs.base import LogType

_MARKS = (re.compile(rb'"schemaVersion"\s*:', re.IGNORECASE), re.compile(rb'"detectorId"\s*:', re.IGNORECASE))

LOG = LogType(
    "guardduty", "GuardDuty findings", lambda head: head[:1] in b"{[" and all(mark.search(head) for mark in _MARKS)
)
