"""VPC flow logs: a head line of field names, or the fourteen fields of version 2 without one."""

import re

from ctforensics.logs.base import LogType

_FIELDS = {
    b"version",
    b"account-id",
    b"interface-id",
    b"srcaddr",
    b"dstaddr",
    b"srcport",
    b"dstport",
    b"protocol",
    b"packets",
}
_LINE = re.compile(rb"\d+ \S+ eni-\S+ (?:\S+ ){10}\S+\s*$", re.MULTILINE)


def _recognise(head: bytes) -> bool:
    line = head.split(b"\n", 1)[0]
    return len(_FIELDS & set(line.split())) >= 5 or bool(_LINE.match(head))


LOG = LogType("vpc_flow", "VPC flow logs", _recognise)
