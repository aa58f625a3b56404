"""Elastic Load Balancing: access logs of application, network and classic load balancers, and connection logs."""

import re

from ctforensics.logs.base import LogType

_TIME = rb"\d{4}-\d\d-\d\dT[\d:.]+Z?"
_LINES = re.compile(
    rb"(?:http|https|h2|grpcs|ws|wss|tls(?: \d\.\d)?) "
    + _TIME
    + rb" \S+ |"
    + _TIME
    + rb" \S+ \S+:\d+ (?:\S+:\d+|-) -?[\d.]+ -?[\d.]+ "
)

LOG = LogType("load_balancer", "Elastic Load Balancing logs", lambda head: bool(_LINES.match(head)))
