"""S3 server access logs: bucket owner, bucket, and a time in brackets begin each line."""

import re

from ctforensics.logs.base import LogType

_LINE = re.compile(rb"[0-9a-f]{10,64} \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:")

LOG = LogType("s3_access", "S3 server access logs", lambda head: bool(_LINE.match(head)))
