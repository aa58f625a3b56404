"""What an acquisition will cost and how long it takes, roughly: list prices of us-east-1 in US dollars, without discounts.

Source: the public S3 price list as of 2024. Other regions and contracts differ by some ten per cent; the figures are to tell
one dollar from a thousand, and are printed as estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GB = 1 << 30
LIST_PER_1000 = 0.005
EGRESS_PER_GB = 0.09
# Storage class: price of 1,000 GETs, price of reading a GB.
READ = {
    "STANDARD": (0.0004, 0.0),
    "INTELLIGENT_TIERING": (0.0004, 0.0),
    "REDUCED_REDUNDANCY": (0.0004, 0.0),
    "STANDARD_IA": (0.001, 0.01),
    "ONEZONE_IA": (0.001, 0.01),
    "GLACIER_IR": (0.01, 0.03),
    "GLACIER": (0.0004, 0.0),
    "DEEP_ARCHIVE": (0.0004, 0.0),
}
# Storage class and tier: price of 1,000 restore requests, price of restoring a GB.
RESTORE = {
    ("GLACIER", "expedited"): (10.0, 0.03),
    ("GLACIER", "standard"): (0.05, 0.01),
    ("GLACIER", "bulk"): (0.0, 0.0),
    ("DEEP_ARCHIVE", "standard"): (0.10, 0.02),
    ("DEEP_ARCHIVE", "bulk"): (0.025, 0.0025),
}
OBJECTS_A_SECOND = 300.0  # what one machine copies of small objects through boto3, see benchmarks/acquire.py
BYTES_A_SECOND = 40e6


@dataclass(frozen=True, slots=True)
class Estimate:
    """US dollars and seconds. ``egress`` falls away inside the bucket's own region; ``restore`` is by storage class and tier."""

    requests: float
    retrieval: float
    egress: float
    seconds: float
    restore: Mapping[tuple[str, str], float]


def estimate(objects: Mapping[str, int], sizes: Mapping[str, int], list_calls: int) -> Estimate:
    """The cost of a plan, given the number of objects and bytes in each storage class."""
    requests = list_calls / 1000 * LIST_PER_1000
    retrieval = 0.0
    for name, count in objects.items():
        per_1000, per_gb = READ.get(name, READ["STANDARD"])
        requests += count / 1000 * per_1000
        retrieval += sizes[name] / GB * per_gb
    total = sum(sizes.values())
    return Estimate(
        requests=requests,
        retrieval=retrieval,
        egress=total / GB * EGRESS_PER_GB,
        seconds=max(sum(objects.values()) / OBJECTS_A_SECOND, total / BYTES_A_SECOND),
        restore={
            (name, tier): objects[name] / 1000 * per_1000 + sizes[name] / GB * per_gb
            for (name, tier), (per_1000, per_gb) in RESTORE.items()
            if objects.get(name)
        },
    )
