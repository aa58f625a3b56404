"""AWS WAF logs: one JSON object a line with the web ACL and the request."""

from ctforensics.logs.base import LogType

LOG = LogType(
    "waf", "AWS WAF logs", lambda head: head.startswith(b"{") and b'"webaclId"' in head and b'"httpRequest"' in head
)
