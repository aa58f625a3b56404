"""CloudFront standard logs: two comment lines, the second names x-edge-location."""

from ctforensics.logs.base import LogType

LOG = LogType(
    "cloudfront",
    "CloudFront access logs",
    lambda head: head.startswith((b"#Version:", b"#Fields:")) and b"x-edge-location" in head,
)
