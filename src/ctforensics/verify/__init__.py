"""Digest validation: which evidence files are proven to be what CloudTrail delivered, and what is missing. Offline."""
