"""Route 53 Resolver query logs: one JSON object a line with the name that was asked for."""

from ctforensics.logs.base import LogType

LOG = LogType(
    "resolver",
    "Route 53 Resolver query logs",
    lambda head: head.startswith(b"{") and b'"query_name"' in head and b'"query_timestamp"' in head,
)
